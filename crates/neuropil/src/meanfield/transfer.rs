//! Transfer functions of the populations of an experiment, measured and fitted.
//!
//! The presynaptic rates of every source are varied over a grid, single neurons are simulated under
//! Poisson input with the synapses that the experiment gives them, and the template of
//! [`neuropil_theory::transfer`] is fitted to their rates.

use neuropil_core::names::suggestion;
use neuropil_plot::Axis;
use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Color, Figure};
use neuropil_theory::characterise::{Characterisation, Response};
use neuropil_theory::fit::{Fit, FitOptions, Weighting, fit, samples};
use neuropil_theory::mean_field::Source;
use neuropil_theory::simulator::Timing;
use neuropil_theory::threshold::Basis;

use super::conductance::{self, Assembled, Class};
use super::{MeanFieldError, neurons, settings};
use crate::experiment::Experiment;

/// How to measure and fit.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferOptions {
    /// Populations; all if empty.
    pub populations: Vec<String>,
    /// Rates of sources by name `[Hz]`, of one neuron for populations, of all events of one neuron
    /// for inputs. Sources that are not listed get ten rates from 0.2 to 40 Hz in equal ratios
    /// (populations), or a quarter, half, once, one and a half times and twice their rate (inputs).
    pub axes_hz: Vec<(String, Vec<f64>)>,
    /// Independent trials at each point, ≥ 1.
    pub seeds: usize,
    /// Duration of a trial, the first 100 ms of which do not count `[ms]`.
    pub duration_ms: f64,
    /// Which polynomial the threshold is.
    pub basis: Basis,
    /// Points at or above this rate are left out of the fit `[Hz]`.
    pub max_rate_hz: f64,
    /// Whether a point counts by its standard error.
    pub weighted: bool,
}

impl Default for TransferOptions {
    /// All populations, 3 trials of 5 s, five moments to second order, up to 50 Hz, unweighted.
    fn default() -> Self {
        Self {
            populations: Vec::new(),
            axes_hz: Vec::new(),
            seeds: 3,
            duration_ms: 5000.0,
            basis: Basis::FiveMoments,
            max_rate_hz: 50.0,
            weighted: false,
        }
    }
}

/// A measured and fitted transfer function.
#[derive(Debug, Clone, PartialEq)]
pub struct Characterised {
    /// Name of the population.
    pub population: String,
    /// Names of the sources, in the order of the axes.
    pub sources: Vec<String>,
    /// What was visited.
    pub protocol: Characterisation,
    /// What was measured.
    pub response: Response,
    /// What was fitted.
    pub fit: Fit,
}

impl Experiment {
    /// Measures and fits the transfer functions of populations with conductance synapses. Runs on all
    /// threads of the current rayon pool; the result does not depend on their number.
    ///
    /// # Errors
    /// [`MeanFieldError`].
    pub fn characterise(
        &self,
        options: &TransferOptions,
        at_ms: Option<f64>,
    ) -> Result<Vec<Characterised>, MeanFieldError> {
        let model = self.network()?;
        let mut settings = settings::read(self, &model, at_ms)?;
        settings.transfer.clear();
        let seed = settings.seed;
        let mut system = neurons::sort(&model.network, settings)?;
        if system.current_based
            && let Some(member) = system.members.first()
        {
            let (population, model) =
                (member.population.name.clone(), member.model.name.to_owned());
            return Err(MeanFieldError::NoTransfer { population, model });
        }
        let Assembled { theory, input, classes, .. } = conductance::assemble(&mut system)?;
        let names: Vec<&str> = theory.populations().iter().map(|p| p.name.as_str()).collect();
        for wanted in &options.populations {
            if !names.contains(&wanted.as_str()) {
                let suggestion = suggestion(wanted, names.iter().copied());
                return Err(MeanFieldError::Population { name: wanted.clone(), suggestion });
            }
        }
        let known = |name: &str| classes.iter().flatten().any(|class| class.name == name);
        let mut found = Vec::new();
        for (rank, population) in theory.populations().iter().enumerate() {
            let wanted = &options.populations;
            if !wanted.is_empty() && !wanted.contains(&population.name) {
                continue;
            }
            let sources: Vec<String> = classes[rank].iter().map(|c| c.name.clone()).collect();
            if let Some((name, _)) = options.axes_hz.iter().find(|(name, _)| !known(name)) {
                let suggestion = suggestion(name, sources.iter().map(String::as_str));
                let (population, name) = (population.name.clone(), name.clone());
                return Err(MeanFieldError::Source { population, name, suggestion });
            }
            let axis = |class: &Class| match options.axes_hz.iter().find(|(n, _)| *n == class.name)
            {
                Some((_, rates)) => rates.clone(),
                None => default_axis(class, &input.afferent_hz),
            };
            let timing = Timing { duration_ms: options.duration_ms, ..Timing::default() };
            let protocol = Characterisation {
                neuron: population.transfer.neuron,
                inactivation: None,
                synapses: classes[rank].iter().map(|class| class.synapse).collect(),
                axes_hz: classes[rank].iter().map(axis).collect(),
                current_pa: input.current_pa[rank],
                timing,
                replicates: options.seeds,
                seed: seed.wrapping_add((rank as u64) << 32),
            };
            let response = protocol.run()?;
            let weighting = match options.weighted {
                true => Weighting::StandardError { floor_hz: 0.1 },
                false => Weighting::Uniform,
            };
            let max_rate_hz = options.max_rate_hz;
            let how = FitOptions { max_rate_hz, weighting, ..FitOptions::new(options.basis) };
            let fit = fit(protocol.neuron, &samples(&protocol, &response), &how)?;
            let population = population.name.clone();
            found.push(Characterised { population, sources, protocol, response, fit });
        }
        Ok(found)
    }
}

