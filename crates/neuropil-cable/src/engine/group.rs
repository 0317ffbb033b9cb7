//! Cells that are stepped together, and how they are put together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use neuropil_mechanism::contract::{Emission, IonColumns, Surroundings};

use super::block::{Block, Blocks, first_block};
use super::build::{care, columns, system};
use super::electrode::ElectrodeState;
use super::events::{Arrival, Origin, Queue, stamp};
use super::gaps::Gaps;
use super::ions::Follow;
use super::layout::{Layout, Signature};
use super::massless::Massless;
use super::ohmic::Ohmic;
use super::probe::{IonPart, Part, Reading};
use super::spread::Spread;
use super::streams::Train;
use super::table::Tables;
use crate::error::ModelError;
use crate::model::{CellModel, Electrode, Probe, Quantity, Scheme, Timing, variable_index};
use crate::tree::TreeSystem;

/// A cell in a group.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// Number in the model.
    pub(crate) id: usize,
    pub(crate) model: Arc<CellModel>,
}

/// A threshold detector at work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detector {
    pub(crate) node: usize,
    pub(crate) threshold_mv: f64,
    /// Number of the spike source.
    pub(crate) source: u32,
}

/// A spike that left a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Emitted {
    /// End of the step in which it was found.
    pub(crate) step: u64,
    /// Number of the spike source.
    pub(crate) source: u32,
    /// Part of a step by which it precedes the stamp.
    pub(crate) offset: f64,
}

/// The columns that kernels work on, one entry per node.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) v: Vec<f64>,
    pub(crate) i: Vec<f64>,
    pub(crate) g: Vec<f64>,
    pub(crate) area_um2: Vec<f64>,
    pub(crate) diam_um: Vec<f64>,
    pub(crate) ions: Vec<IonColumns>,
}

impl Columns {
    /// What a kernel may see and change.
    pub(crate) fn around(&mut self, t_ms: f64, dt_ms: f64, celsius: f64) -> Surroundings<'_> {
        Surroundings {
            t_ms,
            dt_ms,
            celsius,
            v_mv: &self.v,
            area_um2: &self.area_um2,
            diam_um: &self.diam_um,
            ions: &mut self.ions,
            i_ma_cm2: &mut self.i,
            g_s_cm2: &mut self.g,
        }
    }

    /// Before currents are added up. The columns of an ion whose current nobody reads are empty.
    pub(crate) fn clear_currents(&mut self) {
        self.i.fill(0.0);
        self.g.fill(0.0);
        self.clear_ion_currents();
    }

    /// As [`Self::clear_currents`], but for the stretches that somebody overwrites or nobody touches.
    pub(crate) fn clear_stretches(&mut self, stretches: &[Range<usize>]) {
        for stretch in stretches {
            self.i[stretch.clone()].fill(0.0);
            self.g[stretch.clone()].fill(0.0);
        }
        self.clear_ion_currents();
    }

    fn clear_ion_currents(&mut self) {
        for ion in &mut self.ions {
            ion.current_ma_cm2.fill(0.0);
            ion.conductance_s_cm2.fill(0.0);
        }
    }
}

/// How an ion of the group is kept up to date.
#[derive(Debug, Clone)]
pub(crate) struct IonCare {
    pub(crate) name: String,
    pub(crate) follow: Follow,
    pub(crate) current_read: bool,
    /// Nodes where some mechanism uses the ion.
    pub(crate) nodes: Vec<u32>,
    /// Current at the last half step, by entry of `nodes`; empty unless somebody reads it `[mA/cm²]`.
    pub(crate) last_ma_cm2: Vec<f64>,
}

/// A train that feeds one instance.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    pub(crate) train: Train,
    pub(crate) number: u32,
    pub(crate) block: u32,
    pub(crate) instance: u32,
    pub(crate) arguments: u32,
}

/// Everything about the model that a group needs to know, by the group's own cells.
#[derive(Debug)]
pub(crate) struct GroupParts<'a> {
    pub(crate) dt_ms: f64,
    pub(crate) scheme: Scheme,
    pub(crate) celsius: f64,
    pub(crate) seed: u64,
    pub(crate) bound_mv: f64,
    pub(crate) signature: &'a Signature,
    /// Steps that are damped.
    pub(crate) damped: Arc<BTreeSet<u64>>,
    /// Whether states may be advanced by tables.
    pub(crate) tables: bool,
    /// Ions whose current is sampled somewhere in the model.
    pub(crate) sampled_ions: &'a BTreeSet<String>,
    /// Slot and node of the ends of gap junctions.
    pub(crate) coupled: Vec<(usize, usize)>,
    /// Number in the model, slot, node, electrode.
    pub(crate) electrodes: Vec<(usize, usize, usize, &'a Electrode)>,
    /// First spike-source number of each slot: detectors, then point processes.
    pub(crate) first_source: Vec<u32>,
}

