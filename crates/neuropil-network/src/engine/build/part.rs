//! The part of a population that one worker owns: its neurons, and the synapses onto them.

use std::collections::BTreeMap;
use std::ops::Range;

use neuropil_core::random::key;

use super::devices::attach;
use super::model;
use crate::connect::LazySources;
use crate::delivery::{self, PANEL, Storage, SynapseCache};
use crate::description::{Column, Connection, Dynamics, ModelError, Network, Rule};
use crate::devices::Spiking;
use crate::engine::panel::Panel;
use crate::engine::part::{Part, Source};
use crate::neurons::{Build, Model, Signs};

/// Neurons `range` of population `p`.
///
/// # Errors
/// Whatever the model or a connection refuses.
pub(super) fn part(
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
            let own = |all: &BTreeMap<String, Column>| {
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
    let channels = model(population).map_or(0, |m| m.channels().len());
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
        panels.push(Panel::new(begin..end, incoming, channels));
        begin = end;
    }
    let mut part = Part {
        population: p,
        first: range.start,
        arch: pulp::Arch::new(),
        source,
        channels,
        panels,
        poisson: Vec::new(),
        currents: Vec::new(),
        clamps: Vec::new(),
    };
    for (k, input) in network.inputs.iter().enumerate() {
        if input.target.slice.population == p {
            attach(&mut part, input, k, signs, network);
        }
    }
    part.allow_direct();
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
