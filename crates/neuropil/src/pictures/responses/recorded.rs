//! Traces that a picture of responses is about, as they were recorded.

use neuropil_analysis::response::{Response, Signal, mean};
use neuropil_record::ResultFile;
use neuropil_record::reader::TraceQuery;

use super::super::PictureError;
use crate::resolve::{Form, PlotRequest, ResponsePlot, Series};

/// Traces of one series, each of the whole recording.
pub(super) struct Recorded {
    start_ms: f64,
    step_ms: f64,
    pub(super) unit: String,
    /// Position in the series, and values.
    pub(super) traces: Vec<(usize, Vec<f64>)>,
}

impl Recorded {
    pub(super) fn signal<'a>(&self, values: &'a [f64]) -> Signal<'a> {
        Signal { start_ms: self.start_ms, step_ms: self.step_ms, values }
    }
}

pub(super) fn recorded(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
    series: &Series,
    population: &str,
) -> Result<Recorded, PictureError> {
    let report = result.report(population, &plot.variable)?;
    let found: Vec<(usize, usize)> = series
        .columns
        .iter()
        .enumerate()
        .filter_map(|(k, wanted)| {
            let column = report.columns.iter().position(|column| column == wanted)?;
            Some((k, column))
        })
        .collect();
    let complete = plot.form == Form::Profile || found.len() == series.columns.len();
    if found.is_empty() || !complete {
        let (name, what) = (request.name.clone(), "the variable at these places");
        return Err(PictureError::NotRecorded { name, what });
    }
    let query = TraceQuery::default().columns(found.iter().map(|(_, column)| *column));
    let read = result.traces(population, &plot.variable, &query)?;
    Ok(Recorded {
        start_ms: read.start_ms,
        step_ms: read.step_ms,
        unit: read.unit.clone(),
        traces: found.iter().map(|(k, _)| *k).zip(read.values).collect(),
    })
}

pub(super) fn baseline(plot: &ResponsePlot, recorded: &Recorded, values: &[f64]) -> f64 {
    let before = |(from, to)| mean(recorded.signal(values).within(from, to).values);
    plot.baseline_ms.map_or(0.0, before)
}

pub(super) fn response(
    plot: &ResponsePlot,
    recorded: &Recorded,
    values: &[f64],
) -> Option<Response> {
    let (from, to) = plot.window_ms;
    let signal = recorded.signal(values).within(from, to);
    Response::of(signal, baseline(plot, recorded, values))
}
