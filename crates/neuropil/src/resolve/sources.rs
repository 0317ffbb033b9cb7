//! Inputs that are populations of their own: Poisson sources that several neurons share, and
//! correlated ones.
//!
//! ```toml
//! [inputs.Aff]                      # 400 sources; connections take from "Aff"
//! kind = "poisson"
//! size = 400
//! rate = "4 Hz + 4 Hz * gaussian(t, 1 s, 100 ms)"
//!
//! [inputs.Common]                   # counts of every pair of sources are correlated
//! kind = "correlated"
//! size = 400
//! rate = "4 Hz"
//! correlation = 0.1
//! interaction = "multiple"          # or "single"
//! jitter = "2 ms"                   # standard deviation, or a distribution
//! ```

use neuropil_network::description::{
    Distribution, Dynamics, Generator, Interaction, Population, Process, Shape, Waveform,
};

use super::context::Context;
use super::fields::{Amount, Fields, Item};
use super::{waveform, window};
use crate::experiment::Problem;

/// Highest rate of one train `[Hz]`: a hundred thousand events in a step of 0.1 ms.
const MOST_HZ: f64 = 1e9;

/// Most spikes that the sources of one population may send in a step, on average.
const MOST_IN_A_STEP: f64 = 1e7;

/// Asks for every key of this file, so that none counts as unknown.
pub(super) fn known_keys(kind: &str, fields: &Fields<'_>) {
    for key in ["size", "rate", "modulation", "start", "stop", "origin", "position"] {
        fields.get(key);
    }
    let own: &[&'static str] = match kind {
        "correlated" => &["correlation", "interaction", "jitter"],
        _ => &["rates", "counts"],
    };
    own.iter().for_each(|key| {
        fields.get(key);
    });
}

