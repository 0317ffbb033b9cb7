//! A variable over the morphology, as colours; still or moving.

use std::path::Path;

use neuropil_morphology::project::{self, Plane};
use neuropil_plot::animation::Animation;
use neuropil_plot::kinds::{Coloring, NeuriteSegment, View, morphology_by_value};
use neuropil_plot::{ColorMap, Figure};
use neuropil_record::ResultFile;
use neuropil_record::reader::{Report, TraceQuery};

use super::PictureError;
use crate::resolve::{CellPopulation, PlotRequest};

/// Most frames of a moving picture.
const MAX_FRAMES: usize = 120;

/// Time that each frame is shown `[ms]`.
const FRAME_MS: u16 = 50;

/// The first cell of a population, drawn flat.
#[derive(Debug, Clone, PartialEq)]
pub struct CellShape {
    population: String,
    segments: Vec<NeuriteSegment>,
    /// Compartment of each segment.
    nodes: Vec<u32>,
}

impl CellShape {
    /// The shape of a population's cells.
    pub fn of(population: &CellPopulation) -> Self {
        let model = &population.model;
        let (mut segments, mut nodes) = (Vec::new(), Vec::new());
        for line in project::compartments(model.morphology(), model.compartments(), Plane::Xy) {
            let points = line.points_um.windows(2).zip(line.diameters_um.windows(2));
            for (ends, diameters) in points {
                let at = |[x, y]: [f64; 2]| [x, y, 0.0];
                segments.push(NeuriteSegment {
                    from_um: at(ends[0]),
                    to_um: at(ends[1]),
                    diameter_um: 0.5 * (diameters[0] + diameters[1]),
                });
                nodes.push(line.of as u32);
            }
        }
        Self { population: population.name.clone(), segments, nodes }
    }
}

/// Values of one variable on the compartments of one cell, frame after frame.
struct Film<'a> {
    shape: &'a CellShape,
    label: String,
    times_ms: Vec<f64>,
    /// One list of frames for every segment of the shape; `None` where nothing was recorded.
    values: Vec<Option<&'a [f64]>>,
    range: (f64, f64),
    title: &'a str,
}

impl Film<'_> {
    fn frame(&self, k: usize) -> Result<Figure, PictureError> {
        let values: Vec<f64> = self.values.iter().map(|v| v.map_or(f64::NAN, |v| v[k])).collect();
        let coloring =
            Coloring { label: &self.label, map: ColorMap::Inferno, range: Some(self.range) };
        let panel = morphology_by_value(&self.shape.segments, &values, coloring, View::Xy)?;
        let time = format!("{:.2} ms", self.times_ms[k]);
        let title = match self.title {
            "" => time,
            title => format!("{title}, {time}"),
        };
        Ok(Figure::of(panel).titled(title))
    }
}

/// Writes the picture to the `.png` and `.svg` among `files`; the former moves if that is asked for.
pub(super) fn save(
    result: &ResultFile,
    request: &PlotRequest,
    files: &[impl AsRef<Path>],
    shapes: &[CellShape],
) -> Result<(), PictureError> {
    let not_recorded = |what| PictureError::NotRecorded { name: request.name.clone(), what };
    let wanted = |report: &&Report| {
        let named = |list: &[String], name: &String| list.is_empty() || list.contains(name);
        named(&request.populations, &report.population)
            && named(&request.variables, &report.variable)
    };
    let report = result.reports().iter().filter(wanted).max_by_key(|r| r.columns.len());
    let report = report.ok_or_else(|| not_recorded("variables over the morphology"))?;
    let shape = shapes
        .iter()
        .find(|shape| shape.population == report.population)
        .ok_or_else(|| PictureError::NoShape { name: request.name.clone() })?;
    let mut query = TraceQuery::default();
    if let Some((from, until)) = request.window_ms {
        query = query.from_ms(from).until_ms(until);
    }
    let traces = result.traces(&report.population, &report.variable, &query)?;
    let column =
        |node: &u32| traces.columns.iter().position(|c| c.neuron == 0 && c.element == *node);
    let values: Vec<Option<&[f64]>> =
        shape.nodes.iter().map(|n| column(n).map(|k| traces.values[k].as_slice())).collect();
    let frames = traces.frames();
    let all = || values.iter().flatten().flat_map(|v| v.iter().copied());
    let range = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if frames == 0 || range.0 > range.1 {
        return Err(not_recorded("values within the window"));
    }
    let label = match report.unit.as_str() {
        "" => report.variable.clone(),
        unit => format!("{} ({unit})", report.variable),
    };
    let title = request.title.as_str();
    let film = Film { shape, label, times_ms: traces.times_ms(), values, range, title };
    let still = film.frame(film.chosen(request.time_ms))?;
    for file in files.iter().map(AsRef::as_ref) {
        let moving = request.animate && file.extension().is_some_and(|ending| ending == "png");
        if !moving {
            still.save(file)?;
            continue;
        }
        let mut animation = Animation::new(FRAME_MS);
        for k in (0..frames).step_by(frames.div_ceil(MAX_FRAMES)) {
            animation.push(&film.frame(k)?)?;
        }
        animation.save(file)?;
    }
    Ok(())
}

impl Film<'_> {
    /// The frame nearest to a time, or the one that differs most over the cell.
    fn chosen(&self, time_ms: Option<f64>) -> usize {
        let frames = 0..self.times_ms.len();
        let spread = |k: usize| {
            let values = || self.values.iter().flatten().map(move |v| v[k]);
            values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
        };
        let best = match time_ms {
            Some(time) => frames.min_by(|a, b| {
                let far = |k: usize| (self.times_ms[k] - time).abs();
                far(*a).total_cmp(&far(*b))
            }),
            None => frames.max_by(|a, b| spread(*a).total_cmp(&spread(*b))),
        };
        best.unwrap_or(0)
    }
}
