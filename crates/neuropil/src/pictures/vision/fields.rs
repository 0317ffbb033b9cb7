//! Receptive fields: where they lie, and what they look like.

use std::sync::Arc;

use neuropil_plot::{Axis, Color, ColorMap, Mark, Panel, Sign};
use neuropil_record::ResultFile;
use neuropil_vision::field::covering;
use neuropil_vision::{Cell, Screen, Unit};

use super::{PictureError, chosen, image, largest, spread};
use crate::pictures::data::color;
use crate::resolve::{PlotRequest, VisionModel};

/// Fields of a population that are shown unless another number is asked for.
const FIELDS: usize = 8;

/// Fields in a row.
const COLUMNS: usize = 4;

/// Most outlines on the map.
const OUTLINES: usize = 60;

/// A map of all fields on the screen, then some of each population by themselves.
pub(super) fn fields(
    result: &ResultFile,
    vision: &Arc<VisionModel>,
    request: &PlotRequest,
) -> Result<Vec<Vec<Panel>>, PictureError> {
    let screen = vision.scene.screen;
    let populations = chosen(vision, request)?;
    let mut map = frame(&screen);
    for population in &populations {
        let color = color(result, &population.name);
        for k in spread(population.units.len(), OUTLINES) {
            let (x, y) = outline(&population.units[k]);
            map = map.with(Mark::Line { x, y, color, width: 0.9, dashed: false });
        }
        map = map.explained(&population.name, color, Sign::Line);
    }
    let mut panels = Vec::new();
    for population in populations {
        for k in spread(population.units.len(), request.neurons.unwrap_or(FIELDS)) {
            let title = format!("{}[{k}]", population.name);
            let mut panel = field(&screen, &population.units[k])?.titled(title);
            // Red raises and blue lowers the rate; a bar beside each would only take their room.
            panel.color_bar = None;
            panels.push(panel);
        }
    }
    let mut all = vec![vec![map]];
    all.extend(super::rows(panels, COLUMNS));
    Ok(all)
}

/// One receptive field, as colours; of a quadrature pair the first.
pub(super) fn field(screen: &Screen, unit: &Unit) -> Result<Panel, PictureError> {
    let grid = covering(screen, std::slice::from_ref(unit));
    let weights = unit.weights(0, &grid);
    // The grid covers the field, but may hold a row or column more.
    let mut values = vec![0.0; grid.size()];
    for (row, of_row) in weights.values.chunks(weights.shape[0].max(1)).enumerate() {
        let begin = (weights.first[1] + row) * grid.shape[0] + weights.first[0];
        values[begin..begin + of_row.len()].copy_from_slice(of_row);
    }
    let most = largest(&values);
    values.iter_mut().for_each(|value| *value /= most);
    image(&grid, &values, ("weight", ColorMap::Diverging, (-1.0, 1.0)), 150.0)
}

/// The edge of the screen.
fn frame(screen: &Screen) -> Panel {
    let (w, h) = (screen.width_deg / 2.0, screen.height_deg / 2.0);
    let mut panel = Panel::new(Axis::new("x (deg)"), Axis::new("y (deg)"));
    panel.equal = true;
    panel.margins = (0.02, 0.02);
    let edge = Mark::line(&[-w, w, w, -w, -w], &[-h, -h, h, h, -h], Color::BLACK);
    panel.with(edge).height(240.0)
}

/// Where the envelope has fallen to `exp(−1/2)`: an ellipse of one standard deviation.
fn outline(unit: &Unit) -> (Vec<f64>, Vec<f64>) {
    let (along, across, angle) = match &unit.cell {
        Cell::Simple(gabor) | Cell::Complex(gabor) => {
            (gabor.sigma_deg, gabor.aspect * gabor.sigma_deg, gabor.orientation_deg)
        }
        Cell::CentreSurround(field) => (field.sigma_deg, field.sigma_deg, 0.0),
    };
    let (sin, cos) = angle.to_radians().sin_cos();
    (0..=36)
        .map(|k| {
            let (v, u) = f64::from(10 * k).to_radians().sin_cos();
            let (u, v) = (along * u, across * v);
            (unit.center_deg[0] + u * cos - v * sin, unit.center_deg[1] + u * sin + v * cos)
        })
        .unzip()
}
