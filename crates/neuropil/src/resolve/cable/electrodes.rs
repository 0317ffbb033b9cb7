//! `[inputs.NAME]` of branching cells that inject current or hold a potential.
//!
//! Currents are given in pA unless a unit is written, as everywhere in experiment files. Every value
//! may be an expression of `index`, the number of the cell in its population.

use std::sync::Arc;

use neuropil_cable::{Electrode, Waveform};
use neuropil_core::Clock;
use neuropil_network::description;

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use super::super::{waveform, window};
use super::targets::{count, members};
use super::{Tissue, cable_problem, cells};
use crate::experiment::Problem;

pub(super) fn stop_ms(stop: u64, context: &Context) -> f64 {
    if stop == u64::MAX { f64::INFINITY } else { context.clock.ms(stop) }
}

pub(super) fn electrode(
    kind: &str,
    fields: &Fields<'_>,
    tissue: &mut Tissue<'_>,
) -> Result<(), Problem> {
    let context = tissue.context;
    let target = fields.need("target", "a population")?;
    let (population, cells) = members(&target, target.text("a population")?, tissue)?;
    let model = Arc::clone(&tissue.populations[population].model);
    let places = match fields.get("at") {
        Some(item) => cells::places(&item, &model)?,
        None => vec![cells::origin(&model)],
    };
    let first = tissue.populations[population].first;
    let varied = fields.mentions(&["index"]);
    let same = match varied {
        true => None,
        false => Some(one(kind, fields, context)?),
    };
    for cell in cells {
        let electrode = match &same {
            Some(electrode) => electrode.clone(),
            None => {
                let own = context.with_names([("index", count(cell - first))]);
                let electrode = one(kind, fields, &own)?;
                context.gather(own);
                electrode
            }
        };
        for place in &places {
            tissue
                .model
                .attach(cell, *place, electrode.clone())
                .map_err(|source| cable_problem(&target, source))?;
        }
    }
    Ok(())
}

fn one(kind: &str, fields: &Fields<'_>, context: &Context) -> Result<Electrode, Problem> {
    if kind != "voltage_clamp" {
        return current(kind, fields, context).map(Electrode::Current);
    }
    let window = window::of_device(fields, context)?;
    let command = fields.need("command", "the potential to hold, such as \"-20 mV\"")?;
    let command_mv = converted(&waveform::read(&command, "mV", context)?, 1.0, context.clock);
    let series_mohm = fields.get("resistance").map_or(Ok(0.1), |item| {
        item.number_where(&context.scope, "MOhm", "above 0", |r| r > 0.0)
    })?;
    let start_ms = context.clock.ms(window.start);
    let stop_ms = stop_ms(window.stop, context);
    Ok(Electrode::VoltageClamp { command_mv, series_mohm, start_ms, stop_ms })
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
pub(super) fn converted(waveform: &description::Waveform, factor: f64, clock: Clock) -> Waveform {
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
