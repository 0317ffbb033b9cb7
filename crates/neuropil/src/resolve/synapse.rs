//! Weights, delays and receptors of projections and inputs.

use neuropil_network::description::{BlockMatrix, Delay, Dynamics, Population, Weight};
use neuropil_network::neurons::Model;

use super::blocks;
use super::context::Context;
use super::fields::{Amount, Fields, Item};
use super::populations::file_of;
use super::psp;
use crate::experiment::{Fault, Problem};

/// The model of a target, and the unit of the weights it takes.
pub(super) fn model_of<'a>(
    population: &'a Population,
    item: &Item<'_>,
) -> Result<&'a Model, Problem> {
    match &population.dynamics {
        Dynamics::Model { model, .. } => Ok(model),
        Dynamics::Trains(_) | Dynamics::Generator(_) => {
            let what = format!("\"{}\" is a source of spikes and takes no input", population.name);
            Err(item.unsupported(what))
        }
    }
}

/// Weights, for synapses onto `target`. `pairs` is the number of synapses if it is known.
pub(super) fn weight(
    item: &Item<'_>,
    target: &Population,
    channel: Option<usize>,
    pairs: Option<usize>,
    context: &Context,
) -> Result<Weight, Problem> {
    let model = model_of(target, item)?;
    let unit = model.weight_unit(channel);
    if item.is_list() {
        return each(item, item.numbers(&context.scope, unit)?, pairs).map(Weight::Each);
    }
    if let Some(file) = file_of(item)? {
        return each(&file, context.numbers(&file)?.values, pairs).map(Weight::Each);
    }
    if let Some(weight) = psp::weight(item, target, model, context)? {
        return Ok(Weight::Blocks(BlockMatrix::uniform(weight)));
    }
    if let Some(matrix) = blocks::read(item, &context.scope, unit)? {
        return Ok(Weight::Blocks(matrix));
    }
    Ok(match item.amount(&context.scope, unit)? {
        Amount::Fixed(value) if value.is_finite() => Weight::Blocks(BlockMatrix::uniform(value)),
        Amount::Fixed(value) => return Err(item.out_of_range(value, "a finite weight")),
        Amount::Drawn(distribution) => Weight::Drawn(distribution),
    })
}

fn each(item: &Item<'_>, values: Vec<f64>, pairs: Option<usize>) -> Result<Vec<f64>, Problem> {
    match pairs {
        None => Err(item.unsupported("one value per synapse needs rule = \"pairs\"")),
        Some(pairs) if pairs == values.len() => Ok(values),
        Some(pairs) => {
            let found = format!("{} values", values.len());
            Err(item.out_of_range(found, format!("one for each of the {pairs} synapses")))
        }
    }
}

/// Delays.
pub(super) fn delay(
    item: &Item<'_>,
    pairs: Option<usize>,
    context: &Context,
) -> Result<Delay, Problem> {
    let listed = if item.is_list() {
        Some((item.clone(), item.numbers(&context.scope, "ms")?))
    } else {
        match file_of(item)? {
            Some(file) => {
                let values = context.numbers(&file)?.values;
                Some((file, values))
            }
            None => None,
        }
    };
    if let Some((item, values)) = listed {
        let values = each(&item, values, pairs)?;
        let mut steps = Vec::with_capacity(values.len());
        for (row, ms) in values.iter().enumerate() {
            steps.push(context.clock.delay_steps(*ms).map_err(|error| {
                item.out_of_range(format!("{ms} ms in row {row}"), error.to_string())
            })?);
        }
        return Ok(Delay::Each(steps));
    }
    match item.amount(&context.scope, "ms")? {
        Amount::Fixed(ms) => context.delay_of(item, ms).map(Delay::Same),
        Amount::Drawn(distribution) => Ok(Delay::Drawn(distribution)),
    }
}

/// `release_probability`: with which a synapse transmits a spike; 1 if nothing is said.
pub(super) fn release_probability(fields: &Fields<'_>, context: &Context) -> Result<f64, Problem> {
    let Some(item) = fields.get("release_probability") else { return Ok(1.0) };
    let expected = "a probability between 0 and 1";
    item.number_where(&context.scope, "", expected, |p| (0.0..=1.0).contains(&p))
}

/// `receptor`: an input channel of the target's model.
pub(super) fn receptor(fields: &Fields<'_>, target: &Population) -> Result<Option<usize>, Problem> {
    if let Dynamics::Model { model, .. } = &target.dynamics
        && model.channels().is_empty()
    {
        let place = fields.place.clone();
        let what = format!("{} has no receptors", model.name());
        return Err(Problem::at(fields.span, Fault::Unsupported { place, what }));
    }
    let Some(item) = fields.get("receptor") else {
        if let Dynamics::Model { model, .. } = &target.dynamics
            && model.needs_receptor()
        {
            fields.need("receptor", "the name of one of the receptors of the target's model")?;
        }
        return Ok(None);
    };
    let model = model_of(target, &item)?;
    let name = item.text("the name of an input channel")?;
    let channels = model.channels();
    let index = channels.iter().position(|channel| *channel == name);
    index.map(Some).ok_or_else(|| item.unknown_name("receptor", name, channels))
}
