//! `[connections.NAME]` between branching cells: from the spike detector of each source cell to the
//! synapses of the targets.

use neuropil_cable::{Connection, SpikeSource, SynapseTarget};
use neuropil_network::connect::{Drawn, Sources};
use neuropil_network::description::{self, BlockMatrix, Delay, Slice, Weight};

use super::super::fields::{Fields, Item};
use super::super::rule;
use super::targets::{arguments, members, synapses};
use super::{Tissue, cable_problem};
use crate::experiment::{Fault, Problem};

/// Reads the section; returns the number of connections made.
pub(super) fn read(item: &Item<'_>, tissue: &mut Tissue<'_>) -> Result<u64, Problem> {
    let items = match item.is_list() {
        true => item.items(),
        false => item.fields()?.entries().map(|(_, _, item)| item).collect(),
    };
    let mut made = 0;
    for (index, item) in items.iter().enumerate() {
        let fields = item.fields()?;
        made += one(index, item, &fields, tissue)?;
        fields.finish()?;
    }
    Ok(made)
}

fn one(
    index: usize,
    item: &Item<'_>,
    fields: &Fields<'_>,
    tissue: &mut Tissue<'_>,
) -> Result<u64, Problem> {
    let source_item = fields.need("source", "a population")?;
    let (from, sources) = members(&source_item, source_item.text("a population")?, tissue)?;
    let target_item = fields.need("target", "synapses such as \"pyramids.excitation\"")?;
    let (to, targets) = synapses(&target_item, tissue)?;
    let arguments = arguments(fields, to, targets.first(), tissue, &tissue.context.scope)?;
    let delay = fields.need("delay", "the delay of a synapse, such as \"1 ms\"")?;
    let delay_ms = tissue.context.clock.ms(u64::from(tissue.context.delay(&delay)?));
    // Rules choose among cells; a chosen pair joins the source to every synapse of the group.
    let mut by_cell: Vec<(usize, Vec<SynapseTarget>)> = Vec::new();
    for target in targets.into_iter().map(|aim| aim.target) {
        match by_cell.last_mut().filter(|(cell, _)| *cell == target.cell) {
            Some((_, group)) => group.push(target),
            None => by_cell.push((target.cell, vec![target])),
        }
    }
    let slice = |population: usize, first: usize, count: usize| Slice {
        population,
        first: (first - tissue.populations[population].first) as u32,
        count: count as u32,
    };
    let source = slice(from, sources.start, sources.len());
    let target = slice(to, by_cell.first().map_or(0, |c| c.0), by_cell.len());
    let name = match fields.get("rule") {
        None => "all_to_all",
        Some(item) => {
            let name = item.text("the name of a connection rule")?;
            match rule::RULES.iter().find(|known| **known == name && name != "pairs") {
                Some(_) => name,
                None => {
                    let known = rule::RULES.iter().copied().filter(|rule| *rule != "pairs");
                    return Err(item.unknown_name("connection rule", name, known));
                }
            }
        }
    };
    let drawing = description::Connection {
        name: item.place.clone(),
        source,
        target,
        rule: rule::read(name, fields, source, target, tissue.context)?,
        weight: Weight::Blocks(BlockMatrix::uniform(1.0)),
        delay: Delay::Same(1),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    };
    let rule = Sources::new(&drawing, tissue.context.seed, index).map_err(|source| {
        Problem::at(item.span(), Fault::Model { place: item.place.clone(), source })
    })?;
    let (mut drawn, mut made) = (Drawn::default(), 0);
    for (k, (_, group)) in by_cell.iter().enumerate() {
        rule.of(k as u32, &mut drawn);
        for source in &drawn.sources {
            let cell = sources.start + *source as usize;
            for target in group {
                let connection = Connection {
                    source: SpikeSource::Detector { cell, detector: 0 },
                    target: *target,
                    arguments: arguments.clone(),
                    delay_ms,
                };
                tissue.model.connect(connection).map_err(|e| cable_problem(item, e))?;
                made += 1;
            }
        }
    }
    Ok(made)
}
