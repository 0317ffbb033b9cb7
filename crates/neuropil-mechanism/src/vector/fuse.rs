//! Superinstructions: which pattern of nodes becomes one instruction.
//!
//! A pattern is taken only where nothing else wants the values inside it. Every superinstruction
//! does the operations of its nodes in the order of the graph, so that fusing changes no bit; the
//! only liberty is a product with 1 where a factor is missing.

use super::code::Op;
use super::specialise::uniform_nodes;
use crate::ir::{Binary, Graph, Input, Node, Unary, Value};

/// An instruction whose operands are still values.
pub(super) struct Plan {
    pub(super) op: Op,
    pub(super) operands: Vec<Value>,
}

/// A graph with what is needed to recognise patterns in it.
pub(super) struct Patterns {
    pub(super) graph: Graph,
    uniform: Vec<bool>,
    uses: Vec<u32>,
    one: Value,
}

fn plan(op: Op, operands: &[Value]) -> Plan {
    Plan { op, operands: operands.to_vec() }
}

impl Patterns {
    /// Patterns of a graph of which the roots are wanted.
    pub(super) fn new(
        mut graph: Graph,
        roots: impl Iterator<Item = Value> + Clone,
        each: &[bool],
    ) -> Self {
        let one = graph.constant(1.0);
        let live = graph.live(roots.clone());
        let mut uses = vec![0; graph.nodes().len()];
        for (node, _) in graph.nodes().iter().zip(&live).filter(|(_, l)| **l) {
            node.operands().for_each(|o| uses[o.index()] += 1);
        }
        roots.for_each(|r| uses[r.index()] += 1);
        let uniform = uniform_nodes(&graph, each);
        Self { graph, uniform, uses, one }
    }

    /// Whether a value is the same for all instances.
    pub(super) fn is_uniform(&self, v: Value) -> bool {
        self.uniform[v.index()]
    }

    /// The instruction that computes a value, with its operands.
    pub(super) fn plan(&self, v: Value) -> Plan {
        match self.graph.node(v) {
            Node::Constant(_) => plan(Op::Gather(Input::Voltage), &[]), // uniform, never planned
            Node::Input(input) => plan(Op::Gather(input), &[]),
            Node::Unary(op, a) => match self.affine(a) {
                (x, Some(s), Some(t)) => plan(Op::Shifted(op), &[x, s, t]),
                (x, None, Some(t)) => plan(Op::Scaled(op), &[x, t]),
                _ => plan(Op::Unary(op), &[a]),
            },
            Node::Select(c, a, b) => plan(Op::Select, &[c, a, b]),
            Node::Binary(op, a, b) => {
                let fused = match op {
                    Binary::Div if self.is_uniform(a) => self.quotient(a, b),
                    Binary::LinoidGiven => self.linoid(a, b),
                    Binary::Add => self.sum(a, b),
                    Binary::Sub => self.difference(a, b),
                    Binary::Mul => self.product(v, a, b),
                    Binary::And => self.less_and(a, b).or_else(|| self.less_and(b, a)),
                    _ => None,
                };
                fused.unwrap_or_else(|| plan(Op::Binary(op), &[a, b]))
            }
        }
    }

    /// Whether a varying value is wanted `n` times.
    fn is_used(&self, v: Value, n: u32) -> bool {
        self.uses[v.index()] == n && !self.is_uniform(v)
    }

    /// The node of a varying value that is wanted once.
    fn single(&self, v: Value) -> Option<Node> {
        self.is_used(v, 1).then(|| self.graph.node(v))
    }

    /// The factors of a product that is wanted once.
    fn single_product(&self, v: Value) -> Option<(Value, Value)> {
        match self.single(v)? {
            Node::Binary(Binary::Mul, x, y) => Some((x, y)),
            _ => None,
        }
    }

    /// A varying value and its uniform factor; none if it has no such factor.
    fn scaled(&self, v: Value) -> Option<(Value, Value)> {
        match self.graph.node(v) {
            Node::Binary(Binary::Mul, a, t) if self.is_uniform(t) && !self.is_uniform(a) => {
                Some((a, t))
            }
            Node::Binary(Binary::Mul, t, a) if self.is_uniform(t) && !self.is_uniform(a) => {
                Some((a, t))
            }
            _ => None,
        }
    }

