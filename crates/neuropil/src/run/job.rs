//! What every run has in common, whatever it simulates: recording, finishing, summing up.

use std::path::{Path, PathBuf};

use neuropil_core::{Clock, Observer};
use neuropil_record::{
    Closing, CreateError, Output, Overwrite, Provenance, Recordings, ResultFile, ResultWriter,
    SpikeStatistics, Status, Tee,
};

use super::driver::RunOptions;
use super::failure::RunFailure;
use super::machine::peak_memory_bytes;
use super::progress::{Progress, Watch};
use super::summary::{PopulationSummary, Summary};
use crate::analyze::{Analysis, AnalyzeError, analyze};
use crate::pictures::{self, CellShape, PictureError};
use crate::resolve::{AnalysisRequest, PlotRequest};

/// A run before it begins.
#[derive(Debug)]
pub(super) struct Job {
    pub declared: Recordings,
    pub provenance: Provenance,
    pub plots: Vec<PlotRequest>,
    pub analysis: Option<AnalysisRequest>,
    /// Cells, for pictures over their morphology.
    pub shapes: Vec<CellShape>,
    pub clock: Clock,
    pub warmup_steps: u64,
    pub steps: u64,
    pub neurons: u64,
    /// Name and size of every population with dynamics of its own.
    pub populations: Vec<(String, u32)>,
    pub warnings: Vec<String>,
}

/// What the engine did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub step: u64,
    pub synapses: u64,
    pub threads: usize,
    pub build_s: f64,
    pub simulate_s: f64,
}

/// A failure and the model time that was reached before it `[ms]`.
pub(super) type Stopped = (Box<RunFailure>, f64);

impl Job {
    /// Runs `engine` with everything that listens to it, and closes the result.
    pub fn run(
        self,
        options: &RunOptions,
        tell: &mut dyn FnMut(Progress) -> bool,
        engine: impl FnOnce(&mut dyn Observer) -> Result<Done, Stopped>,
    ) -> Result<Summary, RunFailure> {
        let paths = match &options.output {
            Some(output) => pictures::paths(output, &self.plots),
            None => Vec::new(),
        };
        refuse_existing(&paths, options)?;
        let mut writer = self.writer(options)?;
        let mut statistics = SpikeStatistics::after(&self.declared, self.warmup_steps);
        tell(Progress::Building);
        let done = {
            let mut watch = Watch { tell, steps: self.steps };
            let mut tee = Tee::new().and(&mut statistics).and(&mut watch);
            if let Some(writer) = &mut writer {
                tee = tee.and(writer);
            }
            engine(&mut tee)
        };
        let done = match done {
            Ok(done) => done,
            Err((failure, reached_ms)) => {
                if let Some(writer) = writer {
                    let message = Some(chain(failure.as_ref()));
                    let closing = Closing::new(Status::Failed, reached_ms);
                    // The failure at hand is the one to report.
                    let _ = writer.finish(Closing { failure: message, ..closing });
                }
                return Err(*failure);
            }
        };
        let mut summary = self.summary(&done, &statistics);
        if let Some(writer) = writer {
            let (result, remarks) = self.finish(writer, &done, &paths)?;
            summary.remarks = remarks;
            summary.analysis = self.analyze(&result)?;
            summary.output = Some(result);
            summary.pictures = paths;
        }
        summary.peak_memory_mb = peak_memory_bytes().map(|bytes| bytes as f64 / 1e6);
        Ok(summary)
    }

    fn writer(&self, options: &RunOptions) -> Result<Option<ResultWriter>, RunFailure> {
        let Some(path) = &options.output else {
            self.declared.check().map_err(CreateError::from)?;
            return Ok(None);
        };
        let overwrite = if options.force { Overwrite::WhenComplete } else { Overwrite::Refuse };
        let output = Output { overwrite, ..Output::new(path) };
        Ok(Some(ResultWriter::create(&output, &self.declared, &self.provenance)?))
    }

    /// Closes the result and draws its pictures.
    fn finish(
        &self,
        writer: ResultWriter,
        done: &Done,
        paths: &[PathBuf],
    ) -> Result<(PathBuf, Vec<String>), RunFailure> {
        let reached_ms = self.clock.ms(done.step);
        let status = if done.step < self.steps { Status::Interrupted } else { Status::Complete };
        let timings_s = vec![("build".into(), done.build_s), ("simulate".into(), done.simulate_s)];
        let closing = Closing { timings_s, ..Closing::new(status, reached_ms) };
        let path =
            writer.finish(closing).map_err(|source| RunFailure::Record { reached_ms, source })?;
        if paths.is_empty() {
            return Ok((path, Vec::new()));
        }
        let result = ResultFile::open(&path).map_err(PictureError::from)?;
        let remarks = pictures::save(&result, &self.plots, paths, &self.shapes)?;
        Ok((path, remarks))
    }

    fn analyze(&self, result: &Path) -> Result<Vec<Analysis>, RunFailure> {
        let Some(request) = &self.analysis else { return Ok(Vec::new()) };
        let result = ResultFile::open(result).map_err(AnalyzeError::from)?;
        Ok(analyze(&result, request)?)
    }

    fn summary(&self, done: &Done, statistics: &SpikeStatistics) -> Summary {
        let populations = self.populations.iter().map(|(name, size)| {
            let k = self.declared.spikes.iter().position(|s| s.population == *name);
            PopulationSummary {
                name: name.clone(),
                size: *size,
                rate_hz: k.and_then(|k| statistics.rate_hz(k, done.step)),
                cv_isi: k.and_then(|k| statistics.mean_cv(k, 2)),
            }
        });
        Summary {
            neurons: self.neurons,
            synapses: done.synapses,
            duration_ms: self.clock.ms(done.step.saturating_sub(self.warmup_steps)),
            build_s: done.build_s,
            simulate_s: done.simulate_s,
            real_time_factor: done.simulate_s / (self.clock.ms(done.step) * 1e-3),
            peak_memory_mb: None,
            spikes: (0..self.declared.spikes.len()).map(|k| statistics.count(k)).sum(),
            threads: done.threads,
            seed: self.provenance.seed,
            output: None,
            populations: populations.collect(),
            interrupted: done.step < self.steps,
            warnings: self.warnings.clone(),
            pictures: Vec::new(),
            remarks: Vec::new(),
            analysis: Vec::new(),
        }
    }
}

/// The threads asked for, or one for each processor.
pub(super) fn threads(options: &RunOptions, experiment: Option<usize>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    options.threads.or(experiment).unwrap_or_else(processors)
}

fn refuse_existing(paths: &[PathBuf], options: &RunOptions) -> Result<(), RunFailure> {
    match paths.iter().find(|path| !options.force && path.exists()) {
        Some(path) => Err(CreateError::Exists { path: path.clone() }.into()),
        None => Ok(()),
    }
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
