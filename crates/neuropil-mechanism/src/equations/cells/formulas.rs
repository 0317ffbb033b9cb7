//! Values computed for one neuron at a time: what spikes do.

use crate::ir::{Graph, Input, Node, Value, evaluate};

/// Some values of a graph, and nothing else of it.
#[derive(Debug, Default)]
pub(super) struct Formulas {
    graph: Graph,
    live: Vec<bool>,
    results: Vec<Value>,
}

impl Formulas {
    /// The given values of a graph.
    pub(super) fn new(graph: &Graph, results: impl Iterator<Item = Value> + Clone) -> Self {
        let wanted = graph.live(results.clone());
        let mut own = Graph::default();
        let mut map = vec![Value(0); wanted.len()];
        for (k, node) in graph.nodes().iter().enumerate().filter(|(k, _)| wanted[*k]) {
            let at = |v: Value| map[v.index()];
            map[k] = own.intern(match *node {
                Node::Unary(op, a) => Node::Unary(op, at(a)),
                Node::Binary(op, a, b) => Node::Binary(op, at(a), at(b)),
                Node::Select(c, a, b) => Node::Select(at(c), at(a), at(b)),
                leaf => leaf,
            });
        }
        let live = vec![true; own.nodes().len()];
        Self { graph: own, live, results: results.map(|v| map[v.index()]).collect() }
    }

    /// Whether every quantity that is read is of this kind.
    pub(super) fn reads_only(&self, allowed: impl Fn(Input) -> bool) -> bool {
        self.graph.nodes().iter().all(|node| match node {
            Node::Input(input) => allowed(*input),
            _ => true,
        })
    }

    /// Computes the values; `memory` holds them for [`results`](Self::results).
    pub(super) fn evaluate(&self, read: &impl Fn(Input) -> f64, memory: &mut Vec<f64>) {
        evaluate(&self.graph, &self.live, read, memory);
    }

    /// The values, in the order in which they were given.
    pub(super) fn results<'a>(&'a self, memory: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.results.iter().map(|v| memory[v.index()])
    }

    /// The first of the values.
    pub(super) fn result(&self, read: &impl Fn(Input) -> f64, memory: &mut Vec<f64>) -> f64 {
        self.evaluate(read, memory);
        self.results(memory).next().unwrap_or(0.0)
    }
}
