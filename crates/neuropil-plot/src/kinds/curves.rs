//! Curves: f–I curves, spectra, anything measured over something.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::paired;
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// A solid line.
    #[default]
    Line,
    /// A dashed line: theory.
    Dashes,
    /// Discs without a line: measurement.
    Discs,
    /// Discs joined by a line.
    JoinedDiscs,
}

/// A curve with, perhaps, its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve<'a> {
    /// What the legend says; empty for no entry.
    pub label: &'a str,
    /// Horizontal values.
    pub x: &'a [f64],
    /// Vertical values.
    pub y: &'a [f64],
    /// Lower and upper ends of the uncertainty: a band for lines, bars for discs.
    pub range: Option<(&'a [f64], &'a [f64])>,
    /// Colour.
    pub color: Color,
    /// Look.
    pub look: Look,
}

impl<'a> Curve<'a> {
    /// A solid line.
    pub const fn new(label: &'a str, x: &'a [f64], y: &'a [f64], color: Color) -> Self {
        Self { label, x, y, range: None, color, look: Look::Line }
    }

    /// With another look.
    #[must_use]
    pub const fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }

    /// With lower and upper ends of its uncertainty.
    #[must_use]
    pub const fn range(self, low: &'a [f64], high: &'a [f64]) -> Self {
        Self { range: Some((low, high)), ..self }
    }
}

/// Curves on these axes.
///
/// # Errors
/// [`PlotError::Lengths`] if the lists of a curve differ in length.
pub fn curves(curves: &[Curve<'_>], x: Axis, y: Axis) -> Result<Panel, PlotError> {
    let mut panel = Panel::new(x, y).height(190.0);
    panel.margins.0 = 0.03;
    for curve in curves {
        paired(curve.label, ("x", curve.x.len()), ("y", curve.y.len()))?;
        if let Some((low, high)) = curve.range {
            paired(curve.label, ("x", curve.x.len()), ("low", low.len()))?;
            paired(curve.label, ("x", curve.x.len()), ("high", high.len()))?;
            panel = panel.with(match curve.look {
                Look::Line | Look::Dashes => Mark::band(curve.x, low, high, curve.color),
                Look::Discs | Look::JoinedDiscs => Mark::Errors {
                    x: curve.x.to_vec(),
                    low: low.to_vec(),
                    high: high.to_vec(),
                    color: curve.color,
                },
            });
        }
        let (line, points) = (
            Mark::line(curve.x, curve.y, curve.color),
            Mark::points(curve.x, curve.y, curve.color),
        );
        let sign = match curve.look {
            Look::Line => Sign::Line,
            Look::Dashes => Sign::Dashes,
            Look::Discs | Look::JoinedDiscs => Sign::Disc,
        };
        panel = match curve.look {
            Look::Line => panel.with(line),
            Look::Dashes => panel.with(Mark::dashed(curve.x, curve.y, curve.color)),
            Look::Discs => panel.with(points),
            Look::JoinedDiscs => panel.with(line).with(points),
        };
        if !curve.label.is_empty() {
            panel = panel.explained(curve.label, curve.color, sign);
        }
    }
    Ok(panel)
}

/// Power spectra on two logarithmic axes; `unit` is that of the density, such as `"mV²/Hz"`.
///
/// # Errors
/// As [`curves`].
pub fn spectra(spectra: &[Curve<'_>], unit: &str) -> Result<Panel, PlotError> {
    let y = Axis::new(format!("power density ({unit})")).log();
    curves(spectra, Axis::new("frequency (Hz)").log(), y)
}
