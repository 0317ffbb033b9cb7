//! The instances of one mechanism in a group.

use std::collections::BTreeMap;
use std::ops::Range;

use neuropil_mechanism::contract::{Instances, Kind, Placement};

use super::layout::{Layout, Shared, point_shared};
use super::table::Table;
use crate::error::ModelError;
use crate::model::{CellModel, Reference, pointer_index, variable_index};

/// Area that a junction without membrane is given, so that a density of 1 mA/cm² is 1 nA there.
pub(crate) const JUNCTION_AREA_UM2: f64 = 100.0;

/// What one POINTER of one instance reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Source {
    Voltage(usize),
    Variable { block: usize, variable: usize, instance: usize },
}

/// A connected POINTER.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) pointer: usize,
    pub(crate) instance: usize,
    pub(crate) source: Source,
}

/// The instances of one mechanism, and what their POINTERs read.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) instances: Instances,
    pub(crate) links: Vec<Link>,
    /// Whether it writes a concentration or reversal potential; such blocks are initialised first.
    pub(crate) writes_ions: bool,
    /// Tables that advance its states, if wanted and possible.
    pub(crate) table: Option<Table>,
    /// Whether its current is part of the constant matrix, so that its kernel need not run.
    pub(crate) ohmic: bool,
    /// Variables that are sampled, or that POINTERs read.
    pub(crate) watched: Vec<usize>,
    /// Whether it receives events.
    pub(crate) receives: bool,
    /// Outstanding self-event of each instance: its version, and the flag it carries.
    pub(crate) itself: Vec<(u32, f64)>,
    /// Number in the model of the spike source that each instance is, if any listens.
    pub(crate) emits: Vec<Option<u32>>,
}

/// All blocks of a group, and where to find each cell's instances in them.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) blocks: Vec<Block>,
    /// Of each slot, of each point process: block and instance.
    pub(crate) points: Vec<Vec<(usize, usize)>>,
    /// Of each density mechanism (in signature order): instance at each column position.
    pub(crate) densities: Vec<BTreeMap<usize, usize>>,
}

impl Block {
    fn new(instances: Instances) -> Self {
        let writes = instances.description().ions.iter().map(|i| i.writes);
        let writes_ions = writes.into_iter().any(|w| w.inside || w.outside || w.reversal);
        let n = instances.len();
        let receives = instances.description().events.is_some();
        let (itself, emits) = (vec![(0, 0.0); n], vec![None; n]);
        let (links, table, watched) = (Vec::new(), None, Vec::new());
        let ohmic = instances.mechanism().is_ohmic();
        Self { instances, links, writes_ions, table, ohmic, watched, receives, itself, emits }
    }
}

/// The block that may overwrite the columns of current and conductance where it sits, if that is
/// one stretch, and what is left to be cleared of the `changing` nodes.
pub(crate) fn first_block(blocks: &[Block], changing: usize) -> (Option<usize>, Vec<Range<usize>>) {
    let all = (None, std::iter::once(0..changing).collect());
    let adds = |b: &Block| !(b.ohmic || b.instances.description().currents.is_empty());
    let Some(first) = blocks.iter().position(adds) else { return all };
    let instances = &blocks[first].instances;
    let nodes = instances.nodes();
    let is_stretch = nodes.windows(2).all(|w| w[1] == w[0] + 1);
    match nodes.first() {
        Some(&start) if instances.description().kind == Kind::Density && is_stretch => {
            let start = start as usize;
            (Some(first), vec![0..start, start + nodes.len()..changing])
        }
        _ => all,
    }
}

/// Number of each ion of a mechanism in the group's list.
fn bind(shared: &Shared, ions: &[String]) -> Vec<usize> {
    let uses = shared.mechanism.description().ions.iter();
    uses.map(|used| ions.iter().position(|name| *name == used.name).unwrap_or(0)).collect()
}

impl Blocks {
    /// Places all mechanisms of the cells: densities in their common order, then point processes
    /// by name.
    pub(crate) fn new(
        cells: &[&CellModel],
        densities: &[Shared],
        layout: &Layout,
        ions: &[String],
    ) -> Result<Self, ModelError> {
        let mut made = Self::default();
        for (number, shared) in densities.iter().enumerate() {
            made.add_density(number, shared, cells, layout, ions)?;
        }
        made.add_points(cells, layout, ions)?;
        for (slot, cell) in cells.iter().enumerate() {
            made.connect_pointers(slot, cell, layout)?;
        }
        made.watch_links();
        for block in &made.blocks {
            let d = block.instances.description();
            for (p, &variable) in d.pointers.iter().enumerate() {
                let linked = block.links.iter().filter(|l| l.pointer == p).count();
                if linked < block.instances.len() {
                    let pointer = d.variables[variable].name.clone();
                    return Err(ModelError::PointerUnset { mechanism: d.name.clone(), pointer });
                }
            }
        }
        Ok(made)
    }

