//! Experiments from Rust: the builder writes the text that a file would hold, so that both take the
//! same road, errors show the line they are about, and the result stores what was run.
//!
//! ```
//! use neuropil::builder::{Connect, Input, Neurons};
//! use neuropil::prelude::*;
//!
//! let lif = Neurons::of("iaf_psc_delta")
//!     .params([("tau_m", "20 ms"), ("C_m", "1 pF"), ("t_ref", "2 ms")])
//!     .params([("E_L", 0.0), ("V_reset", 0.0), ("V_th", 20.0)])
//!     .initial("V_m", "uniform(0 mV, 20 mV)");
//! let experiment = Experiment::builder()
//!     .duration("200 ms")
//!     .parameter("J", "0.5 mV")
//!     .population("E", lif.clone().size(160))
//!     .population("I", lif.size(40))
//!     .connect("excitation", "E", ["E", "I"], Connect::fixed_indegree(16).weight("J").delay("1.5 ms"))
//!     .connect("inhibition", "I", ["E", "I"], Connect::fixed_indegree(4).weight("-5 * J").delay("1.5 ms"))
//!     .input("noise", ["E", "I"], Input::poisson("3 kHz").weight("J"))
//!     .record_spikes(["E", "I"])
//!     .build()?;
//! let summary = experiment.run(&RunOptions::default(), &mut |_| true)?;
//! assert_eq!((summary.neurons, summary.synapses), (200, 4000));
//! assert!(summary.populations[0].rate_hz > Some(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Branching cells: [`Cell`].

mod cells;
mod setting;

use std::fmt::Write;

pub use cells::Cell;
pub use setting::Setting;
use setting::{Keys, quoted};

use crate::experiment::{Experiment, ExperimentError};

/// Neurons of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Neurons {
    model: String,
    size: usize,
    params: Keys,
    initial: Keys,
}

impl Neurons {
    /// One neuron of a model, with its defaults.
    pub fn of(model: impl Into<String>) -> Self {
        let (params, initial) = (Keys::default(), Keys::default());
        Self { model: model.into(), size: 1, params, initial }
    }

    /// How many.
    #[must_use]
    pub fn size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// A parameter: a value, or a distribution such as `"normal(20 ms, 1 ms)"`.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<Setting>) -> Self {
        self.params = self.params.with(name, value);
        self
    }

    /// Several parameters.
    #[must_use]
    pub fn params<'a, V: Into<Setting>>(self, all: impl IntoIterator<Item = (&'a str, V)>) -> Self {
        all.into_iter().fold(self, |neurons, (name, value)| neurons.param(name, value))
    }

    /// An initial value.
    #[must_use]
    pub fn initial(mut self, name: &str, value: impl Into<Setting>) -> Self {
        self.initial = self.initial.with(name, value);
        self
    }
}

/// How two populations are joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Connect(Keys);

impl Connect {
    /// By a rule, by its name.
    pub fn by(rule: &str) -> Self {
        Self(Keys::default().with("rule", rule))
    }

    /// Each target draws so many sources.
    pub fn fixed_indegree(indegree: usize) -> Self {
        Self::by("fixed_indegree").option("indegree", indegree)
    }

    /// Every pair with this probability.
    pub fn with_probability(p: f64) -> Self {
        Self::by("pairwise_bernoulli").option("p", p)
    }

    /// Every source to every target.
    pub fn all_to_all() -> Self {
        Self::by("all_to_all")
    }

    /// Source k to target k.
    pub fn one_to_one() -> Self {
        Self::by("one_to_one")
    }

    /// The strength of a synapse.
    #[must_use]
    pub fn weight(self, weight: impl Into<Setting>) -> Self {
        self.option("weight", weight)
    }

    /// The delay of a synapse.
    #[must_use]
    pub fn delay(self, delay: impl Into<Setting>) -> Self {
        self.option("delay", delay)
    }

    /// Any other key, such as `autapses`.
    #[must_use]
    pub fn option(self, key: &str, value: impl Into<Setting>) -> Self {
        Self(self.0.with(key, value))
    }
}

/// A device that drives neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct Input(Keys);

impl Input {
    /// Of a kind, by its name.
    pub fn of(kind: &str) -> Self {
        Self(Keys::default().with("kind", kind))
    }

    /// An independent Poisson train for every neuron; the rate may be an expression of time `t`.
    pub fn poisson(rate: impl Into<Setting>) -> Self {
        Self::of("poisson").option("rate", rate)
    }

    /// A constant current.
    pub fn dc(amplitude: impl Into<Setting>) -> Self {
        Self::of("dc").option("amplitude", amplitude)
    }

    /// Spikes at given times.
    pub fn spikes(times: impl Into<Setting>) -> Self {
        Self::of("spikes").option("times", times)
    }

    /// The effect of an event.
    #[must_use]
    pub fn weight(self, weight: impl Into<Setting>) -> Self {
        self.option("weight", weight)
    }

