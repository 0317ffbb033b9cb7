//! Pictures of a scan: figures as curves over one value, or as colours over two.

use std::collections::BTreeMap;
use std::path::PathBuf;

use neuropil_plot::kinds::{Curve, Grid, Look, curves, heat_map};
use neuropil_plot::{Axis, Color, ColorMap, Figure, Panel};

use super::PictureError;
use crate::resolve::{PlotKind, PlotRequest};
use crate::scan::{FigureColumn, Key, ScanResult};

/// Most curves that one panel shows; more values are shown as a map.
const MAX_CURVES: usize = 8;

/// Most values of a key that have a tick each.
const MAX_TICKS: usize = 8;

/// The pictures that suit a scan: curves over one value, maps over two.
pub fn that_fit(scan: &ScanResult) -> Vec<PlotRequest> {
    let many = |key: &Key| distinct(&key.values).len() > 2;
    match &scan.keys[..] {
        [] => Vec::new(),
        [x, y, ..] if many(x) && many(y) && !x.drawn && !y.drawn => {
            vec![PlotRequest::new("map", PlotKind::ScanMap)]
        }
        keys => {
            let mut request = PlotRequest::new("curve", PlotKind::ScanCurve);
            let varied = |key: &&Key| !key.drawn && distinct(&key.values).len() > 1;
            // The key with more values goes along the axis.
            let x = keys.iter().max_by_key(|key| (key.drawn, distinct(&key.values).len()));
            request.x = x.map(|key| key.path.clone());
            let by = keys.iter().filter(varied).find(|key| Some(&key.path) != request.x.as_ref());
            request.by = by.map(|key| key.path.clone());
            vec![request]
        }
    }
}

/// Draws every request and writes it to each of its files.
///
/// # Errors
/// [`PictureError`]; pictures written before it stay.
pub fn save_scan(
    scan: &ScanResult,
    requests: &[PlotRequest],
    paths: &[PathBuf],
) -> Result<(), PictureError> {
    for (request, files) in requests.iter().zip(paths.chunks(2)) {
        let figure = draw_scan(scan, request)?;
        for file in files {
            figure.save(file)?;
        }
    }
    Ok(())
}

/// Draws one picture of a scan.
///
/// # Errors
/// [`PictureError::Scan`] for keys and figures that the scan does not have, [`PictureError::OfRun`].
pub fn draw_scan(scan: &ScanResult, request: &PlotRequest) -> Result<Figure, PictureError> {
    let mut panels = match request.kind {
        PlotKind::ScanCurve => with_curves(scan, request)?,
        PlotKind::ScanMap => with_maps(scan, request)?,
        kind => return Err(PictureError::OfRun { name: request.name.clone(), kind: kind.name() }),
    };
    // What is said of the first panel goes for all.
    for k in (1..panels.len()).rev() {
        if panels[k].legend == panels[0].legend {
            panels[k].legend.clear();
        }
        if panels[k].note == panels[0].note {
            panels[k].note.clear();
        }
    }
    let wide = request.kind == PlotKind::ScanMap && panels.len() > 1;
    let rows = panels.chunks(if wide { 2 } else { 1 }).map(<[Panel]>::to_vec).collect();
    let figure = match request.kind {
        PlotKind::ScanCurve => Figure::stack(panels),
        _ => Figure::grid(rows),
    };
    // A single map or a few curves need no two columns.
    let figure = if wide { figure } else { figure.width(430.0) };
    Ok(if request.title.is_empty() { figure } else { figure.titled(&request.title) })
}

/// The figures asked for; the rates of all populations if none is named.
fn figures<'a>(
    scan: &'a ScanResult,
    request: &PlotRequest,
) -> Result<Vec<&'a FigureColumn>, PictureError> {
    if !request.figures.is_empty() {
        let found = request.figures.iter().map(|name| scan.figure(name));
        return Ok(found.collect::<Result<_, _>>()?);
    }
    let rates = scan.figures.iter().filter(|figure| {
        figure.name.ends_with(".rate_hz") && figure.values.iter().any(|v| v.is_finite())
    });
    let rates: Vec<_> = rates.collect();
    match rates.is_empty() {
        true => Err(PictureError::NotRecorded { name: request.name.clone(), what: "spikes" }),
        false => Ok(rates),
    }
}

fn key<'a>(
    scan: &'a ScanResult,
    asked: Option<&String>,
    others: &[&Key],
    request: &PlotRequest,
) -> Result<&'a Key, PictureError> {
    match asked {
        Some(path) => Ok(scan.key(path)?),
        None => scan
            .keys
            .iter()
            .find(|key| !others.iter().any(|other| other.path == key.path))
            .ok_or_else(|| PictureError::TooFewKeys { name: request.name.clone() }),
    }
}

