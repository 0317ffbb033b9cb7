//! From a description to workers: who owns which neurons, and the synapses onto them.

use std::ops::Range;
use std::sync::Arc;

use neuropil_core::random::key;

use super::history::History;
use super::panel::Panel;
use super::part::{Current, Part, PoissonDrive, Scratch, Source};
use super::recorder::{Recorder, SampleProbe, Sampling, SpikeProbe};
use super::simulation::Options;
use super::worker::{Index, Probe, Worker};
use crate::connect::LazySources;
use crate::delivery::{self, PANEL, Route, Storage, SynapseCache};
use crate::description::{
    Connection, Drive, Dynamics, Input, ModelError, Network, Population, Recording, Waveform,
};
use crate::devices::{CurrentDrive, NoiseDrive, PoissonSampler};
use crate::neurons::{BLOCK, Build, Model, Signs};

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
    check(network)?;
    let sources = network
        .connections
        .iter()
        .enumerate()
        .map(|(k, c)| LazySources::new(c, network.seed, k))
        .collect::<Result<Vec<_>, _>>()?;
    let ranges: Vec<Vec<Range<u32>>> =
        network.populations.iter().enumerate().map(|(p, pop)| divide(pop, p, threads)).collect();
    let (recorder, wanted) = recorder(network)?;
    let task = |w: usize| -> Result<(Vec<Part>, Vec<Probe>), ModelError> {
        let mut parts = Vec::new();
        let mut probes = Vec::new();
        for (p, ranges) in ranges.iter().enumerate() {
            if !ranges[w].is_empty() {
                probes.extend(wanted.iter().filter_map(|q| q.on(p, &ranges[w], parts.len())));
                let storage = (options.storage, cache);
                parts.push(part(network, &sources, p, ranges[w].clone(), storage)?);
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
    let index = (0..network.populations.len())
        .map(|p| {
            let parts = made.iter().enumerate().flat_map(|(w, (parts, _))| {
                parts.iter().enumerate().map(move |(k, part)| (w, k, part.population, part.first))
            });
            parts.filter(|(_, _, q, _)| *q == p).map(|(w, k, _, first)| (w, k, first)).collect()
        })
        .collect();
    let mut workers = Vec::new();
    let mut probes = Vec::new();
    for (parts, own) in made {
        let own = Arc::new(own);
        probes.push(Arc::clone(&own));
        let history = History::new(network.populations.len(), ring);
        let (clock, scratch) = (network.clock, Scratch::default());
        workers.push(Worker { parts, probes: own, history, scratch, clock });
    }
    Ok(Built { workers, index, recorder, probes, slice, synapses, bytes, delays })
}

/// The ranges of a population, one per worker, cut at whole blocks. Odd populations give the odd
/// block to the last worker, even ones to the first, so that sizes even out.
fn divide(population: &Population, p: usize, workers: usize) -> Vec<Range<u32>> {
    if let Dynamics::Trains(_) = population.dynamics {
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
        Dynamics::Trains(_) => None,
    }
}

fn part(
    network: &Network,
    sources: &[LazySources<'_>],
    p: usize,
    range: Range<u32>,
    (storage, cache): (Storage, Option<&SynapseCache>),
) -> Result<Part, ModelError> {
    let population = &network.populations[p];
    let len = (range.end - range.start) as usize;
    let source = match &population.dynamics {
        Dynamics::Model { model, parameters, initial } => {
            let within = range.start as usize..range.end as usize;
            let own = |all: &std::collections::BTreeMap<String, crate::description::Column>| {
                all.iter().map(|(k, c)| (k.clone(), c.part(within.clone()))).collect()
            };
            let build = Build {
                parameters: &own(parameters),
                initial: &own(initial),
                size: len,
                first: range.start,
                clock: network.clock,
                key: key(network.seed, "neurons", p as u64),
            };
            Source::Model(model.build(&build)?)
        }
        Dynamics::Trains(trains) => {
            let mut spikes: Vec<_> =
                trains.steps.iter().copied().zip(trains.neurons.iter().copied()).collect();
            spikes.sort_unstable();
            Source::Trains { spikes, next: 0 }
        }
    };
    let signs = model(population).map_or(Signs::Together, Model::signs);
    let mut panels = Vec::new();
    let mut begin = 0;
    while begin < len && model(population).is_some() {
        let end = (begin + PANEL).min(len);
        let place = delivery::Place { panel: range.start + begin as u32..range.start + end as u32 };
        let onto = |c: &Connection| {
            c.target.population == p
                && c.target.first < place.panel.end
                && place.panel.start < c.target.first + c.target.count
        };
        let connections = network.connections.iter().enumerate().filter(|(_, c)| onto(c));
        let incoming = connections
            .map(|(k, c)| {
                let recipe = delivery::Recipe {
                    connection: c,
                    index: k,
                    sources: &sources[k],
                    signs,
                    clock: network.clock,
                    seed: network.seed,
                    storage,
                    cache,
                };
                delivery::build(&recipe, &place)
            })
            .collect();
        panels.push(Panel::new(begin..end, incoming));
        begin = end;
    }
    let mut part = Part {
        population: p,
        first: range.start,
        arch: pulp::Arch::new(),
        source,
        panels,
        poisson: Vec::new(),
        currents: Vec::new(),
    };
    for (k, input) in network.inputs.iter().enumerate() {
        if input.target.slice.population == p {
            attach(&mut part, input, k, signs, network);
        }
    }
    Ok(part)
}

/// Adds a device to a part.
fn attach(part: &mut Part, input: &Input, index: usize, signs: Signs, network: &Network) {
    let slice = input.target.slice;
    let targets = slice.first..slice.first + slice.count;
    let (delay, window, dt_ms) = (u64::from(input.delay), input.window, network.clock.dt_ms());
    let port = input.target.channel.unwrap_or(0).min(1);
    let key = key(network.seed, "input", index as u64);
    let shared = |waveform, each| {
        let targets = targets.clone();
        Current::Shared(CurrentDrive { targets, waveform, each, delay, window, dt_ms })
    };
    match &input.drive {
        Drive::Poisson { rate_hz, weight } => {
            let mean = match rate_hz {
                Waveform::Constant(rate) => rate * dt_ms * 1e-3,
                _ => 0.0,
            };
            part.poisson.push(PoissonDrive {
                sampler: PoissonSampler::new(key, mean),
                rate_hz: rate_hz.clone(),
                weight: *weight,
                route: Route::new(input.target.channel, signs),
                targets,
                delay,
                window,
            });
        }
        Drive::Current(waveform) => {
            part.currents.push((port, shared(waveform.clone(), Vec::new())))
        }
        Drive::CurrentEach(each) => {
            part.currents.push((port, shared(Waveform::Constant(1.0), each.clone())));
        }
        Drive::Noise { mean, std, std_mod, frequency_hz, phase_deg, every } => {
            part.currents.push((
                port,
                Current::Noise(NoiseDrive {
                    targets,
                    mean: *mean,
                    std: *std,
                    std_mod: *std_mod,
                    frequency_hz: *frequency_hz,
                    phase_deg: *phase_deg,
                    every: *every,
                    delay,
                    window,
                    dt_ms,
                    key,
                }),
            ));
        }
    }
}

/// A sampled recording before it is divided among workers.
struct Wanted {
    recording: usize,
    population: usize,
    neurons: Vec<u32>,
    variables: Vec<usize>,
    sampling: Sampling,
}

impl Wanted {
    /// The share of the worker that owns `range`.
    fn on(&self, population: usize, range: &Range<u32>, part: usize) -> Option<Probe> {
        if population != self.population {
            return None;
        }
        let from = self.neurons.partition_point(|n| *n < range.start);
        let to = self.neurons.partition_point(|n| *n < range.end);
        let local = |n: &u32| (n - range.start) as usize;
        (from < to).then(|| Probe {
            recording: self.recording,
            sampling: self.sampling,
            part,
            neurons: self.neurons[from..to].iter().map(local).collect(),
            position: from,
            variables: self.variables.clone(),
        })
    }
}

fn recorder(network: &Network) -> Result<(Recorder, Vec<Wanted>), ModelError> {
    let mut recorder = Recorder::default();
    let mut wanted = Vec::new();
    for recording in &network.recordings {
        match recording {
            Recording::Spikes { population, neurons, window } => {
                recorder.spikes.push(SpikeProbe {
                    population: *population,
                    neurons: neurons.clone(),
                    window: *window,
                    steps: Vec::new(),
                    ids: Vec::new(),
                });
            }
            Recording::Samples { population, neurons, variables, every, offset, window } => {
                let pop = &network.populations[*population];
                let sampling = Sampling { every: *every, offset: *offset, window: *window };
                let neurons = neurons.indices(pop.size);
                let variables = variable_indices(pop, variables)?;
                recorder.samples.push(SampleProbe {
                    sampling,
                    neurons: neurons.len(),
                    variables: variables.len(),
                    steps: Vec::new(),
                    values: Vec::new(),
                });
                let recording = recorder.samples.len() - 1;
                let population = *population;
                wanted.push(Wanted { recording, population, neurons, variables, sampling });
            }
        }
    }
    Ok((recorder, wanted))
}

fn variable_indices(population: &Population, names: &[String]) -> Result<Vec<usize>, ModelError> {
    let fault = |what| ModelError::Recording { population: population.name.clone(), what };
    let Some(model) = model(population) else {
        return Err(fault("a list of spikes has no state to sample".into()));
    };
    let variables = model.variables();
    let known = || variables.iter().map(|v| v.name);
    names
        .iter()
        .map(|name| {
            known().position(|v| v == name).ok_or_else(|| {
                let suggestion = neuropil_core::names::suggestion(name, known());
                fault(format!("{} has no variable \"{name}\"{suggestion}", model.name()))
            })
        })
        .collect()
}

/// Checks what refers to something else: slices, channels, recordings, spike lists.
fn check(network: &Network) -> Result<(), ModelError> {
    let size = |p: usize| network.populations.get(p).map(|p| p.size);
    let holds = |s: &crate::description::Slice| {
        size(s.population)
            .is_some_and(|n| s.count > 0 && u64::from(s.first) + u64::from(s.count) <= u64::from(n))
    };
    let channels =
        |p: usize| network.populations.get(p).and_then(model).map_or(0, |m| m.channels().len());
    for c in &network.connections {
        let fail = |what: String| Err(ModelError::Connection { name: c.name.clone(), what });
        if !holds(&c.source) || !holds(&c.target) {
            return fail("a side is empty or beyond its population".into());
        }
        let n = channels(c.target.population);
        if n == 0 {
            return fail("a list of spikes cannot receive input".into());
        }
        if let Some(channel) = c.channel.filter(|k| *k >= n) {
            return fail(format!("the target has {n} input channels, no number {channel}"));
        }
    }
    for i in &network.inputs {
        let fail = |what: String| Err(ModelError::Input { name: i.name.clone(), what });
        if !holds(&i.target.slice) || channels(i.target.slice.population) == 0 {
            return fail("its target is empty, beyond its population, or a list of spikes".into());
        }
        if i.delay < 1 {
            return fail("a delay must be at least one step".into());
        }
        match &i.drive {
            Drive::CurrentEach(each) if each.len() != i.target.slice.count as usize => {
                let n = i.target.slice.count;
                return fail(format!("{} currents for {n} neurons", each.len()));
            }
            Drive::Noise { every: 0, .. } => return fail("dt must be at least one step".into()),
            Drive::Poisson { weight, .. } if !weight.is_finite() => {
                return fail(format!("weight must be finite, found {weight}"));
            }
            Drive::Poisson { rate_hz: Waveform::Constant(rate), .. }
                if !(*rate >= 0.0 && rate.is_finite()) =>
            {
                return fail(format!("a rate must be finite and not below 0, found {rate} Hz"));
            }
            _ => {}
        }
    }
    for r in &network.recordings {
        let (Recording::Spikes { population, neurons, .. }
        | Recording::Samples { population, neurons, .. }) = r;
        let Some(pop) = network.populations.get(*population) else { continue };
        let fail = |what| Err(ModelError::Recording { population: pop.name.clone(), what });
        let list = neurons.indices(pop.size);
        if let Some(n) = list.iter().find(|n| **n >= pop.size) {
            return fail(format!("neuron {n} is beyond the {} neurons", pop.size));
        }
        if !list.is_sorted() {
            return fail("neurons must be listed in ascending order".into());
        }
        if matches!(r, Recording::Samples { every: 0, .. }) {
            return fail("the interval must be at least one step".into());
        }
    }
    for pop in &network.populations {
        if let Dynamics::Trains(trains) = &pop.dynamics {
            let fail = |what| Err(ModelError::Input { name: pop.name.clone(), what });
            if trains.steps.len() != trains.neurons.len() {
                return fail("as many times as neurons are needed".into());
            }
            if let Some(k) = trains.neurons.iter().position(|n| *n >= pop.size) {
                return fail(format!("spike {k}: neuron {} is out of range", trains.neurons[k]));
            }
            if let Some(k) = trains.steps.iter().position(|s| *s < 1) {
                return fail(format!("spike {k}: the first possible time is one step"));
            }
        }
    }
    Ok(())
}
