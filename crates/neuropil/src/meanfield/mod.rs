//! Mean-field predictions for the network of an experiment, from the file that also runs it.
//!
//! | neurons | method |
//! |---|---|
//! | `iaf_psc_delta`, `iaf_psc_exp`, `iaf_psc_alpha` | self-consistent Siegert rates ([`neuropil_theory::diffusion`]) |
//! | `iaf_cond_exp`, `aeif_cond_exp`, `aeif_cond_exp_euler` | self-consistent rates and spike trains of simulated neurons ([`MeanField::self_consistent_point`](neuropil_theory::mean_field::MeanField::self_consistent_point)) |
//! | the same, with `[meanfield.transfer]` | published transfer functions ([`neuropil_theory::stored`]) or fitted ones ([`Experiment::characterise`]) |
//!
//! ```toml
//! [meanfield]
//! at = "500 ms"                          # when inputs that change in time are taken
//! time_constant = "5 ms"                 # T, over which rates are counted
//! [meanfield.transfer]                   # optional: for every population
//! Exc = "spectrum_2018/RecExc"           # published, or
//! Inh = "fitted.toml"                    # a file of `neuropil transfer`
//! ```
//!
//! What the theory leaves out is correlation between neurons, structure within populations, and
//! differences between the neurons of one; what correlations can do is told ([`Validity`]). Transfer functions suppose Poisson input besides, which
//! overestimates rates where neurons fire regularly: by a fifth and more in the network of Zerlaut et
//! al. (2019), at 8 to 20 Hz of its afferents.

mod conductance;
mod course;
mod current;
mod drive;
mod moments;
mod neurons;
mod over;
mod overlay;
mod settings;
mod transfer;
mod validity;

use neuropil_theory::TheoryError;
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::experiment::{Experiment, ExperimentError};

pub use course::{Figures, PopulationCourse, Summary, SummaryRow, TimeCourse};
pub use neuropil_theory::bifurcation::{Transition, TransitionKind};
pub use neuropil_theory::fit::Weighting;
pub use neuropil_theory::threshold::Basis;
pub use over::Course;
pub use transfer::{Characterised, Trains, TransferOptions};
pub use validity::{Stationary, Validity};

/// Why there is no prediction.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum MeanFieldError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(
        "there is no theory for population \"{population}\" of {model} neurons; there is one for {known}"
    )]
    Model { population: String, model: String, known: String },
    #[error(
        "population \"{population}\" has {model} neurons, \"{other}\" has {other_model}: the theories of \
         current and conductance synapses do not mix"
    )]
    Mixed { population: String, model: String, other: String, other_model: String },
    #[error("connection {name}: {what}")]
    Connection { name: String, what: String },
    #[error(
        "[meanfield.transfer] names a transfer function for some populations but not for \"{population}\""
    )]
    Transfer { population: String },
    #[error(transparent)]
    Theory(#[from] TheoryError),
    #[error("there is no population \"{name}\" with a transfer function{suggestion}")]
    Population { name: String, suggestion: String },
    #[error("population \"{population}\" receives nothing from \"{name}\"{suggestion}")]
    Source { population: String, name: String, suggestion: String },
    #[error(
        "population \"{population}\" has {model} neurons: transfer functions are for conductance synapses"
    )]
    NoTransfer { population: String, model: String },
    #[error("{path} = {value} is not a number, which an axis needs")]
    NotANumber { path: String, value: String },
    #[error("a prediction runs over one path, found {found}")]
    Paths { found: usize },
    #[error("{table}: {what}")]
    ScanTable { table: String, what: String },
    #[error("cannot write {path}: {what}")]
    Hdf5 { path: String, what: String },
    #[error(transparent)]
    Plot(#[from] neuropil_plot::PlotError),
}

/// How the rates were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Siegert's formula in the diffusion approximation.
    Siegert,
    /// Single neurons, simulated with input that has the statistics of their output.
    Simulated,
    /// Published or fitted transfer functions.
    Published,
}

