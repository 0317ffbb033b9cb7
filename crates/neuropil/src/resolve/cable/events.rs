//! `[inputs.NAME]` of branching cells that send events to synapses.
//!
//! Times, rates and weights may be expressions of `index` (number of the cell in its population),
//! `synapse` (number of the synapse in its group), and `distance` (path from the soma to it).

use neuropil_cable::{EventStream, Timing, Waveform};
use neuropil_core::random::{Stream, key};
use neuropil_network::description;

use super::super::context::Context;
use super::super::fields::{Fields, Item, known_unit, mentions};
use super::super::{waveform, window};
use super::electrodes::{converted, stop_ms};
use super::targets::{Aim, arguments, count, synapses};
use super::{Tissue, cable_problem};
use crate::experiment::Problem;
use crate::expression::{Quantity, Value};

/// Names that expressions of an input may use.
const NAMES: &[&str] = &["index", "synapse", "distance"];

/// Events of one input.
pub(super) fn events(
    kind: &str,
    fields: &Fields<'_>,
    tissue: &mut Tissue<'_>,
) -> Result<(), Problem> {
    let context = tissue.context;
    let target = fields.need("target", "synapses such as \"pyramids.excitation\"")?;
    let (population, aims) = synapses(&target, tissue)?;
    let varied =
        fields.entries().any(|(key, _, item)| key != "target" && mentions(item.node, NAMES));
    let list = match kind {
        "spikes" => from_file(fields, &aims, context)?,
        _ => None,
    };
    let mut same = None;
    for (number, aim) in aims.iter().enumerate() {
        let (arguments, mut timing) = match (&same, varied) {
            (Some(known), false) => Clone::clone(known),
            _ => {
                let own = of_synapse(context, aim, population, tissue);
                let arguments = arguments(fields, population, aims.first(), tissue, &own.scope)?;
                let timing = match &list {
                    Some(_) => When::At(Timing::Times([].into())),
                    None => timing(kind, fields, &own)?,
                };
                context.gather(own);
                same = Some((arguments.clone(), timing.clone()));
                (arguments, timing)
            }
        };
        if let Some(lists) = &list {
            timing = When::At(Timing::Times(lists[number].as_slice().into()));
        }
        let timing = match timing {
            When::At(timing) => timing,
            When::Rate { rate_hz, start_ms, stop_ms } => {
                tissue.varying += 1;
                let events = drawn(&rate_hz, start_ms, stop_ms, tissue.varying, context);
                Timing::Times(events.into())
            }
        };
        let stream = EventStream { target: aim.target, timing, arguments };
        tissue.model.stimulate(stream).map_err(|source| cable_problem(&target, source))?;
    }
    Ok(())
}

/// When events come, before those of a varying rate are drawn.
#[derive(Debug, Clone)]
enum When {
    At(Timing),
    Rate { rate_hz: Waveform, start_ms: f64, stop_ms: f64 },
}

fn of_synapse(context: &Context, aim: &Aim, population: usize, tissue: &Tissue<'_>) -> Context {
    let morphology = tissue.populations[population].model.morphology();
    let distance = Quantity { value: morphology.distance_um(aim.place), unit: known_unit("um") };
    context.with_names([
        ("index", count(aim.index)),
        ("synapse", count(aim.synapse)),
        ("distance", Value::Number(distance)),
    ])
}

fn timing(kind: &str, fields: &Fields<'_>, context: &Context) -> Result<When, Problem> {
    let window = window::of_device(fields, context)?;
    let start_ms = context.clock.ms(window.start);
    let stop_ms = stop_ms(window.stop, context);
    let scope = &context.scope;
    Ok(When::At(match kind {
        "poisson" => {
            let item = fields.need("rate", "a rate such as \"5 Hz\", or a waveform")?;
            match rate(&item, context)? {
                Waveform::Constant(rate_hz) => Timing::Poisson { rate_hz, start_ms, stop_ms },
                rate_hz => return Ok(When::Rate { rate_hz, start_ms, stop_ms }),
            }
        }
        "regular" => {
            let interval = fields.need("interval", "a time such as \"20 ms\"")?;
            let interval_ms = interval.number_where(scope, "ms", "above 0 ms", |t| t > 0.0)?;
            Timing::Regular { start_ms, interval_ms, stop_ms }
        }
        _ => {
            let times = fields.need("times", "a list of times, or a \"file\"")?;
            Timing::Times(times.numbers(scope, "ms")?.into())
        }
    }))
}

/// A rate, constant or varying in time; nowhere below 0.
fn rate(item: &Item<'_>, context: &Context) -> Result<Waveform, Problem> {
    let read = waveform::read(item, "Hz", context)?;
    let lowest = match &read {
        description::Waveform::Constant(rate) => *rate,
        description::Waveform::Sine { offset, amplitude, .. } => offset - amplitude.abs(),
        description::Waveform::Steps { values, .. }
        | description::Waveform::Sampled { values, .. } => {
            values.iter().copied().fold(f64::INFINITY, f64::min)
        }
    };
    match lowest < 0.0 {
        true => Err(item.out_of_range(format!("{lowest} Hz"), "at least 0 Hz at all times")),
        false => Ok(converted(&read, 1.0, context.clock)),
    }
}

/// Events of a Poisson process whose rate varies: unit exponential waits in units of the expected
/// count, step by step (time rescaling). Depends on the seed and the number of the train only.
fn drawn(
    rate_hz: &Waveform,
    start_ms: f64,
    stop_ms: f64,
    number: u64,
    context: &Context,
) -> Vec<f64> {
    let mut stream = Stream::new(key(context.seed, "event stream of varying rate", 0), number);
    let (mut events, mut wait) = (Vec::new(), stream.exponential());
    for step in 0..context.end_step {
        let from = context.clock.ms(step).max(start_ms);
        let to = context.clock.ms(step + 1).min(stop_ms);
        if from >= to {
            continue;
        }
        let expected = rate_hz.mean(from, to) * (to - from) * 1e-3;
        let mut passed = 0.0;
        while passed + wait < expected {
            passed += wait;
            events.push(from + (to - from) * passed / expected);
            wait = stream.exponential();
        }
        wait -= expected - passed;
    }
    events
}

/// `file`: times `[ms]` for every synapse of the target; with `synapses`, the array of the numbers of
/// the synapses (counted over the target, cell after cell) that goes with it.
fn from_file(
    fields: &Fields<'_>,
    aims: &[Aim],
    context: &Context,
) -> Result<Option<Vec<Vec<f64>>>, Problem> {
    let Some(file) = fields.get("file") else { return Ok(None) };
    if let Some(times) = fields.get("times") {
        return Err(times.unsupported("\"times\" and \"file\" exclude each other"));
    }
    let times = context.numbers(&file)?.values;
    let Some(item) = fields.get("synapses") else {
        return Ok(Some(vec![times; aims.len()]));
    };
    let numbers = context.indices(&item)?.values;
    if numbers.len() != times.len() {
        let expected = format!("one for each of the {} times", times.len());
        return Err(item.out_of_range(format!("{} values", numbers.len()), expected));
    }
    let mut lists = vec![Vec::new(); aims.len()];
    for (number, time) in numbers.iter().zip(times) {
        let Some(list) = lists.get_mut(*number as usize) else {
            let expected = format!("numbers below {}, the synapses of the target", aims.len());
            return Err(item.out_of_range(number, expected));
        };
        list.push(time);
    }
    Ok(Some(lists))
}
