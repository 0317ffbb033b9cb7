//! Statistics of sampled variables.

use neuropil_analysis::descriptive::mean;
use neuropil_analysis::membrane::{MembraneStatistics, SpikeRemoval, Trace};
use neuropil_record::reader::{Report, SpikeQuery, TraceQuery};
use neuropil_record::{ColumnKind, ReadError, ResultFile};
use serde_json::{Map, Value, json};

/// Longest lag of an autocorrelation `[ms]`; a tenth of the record if that is shorter.
const MAX_LAG_MS: f64 = 500.0;

/// Compartments of a report that are told one by one; of more, the mean over all is told.
const MAX_SITES: usize = 16;

/// Statistics of one variable, each the mean over the columns that it was recorded from. Of a few
/// named compartments each has statistics of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableSummary {
    /// Name.
    pub variable: String,
    /// The compartment, if the statistics are of one alone.
    pub site: Option<String>,
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
    /// First value.
    pub start: f64,
    /// Smallest value, of all samples.
    pub min: f64,
    /// Largest value, of all samples.
    pub max: f64,
    /// When the largest value is reached `[ms]`.
    pub max_at_ms: f64,
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

/// Names under which [`of_population`] tells the variables of a report with these columns.
pub(super) fn names(variable: &str, kind: ColumnKind, labels: &[String]) -> Vec<String> {
    match one_by_one(kind, labels) {
        true => labels.iter().map(|label| format!("{variable}.{label}")).collect(),
        false => vec![variable.to_owned()],
    }
}

fn one_by_one(kind: ColumnKind, labels: &[String]) -> bool {
    kind == ColumnKind::Compartments && (2..=MAX_SITES).contains(&labels.len())
}

/// The figures of one column.
struct OfColumn {
    between_spikes: MembraneStatistics,
    start: f64,
    min: f64,
    max: f64,
    max_at_ms: f64,
}

fn of_report(
    result: &ResultFile,
    report: &Report,
    (start, stop): (f64, f64),
) -> Result<Vec<VariableSummary>, ReadError> {
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
        let between = trace.statistics(&spikes_ms, SpikeRemoval::default(), max_lag_ms);
        let top = (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b]).then(b.cmp(a)));
        found.push(between.ok().zip(top).map(|(between_spikes, top)| OfColumn {
            between_spikes,
            start: values[0],
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values[top],
            max_at_ms: read.start_ms + top as f64 * read.step_ms,
        }));
    }
    if one_by_one(report.kind, &report.labels) {
        let sites = found.iter().zip(&report.labels);
        let told = sites.filter_map(|(of, label)| {
            averaged(report, Some(label.clone()), &of.iter().collect::<Vec<_>>())
        });
        return Ok(told.collect());
    }
    let all: Vec<&OfColumn> = found.iter().flatten().collect();
    Ok(averaged(report, None, &all).into_iter().collect())
}

fn averaged(report: &Report, site: Option<String>, found: &[&OfColumn]) -> Option<VariableSummary> {
    let over = |figure: &dyn Fn(&OfColumn) -> Option<f64>| {
        mean(&found.iter().filter_map(|of| figure(of)).collect::<Vec<_>>())
    };
    Some(VariableSummary {
        variable: report.variable.clone(),
        site,
        unit: report.unit.clone(),
        columns: found.len(),
        mean: over(&|s| Some(s.between_spikes.mean_mv))?,
        sd: over(&|s| Some(s.between_spikes.sd_mv))?,
        skewness: over(&|s| Some(s.between_spikes.skewness))?,
        tau_ms: over(&|s| s.between_spikes.tau_ms),
        tau_fit_ms: over(&|s| s.between_spikes.tau_fit_ms),
        kept: over(&|s| Some(s.between_spikes.kept))?,
        start: over(&|s| Some(s.start))?,
        min: over(&|s| Some(s.min))?,
        max: over(&|s| Some(s.max))?,
        max_at_ms: over(&|s| Some(s.max_at_ms))?,
    })
}

impl VariableSummary {
    /// `V_m`, or `v.soma(0.5)` of one compartment.
    pub fn name(&self) -> String {
        match &self.site {
            Some(site) => format!("{}.{site}", self.variable),
            None => self.variable.clone(),
        }
    }

    /// As a JSON object; what is not defined is null.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("unit".into(), json!(self.unit));
        object.insert("columns".into(), json!(self.columns));
        for (key, value) in self.values() {
            object.insert(key.into(), json!(value));
        }
        Value::Object(object)
    }

    /// Its figures by key.
    pub(super) fn values(&self) -> [(&'static str, Option<f64>); 10] {
        [
            ("mean", Some(self.mean)),
            ("sd", Some(self.sd)),
            ("skewness", Some(self.skewness)),
            ("tau_ms", self.tau_ms),
            ("tau_fit_ms", self.tau_fit_ms),
            ("kept", Some(self.kept)),
            ("start", Some(self.start)),
            ("min", Some(self.min)),
            ("max", Some(self.max)),
            ("max_at_ms", Some(self.max_at_ms)),
        ]
    }
}
