//! `[inputs.NAME]` of branching cells: electrodes and trains of events.
//!
//! Currents are given in pA unless a unit is written, as everywhere in experiment files.

use std::sync::Arc;

use neuropil_cable::{Electrode, EventStream, SynapseTarget, Timing, Waveform};
use neuropil_core::Clock;
use neuropil_network::description;

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use super::super::{waveform, window};
use super::{Tissue, cable_problem, cells};
use crate::experiment::Problem;

const KINDS: &[&str] = &[
    "dc",
    "ac",
    "step",
    "ramp",
    "noise",
    "waveform",
    "current",
    "voltage_clamp",
    "poisson",
    "regular",
    "spikes",
];

/// Reads the section.
pub(super) fn read(fields: &Fields<'_>, tissue: &mut Tissue<'_>) -> Result<(), Problem> {
    for (_, _, item) in fields.entries() {
        let fields = item.fields()?;
        let kind_item = fields.need("kind", "the kind of input, such as \"dc\"")?;
        let kind = kind_item.text("the kind of input")?;
        if !KINDS.contains(&kind) {
            return Err(kind_item.unknown_name("kind of input", kind, KINDS.iter().copied()));
        }
        match kind {
            "poisson" | "regular" | "spikes" => events(kind, &fields, tissue)?,
            _ => electrode(kind, &fields, tissue)?,
        }
        fields.finish()?;
    }
    Ok(())
}

/// The cells of a target such as `pyramids` or `pyramids[0:3]`.
pub(super) fn members(
    item: &Item<'_>,
    text: &str,
    tissue: &Tissue<'_>,
) -> Result<(usize, std::ops::Range<usize>), Problem> {
    let (name, range) = match text.split_once('[') {
        Some((name, rest)) => (name.trim(), rest.trim_end().strip_suffix(']')),
        None => (text.trim(), None),
    };
    let known = || tissue.populations.iter().map(|p| p.name.as_str());
    let index = tissue
        .populations
        .iter()
        .position(|p| p.name == name)
        .ok_or_else(|| item.unknown_name("population", name, known()))?;
    let population = &tissue.populations[index];
    let size = population.size as usize;
    let number = |text: &str, default: usize| match text.trim() {
        "" => Some(default),
        text => text.parse().ok(),
    };
    let part = match range {
        None => Some(0..size),
        Some(range) => match range.split(':').collect::<Vec<_>>()[..] {
            [one] => number(one, size).map(|k| k..k + 1),
            [first, end] => number(first, 0).zip(number(end, size)).map(|(a, b)| a..b),
            _ => None,
        },
    };
    match part.filter(|part| part.start < part.end && part.end <= size) {
        Some(part) => Ok((index, population.first + part.start..population.first + part.end)),
        None => {
            let expected = format!("a part of the {size} cells of \"{name}\" that is not empty");
            Err(item.out_of_range(format!("\"{text}\""), expected))
        }
    }
}

/// The point processes of a target such as `pyramids.excitation` or `pyramids[0].excitation`.
pub(super) fn synapses(
    item: &Item<'_>,
    tissue: &Tissue<'_>,
) -> Result<(usize, Vec<SynapseTarget>), Problem> {
    let expected = "a population and a group of its synapses, such as \"pyramids.excitation\"";
    let text = item.text(expected)?;
    let (cells_text, group) = text.rsplit_once('.').ok_or_else(|| item.wrong(expected))?;
    let (population, cells) = members(item, cells_text, tissue)?;
    let kind = &tissue.cells[tissue.kinds[population]];
    let known = || kind.synapses.keys().map(String::as_str);
    let points = kind
        .synapses
        .get(group)
        .ok_or_else(|| item.unknown_name("group of synapses", group, known()))?;
    let targets = cells
        .flat_map(|cell| points.iter().map(move |point| SynapseTarget { cell, point: *point }))
        .collect();
    Ok((population, targets))
}

