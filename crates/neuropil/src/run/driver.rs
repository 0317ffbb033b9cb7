//! Running an experiment.

use std::path::PathBuf;
use std::time::Instant;

use neuropil_core::Observer;
use neuropil_network::description::{Dynamics, Network, Population};
use neuropil_network::engine::{Options, RunError, Simulation, SynapseCache, estimate};

use super::failure::RunFailure;
use super::job::{Done, Job, Stopped, threads};
use super::machine::memory_limit_bytes;
use super::progress::Progress;
use super::summary::Summary;
use super::{provenance, recordings};
use crate::experiment::Experiment;
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
        self.run_with(options, None, tell)
    }

    /// As [`run`](Self::run), with the synapses of other runs if they are the same: the result is that
    /// of a run alone.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_sharing(
        &self,
        options: &RunOptions,
        synapses: &SynapseCache,
        tell: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Summary, RunFailure> {
        self.run_with(options, Some(synapses), tell)
    }

    fn run_with(
        &self,
        options: &RunOptions,
        synapses: Option<&SynapseCache>,
        tell: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Summary, RunFailure> {
        if self.has_cells() {
            return self.run_cables(options, tell);
        }
        let model = self.network()?;
        self.refuse_too_large(&model, options)?;
        let network = &model.network;
        let job = Job {
            declared: recordings::declare(network),
            provenance: provenance::of(self, &model)?,
            plots: model.plots.clone(),
            analysis: model.analysis.clone(),
            shapes: Vec::new(),
            clock: network.clock,
            warmup_steps: model.warmup_steps,
            steps: model.steps(),
            neurons: modelled(network).map(|p| u64::from(p.size)).sum(),
            populations: modelled(network).map(|p| (p.name.clone(), p.size)).collect(),
            warnings: model.warnings.clone(),
        };
        let threads = threads(options, model.threads);
        job.run(options, tell, |observer| self.simulate(&model, threads, synapses, observer))
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

    fn simulate(
        &self,
        model: &Model,
        threads: usize,
        synapses: Option<&SynapseCache>,
        observer: &mut dyn Observer,
    ) -> Result<Done, Stopped> {
        let begin = Instant::now();
        let how = Options { threads, ..Options::default() };
        let built = match synapses {
            Some(cache) => Simulation::build_sharing(&model.network, how, cache),
            None => Simulation::build_with(&model.network, how),
        };
        let mut simulation =
            built.map_err(|error| (Box::new(self.error(model.locate(error)).into()), 0.0))?;
        let build_s = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let outcome = simulation.run(model.steps(), observer);
        let simulate_s = begin.elapsed().as_secs_f64();
        let outcome = outcome.map_err(|error| {
            let reached_ms = model.network.clock.ms(simulation.step());
            let failure = match error {
                RunError::Record(source) => RunFailure::Record { reached_ms, source },
                fault => RunFailure::State(fault),
            };
            (Box::new(failure), reached_ms)
        })?;
        let built = simulation.statistics();
        let (synapses, threads) = (built.synapses, built.threads);
        Ok(Done { step: outcome.step, synapses, threads, build_s, simulate_s })
    }
}

/// Populations with dynamics of their own.
pub(crate) fn modelled(network: &Network) -> impl Iterator<Item = &Population> {
    network.populations.iter().filter(|p| matches!(p.dynamics, Dynamics::Model { .. }))
}
