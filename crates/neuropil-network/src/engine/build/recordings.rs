//! What is recorded, and who has it.

use std::ops::Range;

use super::devices::poisson_drive;
use crate::description::{
    Dynamics, Generator, ModelError, Network, Population, Process, Recording, Window,
};
use crate::engine::reading::Reading;
use crate::engine::recorder::{Columns, Heard, Recorder, SampleProbe, Sampling, SpikeProbe};
use crate::engine::worker::Probe;
use crate::neurons::Signs;

/// A sampled recording before it is divided among workers.
pub(super) struct Wanted {
    recording: usize,
    population: usize,
    neurons: Vec<u32>,
    variables: Vec<Reading>,
    sampling: Sampling,
}

impl Wanted {
    /// The share of the worker that owns `range`.
    pub(super) fn on(&self, population: usize, range: &Range<u32>, part: usize) -> Option<Probe> {
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

/// The recorder, and the sampled recordings that workers have a share in.
///
/// # Errors
/// [`ModelError::Recording`] for what cannot be recorded.
pub(super) fn recorder(network: &Network) -> Result<(Recorder, Vec<Wanted>), ModelError> {
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
            Recording::Rates { population, neurons, every, window } => {
                let population = &network.populations[*population];
                let Some((frame, rates_hz)) = frames_of(population) else {
                    let (population, what) = (population.name.clone(), "its neurons share a rate");
                    return Err(ModelError::Recording { population, what: what.into() });
                };
                let list = neurons.indices(population.size);
                let rows = rates_hz.chunks(population.size as usize);
                let rates_hz = rows.flat_map(|row| list.iter().map(|n| row[*n as usize])).collect();
                let content = Columns::Rates { every: frame, rates_hz };
                let probe = single(content, *every, *window);
                recorder.samples.push(SampleProbe { neurons: list.len(), ..probe });
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

/// Steps per frame, and the rates of all neurons of every frame, of sources that differ.
fn frames_of(population: &Population) -> Option<(u64, &[f64])> {
    match &population.dynamics {
        Dynamics::Generator(Generator { process: Process::Frames { every, rates_hz }, .. }) => {
            Some((*every, rates_hz))
        }
        _ => None,
    }
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