    /// A varying value and its uniform factor, 1 if it has none.
    fn core(&self, v: Value) -> (Value, Value) {
        self.scaled(v).unwrap_or((v, self.one))
    }

    /// `a + s`
    fn shifted(&self, v: Value) -> Option<(Value, Value)> {
        match self.graph.node(v) {
            Node::Binary(Binary::Add, a, s) if self.is_uniform(s) && !self.is_uniform(a) => {
                Some((a, s))
            }
            Node::Binary(Binary::Add, s, a) if self.is_uniform(s) && !self.is_uniform(a) => {
                Some((a, s))
            }
            _ => None,
        }
    }

    /// `(a + s)·t`, with `s` or `t` missing where they are 0 and 1.
    fn affine(&self, v: Value) -> (Value, Option<Value>, Option<Value>) {
        let (inner, t) = self.scaled(v).map_or((v, None), |(a, t)| (a, Some(t)));
        match self.shifted(inner) {
            Some((a, s)) if t.is_some() => (a, Some(s), t),
            _ => (inner, None, t),
        }
    }

    fn sum(&self, a: Value, b: Value) -> Option<Plan> {
        let either = [(a, b), (b, a)];
        if let Some(plan) = either.into_iter().find_map(|(x, p)| self.update(x, p)) {
            return Some(plan);
        }
        let varying = !self.is_uniform(a) && !self.is_uniform(b);
        if varying {
            if let Some(found) = either.into_iter().find_map(|(p, d)| self.flow_add(p, d)) {
                return Some(found);
            }
            if let (Some(_), Some(_)) = (self.single(a), self.single(b))
                && let (Some((x, s)), Some((y, t))) = (self.scaled(a), self.scaled(b))
            {
                return Some(plan(Op::TwoScaled, &[x, s, y, t]));
            }
            if let Some(found) = either.into_iter().find_map(|(p, q)| self.three_scaled(p, q)) {
                return Some(found);
            }
        }
        let product = |(p, c): (Value, Value)| {
            let (x, y) = self.single_product(p)?;
            Some(plan(Op::MulAdd, &[x, y, c]))
        };
        let products = either.into_iter().find_map(product);
        products.or_else(|| either.into_iter().find_map(|(p, a)| self.sum_of_three(p, a)))
    }

    /// `a + (b + c)`, a uniform `c` last.
    fn sum_of_three(&self, p: Value, a: Value) -> Option<Plan> {
        let Some(Node::Binary(Binary::Add, b, c)) = self.single(p) else { return None };
        let (b, c) = if self.is_uniform(b) { (c, b) } else { (b, c) };
        Some(plan(Op::Sum3, &[a, b, c]))
    }

    /// `(x·s + y·t) + z·r`
    fn three_scaled(&self, p: Value, q: Value) -> Option<Plan> {
        let Some(Node::Binary(Binary::Add, x, y)) = self.single(p) else { return None };
        let mut terms = Vec::new();
        for term in [x, y, q] {
            self.single(term)?;
            let (of, factor) = self.scaled(term)?;
            terms.extend([of, factor]);
        }
        Some(plan(Op::ThreeScaled, &terms))
    }

    /// `a < b` and `c`
    fn less_and(&self, less: Value, c: Value) -> Option<Plan> {
        let Some(Node::Binary(Binary::Less, a, b)) = self.single(less) else { return None };
        Some(plan(Op::LessAnd, &[a, b, c]))
    }

    /// `((r − x)·b + (t − x)·c)·s`: the currents of two conductances.
    fn two_flows(&self, v: Value) -> Option<Plan> {
        let (core, s) = self.scaled(v)?;
        let Some(Node::Binary(Binary::Add, p, q)) = self.single(core) else { return None };
        let ((r, x, b), (t, y, c)) = (self.towards(p)?, self.towards(q)?);
        (x == y).then(|| plan(Op::TwoFlows, &[r, x, t, b, c, s]))
    }

