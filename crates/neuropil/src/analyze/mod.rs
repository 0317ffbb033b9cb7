//! Statistics of a result: of the spikes of every population and of the variables that were sampled.
//!
//! The figures and their definitions are those of [`neuropil_analysis`].

mod variables;

pub use neuropil_analysis::summary::SummaryOptions;
use neuropil_analysis::{AnalysisError, PopulationSummary, SpikeTrains, Window};
use neuropil_record::reader::{Report, SpikeQuery};
use neuropil_record::{ReadError, ResultFile, SpikeRecording};
use serde_json::{Map, Value, json};
use thiserror::Error;

pub use variables::VariableSummary;

/// Why a result cannot be analysed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum AnalyzeError {
    #[error("nothing was recorded in {path}")]
    Nothing { path: String },
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("population \"{population}\": {source}")]
    Analysis { population: String, source: AnalysisError },
}

/// Statistics of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Name.
    pub population: String,
    /// Window they were taken over `[ms]`.
    pub window_ms: (f64, f64),
    /// Figures of its spikes, if they were recorded.
    pub spikes: Option<PopulationSummary>,
    /// Figures of its variables that were sampled.
    pub variables: Vec<VariableSummary>,
}

/// Statistics of every population of which anything was recorded, over what was recorded or over
/// `window_ms`.
///
/// # Errors
/// [`AnalyzeError::Nothing`]; [`AnalyzeError::Analysis`] for a window that holds nothing.
pub fn analyze(
    result: &ResultFile,
    window_ms: Option<(f64, f64)>,
    options: SummaryOptions,
) -> Result<Vec<Analysis>, AnalyzeError> {
    let mut found = Vec::new();
    for recording in result.spike_recordings() {
        let window_ms = window_ms.unwrap_or_else(|| recorded_ms(result, recording));
        let spikes = Some(of_spikes(result, recording, window_ms, options)?);
        let population = recording.population.clone();
        let variables = variables::of_population(result, &population, window_ms)?;
        found.push(Analysis { population, window_ms, spikes, variables });
    }
    for report in result.reports() {
        if found.iter().any(|analysis| analysis.population == report.population) {
            continue;
        }
        let window_ms = window_ms.unwrap_or_else(|| sampled_ms(report));
        let population = report.population.clone();
        let variables = variables::of_population(result, &population, window_ms)?;
        found.push(Analysis { population, window_ms, spikes: None, variables });
    }
    match found.is_empty() {
        true => Err(AnalyzeError::Nothing { path: result.path().display().to_string() }),
        false => Ok(found),
    }
}

fn of_spikes(
    result: &ResultFile,
    recording: &SpikeRecording,
    (start, stop): (f64, f64),
    options: SummaryOptions,
) -> Result<PopulationSummary, AnalyzeError> {
    let name = &recording.population;
    let fault = |source| AnalyzeError::Analysis { population: name.clone(), source };
    let window = Window::new(start, stop).map_err(fault)?;
    let query = SpikeQuery::default().from_ms(start).until_ms(stop);
    let lists = result.spikes(name, &query)?.trains(recording.size as usize);
    let recorded: Vec<&[f64]> = match &recording.neurons {
        None => lists.iter().map(Vec::as_slice).collect(),
        Some(list) => list.iter().map(|n| lists[*n as usize].as_slice()).collect(),
    };
    let trains = SpikeTrains::from_lists(&recorded, window).map_err(fault)?;
    PopulationSummary::new(&trains, options).map_err(fault)
}

/// From the beginning to the end of a recording of spikes `[ms]`.
fn recorded_ms(result: &ResultFile, recording: &SpikeRecording) -> (f64, f64) {
    let metadata = result.metadata();
    let ms = |step: u64| step as f64 * metadata.dt_ms;
    let stop = recording.stop_step.map_or(metadata.simulated_ms, ms);
    let reached = if metadata.simulated_ms > 0.0 { metadata.simulated_ms } else { stop };
    (ms(recording.start_step), stop.min(reached))
}

/// From the first to behind the last frame of a report `[ms]`.
fn sampled_ms(report: &Report) -> (f64, f64) {
    (report.start_ms, report.start_ms + report.frames as f64 * report.step_ms)
}

impl Analysis {
    /// As a JSON object; what is not defined is null.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("population".into(), json!(self.population));
        object.insert("window_ms".into(), json!([self.window_ms.0, self.window_ms.1]));
        if let Some(Value::Object(figures)) = self.spikes.as_ref().map(spike_figures) {
            object.extend(figures);
        }
        let variables: Map<String, Value> =
            self.variables.iter().map(|v| (v.variable.clone(), v.json())).collect();
        object.insert("variables".into(), Value::Object(variables));
        Value::Object(object)
    }
}

fn spike_figures(s: &PopulationSummary) -> Value {
    json!({
        "neurons": s.neurons,
        "spikes": s.spikes,
        "spiking": s.spiking,
        "rate_hz": s.rate_hz,
        "rate_sd_hz": s.rate_sd_hz,
        "rate_quartiles_hz": s.rate_quartiles_hz,
        "activity_sd_hz": s.activity_sd_hz,
        "cv": s.irregularity.map(|i| i.cv),
        "cv2": s.irregularity.map(|i| i.cv2),
        "lv": s.irregularity.map(|i| i.lv),
        "fano": s.fano,
        "population_fano": s.population_fano,
        "count_correlation": s.count_correlation,
        "spike_time_tiling": s.tiling,
        "chi": s.chi,
        "peak_hz": s.rhythm.as_ref().map(|peak| peak.frequency_hz),
        "peak_prominence": s.rhythm.as_ref().map(|peak| peak.prominence),
    })
}
