//! What a neuron model promises to the engine.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use neuropil_core::Clock;

use crate::description::{Column, ModelError};

/// How the sign of a weight chooses an input channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// One channel takes everything.
    Together,
    /// Channel 0 takes positive, channel 1 negative weights (passed on with their sign).
    Apart,
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'a> {
    /// NEST's name.
    pub name: &'a str,
    /// Unit in which values are given, e.g. `mV`; empty for a pure number.
    pub unit: &'a str,
    /// Value when nothing is said.
    pub default: f64,
    /// Meaning and admissible range, in a few words.
    pub doc: &'a str,
}

/// A line of a model's list of parameters.
pub(super) const fn p(
    name: &'static str,
    unit: &'static str,
    default: f64,
    doc: &'static str,
) -> Parameter<'static> {
    Parameter { name, unit, default, doc }
}

/// A state variable: can be recorded; can be set at the beginning if `initial`.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'a> {
    /// NEST's name.
    pub name: &'a str,
    /// Unit of recorded values.
    pub unit: &'a str,
    /// Whether an initial value may be given.
    pub initial: bool,
    /// Meaning, in a few words.
    pub doc: &'a str,
}

/// What is needed to make the neurons of one worker.
#[derive(Debug)]
pub struct Build<'a> {
    /// Parameters given by the user, one value per neuron of this part.
    pub parameters: &'a BTreeMap<String, Column>,
    /// Initial values given by the user.
    pub initial: &'a BTreeMap<String, Column>,
    /// Number of neurons of this part.
    pub size: usize,
    /// Index of the first of them within its population (random numbers depend on it).
    pub first: u32,
    /// Time grid.
    pub clock: Clock,
    /// Random key of the population, for models that draw numbers while they run.
    pub key: [u32; 2],
}

/// A model: what it is called, what it takes, how it is made.
pub struct ModelInfo {
    /// NEST's name.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// Parameters.
    pub parameters: &'static [Parameter<'static>],
    /// State variables, in the order of [`Neurons::read`].
    pub variables: &'static [Variable<'static>],
    /// Unit of a synaptic weight: `mV`, `pA` or `nS`.
    pub weight_unit: &'static str,
    /// Names of the input channels.
    pub channels: &'static [&'static str],
    /// How signs choose among the channels.
    pub signs: Signs,
    /// Makes neurons.
    ///
    /// # Errors
    /// [`ModelError`] for an unknown name or a value outside its range.
    pub build: fn(&Build<'_>) -> Result<Box<dyn Neurons>, ModelError>,
}

impl std::fmt::Debug for ModelInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelInfo").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What reaches the neurons of one block in one step. Every slice has one entry per neuron of the
/// block; an empty slice stands for zeros.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arrivals<'a> {
    /// Summed weights of the spikes that arrive in this step, per input channel; zeros where the list
    /// is too short.
    pub channels: &'a [&'a [f64]],
    /// Stimulus current `[pA]` read at the end of this step: it acts in the next one.
    pub current: &'a [f64],
    /// The same for receptor port 1, which some models filter.
    pub current_port1: &'a [f64],
    /// Conductance of all clamps, `Σ g` `[nS]`, read at the end of this step: `I = Σ g (E − V)` acts in
    /// the next one.
    pub clamp_conductance: &'a [f64],
    /// The same times their potentials, `Σ g E` `[pA]`; given with the conductance.
    pub clamp_pull: &'a [f64],
}

impl<'a> Arrivals<'a> {
    /// What arrives at a channel.
    pub fn channel(&self, k: usize) -> &'a [f64] {
        self.channels.get(k).copied().unwrap_or_default()
    }

    /// What arrives at the first two channels.
    pub(super) fn pair(&self) -> [&'a [f64]; 2] {
        [self.channel(0), self.channel(1)]
    }
}

/// When weights are added to a [`Sink`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Before the step.
    Before,
    /// After it.
    After,
}

/// A state that takes arriving weights by adding them up: `column[n] += factor · weight` for neuron n of
/// the part.
#[derive(Debug)]
pub struct Sink<'a> {
    /// One entry per neuron of the part.
    pub column: &'a mut [f64],
    /// Factor on weights.
    pub factor: f64,
    /// Whether before or after [`Neurons::advance`].
    pub order: Order,
}

/// A state that is no number, or beyond what the model admits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Neuron within its part.
    pub neuron: usize,
    /// Name of the offending variable.
    pub variable: Cow<'static, str>,
    /// Its value.
    pub value: f64,
}

/// The neurons of one population that one worker owns.
pub trait Neurons: Send {
    /// Advances the neurons of `block` by one step, the one that ends at stamp `step + 1`.
    ///
    /// Pushes the index (within this part) of every neuron that spiked, ascending; a neuron that
    /// spiked several times is pushed several times. Blocks of one step may come in any order, and
    /// a block may be several steps ahead of another.
    ///
    /// # Errors
    /// [`Fault`] as soon as a state is not a number or out of bounds.
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault>;

    /// Where the weights of a channel may be added without passing through [`Arrivals`], with the same
    /// result to the bit: cheaper when few arrive. `None` if they cannot.
    fn sink(&mut self, _channel: usize) -> Option<Sink<'_>> {
        None
    }

    /// Value of a variable (index into [`ModelInfo::variables`]) of one neuron, after the last step.
    fn read(&self, variable: usize, neuron: usize) -> f64;

    /// Conductance `Σ g` `[nS]` and pull `Σ g E` `[pA]` of the clamps that act on a neuron in the next
    /// step; zeros for a model that cannot be clamped ([`super::Model::takes_clamp`]).
    fn clamp(&self, _neuron: usize) -> [f64; 2] {
        [0.0; 2]
    }
}
