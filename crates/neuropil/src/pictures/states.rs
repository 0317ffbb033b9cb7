//! Sampled variables over time, and against each other.

use neuropil_plot::kinds::{Trace, mean_trace, shifted_traces, spikes_drawn, traces as lines_of};
use neuropil_plot::{Axis, Color, Mark, Panel};
use neuropil_record::reader::{Report, Traces};
use neuropil_record::{ColumnKind, ResultFile};

use super::PictureError;
use super::data::{self, color, quantity, reports, spikes_of};
use crate::resolve::PlotRequest;

/// Most traces in one panel, unless another number is asked for.
const TRACES: usize = 5;

/// One panel per variable of each population.
pub(super) fn traces(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let reports = reports(result, request)?;
    let mixed = reports.iter().any(|report| report.population != reports[0].population);
    let most = if request.mean { usize::MAX } else { request.neurons.unwrap_or(TRACES) };
    let mut panels = Vec::new();
    for report in &reports {
        let read = data::traces(result, report, request, most)?;
        let mut panel = match (request.mean, request.shift) {
            (true, _) => with_mean(result, report, &read)?,
            (false, shift) => of_one(result, report, &read, shift)?,
        };
        if mixed {
            panel = panel.titled(&report.population);
        }
        panels.push(panel);
    }
    match panels.is_empty() {
        true => Err(PictureError::NotRecorded { name: request.name.clone(), what: "such traces" }),
        false => Ok(panels),
    }
}

fn of_one(
    result: &ResultFile,
    report: &Report,
    read: &Traces,
    shift: Option<f64>,
) -> Result<Panel, PictureError> {
    let several = read.columns.len() > 1;
    let labels: Vec<String> = read
        .columns
        .iter()
        .enumerate()
        .map(|(k, column)| match report.labels.get(k) {
            _ if !several => String::new(),
            Some(label) => label.clone(),
            None => format!("neuron {}", column.neuron),
        })
        .collect();
    let own = color(result, &report.population);
    let colors: Vec<Color> = match (several && shift.is_none(), report.kind) {
        (false, _) => vec![own; labels.len()],
        // Neurons of one kind: shades of its colour; places of one cell: colours of their own.
        (true, ColumnKind::Neurons) => {
            let share = |k: usize| 1.0 - 0.62 * k as f64 / (labels.len() - 1) as f64;
            (0..labels.len()).map(|k| own.tint(share(k))).collect()
        }
        (true, _) => (0..labels.len()).map(Color::nth).collect(),
    };
    let mut drawn = Vec::new();
    for ((values, column), color) in read.values.iter().zip(&read.columns).zip(&colors) {
        let (start_ms, step_ms) = (read.start_ms, read.step_ms);
        let trace = Trace { label: "", start_ms, step_ms, values, color: *color };
        drawn.push(with_spike_marks(result, report, column.neuron, &trace)?);
    }
    let lines: Vec<Trace<'_>> = drawn
        .iter()
        .zip(&labels)
        .zip(&colors)
        .map(|((values, label), color)| Trace {
            label,
            start_ms: read.start_ms,
            step_ms: read.step_ms,
            values,
            color: *color,
        })
        .collect();
    Ok(match shift {
        Some(shift) if several => shifted_traces(&lines, shift, round(shift), &report.unit),
        _ => lines_of(&lines, &quantity(report)),
    })
}

/// The round number below a length: 1, 2 or 5 times a power of ten.
fn round(length: f64) -> f64 {
    let power = 10_f64.powf(length.abs().log10().floor());
    let digit = length.abs() / power;
    let digit = [5.0, 2.0].into_iter().find(|d| *d <= digit + 1e-9).unwrap_or(1.0);
    digit * power
}

/// The mean over all columns with a band of one standard deviation, and the first alone.
fn with_mean(result: &ResultFile, report: &Report, read: &Traces) -> Result<Panel, PictureError> {
    let n = read.values.len() as f64;
    let frames = 0..read.frames();
    let at = |k: usize| read.values.iter().map(move |values| values[k]);
    let mean: Vec<f64> = frames.clone().map(|k| at(k).sum::<f64>() / n).collect();
    let deviation: Vec<f64> = frames
        .map(|k| (at(k).map(|v| (v - mean[k]) * (v - mean[k])).sum::<f64>() / n).sqrt())
        .collect();
    let own = color(result, &report.population);
    let (start_ms, step_ms) = (read.start_ms, read.step_ms);
    let label = format!("{} neurons", read.values.len());
    let mean = Trace { label: &label, start_ms, step_ms, values: &mean, color: own };
    let single = read.values.first().map(|values| Trace {
        label: "one",
        start_ms,
        step_ms,
        values,
        color: Color::GREY,
    });
    Ok(mean_trace(&mean, &deviation, single.as_ref(), &quantity(report))?)
}

