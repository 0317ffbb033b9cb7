//! Exponentials of one quantity that share their work.
//!
//! Rate functions are full of `exp((v + s)·t)` with slopes `t` that are small multiples of each
//! other: 1/10, 1/20 and 1/80 per mV in Hodgkin and Huxley's. As `exp(n·y + c) = exp(y)ⁿ·eᶜ`, all
//! of them come from the one of the smallest slope by a few products. Slopes and shifts must be
//! numbers in the file, the multiple at most [`LARGEST_POWER`], and `|c|` at most
//! [`LARGEST_SHIFT`], so that the result differs from the exponential itself by 2e-15 of its value
//! and the range shrinks by `e⁴⁰` at most.

use super::specialise::uniform_nodes;
use crate::ir::{Binary, Graph, Node, Segment, Unary, Value};
use crate::vmath;

/// Largest whole ratio of two slopes.
const LARGEST_POWER: f64 = 8.0;
/// Largest constant taken out of an exponential.
const LARGEST_SHIFT: f64 = 40.0;
/// Relative difference of a ratio of slopes from a whole number.
const SLACK: f64 = 1e-14;

/// `slope·core + offset`.
#[derive(Clone, Copy)]
struct Affine {
    core: Value,
    slope: f64,
    offset: f64,
}

/// An exponential that others are powers of.
struct Base {
    argument: Affine,
    /// Distinct functions made from it, itself included.
    members: Vec<(Unary, f64, f64)>,
}

/// How a node is made from a base: its power and the factor.
struct Share {
    node: Value,
    base: usize,
    power: f64,
    factor: f64,
}

/// The segment with shared exponentials; `each[k]` tells whether variable `k` has a value per
/// instance.
pub(crate) fn share(segment: &Segment, each: &[bool]) -> Segment {
    let old = &segment.graph;
    let uniform = uniform_nodes(old, each);
    let live = old.live(segment.roots());
    let mut wanted: Vec<(Value, Unary, Affine)> = Vec::new();
    for (k, node) in old.nodes().iter().enumerate().filter(|(k, _)| live[*k] && !uniform[*k]) {
        if let Node::Unary(op @ (Unary::Exp | Unary::Linoid), argument) = *node
            && let Some(argument) = affine(old, argument)
        {
            wanted.push((Value(k as u32), op, argument));
        }
    }
    wanted.sort_by(|(.., a), (.., b)| {
        a.core.cmp(&b.core).then(a.slope.abs().total_cmp(&b.slope.abs()))
    });
    let (bases, shares) = bases(&wanted);
    if shares.is_empty() {
        return segment.clone();
    }
    rebuilt(segment, &live, &bases, &shares)
}

/// The bases, and the nodes that profit.
fn bases(wanted: &[(Value, Unary, Affine)]) -> (Vec<Base>, Vec<Share>) {
    let mut bases: Vec<Base> = Vec::new();
    let mut shares = Vec::new();
    for &(node, op, a) in wanted {
        let found = bases.iter().enumerate().rev().find_map(|(index, base)| {
            let b = base.argument;
            let power = (a.slope / b.slope).round();
            let whole = (1.0..=LARGEST_POWER).contains(&power)
                && (a.slope / b.slope - power).abs() <= SLACK * power;
            let shift = a.offset - power * b.offset;
            let fits = a.core == b.core && whole && shift.abs() <= LARGEST_SHIFT;
            fits.then_some((index, power, shift))
        });
        let (base, power, shift) = found.unwrap_or_else(|| {
            bases.push(Base { argument: a, members: Vec::new() });
            (bases.len() - 1, 1.0, 0.0)
        });
        if !bases[base].members.contains(&(op, power, shift)) {
            bases[base].members.push((op, power, shift));
        }
        shares.push(Share { node, base, power, factor: vmath::exp(shift) });
    }
    // A function that nothing else is made from is computed as it was.
    shares.retain(|s| bases[s.base].members.len() > 1);
    (bases, shares)
}

fn rebuilt(segment: &Segment, live: &[bool], bases: &[Base], shares: &[Share]) -> Segment {
    let old = &segment.graph;
    let mut g = Graph::default();
    let mut map: Vec<Value> = Vec::with_capacity(old.nodes().len());
    for (k, node) in old.nodes().iter().enumerate() {
        if !live[k] {
            map.push(Value(0));
            continue;
        }
        let at = |v: Value| map[v.index()];
        let share = shares.iter().find(|s| s.node.index() == k);
        let made = match (*node, share) {
            (Node::Unary(op, argument), Some(share)) => {
                let e = power_of(&mut g, at(bases[share.base].argument.core), bases, share);
                match op {
                    Unary::Linoid => g.intern(Node::Binary(Binary::LinoidGiven, at(argument), e)),
                    _ => e,
                }
            }
            (Node::Unary(op, a), _) => g.unary(op, at(a)),
            (Node::Binary(op, a, b), _) => g.binary(op, at(a), at(b)),
            (Node::Select(c, a, b), _) => g.select(at(c), at(a), at(b)),
            (leaf, _) => g.intern(leaf),
        };
        map.push(made);
    }
    let at = |v: Value| map[v.index()];
    let effects = segment.effects.iter().map(|e| crate::ir::Effect {
        guard: at(e.guard),
        time: at(e.time),
        flag: at(e.flag),
        ..*e
    });
    Segment {
        effects: effects.collect(),
        outputs: segment.outputs.iter().map(|(t, v)| (*t, at(*v))).collect(),
        iteration: segment.iteration.clone(),
        graph: g,
    }
}

/// `factor·exp(base)^power`
fn power_of(g: &mut Graph, core: Value, bases: &[Base], share: &Share) -> Value {
    let Affine { slope, offset, .. } = bases[share.base].argument;
    let (shift, slope) = (g.constant(offset / slope), g.constant(slope));
    let shifted = g.add(core, shift);
    let argument = g.mul(shifted, slope);
    let base = g.unary(Unary::Exp, argument);
    let (power, factor) = (g.constant(share.power), g.constant(share.factor));
    let power = g.pow(base, power);
    g.mul(power, factor)
}

/// A value as a multiple of something that varies plus a number.
fn affine(g: &Graph, value: Value) -> Option<Affine> {
    let mut found = Affine { core: value, slope: 1.0, offset: 0.0 };
    loop {
        let Affine { core, slope, offset } = found;
        let (core, factor, summand) = match g.node(core) {
            Node::Unary(Unary::Neg, a) => (a, -1.0, 0.0),
            Node::Binary(Binary::Mul, a, c) if let Some(c) = g.constant_of(c) => (a, c, 0.0),
            Node::Binary(Binary::Add, a, c) if let Some(c) = g.constant_of(c) => (a, 1.0, c),
            Node::Binary(Binary::Sub, c, a) if let Some(c) = g.constant_of(c) => (a, -1.0, c),
            Node::Constant(_) => return None,
            _ => break,
        };
        found = Affine { core, slope: slope * factor, offset: offset + slope * summand };
    }
    let usable = found.slope != 0.0 && found.slope.is_finite() && found.offset.is_finite();
    usable.then_some(found)
}