    fn watch_links(&mut self) {
        let sources: Vec<Source> =
            self.blocks.iter().flat_map(|b| b.links.iter().map(|l| l.source)).collect();
        for source in sources {
            if let Source::Variable { block, variable, .. } = source {
                self.blocks[block].watched.push(variable);
            }
        }
    }

    fn add_density(
        &mut self,
        number: usize,
        shared: &Shared,
        cells: &[&CellModel],
        layout: &Layout,
        ions: &[String],
    ) -> Result<(), ModelError> {
        // Column position → slot and node, in order of position.
        let mut sites: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let mut names: Vec<&String> = Vec::new();
        for (slot, cell) in cells.iter().enumerate() {
            let entry = &cell.densities[number];
            sites.extend(entry.nodes.keys().map(|&node| (layout.at(slot, node), (slot, node))));
            names.extend(&entry.parameters);
        }
        names.sort();
        names.dedup();
        let nodes: Vec<u32> = sites.keys().map(|&k| k as u32).collect();
        let shares: Vec<f64> = sites
            .values()
            .map(|&(slot, node)| cells[slot].densities[number].nodes[&node].0)
            .collect();
        let placement = if shares.iter().all(|&s| s == 1.0) {
            Placement::density(nodes)
        } else {
            Placement::partial(nodes, shares)
        };
        let mut instances =
            shared.mechanism.instantiate(placement.with_ions(bind(shared, ions)))?;
        for (name, &value) in &shared.globals {
            instances.set(name, value)?;
        }
        let d = shared.mechanism.description();
        for name in names {
            let default = d.variable(name).map_or(f64::NAN, |k| d.variables[k].default);
            let value = |&(slot, node): &(usize, usize)| {
                let entry = &cells[slot].densities[number];
                let column = entry.parameters.iter().position(|p| p == name);
                column.map_or(default, |column| entry.nodes[&node].1[column])
            };
            instances.set_each(name, &sites.values().map(value).collect::<Vec<f64>>())?;
        }
        self.densities.push(sites.keys().enumerate().map(|(k, &at)| (at, k)).collect());
        self.blocks.push(Block::new(instances));
        Ok(())
    }

    fn add_points(
        &mut self,
        cells: &[&CellModel],
        layout: &Layout,
        ions: &[String],
    ) -> Result<(), ModelError> {
        let mut kinds: Vec<Shared> = Vec::new();
        // Slot and number of each point process of a kind.
        let mut members: Vec<Vec<(usize, usize)>> = Vec::new();
        for (slot, cell) in cells.iter().enumerate() {
            for (number, entry) in cell.points.iter().enumerate() {
                let shared = point_shared(&entry.point);
                let kind = kinds.iter().position(|k| *k == shared).unwrap_or_else(|| {
                    kinds.push(shared);
                    members.push(Vec::new());
                    kinds.len() - 1
                });
                members[kind].push((slot, number));
            }
        }
        self.points = cells.iter().map(|c| vec![(0, 0); c.points.len()]).collect();
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        // The order in which currents are added up must not depend on which cells share a group.
        order.sort_by_key(|&k| {
            let globals: Vec<(&String, u64)> =
                kinds[k].globals.iter().map(|(n, v)| (n, v.to_bits())).collect();
            (kinds[k].mechanism.name(), globals, members[k][0].1)
        });
        for kind in order {
            let block = self.blocks.len();
            for (instance, &(slot, number)) in members[kind].iter().enumerate() {
                self.points[slot][number] = (block, instance);
            }
            let made = point_instances(&kinds[kind], &members[kind], cells, layout, ions)?;
            self.blocks.push(Block::new(made));
        }
        Ok(())
    }

