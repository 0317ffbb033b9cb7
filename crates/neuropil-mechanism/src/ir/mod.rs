//! The intermediate representation that both front ends produce.
//!
//! A kernel is a list of [`Segment`]s. A segment is a graph of pure values ([`Graph`]) with
//! outputs: which value goes to which place. Values are shared by construction (equal expressions
//! are one node), so common subexpressions are found without a pass; the constructors simplify
//! (see [`simplify`](self)). Conditions are selects: both sides are values, nothing has a side
//! effect. Loops exist in one form only: a segment may be iterated to convergence per instance
//! (Newton's method of implicit equations).

mod derive;
mod evaluate;
mod graph;
mod linear;
mod linoid;
mod simplify;
mod system;

pub(crate) use derive::derivative;
pub(crate) use evaluate::{apply_binary, apply_unary, evaluate};
pub(crate) use graph::{Binary, Graph, Input, IonQuantity, Node, Unary, Value};
pub(crate) use linear::{LinearParts, linear_parts, substitute};
pub(crate) use system::solve_linear;

/// Where an output of a kernel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A variable of the mechanism.
    Variable(usize),
    /// A value carried to a later segment of the same kernel.
    Carry(usize),
    /// An ion's concentration or reversal potential: overwritten.
    Ion(usize, IonQuantity),
    /// An ion's current and its `di/dv`: added to, weighted by the instance's scale.
    IonCurrent(usize),
    /// As above, the conductance.
    IonConductance(usize),
    /// The membrane current: added to, weighted by the instance's scale.
    Current,
    /// The membrane conductance: added to, weighted by the instance's scale.
    Conductance,
    /// A stored number of the connection that delivered the event.
    Argument(usize),
}

/// What an instance asks for beside its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum EffectKind {
    /// `net_send(time − t, flag)`.
    Send,
    /// `net_event(time)`.
    Spike,
    /// `net_move(time)`.
    Move,
}

/// An event asked for when `guard` is not zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    pub(crate) guard: Value,
    /// Absolute time `[ms]`.
    pub(crate) time: Value,
    pub(crate) flag: Value,
}

/// Iterates a segment until every instance has converged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Iteration {
    /// The block solved, for messages.
    pub(crate) block: String,
    /// The unknowns are carried values `first..first + count`, updated by outputs of the segment.
    pub(crate) first: usize,
    /// How many.
    pub(crate) count: usize,
    /// Largest number of iterations.
    pub(crate) limit: usize,
}

/// A straight piece of a kernel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    pub(crate) graph: Graph,
    pub(crate) outputs: Vec<(Target, Value)>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) iteration: Option<Iteration>,
}

/// What the implicit solution of one block leaves behind: numbers, and no negative ones if they
/// are amounts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Solved {
    /// The block, for messages.
    pub(crate) block: String,
    /// Where its unknowns are stored: variables, and concentrations of ions.
    pub(crate) places: Vec<Target>,
    /// Whether the unknowns are amounts (`KINETIC`).
    pub(crate) amounts: bool,
}

/// A kernel: its segments run in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kernel {
    pub(crate) segments: Vec<Segment>,
    /// What has to be looked at after a run.
    pub(crate) solved: Vec<Solved>,
    /// Number of carried values.
    pub(crate) carried: usize,
}

impl Kernel {
    /// All outputs of all segments.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = Target> + '_ {
        self.segments.iter().flat_map(|s| s.outputs.iter().map(|o| o.0))
    }

    /// Every input that is read by an output or effect.
    pub(crate) fn inputs(&self) -> Vec<Input> {
        let mut all: Vec<Input> = self.segments.iter().flat_map(Segment::inputs).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Segment {
    /// Values that have to be computed.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Value> + '_ {
        let effects = self.effects.iter().flat_map(|e| [e.guard, e.time, e.flag]);
        self.outputs.iter().map(|o| o.1).chain(effects)
    }

    fn inputs(&self) -> Vec<Input> {
        let live = self.graph.live(self.roots());
        let nodes = self.graph.nodes().iter().zip(&live);
        nodes
            .filter_map(|(node, &live)| match node {
                Node::Input(input) if live => Some(*input),
                _ => None,
            })
            .collect()
    }
}