    /// `(r − x)·b` with only `r` uniform.
    fn towards(&self, v: Value) -> Option<(Value, Value, Value)> {
        let (p, q) = self.single_product(v)?;
        [(p, q), (q, p)].into_iter().find_map(|(difference, b)| {
            let Some(Node::Binary(Binary::Sub, r, x)) = self.single(difference) else {
                return None;
            };
            let fits = self.is_uniform(r) && !self.is_uniform(x) && !self.is_uniform(b);
            fits.then_some((r, x, b))
        })
    }

    /// `(x − y)·g·s + d` or `(x + s)·t + d`
    fn flow_add(&self, p: Value, d: Value) -> Option<Plan> {
        self.single(p)?;
        let (core, t) = self.scaled(p)?;
        let inner = self.single(core)?;
        if let Some((x, s)) = self.shifted(core) {
            return Some(plan(Op::ShiftedAdd, &[x, s, t, d]));
        }
        let Node::Binary(Binary::Mul, p, q) = inner else { return None };
        let (x, y, g) = self.driven(p, q)?;
        Some(plan(Op::FlowAdd, &[x, y, g, t, d]))
    }

    /// `(x − y)·g` of two factors, all varying.
    fn driven(&self, p: Value, q: Value) -> Option<(Value, Value, Value)> {
        [(p, q), (q, p)].into_iter().find_map(|(difference, g)| {
            let Some(Node::Binary(Binary::Sub, x, y)) = self.single(difference) else {
                return None;
            };
            let varying = [x, y, g].into_iter().all(|v| !self.is_uniform(v));
            varying.then_some((x, y, g))
        })
    }

    fn difference(&self, a: Value, b: Value) -> Option<Plan> {
        match (self.single_product(a), self.single_product(b)) {
            (Some((x, y)), _) => Some(plan(Op::MulSub, &[x, y, b])),
            (_, Some((x, y))) => Some(plan(Op::SubMul, &[x, y, a])),
            _ => None,
        }
    }

    fn product(&self, v: Value, a: Value, b: Value) -> Option<Plan> {
        if let Some(found) = self.two_flows(v) {
            return Some(found);
        }
        if let Some((core, s)) = self.scaled(v)
            && let Some((p, q)) = self.single_product(core)
            && let Some((x, y, g)) = self.driven(p, q)
        {
            return Some(plan(Op::Flow, &[x, y, g, s]));
        }
        if a == b
            && self.is_used(a, 2)
            && let Node::Binary(Binary::Mul, x, y) = self.graph.node(a)
            && x == y
            && !self.is_uniform(x)
        {
            return Some(plan(Op::Fourth, &[x]));
        }
        let factors = self.factors(v);
        match factors.len() {
            3 => return Some(plan(Op::Product3, &factors)),
            4 => return Some(plan(Op::Product4, &factors)),
            _ => {}
        }
        match (self.single(a), self.single(b)) {
            (Some(Node::Binary(Binary::Sub, x, y)), _) => Some(plan(Op::DifferenceMul, &[x, y, b])),
            (_, Some(Node::Binary(Binary::Sub, x, y))) => Some(plan(Op::DifferenceMul, &[x, y, a])),
            (Some(Node::Binary(Binary::Add, x, y)), _) => Some(plan(Op::SumMul, &[x, y, b])),
            (_, Some(Node::Binary(Binary::Add, x, y))) => Some(plan(Op::SumMul, &[x, y, a])),
            _ => None,
        }
    }

    /// The varying factors of a chain of at most three products, in their order.
    fn factors(&self, v: Value) -> Vec<Value> {
        let mut reversed = Vec::new();
        let mut rest = v;
        while let Node::Binary(Binary::Mul, x, y) = self.graph.node(rest) {
            let chains = |v: Value| {
                self.single_product(v)
                    .is_some_and(|(x, y)| !self.is_uniform(x) && !self.is_uniform(y))
            };
            if self.is_uniform(x) || self.is_uniform(y) {
                return Vec::new();
            }
            let (inner, factor) = if chains(x) { (x, y) } else { (y, x) };
            reversed.push(factor);
            rest = inner;
            if reversed.len() == 3 || !chains(inner) {
                break;
            }
        }
        reversed.push(rest);
        reversed.reverse();
        reversed
    }

