//! Moves what is the same for all instances out of the vector part.
//!
//! Factors that are uniform travel up through products, quotients and signs and meet there, so
//! that `−(v + 40)/18` needs one multiplication and a division by a uniform value becomes a
//! multiplication by a reciprocal computed once.

use super::share::share;
use crate::ir::{Binary, Graph, Input, Node, Segment, Unary, Value};

/// Which inputs are the same for all instances.
pub(crate) fn is_uniform_input(input: Input, each: &[bool]) -> bool {
    match input {
        Input::Time | Input::Step | Input::Celsius => true,
        Input::Variable(k) => !each[k],
        _ => false,
    }
}

/// For every node of a graph whether it is the same for all instances.
pub(crate) fn uniform_nodes(graph: &Graph, each: &[bool]) -> Vec<bool> {
    let mut uniform: Vec<bool> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        let here = match node {
            Node::Constant(_) => true,
            Node::Input(input) => is_uniform_input(*input, each),
            _ => node.operands().all(|o| uniform[o.index()]),
        };
        uniform.push(here);
    }
    uniform
}

/// A varying value as `core·scale`.
#[derive(Clone, Copy)]
struct Scaled {
    core: Value,
    scale: Option<Value>,
}

struct Pass<'a> {
    old: &'a Graph,
    uniform: Vec<bool>,
    new: Graph,
    map: Vec<Option<Scaled>>,
}

/// The segment rewritten for the given storage: `each[k]` tells whether variable `k` has a value
/// per instance.
pub(crate) fn specialise(segment: &Segment, each: &[bool]) -> Segment {
    let segment = &share(segment, each);
    let old = &segment.graph;
    let uniform = uniform_nodes(old, each);
    let live = old.live(segment.roots());
    let map = vec![None; old.nodes().len()];
    let mut pass = Pass { old, uniform, new: Graph::default(), map };
    for k in 0..old.nodes().len() {
        if live[k] {
            let made = pass.rebuild(Value(k as u32));
            pass.map[k] = Some(made);
        }
    }
    let outputs = segment.outputs.iter().map(|(t, v)| (*t, pass.whole(*v))).collect();
    let effects = segment
        .effects
        .iter()
        .map(|e| crate::ir::Effect {
            guard: pass.whole(e.guard),
            time: pass.whole(e.time),
            flag: pass.whole(e.flag),
            ..*e
        })
        .collect();
    Segment { graph: pass.new, outputs, effects, iteration: segment.iteration.clone() }
}