/// `weight`: a number, or a list of all the arguments of the mechanism's events.
pub(super) fn arguments(
    fields: &Fields<'_>,
    population: usize,
    target: Option<&SynapseTarget>,
    tissue: &Tissue<'_>,
) -> Result<Vec<f64>, Problem> {
    let item = fields.need("weight", "what an event carries, such as \"0.5 nS\"")?;
    let mechanism = target
        .and_then(|target| tissue.populations[population].model.point_mechanism(target.point));
    let units = mechanism.and_then(|m| m.description().events.as_ref()).map(|e| e.units.clone());
    let units = units.unwrap_or_default();
    let unit = |k: usize| units.get(k).map_or("", String::as_str);
    let numbered = item.items().into_iter().enumerate();
    numbered.map(|(k, item)| item.number(&tissue.context.scope, unit(k))).collect()
}

fn events(kind: &str, fields: &Fields<'_>, tissue: &mut Tissue<'_>) -> Result<(), Problem> {
    let context = tissue.context;
    let target = fields.need("target", "synapses such as \"pyramids.excitation\"")?;
    let (population, targets) = synapses(&target, tissue)?;
    let arguments = arguments(fields, population, targets.first(), tissue)?;
    let window = window::of_device(fields, context)?;
    let start_ms = context.clock.ms(window.start);
    let stop_ms = stop_ms(window.stop, context);
    let scope = &context.scope;
    let timing = match kind {
        "poisson" => {
            let rate = fields.need("rate", "a rate such as \"5 Hz\"")?;
            let rate_hz = rate.number_where(scope, "Hz", "at least 0 Hz", |rate| rate >= 0.0)?;
            Timing::Poisson { rate_hz, start_ms, stop_ms }
        }
        "regular" => {
            let interval = fields.need("interval", "a time such as \"20 ms\"")?;
            let interval_ms = interval.number_where(scope, "ms", "above 0 ms", |t| t > 0.0)?;
            Timing::Regular { start_ms, interval_ms, stop_ms }
        }
        _ => {
            let times = match fields.get("file") {
                Some(file) => context.numbers(&file)?.values,
                None => fields.need("times", "a list of times")?.numbers(scope, "ms")?,
            };
            Timing::Times(times.into())
        }
    };
    for target_synapse in targets {
        let stream = EventStream {
            target: target_synapse,
            timing: timing.clone(),
            arguments: arguments.clone(),
        };
        tissue.model.stimulate(stream).map_err(|source| cable_problem(&target, source))?;
    }
    Ok(())
}

fn stop_ms(stop: u64, context: &Context) -> f64 {
    if stop == u64::MAX { f64::INFINITY } else { context.clock.ms(stop) }
}

fn electrode(kind: &str, fields: &Fields<'_>, tissue: &mut Tissue<'_>) -> Result<(), Problem> {
    let context = tissue.context;
    let target = fields.need("target", "a population")?;
    let (population, cells) = members(&target, target.text("a population")?, tissue)?;
    let model = Arc::clone(&tissue.populations[population].model);
    let places = match fields.get("at") {
        Some(item) => cells::places(&item, &model)?,
        None => vec![cells::origin(&model)],
    };
    let electrode = match kind {
        "voltage_clamp" => {
            let window = window::of_device(fields, context)?;
            let command = fields.need("command", "the potential to hold, such as \"-20 mV\"")?;
            let command_mv =
                converted(&waveform::read(&command, "mV", context)?, 1.0, context.clock);
            let series_mohm = fields.get("resistance").map_or(Ok(0.1), |item| {
                item.number_where(&context.scope, "MOhm", "above 0", |r| r > 0.0)
            })?;
            let start_ms = context.clock.ms(window.start);
            let stop_ms = stop_ms(window.stop, context);
            Electrode::VoltageClamp { command_mv, series_mohm, start_ms, stop_ms }
        }
        _ => Electrode::Current(current(kind, fields, context)?),
    };
    for cell in cells {
        for place in &places {
            tissue
                .model
                .attach(cell, *place, electrode.clone())
                .map_err(|source| cable_problem(&target, source))?;
        }
    }
    Ok(())
}

