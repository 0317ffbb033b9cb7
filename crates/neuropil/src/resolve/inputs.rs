//! `[inputs.NAME]`: devices that drive neurons.

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{
    Distribution, Drive, Input, Population, Slice, Target, Waveform, Weight,
};

use neuropil_network::neurons::Model;

use super::context::Context;
use super::fields::{Amount, Fields, Item};
use super::synapse::{self, Receptor};
use super::{clamp, connections, members, sources, trains, vision, volleys, waveform, window};
use crate::experiment::Problem;

/// Every kind by name.
pub(super) const KINDS: &[&str] = &[
    "poisson",
    "correlated",
    "spikes",
    "volleys",
    "visual",
    "dc",
    "ac",
    "step",
    "noise",
    "waveform",
    "current",
    "clamp",
];

/// Whether an input is a population of its own: a list of spikes, or sources that targets share.
pub(super) fn is_population(item: &Item<'_>) -> Result<bool, Problem> {
    let fields = item.fields()?;
    let kind = kind(&fields)?;
    Ok(makes_population(kind, &fields))
}

fn makes_population(kind: &str, fields: &Fields<'_>) -> bool {
    match kind {
        "spikes" | "volleys" | "visual" | "correlated" => true,
        "poisson" => fields.get("size").is_some() || fields.get("rates").is_some(),
        _ => false,
    }
}

fn kind<'a>(fields: &Fields<'a>) -> Result<&'a str, Problem> {
    let item = fields.need("kind", "the kind of input, such as \"poisson\"")?;
    let kind = item.text("the kind of input, such as \"poisson\"")?;
    if KINDS.contains(&kind) {
        return Ok(kind);
    }
    Err(item.unknown_name("kind of input", kind, KINDS.iter().copied()))
}

/// The population that an input is.
pub(super) fn population(
    name: &str,
    item: &Item<'_>,
    context: &Context,
) -> Result<Population, Problem> {
    let fields = item.fields()?;
    match kind(&fields)? {
        "spikes" => trains::population(name, &fields, context),
        "volleys" => volleys::population(name, &fields, context),
        "visual" => vision::population(name, &fields, context),
        kind => sources::population(name, kind, &fields, context),
    }
}

/// Reads one input into devices or, for populations of sources, projections.
pub(super) fn read(
    name: &str,
    item: &Item<'_>,
    populations: &[Population],
    context: &Context,
    inputs: &mut Vec<Input>,
    placed: &mut Vec<connections::Placed>,
) -> Result<(), Problem> {
    let fields = item.fields()?;
    let kind = kind(&fields)?;
    if makes_population(kind, &fields) {
        match kind {
            "spikes" => trains::known_keys(&fields),
            "volleys" => volleys::known_keys(&fields),
            "visual" => vision::known_keys(&fields),
            kind => sources::known_keys(kind, &fields),
        }
        if let Some(target) = fields.get("target") {
            let targets = members::slices(&target, populations)?;
            let own = populations.iter().position(|p| p.name == name).unwrap_or(0);
            let source = Slice { population: own, first: 0, count: populations[own].size };
            connections::project(
                Some(name),
                &fields,
                &[source],
                &targets,
                populations,
                context,
                placed,
            )?;
        }
        return fields.finish();
    }
    let target = fields.need("target", "a population or a list of populations")?;
    let targets = members::slices(&target, populations)?;
    let delay = fields.get("delay").map_or(Ok(context.device_delay()), |i| context.delay(&i))?;
    let window = window::of_device(&fields, context)?;
    for (k, slice) in targets.iter().enumerate() {
        let population = &populations[slice.population];
        synapse::model_of(population, &target)?;
        // Every target has a device of its own name, so that their random numbers differ.
        let part = format!("{name}/{}", population.name);
        let again = targets[..k].iter().any(|s| s.population == slice.population);
        let name = if again { format!("{part}#{k}") } else { part };
        let (drive, channel) = if kind == "poisson" {
            let receptor = synapse::receptor(&fields, population)?;
            (poisson(&fields, population, receptor, context)?, receptor.channel())
        } else if kind == "clamp" {
            let model = synapse::model_of(population, &target)?;
            (clamp::read(&fields, model, (slice, &target), &name, context)?, None)
        } else {
            if let Model::Equations(model) = synapse::model_of(population, &target)?
                && !model.takes_current()
            {
                let what = format!("the equations of {} do not mention I_in", model.name());
                return Err(target.unsupported(what));
            }
            let port = fields.get("port").map(|item| item.whole(&context.scope, 0, 1));
            let drive = current(kind, &fields, slice, &name, context)?;
            (drive, port.transpose()?.map(|port| port as usize))
        };
        inputs.push(Input {
            name,
            target: Target { slice: *slice, channel },
            drive,
            delay,
            window,
        });
    }
    fields.finish()
}

