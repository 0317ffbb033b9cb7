//! Threshold, reset and refractory time: what happens to single neurons.

use super::formulas::Formulas;
use super::{BLOCK, Cells, NotFinite, at};
use crate::contract::Store;
use crate::equations::holds::Hold;
use crate::equations::model::{Model, Rest};
use crate::ir::Input;
use crate::vector::STRIP;

/// What a spike does.
#[derive(Debug)]
pub(super) struct Rules {
    /// The states that a reset changes.
    pub(super) changed: Vec<usize>,
    /// Their new values.
    pub(super) reset: Formulas,
    rest: Option<Resting>,
}

/// How a refractory time begins: its column, and what it is set to.
#[derive(Debug)]
enum Resting {
    /// A condition keeps it up.
    While(usize),
    /// So many steps for all.
    Same(usize, f64),
    /// Steps of each neuron.
    Each(usize, Formulas),
}

impl Rules {
    pub(super) fn new(model: &Model, columns: &[Store], dt_ms: f64) -> Self {
        let single = &model.single;
        let rest = match single.rest {
            None => None,
            Some(Rest::While) => model.column(Hold::Rest).map(Resting::While),
            Some(Rest::Steps(value)) => model.column(Hold::Until).map(|column| {
                let steps = Formulas::new(&single.graph, std::iter::once(value));
                let same = |input| match input {
                    Input::Variable(k) => matches!(columns[k], Store::Uniform(_)),
                    input => input == Input::Step,
                };
                if !steps.reads_only(same) {
                    return Resting::Each(column, steps);
                }
                let read = |input| match input {
                    Input::Variable(k) => at(&columns[k], 0),
                    _ => dt_ms,
                };
                Resting::Same(column, steps.result(&read, &mut Vec::new()))
            }),
        };
        Self {
            changed: single.reset.iter().map(|(state, _)| *state).collect(),
            reset: Formulas::new(&single.graph, single.reset.iter().map(|(_, value)| *value)),
            rest,
        }
    }
}

impl Cells {
    /// Resets the neurons that spiked in the last step, after the events of this one.
    pub(super) fn reset(&mut self, block: usize, t_ms: f64) {
        let Self { model, blocks, columns, rules, ways, values, dt_ms, .. } = self;
        if blocks[block].pending.is_empty() {
            return;
        }
        let mut pending = std::mem::take(&mut blocks[block].pending);
        for &lane in &pending {
            let neuron = block * BLOCK + lane;
            let read = |input| read(model, columns, neuron, (t_ms, *dt_ms), input);
            // all new values follow from the old ones
            rules.reset.evaluate(&read, values);
            for (state, value) in rules.changed.iter().zip(rules.reset.results(values)) {
                if let Store::Each(values) = &mut columns[model.state(*state)] {
                    values[neuron] = value;
                }
            }
            for column in ways.put() {
                if let Store::Each(values) = &mut columns[column] {
                    values[lane] = 0.0;
                }
            }
        }
        pending.clear();
        blocks[block].pending = pending;
    }

    /// Finds the neurons over threshold and begins their refractory time; `flags` are those of
    /// [`crate::vector::Tiles::run`].
    pub(super) fn collect(
        &mut self,
        block: usize,
        step: u64,
        mut flags: u64,
        spikes: &mut Vec<u32>,
    ) -> Result<(), NotFinite> {
        let Self { model, blocks, columns, rules, values, dt_ms, crossed, .. } = self;
        let Some(crossed) = *crossed else { return Ok(()) };
        let (first, len) = (block * BLOCK, blocks[block].len);
        let pending = &mut blocks[block].pending;
        while flags != 0 {
            let begin = flags.trailing_zeros() as usize * STRIP;
            flags &= flags - 1;
            if let Store::Each(values) = &columns[crossed] {
                let end = len.min(begin + STRIP);
                pending.extend((begin..end).filter(|lane| values[*lane] != 0.0));
            }
        }
        let t_ms = step as f64 * *dt_ms;
        for &lane in &*pending {
            let neuron = first + lane;
            spikes.push(neuron as u32);
            for state in 0..model.states {
                let value = at(&columns[model.state(state)], neuron);
                if !value.is_finite() {
                    return Err(NotFinite { neuron, variable: state, value });
                }
            }
            // the first step in which the neuron is free
            let free = |steps: f64| (step + 1) as f64 + ((steps + 0.5).floor() - 1.0).max(0.0);
            let (column, value) = match &rules.rest {
                None => continue,
                Some(Resting::While(column)) => (*column, 1.0),
                Some(Resting::Same(column, steps)) => (*column, free(*steps)),
                Some(Resting::Each(column, steps)) => {
                    let read = |input| read(model, columns, neuron, (t_ms, *dt_ms), input);
                    (*column, free(steps.result(&read, values)))
                }
            };
            if let Store::Each(values) = &mut columns[column] {
                values[neuron] = value;
            }
        }
        Ok(())
    }
}

/// What a neuron sees in a step under way.
fn read(
    model: &Model,
    columns: &[Store],
    neuron: usize,
    (t_ms, dt_ms): (f64, f64),
    input: Input,
) -> f64 {
    match input {
        Input::Time => t_ms,
        Input::Step => dt_ms,
        Input::Variable(k) if model.holds[k].is_local() => at(&columns[k], neuron % BLOCK),
        Input::Variable(k) => at(&columns[k], neuron),
        _ => 0.0,
    }
}
