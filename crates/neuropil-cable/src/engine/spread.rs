//! Spread of ions and of mechanisms' states along the cells.
//!
//! ```text
//! vol ∂c/∂t = ∂/∂x (D A ∂c/∂x)
//! ```
//!
//! is solved on the tree of compartments by the code that solves for the potential, with volumes in
//! place of capacitances and `D A / h` in place of axial conductances: second order in time
//! (backward Euler under [`Scheme::BackwardEuler`]), and what leaves one compartment enters the next.
//! Spread acts for half a step before and half a step after what else changes the concentrations
//! (Strang 1968, doi:10.1137/0705041), so that both together stay of second order.

use neuropil_mechanism::contract::{Diffusing, IonColumns, KernelFault};

use super::block::Block;
use super::group::{Columns, Group};
use super::layout::Layout;
use crate::model::{CellModel, Scheme};
use crate::tree::{Coefficients, TreeSystem};

/// Where the concentrations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Inside, of an ion of the group.
    Ion(usize),
    /// A state of a block.
    State { block: usize, variable: usize },
}

/// One species that spreads.
#[derive(Debug, Clone)]
pub(crate) struct Spread {
    place: Where,
    system: TreeSystem,
    extrapolation: f64,
    /// Coupled neighbours: child, parent, coupling `[µm³/ms]`. In the order of the cell's nodes, so that
    /// company does not change the order in which flows are added up.
    edges: Vec<(usize, usize, f64)>,
    /// Compartments that change, with their volume over the half step (0 at a junction).
    coupled: Vec<(usize, f64)>,
    /// Concentrations, those before, flows, and zeros, by column position.
    now: Vec<f64>,
    before: Vec<f64>,
    flow: Vec<f64>,
    nothing: Vec<f64>,
}

/// Diffusion coefficient and volume of each compartment that takes part, by column position.
struct Medium {
    /// `[µm²/ms]`.
    d: Vec<Option<f64>>,
    /// `[µm³]`.
    volume: Vec<f64>,
}

impl Group {
    /// Finds everything that spreads; the mechanisms have been initialised.
    pub(crate) fn prepare_spread(&mut self, scheme: Scheme) -> Result<(), KernelFault> {
        let slots = self.slots.clone();
        let cells: Vec<&CellModel> = slots.iter().map(|s| s.model.as_ref()).collect();
        let n = self.nodes();
        let mut found: Vec<(Where, Medium)> = Vec::new();
        for ion in 0..self.care.len() {
            let mut medium = Medium { d: vec![None; n], volume: vec![0.0; n] };
            for (slot, cell) in cells.iter().enumerate() {
                let Some(values) = cell.diffusion.get(&self.care[ion].name) else { continue };
                for (&node, &d) in values {
                    let at = self.layout.at(slot, node);
                    medium.d[at] = Some(d);
                    medium.volume[at] = cell.compartments().volume_um3()[node];
                }
            }
            if medium.d.iter().any(Option::is_some) {
                found.push((Where::Ion(ion), medium));
            }
        }
        let geometry = Geometry::new(&cells, &self.layout);
        for block in 0..self.blocks.len() {
            let species = self.blocks[block].instances.description().diffusion.clone();
            for one in species {
                let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
                let instances = &mut self.blocks[block].instances;
                let (coefficient, volume) = instances.diffusion(one, &mut around)?;
                let mut medium = Medium { d: vec![None; n], volume: vec![0.0; n] };
                for (k, &node) in instances.nodes().iter().enumerate() {
                    let at = node as usize;
                    medium.d[at] = Some(coefficient[k] / geometry.section_um2[at]);
                    medium.volume[at] = volume[k] * geometry.length_um[at];
                }
                let place = match one.what {
                    Diffusing::State(variable) => Where::State { block, variable },
                    Diffusing::Inside(ion) => Where::Ion(instances.ion(ion)),
                };
                found.push((place, medium));
            }
        }
        let extrapolation = if scheme == Scheme::BackwardEuler { 1.0 } else { 2.0 };
        let per_ms = extrapolation / (0.5 * self.dt_ms);
        let make = |(place, medium): (Where, Medium)| {
            geometry.spread(place, &self.layout, &medium, per_ms, extrapolation)
        };
        self.spreads = found.into_iter().map(make).collect();
        Ok(())
    }

    /// Lets everything spread for half a step. Returns whether anything did.
    pub(crate) fn spread(&mut self) -> bool {
        let damped = self.is_damped();
        let Self { spreads, blocks, columns, .. } = self;
        for spread in spreads.iter_mut() {
            spread.half_step(damped, blocks, columns);
        }
        !spreads.is_empty()
    }
}

