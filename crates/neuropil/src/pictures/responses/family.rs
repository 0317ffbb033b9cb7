//! Traces of responses over each other.

use neuropil_analysis::response::Signal;
use neuropil_plot::kinds::{Trace, shifted_traces, traces};
use neuropil_plot::{Color, ColorBar, ColorMap, Mark, Panel, Sign};
use neuropil_record::ResultFile;

use super::super::PictureError;
use super::labelled;
use super::recorded::recorded;
use crate::resolve::{PlotRequest, ResponsePlot, Series};

/// Traces of each series over (or above) each other, coloured by what they stand for.
pub(super) fn family(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<(Vec<Panel>, String), PictureError> {
    let (mut panels, mut remarks) = (Vec::new(), Vec::new());
    let (from, to) = plot.window_ms;
    for series in &plot.series {
        let read = recorded(result, request, plot, series, &series.population)?;
        let low = series.x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = series.x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let color = |x: f64| match high > low {
            // The palest end is lost on white.
            true => ColorMap::Viridis.at(0.88 * (x - low) / (high - low)),
            false => Color::BLUE,
        };
        let signals: Vec<Signal<'_>> =
            read.traces.iter().map(|(_, values)| read.signal(values).within(from, to)).collect();
        let lines: Vec<Trace<'_>> = signals
            .iter()
            .zip(&read.traces)
            .map(|(signal, (k, _))| Trace {
                label: "",
                start_ms: signal.start_ms,
                step_ms: signal.step_ms,
                values: signal.values,
                color: color(series.x[*k]),
            })
            .collect();
        let quantity = match plot.variable.as_str() {
            "v" => "V",
            variable => variable,
        };
        let mut panel = match plot.shift {
            Some(shift) => shifted(&lines, series, shift, &read.unit, plot),
            None => traces(&lines, &labelled(quantity, &read.unit)).height(150.0),
        };
        if high > low && plot.shift.is_none() {
            let (label, map) = (plot.x_label.clone(), ColorMap::Viridis);
            panel.color_bar =
                Some(ColorBar { label, map, range: (low, low + (high - low) / 0.88) });
        }
        if plot.series.len() > 1 {
            panel = panel.titled(&series.label);
        }
        if let (Some((times, values)), Some(signal)) = (&series.reference, signals.first()) {
            panel = panel.with(Mark::dashed(times, values, Color::BLACK)).explained(
                "reference",
                Color::BLACK,
                Sign::Dashes,
            );
            remarks.push(compared(request, series, signal, times, values, &read.unit));
        }
        panels.push(panel);
    }
    Ok((panels, remarks.join("\n")))
}

fn shifted(
    lines: &[Trace<'_>],
    series: &Series,
    shift: f64,
    unit: &str,
    plot: &ResponsePlot,
) -> Panel {
    let mut panel = shifted_traces(lines, shift, 50.0, unit);
    panel.note.clone_from(&plot.x_label);
    for (k, (line, x)) in lines.iter().zip(&series.x).enumerate() {
        let first = line.values.first().copied().unwrap_or(0.0);
        panel = panel.with(Mark::Text {
            x: line.start_ms,
            y: first + k as f64 * shift + 0.3 * shift,
            text: format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
            color: line.color,
            centred: false,
        });
    }
    panel
}

/// How far a trace is from its reference, in words.
fn compared(
    request: &PlotRequest,
    series: &Series,
    signal: &Signal<'_>,
    times: &[f64],
    values: &[f64],
    unit: &str,
) -> String {
    let at = |ms: f64| {
        let position = (ms - signal.start_ms) / signal.step_ms;
        let below = position.floor().max(0.0) as usize;
        let share = position - below as f64;
        let next = signal.values.get(below + usize::from(share > 1e-9))?;
        Some((1.0 - share) * signal.values.get(below)? + share * next)
    };
    let found: Vec<(f64, f64, f64)> = times
        .iter()
        .zip(values)
        .filter(|(ms, _)| **ms >= signal.start_ms - 1e-9)
        .filter_map(|(ms, value)| Some((*ms, *value, at(*ms)? - value)))
        .collect();
    let worst = found.iter().copied().max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()));
    let Some((ms, _, deviation)) = worst else {
        return format!("{}: no value of the reference lies within the window", request.name);
    };
    let range = |list: &mut dyn Iterator<Item = f64>| {
        list.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
    };
    let (low, high) = range(&mut found.iter().map(|f| f.1));
    let rms = (found.iter().map(|f| f.2 * f.2).sum::<f64>() / found.len() as f64).sqrt();
    format!(
        "{}, {}: {} values of the reference, rms deviation {:.4} % of its range, largest {deviation:.6} \
         {unit} at {ms} ms",
        request.name,
        series.label,
        found.len(),
        100.0 * rms / (high - low),
    )
}