fn with_curves(scan: &ScanResult, request: &PlotRequest) -> Result<Vec<Panel>, PictureError> {
    let by = request.by.as_ref().map(|path| scan.key(path)).transpose()?;
    let x = key(scan, request.x.as_ref(), &by.into_iter().collect::<Vec<_>>(), request)?;
    let figures = figures(scan, request)?;
    // Figures of the same quantity share a panel, unless each has several curves.
    let mut groups: Vec<Vec<&FigureColumn>> = Vec::new();
    for figure in figures {
        let alike = |group: &&mut Vec<&FigureColumn>| {
            by.is_none() && quantity(group[0]) == quantity(figure)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(figure),
            None => groups.push(vec![figure]),
        }
    }
    groups.iter().map(|group| curve_panel(scan, request, x, by, group)).collect()
}

fn curve_panel(
    scan: &ScanResult,
    request: &PlotRequest,
    x: &Key,
    by: Option<&Key>,
    group: &[&FigureColumn],
) -> Result<Panel, PictureError> {
    let mut shown = vec![x];
    shown.extend(by);
    let spread = over_what(scan, &shown);
    let split: Vec<Option<f64>> = match by {
        Some(by) => distinct(&by.values).into_iter().map(Some).collect(),
        None => vec![None],
    };
    if split.len() > MAX_CURVES {
        let (name, curves) = (request.name.clone(), split.len());
        return Err(PictureError::TooManyCurves { name, curves, most: MAX_CURVES });
    }
    let single = group.len() == 1 && by.is_none();
    let colors = match by {
        Some(by) if by.texts.is_empty() => ramp(split.len()),
        Some(_) => (0..split.len()).map(Color::nth).collect(),
        None => Color::of_populations(group.iter().map(|f| population(f))),
    };
    let each = group.iter().flat_map(|figure| split.iter().map(move |value| (figure, value)));
    let lines: Vec<Line> = each
        .enumerate()
        .map(|(k, (figure, value))| Line {
            label: match (by, value) {
                (Some(by), Some(value)) => shown_value(by, *value),
                _ if single => String::new(),
                _ => population(figure).to_owned(),
            },
            color: colors[k % colors.len()],
            ..averaged(scan, x, by.zip(*value), figure)
        })
        .collect();
    let bars = lines.iter().any(|line| line.repeated);
    let look = if x.drawn { Look::Discs } else { Look::JoinedDiscs };
    let curve = |line: &'_ Line| -> (Vec<f64>, Vec<f64>) {
        let end = |sign: f64| line.y.iter().zip(&line.sd).map(|(y, sd)| y + sign * sd).collect();
        (end(-1.0), end(1.0))
    };
    let ends: Vec<_> = lines.iter().map(curve).collect();
    let all: Vec<Curve<'_>> = lines
        .iter()
        .zip(&ends)
        .map(|(line, (low, high))| {
            let curve = Curve::new(&line.label, &line.x, &line.y, line.color).look(look);
            if bars { curve.range(low, high) } else { curve }
        })
        .collect();
    let mut vertical = Axis::new(match (single || by.is_some(), group) {
        (true, [figure]) => labelled(&figure.words, &figure.unit),
        _ => labelled(quantity(group[0]), &group[0].unit),
    });
    if request.log.iter().any(|axis| axis == "y") {
        vertical = vertical.log();
    } else if group.iter().all(|f| f.values.iter().all(|v| !(*v < 0.0))) {
        vertical = vertical.including(0.0);
    }
    let mut panel = curves(&all, axis(x, request, "x"), vertical)?;
    panel.note = match (by, bars) {
        (Some(by), true) => format!("{}; mean ± SD over {spread}", name_of(by)),
        (Some(by), false) => name_of(by),
        (None, true) => format!("mean ± SD over {spread}"),
        (None, false) => String::new(),
    };
    Ok(panel)
}

/// One curve: mean and standard deviation over points of the same `x`.
struct Line {
    label: String,
    color: Color,
    x: Vec<f64>,
    y: Vec<f64>,
    sd: Vec<f64>,
    /// Whether any of them is of several points.
    repeated: bool,
}

/// Mean and standard deviation (over n − 1) of a figure at every value of `x`, of the points with
/// one value of another key.
fn averaged(scan: &ScanResult, x: &Key, with: Option<(&Key, f64)>, figure: &FigureColumn) -> Line {
    let (label, color) = (String::new(), Color::BLACK);
    let (xs, y, sd) = (Vec::new(), Vec::new(), Vec::new());
    let mut line = Line { label, color, x: xs, y, sd, repeated: false };
    for at in distinct(&x.values) {
        let points = (0..scan.seeds.len()).filter(|k| x.values[*k] == at);
        let kept = points.filter(|k| with.is_none_or(|(key, value)| key.values[*k] == value));
        let found: Vec<f64> = kept.map(|k| figure.values[k]).filter(|v| v.is_finite()).collect();
        if found.is_empty() {
            continue;
        }
        let n = found.len() as f64;
        let mean = found.iter().sum::<f64>() / n;
        let squares: f64 = found.iter().map(|v| (v - mean) * (v - mean)).sum();
        line.x.push(at);
        line.y.push(mean);
        line.sd.push(if found.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 });
        line.repeated |= found.len() > 1;
    }
    line
}