fn default_axis(class: &Class, afferent_hz: &[f64]) -> Vec<f64> {
    match class.source {
        Source::Population(_) => (0..10).map(|k| 0.2 * 200_f64.powf(f64::from(k) / 9.0)).collect(),
        Source::Afferent(place) if afferent_hz[place] > 0.0 => {
            [0.25, 0.5, 1.0, 1.5, 2.0].iter().map(|share| share * afferent_hz[place]).collect()
        }
        Source::Afferent(_) => vec![0.0],
    }
}

impl Characterised {
    /// The content of a file that `[meanfield.transfer]` can name, for several populations.
    pub fn file(all: &[Self], made_from: &str) -> String {
        super::transfer_file::write(all, made_from)
    }

    /// Measured rates (discs, SD over trials) and the fit (lines) over the rates of the first source,
    /// for some rates of the second; other sources are taken in the middle of their axes.
    ///
    /// # Errors
    /// [`MeanFieldError::Plot`].
    pub fn figure(&self) -> Result<Figure, MeanFieldError> {
        let axes = &self.protocol.axes_hz;
        let second: Vec<usize> = match axes.get(1) {
            Some(axis) => {
                let last = axis.len() - 1;
                let mut picked: Vec<usize> = (0..5).map(|k| k * last / 4).collect();
                picked.dedup();
                picked
            }
            None => vec![0],
        };
        let Some(first) = axes.first() else {
            return Ok(Figure::of(curves(&[], Axis::new(""), Axis::new("rate (spikes/s)"))?));
        };
        let mut rows = Vec::new();
        for &at in &second {
            let place = |k: usize, a: usize| match a {
                0 => k,
                1 => at,
                _ => axes[a].len() / 2,
            };
            // the last class is the fastest in the grid
            let index = |k: usize| {
                axes.iter().enumerate().fold(0, |sum, (a, axis)| sum * axis.len() + place(k, a))
            };
            let points: Vec<usize> = (0..first.len()).map(index).collect();
            let measured: Vec<f64> = points.iter().map(|p| self.response.rate_hz[*p]).collect();
            let sd: Vec<f64> = points.iter().map(|p| self.response.sd_hz[*p]).collect();
            let fitted: Vec<f64> = points
                .iter()
                .map(|p| {
                    let inputs = &self.response.inputs_hz[*p];
                    let (synapses, current) = (&self.protocol.synapses, self.protocol.current_pa);
                    self.fit.transfer.rate_hz(synapses, inputs, current)
                })
                .collect();
            let low: Vec<f64> = measured.iter().zip(&sd).map(|(m, s)| m - s).collect();
            let high: Vec<f64> = measured.iter().zip(&sd).map(|(m, s)| m + s).collect();
            let label = match (self.sources.get(1), axes.get(1)) {
                (Some(name), Some(axis)) => format!("{name} {:.3} Hz", axis[at]),
                _ => String::new(),
            };
            rows.push((label, measured, low, high, fitted));
        }
        let mut all = Vec::new();
        for (k, (label, measured, low, high, fitted)) in rows.iter().enumerate() {
            let color = Color::nth(k);
            all.push(Curve::new(label, first, fitted, color));
            all.push(Curve::new("", first, measured, color).look(Look::Discs).range(low, high));
        }
        let x = Axis::new(format!("{} (Hz)", self.sources[0]));
        let mut panel = curves(&all, x, Axis::new("rate (spikes/s)").including(0.0))?;
        panel.title = self.population.clone();
        Ok(Figure::of(panel))
    }
}
