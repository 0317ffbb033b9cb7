//! A cable model in motion.

use std::collections::BTreeSet;
use std::sync::Arc;

use neuropil_core::{Clock, Observer, SampleBlock, SpikeBlock};

use crate::coupling::Coupling;
use crate::engine::{Arrival, Emitted, Group, GroupParts, Origin, Slot, Tables};
use crate::error::{ModelError, RunError};
use crate::model::{CableModel, Quantity, Scheme, SynapseTarget};
use crate::partition::assign;
use crate::recordings::add_recordings;
use crate::routes::{Routes, first_sources};
use crate::team;

/// How the work is cut up. Results do not depend on it, not by a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// Threads, ≥ 1.
    pub threads: usize,
    /// Cells with the same density mechanisms are stepped together in groups of at most about so
    /// many nodes, of fewer where threads would have nothing to do: enough to fill vectors, few
    /// enough to stay in the second-level cache.
    pub nodes_per_group: usize,
}

impl Default for Execution {
    /// One thread, groups of about 4096 nodes.
    fn default() -> Self {
        Self { threads: 1, nodes_per_group: 4096 }
    }
}

/// Steps between looks at the observer when no delay sets a limit.
const LONGEST_EPOCH: u64 = 256;
/// Node-steps that are worth waking another thread for.
const WORTH_A_THREAD: u64 = 8192;

/// State of all cells at a stamp, and everything on its way to them. A value: several may live in
/// one process, and a clone continues exactly as the original does.
#[derive(Debug, Clone)]
pub struct CableSimulation {
    clock: Clock,
    groups: Vec<Group>,
    /// Group and slot of each cell.
    home: Vec<(usize, usize)>,
    routes: Routes,
    coupling: Coupling,
    spike_recordings: usize,
    /// Columns of each sampled recording.
    widths: Vec<usize>,
    execution: Execution,
    step: u64,
    started: bool,
    failed: bool,
    outside: u64,
}

impl CableSimulation {
    /// Checks what only the whole can tell (ions, POINTERs), and lays everything out.
    ///
    /// # Errors
    /// [`ModelError::IonMissing`], [`ModelError::Valence`], [`ModelError::PointerUnset`],
    /// [`ModelError::Set`] for a parameter outside its limits, and the like.
    pub fn new(model: &CableModel, execution: Execution) -> Result<Self, ModelError> {
        let (assigned, signatures) = assign(model, execution)?;
        let first_source = first_sources(model);
        let damped = Arc::new(damped_steps(model));
        let probes = model.samples.iter().flat_map(|s| &s.probes);
        let sampled_ions: BTreeSet<String> = probes
            .filter_map(|p| match &p.quantity {
                Quantity::IonCurrent(ion) => Some(ion.clone()),
                _ => None,
            })
            .collect();
        let mut home = vec![(0, 0); model.cells.len()];
        let mut groups = Vec::with_capacity(assigned.len());
        let mut tables = Tables::default();
        for (number, (signature, members)) in assigned.iter().enumerate() {
            for (slot, &cell) in members.iter().enumerate() {
                home[cell] = (number, slot);
            }
            let mine = |cell: usize| members.iter().position(|&m| m == cell);
            let ends = model.gaps.iter().flat_map(|gap| gap.ends);
            let coupled = ends.filter_map(|(cell, node)| Some((mine(cell)?, node))).collect();
            let slots = members
                .iter()
                .map(|&id| Slot { id, model: Arc::clone(&model.cells[id]) })
                .collect();
            let electrodes = model.electrodes.iter().enumerate();
            let electrodes = electrodes
                .filter_map(|(k, (cell, node, e))| Some((k, mine(*cell)?, *node, e)))
                .collect();
            groups.push(Group::new(
                slots,
                &GroupParts {
                    dt_ms: model.clock.dt_ms(),
                    scheme: model.scheme,
                    celsius: model.celsius,
                    seed: model.seed,
                    bound_mv: model.bound_mv,
                    signature: &signatures[*signature],
                    damped: Arc::clone(&damped),
                    tables: model.tables,
                    sampled_ions: &sampled_ions,
                    coupled,
                    electrodes,
                    first_source: members.iter().map(|&m| first_source[m]).collect(),
                },
                &mut tables,
            )?);
        }
        let routes = Routes::new(model, &home, &mut groups)?;
        let coupling = Coupling::new(model, &home, &mut groups);
        for (number, stream) in model.streams.iter().enumerate() {
            let (group, slot) = home[stream.target.cell];
            let target = (slot, stream.target.point);
            groups[group].add_feed(number, target, &stream.timing, &stream.arguments, model.seed);
        }
        add_recordings(model, &home, &mut groups)?;
        Ok(Self {
            clock: model.clock,
            groups,
            home,
            routes,
            coupling,
            spike_recordings: model.spikes.len(),
            widths: model.samples.iter().map(|s| s.probes.len()).collect(),
            execution: Execution { threads: execution.threads.max(1), ..execution },
            step: 0,
            started: false,
            failed: false,
            outside: 0,
        })
    }