impl Pass<'_> {
    fn rebuild(&mut self, at: Value) -> Scaled {
        let plain = |core| Scaled { core, scale: None };
        let node = self.old.node(at);
        if self.uniform[at.index()] {
            return plain(self.copy(node));
        }
        match node {
            Node::Unary(Unary::Neg, a) => {
                let minus = self.new.constant(-1.0);
                self.scaled(a, minus)
            }
            Node::Binary(Binary::Mul, a, b) => match (self.is_uniform(a), self.is_uniform(b)) {
                (true, _) => {
                    let factor = self.whole(a);
                    self.scaled(b, factor)
                }
                (_, true) => {
                    let factor = self.whole(b);
                    self.scaled(a, factor)
                }
                _ => {
                    let (a, b) = (self.parts(a), self.parts(b));
                    let core = self.new.mul(a.core, b.core);
                    Scaled { core, scale: self.product(a.scale, b.scale) }
                }
            },
            Node::Binary(Binary::Div, a, b) if self.is_uniform(b) => {
                let (one, b) = (self.new.constant(1.0), self.whole(b));
                let factor = self.new.div(one, b);
                self.scaled(a, factor)
            }
            Node::Binary(Binary::Div, a, b) => {
                let b = self.parts(b);
                let (core, top) = if self.is_uniform(a) {
                    // the uniform numerator stays in the quotient: r/b rather than r·(1/b)
                    let top = self.whole(a);
                    let top = match b.scale {
                        Some(scale) => self.new.div(top, scale),
                        None => top,
                    };
                    return plain(self.new.intern(Node::Binary(Binary::Div, top, b.core)));
                } else {
                    let a = self.parts(a);
                    (self.new.div(a.core, b.core), a.scale)
                };
                let scale = match (top, b.scale) {
                    (top, None) => top,
                    (top, Some(bottom)) => {
                        let top = top.unwrap_or_else(|| self.new.constant(1.0));
                        Some(self.new.div(top, bottom))
                    }
                };
                Scaled { core, scale }
            }
            Node::Binary(Binary::Add | Binary::Sub, a, b) => {
                let Some((left, right, scale)) = self.common_scale(a, b) else {
                    return plain(self.copy(node));
                };
                let subtract = matches!(node, Node::Binary(Binary::Sub, ..));
                let op = if subtract { Binary::Sub } else { Binary::Add };
                Scaled { core: self.sum(op, left, right), scale: Some(scale) }
            }
            _ => plain(self.copy(node)),
        }
    }

    fn is_uniform(&self, a: Value) -> bool {
        self.uniform[a.index()]
    }

    fn parts(&self, a: Value) -> Scaled {
        self.map[a.index()].unwrap_or(Scaled { core: Value(0), scale: None })
    }

    fn product(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.new.mul(a, b)),
            (a, b) => a.or(b),
        }
    }

    fn scaled(&mut self, a: Value, factor: Value) -> Scaled {
        let a = self.parts(a);
        let scale = self.product(a.scale, Some(factor)).filter(|s| !self.new.is(*s, 1.0));
        Scaled { core: a.core, scale }
    }

    /// Two values divided by a scale that both have: `x·s` and `y·s`, or `x·k·s` and `y·s`.
    fn common_scale(&mut self, a: Value, b: Value) -> Option<(Value, Value, Value)> {
        let (a, b) = (self.parts(a), self.parts(b));
        let (s, t) = (a.scale?, b.scale?);
        if s == t {
            return Some((a.core, b.core, s));
        }
        let other = |whole: Value, part: Value| match self.new.node(whole) {
            Node::Binary(Binary::Mul, x, y) if x == part => Some(y),
            Node::Binary(Binary::Mul, x, y) if y == part => Some(x),
            _ => None,
        };
        if let Some(k) = other(s, t) {
            return Some((self.new.intern(Node::Binary(Binary::Mul, a.core, k)), b.core, t));
        }
        let k = other(t, s)?;
        Some((a.core, self.new.intern(Node::Binary(Binary::Mul, b.core, k)), s))
    }

    /// The value itself in the new graph.
    fn whole(&mut self, a: Value) -> Value {
        let parts = self.parts(a);
        match parts.scale {
            None => parts.core,
            Some(scale) if self.new.is(scale, -1.0) => {
                self.new.intern(Node::Unary(Unary::Neg, parts.core))
            }
            Some(scale) => self.new.intern(Node::Binary(Binary::Mul, parts.core, scale)),
        }
    }

    fn copy(&mut self, node: Node) -> Value {
        match node {
            Node::Constant(_) | Node::Input(_) => self.new.intern(node),
            Node::Unary(op, a) => {
                let a = self.whole(a);
                self.new.unary(op, a)
            }
            Node::Binary(op, a, b) => {
                let (shift, state) = (self.is_shift(op, a, b), self.is_state(a));
                let (a, b) = (self.whole(a), self.whole(b));
                match op {
                    // the same number; a distance from a state stays a difference
                    Binary::Sub if shift && !state => {
                        let minus = self.new.neg(b);
                        self.new.intern(Node::Binary(Binary::Add, a, minus))
                    }
                    Binary::Add | Binary::Sub => self.sum(op, a, b),
                    _ => self.new.binary(op, a, b),
                }
            }
            Node::Select(c, a, b) => {
                let (c, a, b) = (self.whole(c), self.whole(a), self.whole(b));
                self.new.select(c, a, b)
            }
        }
    }

    /// `a − b` with only `b` uniform.
    fn is_shift(&self, op: Binary, a: Value, b: Value) -> bool {
        op == Binary::Sub && self.is_uniform(b) && !self.is_uniform(a)
    }

    fn is_state(&self, a: Value) -> bool {
        matches!(self.old.node(a), Node::Input(Input::Variable(_) | Input::Carry(_)))
    }

    /// A sum; the constructor turns `a + (−b)` into a difference.
    fn sum(&mut self, op: Binary, a: Value, b: Value) -> Value {
        if op == Binary::Add { self.new.add(a, b) } else { self.new.sub(a, b) }
    }
}