fn poisson(
    fields: &Fields<'_>,
    population: &Population,
    receptor: Receptor,
    context: &Context,
) -> Result<Drive, Problem> {
    let rate_hz = sources::rate(fields, context)?;
    // Events that are transmitted by chance are again a Poisson process, of a lower rate.
    let rate_hz = match synapse::release_probability(fields, context)? {
        1.0 => rate_hz,
        p => waveform::scaled(rate_hz, p),
    };
    let at_most_one = sources::at_most_one(fields)?;
    let item = fields.need("weight", "the effect of one event, such as \"0.1 mV\"")?;
    let weight = match synapse::weight(&item, population, receptor, None, context)? {
        Weight::Blocks(matrix) => matrix.single(),
        _ => None,
    };
    let weight = weight.ok_or_else(|| item.unsupported("a Poisson input has one weight"))?;
    Ok(Drive::Poisson { rate_hz, weight, at_most_one })
}

fn current(
    kind: &str,
    fields: &Fields<'_>,
    slice: &Slice,
    name: &str,
    context: &Context,
) -> Result<Drive, Problem> {
    if kind == "noise" {
        return noise(fields, context);
    }
    if kind == "dc" {
        let item = fields.need("amplitude", "a current such as \"100 pA\"")?;
        return match item.amount(&context.scope, "pA")? {
            Amount::Fixed(value) if value.is_finite() => {
                waveform::modulated(Waveform::Constant(value), fields, context).map(Drive::Current)
            }
            Amount::Fixed(value) => Err(item.out_of_range(value, "a finite current")),
            Amount::Drawn(distribution) => {
                let each = each(&distribution, slice, &format!("amplitude of {name}"), context);
                let course = waveform::modulated(Waveform::Constant(1.0), fields, context)?;
                Ok(Drive::CurrentEach { each, course })
            }
        };
    }
    if kind == "current" {
        let item = fields.need("amplitude", "a current such as \"100 pA\"")?;
        let course = waveform::read(&item, "pA", context)?;
        return waveform::modulated(course, fields, context).map(Drive::Current);
    }
    if kind == "ac" {
        fields.need("frequency", "the frequency of the sine")?;
    }
    if kind == "step" {
        fields.need("times", "the times at which the current changes")?;
    }
    let course = waveform::table(fields, "pA", context)?;
    waveform::modulated(course, fields, context).map(Drive::Current)
}

/// A value drawn for each neuron; it depends on the seed, `purpose` and the neuron only.
pub(super) fn each(
    distribution: &Distribution,
    slice: &Slice,
    purpose: &str,
    context: &Context,
) -> Vec<f64> {
    let key = key(context.seed, purpose, 0);
    let first = u64::from(slice.first);
    let neurons = first..first + u64::from(slice.count);
    neurons.map(|neuron| distribution.draw(&mut Stream::new(key, neuron))).collect()
}

fn noise(fields: &Fields<'_>, context: &Context) -> Result<Drive, Problem> {
    let scope = &context.scope;
    let current = |key, expected: &str, least: f64| {
        fields.get(key).map_or(Ok(0.0), |item| {
            item.number_where(scope, "pA", expected, |value| value >= least)
        })
    };
    fields.need("std", "the standard deviation of the current")?;
    let every = match fields.get("every") {
        Some(item) => context.interval(&item, "every")?,
        // NEST redraws every 1 ms, ten of its default steps.
        None => context.clock.on_grid("every", 1.0).unwrap_or(1).max(1),
    };
    Ok(Drive::Noise {
        mean: current("mean", "a finite current", f64::NEG_INFINITY)?,
        std: current("std", "a current of at least 0 pA", 0.0)?,
        std_mod: current("std_mod", "a current of at least 0 pA", 0.0)?,
        frequency_hz: fields.get("frequency").map_or(Ok(0.0), |item| item.number(scope, "Hz"))?,
        phase_deg: fields.get("phase").map_or(Ok(0.0), |i| waveform::degrees(&i, context))?,
        every,
        course: waveform::modulated(Waveform::Constant(1.0), fields, context)?,
    })
}
