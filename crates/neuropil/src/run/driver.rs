//! Running an experiment.

use std::path::PathBuf;
use std::time::Instant;

use neuropil_core::Observer;
use neuropil_network::description::{Dynamics, Network, Population};
use neuropil_network::engine::{RunError, Simulation, estimate};
use neuropil_record::{
    Closing, CreateError, Output, Overwrite, Recordings, ResultFile, ResultWriter, SpikeStatistics,
    Status, Tee,
};

use super::failure::RunFailure;
use super::machine::{memory_limit_bytes, peak_memory_bytes};
use super::progress::{Progress, Watch};
use super::summary::{PopulationSummary, Summary};
use super::{provenance, recordings};
use crate::experiment::Experiment;
use crate::pictures::{self, PictureError};
use crate::resolve::Model;

/// How to run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunOptions {
    /// Result file; none is written without it.
    pub output: Option<PathBuf>,
    /// Replace an existing result and its pictures.
    pub force: bool,
    /// Threads; what the experiment says if `None`, all processors if it says nothing.
    pub threads: Option<usize>,
    /// Most bytes that the network may take; what the machine has if `None`.
    pub memory_limit_bytes: Option<u64>,
}

impl Experiment {
    /// Builds the network, runs it, records, and sums up. `tell` hears of the progress and ends the
    /// run early, keeping what was recorded, by returning `false`.
    ///
    /// # Errors
    /// [`RunFailure`]. What was recorded before a failure of the run is kept in the result file.
    ///
    /// ```
    /// use neuropil::prelude::*;
    /// let text = "
    /// [simulation]
    /// duration = '300 ms'
    /// [populations.neuron]
    /// model = 'iaf_psc_delta'
    /// params = { I_e = '500 pA' }
    /// ";
    /// let experiment = Experiment::parse(text, "hello.toml")?;
    /// let summary = experiment.run(&RunOptions::default(), &mut |_| true)?;
    /// assert_eq!(summary.spikes, 18);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(
        &self,
        options: &RunOptions,
        tell: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Summary, RunFailure> {
        let model = self.network()?;
        self.refuse_too_large(&model, options)?;
        let declared = recordings::declare(&model.network);
        let pictures = match &options.output {
            Some(output) => {
                let paths = pictures::paths(output, &model.plots);
                refuse_existing(&paths, options)?;
                paths
            }
            None => Vec::new(),
        };
        let mut writer = self.writer(&model, &declared, options)?;
        let run = self.simulate(&model, &declared, writer.as_mut(), options, tell);
        let (mut summary, closing) = match run {
            Ok(done) => done,
            Err((failure, reached_ms)) => {
                if let Some(writer) = writer {
                    let message = chain(&failure);
                    let closing = Closing {
                        failure: Some(message),
                        ..Closing::new(Status::Failed, reached_ms)
                    };
                    // The failure at hand is the one to report.
                    let _ = writer.finish(closing);
                }
                return Err(failure);
            }
        };
        let reached_ms = closing.simulated_ms;
        if let Some(writer) = writer {
            let path = writer
                .finish(closing)
                .map_err(|source| RunFailure::Record { reached_ms, source })?;
            if !pictures.is_empty() {
                let result = ResultFile::open(&path).map_err(PictureError::from)?;
                pictures::save(&result, &model.plots, &pictures)?;
            }
            summary.output = Some(path);
        }
        summary.peak_memory_mb = peak_memory_bytes().map(|bytes| bytes as f64 / 1e6);
        summary.pictures = pictures;
        Ok(summary)
    }

    fn refuse_too_large(&self, model: &Model, options: &RunOptions) -> Result<(), RunFailure> {
        let estimated =
            estimate(&model.network).map_err(|error| self.error(model.locate(error)))?;
        let limit = options.memory_limit_bytes.or_else(memory_limit_bytes);
        match limit {
            Some(limit) if estimated.bytes > limit as f64 => Err(RunFailure::Memory {
                needed_mb: estimated.bytes / 1e6,
                limit_mb: limit as f64 / 1e6,
            }),
            _ => Ok(()),
        }
    }

