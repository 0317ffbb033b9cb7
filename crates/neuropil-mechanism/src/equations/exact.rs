//! The exact solution of linear systems: which systems they are, and their step.

use super::holds::{Hold, Propagator};
use super::lower::Lowering;
use crate::ir::{Binary, Graph, Input, Node, Unary, Value, derivative, substitute};

/// The Jacobian of a linear system whose coefficients depend on parameters only: entries that are
/// not zero, `(row, column, value)`.
pub(super) type Jacobian = Vec<(usize, usize, Value)>;

/// `∂f/∂x`, if it depends on parameters only.
pub(super) fn jacobian(l: &mut Lowering<'_>, slopes: &[Value]) -> Result<Jacobian, String> {
    let names = l.names;
    let mut entries = Vec::new();
    for (row, f) in slopes.iter().enumerate() {
        let live = l.graph.live(std::iter::once(*f));
        let reads = |input: Input| {
            let nodes = l.graph.nodes().iter().zip(&live);
            nodes.into_iter().any(|(n, live)| *live && *n == Node::Input(input))
        };
        if reads(Input::Time) {
            return Err(format!("the equation of \"{}\" depends on time", names.states[row].name));
        }
        // The slope of a free neuron.
        let f = match l.graph.node(*f) {
            Node::Select(_, slope, rest) if l.graph.is(rest, 0.0) => slope,
            _ => *f,
        };
        for column in 0..slopes.len() {
            let Some(entry) = derivative(&mut l.graph, f, Input::Carry(column)) else { continue };
            if !parameters_only(l, entry) {
                let (f, x) = (&names.states[row].name, &names.states[column].name);
                return Err(format!("the equation of \"{f}\" is not linear in \"{x}\""));
            }
            entries.push((row, column, entry));
        }
        if has_jumps(&l.graph, f) {
            let name = &names.states[row].name;
            return Err(format!("the equation of \"{name}\" has conditions or steps"));
        }
    }
    Ok(entries)
}

/// Whether a value is computed from parameters and numbers.
fn parameters_only(l: &Lowering<'_>, value: Value) -> bool {
    let live = l.graph.live(std::iter::once(value));
    let nodes = l.graph.nodes().iter().zip(&live).filter(|(_, live)| **live);
    nodes.into_iter().all(|(node, _)| match node {
        Node::Input(Input::Variable(k)) => matches!(l.columns.holds[*k], Hold::Parameter(_)),
        Node::Input(_) => false,
        _ => true,
    })
}

/// Whether a value depends on the states through something that has no slope.
fn has_jumps(g: &Graph, value: Value) -> bool {
    let live = g.live(std::iter::once(value));
    let mut depends = vec![false; g.nodes().len()];
    for (k, node) in g.nodes().iter().enumerate() {
        depends[k] = matches!(node, Node::Input(Input::Carry(_)))
            || node.operands().any(|o| depends[o.index()]);
    }
    g.nodes().iter().enumerate().any(|(k, node)| {
        live[k]
            && depends[k]
            && match node {
                Node::Unary(op, _) => {
                    matches!(op, Unary::Floor | Unary::Ceil | Unary::Not | Unary::Abs)
                }
                Node::Binary(op, ..) => *op >= Binary::Min,
                Node::Select(..) => true,
                _ => false,
            }
    })
}

/// `x + (exp(hJ) − 1) x + h φ₁(hJ) b` with `b = f(0)`; the entries of the matrices are columns that are filled
/// once.
pub(super) fn exact(
    l: &mut Lowering<'_>,
    states: &[Value],
    slopes: &[Value],
    jacobian: &Jacobian,
    free: Value,
) -> Vec<Value> {
    let n = states.len();
    let held: Vec<bool> = l.names.states.iter().map(|s| s.held).collect();
    let pattern = |resting: bool| {
        let all = jacobian.iter().filter(|(row, ..)| !(resting && held[*row]));
        closure(n, all.map(|(row, column, _)| (*row, *column)))
    };
    let (moving, resting) = (pattern(false), pattern(true));
    let drives: Vec<Value> = slopes.iter().map(|f| drive(&mut l.graph, *f, states)).collect();
    let fed_by_held = |row: usize| (0..n).any(|k| held[k] && moving[row][k] && row != k);
    let mut next = Vec::new();
    for row in 0..n {
        let sum = |l: &mut Lowering<'_>, resting: bool, pattern: &[Vec<bool>]| {
            let mut terms = Vec::new();
            for column in (0..n).filter(|column| pattern[row][*column]) {
                let kind = Propagator::State;
                let entry = l.column(Hold::Propagator { kind, row, column, resting });
                terms.push(l.graph.mul(entry, states[column]));
            }
            let mut driven = None;
            for column in (0..n).filter(|column| pattern[row][*column]) {
                if l.graph.is(drives[column], 0.0) || (resting && held[column]) {
                    continue;
                }
                let kind = Propagator::Drive;
                let entry = l.column(Hold::Propagator { kind, row, column, resting });
                let term = l.graph.mul(entry, drives[column]);
                driven = Some(driven.map_or(term, |sum| l.graph.add(sum, term)));
            }
            let terms = terms.into_iter().chain(driven);
            let change = terms.reduce(|sum, term| l.graph.add(sum, term));
            change.map_or(states[row], |change| l.graph.add(states[row], change))
        };
        let moved = sum(l, false, &moving);
        next.push(if held[row] {
            l.graph.select(free, moved, states[row])
        } else if fed_by_held(row) {
            let rested = sum(l, true, &resting);
            l.graph.select(free, moved, rested)
        } else {
            moved
        });
    }
    next
}

/// The slope of a free neuron whose states are all 0.
fn drive(g: &mut Graph, slope: Value, states: &[Value]) -> Value {
    let slope = match g.node(slope) {
        Node::Select(_, slope, rest) if g.is(rest, 0.0) => slope,
        _ => slope,
    };
    let zero = g.constant(0.0);
    states.iter().fold(slope, |slope, state| substitute(g, slope, *state, zero))
}

/// Which entries of a function of a matrix can differ from zero.
fn closure(n: usize, entries: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<bool>> {
    let mut reach = vec![vec![false; n]; n];
    for (k, row) in reach.iter_mut().enumerate() {
        row[k] = true;
    }
    entries.for_each(|(row, column)| reach[row][column] = true);
    for through in 0..n {
        for row in 0..n {
            if reach[row][through] {
                for column in 0..n {
                    reach[row][column] |= reach[through][column];
                }
            }
        }
    }
    reach
}
