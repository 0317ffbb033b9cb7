//! Cells.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::paired;
use crate::mark::{Mark, Piece};
use crate::panel::{ColorBar, Panel, ScaleBars, Sign};
use crate::style::color::Color;
use crate::style::map::ColorMap;

/// A straight piece of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeuriteSegment {
    /// One end `[µm]`.
    pub from_um: [f64; 3],
    /// The other end `[µm]`; a sphere if both are the same.
    pub to_um: [f64; 3],
    /// Diameter `[µm]`.
    pub diameter_um: f64,
}

/// Which plane is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// x to the right, y upwards.
    #[default]
    Xy,
    /// x to the right, z upwards.
    Xz,
    /// y to the right, z upwards.
    Yz,
}

impl View {
    const fn axes(self) -> (usize, usize, usize) {
        match self {
            Self::Xy => (0, 1, 2),
            Self::Xz => (0, 2, 1),
            Self::Yz => (1, 2, 0),
        }
    }
}

/// A cell with each segment in the colour of its kind; `kinds[k]` is the position of segment `k`'s
/// kind in `names`.
///
/// # Errors
/// [`PlotError::Lengths`] unless there is one kind per segment.
pub fn morphology_by_kind(
    segments: &[NeuriteSegment],
    kinds: &[usize],
    names: &[(&str, Color)],
    view: View,
) -> Result<Panel, PlotError> {
    paired("morphology", ("segments", segments.len()), ("kinds", kinds.len()))?;
    let color = |k: usize| names.get(kinds[k]).map_or(Color::GREY, |(_, color)| *color);
    let mut panel = cell(segments, color, view);
    for (k, (name, color)) in names.iter().enumerate() {
        if kinds.contains(&k) {
            panel = panel.explained(*name, *color, Sign::Square);
        }
    }
    Ok(panel)
}

/// What the colours of a cell stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coloring<'a> {
    /// With its unit: `"V (mV)"`.
    pub label: &'a str,
    /// Colours.
    pub map: ColorMap,
    /// Values of the ends of the colours; `None` for those of the data.
    pub range: Option<(f64, f64)>,
}

/// A cell with each segment in the colour of its value.
///
/// # Errors
/// [`PlotError::Lengths`] unless there is one value per segment.
pub fn morphology_by_value(
    segments: &[NeuriteSegment],
    values: &[f64],
    coloring: Coloring<'_>,
    view: View,
) -> Result<Panel, PlotError> {
    paired("morphology", ("segments", segments.len()), ("values", values.len()))?;
    let Coloring { label, map, range } = coloring;
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = range.unwrap_or_else(|| {
        (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max))
    });
    let range = if low < high { (low, high) } else { (low - 0.5, low + 0.5) };
    let range = if range.0.is_finite() { range } else { (0.0, 1.0) };
    let place = |value: f64| (value - range.0) / (range.1 - range.0);
    let mut panel = cell(segments, |k| map.at(place(values[k])), view);
    panel.color_bar = Some(ColorBar { label: label.into(), map, range });
    Ok(panel)
}

/// Segments from the back to the front, without axes, with a scale bar.
fn cell(segments: &[NeuriteSegment], color: impl Fn(usize) -> Color, view: View) -> Panel {
    let (right, up, depth) = view.axes();
    let mut order: Vec<usize> = (0..segments.len()).collect();
    let height = |k: &usize| segments[*k].from_um[depth] + segments[*k].to_um[depth];
    order.sort_by(|a, b| height(a).total_cmp(&height(b)));
    let piece = |k: usize| Piece {
        from: (segments[k].from_um[right], segments[k].from_um[up]),
        to: (segments[k].to_um[right], segments[k].to_um[up]),
        width: segments[k].diameter_um,
        color: color(k),
    };
    let pieces: Vec<Piece> = order.into_iter().map(piece).collect();
    let mut panel = Panel::new(Axis::new("").hidden(), Axis::new("").hidden());
    let (x, y) = Mark::Pieces(pieces.clone()).extent();
    let extent =
        |e: crate::mark::Extent| e.on(crate::axis::Scale::Linear).map_or(0.0, |(a, b)| b - a);
    let (across, upright) = (extent(x), extent(y));
    panel.height = (440.0 * (upright / across.max(1e-9)).clamp(0.25, 1.0)).max(160.0);
    let px_per_um = (560.0 / across.max(1e-9)).min(panel.height / upright.max(1e-9));
    let bar = bar_length(70.0 / px_per_um);
    panel.scale_bars =
        ScaleBars { x: Some((bar, format!("{} µm", crate::ticks::number(bar, bar)))), y: None };
    panel.equal = true;
    panel.margins = (0.04, 0.04);
    if !segments.is_empty() {
        panel.marks.push(Mark::Pieces(pieces));
    }
    panel
}

/// The next round length below `about`.
fn bar_length(about: f64) -> f64 {
    let power = 10_f64.powf(about.log10().floor());
    let fits = |m: &f64| m * power <= about;
    [5.0, 2.0, 1.0].into_iter().find(fits).unwrap_or(1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_front_is_drawn_last() {
        let at = |z: f64| NeuriteSegment {
            from_um: [0.0, 0.0, z],
            to_um: [1.0, 0.0, z],
            diameter_um: 1.0,
        };
        let segments = [at(5.0), at(-3.0)];
        let names = [("front", Color::RED), ("back", Color::BLUE)];
        let panel = morphology_by_kind(&segments, &[0, 1], &names, View::Xy).unwrap();
        let [Mark::Pieces(pieces)] = &panel.marks[..] else { panic!("one cell") };
        assert_eq!(pieces[1].color, Color::RED);
    }

    #[test]
    fn scale_bars_are_round() {
        assert_eq!([bar_length(130.0), bar_length(73.0), bar_length(0.3)], [100.0, 50.0, 0.2]);
    }
}
