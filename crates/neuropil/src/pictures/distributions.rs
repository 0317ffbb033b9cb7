//! Distributions: over neurons, over intervals, over time, over pairs.

use neuropil_analysis::descriptive::mean;
use neuropil_analysis::irregularity::{cv, intervals_ms};
use neuropil_analysis::membrane::{SpikeRemoval, Trace};
use neuropil_analysis::{SpikeTrains, rate, synchrony};
use neuropil_plot::kinds::{Bins, Sample, histogram as panel_of};
use neuropil_plot::{Color, Mark, Panel};
use neuropil_record::ResultFile;

use super::PictureError;
use super::data::{color, quantity, reports, rows, spikes_of, traces};
use crate::resolve::PlotRequest;

/// What spikes have a distribution of, and what its axis says.
const OF_SPIKES: [(&str, &str); 4] = [
    ("rate", "rate (spikes/s)"),
    ("cv", "CV of intervals"),
    ("isi", "interval (ms)"),
    ("count", "spikes"),
];

/// Pairs that are looked at, at most, and the seed of their choice.
const PAIRS: (usize, u64) = (4000, 23);

/// Values of one population.
struct Values {
    name: String,
    values: Vec<f64>,
    color: Color,
}

/// A histogram of rates, CVs, intervals or counts over neurons, or of a sampled variable over time
/// (a potential without 5 ms on either side of every spike).
pub(super) fn histogram(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let of = match request.of.as_str() {
        "" if request.variables.is_empty() => "rate",
        "" => return request.variables.iter().map(|v| over_time(result, request, v)).collect(),
        of => of,
    };
    let Some((_, axis)) = OF_SPIKES.iter().find(|(name, _)| *name == of) else {
        return Ok(vec![over_time(result, request, of)?]);
    };
    let (populations, window_ms) = rows(result, request)?;
    let mut all = Vec::new();
    for population in populations {
        let trains = population.trains(window_ms)?;
        let (name, color) = (population.name, population.color);
        all.push(Values { name, values: of_trains(&trains, of), color });
    }
    Ok(vec![shown(&all, axis, bins(request))])
}

fn of_trains(trains: &SpikeTrains, of: &str) -> Vec<f64> {
    let intervals = |train: &[f64]| intervals_ms(train);
    match of {
        "rate" => rate::per_neuron(trains),
        // Two intervals have a CV; three tell something.
        "cv" => trains.iter().filter(|t| t.len() > 3).filter_map(|t| cv(&intervals(t))).collect(),
        "isi" => trains.iter().flat_map(intervals).collect(),
        _ => trains.iter().map(|train| train.len() as f64).collect(),
    }
}

fn over_time(
    result: &ResultFile,
    request: &PlotRequest,
    variable: &str,
) -> Result<Panel, PictureError> {
    let asked = PlotRequest { variables: vec![variable.to_owned()], ..request.clone() };
    let reports = reports(result, &asked)?;
    let mut all: Vec<Values> = Vec::new();
    let mut axis = variable.to_owned();
    for report in reports {
        let read = traces(result, report, request, usize::MAX)?;
        let mut values = Vec::new();
        for (column, samples) in read.columns.iter().zip(&read.values) {
            let spikes_ms = match report.unit.as_str() {
                "mV" => spikes_of(result, &report.population, column.neuron)?,
                _ => Vec::new(),
            };
            let trace = Trace { values: samples, start_ms: read.start_ms, dt_ms: read.step_ms };
            values.extend(trace.between_spikes(&spikes_ms, SpikeRemoval::default())?.concat());
        }
        axis = quantity(report);
        let (name, color) = (report.population.clone(), color(result, &report.population));
        all.push(Values { name, values, color });
    }
    Ok(shown(&all, &axis, bins(request)))
}

/// Pearson's correlation of the spike counts of pairs within each population.
pub(super) fn correlations(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Panel, PictureError> {
    let bin_ms = request.bin_ms.unwrap_or(10.0);
    let (populations, window_ms) = rows(result, request)?;
    let mut all = Vec::new();
    for population in populations {
        let trains = population.trains(window_ms)?;
        let spiking: Vec<usize> =
            (0..trains.len()).filter(|k| !trains.train(*k).is_empty()).collect();
        let mut values = Vec::new();
        for (a, b) in synchrony::sample_pairs(spiking.len(), PAIRS.0, PAIRS.1) {
            let pair = (spiking[a], spiking[b]);
            values.extend(synchrony::count_correlation(&trains, pair, bin_ms)?);
        }
        all.push(Values { name: population.name, values, color: population.color });
    }
    let axis = format!("correlation of spike counts in {bin_ms} ms");
    Ok(shown(&all, &axis, bins(request)))
}

fn bins(request: &PlotRequest) -> Bins {
    request.bins.map_or(Bins::Auto, Bins::Number)
}

/// The histograms, each with a line at its mean.
fn shown(all: &[Values], axis: &str, bins: Bins) -> Panel {
    let samples: Vec<Sample<'_>> = all
        .iter()
        .map(|one| Sample {
            label: if all.len() > 1 { &one.name } else { "" },
            values: &one.values,
            color: one.color,
        })
        .collect();
    let mut panel = panel_of(&samples, axis, bins).height(170.0);
    for one in all {
        if let Some(x) = mean(&one.values) {
            panel = panel.with(Mark::Moment { x, color: one.color });
        }
    }
    panel.note = "lines: means".into();
    panel
}
