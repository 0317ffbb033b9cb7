//! What pictures take from a result: spikes, traces, colours.

use neuropil_analysis::{SpikeTrains, Window};
use neuropil_core::names::suggestion;
use neuropil_plot::Color;
use neuropil_plot::kinds::SpikesOf;
use neuropil_record::reader::{Report, SpikeQuery, TraceQuery, Traces};
use neuropil_record::{ResultFile, SpikeRecording};

use super::PictureError;
use crate::resolve::PlotRequest;

/// Spikes of one population; rows count the recorded neurons.
pub(super) struct Rows {
    pub name: String,
    pub size: usize,
    pub times_ms: Vec<f64>,
    pub rows: Vec<u32>,
    pub color: Color,
}

impl Rows {
    pub fn view(&self) -> SpikesOf<'_> {
        SpikesOf {
            name: &self.name,
            size: self.size,
            times_ms: &self.times_ms,
            neurons: &self.rows,
            color: self.color,
        }
    }

    /// The first `count` rows.
    pub fn first(&self, count: usize) -> Self {
        let size = self.size.min(count);
        let spikes = self.times_ms.iter().zip(&self.rows);
        let kept = spikes.filter(|(_, row)| (**row as usize) < size);
        let (times_ms, rows) = kept.map(|(time, row)| (*time, *row)).unzip();
        Self { name: self.name.clone(), size, times_ms, rows, color: self.color }
    }

    /// Grouped by neuron.
    pub fn trains(&self, window_ms: (f64, f64)) -> Result<SpikeTrains, PictureError> {
        let mut lists = vec![Vec::new(); self.size];
        for (time, row) in self.times_ms.iter().zip(&self.rows) {
            if let Some(list) = lists.get_mut(*row as usize) {
                list.push(*time);
            }
        }
        Ok(SpikeTrains::from_lists(&lists, Window::new(window_ms.0, window_ms.1)?)?)
    }
}

/// The spikes asked for, and the window they are taken from `[ms]`.
pub(super) fn rows(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<(Vec<Rows>, (f64, f64)), PictureError> {
    let recordings = chosen(result.spike_recordings(), |r| &r.population, request, "spikes")?;
    let window_ms = request.window_ms.unwrap_or_else(|| recorded_ms(result, &recordings));
    let mut populations = Vec::new();
    for recording in &recordings {
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
            color: color(result, &recording.population),
        });
    }
    Ok((populations, window_ms))
}

/// The entries for the populations asked for, all if none is named.
pub(super) fn chosen<'a, T>(
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

/// The reports asked for.
pub(super) fn reports<'a>(
    result: &'a ResultFile,
    request: &PlotRequest,
) -> Result<Vec<&'a Report>, PictureError> {
    let all = chosen(result.reports(), |r| &r.population, request, "traces")?;
    for variable in &request.variables {
        if !all.iter().any(|report| report.variable == *variable) {
            let suggestion = suggestion(variable, all.iter().map(|r| r.variable.as_str()));
            let (name, variable) = (request.name.clone(), variable.clone());
            return Err(PictureError::Variable { name, variable, suggestion });
        }
    }
    let wanted = |report: &&&Report| {
        request.variables.is_empty() || request.variables.contains(&report.variable)
    };
    Ok(all.iter().filter(wanted).copied().collect())
}

/// The first `columns` columns of a report, within the window of the picture.
pub(super) fn traces(
    result: &ResultFile,
    report: &Report,
    request: &PlotRequest,
    columns: usize,
) -> Result<Traces, PictureError> {
    let mut query = TraceQuery::default().columns(0..report.columns.len().min(columns));
    if let Some((from, until)) = request.window_ms {
        query = query.from_ms(from).until_ms(until);
    }
    Ok(result.traces(&report.population, &report.variable, &query)?)
}

/// Spikes of one neuron `[ms]`; none if they were not recorded.
pub(super) fn spikes_of(
    result: &ResultFile,
    population: &str,
    neuron: u32,
) -> Result<Vec<f64>, PictureError> {
    if !result.spike_recordings().iter().any(|r| r.population == population) {
        return Ok(Vec::new());
    }
    Ok(result.spikes(population, &SpikeQuery::default().neurons([neuron]))?.times_ms)
}

/// The colour of a population, the same in every picture of a result.
pub(super) fn color(result: &ResultFile, population: &str) -> Color {
    let mut names: Vec<&str> =
        result.metadata().provenance.populations.iter().map(|p| p.name.as_str()).collect();
    let recorded = result.spike_recordings().iter().map(|r| r.population.as_str());
    for name in recorded.chain(result.reports().iter().map(|r| r.population.as_str())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let colors = Color::of_populations(names.iter().copied());
    let found = names.iter().position(|name| *name == population);
    found.and_then(|k| colors.get(k).copied()).unwrap_or(Color::BLUE)
}

/// `V_m (mV)`.
pub(super) fn quantity(report: &Report) -> String {
    match report.unit.as_str() {
        "" => report.variable.clone(),
        unit => format!("{} ({unit})", report.variable),
    }
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
