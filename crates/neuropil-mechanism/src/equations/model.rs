//! A compiled model: what it is called, what it takes, and its kernels.

use neuropil_core::units::Unit;

use super::exact::Jacobian;
use super::holds::Hold;
use super::method::Method;
use crate::ir::{Graph, Segment, Value};

/// The texts of a model.
///
/// ```text
/// equations    dv/dt = (E_L - v + R*I_in)/tau : mV (unless refractory)
/// threshold    v > V_th
/// reset        v = V_reset
/// refractory   5 ms                      a time, or a condition that keeps the neuron refractory
/// receptors    ex: g_e += weight
/// initial      v: E_L
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// Name of the model, for messages.
    pub name: String,
    /// The equations.
    pub equations: String,
    /// Condition of a spike.
    pub threshold: Option<String>,
    /// Statements that a spike runs.
    pub reset: Option<String>,
    /// Refractory time, or the condition under which a neuron stays refractory after a spike.
    pub refractory: Option<String>,
    /// Name of the method of integration.
    pub method: Option<String>,
    /// Name of each receptor and the statements that an arriving event runs.
    pub receptors: Vec<(String, String)>,
    /// Variables and their initial values, expressions of the parameters.
    pub initial: Vec<(String, String)>,
    /// Parameters whose unit is known from their values rather than from the equations.
    pub parameters: Vec<(String, Unit)>,
    /// Names of the surroundings with their units; those that the texts mention and the model does
    /// not define become parameters.
    pub surroundings: Vec<(String, Unit)>,
}

impl Definition {
    /// Every text of the model.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let named = self.receptors.iter().chain(&self.initial).map(|(_, text)| text.as_str());
        let parts = [&self.threshold, &self.reset, &self.refractory];
        let parts = parts.into_iter().filter_map(|part| part.as_deref());
        std::iter::once(self.equations.as_str()).chain(parts).chain(named)
    }
}

/// A name of a model with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Name.
    pub name: String,
    /// Unit in which values are given, as written or customary.
    pub unit_text: String,
    /// The same, understood.
    pub unit: Unit,
}

/// A compiled model. Immutable; shared by all neurons that are made of it.
#[derive(Debug)]
pub struct Model {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) parameters: Vec<Quantity>,
    /// States first, then what is computed from them.
    pub(super) variables: Vec<Quantity>,
    pub(super) states: usize,
    pub(super) receptors: Vec<Quantity>,
    /// For each receptor, where its weights may be added before the step.
    pub(super) sinks: Vec<Option<Sink>>,
    /// What each column holds.
    pub(super) holds: Vec<Hold>,
    /// Advances the neurons by one step.
    pub(super) step: Segment,
    /// What is computed once.
    pub(super) fixed: Fixed,
    /// Jacobian of a system that is solved exactly; values of the graph of `fixed`.
    pub(super) jacobian: Jacobian,
    /// States that rest while the neuron is refractory.
    pub(super) held: Vec<bool>,
    /// Everything that happens to single neurons.
    pub(super) single: Single,
}

/// A state that does nothing with the weights of a receptor but add them up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sink {
    pub(super) state: usize,
    /// 1 or −1.
    pub(super) sign: f64,
}

/// Values that depend on parameters only.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    pub(super) graph: Graph,
    /// Those that have columns.
    pub(super) values: Vec<Value>,
}

/// Values that are computed for single neurons.
#[derive(Debug, Default)]
pub(super) struct Single {
    pub(super) graph: Graph,
    /// State variables after the events of a step and the reset: `(state, value)`.
    pub(super) reset: Vec<(usize, Value)>,
    /// Refractory steps that a spike begins, if a time was given.
    pub(super) rest: Option<Rest>,
    /// Each computed variable.
    pub(super) computed: Vec<Value>,
    /// Initial value of each state.
    pub(super) initial: Vec<Value>,
}

/// How long a neuron is refractory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rest {
    /// A time in steps.
    Steps(Value),
    /// As long as a condition holds.
    While,
}

impl Model {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is integrated.
    pub fn method(&self) -> Method {
        self.method
    }

    /// What has to be given, per neuron or for all.
    pub fn parameters(&self) -> &[Quantity] {
        &self.parameters
    }

    /// What can be recorded: the states, then what is computed from them.
    pub fn variables(&self) -> &[Quantity] {
        &self.variables
    }

    /// How many of the [`variables`](Self::variables) are states, which have initial values.
    pub fn states(&self) -> usize {
        self.states
    }

    /// Receptors, each with the unit of the weights it takes.
    pub fn receptors(&self) -> &[Quantity] {
        &self.receptors
    }

    /// Whether the model reads the current of inputs, `I_in`.
    pub fn takes_current(&self) -> bool {
        self.holds.contains(&Hold::Current)
    }

    /// Whether the model reads the conductance of clamps, `g_clamp`.
    pub fn takes_clamp(&self) -> bool {
        self.holds.contains(&Hold::ClampConductance)
    }
}
