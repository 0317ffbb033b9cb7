//! `neuropil check`

use neuropil::run::{CableCheck, Check as Report};
use serde_json::{Value, json};

use crate::args::Check;
use crate::show;

/// Says what would be built.
pub fn check(arguments: &Check) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    if experiment.has_cells() {
        let report = experiment.check_cables()?;
        let answer =
            if arguments.json { cells_object(&report).to_string() } else { cells_text(&report) };
        return show::line(answer);
    }
    let report = experiment.check()?;
    if arguments.json {
        show::line(object(&report))?;
    } else {
        show::line(text(&report))?;
    }
    if report.exceeds_memory() {
        let limit = report.memory_limit_bytes.unwrap_or(0) as f64;
        anyhow::bail!(
            "the network needs about {}, this machine allows {}",
            show::bytes(report.bytes),
            show::bytes(limit)
        );
    }
    Ok(())
}

/// The report for people.
pub fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    if let Some(title) = &report.title {
        lines.push(title.clone());
        lines.push(String::new());
    }
    let mut line = |name: &str, value: String| lines.push(format!("{name:<18}{value}"));
    line("neurons", show::count(report.neurons));
    for p in &report.populations {
        line(&format!("  {}", p.name), format!("{:>12}  {}", show::count(p.size.into()), p.model));
    }
    line("synapses", format!("{} expected", show::count(report.synapses.round() as u64)));
    for p in &report.projections {
        let synapses = show::count(p.synapses.round() as u64);
        line(&format!("  {}", p.name), format!("{synapses:>12}  {}", p.rule));
    }
    if !report.inputs.is_empty() {
        line("inputs", report.inputs.join(", "));
    }
    for recording in &report.recordings {
        line("records", recording.clone());
    }
    let synapses = show::bytes(report.synapse_bytes);
    line("memory", format!("{}, of which {synapses} for synapses", show::bytes(report.bytes)));
    let shortest = report.min_delay_ms.map_or("drawn".to_owned(), show::milliseconds);
    if !report.projections.is_empty() {
        line("shortest delay", shortest);
    }
    let warmup = show::milliseconds(report.warmup_ms);
    let duration = show::milliseconds(report.duration_ms);
    let step = show::milliseconds(report.dt_ms);
    line("time", format!("{warmup} warm-up, {duration} recorded, in steps of {step}"));
    line("seed", report.seed.to_string());
    for warning in &report.warnings {
        line("warning", warning.clone());
    }
    lines.join("\n")
}

/// The report on branching cells for people.
pub fn cells_text(report: &CableCheck) -> String {
    let mut lines = Vec::new();
    if let Some(title) = &report.title {
        lines.push(title.clone());
        lines.push(String::new());
    }
    let mut line = |name: &str, value: String| lines.push(format!("{name:<18}{value}"));
    line("cells", show::count(report.cells));
    for p in &report.populations {
        let size = show::count(p.size.into());
        line(
            &format!("  {}", p.name),
            format!("{size:>12} × {} compartments, {:.1} µm²", p.compartments, p.area_um2),
        );
        line("", format!("mechanisms {}; point processes {}", p.mechanisms.join(", "), p.points));
    }
    line("compartments", show::count(report.compartments));
    line("connections", show::count(report.connections));
    for recording in &report.recordings {
        line("records", recording.clone());
    }
    if let Some(delay) = report.min_delay_ms {
        line("shortest delay", show::milliseconds(delay));
    }
    let warmup = show::milliseconds(report.warmup_ms);
    let duration = show::milliseconds(report.duration_ms);
    let step = show::milliseconds(report.dt_ms);
    line("time", format!("{warmup} warm-up, {duration} recorded, in steps of {step}"));
    for warning in &report.warnings {
        line("warning", warning.clone());
    }
    lines.join("\n")
}

fn cells_object(report: &CableCheck) -> Value {
    let populations = report.populations.iter().map(|p| {
        json!({
            "name": p.name, "size": p.size, "compartments": p.compartments,
            "area_um2": p.area_um2, "mechanisms": p.mechanisms, "points": p.points,
        })
    });
    json!({
        "cells": report.cells,
        "compartments": report.compartments,
        "connections": report.connections,
        "min_delay_ms": report.min_delay_ms,
        "dt_ms": report.dt_ms,
        "warmup_ms": report.warmup_ms,
        "duration_ms": report.duration_ms,
        "populations": populations.collect::<Vec<_>>(),
        "recordings": report.recordings,
        "warnings": report.warnings,
    })
}

fn object(report: &Report) -> Value {
    let populations = report.populations.iter();
    let projections = report.projections.iter();
    json!({
        "neurons": report.neurons,
        "synapses": report.synapses,
        "synapse_bytes": report.synapse_bytes,
        "bytes": report.bytes,
        "memory_limit_bytes": report.memory_limit_bytes,
        "min_delay_ms": report.min_delay_ms,
        "dt_ms": report.dt_ms,
        "warmup_ms": report.warmup_ms,
        "duration_ms": report.duration_ms,
        "seed": report.seed,
        "populations": populations
            .map(|p| json!({ "name": p.name, "size": p.size, "model": p.model }))
            .collect::<Vec<_>>(),
        "connections": projections
            .map(|p| json!({ "name": p.name, "rule": p.rule, "synapses": p.synapses }))
            .collect::<Vec<_>>(),
        "inputs": report.inputs,
        "recordings": report.recordings,
        "warnings": report.warnings,
    })
}
