//! What is measured of responses: a row for every trial.

use neuropil_analysis::response::Response;
use neuropil_record::ResultFile;
use neuropil_record::reader::SpikeQuery;

use super::super::PictureError;
use super::recorded::{Recorded, baseline, recorded, response};
use crate::resolve::{Form, Measure, PlotRequest, Quantity, ResponsePlot, Series};

/// One row of the table.
pub(super) struct Row {
    pub(super) position: usize,
    pub(super) x: f64,
    pub(super) values: Vec<f64>,
}

fn of_response(quantity: Quantity, found: &Response) -> f64 {
    match quantity {
        Quantity::TimeToPeak => found.time_to_peak_ms,
        Quantity::Rise => found.rise_ms,
        Quantity::HalfWidth => found.half_width_ms,
        Quantity::Area => found.area,
        Quantity::Mean => found.mean,
        Quantity::Deviation => found.std,
        Quantity::Last => found.last,
        _ => found.amplitude,
    }
}

fn of_spikes(quantity: Quantity, times_ms: &[f64], (from, to): (f64, f64)) -> f64 {
    let times: Vec<f64> = times_ms.iter().copied().filter(|t| (from..to).contains(t)).collect();
    let interval = |pair: Option<&[f64]>| pair.map_or(f64::NAN, |p| 1e3 / (p[1] - p[0]));
    match quantity {
        Quantity::Spikes => times.len() as f64,
        Quantity::Latency => times.first().map_or(f64::NAN, |t| t - from),
        Quantity::LastSpike => times.last().copied().unwrap_or(f64::NAN),
        Quantity::FirstRate => interval(times.windows(2).next()),
        Quantity::LastRate => interval(times.windows(2).next_back()),
        _ => times.len() as f64 * 1e3 / (to - from),
    }
}

/// Measures of one series, and the unit of its variable.
pub(super) fn rows(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
    series: &Series,
) -> Result<(Vec<Row>, String), PictureError> {
    let spiking = plot.measures.iter().any(|measure| measure.quantity.of_spikes());
    let trains = match spiking {
        true => result
            .spikes(&series.population, &SpikeQuery::default())?
            .trains(series.columns.iter().map(|c| c.neuron as usize + 1).max().unwrap_or(0)),
        false => Vec::new(),
    };
    if plot.measures.iter().all(|measure| measure.quantity.of_spikes()) {
        let row = |(position, x): (usize, &f64)| {
            let train = trains.get(series.columns[position].neuron as usize);
            let times = train.map_or(&[][..], Vec::as_slice);
            let value = |m: &Measure| of_spikes(m.quantity, times, plot.window_ms);
            Row { position, x: *x, values: plot.measures.iter().map(value).collect() }
        };
        return Ok((series.x.iter().enumerate().map(row).collect(), String::new()));
    }
    let traces = recorded(result, request, plot, series, &series.population)?;
    let sums = match &series.singles {
        Some(singles) => Some(sums(plot, &recorded(result, request, plot, series, singles)?)),
        None => None,
    };
    let mut rows = Vec::new();
    for (position, values) in &traces.traces {
        let Some(found) = response(plot, &traces, values) else {
            let (name, what) = (request.name.clone(), "values within the window");
            return Err(PictureError::NotRecorded { name, what });
        };
        let train = trains.get(series.columns[*position].neuron as usize);
        let times = train.map_or(&[][..], Vec::as_slice);
        let value = |m: &Measure| match m.quantity.of_spikes() {
            true => of_spikes(m.quantity, times, plot.window_ms),
            false => of_response(m.quantity, &found),
        };
        let x = match &sums {
            Some(sums) => sums.get(*position).copied().unwrap_or(f64::NAN),
            None => series.x[*position],
        };
        let values = plot.measures.iter().map(value).collect();
        rows.push(Row { position: *position, x, values });
    }
    if plot.form == Form::Profile {
        rows.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    Ok((rows, traces.unit))
}

/// Amplitude of the sum of the first k + 1 single responses, for every k.
fn sums(plot: &ResponsePlot, singles: &Recorded) -> Vec<f64> {
    let mut sum: Vec<f64> = Vec::new();
    let mut amplitudes = Vec::new();
    for (_, values) in &singles.traces {
        let rest = baseline(plot, singles, values);
        sum.resize(values.len(), 0.0);
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value - rest);
        let (from, to) = plot.window_ms;
        let signal = singles.signal(&sum).within(from, to);
        amplitudes.push(Response::of(signal, 0.0).map_or(f64::NAN, |found| found.amplitude));
    }
    amplitudes
}