    /// The stamp reached, in steps.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The time reached `[ms]`.
    pub fn time_ms(&self) -> f64 {
        self.clock.ms(self.step)
    }

    /// Shortest delay of any connection in steps: how far cells may be stepped before spikes have
    /// to be exchanged. `None` without connections.
    pub fn min_delay(&self) -> Option<u64> {
        self.routes.min_delay
    }

    /// Number of nodes of all cells, junctions included.
    pub fn nodes(&self) -> usize {
        self.groups.iter().map(Group::nodes).sum()
    }

    /// Number of groups that the cells were put into.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Membrane potential of a node of a cell `[mV]`.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`].
    pub fn voltage_mv(&self, cell: usize, node: usize) -> Result<f64, ModelError> {
        let count = self.home.len();
        let &(group, slot) =
            self.home.get(cell).ok_or(ModelError::NoSuch { what: "cell", index: cell, count })?;
        let group = &self.groups[group];
        let count = group.slots[slot].model.compartments().len();
        if node >= count {
            return Err(ModelError::NoSuch { what: "compartment", index: node, count });
        }
        Ok(group.columns.v[group.layout.at(slot, node)])
    }

    /// Hands in an event from outside, such as a spike of another engine, due at a stamp not yet
    /// passed (an earlier one counts as the next).
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::NoEvents`], [`ModelError::Arguments`].
    pub fn deliver(
        &mut self,
        target: SynapseTarget,
        step: u64,
        arguments: &[f64],
    ) -> Result<(), ModelError> {
        let count = self.home.len();
        let no_cell = ModelError::NoSuch { what: "cell", index: target.cell, count };
        let &(group, slot) = self.home.get(target.cell).ok_or(no_cell)?;
        let group = &mut self.groups[group];
        let (index, count) = (target.point, group.points[slot].len());
        if index >= count {
            return Err(ModelError::NoSuch { what: "point process", index, count });
        }
        let (block, instance) = group.point(slot, index);
        let d = group.blocks[block as usize].instances.description();
        let mechanism = || d.name.clone();
        let Some(port) = &d.events else {
            return Err(ModelError::NoEvents { mechanism: mechanism() });
        };
        let expected = port.arguments.len();
        if arguments.len() != expected {
            let found = arguments.len();
            return Err(ModelError::Arguments { mechanism: mechanism(), expected, found });
        }
        let arguments = group.store_arguments(arguments);
        let step = step.max(if self.started { self.step + 1 } else { 0 });
        let t_ms = self.clock.ms(step);
        let origin = Origin::Outside(self.outside);
        self.outside += 1;
        let flag = 0.0;
        group.queue.push(Arrival { step, t_ms, origin, block, instance, arguments, flag });
        Ok(())
    }

    /// Advances by a duration `[ms]`, showing the observer spikes and samples as they come.
    ///
    /// The first call begins with INITIAL and samples time 0. Spikes come in order of time, then
    /// of source. On an error everything up to the failed step has been shown.
    ///
    /// # Errors
    /// [`RunError::Clock`] for a duration off the grid; [`RunError::Runaway`] and
    /// [`RunError::Mechanism`] from the cells; [`RunError::Record`] from the observer;
    /// [`RunError::Ended`] after an earlier error.
    pub fn run(&mut self, duration_ms: f64, observer: &mut dyn Observer) -> Result<(), RunError> {
        let steps = self.clock.on_grid("duration", duration_ms)?;
        self.run_steps(steps, observer)
    }

    /// [`run`](Self::run) for a number of steps; 0 only initialises.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_steps(&mut self, steps: u64, observer: &mut dyn Observer) -> Result<(), RunError> {
        if self.failed {
            return Err(RunError::Ended { t_ms: self.time_ms() });
        }
        let end = self.step + steps;
        if !self.started {
            self.start()?;
            self.show(self.step, 0, observer)?;
        }
        let epoch = self.routes.min_delay.unwrap_or(LONGEST_EPOCH).min(LONGEST_EPOCH);
        while self.step < end {
            let until = (self.step + epoch).min(end);
            let work = (until - self.step) * self.nodes() as u64;
            let useful = (work / WORTH_A_THREAD).max(1).min(self.groups.len() as u64) as usize;
            let threads = self.execution.threads.min(useful);
            let mut errors = team::advance(&mut self.groups, until, threads)?;
            if !self.coupling.is_empty() {
                errors.extend(self.coupling.advance(&mut self.groups, until, threads)?);
            }
            let from = self.step + 1;
            if let Some(error) = self.first_failure(errors) {
                self.failed = true;
                let reached = self.groups.iter().map(|g| g.step).min().unwrap_or(until);
                self.step = reached;
                self.show(reached, from, observer)?;
                return Err(error);
            }
            self.step = until;
            self.show(until, from, observer)?;
            if !observer.progress(self.step) {
                break;
            }
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), RunError> {
        self.failed = true;
        for group in &mut self.groups {
            group.initialize()?;
        }
        for o in &self.routes.openings {
            self.groups[o.group].open_connection(o.block, o.instance, o.arguments, o.count)?;
        }
        self.failed = false;
        self.started = true;
        Ok(())
    }

    /// The error of the earliest step, then of the lowest cell.
    fn first_failure(&self, errors: Vec<(usize, RunError)>) -> Option<RunError> {
        let key = |(number, _): &(usize, RunError)| {
            (self.groups[*number].step, self.groups[*number].slots[0].id)
        };
        errors.into_iter().min_by_key(key).map(|(_, error)| error)
    }

    /// Passes on spikes and samples with stamps up to `until`; `from` is the first that is new.
    fn show(&mut self, until: u64, from: u64, observer: &mut dyn Observer) -> Result<(), RunError> {
        let mut spikes: Vec<Emitted> = Vec::new();
        for group in &mut self.groups {
            spikes.append(&mut group.spikes);
        }
        spikes.retain(|s| s.step <= until);
        spikes.sort_by_key(|s| (s.step, s.source));
        for &spike in &spikes {
            self.routes.send(spike, self.clock.dt_ms(), &mut self.groups);
        }
        for recording in 0..self.spike_recordings {
            self.show_spikes(recording, &spikes, observer)?;
        }
        for recording in 0..self.widths.len() {
            self.show_samples(recording, from, until, observer)?;
        }
        Ok(())
    }

    fn show_spikes(
        &self,
        recording: usize,
        spikes: &[Emitted],
        observer: &mut dyn Observer,
    ) -> Result<(), RunError> {
        let mut rows: Vec<(u64, u32, f64)> = Vec::new();
        for spike in spikes {
            let heard = self.routes.listeners(spike.source).iter();
            let heard = heard.filter(|(r, _)| *r as usize == recording);
            rows.extend(heard.map(|&(_, neuron)| (spike.step, neuron, spike.offset)));
        }
        if rows.is_empty() {
            return Ok(());
        }
        rows.sort_by_key(|r| (r.0, r.1));
        let steps: Vec<u64> = rows.iter().map(|r| r.0).collect();
        let neurons: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let offsets: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let block = SpikeBlock { recording, steps: &steps, offsets: &offsets, neurons: &neurons };
        Ok(observer.spikes(block)?)
    }

    fn show_samples(
        &mut self,
        recording: usize,
        from: u64,
        until: u64,
        observer: &mut dyn Observer,
    ) -> Result<(), RunError> {
        let width = self.widths[recording];
        let mut steps: Vec<u64> = Vec::new();
        let mut values: Vec<f64> = Vec::new();
        for group in &mut self.groups {
            for part in group.parts.iter_mut().filter(|p| p.recording == recording) {
                if steps.is_empty() {
                    steps.extend((from..=until).filter(|&s| part.is_due(s)));
                    values = vec![0.0; steps.len() * width];
                }
                let frames = part.values.chunks_exact(part.columns.len());
                for (frame, target) in frames.zip(values.chunks_exact_mut(width)) {
                    for (&value, &(column, _)) in frame.iter().zip(&part.columns) {
                        target[column] = value;
                    }
                }
                part.values.clear();
            }
        }
        if steps.is_empty() {
            return Ok(());
        }
        Ok(observer.samples(SampleBlock { recording, steps: &steps, values: &values })?)
    }
}

/// The steps that are damped: the first, and those in which an electrode jumps. They
/// are the same for all cells, or a cell's course would depend on its company.
fn damped_steps(model: &CableModel) -> BTreeSet<u64> {
    if model.scheme != Scheme::CrankNicolson {
        return BTreeSet::new();
    }
    let jumps = model.electrodes.iter().flat_map(|(_, _, electrode)| electrode.jumps_ms());
    let jumps = jumps.filter(|t| t.is_finite() && *t >= 0.0);
    let step = |t: f64| (t / model.clock.dt_ms() + 1e-9).floor() as u64;
    [0].into_iter().chain(jumps.map(step)).collect()
}