impl Method {
    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Siegert => "diffusion approximation, Siegert rates",
            Self::Simulated => "simulated neurons, self-consistent spike trains",
            Self::Published => "transfer functions",
        }
    }
}

/// What is predicted for one population.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationPrediction {
    /// Name.
    pub name: String,
    /// Stationary rate, in the limit of large networks with as many synapses per neuron `[spikes/s]`.
    pub rate_hz: f64,
    /// Standard error of the rate, if it was simulated `[spikes/s]`.
    pub error_hz: Option<f64>,
    /// Standard deviation of the rate of the whole population, counted over 5 ms `[spikes/s]`; known
    /// for conductance synapses.
    pub fluctuation_hz: Option<f64>,
    /// Mean of the potential between spikes `[mV]`.
    pub mean_mv: f64,
    /// Standard deviation of the potential between spikes `[mV]`.
    pub sd_mv: f64,
    /// Mean current of each afferent and each source of the network `[pA]`, positive inwards, by
    /// name; known for conductance synapses.
    pub currents_pa: Vec<(String, f64)>,
}

/// Predicted stationary rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// How they were found.
    pub method: Method,
    /// When inputs that change in time were taken `[ms]`.
    pub at_ms: f64,
    /// One for each population with dynamics of its own.
    pub populations: Vec<PopulationPrediction>,
    /// Frequency of the fastest growing oscillation `[Hz]`, if the stationary state is unstable;
    /// known for current synapses only.
    pub oscillation_hz: Option<f64>,
    /// Whether the state can be trusted; known for conductance synapses.
    pub validity: Option<Validity>,
    /// What the theory had to overlook.
    pub warnings: Vec<String>,
}

impl Experiment {
    /// Stationary rates of a network of point neurons, without simulating it. Inputs that change in
    /// time are taken at `at_ms`; if that is `None`, when the `[meanfield]` section says, or else at
    /// the beginning of the recording.
    ///
    /// # Errors
    /// [`MeanFieldError`].
    ///
    /// ```
    /// use neuropil::prelude::*;
    /// let text = "
    /// [simulation]
    /// duration = '1 s'
    /// [populations.neuron]
    /// model = 'iaf_psc_delta'
    /// [inputs.noise]
    /// kind = 'poisson'
    /// target = 'neuron'
    /// rate = '12 kHz'
    /// weight = '0.1 mV'
    /// ";
    /// let predicted = Experiment::parse(text, "one.toml")?.mean_field(None)?;
    /// assert!((predicted.populations[0].mean_mv - -58.0).abs() < 1e-9); // 12 kHz · 0.1 mV · 10 ms
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mean_field(&self, at_ms: Option<f64>) -> Result<Prediction, MeanFieldError> {
        let model = self.network()?;
        let settings = settings::read(self, &model, at_ms)?;
        let system = neurons::sort(&model.network, settings)?;
        if system.current_based {
            current::predict(system)
        } else {
            conductance::predict(system, model.steps())
        }
    }
}

impl Prediction {
    /// As one JSON object.
    pub fn json(&self) -> Value {
        let populations: Map<String, Value> = self
            .populations
            .iter()
            .map(|p| {
                let figures = json!({
                    "rate_hz": p.rate_hz,
                    "error_hz": p.error_hz,
                    "fluctuation_hz": p.fluctuation_hz,
                    "mean_mv": p.mean_mv,
                    "sd_mv": p.sd_mv,
                    "currents_pa": p.currents_pa.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
                });
                (p.name.clone(), figures)
            })
            .collect();
        json!({
            "method": self.method.name(),
            "at_ms": self.at_ms,
            "populations": populations,
            "oscillation_hz": self.oscillation_hz,
            "validity": self.validity.as_ref().map(Validity::json),
            "warnings": self.warnings,
        })
    }
}