/// Reads a population of sources.
pub(super) fn population(
    name: &str,
    kind: &str,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Population, Problem> {
    let size = fields.get("size").map(|size| size.whole(&context.scope, 1, u64::from(u32::MAX)));
    let size = size.transpose()?.map(|size| size as u32);
    let (process, size) = match (kind, fields.get("rates")) {
        ("correlated", _) => (correlated(fields, context)?, needed(fields, size)?),
        (_, Some(item)) => frames(&item, fields, size, context)?,
        _ => {
            let rate_hz = rate(fields, context)?;
            let at_most_one = at_most_one(fields)?;
            (Process::Poisson { rate_hz, at_most_one }, needed(fields, size)?)
        }
    };
    let window = window::of_device(fields, context)?;
    if let Process::Poisson { rate_hz, .. } | Process::Correlated { rate_hz, .. } = &process {
        let [_, (step, high_hz)] = waveform::extremes(rate_hz, window, context);
        let in_a_step = high_hz * f64::from(size) * context.clock.dt_ms() * 1e-3;
        if in_a_step > MOST_IN_A_STEP {
            let found =
                format!("{in_a_step:e} spikes in the step at {} ms", context.clock.ms(step));
            let item = fields.need("rate", "a rate")?;
            return Err(item.out_of_range(found, format!("at most {MOST_IN_A_STEP:e} in all")));
        }
    }
    let dynamics = Dynamics::Generator(Generator { process, window });
    Ok(Population { name: name.into(), size, dynamics })
}

fn needed(fields: &Fields<'_>, size: Option<u32>) -> Result<u32, Problem> {
    match size {
        Some(size) => Ok(size),
        None => fields.need("size", "the number of sources").map(|_| 1),
    }
}

/// `rate`, times `modulation`.
pub(super) fn rate(fields: &Fields<'_>, context: &Context) -> Result<Waveform, Problem> {
    let item = fields.need("rate", "a rate such as \"8 kHz\"")?;
    let rate_hz = waveform::read(&item, "Hz", context)?;
    if let Waveform::Constant(rate) = rate_hz
        && rate < 0.0
    {
        return Err(item.out_of_range(format!("{rate} Hz"), "a rate of at least 0 Hz"));
    }
    let rate_hz = waveform::modulated(rate_hz, fields, context)?;
    let window = window::of_device(fields, context)?;
    let [low, high] = waveform::extremes(&rate_hz, window, context);
    let ms = |at: u64| context.clock.ms(at);
    if low.1 < 0.0 {
        let (at, rate) = (ms(low.0), low.1);
        context.warn(format!("{}: {rate} Hz at {at} ms; below 0 it counts as 0", item.place));
    }
    if high.1 > MOST_HZ {
        let found = format!("{:e} Hz at {} ms", high.1, ms(high.0));
        return Err(item.out_of_range(found, format!("a rate of at most {MOST_HZ:e} Hz")));
    }
    let most_hz = 1e3 / context.clock.dt_ms();
    if at_most_one(fields)? && high.1 > most_hz {
        let (at, rate) = (ms(high.0), high.1);
        let limit = format!("with counts = \"bernoulli\" a neuron has at most {most_hz} a second");
        context.warn(format!("{}: {rate} Hz at {at} ms; {limit}", item.place));
    }
    Ok(rate_hz)
}

/// `counts`: `"poisson"`, or `"bernoulli"` for at most one event per neuron and step.
pub(super) fn at_most_one(fields: &Fields<'_>) -> Result<bool, Problem> {
    let Some(item) = fields.get("counts") else { return Ok(false) };
    match item.text("\"poisson\" or \"bernoulli\"")? {
        "poisson" => Ok(false),
        "bernoulli" => Ok(true),
        other => Err(item.unknown_name("kind of counts", other, ["poisson", "bernoulli"])),
    }
}

/// `rates = { file = "rates.npy", every = "10 ms" }`: a row for every frame, a column for every
/// source.
fn frames(
    item: &Item<'_>,
    fields: &Fields<'_>,
    size: Option<u32>,
    context: &Context,
) -> Result<(Process, u32), Problem> {
    for key in ["rate", "modulation", "counts"] {
        if let Some(item) = fields.get(key) {
            return Err(item.unsupported("\"rates\" of every source exclude it"));
        }
    }
    let table = item.fields()?;
    let file = table.need("file", "an array with a row for every frame")?;
    let every = table.need("every", "the duration of a frame")?;
    let every = context.interval(&every, "every")?;
    table.finish()?;
    let array = context.numbers(&file)?;
    let [frames, columns] = array.shape[..] else {
        let found = format!("{} dimensions", array.shape.len());
        return Err(file.out_of_range(found, "two: frames and sources"));
    };
    if frames == 0 || columns == 0 || size.is_some_and(|size| size as usize != columns) {
        let found = format!("{frames} frames of {columns} sources");
        let expected = size.map_or("at least one of each".into(), |n| format!("{n} sources"));
        return Err(file.out_of_range(found, expected));
    }
    if let Some(k) = array.values.iter().position(|r| !(*r >= 0.0 && r.is_finite())) {
        let found =
            format!("{} Hz in row {}, column {}", array.values[k], k / columns, k % columns);
        return Err(file.out_of_range(found, "finite rates of at least 0 Hz"));
    }
    Ok((Process::Frames { every, rates_hz: array.values }, columns as u32))
}

fn correlated(fields: &Fields<'_>, context: &Context) -> Result<Process, Problem> {
    let scope = &context.scope;
    let item = fields.need("correlation", "the correlation coefficient of two spike counts")?;
    let expected = "a correlation between 0 and 1";
    let correlation = item.number_where(scope, "", expected, |c| (0.0..=1.0).contains(&c))?;
    let interaction = match fields.get("interaction") {
        None => Interaction::Multiple,
        Some(item) => match item.text("\"multiple\" or \"single\"")? {
            "multiple" => Interaction::Multiple,
            "single" => Interaction::Single,
            other => return Err(item.unknown_name("interaction", other, ["multiple", "single"])),
        },
    };
    let jitter = fields.get("jitter").map(|item| jitter(&item, context)).transpose()?;
    let rate_hz = rate(fields, context)?;
    Ok(Process::Correlated { rate_hz, correlation, interaction, jitter })
}

/// A displacement in time: a standard deviation, or a distribution.
pub(super) fn jitter(item: &Item<'_>, context: &Context) -> Result<Distribution, Problem> {
    match item.amount(&context.scope, "ms")? {
        Amount::Drawn(distribution) => Ok(distribution),
        Amount::Fixed(sd) if sd >= 0.0 && sd.is_finite() => {
            Ok(Distribution::from(Shape::Normal { mean: 0.0, sd }))
        }
        Amount::Fixed(sd) => Err(item.out_of_range(sd, "a spread of at least 0 ms")),
    }
}
