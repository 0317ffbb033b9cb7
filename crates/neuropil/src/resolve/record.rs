//! `[record]`: what is kept.

use neuropil_network::description::{Dynamics, Population, Recording, Window};

use super::context::Context;
use super::fields::{Fields, Item};
use super::{members, window};
use crate::experiment::{Problem, Written};

/// Reads the section. Without it all spikes of all populations are recorded.
///
/// Recording begins at the end of the warm-up unless `window` says otherwise.
pub(super) fn read(
    fields: Option<&Fields<'_>>,
    populations: &[Population],
    context: &Context,
) -> Result<Vec<Recording>, Problem> {
    let whole = Window { start: context.warmup_step, stop: context.end_step };
    let Some(fields) = fields else { return Ok(all_spikes(populations, whole)) };
    let window = fields
        .get("window")
        .map_or(Ok(whole), |item| window::of_pair(&item, &context.scope, context.clock))?;
    let mut recordings = match fields.get("spikes") {
        None => all_spikes(populations, window),
        Some(item) => spikes(&item, populations, window, context)?,
    };
    if let Some(item) = fields.get("traces") {
        let requests = match &item.node.value {
            Written::Table(table) if table.get("variables").is_none() => {
                item.fields()?.entries().map(|(_, _, item)| item).collect()
            }
            _ => item.items(),
        };
        for request in requests {
            trace(&request, populations, window, context, &mut recordings)?;
        }
    }
    fields.finish()?;
    Ok(recordings)
}

fn all_spikes(populations: &[Population], window: Window) -> Vec<Recording> {
    let neurons = neuropil_network::description::Neurons::All;
    populations
        .iter()
        .enumerate()
        .filter(|(_, p)| matches!(p.dynamics, Dynamics::Model { .. }))
        .map(|(population, _)| Recording::Spikes { population, neurons: neurons.clone(), window })
        .collect()
}

/// `true`, `false`, a part, a list of parts, or a table of `{ target, window }`.
fn spikes(
    item: &Item<'_>,
    populations: &[Population],
    window: Window,
    context: &Context,
) -> Result<Vec<Recording>, Problem> {
    let (window, item) = match &item.node.value {
        Written::Boolean(true) => return Ok(all_spikes(populations, window)),
        Written::Boolean(false) => return Ok(Vec::new()),
        Written::Table(_) => {
            let fields = item.fields()?;
            let target = fields.need("target", "a population or a list of populations")?;
            let own = fields
                .get("window")
                .map(|item| window::of_pair(&item, &context.scope, context.clock));
            fields.finish()?;
            (own.transpose()?.unwrap_or(window), target)
        }
        _ => (window, item.clone()),
    };
    let mut recordings: Vec<Recording> = Vec::new();
    for part in members::parts(&item, populations)? {
        let population = part.population;
        let taken = |r: &Recording| matches!(r, Recording::Spikes { population: p, .. } if *p == population);
        if recordings.iter().any(taken) {
            let what =
                format!("spikes of \"{}\" are asked for twice", populations[population].name);
            return Err(item.unsupported(what));
        }
        let neurons = part.neurons(populations[population].size);
        recordings.push(Recording::Spikes { population, neurons, window });
    }
    Ok(recordings)
}

fn trace(
    item: &Item<'_>,
    populations: &[Population],
    window: Window,
    context: &Context,
    recordings: &mut Vec<Recording>,
) -> Result<(), Problem> {
    let fields = item.fields()?;
    let target = fields.need("target", "a population or a part such as \"E[0:5]\"")?;
    let variables = fields.need("variables", "a list of state variables such as [\"V_m\"]")?;
    let every = match fields.get("every") {
        Some(item) => context.interval(&item, "every")?,
        None => context.clock.on_grid("every", 1.0).unwrap_or(1).max(1),
    };
    let offset = fields.get("offset").map_or(Ok(0), |item| context.on_grid(&item, "offset"))?;
    let window = fields
        .get("window")
        .map_or(Ok(window), |i| window::of_pair(&i, &context.scope, context.clock))?;
    fields.finish()?;
    for part in members::parts(&target, populations)? {
        let population = &populations[part.population];
        let Dynamics::Model { model, .. } = &population.dynamics else {
            return Err(target.unsupported(format!("\"{}\" has no state", population.name)));
        };
        for variable in variables.items() {
            let name = variable.text("the name of a state variable")?;
            let variables = model.variables();
            if !variables.iter().any(|v| v.name == name) {
                let known = variables.iter().map(|v| v.name);
                return Err(variable.unknown_name("state variable", name, known));
            }
            let taken = recordings.iter().any(|r| {
                matches!(r, Recording::Samples { population, variables, .. }
                if *population == part.population && variables[0] == name)
            });
            if taken {
                let what = format!("{name} of \"{}\" is asked for twice", population.name);
                return Err(variable.unsupported(what));
            }
            // One recording for each variable: that is what the result file holds.
            recordings.push(Recording::Samples {
                population: part.population,
                neurons: part.neurons(population.size),
                variables: vec![name.into()],
                every,
                offset,
                window,
            });
        }
    }
    Ok(())
}
