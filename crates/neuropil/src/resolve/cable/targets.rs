//! Which cells and which synapses: `pyramids`, `pyramids[0:3]`, `pyramids[0].excitation`,
//! `pyramids.excitation[index]`.

use neuropil_cable::SynapseTarget;
use neuropil_core::units::Unit;
use neuropil_morphology::Location;

use super::super::fields::{Amount, Fields, Item};
use super::Tissue;
use crate::experiment::Problem;
use crate::expression::{Expression, Quantity, Scope, Value};

/// A synapse of a target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    pub target: SynapseTarget,
    /// Number of the cell in its population.
    pub index: usize,
    /// Number of the synapse in its group.
    pub synapse: usize,
    /// Where it sits.
    pub place: Location,
}

/// A count as a value of expressions.
pub(super) fn count(n: usize) -> Value {
    Value::Number(Quantity::pure(n as f64))
}

/// The cells of a target such as `pyramids` or `pyramids[0:3]`.
pub(super) fn members(
    item: &Item<'_>,
    text: &str,
    tissue: &Tissue<'_>,
) -> Result<(usize, std::ops::Range<usize>), Problem> {
    let (name, range) = sliced(text);
    let known = || tissue.populations.iter().map(|p| p.name.as_str());
    let index = tissue
        .populations
        .iter()
        .position(|p| p.name == name)
        .ok_or_else(|| item.unknown_name("population", name, known()))?;
    let population = &tissue.populations[index];
    let size = population.size as usize;
    let whole = |text: &str| Ok(text.parse().ok());
    match part(range, size, whole)?.filter(|part| !part.is_empty()) {
        Some(part) => Ok((index, population.first + part.start..population.first + part.end)),
        None => {
            let expected = format!("a part of the {size} cells of \"{name}\" that is not empty");
            Err(item.out_of_range(format!("\"{text}\""), expected))
        }
    }
}

/// The point processes of a target such as `pyramids.excitation`, `pyramids[0].excitation` or
/// `pyramids.excitation[0:index]`, where `index` is the number of the cell in its population. Such a
/// part may be empty in some cells, not in all.
pub(super) fn synapses(item: &Item<'_>, tissue: &Tissue<'_>) -> Result<(usize, Vec<Aim>), Problem> {
    let expected = "a population and a group of its synapses, such as \"pyramids.excitation\"";
    let text = item.text(expected)?;
    let (cells_text, group_text) = text.rsplit_once('.').ok_or_else(|| item.wrong(expected))?;
    let (population, cells) = members(item, cells_text, tissue)?;
    let (group, range) = sliced(group_text);
    let kind = &tissue.cells[tissue.kinds[population]];
    let known = || kind.synapses.keys().map(String::as_str);
    let points = kind
        .synapses
        .get(group)
        .ok_or_else(|| item.unknown_name("group of synapses", group, known()))?;
    let (size, mut found) = (points.len(), Vec::new());
    for cell in cells {
        let index = cell - tissue.populations[population].first;
        let mut scope = tissue.context.scope.clone();
        scope.define("index", count(index));
        let part = part(range, size, |text| whole(item, text, &scope))?.ok_or_else(|| {
            let found = format!("\"{text}\" in cell {index}");
            item.out_of_range(found, format!("a part of the {size} synapses of \"{group}\""))
        })?;
        found.extend(part.map(|synapse| Aim {
            target: SynapseTarget { cell, point: points[synapse].point },
            index,
            synapse,
            place: points[synapse].place,
        }));
    }
    match found.is_empty() {
        true => Err(item.out_of_range(format!("no synapse in \"{text}\""), "at least one")),
        false => Ok((population, found)),
    }
}

/// A name and what stands in brackets behind it.
fn sliced(text: &str) -> (&str, Option<&str>) {
    match text.split_once('[') {
        Some((name, rest)) => (name.trim(), Some(rest.trim_end().trim_end_matches(']'))),
        None => (text.trim(), None),
    }
}

/// `k`, `a:b`, `a:`, `:b` of a list; `None` if it does not lie in the list.
fn part(
    range: Option<&str>,
    size: usize,
    number: impl Fn(&str) -> Result<Option<usize>, Problem>,
) -> Result<Option<std::ops::Range<usize>>, Problem> {
    let or = |text: &str, default: usize| match text.trim() {
        "" => Ok(Some(default)),
        text => number(text),
    };
    let found = match range.map(|range| range.split(':').collect::<Vec<_>>()).as_deref() {
        None => Some(0..size),
        Some([one]) => number(one.trim())?.map(|k| k..k + 1),
        Some([first, end]) => or(first, 0)?.zip(or(end, size)?).map(|(a, b)| a..b),
        Some(_) => None,
    };
    Ok(found.filter(|part| part.start <= part.end && part.end <= size))
}

/// A whole number written as an expression.
fn whole(item: &Item<'_>, text: &str, scope: &Scope) -> Result<Option<usize>, Problem> {
    let expression = Expression::parse(text).map_err(|error| item.expression_problem(error))?;
    let value = expression.value(scope).map_err(|error| item.expression_problem(error))?;
    Ok(match item.in_unit(value, Unit::ONE)? {
        Amount::Fixed(k) if k >= 0.0 && (k - k.round()).abs() < 1e-9 => Some(k.round() as usize),
        _ => None,
    })
}

/// `weight`: a number, or a list of all the arguments of the mechanism's events.
pub(super) fn arguments(
    fields: &Fields<'_>,
    population: usize,
    target: Option<&Aim>,
    tissue: &Tissue<'_>,
    scope: &Scope,
) -> Result<Vec<f64>, Problem> {
    let item = fields.need("weight", "what an event carries, such as \"0.5 nS\"")?;
    let model = &tissue.populations[population].model;
    let mechanism = target.and_then(|aim| model.point_mechanism(aim.target.point));
    let units = mechanism.and_then(|m| m.description().events.as_ref()).map(|e| e.units.clone());
    let units = units.unwrap_or_default();
    let unit = |k: usize| units.get(k).map_or("", String::as_str);
    let numbered = item.items().into_iter().enumerate();
    numbered.map(|(k, item)| item.number(scope, unit(k))).collect()
}
