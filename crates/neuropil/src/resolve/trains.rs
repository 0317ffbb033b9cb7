//! Spike trains as input: `times` in the experiment or a file.

use neuropil_network::description::{Dynamics, Population, SpikeTrains};

use super::context::Context;
use super::fields::{Fields, Item};
use crate::experiment::Problem;

/// Asks for every key of this file, so that none counts as unknown.
pub(super) fn known_keys(fields: &Fields<'_>) {
    for key in ["times", "file", "neurons", "size", "round_up", "position"] {
        fields.get(key);
    }
}

/// A population that says what it is told to.
///
/// `times = ["1 ms", "5 ms"]` is one train, `times = [[1, 5], [2]]` two. `file` names an array of
/// times `[ms]`; `neurons` names the array of indices that goes with it. Times must be on the grid;
/// `round_up = true` moves them to the end of their step.
pub(super) fn population(
    name: &str,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Population, Problem> {
    let round_up = fields.get("round_up").map_or(Ok(false), |item| item.boolean())?;
    let mut spikes: Vec<(u64, u32)> = Vec::new();
    let mut trains = 1;
    let item = match (fields.get("times"), fields.get("file")) {
        (Some(item), None) => {
            let rows = item.items();
            let nested = rows.iter().any(Item::is_list);
            let rows = if nested { rows } else { vec![item.clone()] };
            trains = rows.len() as u32;
            for (neuron, row) in (0..).zip(&rows) {
                for time in if row.is_list() { row.items() } else { vec![row.clone()] } {
                    let ms = time.number(&context.scope, "ms")?;
                    spikes.push((stamp(&time, ms, round_up, context)?, neuron));
                }
            }
            item
        }
        (None, Some(file)) => {
            let times = context.numbers(&file)?.values;
            let neurons = match fields.get("neurons") {
                Some(item) => Some((item.clone(), context.indices(&item)?.values)),
                None => None,
            };
            if let Some((item, neurons)) = &neurons
                && neurons.len() != times.len()
            {
                let found = format!("{} values", neurons.len());
                let expected = format!("one for each of the {} times", times.len());
                return Err(item.out_of_range(found, expected));
            }
            for (row, ms) in times.iter().enumerate() {
                let neuron = neurons.as_ref().map_or(0, |(_, neurons)| neurons[row]);
                trains = trains.max(neuron.saturating_add(1));
                spikes.push((stamp(&file, *ms, round_up, context)?, neuron));
            }
            file
        }
        (Some(item), Some(_)) => {
            return Err(item.unsupported("\"times\" and \"file\" exclude each other"));
        }
        (None, None) => {
            return Err(fields
                .need("times", "spike times, or a \"file\"")
                .err()
                .unwrap_or_else(|| fields.unknown("times", fields.span, &["times"])));
        }
    };
    let size = match fields.get("size") {
        Some(size) => size.whole(&context.scope, 1, u64::from(u32::MAX))? as u32,
        None => trains,
    };
    if trains > size {
        return Err(item.out_of_range(
            format!("spikes of neuron {}", trains - 1),
            format!("indices below the size, {size}"),
        ));
    }
    spikes.sort_unstable();
    let (steps, neurons) = spikes.into_iter().unzip();
    let dynamics = Dynamics::Trains(SpikeTrains { steps, neurons });
    Ok(Population { name: name.into(), size, dynamics })
}

fn stamp(item: &Item<'_>, ms: f64, round_up: bool, context: &Context) -> Result<u64, Problem> {
    let dt = context.clock.dt_ms();
    let step = match context.clock.on_grid("a spike time", ms) {
        Ok(step) => step,
        Err(_) if round_up && ms > 0.0 && ms.is_finite() => (ms / dt).ceil() as u64,
        Err(source) => return Err(super::context::clock_problem(item, source)),
    };
    if step == 0 {
        return Err(item.out_of_range(format!("a spike at {ms} ms"), "times above 0 ms"));
    }
    Ok(step)
}
