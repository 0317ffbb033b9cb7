//! `neuropil cell`

use std::path::{Path, PathBuf};

use neuropil::cell::{
    Clamp, Response, Subject, clamp, curve, curve_figure, pulses, quantity, response_figure,
    sequence,
};
use neuropil::cells::{CELLS, find_cell};
use neuropil::experiment::Experiment;

use crate::args::{Cell, CellClamp, CellCurve, CellOutput, CellPulse, CellSubject};
use crate::show;

/// Does what is asked with a cell.
pub fn cell(command: &Cell) -> anyhow::Result<()> {
    match command {
        Cell::List => list(),
        Cell::Info(input) => info(input),
        Cell::Pulse(arguments) => pulse(arguments),
        Cell::Curve(arguments) => rates(arguments),
        Cell::Clamp(arguments) => clamped(arguments),
    }
}

fn list() -> anyhow::Result<()> {
    for cell in CELLS {
        show::line(format!("{:<8}{:<52}{}", cell.name, cell.summary, cell.source))?;
    }
    Ok(())
}

fn info(input: &CellSubject) -> anyhow::Result<()> {
    let subject = subject(input)?;
    let line = |name: &str, value: String| show::line(format!("{name:<18}{value}"));
    line("cell", subject.name.clone())?;
    if let Some(cell) = find_cell(&subject.name) {
        line("is", cell.summary.into())?;
        line("from", cell.source.into())?;
    }
    line("model", subject.model.name().into())?;
    for p in subject.model.parameters() {
        let value = subject.parameters.get(p.name).map_or(p.default, |column| column.at(0));
        let line_of = format!("{} = {value} {}", p.name, p.unit);
        line("parameter", line_of.trim_end().into())?;
    }
    Ok(())
}

/// A named cell, or the first neuron of a population of an experiment.
fn subject(input: &CellSubject) -> anyhow::Result<Subject> {
    let path = Path::new(&input.cell);
    let is_file = path.extension().is_some_and(|e| e == "toml" || e == "json") || path.is_file();
    if !is_file {
        return Ok(Subject::named(&input.cell, &input.set)?);
    }
    let mut experiment = Experiment::read(path)?;
    for (key, value) in &input.set {
        experiment.set(key, value)?;
    }
    Ok(Subject::of_experiment(&experiment, input.population.as_deref())?)
}

fn pulse(arguments: &CellPulse) -> anyhow::Result<()> {
    let subject = subject(&arguments.input)?;
    let currents = arguments.amplitudes.iter().map(|text| quantity("amplitude", text, "pA"));
    let family = pulses::Family {
        amplitudes_pa: currents.collect::<Result<_, _>>()?,
        delay_ms: quantity("delay", &arguments.delay, "ms")?,
        duration_ms: quantity("duration", &arguments.duration, "ms")?,
        dt_ms: quantity("dt", &arguments.dt, "ms")?,
    };
    let response = if arguments.sequence {
        sequence(&subject, &family)?
    } else {
        pulses::pulses(&subject, &family)?
    };
    report(&response)?;
    save(&response, &arguments.output, "pulse")
}

fn clamped(arguments: &CellClamp) -> anyhow::Result<()> {
    let subject = subject(&arguments.input)?;
    let protocol = Clamp {
        amplitude_pa: quantity("amplitude", &arguments.amplitude, "pA")?,
        duration_ms: quantity("duration", &arguments.duration, "ms")?,
        delay_ms: quantity("delay", &arguments.delay, "ms")?,
        potential_mv: quantity("potential", &arguments.potential, "mV")?,
        conductance_ns: quantity("conductance", &arguments.conductance, "nS")?,
        dt_ms: quantity("dt", &arguments.dt, "ms")?,
    };
    let response = clamp(&subject, &protocol)?;
    report(&response)?;
    save(&response, &arguments.output, "clamp")
}

fn rates(arguments: &CellCurve) -> anyhow::Result<()> {
    let subject = subject(&arguments.input)?;
    let from = quantity("from", &arguments.from, "pA")?;
    let to = quantity("to", &arguments.to, "pA")?;
    let last = f64::from(arguments.points.max(2) - 1);
    let at = |k: u16| from + (to - from) * f64::from(k) / last;
    let family = pulses::Family {
        amplitudes_pa: (0..arguments.points.max(2)).map(at).collect(),
        duration_ms: quantity("duration", &arguments.duration, "ms")?,
        dt_ms: quantity("dt", &arguments.dt, "ms")?,
        ..pulses::Family::default()
    };
    let measured = curve(&subject, &family)?;
    show::line("I_pA,steady_Hz,initial_Hz,spikes")?;
    for k in 0..measured.amplitudes_pa.len() {
        show::line(format!(
            "{},{:.3},{:.3},{}",
            measured.amplitudes_pa[k],
            measured.steady_hz[k],
            measured.initial_hz[k],
            measured.spikes[k]
        ))?;
    }
    let path = path(&measured.name, &arguments.output, "curve");
    super::refuse_existing(&path, arguments.output.force)?;
    curve_figure(&measured)?.save(&path)?;
    show::line(path.display())
}

/// Spike counts and intervals of each trace.
fn report(response: &Response) -> anyhow::Result<()> {
    for (label, spikes) in response.labels.iter().zip(&response.spikes_ms) {
        let times: Vec<String> = spikes.iter().take(8).map(|t| format!("{t:.1}")).collect();
        let more = if spikes.len() > 8 { ", ..." } else { "" };
        let count = spikes.len();
        let line = format!("{label:>10}  {count} spikes  {}{more}", times.join(", "));
        show::line(line.trim_end())?;
    }
    Ok(())
}

fn save(response: &Response, output: &CellOutput, protocol: &str) -> anyhow::Result<()> {
    let path = path(&response.name, output, protocol);
    super::refuse_existing(&path, output.force)?;
    if let Some(csv) = &output.csv {
        super::refuse_existing(csv, output.force)?;
        std::fs::write(csv, table(response))?;
        show::line(csv.display())?;
    }
    response_figure(response)?.save(&path)?;
    show::line(path.display())
}

/// Time, then the variable and the current of each trace.
fn table(response: &Response) -> String {
    let (name, unit) = &response.variable;
    let mut text = String::from("t_ms");
    for k in 0..response.traces.len() {
        text.push_str(&format!(",{name}_{k}_{unit},I_{k}_pA"));
    }
    text.push('\n');
    for step in 0..response.traces.first().map_or(0, Vec::len) {
        text.push_str(&format!("{:.4}", (step + 1) as f64 * response.dt_ms));
        for (trace, current) in response.traces.iter().zip(&response.currents_pa) {
            text.push_str(&format!(",{},{}", trace[step], current[step]));
        }
        text.push('\n');
    }
    text
}

fn path(name: &str, output: &CellOutput, protocol: &str) -> PathBuf {
    let default = || PathBuf::from(format!("{name}_{protocol}.png"));
    output.output.clone().unwrap_or_else(default)
}
