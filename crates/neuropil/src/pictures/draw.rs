//! From a result to a figure.

use neuropil_core::names::suggestion;
use neuropil_plot::kinds::{SpikesOf, Trace, raster, rate_histogram, spikes_drawn, traces};
use neuropil_plot::{Color, Figure, Panel};
use neuropil_record::reader::{Report, SpikeQuery, TraceQuery};
use neuropil_record::{ColumnKind, ResultFile, SpikeRecording};

use super::PictureError;
use crate::resolve::{PlotKind, PlotRequest};

/// Most traces in one panel.
const MAX_TRACES: usize = 5;

/// Draws one picture.
///
/// # Errors
/// [`PictureError::NotRecorded`] and [`PictureError::Population`] if the result has no such data.
pub fn draw(result: &ResultFile, request: &PlotRequest) -> Result<Figure, PictureError> {
    let figure = match request.kind {
        PlotKind::Raster => with_spikes(result, request, true)?,
        PlotKind::Rates => with_spikes(result, request, false)?,
        PlotKind::Traces => with_traces(result, request)?,
        kind @ (PlotKind::ScanCurve | PlotKind::ScanMap) => {
            return Err(PictureError::OfScan { name: request.name.clone(), kind: kind.name() });
        }
        PlotKind::Morphology => {
            return Err(PictureError::NoShape { name: request.name.clone() });
        }
    };
    Ok(if request.title.is_empty() { figure } else { figure.titled(&request.title) })
}

/// Spikes of one population; rows count the recorded neurons.
struct Rows {
    name: String,
    size: usize,
    times_ms: Vec<f64>,
    rows: Vec<u32>,
    color: Color,
}

impl Rows {
    fn view(&self) -> SpikesOf<'_> {
        SpikesOf {
            name: &self.name,
            size: self.size,
            times_ms: &self.times_ms,
            neurons: &self.rows,
            color: self.color,
        }
    }

    /// The first `count` rows.
    fn first(&self, count: usize) -> Self {
        let size = self.size.min(count);
        let spikes = self.times_ms.iter().zip(&self.rows);
        let kept = spikes.filter(|(_, row)| (**row as usize) < size);
        let (times_ms, rows) = kept.map(|(time, row)| (*time, *row)).unzip();
        Self { name: self.name.clone(), size, times_ms, rows, color: self.color }
    }
}

fn with_spikes(
    result: &ResultFile,
    request: &PlotRequest,
    dots: bool,
) -> Result<Figure, PictureError> {
    let rates = rates_panel(result, request)?;
    if !dots {
        return Ok(Figure::of(rates));
    }
    let (populations, window_ms) = rows(result, request)?;
    let shown: Vec<Rows> =
        populations.iter().map(|p| p.first(request.neurons.unwrap_or(usize::MAX))).collect();
    let views: Vec<SpikesOf<'_>> = shown.iter().map(Rows::view).collect();
    Ok(Figure::stack(vec![raster(&views, window_ms)?, rates.height(80.0)]))
}

fn rates_panel(result: &ResultFile, request: &PlotRequest) -> Result<Panel, PictureError> {
    let (populations, window_ms) = rows(result, request)?;
    let views: Vec<SpikesOf<'_>> = populations.iter().map(Rows::view).collect();
    Ok(rate_histogram(&views, window_ms, request.bin_ms.unwrap_or(5.0))?)
}

/// The spikes asked for, and the window they are taken from `[ms]`.
fn rows(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<(Vec<Rows>, (f64, f64)), PictureError> {
    let recordings = chosen(result.spike_recordings(), |r| &r.population, request, "spikes")?;
    let colors = Color::of_populations(recordings.iter().map(|r| r.population.as_str()));
    let window_ms = request.window_ms.unwrap_or_else(|| recorded_ms(result, &recordings));
    let mut populations = Vec::new();
    for (recording, color) in recordings.iter().zip(colors) {
        let query = SpikeQuery::default().from_ms(window_ms.0).until_ms(window_ms.1);
        let spikes = result.spikes(&recording.population, &query)?;
        let rows = match &recording.neurons {
            None => spikes.neurons,
            // The list is ascending, so a row is a rank.
            Some(list) => {
                spikes.neurons.iter().map(|n| list.partition_point(|m| m < n) as u32).collect()
            }
        };
        populations.push(Rows {
            name: recording.population.clone(),
            size: recording.recorded(),
            times_ms: spikes.times_ms,
            rows,
            color,
        });
    }
    Ok((populations, window_ms))
}

/// The entries for the populations asked for, all if none is named.
fn chosen<'a, T>(
    all: &'a [T],
    population: impl Fn(&T) -> &String,
    request: &PlotRequest,
    what: &'static str,
) -> Result<Vec<&'a T>, PictureError> {
    let name = request.name.clone();
    if all.is_empty() {
        return Err(PictureError::NotRecorded { name, what });
    }
    for wanted in &request.populations {
        if !all.iter().any(|entry| population(entry) == wanted) {
            let suggestion = suggestion(wanted, all.iter().map(|e| population(e).as_str()));
            let population = wanted.clone();
            return Err(PictureError::Population { name, population, suggestion });
        }
    }
    let wanted = |entry: &&T| {
        request.populations.is_empty() || request.populations.contains(population(entry))
    };
    Ok(all.iter().filter(wanted).collect())
}