fn with_maps(scan: &ScanResult, request: &PlotRequest) -> Result<Vec<Panel>, PictureError> {
    let asked = request.y.as_ref().map(|path| scan.key(path)).transpose()?;
    let x = key(scan, request.x.as_ref(), &asked.into_iter().collect::<Vec<_>>(), request)?;
    let y = key(scan, request.y.as_ref(), &[x], request)?;
    let (columns, rows) = (distinct(&x.values), distinct(&y.values));
    let spread = over_what(scan, &[x, y]);
    let figures = figures(scan, request)?;
    figures
        .into_iter()
        .map(|figure| {
            // Sum and number of the points of every cell.
            let mut cells: BTreeMap<(usize, usize), (f64, usize)> = BTreeMap::new();
            for k in 0..scan.seeds.len() {
                let place = |all: &[f64], value: f64| all.iter().position(|v| *v == value);
                let value = figure.values[k];
                let at = place(&rows, y.values[k]).zip(place(&columns, x.values[k]));
                if let Some(at) = at.filter(|_| value.is_finite()) {
                    let cell = cells.entry(at).or_default();
                    (cell.0, cell.1) = (cell.0 + value, cell.1 + 1);
                }
            }
            let value = |row: usize, column: usize| match cells.get(&(row, column)) {
                Some((sum, n)) => sum / *n as f64,
                None => f64::NAN,
            };
            let values: Vec<f64> = (0..rows.len())
                .flat_map(|row| (0..columns.len()).map(move |column| (row, column)))
                .map(|(row, column)| value(row, column))
                .collect();
            let grid = Grid { x: &columns, y: &rows, values: &values };
            let label = labelled(&figure.words, &figure.unit);
            let (along, up) = (axis(x, request, "x"), axis(y, request, "y"));
            let mut panel = heat_map(grid, along, up, &label, ColorMap::Viridis, None)?;
            if cells.values().any(|(_, n)| *n > 1) {
                panel.note = format!("mean over {spread}");
            }
            Ok(panel)
        })
        .collect()
}

/// What varies at points that a picture puts together: seeds, and keys that it does not show.
fn over_what(scan: &ScanResult, shown: &[&Key]) -> String {
    let mut all = Vec::new();
    if distinct(&scan.seeds.iter().map(|seed| *seed as f64).collect::<Vec<_>>()).len() > 1 {
        all.push("seeds".to_owned());
    }
    let hidden = scan.keys.iter().filter(|key| !shown.iter().any(|s| s.path == key.path));
    all.extend(hidden.filter(|key| distinct(&key.values).len() > 1).map(short));
    if all.is_empty() { "points".into() } else { all.join(" and ") }
}

/// The different values, ascending.
fn distinct(values: &[f64]) -> Vec<f64> {
    let mut all: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn axis(key: &Key, request: &PlotRequest, which: &str) -> Axis {
    let axis = Axis::new(name_of(key));
    if !key.texts.is_empty() {
        let ticks = key.texts.iter().enumerate().map(|(k, text)| (k as f64, text.clone()));
        return axis.ticks(ticks).limits(-0.5, key.texts.len() as f64 - 0.5);
    }
    let axis = if request.log.iter().any(|axis| axis == which) { axis.log() } else { axis };
    // Few values have a tick each.
    let values = distinct(&key.values);
    match !key.drawn && values.len() <= MAX_TICKS {
        true => axis.ticks(values.into_iter().map(|value| (value, shown_value(key, value)))),
        false => axis,
    }
}

/// `populations.E.params.I_e` is `E I_e`, `parameters.g` is `g`.
fn short(key: &Key) -> String {
    let parts: Vec<&str> = key.path.split('.').collect();
    match parts[..] {
        [section, name, .., last] if section != "parameters" => format!("{name} {last}"),
        [.., last] => last.to_owned(),
        [] => String::new(),
    }
}

fn name_of(key: &Key) -> String {
    labelled(&short(key), &key.unit)
}

fn shown_value(key: &Key, value: f64) -> String {
    match key.texts.get(value as usize) {
        Some(text) => text.clone(),
        // Without the digits that only the arithmetic of a range has.
        None => format!("{}", (value * 1e9).round() / 1e9),
    }
}

fn labelled(words: &str, unit: &str) -> String {
    if unit.is_empty() { words.into() } else { format!("{words} ({unit})") }
}

/// What a figure measures, without its population.
fn quantity(figure: &FigureColumn) -> &str {
    figure.words.strip_prefix(population(figure)).map_or(&figure.words, str::trim_start)
}

/// The population of a figure; empty if it is of the whole run.
fn population(figure: &FigureColumn) -> &str {
    figure.name.split_once('.').map_or("", |(population, _)| population)
}

/// Colours for ascending values, from dark to light.
fn ramp(count: usize) -> Vec<Color> {
    let place = |k: usize| 0.05 + 0.78 * k as f64 / (count.max(2) - 1) as f64;
    (0..count).map(|k| ColorMap::Viridis.at(place(k))).collect()
}
