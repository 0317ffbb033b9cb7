//! Theory against simulation, point by point.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::paired;
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// Pairs of a predicted and a measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairs<'a> {
    /// What the legend says; empty for no entry.
    pub label: &'a str,
    /// Predicted values.
    pub predicted: &'a [f64],
    /// Measured values.
    pub measured: &'a [f64],
    /// Standard deviations of the measured values.
    pub deviation: Option<&'a [f64]>,
    /// Colour.
    pub color: Color,
}

/// Measured over predicted values, with the line on which they are equal, on like axes. `quantity`
/// is what is compared, with its unit (`"rate (spikes/s)"`). A note tells the root-mean-square
/// difference.
///
/// # Errors
/// [`PlotError::Lengths`] if the lists of a group differ in length.
pub fn comparison(groups: &[Pairs<'_>], quantity: &str) -> Result<Panel, PlotError> {
    let axis = |side: &str| Axis::new(format!("{side} {quantity}"));
    let mut panel = Panel::new(axis("predicted"), axis("measured")).height(230.0);
    panel.margins = (0.05, 0.05);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut squares, mut n) = (0.0, 0_u32);
    for group in groups {
        let (predicted, measured) = (group.predicted, group.measured);
        paired(group.label, ("predicted", predicted.len()), ("measured", measured.len()))?;
        if let Some(deviation) = group.deviation {
            paired(group.label, ("measured", measured.len()), ("deviation", deviation.len()))?;
            let end =
                |sign: f64| measured.iter().zip(deviation).map(|(m, d)| m + sign * d).collect();
            let (x, color) = (predicted.to_vec(), group.color);
            panel = panel.with(Mark::Errors { x, low: end(-1.0), high: end(1.0), color });
        }
        panel = panel.with(Mark::points(predicted, measured, group.color));
        if !group.label.is_empty() {
            panel = panel.explained(group.label, group.color, Sign::Disc);
        }
        for (p, m) in predicted.iter().zip(measured).filter(|(p, m)| (*p - *m).is_finite()) {
            (low, high) = (low.min(p.min(*m)), high.max(p.max(*m)));
            squares += (p - m) * (p - m);
            n += 1;
        }
    }
    if n > 0 {
        let room = 0.06 * (high - low).max(1e-9 * high.abs()).max(1e-12);
        let ends = [low - room, high + room];
        let y = ends.to_vec();
        let line = Mark::Line { x: y.clone(), y, color: Color::GREY, width: 0.9, dashed: true };
        panel.marks.insert(0, line);
        panel = panel.x_limits(ends[0], ends[1]).y_limits(ends[0], ends[1]);
        let rms = (squares / f64::from(n)).sqrt();
        panel.note = format!("RMS difference {}", significant(rms));
    }
    Ok(panel)
}

/// Two significant digits.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let step = 10_f64.powf(value.abs().log10().floor() - 1.0);
    crate::ticks::number((value / step).round() * step, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_mean_square_difference_is_told() {
        let pairs = Pairs {
            label: "E",
            predicted: &[1.0, 2.0],
            measured: &[1.3, 1.6],
            deviation: None,
            color: Color::BLUE,
        };
        // sqrt((0.09 + 0.16)/2) = 0.3535…
        assert_eq!(comparison(&[pairs], "rate").unwrap().note, "RMS difference 0.35");
        assert_eq!(significant(1234.0), "1200");
    }
}
