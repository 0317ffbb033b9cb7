//! `pointers = { NAME = SOURCE }` of a mechanism: what its POINTERs read.
//!
//! | source | reads |
//! |---|---|
//! | `"v"` | the potential of the instance's own compartment |
//! | `"ca_shell.cai"` | a variable of a density mechanism in the same compartment |
//! | `"excitation.g"` | a variable of a group of synapses: each the one of its own number, or all the only one |
//! | `{ variable = "v", at = "soma" }`, `{ variable = "hh.m", at = "soma" }` | the same at one place |

use std::ops::Range;

use neuropil_cable::{CellModel, Reference};
use neuropil_mechanism::contract::Description;

use super::super::fields::{Fields, Item};
use super::cells::single;
use crate::experiment::Problem;

/// A POINTER and what it is to read.
pub(super) struct Pointer<'a> {
    pub name: &'a str,
    /// Where the source is written.
    item: Item<'a>,
    source: Source,
}

enum Source {
    /// The same for all instances.
    One(Reference),
    /// A variable of something that is named: a mechanism here, or a group of synapses.
    Named(String, String),
}

/// Groups of synapses and the numbers of their point processes.
pub(super) type Numbers<'a> = [(&'a str, Range<usize>)];

/// Reads the key, if it is there.
pub(super) fn read<'a>(
    fields: &Fields<'a>,
    mechanism: &Description,
    model: &CellModel,
) -> Result<Vec<Pointer<'a>>, Problem> {
    let Some(item) = fields.get("pointers") else { return Ok(Vec::new()) };
    let known: Vec<&str> =
        mechanism.pointers.iter().map(|&k| mechanism.variables[k].name.as_str()).collect();
    let mut found = Vec::new();
    let fields = item.fields()?;
    for (name, span, item) in fields.entries() {
        if !known.contains(&name) {
            return Err(fields.unknown(name, span, &known));
        }
        let source = source(&item, model)?;
        found.push(Pointer { name, item, source });
    }
    Ok(found)
}

fn source(item: &Item<'_>, model: &CellModel) -> Result<Source, Problem> {
    const EXPECTED: &str = "\"v\" or a variable such as \"hh.m\", or { variable, at }";
    if !item.is_table() {
        return match item.text(EXPECTED)? {
            "v" => Ok(Source::One(Reference::VoltageHere)),
            text => match text.split_once('.') {
                Some((owner, variable)) => Ok(Source::Named(owner.into(), variable.into())),
                None => Err(item.wrong(EXPECTED)),
            },
        };
    }
    let fields = item.fields()?;
    let of = fields.need("variable", "\"v\" or a variable such as \"hh.m\"")?;
    let at = fields.need("at", "a place such as \"soma\"")?;
    fields.finish()?;
    let place = single(&at, model)?;
    match of.text("\"v\" or a variable such as \"hh.m\"")? {
        "v" => Ok(Source::One(Reference::Voltage(place))),
        text => match text.split_once('.') {
            Some((mechanism, variable)) => Ok(Source::One(Reference::Density {
                mechanism: mechanism.into(),
                variable: variable.into(),
                place,
            })),
            None => Err(of.wrong("\"v\" or a variable such as \"hh.m\"")),
        },
    }
}

impl Pointer<'_> {
    /// The reference of instance `index` of a group of `size`.
    pub(super) fn reference(
        &self,
        index: usize,
        size: usize,
        groups: &Numbers<'_>,
    ) -> Result<Reference, Problem> {
        let (owner, variable) = match &self.source {
            Source::One(reference) => return Ok(reference.clone()),
            Source::Named(owner, variable) => (owner, variable.clone()),
        };
        let Some((_, numbers)) = groups.iter().find(|(name, _)| name == owner) else {
            let mechanism = owner.clone();
            return Ok(Reference::DensityHere { mechanism, variable });
        };
        let point = match numbers.len() {
            1 => numbers.start,
            n if n == size => numbers.start + index,
            n => {
                let expected = format!("a group of 1 or {size} synapses");
                return Err(self.item.out_of_range(format!("\"{owner}\" with {n}"), expected));
            }
        };
        Ok(Reference::Point { point, variable })
    }

    /// Checks, when everything is on the cell, that what is read exists there.
    pub(super) fn check(&self, model: &CellModel, groups: &Numbers<'_>) -> Result<(), Problem> {
        let (owner, variable) = match &self.source {
            Source::Named(owner, variable) => (owner, variable),
            Source::One(Reference::Density { mechanism, variable, .. }) => (mechanism, variable),
            Source::One(_) => return Ok(()),
        };
        let point = groups.iter().find(|(name, _)| name == owner);
        let description = match point {
            Some((_, numbers)) => model.point_mechanism(numbers.start),
            None => model.mechanisms().into_iter().find(|m| m.name() == owner),
        };
        let Some(description) = description.map(|mechanism| mechanism.description()) else {
            let mechanisms = model.mechanisms().into_iter().map(|m| m.name());
            let known = mechanisms.chain(groups.iter().map(|(name, _)| *name));
            return Err(self.item.unknown_name("mechanism or group of synapses", owner, known));
        };
        if description.variable(variable).is_none() {
            let known = description.variables.iter().map(|v| v.name.as_str());
            return Err(self.item.unknown_name("variable", variable, known));
        }
        Ok(())
    }
}
