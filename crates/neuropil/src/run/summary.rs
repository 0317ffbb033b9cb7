//! What a run reports when it is done.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::analyze::Analysis;

/// Figures of a run. Statistics are over what was recorded after the warm-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Neurons; lists of spikes are not counted.
    pub neurons: u64,
    /// Synapses between neurons.
    pub synapses: u64,
    /// Model time after the warm-up that was reached `[ms]`.
    pub duration_ms: f64,
    /// Wall time of building `[s]`.
    pub build_s: f64,
    /// Wall time of stepping, recording included `[s]`.
    pub simulate_s: f64,
    /// Wall time of stepping over model time, the warm-up included.
    pub real_time_factor: f64,
    /// Largest memory that the process has held `[MB = 10⁶ bytes]`, if the system tells.
    pub peak_memory_mb: Option<f64>,
    /// Spikes recorded.
    pub spikes: u64,
    /// Threads.
    pub threads: usize,
    /// Seed.
    pub seed: u64,
    /// The result file, if one was written.
    pub output: Option<PathBuf>,
    /// Every population whose spikes were recorded.
    pub populations: Vec<PopulationSummary>,
    /// Whether the run was ended early at the user's wish.
    pub interrupted: bool,
    /// What was overlooked or changed.
    pub warnings: Vec<String>,
    /// Pictures that were drawn.
    pub pictures: Vec<PathBuf>,
    /// What there is to say of the pictures: tables behind them, deviations from a reference.
    pub remarks: Vec<String>,
    /// What `[analysis]` asks for.
    pub analysis: Vec<Analysis>,
}

/// Figures of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationSummary {
    /// Name.
    pub name: String,
    /// Neurons in the population.
    pub size: u32,
    /// Mean rate of the recorded neurons `[spikes/s]`; `None` if nothing was recorded.
    pub rate_hz: Option<f64>,
    /// Mean coefficient of variation of the interspike intervals, over the recorded neurons with at
    /// least two intervals; `None` if there is none.
    pub cv_isi: Option<f64>,
}

impl Summary {
    /// As one JSON object. Scripts rely on its keys.
    pub fn json(&self) -> Value {
        let populations: Map<String, Value> = self
            .populations
            .iter()
            .map(|p| {
                let figures = json!({ "size": p.size, "rate_hz": p.rate_hz, "cv_isi": p.cv_isi });
                (p.name.clone(), figures)
            })
            .collect();
        json!({
            "neurons": self.neurons,
            "synapses": self.synapses,
            "duration_ms": self.duration_ms,
            "build_s": self.build_s,
            "simulate_s": self.simulate_s,
            "real_time_factor": self.real_time_factor,
            "peak_memory_mb": self.peak_memory_mb,
            "spikes": self.spikes,
            "threads": self.threads,
            "seed": self.seed,
            "output": self.output.as_ref().map(|path| path.display().to_string()),
            "populations": populations,
        })
    }
}