/// From the earliest beginning to the latest end of the recordings.
fn recorded_ms(result: &ResultFile, recordings: &[&SpikeRecording]) -> (f64, f64) {
    let metadata = result.metadata();
    let ms = |step: u64| step as f64 * metadata.dt_ms;
    let start = recordings.iter().map(|r| r.start_step).min().map_or(0.0, ms);
    let stop = recordings.iter().filter_map(|r| r.stop_step).max().map(ms);
    let reached = (metadata.simulated_ms > start).then_some(metadata.simulated_ms);
    let end = match (stop, reached) {
        (Some(stop), Some(reached)) => stop.min(reached),
        (stop, reached) => stop.or(reached).unwrap_or(start + 1.0),
    };
    (start, end)
}

fn with_traces(result: &ResultFile, request: &PlotRequest) -> Result<Figure, PictureError> {
    let reports = chosen(result.reports(), |r| &r.population, request, "traces")?;
    let wanted = |report: &&&Report| {
        request.variables.is_empty() || request.variables.contains(&report.variable)
    };
    let reports: Vec<&Report> = reports.iter().filter(wanted).copied().collect();
    let mixed = reports.iter().any(|report| report.population != reports[0].population);
    let mut panels = Vec::new();
    for report in &reports {
        let mut query = TraceQuery::default().columns(0..report.columns.len().min(MAX_TRACES));
        if let Some((from, until)) = request.window_ms {
            query = query.from_ms(from).until_ms(until);
        }
        let read = result.traces(&report.population, &report.variable, &query)?;
        let several = read.columns.len() > 1;
        let labels: Vec<String> = read
            .columns
            .iter()
            .enumerate()
            .map(|(k, column)| match report.labels.get(k) {
                _ if !several => String::new(),
                Some(label) => label.clone(),
                None => format!("{} {}", report.population, column.neuron),
            })
            .collect();
        let colors = match several {
            true => Color::of_populations(labels.iter().map(String::as_str)),
            false => vec![Color::of_populations([report.population.as_str()])[0]],
        };
        let mut drawn = Vec::new();
        for ((values, column), color) in read.values.iter().zip(&read.columns).zip(&colors) {
            let (start_ms, step_ms) = (read.start_ms, read.step_ms);
            let trace = Trace { label: "", start_ms, step_ms, values, color: *color };
            drawn.push(with_spike_marks(result, report, column.neuron, &trace)?);
        }
        let lines: Vec<Trace<'_>> = drawn
            .iter()
            .zip(&labels)
            .zip(&colors)
            .map(|((values, label), color)| Trace {
                label,
                start_ms: read.start_ms,
                step_ms: read.step_ms,
                values,
                color: *color,
            })
            .collect();
        let quantity = if report.unit.is_empty() {
            report.variable.clone()
        } else {
            format!("{} ({})", report.variable, report.unit)
        };
        let mut panel = traces(&lines, &quantity);
        if mixed && !several {
            panel = panel.titled(&report.population);
        }
        panels.push(panel);
    }
    match panels.is_empty() {
        true => Err(PictureError::NotRecorded { name: request.name.clone(), what: "such traces" }),
        false => Ok(Figure::stack(panels)),
    }
}

/// The values, with a stroke for every recorded spike if the variable is a potential that is reset.
fn with_spike_marks(
    result: &ResultFile,
    report: &Report,
    neuron: u32,
    trace: &Trace<'_>,
) -> Result<Vec<f64>, PictureError> {
    let reset = report.variable == "V_m" && report.kind == ColumnKind::Neurons;
    let known = result.spike_recordings().iter().any(|r| r.population == report.population);
    if !reset || !known {
        return Ok(trace.values.to_vec());
    }
    let spikes = result.spikes(&report.population, &SpikeQuery::default().neurons([neuron]))?;
    let low = trace.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = trace.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(spikes_drawn(trace, &spikes.times_ms, high + 0.6 * (high - low)))
}