    fn connect_pointers(
        &mut self,
        slot: usize,
        cell: &CellModel,
        layout: &Layout,
    ) -> Result<(), ModelError> {
        for (number, entry) in cell.densities.iter().enumerate() {
            for (name, reference) in &entry.pointers {
                let pointer = pointer_index(&entry.mechanism, name)?;
                for &node in entry.nodes.keys() {
                    let instance = self.densities[number][&layout.at(slot, node)];
                    let source = self.resolve(slot, cell, layout, node, reference)?;
                    self.blocks[number].links.push(Link { pointer, instance, source });
                }
            }
        }
        for (number, entry) in cell.points.iter().enumerate() {
            for (name, reference) in &entry.point.pointers {
                let pointer = pointer_index(&entry.point.mechanism, name)?;
                let (block, instance) = self.points[slot][number];
                let source = self.resolve(slot, cell, layout, entry.node, reference)?;
                self.blocks[block].links.push(Link { pointer, instance, source });
            }
        }
        Ok(())
    }

    fn resolve(
        &self,
        slot: usize,
        cell: &CellModel,
        layout: &Layout,
        node: usize,
        reference: &Reference,
    ) -> Result<Source, ModelError> {
        match reference {
            Reference::VoltageHere => Ok(Source::Voltage(layout.at(slot, node))),
            Reference::Voltage(place) => {
                Ok(Source::Voltage(layout.at(slot, cell.node_at(*place)?)))
            }
            Reference::Density { mechanism, variable, .. }
            | Reference::DensityHere { mechanism, variable } => {
                let node = match reference {
                    Reference::Density { place, .. } => cell.compartment_at(*place)?,
                    _ => node,
                };
                let at = layout.at(slot, node);
                let number = cell.densities.iter().position(|d| d.mechanism.name() == mechanism);
                let found = number.and_then(|k| Some((k, *self.densities[k].get(&at)?)));
                let (block, instance) = found
                    .ok_or_else(|| ModelError::NotThere { mechanism: mechanism.clone(), node })?;
                let variable = variable_index(&cell.densities[block].mechanism, variable)?;
                Ok(Source::Variable { block, variable, instance })
            }
            Reference::Point { point, variable } => {
                let count = cell.points.len();
                let no_such = ModelError::NoSuch { what: "point process", index: *point, count };
                let entry = cell.points.get(*point).ok_or(no_such)?;
                let variable = variable_index(&entry.point.mechanism, variable)?;
                let (block, instance) = self.points[slot][*point];
                Ok(Source::Variable { block, variable, instance })
            }
        }
    }
}

fn point_instances(
    shared: &Shared,
    members: &[(usize, usize)],
    cells: &[&CellModel],
    layout: &Layout,
    ions: &[String],
) -> Result<Instances, ModelError> {
    let d = shared.mechanism.description();
    let site = |&(slot, number): &(usize, usize)| (slot, cells[slot].points[number].node);
    let nodes: Vec<u32> = members
        .iter()
        .map(|m| {
            let (slot, node) = site(m);
            layout.at(slot, node) as u32
        })
        .collect();
    let areas: Vec<f64> = members
        .iter()
        .map(|m| {
            let (slot, node) = site(m);
            effective_area_um2(cells[slot].compartments().area_um2()[node])
        })
        .collect();
    let placement = if d.kind == Kind::Artificial {
        Placement::artificial(members.len())
    } else {
        Placement::points(nodes, &areas)
    };
    let mut instances = shared.mechanism.instantiate(placement.with_ions(bind(shared, ions)))?;
    for (name, &value) in &shared.globals {
        instances.set(name, value)?;
    }
    let mut names: Vec<&str> = Vec::new();
    for &(slot, number) in members {
        let set = &cells[slot].points[number].point.parameters;
        names.extend(set.iter().map(|(n, _)| n.as_str()));
    }
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|n| !shared.globals.contains_key(*n)) {
        let default = d.variable(name).map_or(f64::NAN, |k| d.variables[k].default);
        let value = |&(slot, number): &(usize, usize)| {
            let set = &cells[slot].points[number].point.parameters;
            set.iter().rev().find(|(n, _)| n == name).map_or(default, |(_, v)| *v)
        };
        instances.set_each(name, &members.iter().map(value).collect::<Vec<f64>>())?;
    }
    Ok(instances)
}

/// Area of a compartment, or what stands for it at a junction `[µm²]`.
pub(crate) fn effective_area_um2(area_um2: f64) -> f64 {
    if area_um2 > 0.0 { area_um2 } else { JUNCTION_AREA_UM2 }
}
