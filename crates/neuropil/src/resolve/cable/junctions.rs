//! `[gap_junctions.NAME]`: conductances between cells.
//!
//! `source` and `target` are cells such as `ring` or `ring[0:4]`; `at`, or `source_at` and
//! `target_at`, say where (the origin, if not given; the k-th place of one side is joined to the
//! k-th of the other); `rule` says which pairs (`all_to_all`, if not given). Junctions have no
//! direction: a pair drawn twice, or both ways, is joined once, and no cell is joined to itself
//! unless its two places differ.

use std::collections::BTreeSet;

use neuropil_cable::GapJunction;
use neuropil_morphology::Location;
use neuropil_network::connect::{Drawn, Sources};
use neuropil_network::description::{BlockMatrix, Connection, Delay, Slice, Weight};

use super::super::fields::{Fields, Item};
use super::super::rule;
use super::targets::members;
use super::{Tissue, cable_problem, cells};
use crate::experiment::{Fault, Problem};

/// Reads the section.
pub(super) fn read(section: &Fields<'_>, tissue: &mut Tissue<'_>) -> Result<(), Problem> {
    for (index, (_, _, item)) in section.entries().enumerate() {
        let fields = item.fields()?;
        one(index, &item, &fields, tissue)?;
        fields.finish()?;
    }
    Ok(())
}

fn one(
    index: usize,
    item: &Item<'_>,
    fields: &Fields<'_>,
    tissue: &mut Tissue<'_>,
) -> Result<(), Problem> {
    let conductance = fields.need("conductance", "a conductance such as \"1 nS\"")?;
    let scope = &tissue.context.scope;
    let conductance_us = conductance.number_where(scope, "nS", "above 0 nS", |g| g > 0.0)? * 1e-3;
    let source = fields.need("source", "cells such as \"ring\" or \"ring[0]\"")?;
    let target = fields.need("target", "cells such as \"ring\" or \"ring[1]\"")?;
    let (from, sources) = members(&source, source.text("cells such as \"ring\"")?, tissue)?;
    let (to, targets) = members(&target, target.text("cells such as \"ring\"")?, tissue)?;
    let both = fields.get("at");
    let from_places = places(fields.get("source_at").as_ref().or(both.as_ref()), from, tissue)?;
    let to_places = places(fields.get("target_at").as_ref().or(both.as_ref()), to, tissue)?;
    if from_places.len() != to_places.len() {
        let found = format!("{} places and {}", from_places.len(), to_places.len());
        return Err(item.out_of_range(found, "as many places on the source as on the target"));
    }
    let name = match fields.get("rule") {
        None => "all_to_all",
        Some(item) => rule_name(&item)?,
    };
    let slice = |population: usize, cells: &std::ops::Range<usize>| Slice {
        population,
        first: (cells.start - tissue.populations[population].first) as u32,
        count: cells.len() as u32,
    };
    let (source, target) = (slice(from, &sources), slice(to, &targets));
    let drawing = Connection {
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
    // Numbered apart from the connections, so that neither changes what the other draws.
    let rule =
        Sources::new(&drawing, tissue.context.seed, (1 << 24) + index).map_err(|source| {
            Problem::at(item.span(), Fault::Model { place: item.place.clone(), source })
        })?;
    let (mut drawn, mut joined) = (Drawn::default(), BTreeSet::new());
    for target in targets.clone() {
        rule.of((target - targets.start) as u32, &mut drawn);
        for source in &drawn.sources {
            let source = sources.start + *source as usize;
            for (&a, &b) in from_places.iter().zip(&to_places) {
                let (a, b) = ((source, a), (target, b));
                if a == b || !joined.insert(unordered(a, b)) {
                    continue;
                }
                let made = tissue.model.couple(GapJunction { a, b, conductance_us });
                made.map_err(|error| cable_problem(item, error))?;
            }
        }
    }
    Ok(())
}

fn places(
    item: Option<&Item<'_>>,
    population: usize,
    tissue: &Tissue<'_>,
) -> Result<Vec<Location>, Problem> {
    let model = &tissue.populations[population].model;
    match item {
        Some(item) => cells::places(item, model),
        None => Ok(vec![cells::origin(model)]),
    }
}

fn rule_name<'a>(item: &Item<'a>) -> Result<&'a str, Problem> {
    let name = item.text("the name of a connection rule")?;
    let known = || rule::RULES.iter().copied().filter(|rule| *rule != "pairs");
    if known().any(|rule| rule == name) {
        return Ok(name);
    }
    Err(item.unknown_name("connection rule", name, known()))
}

type End = (usize, usize, u64);

/// The same for both directions.
fn unordered(a: (usize, Location), b: (usize, Location)) -> (End, End) {
    let key = |(cell, place): (usize, Location)| (cell, place.section, place.fraction.to_bits());
    let (a, b) = (key(a), key(b));
    (a.min(b), a.max(b))
}
