//! From a description to workers: who owns which neurons, and the synapses onto them.

use std::ops::Range;
use std::sync::Arc;

use neuropil_core::random::key;

use super::history::History;
use super::panel::Panel;
use super::part::{Current, Part, PoissonDrive, Scratch, Source};
use super::reading::Reading;
use super::recorder::{Columns, Heard, Recorder, SampleProbe, Sampling, SpikeProbe};
use super::simulation::Options;
use super::worker::{Index, Probe, Worker};
use crate::connect::LazySources;
use crate::delivery::{self, PANEL, Route, Storage, SynapseCache};
use crate::description::{
    Connection, Drive, Dynamics, Input, ModelError, Network, Population, Process, Recording, Rule,
    Waveform, Window,
};
use crate::devices::{CurrentDrive, NoiseDrive, PoissonSampler, Spiking};
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
        Dynamics::Generator(generator) => {
            let key = key(network.seed, "source", p as u64);
            Source::Generator(Spiking::new(generator, population.size, network.clock, key))
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
                let incoming = delivery::build(&recipe, &place);
                complete(c, &incoming, &place.panel).map(|()| incoming)
            })
            .collect::<Result<Vec<_>, _>>()?;
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

/// Refuses an in-degree that a spatial profile could not satisfy.
fn complete(
    connection: &Connection,
    incoming: &delivery::Incoming,
    panel: &Range<u32>,
) -> Result<(), ModelError> {
    let Rule::SpatialIndegree { indegree, .. } = &connection.rule else { return Ok(()) };
    let target = connection.target;
    let from = panel.start.max(target.first);
    let to = panel.end.min(target.first + target.count);
    let wanted = *indegree as usize * to.saturating_sub(from) as usize;
    if incoming.synapses == wanted {
        return Ok(());
    }
    let missing = wanted - incoming.synapses;
    Err(ModelError::Connection {
        name: connection.name.clone(),
        what: format!(
            "{missing} synapses find no source: some targets have fewer than {indegree} sources \
             where the profile is above 0"
        ),
    })
}

