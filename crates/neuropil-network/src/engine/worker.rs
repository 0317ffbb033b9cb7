//! One worker: its parts, its view of the past, its slice.

use std::sync::{Arc, RwLock};

use neuropil_core::Clock;

use super::history::History;
use super::outbox::{Found, Outbox};
use super::part::{Part, PlacedFault, Scratch, Source};
use super::reading::Reading;
use super::recorder::{Columns, Recorder, Sampling};

/// The neurons of a part that a sampled recording wants.
pub(super) struct Probe {
    /// Which sampled recording.
    pub recording: usize,
    /// When.
    pub sampling: Sampling,
    /// Which part of the worker.
    pub part: usize,
    /// Neurons within the part.
    pub neurons: Vec<usize>,
    /// Position of the first of them among the recording's neurons.
    pub position: usize,
    /// How each recorded value follows from the state.
    pub variables: Vec<Reading>,
}

/// A worker owns parts of populations; nobody else touches them.
pub(super) struct Worker {
    pub parts: Vec<Part>,
    pub probes: Arc<Vec<Probe>>,
    /// What it found in the slice under way or in the last one.
    pub found: Found,
    pub history: History,
    pub scratch: Scratch,
    pub clock: Clock,
}

/// Worker after worker, population and first neuron of each of its parts. Of the parts of one population
/// those of earlier workers come first.
pub(super) type Index = Vec<Vec<(usize, u32)>>;

impl Worker {
    /// Reads what it found itself, and the outboxes of the others, of the slice `steps`, into the history.
    pub fn ingest(
        &mut self,
        own: usize,
        boxes: &[RwLock<Outbox>],
        index: &Index,
        steps: std::ops::Range<u64>,
    ) {
        for step in steps.clone() {
            self.history.begin(step);
        }
        for (worker, (outbox, parts)) in boxes.iter().zip(index).enumerate() {
            let outbox = if worker == own { None } else { outbox.read().ok() };
            for (part, (population, first)) in parts.iter().enumerate() {
                for (slot, step) in steps.clone().enumerate() {
                    let spikes = match &outbox {
                        None if worker == own => self.found.spikes[part][slot].as_slice(),
                        None => &[],
                        Some(outbox) => outbox.spikes(part, slot),
                    };
                    self.history.extend(*population, step, spikes.iter().map(|n| first + n));
                }
            }
        }
    }

    /// Hands what was read last to the recorder.
    pub fn record(
        &self,
        recorder: &mut Recorder,
        boxes: &[RwLock<Outbox>],
        steps: std::ops::Range<u64>,
        probes: &[Arc<Vec<Probe>>],
    ) {
        for step in steps.clone() {
            for (population, spikes) in self.history.of_step(step) {
                if !spikes.is_empty() {
                    recorder.take(population, step + 1, spikes);
                }
            }
            recorder.end_step(step + 1, self.clock);
        }
        if recorder.samples.iter().any(|sampled| matches!(sampled.content, Columns::State))
            && let Ok(boxes) = boxes.iter().map(RwLock::read).collect::<Result<Vec<_>, _>>()
        {
            gather_samples(recorder, &boxes, probes, steps);
        }
    }

    /// Advances all parts through the slice, and keeps the spikes and samples that it finds.
    ///
    /// # Errors
    /// The earliest fault, ties resolved by population and neuron.
    pub fn advance(&mut self, steps: std::ops::Range<u64>) -> Result<(), PlacedFault> {
        let out = &mut self.found;
        out.clear();
        let mut worst: Option<PlacedFault> = None;
        for (p, part) in self.parts.iter_mut().enumerate() {
            if !matches!(part.source, Source::Model(_)) {
                for (slot, step) in steps.clone().enumerate() {
                    part.send(step, &mut out.spikes[p][slot]);
                }
                continue;
            }
            reserve_samples(&self.probes, p, steps.clone(), out);
            for panel in 0..part.panels.len() {
                let range = part.panels[panel].range.clone();
                let probed = self.probes.iter().any(|q| q.part == p);
                let mut frames = vec![0usize; if probed { self.probes.len() } else { 0 }];
                for (slot, step) in steps.clone().enumerate() {
                    let spikes = &mut out.spikes[p][slot];
                    let done = part.advance(
                        panel,
                        step,
                        self.clock,
                        &self.history,
                        &mut self.scratch,
                        spikes,
                    );
                    if let Err(fault) = done {
                        let place = |f: &PlacedFault| (f.step, f.population, f.neuron);
                        if worst.as_ref().is_none_or(|w| place(&fault) < place(w)) {
                            worst = Some(fault);
                        }
                        break;
                    }
                    let Source::Model(neurons) = &part.source else { continue };
                    if !probed {
                        continue;
                    }
                    let probes = self.probes.iter().enumerate().filter(|(_, q)| q.part == p);
                    for (q, probe) in probes {
                        if !probe.sampling.due(step + 1) {
                            continue;
                        }
                        let width = probe.neurons.len() * probe.variables.len();
                        let frame = &mut out.samples[q][frames[q] * width..][..width];
                        frames[q] += 1;
                        for (v, variable) in probe.variables.iter().enumerate() {
                            let row = &mut frame[v * probe.neurons.len()..][..probe.neurons.len()];
                            for (value, n) in row.iter_mut().zip(&probe.neurons) {
                                if range.contains(n) {
                                    *value = variable.of(neurons.as_ref(), *n);
                                }
                            }
                        }
                    }
                }
            }
        }
        worst.map_or(Ok(()), Err)
    }
}

/// Makes room for the frames of a slice.
fn reserve_samples(probes: &[Probe], part: usize, steps: std::ops::Range<u64>, out: &mut Found) {
    for (q, probe) in probes.iter().enumerate().filter(|(_, q)| q.part == part) {
        let frames = steps.clone().filter(|step| probe.sampling.due(step + 1)).count();
        out.samples[q].resize(frames * probe.neurons.len() * probe.variables.len(), 0.0);
    }
}

/// Joins the columns of all workers into frames.
fn gather_samples(
    recorder: &mut Recorder,
    boxes: &[std::sync::RwLockReadGuard<'_, Outbox>],
    all_probes: &[Arc<Vec<Probe>>],
    steps: std::ops::Range<u64>,
) {
    for (recording, sampled) in recorder.samples.iter_mut().enumerate() {
        if !matches!(sampled.content, Columns::State) {
            continue;
        }
        let begin = sampled.values.len();
        let due: Vec<u64> =
            steps.clone().map(|s| s + 1).filter(|s| sampled.sampling.due(*s)).collect();
        if due.is_empty() {
            continue;
        }
        let columns = sampled.neurons * sampled.variables;
        sampled.values.resize(begin + due.len() * columns, 0.0);
        for (outbox, probes) in boxes.iter().zip(all_probes) {
            let wanted = probes.iter().enumerate().filter(|(_, p)| p.recording == recording);
            for (q, probe) in wanted {
                let n = probe.neurons.len();
                for (k, row) in outbox.samples[q].chunks_exact(n).enumerate() {
                    let (frame, variable) = (k / sampled.variables, k % sampled.variables);
                    let at = begin + frame * columns + variable * sampled.neurons + probe.position;
                    sampled.values[at..at + n].copy_from_slice(row);
                }
            }
        }
        sampled.steps.extend(due);
    }
}
