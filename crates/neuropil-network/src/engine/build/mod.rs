//! From a description to workers: who owns which neurons, and the synapses onto them.

mod check;
mod devices;
mod part;
mod recordings;

use std::ops::Range;
use std::sync::Arc;

use super::history::History;
use super::outbox::Found;
use super::part::{Part, Scratch};
use super::recorder::Recorder;
use super::simulation::Options;
use super::worker::{Index, Probe, Worker};
use crate::connect::LazySources;
use crate::delivery::{self, SynapseCache};
use crate::description::{Dynamics, ModelError, Network, Population};
use crate::neurons::{BLOCK, Model};

/// Everything that a simulation is made of.
pub(super) struct Built {
    pub workers: Vec<Worker>,
    pub index: Index,
    pub recorder: Recorder,
    pub probes: Vec<Arc<Vec<Probe>>>,
    pub slice: u64,
    pub synapses: u64,
    pub bytes: u64,
    pub delays: Option<(u32, u32)>,
}

/// Longest slice when delays do not bound it; keeps buffers small and progress lively.
const LONGEST_SLICE: u64 = 64;

/// Builds all workers, each on its own thread.
///
/// # Errors
/// The first thing found wrong, in the order of the description.
pub(super) fn build(
    network: &Network,
    options: Options,
    cache: Option<&SynapseCache>,
) -> Result<Built, ModelError> {
    let threads = options.threads.max(1);
    check::check(network)?;
    let sources = network
        .connections
        .iter()
        .enumerate()
        .map(|(k, c)| LazySources::new(c, network.seed, k))
        .collect::<Result<Vec<_>, _>>()?;
    let ranges: Vec<Vec<Range<u32>>> =
        network.populations.iter().enumerate().map(|(p, pop)| divide(pop, p, threads)).collect();
    let (recorder, wanted) = recordings::recorder(network)?;
    let task = |w: usize| -> Result<(Vec<Part>, Vec<Probe>), ModelError> {
        let mut parts = Vec::new();
        let mut probes = Vec::new();
        for (p, ranges) in ranges.iter().enumerate() {
            if !ranges[w].is_empty() {
                probes.extend(wanted.iter().filter_map(|q| q.on(p, &ranges[w], parts.len())));
                let storage = (options.storage, cache);
                parts.push(part::part(network, &sources, p, ranges[w].clone(), storage)?);
            }
        }
        Ok((parts, probes))
    };
    let made: Vec<_> = std::thread::scope(|scope| {
        let task = &task;
        let others: Vec<_> = (1..threads).map(|w| scope.spawn(move || task(w))).collect();
        let mut made = vec![task(0)];
        made.extend(others.into_iter().map(|h| match h.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }));
        made
    });
    let made = made.into_iter().collect::<Result<Vec<_>, _>>()?;

    let incoming = || {
        made.iter()
            .flat_map(|(parts, _)| parts)
            .flat_map(|part| &part.panels)
            .flat_map(|panel| &panel.incoming)
    };
    let delays = incoming().filter_map(delivery::Incoming::delays).fold(None, |all, (a, b)| {
        let (min, max) = all.unwrap_or((a, b));
        Some((a.min(min), b.max(max)))
    });
    let slice = delays.map_or(LONGEST_SLICE, |(min, _)| u64::from(min).min(LONGEST_SLICE));
    let ring = delays.map_or(1, |(_, max)| max as usize) + slice as usize;
    let synapses = incoming().map(|i| i.synapses as u64).sum();
    let bytes = incoming().map(|i| i.bytes() as u64).sum();
    let index = made
        .iter()
        .map(|(parts, _)| parts.iter().map(|part| (part.population, part.first)).collect())
        .collect();
    let mut workers = Vec::new();
    let mut probes = Vec::new();
    for (parts, own) in made {
        let own = Arc::new(own);
        probes.push(Arc::clone(&own));
        let history = History::new(network.populations.len(), ring);
        let (clock, scratch) = (network.clock, Scratch::default());
        let found = Found::new(parts.len(), slice as usize, own.len());
        workers.push(Worker { parts, probes: own, found, history, scratch, clock });
    }
    Ok(Built { workers, index, recorder, probes, slice, synapses, bytes, delays })
}

/// The ranges of a population, one per worker, cut at whole blocks. Odd populations give the odd
/// block to the last worker, even ones to the first, so that sizes even out.
fn divide(population: &Population, p: usize, workers: usize) -> Vec<Range<u32>> {
    if model(population).is_none() {
        let whole = p % workers;
        return (0..workers).map(|w| if w == whole { 0..population.size } else { 0..0 }).collect();
    }
    let blocks = (population.size as usize).div_ceil(BLOCK);
    let round = if p.is_multiple_of(2) { workers - 1 } else { 0 };
    let cut = |w: usize| {
        let blocks = if w == workers { blocks } else { (blocks * w + round) / workers };
        ((blocks * BLOCK) as u32).min(population.size)
    };
    (0..workers).map(|w| cut(w)..cut(w + 1)).collect()
}

fn model(population: &Population) -> Option<&Model> {
    match &population.dynamics {
        Dynamics::Model { model, .. } => Some(model),
        Dynamics::Trains(_) | Dynamics::Generator(_) => None,
    }
}