/// The values, with a stroke for every recorded spike if the variable is a potential that is reset.
fn with_spike_marks(
    result: &ResultFile,
    report: &Report,
    neuron: u32,
    trace: &Trace<'_>,
) -> Result<Vec<f64>, PictureError> {
    if report.variable != "V_m" || report.kind != ColumnKind::Neurons {
        return Ok(trace.values.to_vec());
    }
    let spikes_ms = spikes_of(result, &report.population, neuron)?;
    let low = trace.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = trace.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // A model whose spikes have a shape needs no strokes.
    let peak = if high > 0.0 { high } else { high + 0.6 * (high - low) };
    Ok(spikes_drawn(trace, &spikes_ms, peak))
}

/// One variable against another, of the first neurons of every population.
pub(super) fn phase(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let all = reports(result, &PlotRequest { variables: Vec::new(), ..request.clone() })?;
    let pair = match &request.variables[..] {
        [] => ["V_m".to_owned(), "w".to_owned()],
        [x, y] => [x.clone(), y.clone()],
        other => {
            let (name, found) = (request.name.clone(), other.len());
            return Err(PictureError::TwoVariables { name, found });
        }
    };
    let asked = PlotRequest { variables: pair.to_vec(), ..request.clone() };
    reports(result, &asked)?;
    let mut panels = Vec::new();
    for report_x in all.iter().filter(|report| report.variable == pair[0]) {
        let x = report_x;
        let with = |r: &&&Report| r.population == x.population && r.variable == pair[1];
        let Some(y) = all.iter().find(with) else { continue };
        let most = request.neurons.unwrap_or(1);
        let (xs, ys) =
            (data::traces(result, x, request, most)?, data::traces(result, y, request, most)?);
        let own = color(result, &x.population);
        let mut panel = Panel::new(Axis::new(quantity(x)), Axis::new(quantity(y))).height(230.0);
        panel.margins = (0.04, 0.06);
        for (k, (a, b)) in xs.values.iter().zip(&ys.values).enumerate() {
            let color = if most == 1 { own } else { Color::nth(k) };
            let spikes_ms = spikes_of(result, &report_x.population, xs.columns[k].neuron)?;
            let (x, y) = parted(a, b, &spikes_ms, xs.start_ms, xs.step_ms);
            panel = panel.with(Mark::Line { x, y, color, width: 0.8, dashed: false });
        }
        let several = all.iter().any(|report| report.population != x.population);
        panels.push(if several { panel.titled(&x.population) } else { panel });
    }
    match panels.is_empty() {
        true => {
            let (name, what) = (request.name.clone(), "both variables of one population");
            Err(PictureError::NotRecorded { name, what })
        }
        false => Ok(panels),
    }
}

/// Two variables with a gap wherever a spike resets them.
fn parted(
    a: &[f64],
    b: &[f64],
    spikes_ms: &[f64],
    start_ms: f64,
    step_ms: f64,
) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (Vec::with_capacity(a.len()), Vec::with_capacity(b.len()));
    let mut spikes = spikes_ms.iter().peekable();
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        let time = start_ms + k as f64 * step_ms;
        while spikes.next_if(|spike| **spike <= time + 1e-6 * step_ms).is_some() {
            x.push(f64::NAN);
            y.push(f64::NAN);
        }
        x.push(*a);
        y.push(*b);
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use super::{parted, round};

    #[test]
    fn a_phase_portrait_does_not_draw_the_reset() {
        let (x, y) = parted(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[0.2], 0.1, 0.1);
        assert!(x[1].is_nan() && y[1].is_nan());
        assert_eq!((x[0], x[2], y[3], x.len()), (1.0, 2.0, 6.0, 4));
    }

    #[test]
    fn scale_bars_are_round() {
        for (length, bar) in [(20.0, 20.0), (30.0, 20.0), (0.07, 0.05), (1.9, 1.0), (600.0, 500.0)]
        {
            assert!((round(length) / bar - 1.0).abs() < 1e-12, "{length}");
        }
    }
}
