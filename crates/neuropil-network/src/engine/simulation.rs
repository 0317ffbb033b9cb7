//! A built network that can be advanced.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use neuropil_core::{Clock, Observer, RecordError};
use thiserror::Error;

use super::barrier::Barrier;
use super::build::{self, Built};
use super::outbox::Outbox;
use super::part::PlacedFault;
use super::recorder::Recorder;
use super::worker::Worker;
use crate::delivery::{Storage, SynapseCache};
use crate::description::{ModelError, Network};

/// Why a run ended before its time.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RunError {
    #[error(
        "neuron {neuron} of {population} left the range of its model at {t_ms} ms: \
         {variable} = {value}"
    )]
    Fault { population: String, neuron: u32, t_ms: f64, variable: String, value: f64 },
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// How to build. None of it changes a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Workers, at least one.
    pub threads: usize,
    /// How homogeneous synapses are kept.
    pub storage: Storage,
}

impl Default for Options {
    /// One worker, the storage that fits.
    fn default() -> Self {
        Self { threads: 1, storage: Storage::Auto }
    }
}

/// What building produced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuildStatistics {
    /// Synapses between neurons.
    pub synapses: u64,
    /// Bytes that they take.
    pub synapse_bytes: u64,
    /// Shortest delay in steps; `None` without synapses.
    pub min_delay: Option<u32>,
    /// Longest delay in steps.
    pub max_delay: Option<u32>,
    /// Workers.
    pub threads: usize,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Steps done since the simulation was built.
    pub step: u64,
    /// Whether the observer ended it early.
    pub interrupted: bool,
}

/// A network in the middle of its life. It is a value: several can live in one process.
///
/// ```
/// use std::collections::BTreeMap;
/// use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
/// use neuropil_network::description::*;
/// use neuropil_network::{engine::Simulation, neurons};
///
/// #[derive(Default)]
/// struct Count(usize);
/// impl Observer for Count {
///     fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
///         self.0 += block.neurons.len();
///         Ok(())
///     }
///     fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
///         Ok(())
///     }
/// }
///
/// let parameters = BTreeMap::from([("I_e".to_string(), Column::Same(500.0))]);
/// let model = neurons::find("iaf_psc_delta").unwrap().into();
/// let dynamics = Dynamics::Model { model, parameters, initial: BTreeMap::new() };
/// let network = Network {
///     clock: Clock::new(0.1).unwrap(),
///     seed: 1,
///     populations: vec![Population { name: "one".into(), size: 1, dynamics }],
///     connections: vec![],
///     inputs: vec![],
///     recordings: vec![Recording::Spikes {
///         population: 0,
///         neurons: Neurons::All,
///         window: Window::ALWAYS,
///     }],
/// };
/// let mut spikes = Count::default();
/// Simulation::build(&network, 1)?.run(3000, &mut spikes).unwrap();
/// assert_eq!(spikes.0, 18); // as NEST 3.10
/// # Ok::<(), ModelError>(())
/// ```
pub struct Simulation {
    clock: Clock,
    names: Vec<String>,
    step: u64,
    slice: u64,
    statistics: BuildStatistics,
    built: Built,
}

/// What the workers share during a run.
struct Shared {
    barrier: Barrier,
    /// Two boxes per worker, used in turn: one is read while the other is filled.
    boxes: [Vec<RwLock<Outbox>>; 2],
    /// Set during a slice of that parity, obeyed after it.
    stop: [AtomicBool; 2],
    fault: Mutex<Option<PlacedFault>>,
}

/// Spikes and values gathered before the observer is called.
const BATCH: usize = 1 << 14;

/// Steps between two calls of [`Observer::progress`], at least.
const PROGRESS: u64 = 50;

impl Simulation {
    /// Builds a network for `threads` workers (at least one). The result of a run does not depend
    /// on their number.
    ///
    /// # Errors
    /// [`ModelError`] for whatever the description asks for that cannot be.
    pub fn build(network: &Network, threads: usize) -> Result<Self, ModelError> {
        Self::build_with(network, Options { threads, storage: Storage::Auto })
    }

    /// Builds a network in a given way.
    ///
    /// # Errors
    /// As [`Simulation::build`].
    pub fn build_with(network: &Network, options: Options) -> Result<Self, ModelError> {
        Self::of(network, options, None)
    }

    /// Builds a network whose synapses it may have in common with others. The result of a run does
    /// not depend on what the cache holds.
    ///
    /// # Errors
    /// As [`Simulation::build`].
    pub fn build_sharing(
        network: &Network,
        options: Options,
        cache: &SynapseCache,
    ) -> Result<Self, ModelError> {
        Self::of(network, options, Some(cache))
    }

    fn of(
        network: &Network,
        options: Options,
        cache: Option<&SynapseCache>,
    ) -> Result<Self, ModelError> {
        let threads = options.threads.max(1);
        let built = build::build(network, options, cache)?;
        let statistics = BuildStatistics {
            synapses: built.synapses,
            synapse_bytes: built.bytes,
            min_delay: built.delays.map(|d| d.0),
            max_delay: built.delays.map(|d| d.1),
            threads,
        };
        let names = network.populations.iter().map(|p| p.name.clone()).collect();
        Ok(Self { clock: network.clock, names, step: 0, slice: built.slice, statistics, built })
    }

