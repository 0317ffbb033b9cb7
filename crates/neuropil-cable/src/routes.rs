//! Where the spikes of each source go.

use crate::engine::Emitted;
use crate::engine::{Arrival, Group, Origin};
use crate::error::ModelError;
use crate::model::{CableModel, SpikeSource};

/// A connection as seen from its source.
#[derive(Debug, Clone, Copy)]
struct Route {
    delay: u32,
    connection: u32,
    group: u32,
    block: u32,
    instance: u32,
    arguments: u32,
}

/// A connection whose stored numbers its mechanism has to prepare.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) group: usize,
    pub(crate) block: u32,
    pub(crate) instance: u32,
    pub(crate) arguments: u32,
    pub(crate) count: usize,
}

/// All connections by source, and who records which source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes {
    /// First route of each source, and the number of routes.
    first: Vec<usize>,
    routes: Vec<Route>,
    /// First listener of each source, and their number: (recording, number in it).
    first_listener: Vec<usize>,
    listeners: Vec<(u32, u32)>,
    /// Shortest delay in steps.
    pub(crate) min_delay: Option<u64>,
    pub(crate) openings: Vec<Opening>,
}

/// Number of the first source of each cell, and of all: detectors, then point processes.
pub(crate) fn first_sources(model: &CableModel) -> Vec<u32> {
    let mut first = vec![0u32];
    for cell in &model.cells {
        let own = (cell.detectors() + cell.points()) as u32;
        first.push(first[first.len() - 1] + own);
    }
    first
}

fn number(model: &CableModel, first: &[u32], source: SpikeSource) -> usize {
    match source {
        SpikeSource::Detector { cell, detector } => first[cell] as usize + detector,
        SpikeSource::Point { cell, point } => {
            first[cell] as usize + model.cells[cell].detectors() + point
        }
    }
}

impl Routes {
    /// Sorts the model's connections by source; their arguments go to the groups of their targets.
    pub(crate) fn new(
        model: &CableModel,
        home: &[(usize, usize)],
        groups: &mut [Group],
    ) -> Result<Self, ModelError> {
        let first_source = first_sources(model);
        let sources = first_source[first_source.len() - 1] as usize;
        let mut made = Self::default();
        let mut by_source: Vec<(usize, Route)> = Vec::with_capacity(model.connections.len());
        for (k, connection) in model.connections.iter().enumerate() {
            let delay = model.clock.delay_steps(connection.delay_ms)?;
            made.min_delay =
                Some(made.min_delay.map_or(u64::from(delay), |m| m.min(u64::from(delay))));
            let (group, slot) = home[connection.target.cell];
            let (block, instance) = groups[group].point(slot, connection.target.point);
            let arguments = groups[group].store_arguments(&connection.arguments);
            let mechanism = model.cells[connection.target.cell]
                .point_mechanism(connection.target.point)
                .and_then(|m| m.description().events.as_ref());
            if mechanism.is_some_and(|port| port.has_initial) {
                let count = connection.arguments.len();
                made.openings.push(Opening { group, block, instance, arguments, count });
            }
            let (group, connection_number) = (group as u32, k as u32);
            let route =
                Route { delay, connection: connection_number, group, block, instance, arguments };
            by_source.push((number(model, &first_source, connection.source), route));
        }
        by_source.sort_by_key(|(source, route)| (*source, route.connection));
        made.first = offsets(sources, by_source.iter().map(|(source, _)| *source));
        made.routes = by_source.into_iter().map(|(_, route)| route).collect();
        let mut listeners: Vec<(usize, (u32, u32))> = Vec::new();
        for (recording, list) in model.spikes.iter().enumerate() {
            for (k, &source) in list.iter().enumerate() {
                let source = number(model, &first_source, source);
                listeners.push((source, (recording as u32, k as u32)));
            }
        }
        listeners.sort_unstable();
        made.first_listener = offsets(sources, listeners.iter().map(|(source, _)| *source));
        made.listeners = listeners.into_iter().map(|(_, listener)| listener).collect();
        Ok(made)
    }

    /// Queues the events that a spike causes.
    pub(crate) fn send(&self, spike: Emitted, dt_ms: f64, groups: &mut [Group]) {
        let source = spike.source as usize;
        for route in &self.routes[self.first[source]..self.first[source + 1]] {
            let step = spike.step + u64::from(route.delay);
            groups[route.group as usize].queue.push(Arrival {
                step,
                t_ms: step as f64 * dt_ms,
                origin: Origin::Connection(route.connection),
                block: route.block,
                instance: route.instance,
                arguments: route.arguments,
                flag: 0.0,
            });
        }
    }

    /// The recordings that a source belongs to, and its number in each.
    pub(crate) fn listeners(&self, source: u32) -> &[(u32, u32)] {
        let source = source as usize;
        &self.listeners[self.first_listener[source]..self.first_listener[source + 1]]
    }
}

/// First entry of each source in a list sorted by source, and the length of the list.
fn offsets(sources: usize, sorted: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut first = vec![0usize; sources + 1];
    for source in sorted {
        first[source + 1] += 1;
    }
    for k in 0..sources {
        first[k + 1] += first[k];
    }
    first
}
