//! Spike-triggered averages of the screen, beside the receptive fields.

use std::sync::Arc;

use neuropil_analysis::correlation::pearson;
use neuropil_analysis::reverse::{TriggeredAverage, spikes_by_image};
use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Axis, Color, ColorMap, Panel};
use neuropil_record::ResultFile;
use neuropil_vision::field::covering;
use neuropil_vision::{Cell, Grid, Temporal, Unit};

use super::{PictureError, fields, image, largest, spread};
use crate::pictures::data::{chosen, color, spikes_of};
use crate::resolve::{PlotRequest, VisionModel};

/// Neurons that are shown of a population unless another number is asked for.
const NEURONS: usize = 3;

/// Contrast as colours.
const LOOK: (&str, ColorMap, (f64, f64)) = ("contrast", ColorMap::Diverging, (-1.0, 1.0));

/// Most lags.
const LAGS: usize = 40;

/// One row per neuron: its receptive field if it is an afferent, the average at the lag where it is
/// largest, and the average over lags.
pub(super) fn averages(
    result: &ResultFile,
    vision: &Arc<VisionModel>,
    request: &PlotRequest,
) -> Result<Vec<Vec<Panel>>, PictureError> {
    let recordings = chosen(result.spike_recordings(), |r| &r.population, request, "spikes")?;
    let lags_ms = lags(vision, request);
    let mut rows = Vec::new();
    for recording in recordings {
        let name = &recording.population;
        let list: Vec<u32> = match &recording.neurons {
            Some(list) => list.clone(),
            None => (0..recording.size).collect(),
        };
        for k in spread(list.len(), request.neurons.unwrap_or(NEURONS)) {
            let neuron = list[k];
            let seen = vision.population(name);
            let unit = seen.and_then(|seen| seen.units.get(neuron as usize));
            let mut spikes_ms = spikes_of(result, name, neuron)?;
            if let Some((from, until)) = request.window_ms {
                spikes_ms.retain(|t| (from..=until).contains(t));
            }
            let screen = &vision.scene.screen;
            let grid =
                unit.map_or(screen.grid(), |unit| covering(screen, std::slice::from_ref(unit)));
            let found = Averages::of(vision, &grid, &spikes_ms, &lags_ms);
            let Some((best, average)) = found.best() else {
                let mut blank = image(&grid, &vec![f64::NAN; grid.size()], LOOK, 150.0)?;
                blank.title = format!("{name}[{neuron}]: no spikes");
                rows.push(vec![blank]);
                continue;
            };
            let most = largest(average);
            let look = (LOOK.0, LOOK.1, (-most, most));
            let mut title = format!("{} spikes, {:.0} ms before", spikes_ms.len(), lags_ms[best]);
            let mut row = Vec::new();
            let mut profile = None;
            if let Some(unit) = unit {
                row.push(fields::field(screen, unit)?.titled(format!("{name}[{neuron}]")));
                let weights = on_grid(unit, &grid);
                if let Some(r) = pearson(average, &weights)? {
                    title.push_str(&format!(", r = {r:.2}"));
                }
                if !matches!(unit.cell, Cell::Complex(_)) {
                    profile = Some(weights);
                }
            } else {
                title = format!("{name}[{neuron}], {title}");
            }
            row.push(image(&grid, average, look, 150.0)?.titled(title));
            let expected = seen.filter(|_| profile.is_some());
            let expected = expected.map(|seen| of_kernel(&seen.temporal, found.image_ms, &lags_ms));
            row.push(course(&found, profile.as_deref(), expected, &lags_ms, color(result, name))?);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Moments before a spike `[ms]`.
fn lags(vision: &VisionModel, request: &PlotRequest) -> Vec<f64> {
    let frame_ms = 1e3 / vision.scene.screen.refresh_hz;
    let count = ((request.lag_ms / frame_ms).ceil() as usize).clamp(2, LAGS);
    (0..=count).map(|k| request.lag_ms * k as f64 / count as f64).collect()
}

/// Averages at several lags.
struct Averages {
    by_lag: Vec<Option<Vec<f64>>>,
    /// Mean duration of an image `[ms]`.
    image_ms: f64,
}

impl Averages {
    fn of(vision: &VisionModel, grid: &Grid, spikes_ms: &[f64], lags_ms: &[f64]) -> Self {
        let (scene, screen) = (&vision.scene, &vision.scene.screen);
        let frames = screen.frames_before(vision.end_ms);
        // Frames that show the same are one image.
        let mut shown: Vec<usize> = Vec::new();
        let mut last = None;
        for frame in 0..frames {
            let signature = scene.signature(frame);
            if frame == 0 || signature.is_none() || signature != last {
                shown.push(frame);
                last = signature;
            }
        }
        let mut onsets_ms: Vec<f64> = shown.iter().map(|frame| screen.frame_ms(*frame)).collect();
        onsets_ms.push(vision.end_ms);
        let counts: Vec<Vec<f64>> =
            lags_ms.iter().map(|lag| spikes_by_image(spikes_ms, *lag, &onsets_ms)).collect();
        let mut averages = vec![TriggeredAverage::new(grid.size()); lags_ms.len()];
        let mut contrast = vec![0.0; grid.size()];
        for (k, frame) in shown.iter().enumerate() {
            scene.luminance(*frame, grid, &mut contrast);
            contrast.iter_mut().for_each(|value| *value = screen.contrast(*value));
            let duration = onsets_ms[k + 1] - onsets_ms[k];
            for (average, counts) in averages.iter_mut().zip(&counts) {
                average.add(&contrast, duration, counts[k]);
            }
        }
        let by_lag = averages.iter().map(TriggeredAverage::average).collect();
        Self { by_lag, image_ms: vision.end_ms / shown.len().max(1) as f64 }
    }

    /// The average that is largest, and its lag.
    fn best(&self) -> Option<(usize, &Vec<f64>)> {
        let power = |values: &Vec<f64>| values.iter().map(|v| v * v).sum::<f64>();
        let all = self.by_lag.iter().enumerate().filter_map(|(k, a)| Some((k, a.as_ref()?)));
        all.max_by(|a, b| power(a.1).total_cmp(&power(b.1)).then(b.0.cmp(&a.0)))
    }
}

/// The weights of a field on every pixel of a grid.
fn on_grid(unit: &Unit, grid: &Grid) -> Vec<f64> {
    let (x, y) = (grid.x_deg(), grid.y_deg());
    let [cx, cy] = unit.center_deg;
    y.iter().flat_map(|y| x.iter().map(move |x| unit.profile(0, x - cx, y - cy))).collect()
}

/// The share of the field in the average (or the size of the average) over lags, the largest being 1.
fn course(
    averages: &Averages,
    field: Option<&[f64]>,
    expected: Option<Vec<f64>>,
    lags_ms: &[f64],
    color: Color,
) -> Result<Panel, PictureError> {
    let amount = |average: &Option<Vec<f64>>| match (average, field) {
        (None, _) => f64::NAN,
        (Some(a), Some(field)) => a.iter().zip(field).map(|(a, w)| a * w).sum(),
        (Some(a), None) => a.iter().map(|a| a * a).sum::<f64>().sqrt(),
    };
    let mut found: Vec<f64> = averages.by_lag.iter().map(amount).collect();
    let most = largest(&found);
    found.iter_mut().for_each(|value| *value /= most);
    let before: Vec<f64> = lags_ms.iter().map(|lag| -lag).collect();
    let label = if expected.is_some() { "average" } else { "" };
    let mut drawn = vec![Curve::new(label, &before, &found, color).look(Look::JoinedDiscs)];
    if let Some(expected) = &expected {
        drawn.push(Curve::new("kernel", &before, expected, Color::BLACK).look(Look::Dashes));
    }
    let axes = (Axis::new("time before spike (ms)"), Axis::new("share of field").including(0.0));
    Ok(curves(&drawn, axes.0, axes.1)?.height(150.0))
}

/// What the filter in time makes of images of a certain duration: `∫ h(u) [1 − |lag − u|/D]₊ du`, the
/// largest being 1.
fn of_kernel(temporal: &Temporal, image_ms: f64, lags_ms: &[f64]) -> Vec<f64> {
    const STEP_MS: f64 = 0.5;
    let until = lags_ms.iter().fold(0.0, |most: f64, lag| most.max(*lag)) + image_ms;
    let steps = (until / STEP_MS).ceil() as usize;
    let kernel: Vec<f64> = (0..steps)
        .map(|k| {
            let t = k as f64 * STEP_MS;
            let before = if k == 0 { 0.0 } else { temporal.kernel.step(t) };
            temporal.kernel.step(t + STEP_MS) - before
        })
        .collect();
    let at = |lag: &f64| {
        let share = |k: usize| {
            let u = (k as f64 + 0.5) * STEP_MS + temporal.delay_ms;
            (1.0 - (lag - u).abs() / image_ms).max(0.0)
        };
        kernel.iter().enumerate().map(|(k, h)| h * share(k)).sum()
    };
    let values: Vec<f64> = lags_ms.iter().map(at).collect();
    let most = largest(&values);
    values.iter().map(|value| value / most).collect()
}