    /// What building produced.
    pub fn statistics(&self) -> BuildStatistics {
        self.statistics
    }

    /// Steps done so far.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Advances by `steps`; many short runs are one long run.
    ///
    /// # Errors
    /// [`RunError::Fault`] if a state became impossible, [`RunError::Record`] if the observer could
    /// not keep what it was given. What was found before that has been handed to the observer.
    pub fn run(&mut self, steps: u64, observer: &mut dyn Observer) -> Result<Outcome, RunError> {
        let end = self.step + steps;
        let Built { workers, index, recorder, probes, .. } = &mut self.built;
        let boxes = || {
            let new = |w: &Worker| RwLock::new(Outbox::new(self.slice as usize, w.probes.len()));
            workers.iter().map(new).collect()
        };
        let shared = Shared {
            barrier: Barrier::new(workers.len()),
            boxes: [boxes(), boxes()],
            stop: [AtomicBool::new(false), AtomicBool::new(false)],
            fault: Mutex::new(None),
        };
        let (begin, slice) = (self.step, self.slice);
        let course = Course { begin, end, slice, shared: &shared, index, probes };
        let Some((first, others)) = workers.split_first_mut() else {
            return Ok(Outcome { step: end, interrupted: false });
        };
        let (reached, record) = std::thread::scope(|scope| {
            for (k, worker) in others.iter_mut().enumerate() {
                let course = &course;
                scope.spawn(move || course.follow(k + 1, worker, None));
            }
            course.follow(0, first, Some((recorder, observer)))
        });
        self.step = reached;
        recorder.flush(observer)?;
        record?;
        if let Some(found) = shared.fault.into_inner().ok().flatten() {
            return Err(RunError::Fault {
                population: self.names[found.population].clone(),
                neuron: found.neuron,
                t_ms: self.clock.ms(found.step + 1),
                variable: found.fault.variable.into(),
                value: found.fault.value,
            });
        }
        Ok(Outcome { step: reached, interrupted: reached < end })
    }
}

/// One run as all workers see it.
struct Course<'a> {
    begin: u64,
    end: u64,
    slice: u64,
    shared: &'a Shared,
    index: &'a super::worker::Index,
    probes: &'a [std::sync::Arc<Vec<super::worker::Probe>>],
}

impl Course<'_> {
    /// The life of one worker; returns the step that was reached. The first worker also records.
    fn follow(
        &self,
        own: usize,
        worker: &mut Worker,
        mut record: Option<(&mut Recorder, &mut dyn Observer)>,
    ) -> (u64, Result<(), RecordError>) {
        let shared = self.shared;
        let _guard = shared.barrier.guard();
        let mut result = Ok(());
        let (mut step, mut parity, mut told) = (self.begin, 0, self.begin);
        let mut last: Option<std::ops::Range<u64>> = None;
        while step < self.end {
            let steps = step..(step + self.slice).min(self.end);
            if let Some(last) = last.take() {
                let recorder = record.as_mut().map(|(r, _)| &mut **r);
                self.read((own, 1 - parity), worker, last, recorder);
            }
            if let Some((recorder, observer)) = &mut record {
                let due = step >= told + PROGRESS;
                if due {
                    told = step;
                }
                // Who hears of a step has everything up to it.
                if due || recorder.pending() > BATCH {
                    result = recorder.flush(*observer);
                }
                if result.is_err() || (due && !observer.progress(step)) {
                    shared.stop[parity].store(true, Ordering::Relaxed);
                }
            }
            if let Err(found) = worker.advance(steps.clone()) {
                self.report(found, parity);
            }
            if let Ok(mut outbox) = shared.boxes[parity][own].write() {
                outbox.take(&mut worker.found);
            }
            step = steps.end;
            last = Some(steps);
            if !shared.barrier.wait(own) || shared.stop[parity].load(Ordering::Relaxed) {
                break;
            }
            parity = 1 - parity;
        }
        if let Some(last) = last {
            // The parity has moved on unless the loop was left early.
            let stopped = shared.stop[parity].load(Ordering::Relaxed);
            let filled = if stopped { parity } else { 1 - parity };
            let recorder = record.as_mut().map(|(r, _)| &mut **r);
            self.read((own, filled), worker, last, recorder);
        }
        if let Some((_, observer)) = &mut record {
            observer.progress(step);
        }
        (step, result)
    }

    /// Lets a worker, and the recorder if it has one, read what all have found in the slice `steps`.
    fn read(
        &self,
        (own, parity): (usize, usize),
        worker: &mut Worker,
        steps: std::ops::Range<u64>,
        recorder: Option<&mut Recorder>,
    ) {
        let boxes = &self.shared.boxes[parity];
        worker.ingest(own, boxes, self.index, steps.clone());
        if let Some(recorder) = recorder {
            worker.record(recorder, boxes, steps, self.probes);
        }
    }

    /// Keeps the earliest fault and stops everybody after this slice.
    fn report(&self, found: PlacedFault, parity: usize) {
        let place = |f: &PlacedFault| (f.step, f.population, f.neuron);
        if let Ok(mut fault) = self.shared.fault.lock()
            && fault.as_ref().is_none_or(|f| place(&found) < place(f))
        {
            *fault = Some(found);
        }
        self.shared.stop[parity].store(true, Ordering::Relaxed);
    }
}
