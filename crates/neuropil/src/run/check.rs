//! What would be built, without building it.

use neuropil_network::description::{
    Dynamics, ModelError, Network, Neurons, Population, Recording,
};
use neuropil_network::engine::estimate;

use super::machine::memory_limit_bytes;
use super::provenance::{model_name, rule_name};
use crate::experiment::{Experiment, ExperimentError};
use crate::resolve::Model;

/// What would be built.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Title of the experiment.
    pub title: Option<String>,
    /// Neurons; lists of spikes are not counted.
    pub neurons: u64,
    /// Synapses; the mean for random rules.
    pub synapses: f64,
    /// Bytes of synapses.
    pub synapse_bytes: f64,
    /// Bytes in all.
    pub bytes: f64,
    /// Most bytes that this machine allows, if it tells.
    pub memory_limit_bytes: Option<u64>,
    /// Shortest delay `[ms]`, if all are fixed.
    pub min_delay_ms: Option<f64>,
    /// Step `[ms]`.
    pub dt_ms: f64,
    /// Time before recording begins `[ms]`.
    pub warmup_ms: f64,
    /// Time after the warm-up `[ms]`.
    pub duration_ms: f64,
    /// Seed.
    pub seed: u64,
    /// Populations.
    pub populations: Vec<PopulationCheck>,
    /// Projections.
    pub projections: Vec<ProjectionCheck>,
    /// Devices.
    pub inputs: Vec<String>,
    /// Recordings, in words.
    pub recordings: Vec<String>,
    /// What was overlooked or changed.
    pub warnings: Vec<String>,
}

/// A population that would be built.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationCheck {
    /// Name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Model.
    pub model: String,
}

/// A projection that would be built.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectionCheck {
    /// Name.
    pub name: String,
    /// Rule.
    pub rule: &'static str,
    /// Synapses; the mean for random rules.
    pub synapses: f64,
}

impl Check {
    /// Whether this machine has too little memory.
    pub fn exceeds_memory(&self) -> bool {
        self.memory_limit_bytes.is_some_and(|limit| self.bytes > limit as f64)
    }
}

impl Experiment {
    /// Says what would be built, without building it.
    ///
    /// # Errors
    /// The first fault of the experiment, with its place.
    pub fn check(&self) -> Result<Check, ExperimentError> {
        let mut model = self.network()?;
        check(&mut model).map_err(|error| self.error(model.locate(error)))
    }
}

fn check(model: &mut Model) -> Result<Check, ModelError> {
    let network = &mut model.network;
    let clock = network.clock;
    let estimated = estimate(network)?;
    let recordings = network.recordings.iter().map(|r| in_words(r, network)).collect();
    let inputs = network.inputs.iter().map(|input| input.name.clone()).collect();
    let mut projections = Vec::new();
    // One by one, moved and not copied: a list of pairs may be large.
    for connection in std::mem::take(&mut network.connections) {
        let (name, rule) = (connection.name.clone(), rule_name(&connection.rule));
        network.connections = vec![connection];
        projections.push(ProjectionCheck { name, rule, synapses: estimate(network)?.synapses });
    }
    let trains = |p: &&Population| !matches!(p.dynamics, Dynamics::Model { .. });
    let listed: u64 = network.populations.iter().filter(trains).map(|p| u64::from(p.size)).sum();
    let population = |p: &Population| PopulationCheck {
        name: p.name.clone(),
        size: p.size,
        model: model_name(&p.dynamics).to_owned(),
    };
    Ok(Check {
        title: model.title.clone(),
        neurons: estimated.neurons - listed,
        synapses: estimated.synapses,
        synapse_bytes: estimated.synapse_bytes,
        bytes: estimated.bytes,
        memory_limit_bytes: memory_limit_bytes(),
        min_delay_ms: estimated.min_delay.map(|steps| clock.ms(u64::from(steps))),
        dt_ms: clock.dt_ms(),
        warmup_ms: clock.ms(model.warmup_steps),
        duration_ms: clock.ms(model.duration_steps),
        seed: network.seed,
        populations: network.populations.iter().map(population).collect(),
        projections,
        inputs,
        recordings,
        warnings: model.warnings.clone(),
    })
}

fn in_words(recording: &Recording, network: &Network) -> String {
    let clock = network.clock;
    let of = |population: usize, neurons: &Neurons| {
        let population = &network.populations[population];
        match neurons {
            Neurons::All => format!("all {} neurons of {}", population.size, population.name),
            part => {
                let count = part.indices(population.size).len();
                format!("{count} of {} neurons of {}", population.size, population.name)
            }
        }
    };
    match recording {
        Recording::Spikes { population, neurons, .. } => {
            format!("spikes of {}", of(*population, neurons))
        }
        Recording::Events { input, neurons, .. } => {
            let input = &network.inputs[*input];
            format!("events of {} at {}", input.name, of(input.target.slice.population, neurons))
        }
        Recording::Activity { population, neurons, every, .. } => {
            format!("rate of {}, every {} ms", of(*population, neurons), clock.ms(*every))
        }
        Recording::Rates { population, neurons, every, .. } => {
            let every = clock.ms(*every);
            format!("given rates of {}, every {every} ms", of(*population, neurons))
        }
        Recording::Course { name, unit, every, .. } => {
            format!("course of {name} [{unit}], every {} ms", clock.ms(*every))
        }
        Recording::Samples { population, neurons, variables, every, .. } => {
            let every = clock.ms(*every);
            format!("{} of {}, every {every} ms", variables.join(", "), of(*population, neurons))
        }
    }
}
