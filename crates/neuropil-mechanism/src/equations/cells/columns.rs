//! What the columns of the neurons hold at the beginning.

use super::{Setting, Values};
use crate::equations::dimension::coherent;
use crate::equations::holds::{Hold, Propagator};
use crate::equations::model::Model;
use crate::equations::propagator::propagator;
use crate::ir::{Graph, Input, Node, evaluate};

/// The columns of all neurons: parameters, initial states, propagators; zeros for the rest.
pub(super) fn columns(model: &Model, setting: &Setting) -> Vec<Values> {
    let n = setting.size;
    let mut columns: Vec<Values> = Vec::with_capacity(model.holds.len());
    for hold in &model.holds {
        columns.push(match *hold {
            Hold::Parameter(k) => {
                let unit = model.parameters[k].unit;
                match &setting.parameters[k] {
                    Values::Same(value) => Values::Same(coherent(*value, unit)),
                    Values::Each(values) => {
                        Values::Each(values.iter().map(|v| coherent(*v, unit)).collect())
                    }
                }
            }
            _ => Values::Each(vec![0.0; n]),
        });
    }
    let single = &model.single;
    let live = single.graph.live(single.initial.iter().copied());
    let mut initial: Vec<Vec<f64>> = vec![Vec::with_capacity(n); model.states];
    let mut values = Vec::new();
    for neuron in 0..n {
        let read = |input| parameter(&columns, neuron, setting.dt_ms, input);
        evaluate(&single.graph, &live, &read, &mut values);
        for (k, own) in initial.iter_mut().enumerate() {
            own.push(match &setting.initial[k] {
                Some(given) => coherent(given.at(neuron), model.variables[k].unit),
                None => values[single.initial[k].index()],
            });
        }
    }
    for (k, own) in initial.into_iter().enumerate() {
        columns[model.state(k)] = Values::Each(own);
    }
    if !model.jacobian.is_empty()
        || model.holds.iter().any(|h| matches!(h, Hold::Propagator { .. }))
    {
        fill_propagators(model, setting, &mut columns);
    }
    fill_fixed(model, setting, &mut columns);
    columns
}

/// What an expression of parameters sees.
fn parameter(columns: &[Values], neuron: usize, dt_ms: f64, input: Input) -> f64 {
    match input {
        Input::Variable(k) => columns[k].at(neuron),
        Input::Step => dt_ms,
        _ => 0.0,
    }
}

fn fill_propagators(model: &Model, setting: &Setting, columns: &mut [Values]) {
    let graph = &model.fixed.graph;
    let live = graph.live(model.jacobian.iter().map(|(.., value)| *value));
    let same = is_same(graph, &live, columns);
    let count = if same { setting.size.min(1) } else { setting.size };
    let mut values = Vec::new();
    let wanted: Vec<(usize, Hold)> = model
        .holds
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, hold)| matches!(hold, Hold::Propagator { .. }))
        .collect();
    let mut filled: Vec<Vec<f64>> = vec![Vec::with_capacity(count); wanted.len()];
    for neuron in 0..count {
        let read = |input| parameter(columns, neuron, setting.dt_ms, input);
        evaluate(graph, &live, &read, &mut values);
        let [moving, resting] = [false, true].map(|resting| {
            let mut matrix = vec![vec![0.0; model.states]; model.states];
            for (row, column, value) in &model.jacobian {
                if !(resting && model.held[*row]) {
                    matrix[*row][*column] = values[value.index()];
                }
            }
            let drive = propagator(&matrix, setting.dt_ms);
            // exp(hJ) − 1 = h φ₁(hJ) J, without the loss of a difference.
            [product(&drive, &matrix), drive]
        });
        for ((_, hold), own) in wanted.iter().zip(&mut filled) {
            if let Hold::Propagator { kind, row, column, resting: at_rest } = *hold {
                let [state, drive] = if at_rest { &resting } else { &moving };
                let matrix = match kind {
                    Propagator::State => state,
                    Propagator::Drive => drive,
                };
                own.push(matrix[row][column]);
            }
        }
    }
    for ((k, _), own) in wanted.into_iter().zip(filled) {
        columns[k] = match own.first() {
            Some(value) if same => Values::Same(*value),
            _ => Values::Each(own),
        };
    }
}

/// What is computed of parameters and propagators: one value if they are the same for all neurons.
fn fill_fixed(model: &Model, setting: &Setting, columns: &mut [Values]) {
    let (graph, wanted) = (&model.fixed.graph, &model.fixed.values);
    let mut values = Vec::new();
    for (k, hold) in model.holds.iter().enumerate() {
        let Hold::Fixed(place) = *hold else { continue };
        let value = wanted[place];
        let live = graph.live(std::iter::once(value));
        let count = if is_same(graph, &live, columns) { setting.size.min(1) } else { setting.size };
        let of = |neuron: usize, columns: &[Values], values: &mut Vec<f64>| {
            let read = |input| parameter(columns, neuron, setting.dt_ms, input);
            evaluate(graph, &live, &read, values);
            values[value.index()]
        };
        let all: Vec<f64> = (0..count).map(|neuron| of(neuron, columns, &mut values)).collect();
        columns[k] = match all.as_slice() {
            [one] => Values::Same(*one),
            _ => Values::Each(all),
        };
    }
}

/// Whether what a value reads is the same for all neurons.
fn is_same(graph: &Graph, live: &[bool], columns: &[Values]) -> bool {
    graph.nodes().iter().zip(live).filter(|(_, live)| **live).all(|(node, _)| {
        !matches!(node, Node::Input(Input::Variable(k)) if matches!(columns[*k], Values::Each(_)))
    })
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let entry = |row: &[f64], column: usize| row.iter().zip(b).map(|(x, b)| x * b[column]).sum();
    a.iter().map(|row| (0..b.len()).map(|column| entry(row, column)).collect()).collect()
}
