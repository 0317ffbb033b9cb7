//! Summaries as bars.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::paired;
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// One bar per category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarGroup<'a> {
    /// What the legend says; empty for no entry.
    pub label: &'a str,
    /// One value per category.
    pub values: &'a [f64],
    /// Standard deviations, or whatever the caption says.
    pub errors: Option<&'a [f64]>,
    /// Colour.
    pub color: Color,
}

/// Bars of several groups side by side in each category.
///
/// # Errors
/// [`PlotError::Lengths`] unless each group has one value (and error) per category.
pub fn bars(
    categories: &[&str],
    groups: &[BarGroup<'_>],
    quantity: &str,
) -> Result<Panel, PlotError> {
    let ticks = categories.iter().enumerate().map(|(k, name)| (k as f64, (*name).to_owned()));
    let x = Axis::new("").ticks(ticks).limits(-0.6, categories.len() as f64 - 0.4);
    let mut panel = Panel::new(x, Axis::new(quantity).including(0.0)).height(160.0);
    let width = 0.76 / groups.len().max(1) as f64;
    for (g, group) in groups.iter().enumerate() {
        paired(group.label, ("categories", categories.len()), ("values", group.values.len()))?;
        let left = |k: usize| k as f64 - 0.38 + g as f64 * width;
        let places = 0..categories.len();
        panel = panel.with(Mark::Bars {
            left: places.clone().map(|k| left(k) + 0.03 * width).collect(),
            right: places.clone().map(|k| left(k) + 0.97 * width).collect(),
            height: group.values.to_vec(),
            base: 0.0,
            color: group.color.tint(0.75),
            opacity: 1.0,
            outline: false,
        });
        if let Some(errors) = group.errors {
            paired(group.label, ("values", group.values.len()), ("errors", errors.len()))?;
            let end =
                |sign: f64| group.values.iter().zip(errors).map(|(v, e)| v + sign * e).collect();
            panel = panel.with(Mark::Errors {
                x: places.map(|k| left(k) + width / 2.0).collect(),
                low: end(-1.0),
                high: end(1.0),
                color: Color::BLACK,
            });
        }
        if !group.label.is_empty() {
            panel = panel.explained(group.label, group.color.tint(0.75), Sign::Square);
        }
    }
    if groups.iter().any(|group| group.values.iter().any(|&v| v < 0.0)) {
        let (x, y) = (vec![-0.6, categories.len() as f64 - 0.4], vec![0.0; 2]);
        panel = panel.with(Mark::Line { x, y, color: Color::BLACK, width: 0.8, dashed: false });
    }
    Ok(panel)
}
