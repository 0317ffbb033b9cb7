//! Statistics of a result: of the spikes of every population and of the variables that were sampled.
//!
//! The figures and their definitions are those of [`neuropil_analysis`].

mod balance;
mod course;
pub mod figures;
mod variables;

pub use neuropil_analysis::summary::SummaryOptions;
use neuropil_analysis::{AnalysisError, PopulationSummary, SpikeTrains, Window};
use neuropil_record::reader::{Report, SpikeQuery};
use neuropil_record::{ReadError, ResultFile, SpikeRecording, Status};
use serde_json::{Map, Value, json};
use thiserror::Error;

pub use balance::Balance;
pub use course::{Answer, Course};
pub use variables::VariableSummary;

pub use crate::resolve::{AnalysisRequest, Modulation};

/// Why a result cannot be analysed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum AnalyzeError {
    #[error("nothing was recorded in {path}")]
    Nothing { path: String },
    #[error(
        "the window from {start_ms} to {stop_ms} ms holds nothing of \"{population}\", which was \
         recorded from {recorded_from_ms} to {recorded_to_ms} ms"
    )]
    Outside {
        population: String,
        start_ms: f64,
        stop_ms: f64,
        recorded_from_ms: f64,
        recorded_to_ms: f64,
    },
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
    /// What their rate does in time, if they were recorded.
    pub course: Option<Course>,
    /// Figures of its variables that were sampled.
    pub variables: Vec<VariableSummary>,
    /// Balance of its excitatory and inhibitory inputs, if both were sampled.
    pub balance: Option<Balance>,
}

/// Statistics of every population of which anything was recorded, over what was recorded or over the
/// window of the request.
///
/// # Errors
/// [`AnalyzeError::Nothing`]; [`AnalyzeError::Analysis`] for a window that holds nothing.
pub fn analyze(
    result: &ResultFile,
    request: &AnalysisRequest,
) -> Result<Vec<Analysis>, AnalyzeError> {
    let mut found = Vec::new();
    for recording in result.spike_recordings() {
        let window_ms = narrowed(request, recorded_ms(result, recording), &recording.population)?;
        let (spikes, course) = of_spikes(result, recording, window_ms, request)?;
        let mut analysis = of_samples(result, &recording.population, window_ms)?;
        (analysis.spikes, analysis.course) = (Some(spikes), Some(course));
        found.push(analysis);
    }
    for report in result.reports() {
        if found.iter().any(|analysis| analysis.population == report.population) {
            continue;
        }
        let window_ms = narrowed(request, sampled_ms(report), &report.population)?;
        found.push(of_samples(result, &report.population, window_ms)?);
    }
    match found.is_empty() {
        true => Err(AnalyzeError::Nothing { path: result.path().display().to_string() }),
        false => Ok(found),
    }
}

/// The window of the request as far as something was recorded; a rate over more would be too low.
fn narrowed(
    request: &AnalysisRequest,
    (from, to): (f64, f64),
    population: &str,
) -> Result<(f64, f64), AnalyzeError> {
    let (start, stop) = request.window_ms.unwrap_or((from, to));
    let fault = |source| AnalyzeError::Analysis { population: population.to_owned(), source };
    Window::new(start, stop).map_err(fault)?;
    if start < to && stop > from {
        return Ok((start.max(from), stop.min(to)));
    }
    Err(AnalyzeError::Outside {
        population: population.to_owned(),
        start_ms: start,
        stop_ms: stop,
        recorded_from_ms: from,
        recorded_to_ms: to,
    })
}

/// What was sampled of one population.
fn of_samples(
    result: &ResultFile,
    population: &str,
    window_ms: (f64, f64),
) -> Result<Analysis, AnalyzeError> {
    Ok(Analysis {
        population: population.to_owned(),
        window_ms,
        spikes: None,
        course: None,
        variables: variables::of_population(result, population, window_ms)?,
        balance: balance::of_population(result, population, window_ms)?,
    })
}

fn of_spikes(
    result: &ResultFile,
    recording: &SpikeRecording,
    (start, stop): (f64, f64),
    request: &AnalysisRequest,
) -> Result<(PopulationSummary, Course), AnalyzeError> {
    let name = &recording.population;
    let fault = |source| AnalyzeError::Analysis { population: name.clone(), source };
    let window = Window::new(start, stop).map_err(fault)?;
    // A window includes its end, a query does not.
    let until = stop + 0.5 * result.metadata().dt_ms;
    let query = SpikeQuery::default().from_ms(start).until_ms(until);
    let lists = result.spikes(name, &query)?.trains(recording.size as usize);
    let recorded: Vec<&[f64]> = match &recording.neurons {
        None => lists.iter().map(Vec::as_slice).collect(),
        Some(list) => list.iter().map(|n| lists[*n as usize].as_slice()).collect(),
    };
    let trains = SpikeTrains::from_lists(&recorded, window).map_err(fault)?;
    let course = Course::of(&trains, (start, stop), request).map_err(fault)?;
    Ok((PopulationSummary::new(&trains, request.options).map_err(fault)?, course))
}

/// From the beginning to the end of a recording of spikes `[ms]`.
fn recorded_ms(result: &ResultFile, recording: &SpikeRecording) -> (f64, f64) {
    let metadata = result.metadata();
    let ms = |step: u64| step as f64 * metadata.dt_ms;
    let stop = recording.stop_step.map_or(metadata.simulated_ms, ms);
    // A run that was killed has come as far as its last commit says, which may be nowhere.
    let known = metadata.simulated_ms > 0.0 || metadata.status == Status::Running;
    let reached = if known { metadata.simulated_ms } else { stop };
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
        if let Some(spikes) = &self.spikes {
            object.insert("rate_quartiles_hz".into(), json!(spikes.rate_quartiles_hz));
        }
        let mut variables = Map::new();
        for variable in &self.variables {
            variables.insert(variable.name(), variable.json());
        }
        for figure in self.figures().into_iter().filter(|figure| figure.variable.is_none()) {
            // `windows_hz.bump` goes into the object `windows_hz`.
            match figure.key.split_once('.') {
                None => {
                    object.insert(figure.key.clone(), figure.json());
                }
                Some((part, key)) => {
                    let part = object.entry(part).or_insert_with(|| json!({}));
                    if let Value::Object(part) = part {
                        part.insert(key.into(), figure.json());
                    }
                }
            }
        }
        object.insert("variables".into(), Value::Object(variables));
        Value::Object(object)
    }
}
