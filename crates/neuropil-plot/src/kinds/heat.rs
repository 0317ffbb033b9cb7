//! Values over two quantities, as colours.

use crate::axis::{Axis, Scale};
use crate::error::PlotError;
use crate::kinds::paired;
use crate::mark::Mark;
use crate::panel::{ColorBar, Panel};
use crate::style::color::Color;
use crate::style::map::ColorMap;

/// Values on a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid<'a> {
    /// Centres of the columns, increasing.
    pub x: &'a [f64],
    /// Centres of the rows, increasing.
    pub y: &'a [f64],
    /// Row after row; not-a-number where there is no value, drawn grey.
    pub values: &'a [f64],
}

/// Largest number of rows and columns that are drawn one by one; more are averaged in blocks.
const MAX_CELLS: usize = 360;

/// A heat map with its colour bar; `label` says what the colours stand for. `range` gives the values
/// of the ends of the colours; `None` for those of the data.
///
/// # Errors
/// [`PlotError::Lengths`] unless there is one value per cell.
pub fn heat_map(
    grid: Grid<'_>,
    x: Axis,
    y: Axis,
    label: &str,
    map: ColorMap,
    range: Option<(f64, f64)>,
) -> Result<Panel, PlotError> {
    let cells = grid.x.len() * grid.y.len();
    paired(label, ("the grid", cells), ("values", grid.values.len()))?;
    let range = range.unwrap_or_else(|| span(grid.values));
    let (columns, rows) = (grid.x.len(), grid.y.len());
    let (across, down) = (columns.div_ceil(MAX_CELLS).max(1), rows.div_ceil(MAX_CELLS).max(1));
    let values = averaged(grid.values, columns, rows, across, down);
    let x_edges = every(&edges(grid.x, x.scale), across);
    let y_edges = every(&edges(grid.y, y.scale), down);
    let mut panel = Panel::new(x, y).height(230.0);
    panel.margins = (0.0, 0.0);
    panel = panel.with(Mark::Cells { x_edges, y_edges, values, map, range });
    panel.color_bar = Some(ColorBar { label: label.into(), map, range });
    Ok(panel)
}

/// A matrix between named rows and columns (the first row on top), with the values written in its
/// cells if there are at most 100.
///
/// # Errors
/// [`PlotError::Lengths`] unless there is one value per cell.
pub fn matrix(
    rows: &[&str],
    columns: &[&str],
    values: &[f64],
    label: &str,
    map: ColorMap,
) -> Result<Panel, PlotError> {
    paired(label, ("the matrix", rows.len() * columns.len()), ("values", values.len()))?;
    let axis = |names: &[&str], label: &str| {
        let ticks = names.iter().enumerate().map(|(k, name)| (k as f64 + 0.5, (*name).to_owned()));
        Axis::new(label).ticks(ticks).limits(0.0, names.len() as f64)
    };
    let from_below: Vec<&str> = rows.iter().rev().copied().collect();
    let flipped: Vec<f64> = values.chunks(columns.len().max(1)).rev().flatten().copied().collect();
    let numbered = |n: usize| (0..=n).map(|k| k as f64).collect::<Vec<_>>();
    let range = span(values);
    let mut panel = Panel::new(axis(columns, "target"), axis(&from_below, "source"));
    panel.height = (32.0 * rows.len() as f64).clamp(70.0, 300.0);
    panel = panel.with(Mark::Cells {
        x_edges: numbered(columns.len()),
        y_edges: numbered(rows.len()),
        values: flipped.clone(),
        map,
        range,
    });
    if values.len() <= 100 {
        for (k, value) in flipped.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let place = (value - range.0) / (range.1 - range.0);
            let back = map.at(place);
            let dark = 299 * u32::from(back.r) + 587 * u32::from(back.g) + 114 * u32::from(back.b);
            panel = panel.with(Mark::Text {
                x: (k % columns.len()) as f64 + 0.5,
                y: (k / columns.len()) as f64 + 0.5,
                centred: true,
                text: short(*value),
                color: if dark < 140_000 { Color::WHITE } else { Color::BLACK },
            });
        }
    }
    panel.color_bar = Some(ColorBar { label: label.into(), map, range });
    Ok(panel)
}

/// At most three significant digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let step = 10_f64.powf(value.abs().log10().floor() - 2.0);
    let text = crate::ticks::number((value / step).round() * step, step);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

fn span(values: &[f64]) -> (f64, f64) {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) =
        (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    match low.partial_cmp(&high) {
        Some(std::cmp::Ordering::Less) => (low, high),
        Some(std::cmp::Ordering::Equal) => (low - 0.5, high + 0.5),
        _ => (0.0, 1.0),
    }
}

/// Edges half-way between centres (on the axis' own scale), and as far beyond the last ones.
fn edges(centres: &[f64], scale: Scale) -> Vec<f64> {
    let log = scale == Scale::Log && centres.iter().all(|&c| c > 0.0);
    let to = |v: f64| if log { v.ln() } else { v };
    let back = |v: f64| if log { v.exp() } else { v };
    let c: Vec<f64> = centres.iter().map(|&v| to(v)).collect();
    let n = c.len();
    if n < 2 {
        return c.iter().flat_map(|&v| [back(v - 0.5), back(v + 0.5)]).collect();
    }
    let mut edges = vec![c[0] - (c[1] - c[0]) / 2.0];
    edges.extend(c.windows(2).map(|pair| pair[0].midpoint(pair[1])));
    edges.push(c[n - 1] + (c[n - 1] - c[n - 2]) / 2.0);
    edges.into_iter().map(back).collect()
}

/// Every `step`-th edge, and the last.
fn every(edges: &[f64], step: usize) -> Vec<f64> {
    let mut kept: Vec<f64> = edges.iter().copied().step_by(step).collect();
    if edges.len() % step != 1 % step {
        kept.extend(edges.last());
    }
    kept
}

fn averaged(values: &[f64], columns: usize, rows: usize, across: usize, down: usize) -> Vec<f64> {
    if across == 1 && down == 1 {
        return values.to_vec();
    }
    let mut out = Vec::new();
    for top in (0..rows).step_by(down) {
        for left in (0..columns).step_by(across) {
            let (mut sum, mut n) = (0.0, 0_u32);
            for row in top..rows.min(top + down) {
                for value in
                    &values[row * columns + left..row * columns + columns.min(left + across)]
                {
                    if value.is_finite() {
                        (sum, n) = (sum + value, n + 1);
                    }
                }
            }
            out.push(if n > 0 { sum / f64::from(n) } else { f64::NAN });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_between_centres() {
        assert_eq!(edges(&[1.0, 2.0, 4.0], Scale::Linear), [0.5, 1.5, 3.0, 5.0]);
        let found = edges(&[1.0, 100.0], Scale::Log);
        for (found, expected) in found.iter().zip([0.1, 10.0, 1000.0]) {
            assert!((found / expected - 1.0).abs() < 1e-12); // a logarithm and its inverse
        }
    }

    #[test]
    fn large_grids_are_averaged_in_blocks() {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        assert_eq!(averaged(&values, 4, 3, 2, 2), [2.5, 4.5, 8.5, 10.5]);
        assert_eq!(every(&[0.0, 1.0, 2.0, 3.0], 2), [0.0, 2.0, 3.0]);
        assert_eq!(every(&[0.0, 1.0, 2.0, 3.0, 4.0], 2), [0.0, 2.0, 4.0]);
    }
}