    /// Any other key, such as `start`.
    #[must_use]
    pub fn option(self, key: &str, value: impl Into<Setting>) -> Self {
        Self(self.0.with(key, value))
    }
}

/// Gathers an experiment. Setters only store; [`build`](Self::build) checks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExperimentBuilder {
    mechanisms: Vec<String>,
    simulation: Keys,
    parameters: Keys,
    record: Keys,
    sections: String,
}

impl Experiment {
    /// Begins an experiment in Rust: see [`crate::builder`].
    pub fn builder() -> ExperimentBuilder {
        ExperimentBuilder::default()
    }
}

impl ExperimentBuilder {
    /// Time to simulate after the warm-up.
    #[must_use]
    pub fn duration(self, duration: impl Into<Setting>) -> Self {
        self.simulation("duration", duration)
    }

    /// Any key of `[simulation]`: `dt`, `seed`, `warmup`, `threads`.
    #[must_use]
    pub fn simulation(mut self, key: &str, value: impl Into<Setting>) -> Self {
        self.simulation = self.simulation.with(key, value);
        self
    }

    /// A named quantity that expressions may use.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl Into<Setting>) -> Self {
        self.parameters = self.parameters.with(name, value);
        self
    }

    /// A population.
    #[must_use]
    pub fn population(self, name: &str, neurons: Neurons) -> Self {
        let mut keys = Keys::default().with("model", neurons.model).with("size", neurons.size);
        for (key, table) in [("params", &neurons.params), ("initial", &neurons.initial)] {
            if !table.0.is_empty() {
                keys.0.push((key.into(), Setting(table.inline())));
            }
        }
        self.section("populations", name, &keys)
    }

    /// Projections from each of the sources to each of the targets.
    #[must_use]
    pub fn connect(
        self,
        name: &str,
        source: impl Into<Setting>,
        target: impl Into<Setting>,
        connect: Connect,
    ) -> Self {
        let mut keys = Keys::default().with("source", source.into()).with("target", target.into());
        keys.0.extend(connect.0.0);
        self.section("connections", name, &keys)
    }

    /// A device that drives the targets.
    #[must_use]
    pub fn input(self, name: &str, target: impl Into<Setting>, input: Input) -> Self {
        let mut keys = input.0;
        keys.0.push(("target".into(), target.into()));
        self.section("inputs", name, &keys)
    }

    /// Whose spikes are recorded; all, if this is never said.
    #[must_use]
    pub fn record_spikes(mut self, target: impl Into<Setting>) -> Self {
        self.record = self.record.with("spikes", target);
        self
    }

    /// Variables of some neurons, sampled at an interval.
    #[must_use]
    pub fn record_traces(
        mut self,
        target: impl Into<Setting>,
        variables: impl Into<Setting>,
        every: impl Into<Setting>,
    ) -> Self {
        let keys = Keys::default()
            .with("target", target.into())
            .with("variables", variables.into())
            .with("every", every.into());
        self.sections.push_str("\n[[record.traces]]\n");
        keys.write(&mut self.sections);
        self
    }

    fn section(mut self, section: &str, name: &str, keys: &Keys) -> Self {
        let _ = writeln!(self.sections, "\n[{section}.{}]", quoted(name));
        keys.write(&mut self.sections);
        self
    }

    /// The experiment as a file would hold it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.mechanisms.is_empty() {
            let _ = writeln!(text, "mechanisms = {}\n", Setting::from(self.mechanisms.clone()).0);
        }
        text.push_str("[simulation]\n");
        self.simulation.write(&mut text);
        if !self.parameters.0.is_empty() {
            text.push_str("\n[parameters]\n");
            self.parameters.write(&mut text);
        }
        if !self.record.0.is_empty() {
            text.push_str("\n[record]\n");
            self.record.write(&mut text);
        }
        text.push_str(&self.sections);
        text
    }

    /// Checks the whole and hands it over.
    ///
    /// # Errors
    /// The first fault, at its place in [`text`](Self::text).
    pub fn build(&self) -> Result<Experiment, ExperimentError> {
        let experiment = Experiment::parse(&self.text(), "builder.toml")?;
        match experiment.has_cells() {
            true => experiment.cables().map(drop)?,
            false => experiment.network().map(drop)?,
        }
        Ok(experiment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_and_texts_survive() {
        let builder = Experiment::builder()
            .duration(10)
            .population("layer 2/3 \"E\"".replace('/', "-").as_str(), Neurons::of("iaf_psc_delta"));
        let experiment = builder.build().unwrap();
        let model = experiment.network().unwrap();
        assert_eq!(model.network.populations[0].name, "layer 2-3 \"E\"");
    }

    #[test]
    fn faults_have_a_place_in_the_text() {
        let error = Experiment::builder()
            .duration("10 ms")
            .population("E", Neurons::of("iaf_psc_delta").param("tau_m", "20 nS"))
            .build()
            .unwrap_err();
        assert!(error.to_string().starts_with("builder.toml:7:"), "{error}");
        assert!(error.render(false).contains("tau_m"), "{}", error.render(false));
    }
}
