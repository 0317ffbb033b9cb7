//! Tuning curves: rates during presentations against one of their values, beside the closed form.

use std::sync::Arc;

use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Axis, Color, Panel};
use neuropil_record::ResultFile;
use neuropil_record::reader::SpikeQuery;
use neuropil_vision::stimulus::{Grating, Pattern};
use neuropil_vision::theory::cycle;

use super::PictureError;
use crate::pictures::data::{chosen, color};
use crate::resolve::{PlotRequest, Presentation, VisionModel, VisualPopulation};

/// Afferents of a population that have a curve each unless another number is asked for.
const UNITS: usize = 4;

/// Points of a curve of theory.
const POINTS: usize = 181;

/// Share of a presentation at whose end rates are taken, in whole cycles: transients have passed.
const SHARE: f64 = 0.75;

/// One panel per population: of afferents some one by one, of others the mean.
pub(super) fn tuning(
    result: &ResultFile,
    vision: &Arc<VisionModel>,
    request: &PlotRequest,
) -> Result<Vec<Vec<Panel>>, PictureError> {
    if vision.presentations.is_empty() {
        let axes = (Axis::new("stimulus"), Axis::new("rate (spikes/s)"));
        return Ok(vec![vec![Panel::new(axes.0, axes.1).titled("nothing was shown")]]);
    }
    let (key, shown) = presentations(vision, request)?;
    let recordings = chosen(result.spike_recordings(), |r| &r.population, request, "spikes")?;
    let mut rows = Vec::new();
    for recording in recordings {
        let name = &recording.population;
        let list: Vec<u32> = match &recording.neurons {
            Some(list) => list.clone(),
            None => (0..recording.size).collect(),
        };
        let seen = vision.population(name);
        let groups: Vec<(String, Vec<u32>)> = match (seen, request.neurons) {
            (None, None) => vec![(format!("mean of {}", list.len()), list)],
            (_, most) => super::spread(list.len(), most.unwrap_or(UNITS))
                .into_iter()
                .map(|k| (format!("{name}[{}]", list[k]), vec![list[k]]))
                .collect(),
        };
        let mut measured = Vec::new();
        for (k, (label, neurons)) in groups.iter().enumerate() {
            let tone = if groups.len() == 1 { color(result, name) } else { Color::nth(k) };
            let points = points(result, name, neurons, key, &shown)?;
            let theory = seen.and_then(|seen| theory(seen, neurons[0] as usize, key, &shown));
            measured.push((label, tone, points, theory));
        }
        let mut drawn = Vec::new();
        for (label, color, points, theory) in &measured {
            if let Some((x, y)) = theory {
                drawn.push(Curve::new("", x, y, *color));
            }
            let look = if theory.is_some() { Look::Discs } else { Look::JoinedDiscs };
            let Points { x, rate, low, high } = points;
            drawn.push(Curve::new(label, x, rate, *color).look(look).range(low, high));
        }
        let mut x = Axis::new(axis(key));
        if request.log.iter().any(|log| log == "x") {
            x = x.log();
        }
        let mut panel =
            curves(&drawn, x, Axis::new("rate (spikes/s)").including(0.0))?.titled(name);
        if measured.iter().any(|(.., theory)| theory.is_some()) {
            panel.note = "lines: closed form".into();
        }
        rows.push(vec![panel]);
    }
    Ok(rows)
}

/// What the axis says.
fn axis(key: &str) -> String {
    let unit = match key {
        "orientation" | "phase" => " (deg)",
        "spatial_frequency" => " (cycle/deg)",
        "temporal_frequency" => " (Hz)",
        "radius" | "inner_radius" | "envelope" | "sigma" | "width" | "length" | "offset"
        | "square" => " (deg)",
        "speed" => " (deg/s)",
        _ => "",
    };
    format!("{}{unit}", key.replace('_', " "))
}

/// The key along the axis (the first that differs between presentations), and the presentations that
/// have it.
fn presentations<'a>(
    vision: &'a VisionModel,
    request: &PlotRequest,
) -> Result<(&'static str, Vec<&'a Presentation>), PictureError> {
    let varied = || vision.presentations.iter().flat_map(|shown| &shown.varied).copied();
    let key = match &request.x {
        None => varied().next(),
        Some(wanted) => varied().find(|key| key == wanted),
    };
    let name = request.name.clone();
    match (key, &request.x) {
        (Some(key), _) => {
            let whole = |shown: &&Presentation| shown.until_ms <= vision.end_ms + 1e-6;
            let shown = vision.presentations.iter().filter(whole);
            let shown = shown.filter(|shown| shown.varied.contains(&key));
            Ok((key, shown.collect()))
        }
        (None, Some(wanted)) => {
            let mut names: Vec<&str> = varied().collect();
            names.dedup();
            let suggestion = neuropil_core::names::suggestion(wanted, names);
            Err(PictureError::Untuned { name, key: wanted.clone(), suggestion })
        }
        (None, None) => {
            let what = "stimuli with a list of values";
            Err(PictureError::NotRecorded { name, what })
        }
    }
}