    fn writer(
        &self,
        model: &Model,
        declared: &Recordings,
        options: &RunOptions,
    ) -> Result<Option<ResultWriter>, RunFailure> {
        let Some(path) = &options.output else {
            declared.check().map_err(CreateError::from)?;
            return Ok(None);
        };
        let overwrite = if options.force { Overwrite::WhenComplete } else { Overwrite::Refuse };
        let output = Output { overwrite, ..Output::new(path) };
        refuse_existing(std::slice::from_ref(path), options)?;
        let provenance = provenance::of(self, model)?;
        Ok(Some(ResultWriter::create(&output, declared, &provenance)?))
    }

    /// Builds and steps. A failure comes with the time that was reached.
    fn simulate(
        &self,
        model: &Model,
        declared: &Recordings,
        writer: Option<&mut ResultWriter>,
        options: &RunOptions,
        tell: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(Summary, Closing), (RunFailure, f64)> {
        let network = &model.network;
        let clock = network.clock;
        let threads = options.threads.or(model.threads).unwrap_or_else(processors);
        tell(Progress::Building);
        let begin = Instant::now();
        let mut simulation = Simulation::build(network, threads)
            .map_err(|error| (self.error(model.locate(error)).into(), 0.0))?;
        let build_s = begin.elapsed().as_secs_f64();
        let mut statistics = SpikeStatistics::after(declared, model.warmup_steps);
        let mut watch = Watch { tell, steps: model.steps() };
        let begin = Instant::now();
        let outcome = {
            let mut tee = Tee::new().and(&mut statistics).and(&mut watch);
            if let Some(writer) = writer {
                tee = tee.and(writer as &mut dyn Observer);
            }
            simulation.run(model.steps(), &mut tee)
        };
        let simulate_s = begin.elapsed().as_secs_f64();
        let outcome = outcome.map_err(|error| {
            let reached_ms = clock.ms(simulation.step());
            let failure = match error {
                RunError::Record(source) => RunFailure::Record { reached_ms, source },
                fault => RunFailure::State(fault),
            };
            (failure, reached_ms)
        })?;
        let reached_ms = clock.ms(outcome.step);
        let status = if outcome.interrupted { Status::Interrupted } else { Status::Complete };
        let timings_s = vec![("build".into(), build_s), ("simulate".into(), simulate_s)];
        let closing = Closing { timings_s, ..Closing::new(status, reached_ms) };
        let populations = populations(network, declared, &statistics, outcome.step);
        let summary = Summary {
            neurons: neurons(network),
            synapses: simulation.statistics().synapses,
            duration_ms: clock.ms(outcome.step.saturating_sub(model.warmup_steps)),
            build_s,
            simulate_s,
            real_time_factor: simulate_s / (reached_ms * 1e-3),
            peak_memory_mb: None,
            spikes: (0..declared.spikes.len()).map(|k| statistics.count(k)).sum(),
            threads: simulation.statistics().threads,
            seed: network.seed,
            output: None,
            populations,
            interrupted: outcome.interrupted,
            warnings: model.warnings.clone(),
            pictures: Vec::new(),
        };
        Ok((summary, closing))
    }
}

/// Neurons with a model of their own.
fn neurons(network: &Network) -> u64 {
    let modelled = |p: &&Population| matches!(p.dynamics, Dynamics::Model { .. });
    network.populations.iter().filter(modelled).map(|p| u64::from(p.size)).sum()
}

fn populations(
    network: &Network,
    declared: &Recordings,
    statistics: &SpikeStatistics,
    until: u64,
) -> Vec<PopulationSummary> {
    let modelled = |p: &&Population| matches!(p.dynamics, Dynamics::Model { .. });
    network
        .populations
        .iter()
        .filter(modelled)
        .map(|population| {
            let k = declared.spikes.iter().position(|s| s.population == population.name);
            PopulationSummary {
                name: population.name.clone(),
                size: population.size,
                rate_hz: k.and_then(|k| statistics.rate_hz(k, until)),
                cv_isi: k.and_then(|k| statistics.mean_cv(k, 2)),
            }
        })
        .collect()
}

fn refuse_existing(paths: &[PathBuf], options: &RunOptions) -> Result<(), RunFailure> {
    match paths.iter().find(|path| !options.force && path.exists()) {
        Some(path) => Err(CreateError::Exists { path: path.clone() }.into()),
        None => Ok(()),
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A message and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
