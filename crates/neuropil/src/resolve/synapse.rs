//! Weights, delays and receptors of projections and inputs.

use neuropil_network::description::{BlockMatrix, Delay, Dynamics, Population, Weight};
use neuropil_network::neurons::{Model, Signs};

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
    receptor: Receptor,
    pairs: Option<usize>,
    context: &Context,
) -> Result<Weight, Problem> {
    let weight = plain_weight(item, target, receptor, pairs, context)?;
    receptor.signed(item, weight)
}

/// Weights as they are written.
fn plain_weight(
    item: &Item<'_>,
    target: &Population,
    receptor: Receptor,
    pairs: Option<usize>,
    context: &Context,
) -> Result<Weight, Problem> {
    let model = model_of(target, item)?;
    let unit = model.weight_unit(receptor.channel());
    if item.is_list() {
        return each(item, item.numbers(&context.scope, unit)?, pairs).map(Weight::Each);
    }
    if let Some(file) = file_of(item)? {
        return each(&file, context.numbers(&file)?.values, pairs).map(Weight::Each);
    }
    if let Some(weight) = psp::weight(item, target, model, context)? {
        if matches!(receptor, Receptor::Signed { .. }) {
            let what = "the sign of a potential chooses the receptor: leave out \"receptor\"";
            return Err(item.unsupported(what));
        }
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

/// Where a synapse ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receptor {
    /// The sign of its weight chooses.
    BySign,
    /// An input channel of the target's model, which takes weights of both signs.
    Channel(usize),
    /// A receptor that belongs to a sign: `ex` or `in`. Weights are given positive and get it.
    Signed { negative: bool },
}

impl Receptor {
    /// The input channel as the engine takes it.
    pub fn channel(self) -> Option<usize> {
        match self {
            Self::Channel(channel) => Some(channel),
            Self::BySign | Self::Signed { .. } => None,
        }
    }

    /// Weights with the sign that leads here. A weight of a named receptor is not negative; where
    /// it is drawn or a function, a value below zero acts on the other receptor.
    pub fn signed(self, item: &Item<'_>, weight: Weight) -> Result<Weight, Problem> {
        let Self::Signed { negative } = self else { return Ok(weight) };
        let fixed: &[f64] = match &weight {
            Weight::Blocks(matrix) => matrix.values(),
            Weight::Each(values) => values,
            Weight::Drawn(_) | Weight::OfDistance(_) => &[],
        };
        if let Some(value) = fixed.iter().find(|value| **value < 0.0) {
            let expected = "a weight of at least 0, as the receptor is named";
            return Err(item.out_of_range(value, expected));
        }
        Ok(if negative { weight.negated() } else { weight })
    }
}

/// `receptor`: an input channel of the target's model.
pub(super) fn receptor(fields: &Fields<'_>, target: &Population) -> Result<Receptor, Problem> {
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
            let (place, all) = (fields.place.clone(), receptors(model));
            let what = format!("lacks \"receptor\": {all}");
            return Err(Problem::at(fields.span, Fault::Unsupported { place, what }));
        }
        return Ok(Receptor::BySign);
    };
    let model = model_of(target, &item)?;
    let name = item.text("the name of an input channel")?;
    let channels = model.channels();
    let Some(index) = channels.iter().position(|channel| *channel == name) else {
        return Err(item.unknown_name("receptor", name, channels));
    };
    Ok(match model.signs() {
        Signs::Together => Receptor::Channel(index),
        Signs::Apart => Receptor::Signed { negative: index == 1 },
    })
}

/// What receptors there are, for messages.
fn receptors(model: &Model) -> String {
    let names: Vec<String> = model.channels().iter().map(|name| format!("\"{name}\"")).collect();
    format!("{} has {}", model.name(), names.join(", "))
}