    /// `r/(1 + exp((x + s)·t))` or `r/(x·t + s)`
    fn quotient(&self, r: Value, bottom: Value) -> Option<Plan> {
        let Some(Node::Binary(Binary::Add, e, s)) = self.single(bottom) else { return None };
        if let Some(Node::Unary(Unary::Exp, argument)) = self.single(e)
            && self.graph.is(s, 1.0)
            && let (x, Some(s), Some(t)) = self.affine(argument)
        {
            return Some(plan(Op::Sigmoid, &[x, s, t, r]));
        }
        self.single(e)?;
        let (x, t) = self.scaled(e)?;
        self.is_uniform(s).then(|| plan(Op::Quotient, &[x, t, s, r]))
    }

    /// `u/(e·r − 1)` with `u = (x + s)·t`
    fn linoid(&self, u: Value, e: Value) -> Option<Plan> {
        self.single(u)?;
        let (x, Some(s), Some(t)) = self.affine(u) else { return None };
        let (e, r) = match self.single(e) {
            Some(_) => self.core(e),
            None => (e, self.one),
        };
        Some(plan(Op::Linoid, &[x, s, t, e, r]))
    }

    /// The change of a state in a step: `x + change`.
    fn update(&self, x: Value, change: Value) -> Option<Plan> {
        if self.is_uniform(x) {
            return None;
        }
        self.relax(x, change).or_else(|| self.step(x, change))
    }

    /// `x + (x − l)·expm1(c)`
    fn relax(&self, x: Value, change: Value) -> Option<Plan> {
        let (p, q) = self.single_product(change)?;
        [(p, q), (q, p)].into_iter().find_map(|(d, e)| {
            let Some(Node::Binary(Binary::Sub, y, l)) = self.single(d) else { return None };
            let Some(Node::Unary(Unary::Expm1, c)) = self.single(e) else { return None };
            (y == x).then(|| plan(Op::Relax, &[x, l, c]))
        })
    }

    /// `x + (p − x·q)·exprel(q·s)·t`
    fn step(&self, x: Value, change: Value) -> Option<Plan> {
        self.single(change)?;
        let (core, t) = self.core(change);
        let Some(Node::Binary(Binary::Mul, a, b)) = self.single(core) else { return None };
        [(a, b), (b, a)].into_iter().find_map(|(slope, mean)| {
            let Some(Node::Binary(Binary::Sub, p, decay)) = self.single(slope) else {
                return None;
            };
            let (y, z) = self.single_product(decay)?;
            let q = if y == x { z } else { y };
            let Some(Node::Unary(Unary::Exprel, exponent)) = self.single(mean) else {
                return None;
            };
            let (of, s) = self.core(exponent);
            let alone = exponent == q || self.is_used(exponent, 1);
            let matches = (y == x || z == x) && of == q && alone;
            if !matches || self.is_uniform(p) || self.is_uniform(q) {
                return None;
            }
            let gate = self.is_used(q, 2).then(|| self.gate(p, q)).flatten();
            Some(match gate {
                Some([a, r, b, w]) => plan(Op::Gate, &[x, a, r, b, w, s, t]),
                None => plan(Op::Step, &[x, p, q, s, t]),
            })
        })
    }

    /// Opening and closing rate, with their factors, where `p` is the opening rate and `q` their
    /// sum.
    fn gate(&self, p: Value, q: Value) -> Option<[Value; 4]> {
        let Node::Binary(Binary::Add, one, other) = self.graph.node(q) else { return None };
        let closing = match (one == p, other == p) {
            (true, false) => other,
            (false, true) => one,
            _ => return None,
        };
        if self.is_uniform(closing) {
            return None;
        }
        let (a, r) = if self.is_used(p, 2) { self.core(p) } else { (p, self.one) };
        let (b, w) =
            if self.is_used(closing, 1) { self.core(closing) } else { (closing, self.one) };
        Some([a, r, b, w])
    }
}
