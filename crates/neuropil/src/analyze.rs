//! Statistics of a result.

pub use neuropil_analysis::summary::SummaryOptions;
use neuropil_analysis::{AnalysisError, PopulationSummary, SpikeTrains, Window};
use neuropil_record::reader::SpikeQuery;
use neuropil_record::{ReadError, ResultFile, SpikeRecording};
use serde_json::{Value, json};
use thiserror::Error;

/// Why a result cannot be analysed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum AnalyzeError {
    #[error("no spikes were recorded in {path}")]
    NoSpikes { path: String },
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
    /// The figures.
    pub summary: PopulationSummary,
}

/// Statistics of every population whose spikes were recorded, over what was recorded or over
/// `window_ms`.
///
/// # Errors
/// [`AnalyzeError::NoSpikes`]; [`AnalyzeError::Analysis`] for a window that holds nothing.
pub fn analyze(
    result: &ResultFile,
    window_ms: Option<(f64, f64)>,
    options: SummaryOptions,
) -> Result<Vec<Analysis>, AnalyzeError> {
    if result.spike_recordings().is_empty() {
        return Err(AnalyzeError::NoSpikes { path: result.path().display().to_string() });
    }
    let of = |recording: &SpikeRecording| {
        let (start, stop) = window_ms.unwrap_or_else(|| recorded_ms(result, recording));
        let population = recording.population.clone();
        let analysis = |source| AnalyzeError::Analysis { population: population.clone(), source };
        let window = Window::new(start, stop).map_err(analysis)?;
        let query = SpikeQuery::default().from_ms(start).until_ms(stop);
        let spikes = result.spikes(&recording.population, &query)?;
        let lists = spikes.trains(recording.size as usize);
        let recorded: Vec<&[f64]> = match &recording.neurons {
            None => lists.iter().map(Vec::as_slice).collect(),
            Some(list) => list.iter().map(|n| lists[*n as usize].as_slice()).collect(),
        };
        let trains = SpikeTrains::from_lists(&recorded, window).map_err(analysis)?;
        let summary = PopulationSummary::new(&trains, options).map_err(analysis)?;
        Ok(Analysis { population: recording.population.clone(), window_ms: (start, stop), summary })
    };
    result.spike_recordings().iter().map(of).collect()
}

/// From the beginning to the end of a recording `[ms]`.
fn recorded_ms(result: &ResultFile, recording: &SpikeRecording) -> (f64, f64) {
    let metadata = result.metadata();
    let ms = |step: u64| step as f64 * metadata.dt_ms;
    let stop = recording.stop_step.map_or(metadata.simulated_ms, ms);
    let reached = if metadata.simulated_ms > 0.0 { metadata.simulated_ms } else { stop };
    (ms(recording.start_step), stop.min(reached))
}

impl Analysis {
    /// As a JSON object; what is not defined is null.
    pub fn json(&self) -> Value {
        let s = &self.summary;
        json!({
            "population": self.population,
            "window_ms": [self.window_ms.0, self.window_ms.1],
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
        })
    }
}