/// Cells that advance together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) slots: Vec<Slot>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) columns: Columns,
    pub(crate) before: Vec<f64>,
    pub(crate) membrane_na: Vec<f64>,
    pub(crate) system: TreeSystem,
    /// c/h `[µS]` and area factor of each node, for the membrane current.
    pub(crate) cap_us: Vec<f64>,
    pub(crate) area_factor: Vec<f64>,
    pub(crate) ohmic: Ohmic,
    pub(crate) blocks: Vec<Block>,
    /// The block whose currents come first where it sits, and the stretches to be cleared for the
    /// others.
    pub(crate) first: (Option<usize>, Vec<Range<usize>>),
    pub(crate) points: Vec<Vec<(usize, usize)>>,
    pub(crate) densities: Vec<BTreeMap<usize, usize>>,
    pub(crate) care: Vec<IonCare>,
    pub(crate) electrodes: Vec<ElectrodeState>,
    pub(crate) gaps: Gaps,
    /// Nodes without membrane to be settled after each extrapolated step.
    pub(crate) massless: Vec<Massless>,
    pub(crate) spreads: Vec<Spread>,
    pub(crate) scheme: Scheme,
    pub(crate) detectors: Vec<Detector>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) queue: Queue,
    pub(crate) arguments: Vec<f64>,
    pub(crate) emissions: Vec<Emission>,
    pub(crate) parts: Vec<Part>,
    pub(crate) wants_membrane: bool,
    pub(crate) spikes: Vec<Emitted>,
    pub(crate) dt_ms: f64,
    pub(crate) celsius: f64,
    pub(crate) bound_mv: f64,
    /// 2 for Crank–Nicolson, 1 for backward Euler.
    pub(crate) extrapolation: f64,
    /// Whether events act between two half steps of what receives them.
    pub(crate) centred: bool,
    /// Steps that are damped: the same in all groups.
    pub(crate) damped: Arc<BTreeSet<u64>>,
    /// Stamp that the state belongs to.
    pub(crate) step: u64,
}

impl Group {
    /// Lays out and places everything; nothing is initialised yet.
    pub(crate) fn new(
        slots: Vec<Slot>,
        parts: &GroupParts<'_>,
        tables: &mut Tables,
    ) -> Result<Self, ModelError> {
        let shared: Vec<Arc<CellModel>> = slots.iter().map(|s| Arc::clone(&s.model)).collect();
        let cells: Vec<&CellModel> = shared.iter().map(Arc::as_ref).collect();
        let electrodes = parts.electrodes.iter().map(|e| (e.1, e.2));
        let touched: BTreeSet<(usize, usize)> =
            electrodes.chain(parts.coupled.iter().copied()).collect();
        let layout = Layout::new(&cells, &touched)?;
        let (names, columns, plans) = columns(&cells, &layout, parts.celsius)?;
        let extrapolation = if parts.scheme == Scheme::BackwardEuler { 1.0 } else { 2.0 };
        let (system, cap_us, area_factor) =
            system(&cells, &layout, extrapolation / parts.dt_ms, extrapolation);
        let blocks = Blocks::new(&cells, &parts.signature.densities, &layout, &names)?;
        let care = care(&names, &plans, &blocks.blocks);
        let electrodes = parts
            .electrodes
            .iter()
            .map(|&(number, slot, node, electrode)| {
                let at = layout.at(slot, node);
                let (dt, seed) = (parts.dt_ms, parts.seed);
                ElectrodeState::new(electrode, number, at, area_factor[at], dt, seed)
            })
            .collect();
        let massless = match parts.scheme {
            Scheme::CrankNicolson => {
                let acted_on = |slot, node| touched.contains(&(slot, node));
                Massless::of(&cells, &layout, acted_on)
            }
            _ => Vec::new(),
        };
        let mut made = Self {
            before: columns.v.clone(),
            membrane_na: Vec::new(),
            columns,
            system,
            cap_us,
            area_factor,
            ohmic: Ohmic { any: blocks.blocks.iter().any(|b| b.ohmic), ..Ohmic::default() },
            first: first_block(&blocks.blocks, layout.changing()),
            blocks: blocks.blocks,
            points: blocks.points,
            densities: blocks.densities,
            care,
            electrodes,
            gaps: Gaps::default(),
            massless,
            spreads: Vec::new(),
            scheme: parts.scheme,
            detectors: Vec::new(),
            feeds: Vec::new(),
            queue: Queue::default(),
            arguments: Vec::new(),
            emissions: Vec::new(),
            parts: Vec::new(),
            wants_membrane: false,
            spikes: Vec::new(),
            dt_ms: parts.dt_ms,
            celsius: parts.celsius,
            bound_mv: parts.bound_mv,
            extrapolation,
            centred: parts.scheme == Scheme::CrankNicolson,
            damped: Arc::clone(&parts.damped),
            step: 0,
            layout: Arc::new(layout),
            slots,
        };
        for (care, ion) in made.care.iter().zip(&mut made.columns.ions) {
            if !(care.current_read || parts.sampled_ions.contains(&care.name)) {
                ion.current_ma_cm2 = Vec::new();
                ion.conductance_s_cm2 = Vec::new();
            }
        }
        for block in &mut made.blocks {
            block.instances.set_second_order(parts.scheme != Scheme::BackwardEuler);
        }
        if parts.tables {
            for block in &mut made.blocks {
                block.table = tables.of(&block.instances, parts.dt_ms, parts.celsius);
            }
        }
        made.add_sources(&cells, &parts.first_source);
        Ok(made)
    }