impl Spread {
    fn half_step(&mut self, damped: bool, blocks: &mut [Block], columns: &mut Columns) {
        match self.place {
            Where::Ion(ion) => self.now.clone_from(&columns.ions[ion].inside_mm),
            Where::State { block, variable } => {
                let instances = &blocks[block].instances;
                let column = instances.column(variable);
                for (k, &node) in instances.nodes().iter().enumerate() {
                    self.now[node as usize] = column.get(k);
                }
            }
        }
        if damped {
            self.solve(1.0);
            self.solve(1.0);
        } else {
            self.solve(self.extrapolation);
        }
        match self.place {
            Where::Ion(ion) => {
                let IonColumns { inside_mm, .. } = &mut columns.ions[ion];
                inside_mm.clone_from(&self.now);
            }
            Where::State { block, variable } => {
                let instances = &mut blocks[block].instances;
                let nodes = instances.nodes().to_vec();
                let column = instances.column_mut(variable);
                for (value, node) in column.iter_mut().zip(nodes) {
                    *value = self.now[node as usize];
                }
            }
        }
    }
}

impl Spread {
    /// One implicit step. The solution gives the flows between neighbours; the flows change the
    /// concentrations, so that rounding cannot make or destroy anything.
    fn solve(&mut self, extrapolation: f64) {
        let Self { system, now, before, flow, nothing, .. } = self;
        // The bound is that of potentials; concentrations have none.
        if extrapolation == self.extrapolation {
            system.step(now, before, nothing, nothing, f64::INFINITY);
        } else {
            system.half_step(now, before, nothing, nothing, f64::INFINITY);
        }
        for (now, before) in now.iter_mut().zip(before.iter()) {
            *now = before + (*now - before) / extrapolation;
        }
        flow.fill(0.0);
        for &(child, parent, coupling) in &self.edges {
            let f = coupling * (now[parent] - now[child]);
            flow[child] += f;
            flow[parent] -= f;
        }
        for &(at, capacity) in &self.coupled {
            if capacity > 0.0 {
                now[at] = before[at] + extrapolation * flow[at] / capacity;
            }
        }
    }
}

/// What spread needs to know of the cells, by column position.
struct Geometry {
    parent: Vec<Option<usize>>,
    /// All positions in the order of cells and their nodes.
    order: Vec<usize>,
    /// Cross-section over distance to the parent `[µm]`.
    face_um: Vec<f64>,
    /// Length of the compartment, and its mean cross-section `[µm²]`.
    length_um: Vec<f64>,
    section_um2: Vec<f64>,
    junction: Vec<bool>,
}

impl Geometry {
    fn new(cells: &[&CellModel], layout: &Layout) -> Self {
        let n = layout.len();
        let mut made = Self {
            parent: vec![None; n],
            order: Vec::with_capacity(n),
            face_um: vec![0.0; n],
            length_um: vec![0.0; n],
            section_um2: vec![1.0; n],
            junction: vec![false; n],
        };
        for (slot, cell) in cells.iter().enumerate() {
            let (c, sections) = (cell.compartments(), cell.morphology().sections());
            // 1e-2 · 100 Ω·cm · ∫dx/A is the integral itself.
            let face = c.axial_conductance_us(|_| 100.0);
            for node in 0..c.len() {
                let at = layout.at(slot, node);
                made.order.push(at);
                if node > 0 {
                    made.parent[at] = Some(layout.at(slot, c.parent()[node]));
                    made.face_um[at] = face[node];
                }
                let pieces = c.pieces(node).iter();
                let length: f64 =
                    pieces.map(|p| (p.to - p.from) * sections[p.section].length_um()).sum();
                made.length_um[at] = length;
                made.junction[at] = c.area_um2()[node] == 0.0;
                if length > 0.0 {
                    made.section_um2[at] = c.volume_um3()[node] / length;
                }
            }
        }
        made
    }

    /// One species for half steps. What does not take part stays as it is, to the last bit.
    fn spread(
        &self,
        place: Where,
        layout: &Layout,
        medium: &Medium,
        per_ms: f64,
        extrapolation: f64,
    ) -> Spread {
        let n = self.parent.len();
        let (mut up, mut coupled) = (vec![0.0; n], vec![false; n]);
        for at in 0..n {
            let Some(parent) = self.parent[at] else { continue };
            // A junction has no medium of its own: it takes that of the compartment beside it.
            let d = match (medium.d[at], medium.d[parent]) {
                (Some(a), Some(b)) if a > 0.0 && b > 0.0 => 2.0 * a * b / (a + b),
                (Some(d), None) if self.junction[parent] => d,
                (None, Some(d)) if self.junction[at] => d,
                _ => 0.0,
            };
            up[at] = d * self.face_um[at];
            if up[at] > 0.0 {
                coupled[at] = true;
                coupled[parent] = true;
            }
        }
        let capacity = |at: usize| if coupled[at] { medium.volume[at] * per_ms } else { 1.0 };
        let cap: Vec<f64> = (0..n).map(capacity).collect();
        let ones = vec![1.0; n];
        let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &ones };
        let system = TreeSystem::new(layout.forest.clone(), coefficients, extrapolation);
        let order = self.order.iter().copied();
        let edge = |at: usize| Some((at, self.parent[at]?, up[at])).filter(|e| e.2 > 0.0);
        Spread {
            place,
            system,
            extrapolation,
            edges: order.clone().filter_map(edge).collect(),
            coupled: order.filter(|&at| coupled[at]).map(|at| (at, cap[at])).collect(),
            now: vec![0.0; n],
            before: vec![0.0; n],
            flow: vec![0.0; n],
            nothing: vec![0.0; n],
        }
    }
}