fn value(presentation: &Presentation, key: &str) -> f64 {
    presentation.values.iter().find(|(known, _)| *known == key).map_or(f64::NAN, |(_, v)| *v)
}

/// The part of a presentation over which rates are taken `[ms]`.
fn counted(presentation: &Presentation) -> (f64, f64) {
    let duration = presentation.until_ms - presentation.from_ms;
    let cycle_ms = match &presentation.pattern {
        Pattern::Grating(grating) if grating.temporal_hz != 0.0 => 1e3 / grating.temporal_hz.abs(),
        _ => 0.0,
    };
    let mut kept = SHARE * duration;
    if cycle_ms > 0.0 && cycle_ms <= kept {
        kept = (kept / cycle_ms + 1e-9).floor() * cycle_ms;
    }
    (presentation.until_ms - kept, presentation.until_ms)
}

/// Rates by value, with the standard error of a Poisson count.
struct Points {
    x: Vec<f64>,
    rate: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

fn points(
    result: &ResultFile,
    population: &str,
    neurons: &[u32],
    key: &str,
    shown: &[&Presentation],
) -> Result<Points, PictureError> {
    let mut found: Vec<(f64, f64, f64)> = Vec::new();
    for presentation in shown {
        let (from, until) = counted(presentation);
        let mut query = SpikeQuery::default().from_ms(from).until_ms(until);
        query = query.neurons(neurons.iter().copied());
        let count = result.spikes(population, &query)?.times_ms.len() as f64;
        let seconds = (until - from) * 1e-3 * neurons.len() as f64;
        let x = value(presentation, key);
        match found.iter_mut().find(|(known, ..)| *known == x) {
            Some((_, spikes, time)) => (*spikes, *time) = (*spikes + count, *time + seconds),
            None => found.push((x, count, seconds)),
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let each = |f: fn(f64) -> f64| found.iter().map(|(_, n, s)| f(*n) / s).collect::<Vec<f64>>();
    Ok(Points {
        x: found.iter().map(|(x, ..)| *x).collect(),
        rate: each(|n| n),
        low: each(|n| (n - n.sqrt()).max(0.0)),
        high: each(|n| n + n.sqrt()),
    })
}

/// The closed form between the smallest and the largest value; `None` where there is none.
fn theory(
    population: &VisualPopulation,
    unit: usize,
    key: &str,
    shown: &[&Presentation],
) -> Option<(Vec<f64>, Vec<f64>)> {
    let first = shown.first().filter(|_| shown.iter().all(|shown| shown.whole))?;
    // Other values that differ as well would each have a curve of their own.
    if shown.iter().any(|shown| shown.varied.len() > 1) {
        return None;
    }
    let Pattern::Grating(grating) = &first.pattern else { return None };
    let unit = population.units.get(unit)?;
    let values = || shown.iter().map(|shown| value(shown, key));
    let (low, high) =
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let at = |k: usize| low + (high - low) * k as f64 / (POINTS - 1) as f64;
    let x: Vec<f64> = (0..POINTS).map(at).collect();
    let rate = |x: &f64| {
        let grating = varied(grating, key, *x)?;
        cycle(unit, &population.temporal, &population.nonlinearity, &grating).map(|c| c.mean_hz)
    };
    let y = x.iter().map(rate).collect::<Option<Vec<f64>>>()?;
    Some((x, y))
}

/// A grating with another value of a key.
fn varied(grating: &Grating, key: &str, value: f64) -> Option<Grating> {
    Some(match key {
        "orientation" => Grating { orientation_deg: value, ..*grating },
        "spatial_frequency" => Grating { spatial_cpd: value, ..*grating },
        "temporal_frequency" => Grating { temporal_hz: value, ..*grating },
        "phase" => Grating { phase_deg: value, ..*grating },
        "contrast" => Grating { contrast: value, ..*grating },
        _ => return None,
    })
}
