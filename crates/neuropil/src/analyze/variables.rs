//! Statistics of sampled variables.

use neuropil_analysis::descriptive::mean;
use neuropil_analysis::membrane::{MembraneStatistics, SpikeRemoval, Trace};
use neuropil_record::reader::{Report, SpikeQuery, TraceQuery};
use neuropil_record::{ColumnKind, ReadError, ResultFile};
use serde_json::{Value, json};

/// Longest lag of an autocorrelation `[ms]`; a tenth of the record if that is shorter.
const MAX_LAG_MS: f64 = 500.0;

/// Statistics of one variable, each the mean over the columns that it was recorded from.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableSummary {
    /// Name.
    pub variable: String,
    /// Unit.
    pub unit: String,
    /// Columns with anything left to look at.
    pub columns: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation over time.
    pub sd: f64,
    /// Skewness.
    pub skewness: f64,
    /// Correlation time by the integral of the autocorrelation to its first zero `[ms]`.
    pub tau_ms: Option<f64>,
    /// Correlation time by a fit of an exponential `[ms]`.
    pub tau_fit_ms: Option<f64>,
    /// Fraction of the samples that were kept: from a potential, 5 ms on either side of every spike
    /// are cut out if the spikes of the population were recorded.
    pub kept: f64,
}

/// Statistics of every variable of a population, within a window. A variable of which nothing is
/// left is not listed.
///
/// # Errors
/// [`ReadError`].
pub(super) fn of_population(
    result: &ResultFile,
    population: &str,
    (start, stop): (f64, f64),
) -> Result<Vec<VariableSummary>, ReadError> {
    let reports = result.reports().iter().filter(|r| r.population == population);
    let found = reports.map(|report| of_report(result, report, (start, stop)));
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn of_report(
    result: &ResultFile,
    report: &Report,
    (start, stop): (f64, f64),
) -> Result<Option<VariableSummary>, ReadError> {
    let query = TraceQuery::default().from_ms(start).until_ms(stop);
    let read = result.traces(&report.population, &report.variable, &query)?;
    let potential = report.unit == "mV" && report.kind != ColumnKind::Population;
    let cut = potential
        && result.spike_recordings().iter().any(|spikes| spikes.population == report.population);
    let max_lag_ms = (0.1 * read.step_ms * read.frames() as f64).clamp(read.step_ms, MAX_LAG_MS);
    let mut found = Vec::new();
    for (values, column) in read.values.iter().zip(&read.columns) {
        let spikes_ms = if cut {
            let query = SpikeQuery::default().neurons([column.neuron]).from_ms(start);
            result.spikes(&report.population, &query.until_ms(stop))?.times_ms
        } else {
            Vec::new()
        };
        let trace = Trace { values, start_ms: read.start_ms, dt_ms: read.step_ms };
        // Too little between the spikes for a figure: this column has none.
        found.extend(trace.statistics(&spikes_ms, SpikeRemoval::default(), max_lag_ms));
    }
    Ok(averaged(report, &found))
}

fn averaged(report: &Report, found: &[MembraneStatistics]) -> Option<VariableSummary> {
    let over = |figure: &dyn Fn(&MembraneStatistics) -> Option<f64>| {
        mean(&found.iter().filter_map(figure).collect::<Vec<_>>())
    };
    Some(VariableSummary {
        variable: report.variable.clone(),
        unit: report.unit.clone(),
        columns: found.len(),
        mean: over(&|s| Some(s.mean_mv))?,
        sd: over(&|s| Some(s.sd_mv))?,
        skewness: over(&|s| Some(s.skewness))?,
        tau_ms: over(&|s| s.tau_ms),
        tau_fit_ms: over(&|s| s.tau_fit_ms),
        kept: over(&|s| Some(s.kept))?,
    })
}

impl VariableSummary {
    /// As a JSON object; what is not defined is null.
    pub fn json(&self) -> Value {
        json!({
            "unit": self.unit,
            "columns": self.columns,
            "mean": self.mean,
            "sd": self.sd,
            "skewness": self.skewness,
            "tau_ms": self.tau_ms,
            "tau_fit_ms": self.tau_fit_ms,
            "kept": self.kept,
        })
    }
}
