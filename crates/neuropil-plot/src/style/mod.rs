//! How figures look: colours, type, sizes.

pub(crate) mod color;
pub(crate) mod map;
pub(crate) mod text;

/// Sizes in px of 1/96 inch: 600 px are 159 mm, the width of two journal columns.
pub(crate) const WIDTH: f64 = 600.0;
/// Device pixels per px in a PNG: 288 per inch.
pub(crate) const PNG_SCALE: f32 = 3.0;
/// Size of axis labels and titles.
pub(crate) const LABEL: u32 = 11;
/// Size of tick labels, legends and notes.
pub(crate) const SMALL: u32 = 10;
/// Width of axis lines and ticks.
pub(crate) const AXIS_WIDTH: f64 = 0.8;
/// Width of curves.
pub(crate) const LINE_WIDTH: f64 = 1.2;
/// Length of ticks.
pub(crate) const TICK: f64 = 3.5;