/// From pA of the file to nA of the engine.
const NA_PER_PA: f64 = 1e-3;

fn current(kind: &str, fields: &Fields<'_>, context: &Context) -> Result<Waveform, Problem> {
    let scope = &context.scope;
    let na = |item: &Item<'_>| {
        item.number_where(scope, "pA", "a finite current", |_| true).map(|pa| pa / 1e3)
    };
    if matches!(kind, "step" | "waveform") {
        return Ok(converted(&waveform::table(fields, "pA", context)?, NA_PER_PA, context.clock));
    }
    if kind == "current" {
        let item = fields.need("amplitude", "a current such as \"100 pA\"")?;
        return Ok(converted(&waveform::read(&item, "pA", context)?, NA_PER_PA, context.clock));
    }
    let window = window::of_device(fields, context)?;
    let start_ms = context.clock.ms(window.start);
    let stop_ms = stop_ms(window.stop, context);
    Ok(match kind {
        "dc" => {
            let amplitude = na(&fields.need("amplitude", "a current such as \"100 pA\"")?)?;
            Waveform::Pulse { amplitude, start_ms, duration_ms: stop_ms - start_ms }
        }
        "ramp" => {
            let from = fields.get("from").map_or(Ok(0.0), |item| na(&item))?;
            let to = na(&fields.need("to", "the current at the end of the ramp")?)?;
            let end_ms = stop_ms.min(context.clock.ms(context.end_step));
            Waveform::ramp(from, to, start_ms, end_ms)
        }
        "noise" => {
            let mean = fields.get("mean").map_or(Ok(0.0), |item| na(&item))?;
            let deviation = na(&fields.need("std", "the standard deviation of the current")?)?;
            let tau_ms = fields.get("tau").map_or(Ok(0.0), |item| {
                item.number_where(scope, "ms", "at least 0 ms", |tau| tau >= 0.0)
            })?;
            Waveform::Noise { mean, deviation, tau_ms, start_ms, stop_ms }
        }
        _ => {
            let description::Waveform::Sine { offset, amplitude, frequency_hz, phase_deg } =
                waveform::table(fields, "pA", context)?
            else {
                return Err(fields.unknown("frequency", fields.span, &["frequency"]));
            };
            // The engine counts the phase from the start, experiments from time 0.
            let phase =
                phase_deg.to_radians() + std::f64::consts::TAU * frequency_hz * start_ms * 1e-3;
            let (offset, amplitude) = (offset / 1e3, amplitude / 1e3);
            Waveform::Sine { offset, amplitude, frequency_hz, phase, start_ms, stop_ms }
        }
    })
}

/// A waveform of the network side, with its values times `factor`; times become ms by the grid of
/// the experiment, which both sides share.
fn converted(waveform: &description::Waveform, factor: f64, clock: Clock) -> Waveform {
    match waveform {
        description::Waveform::Constant(value) => Waveform::Constant(value * factor),
        description::Waveform::Steps { steps, values } => {
            let pairs = steps.iter().zip(values);
            Waveform::Steps(pairs.map(|(step, value)| (clock.ms(*step), value * factor)).collect())
        }
        description::Waveform::Sine { offset, amplitude, frequency_hz, phase_deg } => {
            Waveform::Sine {
                offset: offset * factor,
                amplitude: amplitude * factor,
                frequency_hz: *frequency_hz,
                phase: phase_deg.to_radians(),
                start_ms: 0.0,
                stop_ms: f64::INFINITY,
            }
        }
        description::Waveform::Sampled { every_ms, values } => {
            let scaled: Vec<f64> = values.iter().map(|value| value * factor).collect();
            Waveform::sampled(*every_ms, &scaled)
        }
    }
}
