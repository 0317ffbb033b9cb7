//! Pictures of what a screen shows and of those who see it.

mod average;
mod fields;
mod stimulus;
mod tuning;

use std::sync::Arc;

use neuropil_plot::kinds::{Grid as Cells, heat_map};
use neuropil_plot::{Axis, Color, ColorMap, Mark, Panel};
use neuropil_record::ResultFile;
use neuropil_vision::Grid;

use super::PictureError;
use crate::resolve::{PlotKind, PlotRequest, VisionModel, VisualPopulation};

/// Rows of panels.
pub(super) fn panels(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Vec<Panel>>, PictureError> {
    let Some(vision) = &request.vision else {
        let (name, what) = (request.name.clone(), "visual stimuli");
        return Err(PictureError::NotRecorded { name, what });
    };
    match request.kind {
        PlotKind::Stimulus => stimulus::frames(vision, request),
        PlotKind::ReceptiveFields => fields::fields(result, vision, request),
        PlotKind::Tuning => tuning::tuning(result, vision, request),
        _ => average::averages(result, vision, request),
    }
}

/// Panels in rows of `columns`; the last row is filled with empty ones.
fn rows(mut panels: Vec<Panel>, columns: usize) -> Vec<Vec<Panel>> {
    let height = panels.last().map_or(0.0, |panel| panel.height);
    while columns > 0 && panels.len() > columns && !panels.len().is_multiple_of(columns) {
        let hidden = || Axis::new("").limits(0.0, 1.0).hidden();
        // An empty mark, for a panel without any says that it has no data.
        let nothing = Mark::line(&[], &[], Color::WHITE);
        panels.push(Panel::new(hidden(), hidden()).height(height).with(nothing));
    }
    panels.chunks(columns.max(1)).map(<[Panel]>::to_vec).collect()
}

/// Width of a picture with so many panels in its widest row `[px]`.
pub(super) fn width(columns: usize) -> f64 {
    match columns {
        1 | 2 => 600.0,
        3 => 720.0,
        _ => 840.0,
    }
}

/// Values on pixels, a degree being as long in both directions.
fn image(
    grid: &Grid,
    values: &[f64],
    (label, map, range): (&str, ColorMap, (f64, f64)),
    height: f64,
) -> Result<Panel, PictureError> {
    let (x, y) = (grid.x_deg(), grid.y_deg());
    let cells = Cells { x: &x, y: &y, values };
    let axes = (Axis::new("x (deg)"), Axis::new("y (deg)"));
    let mut panel = heat_map(cells, axes.0, axes.1, label, map, Some(range))?;
    panel.equal = true;
    Ok(panel.height(height))
}

/// Populations of afferents that were asked for, all if none is named.
fn chosen<'a>(
    vision: &'a Arc<VisionModel>,
    request: &PlotRequest,
) -> Result<Vec<&'a VisualPopulation>, PictureError> {
    let all = &vision.populations;
    if all.is_empty() {
        let (name, what) = (request.name.clone(), "inputs of kind \"visual\"");
        return Err(PictureError::NotRecorded { name, what });
    }
    for wanted in &request.populations {
        if vision.population(wanted).is_none() {
            let names = all.iter().map(|population| population.name.as_str());
            let suggestion = neuropil_core::names::suggestion(wanted, names);
            let (name, population) = (request.name.clone(), wanted.clone());
            return Err(PictureError::Population { name, population, suggestion });
        }
    }
    let wanted = |population: &&VisualPopulation| {
        request.populations.is_empty() || request.populations.contains(&population.name)
    };
    Ok(all.iter().filter(wanted).collect())
}

/// The largest absolute value; 1 if all are 0.
fn largest(values: &[f64]) -> f64 {
    match values.iter().fold(0.0, |most: f64, value| most.max(value.abs())) {
        0.0 => 1.0,
        most => most,
    }
}

/// Row indices of `count` of `total` things, evenly spread.
fn spread(total: usize, count: usize) -> Vec<usize> {
    let count = count.min(total);
    (0..count).map(|k| k * total / count).collect()
}
