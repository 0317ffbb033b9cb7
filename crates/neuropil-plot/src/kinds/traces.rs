//! Quantities over time: voltages, currents, conductances.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::{TIME, paired};
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// A quantity sampled at equal intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace<'a> {
    /// What the legend says; empty for no entry.
    pub label: &'a str,
    /// Time of the first value `[ms]`.
    pub start_ms: f64,
    /// Time from value to value `[ms]`.
    pub step_ms: f64,
    /// The values.
    pub values: &'a [f64],
    /// Colour.
    pub color: Color,
}

impl Trace<'_> {
    fn times(&self) -> Vec<f64> {
        (0..self.values.len()).map(|k| self.start_ms + k as f64 * self.step_ms).collect()
    }
}

/// Traces over each other, on an axis called `quantity` (`"V (mV)"`).
pub fn traces(traces: &[Trace<'_>], quantity: &str) -> Panel {
    let mut time = Axis::new(TIME);
    // Recordings begin with the end of the first step; the axis begins with the step.
    if traces.iter().any(|t| t.start_ms > 0.0 && t.start_ms <= 1.001 * t.step_ms) {
        time = time.including(0.0);
    }
    let mut panel = Panel::new(time, Axis::new(quantity)).height(110.0);
    for trace in traces {
        let line = Mark::Line {
            x: trace.times(),
            y: trace.values.to_vec(),
            color: trace.color,
            width: if traces.len() > 3 { 0.9 } else { 1.1 },
            dashed: false,
        };
        panel = panel.with(line);
        if !trace.label.is_empty() {
            panel = panel.explained(trace.label, trace.color, Sign::Line);
        }
    }
    panel
}

/// Traces above each other, each `shift` higher than the one before, with scale bars in place of
/// the vertical axis: a bar of `bar` `unit`.
pub fn shifted_traces(all: &[Trace<'_>], shift: f64, bar: f64, unit: &str) -> Panel {
    let mut panel = traces(all, "");
    panel.marks.clear();
    panel.legend.clear();
    panel.y = Axis::new("").hidden();
    panel.height = (34.0 * all.len() as f64).clamp(60.0, 320.0);
    for (k, trace) in all.iter().enumerate() {
        // Traces are set apart by their ranges, not by their resting levels.
        let lift = k as f64 * shift;
        let y = trace.values.iter().map(|v| v + lift).collect();
        let (x, color) = (trace.times(), trace.color);
        panel = panel.with(Mark::Line { x, y, color, width: 0.9, dashed: false });
    }
    panel.scale_bars.y = Some((bar, format!("{} {unit}", crate::ticks::number(bar, bar))));
    panel
}

/// The mean of many neurons with a band of one standard deviation, and one neuron alone.
///
/// # Errors
/// [`PlotError::Lengths`] if `deviation` is not as long as the mean.
pub fn mean_trace(
    mean: &Trace<'_>,
    deviation: &[f64],
    single: Option<&Trace<'_>>,
    quantity: &str,
) -> Result<Panel, PlotError> {
    paired("mean trace", ("mean", mean.values.len()), ("deviation", deviation.len()))?;
    let edge = |sign: f64| -> Vec<f64> {
        mean.values.iter().zip(deviation).map(|(m, d)| m + sign * d).collect()
    };
    let mut panel = traces(&[*mean], quantity);
    panel.marks.clear();
    panel.legend.clear();
    panel = panel.with(Mark::band(&mean.times(), &edge(-1.0), &edge(1.0), mean.color));
    if let Some(single) = single {
        let (x, y, color) = (single.times(), single.values.to_vec(), single.color);
        panel = panel.with(Mark::Line { x, y, color, width: 0.8, dashed: false });
        panel = panel.explained(single.label, color, Sign::Line);
    }
    panel = panel.with(Mark::line(&mean.times(), mean.values, mean.color));
    Ok(panel.explained(format!("{} (mean ± SD)", mean.label), mean.color, Sign::Line))
}

/// The values of a trace with each spike drawn up to `peak`: in models whose voltage is reset at
/// threshold, spikes have no shape of their own. The sample at (or next after) each spike is raised.
pub fn spikes_drawn(trace: &Trace<'_>, spikes_ms: &[f64], peak: f64) -> Vec<f64> {
    let mut values = trace.values.to_vec();
    for &spike in spikes_ms {
        let index = ((spike - trace.start_ms) / trace.step_ms - 1e-6).ceil();
        if index >= 0.0
            && let Some(value) = values.get_mut(index as usize)
        {
            *value = peak;
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_are_raised_at_their_sample() {
        let trace = Trace {
            label: "",
            start_ms: 0.1,
            step_ms: 0.1,
            values: &[-70.0; 10],
            color: Color::BLUE,
        };
        let drawn = spikes_drawn(&trace, &[0.1, 0.55, 9.0], 0.0);
        let raised: Vec<usize> = (0..10).filter(|&k| drawn[k] == 0.0).collect();
        assert_eq!(raised, [0, 5]);
    }
}