    fn add_sources(&mut self, cells: &[&CellModel], first_source: &[u32]) {
        for (slot, cell) in cells.iter().enumerate() {
            let mut source = first_source[slot];
            for &(node, threshold_mv) in &cell.detectors {
                let node = self.layout.at(slot, node);
                self.detectors.push(Detector { node, threshold_mv, source });
                source += 1;
            }
            for &(block, instance) in &self.points[slot] {
                self.blocks[block].emits[instance] = Some(source);
                source += 1;
            }
        }
    }

    /// Number of nodes.
    pub(crate) fn nodes(&self) -> usize {
        self.layout.len()
    }

    /// Model time at a (half) stamp `[ms]`.
    pub(crate) fn time(&self, stamp: f64) -> f64 {
        stamp * self.dt_ms
    }

    /// Stores the arguments of a connection or stream and returns where.
    pub(crate) fn store_arguments(&mut self, arguments: &[f64]) -> u32 {
        let at = self.arguments.len() as u32;
        self.arguments.extend_from_slice(arguments);
        at
    }

    /// Block and instance of a point process.
    pub(crate) fn point(&self, slot: usize, point: usize) -> (u32, u32) {
        let (block, instance) = self.points[slot][point];
        (block as u32, instance as u32)
    }

    /// Adds a stream of the model.
    pub(crate) fn add_feed(
        &mut self,
        number: usize,
        target: (usize, usize),
        timing: &Timing,
        arguments: &[f64],
        seed: u64,
    ) {
        let (block, instance) = self.point(target.0, target.1);
        let arguments = self.store_arguments(arguments);
        let (train, number) = (Train::new(timing, seed, number), number as u32);
        self.feeds.push(Feed { train, number, block, instance, arguments });
        self.feed(self.feeds.len() - 1);
    }

    /// Queues the next event of a stream.
    pub(crate) fn feed(&mut self, index: usize) {
        let feed = &mut self.feeds[index];
        if let Some(t_ms) = feed.train.next() {
            self.queue.push(Arrival {
                step: stamp(t_ms, self.dt_ms),
                t_ms,
                origin: Origin::Stream(feed.number, index as u32),
                block: feed.block,
                instance: feed.instance,
                arguments: feed.arguments,
                flag: 0.0,
            });
        }
    }

    /// Resolves a probe of the cell in a slot.
    pub(crate) fn reading(&self, slot: usize, probe: &Probe) -> Result<Reading, ModelError> {
        let cell = &self.slots[slot].model;
        let node = self.layout.at(slot, probe.node);
        let ion = |name: &String, part| Reading::Ion {
            ion: self.care.iter().position(|c| c.name == *name).unwrap_or(0),
            part,
            node,
        };
        Ok(match &probe.quantity {
            Quantity::Voltage => Reading::Voltage(node),
            Quantity::MembraneCurrent => Reading::Membrane(node),
            Quantity::Density { mechanism, variable } => {
                let found = cell.densities.iter().position(|d| d.mechanism.name() == mechanism);
                let missing =
                    || ModelError::NotThere { mechanism: mechanism.clone(), node: probe.node };
                let block = found.ok_or_else(missing)?;
                let instance = *self.densities[block].get(&node).ok_or_else(missing)?;
                let variable = variable_index(&cell.densities[block].mechanism, variable)?;
                Reading::Variable { block, variable, instance }
            }
            Quantity::Point { point, variable } => {
                let (block, instance) = self.points[slot][*point];
                let variable = variable_index(self.blocks[block].instances.mechanism(), variable)?;
                Reading::Variable { block, variable, instance }
            }
            Quantity::Reversal(name) => ion(name, IonPart::Reversal),
            Quantity::Inside(name) => ion(name, IonPart::Inside),
            Quantity::Outside(name) => ion(name, IonPart::Outside),
            Quantity::IonCurrent(name) => ion(name, IonPart::Current),
        })
    }

    /// Adds the columns of a recording that this group provides.
    pub(crate) fn add_part(&mut self, part: Part) {
        for &(_, reading) in &part.columns {
            if let Reading::Variable { block, variable, .. } = reading {
                self.blocks[block].watched.push(variable);
            }
        }
        if part.columns.iter().any(|(_, r)| matches!(r, Reading::Membrane(_))) {
            self.wants_membrane = true;
            self.membrane_na = vec![0.0; self.nodes()];
        }
        self.parts.push(part);
    }
}