/// A Poisson device, as a part or a recording of its events needs it.
fn poisson_drive(
    input: &Input,
    index: usize,
    signs: Signs,
    network: &Network,
) -> Option<PoissonDrive> {
    let Drive::Poisson { rate_hz, weight, at_most_one } = &input.drive else { return None };
    let key = key(network.seed, "input", index as u64);
    let mean = match rate_hz {
        Waveform::Constant(rate) => rate * network.clock.dt_ms() * 1e-3,
        _ => 0.0,
    };
    let sampler = match at_most_one {
        false => PoissonSampler::new(key, mean),
        true => PoissonSampler::at_most_one(key, mean),
    };
    let slice = input.target.slice;
    Some(PoissonDrive {
        sampler,
        rate_hz: rate_hz.clone(),
        weight: *weight,
        route: Route::new(input.target.channel, signs),
        targets: slice.first..slice.first + slice.count,
        delay: u64::from(input.delay),
        window: input.window,
    })
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
        Drive::Poisson { .. } => {
            part.poisson.extend(poisson_drive(input, index, signs, network));
        }
        Drive::Current(waveform) => {
            part.currents.push((port, shared(waveform.clone(), Vec::new())))
        }
        Drive::CurrentEach { each, course } => {
            part.currents.push((port, shared(course.clone(), each.clone())));
        }
        Drive::Noise { mean, std, std_mod, frequency_hz, phase_deg, every, course } => {
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
                    course: course.clone(),
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
    variables: Vec<Reading>,
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
            variables: self
                .variables
                .iter()
                .map(|v| v.part(range.start as usize..range.end as usize))
                .collect(),
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
                    heard: Heard::Population(*population),
                    neurons: neurons.clone(),
                    window: *window,
                    steps: Vec::new(),
                    ids: Vec::new(),
                });
            }
            Recording::Events { input, neurons, window } => {
                let device = network.inputs.get(*input);
                let drive = device.and_then(|i| poisson_drive(i, *input, Signs::Together, network));
                let Some(drive) = drive else {
                    let population = device.map_or_else(String::new, |i| i.name.clone());
                    let what = "only Poisson inputs have events".into();
                    return Err(ModelError::Recording { population, what });
                };
                recorder.spikes.push(SpikeProbe {
                    heard: Heard::Input(Box::new(drive)),
                    neurons: neurons.clone(),
                    window: *window,
                    steps: Vec::new(),
                    ids: Vec::new(),
                });
            }
            Recording::Activity { population, neurons, every, window } => {
                let size = neurons.indices(network.populations[*population].size).len() as f64;
                let (population, neurons) = (*population, neurons.clone());
                let content = Columns::Activity { population, neurons, size, count: 0 };
                recorder.samples.push(single(content, *every, *window));
            }
            Recording::Course { course, every, window, .. } => {
                recorder.samples.push(single(Columns::Course(course.clone()), *every, *window));
            }
            Recording::Samples { population, neurons, variables, every, offset, window } => {
                let pop = &network.populations[*population];
                let sampling = Sampling { every: *every, offset: *offset, window: *window };
                let neurons = neurons.indices(pop.size);
                let variables = variables
                    .iter()
                    .map(|name| Reading::new(pop, name))
                    .collect::<Result<Vec<_>, _>>()?;
                recorder.samples.push(SampleProbe {
                    content: Columns::State,
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

/// A recording with one column that does not come from the workers.
fn single(content: Columns, every: u64, window: Window) -> SampleProbe {
    SampleProbe {
        content,
        sampling: Sampling { every, offset: window.start, window },
        neurons: 1,
        variables: 1,
        steps: Vec::new(),
        values: Vec::new(),
    }
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
            return fail("a source of spikes cannot receive input".into());
        }
        if let Some(channel) = c.channel.filter(|k| *k >= n) {
            return fail(format!("the target has {n} input channels, no number {channel}"));
        }
    }
    for i in &network.inputs {
        let fail = |what: String| Err(ModelError::Input { name: i.name.clone(), what });
        let listens = network.populations.get(i.target.slice.population).and_then(model).is_some();
        if !holds(&i.target.slice) || !listens {
            return fail(
                "its target is empty, beyond its population, or a source of spikes".into(),
            );
        }
        if i.delay < 1 {
            return fail("a delay must be at least one step".into());
        }
        match &i.drive {
            Drive::CurrentEach { each, .. } if each.len() != i.target.slice.count as usize => {
                let n = i.target.slice.count;
                return fail(format!("{} currents for {n} neurons", each.len()));
            }
            Drive::Noise { every: 0, .. } => return fail("dt must be at least one step".into()),
            Drive::Poisson { .. } if channels(i.target.slice.population) == 0 => {
                return fail("the model of its target has no receptors".into());
            }
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
        let (population, neurons) = match r {
            Recording::Spikes { population, neurons, .. }
            | Recording::Activity { population, neurons, .. }
            | Recording::Samples { population, neurons, .. } => (population, neurons),
            Recording::Events { input, neurons, .. } => match network.inputs.get(*input) {
                Some(input) => (&input.target.slice.population, neurons),
                None => continue,
            },
            Recording::Course { .. } => continue,
        };
        let Some(pop) = network.populations.get(*population) else { continue };
        let fail = |what| Err(ModelError::Recording { population: pop.name.clone(), what });
        let list = neurons.indices(pop.size);
        if let Some(n) = list.iter().find(|n| **n >= pop.size) {
            return fail(format!("neuron {n} is beyond the {} neurons", pop.size));
        }
        if !list.is_sorted() {
            return fail("neurons must be listed in ascending order".into());
        }
        if matches!(r, Recording::Samples { every: 0, .. } | Recording::Activity { every: 0, .. }) {
            return fail("the interval must be at least one step".into());
        }
    }
    for pop in &network.populations {
        if let Dynamics::Generator(generator) = &pop.dynamics {
            process(&generator.process, pop)?;
        }
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

/// Checks a random process.
fn process(process: &Process, population: &Population) -> Result<(), ModelError> {
    let fail = |what: String| Err(ModelError::Input { name: population.name.clone(), what });
    match process {
        Process::Poisson { rate_hz: Waveform::Constant(rate), .. }
        | Process::Correlated { rate_hz: Waveform::Constant(rate), .. }
            if !(*rate >= 0.0 && rate.is_finite()) =>
        {
            fail(format!("a rate must be finite and not below 0, found {rate} Hz"))
        }
        Process::Correlated { correlation, .. } if !(0.0..=1.0).contains(correlation) => {
            fail(format!("a correlation must lie in [0, 1], found {correlation}"))
        }
        Process::Frames { every: 0, .. } => fail("a frame must last at least one step".into()),
        Process::Frames { rates_hz, .. } => {
            let size = population.size as usize;
            if rates_hz.is_empty() || !rates_hz.len().is_multiple_of(size) {
                return fail(format!("{} rates are no frames of {size}", rates_hz.len()));
            }
            match rates_hz.iter().position(|r| !(*r >= 0.0 && r.is_finite())) {
                Some(k) => {
                    let (frame, neuron) = (k / size, k % size);
                    let found = rates_hz[k];
                    fail(format!(
                        "rate of neuron {neuron} in frame {frame} must be finite and not below 0, \
                         found {found} Hz"
                    ))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
