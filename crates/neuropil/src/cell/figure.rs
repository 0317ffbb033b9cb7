//! Pictures of protocols.

use neuropil_plot::kinds::{Curve as Line, Look};
use neuropil_plot::kinds::{Trace, curves, spikes_drawn, traces};
use neuropil_plot::{Axis, Color, Figure, PlotError};

use super::{Curve, Response};

/// Height that spikes are drawn to `[mV]`.
const PEAK_MV: f64 = -10.0;

/// Potentials, spikes drawn up, over the currents.
///
/// # Errors
/// [`PlotError`] if it cannot be drawn.
pub fn response_figure(response: &Response) -> Result<Figure, PlotError> {
    let n = response.traces.len();
    let color = |k: usize| match n {
        1 => Color::BLACK,
        _ => PALETTE[k % PALETTE.len()],
    };
    let (name, unit) = &response.variable;
    let drawn: Vec<Vec<f64>> = (0..n)
        .map(|k| {
            let trace = of(response, "", &response.traces[k], color(k));
            if unit == "mV" {
                spikes_drawn(&trace, &response.spikes_ms[k], PEAK_MV)
            } else {
                response.traces[k].clone()
            }
        })
        .collect();
    let labelled = |lists: &'_ [Vec<f64>], labels: bool| -> Vec<(usize, String)> {
        (0..lists.len())
            .map(|k| (k, if labels { response.labels[k].clone() } else { String::new() }))
            .collect()
    };
    let panel = |lists: &[Vec<f64>], labels: bool, quantity: &str| {
        let names = labelled(lists, labels);
        let all: Vec<Trace<'_>> =
            names.iter().map(|(k, label)| of(response, label, &lists[*k], color(*k))).collect();
        traces(&all, quantity)
    };
    let quantity = if unit.is_empty() { name.clone() } else { format!("{name} ({unit})") };
    let potentials = panel(&drawn, true, &quantity).height(220.0).titled(response.name.clone());
    let currents = panel(&response.currents_pa, false, "I (pA)").height(70.0);
    Ok(Figure::stack(vec![potentials, currents]))
}

const PALETTE: [Color; 8] = [
    Color::BLUE,
    Color::RED,
    Color::GREY,
    Color::rgb(0x2a_9d8f),
    Color::rgb(0xe7_6f51),
    Color::rgb(0x7b_3294),
    Color::rgb(0xb8_860b),
    Color::BLACK,
];

fn of<'a>(response: &Response, label: &'a str, values: &'a [f64], color: Color) -> Trace<'a> {
    Trace { label, start_ms: response.dt_ms, step_ms: response.dt_ms, values, color }
}

/// Rates over current.
///
/// # Errors
/// [`PlotError`] if it cannot be drawn.
pub fn curve_figure(curve: &Curve) -> Result<Figure, PlotError> {
    let x = &curve.amplitudes_pa;
    let lines = [
        Line::new("steady", x, &curve.steady_hz, Color::BLUE).look(Look::JoinedDiscs),
        Line::new("first interval", x, &curve.initial_hz, Color::RED).look(Look::JoinedDiscs),
    ];
    let panel = curves(&lines, Axis::new("I (pA)"), Axis::new("rate (Hz)"))?;
    Ok(Figure::of(panel.titled(curve.name.clone())))
}
