//! Which cells may share a group, and where their nodes lie in its columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::{Kind, Scope};

use super::ions::Follow;
use crate::error::ModelError;
use crate::model::CellModel;
use crate::tree::{Forest, ROOT};

/// A mechanism with the values of its GLOBAL parameters.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) mechanism: Arc<Mechanism>,
    pub(crate) globals: BTreeMap<String, f64>,
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.mechanism, &other.mechanism) && self.globals == other.globals
    }
}

/// What cells of one group must have in common: the density mechanisms in their order, and how
/// each ion's reversal potential is found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signature {
    pub(crate) densities: Vec<Shared>,
    ions: BTreeMap<String, (Follow, u64)>,
}

impl Signature {
    /// The signature of a cell.
    pub(crate) fn of(cell: &CellModel) -> Result<Self, ModelError> {
        let shared = |d: &crate::model::DensityEntry| Shared {
            mechanism: Arc::clone(&d.mechanism),
            globals: d.globals.clone(),
        };
        let densities = cell.densities.iter().map(shared).collect();
        let ions = super::ions::plan(cell)?
            .into_iter()
            .map(|(name, plan)| (name, (plan.follow, plan.ion.valence.to_bits())))
            .collect();
        Ok(Self { densities, ions })
    }
}

/// The mechanism of a point process with its GLOBAL parameters.
pub(crate) fn point_shared(point: &crate::model::Point) -> Shared {
    let d = point.mechanism.description();
    let is_global =
        |name: &str| d.variable(name).is_some_and(|k| d.variables[k].scope == Scope::Global);
    let globals = point
        .parameters
        .iter()
        .filter(|(name, _)| is_global(name))
        .map(|(name, value)| (name.clone(), *value))
        .collect();
    Shared { mechanism: Arc::clone(&point.mechanism), globals }
}

/// Positions of the nodes of some cells in the columns of their group.
#[derive(Debug)]
pub(crate) struct Layout {
    /// First number of each cell when cells are simply put one after the other, and the total.
    pub(crate) first: Vec<usize>,
    /// Column position of each node so numbered.
    pub(crate) position: Vec<u32>,
    /// The elimination schedule over column positions.
    pub(crate) forest: Forest,
}

impl Layout {
    /// Orders the nodes so that compartments with the same density mechanisms are adjacent, and
    /// those in the order of elimination: every mechanism then works on few long stretches, and the
    /// solver finds most neighbours side by side. Nodes in subtrees whose matrix never changes come
    /// last; `touched` names nodes (slot, node) that something else than a mechanism or point process
    /// acts on.
    pub(crate) fn new(
        cells: &[&CellModel],
        touched: &BTreeSet<(usize, usize)>,
    ) -> Result<Self, ModelError> {
        let mut first = vec![0];
        let mut parents: Vec<Vec<u32>> = Vec::with_capacity(cells.len());
        // The mechanisms on each node whose kernels are run.
        let mut sets: Vec<Vec<usize>> = Vec::new();
        let mut constant: Vec<Vec<bool>> = Vec::with_capacity(cells.len());
        for (slot, cell) in cells.iter().enumerate() {
            constant.push(constant_nodes(slot, cell, touched));
            let c = cell.compartments();
            let parent = c.parent().iter().enumerate();
            parents.push(parent.map(|(k, &p)| if k == 0 { ROOT } else { p as u32 }).collect());
            for node in 0..c.len() {
                let running =
                    cell.densities.iter().enumerate().filter(|(_, d)| !d.mechanism.is_ohmic());
                let on_it = running.filter(|(_, d)| d.nodes.contains_key(&node));
                sets.push(on_it.map(|(k, _)| k).collect());
            }
            first.push(first[first.len() - 1] + c.len());
        }
        let slices: Vec<&[u32]> = parents.iter().map(Vec::as_slice).collect();
        let marks: Vec<&[bool]> = constant.iter().map(Vec::as_slice).collect();
        let mut forest = Forest::with_constant(&slices, &marks)?;
        let mut order: Vec<usize> = (0..forest.len()).collect();
        order.sort_by_key(|&node| (forest.constant()[node], &sets[node], forest.place()[node]));
        let mut position = vec![0u32; order.len()];
        for (at, &node) in order.iter().enumerate() {
            position[node] = at as u32;
        }
        forest.renumber(&position);
        Ok(Self { first, position, forest })
    }

    /// Length of a column.
    pub(crate) fn len(&self) -> usize {
        self.position.len()
    }

    /// Number of nodes whose matrix may change: those that come first, and the only ones on which
    /// anything but straight currents acts.
    pub(crate) fn changing(&self) -> usize {
        self.forest.constant().iter().filter(|constant| !**constant).count()
    }

    /// Column position of a node of the cell in a slot.
    pub(crate) fn at(&self, slot: usize, node: usize) -> usize {
        self.position[self.first[slot] + node] as usize
    }

    /// The cell's slot and node number at a column position.
    pub(crate) fn whose(&self, position: usize) -> (usize, usize) {
        let plain = self.position.iter().position(|&p| p as usize == position).unwrap_or(0);
        let slot = self.first.partition_point(|&f| f <= plain) - 1;
        (slot, plain - self.first[slot])
    }
}

/// Whether nothing acts on a node but mechanisms whose current is a straight line.
fn constant_nodes(slot: usize, cell: &CellModel, touched: &BTreeSet<(usize, usize)>) -> Vec<bool> {
    let n = cell.compartments().len();
    let mut constant: Vec<bool> = (0..n).map(|node| !touched.contains(&(slot, node))).collect();
    let densities = cell.densities.iter().filter(|d| !d.mechanism.is_ohmic());
    for &node in densities.flat_map(|d| d.nodes.keys()) {
        constant[node] = false;
    }
    let points =
        cell.points.iter().filter(|p| p.point.mechanism.description().kind != Kind::Artificial);
    for point in points {
        constant[point.node] = false;
    }
    constant
}
