//! What a step computes of parameters alone, computed once.
//!
//! A value of the step that depends on nothing but parameters becomes a column of its own: one number if
//! the parameters are the same for all neurons, one per neuron otherwise. A division by such a value becomes
//! a multiplication by its reciprocal.

use super::holds::{Columns, Hold};
use crate::ir::{Binary, Graph, Input, Node, Segment, Target, Value};

/// The step without what was taken out, the graph that it was taken from, and the values taken.
pub(super) struct Split {
    pub(super) step: Segment,
    /// Values of the step before, and those that follow.
    pub(super) graph: Graph,
    /// Values of [`Self::graph`] that fill the columns [`Hold::Fixed`].
    pub(super) fixed: Vec<Value>,
}

struct Splitting<'a> {
    graph: Graph,
    /// Of each node of the step whether it never changes, and whether it depends on a parameter.
    never: Vec<(bool, bool)>,
    map: Vec<Option<Value>>,
    step: Graph,
    columns: &'a mut Columns,
    fixed: Vec<Value>,
}

/// Takes out of a step what depends on parameters only.
pub(super) fn split(graph: Graph, outputs: &[(Target, Value)], columns: &mut Columns) -> Split {
    let mut never: Vec<(bool, bool)> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        never.push(match node {
            Node::Constant(_) | Node::Input(Input::Step) => (true, false),
            Node::Input(Input::Variable(k)) => match columns.holds[*k] {
                Hold::Parameter(_) | Hold::Propagator { .. } => (true, true),
                _ => (false, false),
            },
            Node::Input(_) => (false, false),
            _ => node.operands().fold((true, false), |(all, any), operand| {
                let (fixed, own) = never[operand.index()];
                (all && fixed, any || own)
            }),
        });
    }
    let live = graph.live(outputs.iter().map(|(_, value)| *value));
    let map = vec![None; never.len()];
    let count = never.len();
    let (step, fixed) = (Graph::default(), Vec::new());
    let mut splitting = Splitting { graph, never, map, step, columns, fixed };
    for k in (0..count).filter(|k| live[*k]) {
        let value = Value(k as u32);
        if !splitting.is_fixed(value) {
            splitting.rebuild(value);
        }
    }
    let outputs = outputs.iter().map(|(target, value)| (*target, splitting.of(*value))).collect();
    let Splitting { graph, step, fixed, .. } = splitting;
    Split { step: Segment { graph: step, outputs, ..Segment::default() }, graph, fixed }
}

impl Splitting<'_> {
    /// Whether a value is computed of parameters only.
    fn is_fixed(&self, value: Value) -> bool {
        matches!(self.never.get(value.index()), Some((true, true)))
    }

    /// The value in the new graph.
    fn of(&mut self, value: Value) -> Value {
        if let Some(known) = self.map[value.index()] {
            return known;
        }
        let made = match self.graph.node(value) {
            leaf @ (Node::Constant(_) | Node::Input(_)) => self.step.intern(leaf),
            _ if self.is_fixed(value) => self.column(value),
            _ => {
                self.rebuild(value);
                return self.of(value);
            }
        };
        self.map[value.index()] = Some(made);
        made
    }

    /// A column that holds a value of the old graph.
    fn column(&mut self, value: Value) -> Value {
        let place = self.fixed.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.fixed.push(value);
            self.fixed.len() - 1
        });
        let column = self.columns.of(Hold::Fixed(place));
        self.step.input(Input::Variable(column))
    }

    fn rebuild(&mut self, value: Value) {
        let made = match self.graph.node(value) {
            Node::Unary(op, a) => {
                let a = self.of(a);
                self.step.unary(op, a)
            }
            Node::Binary(Binary::Div, a, b) if self.is_fixed(b) => {
                let one = self.graph.constant(1.0);
                let reciprocal = self.graph.div(one, b);
                let (a, reciprocal) = (self.of(a), self.column(reciprocal));
                self.step.mul(a, reciprocal)
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.of(a), self.of(b));
                self.step.binary(op, a, b)
            }
            Node::Select(c, a, b) => {
                let (c, a, b) = (self.of(c), self.of(a), self.of(b));
                self.step.select(c, a, b)
            }
            leaf => self.step.intern(leaf),
        };
        self.map[value.index()] = Some(made);
    }
}
