//! Parts of populations: `E`, `E[0:50]`, `E[7]`, `E[::10]`, or a list of such.

use neuropil_network::description::{Neurons, Population, Slice};

use super::fields::Item;
use crate::experiment::Problem;

/// A part of a population, as Python slices: first, end, step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub population: usize,
    pub first: u32,
    pub end: u32,
    pub step: u32,
}

impl Part {
    /// The neurons of it, within their population of `size`.
    pub fn neurons(&self, size: u32) -> Neurons {
        match (self.first, self.end, self.step) {
            (0, end, 1) if end == size => Neurons::All,
            (first, end, 1) => Neurons::Range(first..end),
            (first, end, step) => Neurons::List((first..end).step_by(step as usize).collect()),
        }
    }
}

/// Reads one part or a list of parts.
pub(super) fn parts(item: &Item<'_>, populations: &[Population]) -> Result<Vec<Part>, Problem> {
    item.items().iter().map(|item| part(item, populations)).collect()
}

/// Reads one part or a list of parts, each contiguous.
pub(super) fn slices(item: &Item<'_>, populations: &[Population]) -> Result<Vec<Slice>, Problem> {
    let slice = |part: Part| Slice {
        population: part.population,
        first: part.first,
        count: part.end - part.first,
    };
    parts(item, populations)?
        .into_iter()
        .map(|part| match part.step {
            1 => Ok(slice(part)),
            step => Err(item.out_of_range(format!("step {step}"), "neurons next to each other")),
        })
        .collect()
}

fn part(item: &Item<'_>, populations: &[Population]) -> Result<Part, Problem> {
    let expected = "a population such as \"E\" or a part such as \"E[0:50]\"";
    let text = item.text(expected)?.trim();
    let (name, range) = match text.split_once('[') {
        Some((name, rest)) => {
            let range = rest.trim_end().strip_suffix(']').ok_or_else(|| item.wrong(expected))?;
            (name.trim(), Some(range))
        }
        None => (text, None),
    };
    let population = populations
        .iter()
        .position(|p| p.name == name)
        .ok_or_else(|| item.unknown_population(name, populations))?;
    sliced(item, text, range, population, &populations[population])
}

/// The part of a population that the brackets of `text` say; all of it without brackets.
pub(super) fn range(
    item: &Item<'_>,
    text: &str,
    population: usize,
    of: &Population,
) -> Result<Part, Problem> {
    let expected = "a part such as \"[0:50]\"";
    let range = match text.split_once('[') {
        Some((_, rest)) => {
            Some(rest.trim_end().strip_suffix(']').ok_or_else(|| item.wrong(expected))?)
        }
        None => None,
    };
    sliced(item, text, range, population, of)
}

fn sliced(
    item: &Item<'_>,
    text: &str,
    range: Option<&str>,
    population: usize,
    of: &Population,
) -> Result<Part, Problem> {
    let (name, size) = (&of.name, of.size);
    let expected = "a population such as \"E\" or a part such as \"E[0:50]\"";
    let Some(range) = range else {
        return Ok(Part { population, first: 0, end: size, step: 1 });
    };
    let bounds: Vec<&str> = range.split(':').map(str::trim).collect();
    let number = |text: &str, default: u32| match text {
        "" => Ok(default),
        _ => text.parse::<u32>().map_err(|_| item.wrong(expected)),
    };
    let (first, end, step) = match bounds[..] {
        [index] => {
            let first = index.parse::<u32>().map_err(|_| item.wrong(expected))?;
            (first, first.saturating_add(1), 1)
        }
        [first, end] => (number(first, 0)?, number(end, size)?, 1),
        [first, end, step] => (number(first, 0)?, number(end, size)?, number(step, 1)?),
        _ => return Err(item.wrong(expected)),
    };
    if end > size || first >= end || step == 0 {
        let expected = format!("a part of the {size} neurons of \"{name}\" that is not empty");
        return Err(item.out_of_range(format!("\"{text}\""), expected));
    }
    Ok(Part { population, first, end, step })
}

impl Item<'_> {
    fn unknown_population(&self, name: &str, populations: &[Population]) -> Problem {
        let known: Vec<String> = populations.iter().map(|p| p.name.clone()).collect();
        let suggestion = neuropil_core::names::suggestion(name, known.iter().map(String::as_str));
        let place = self.place.clone();
        let (kind, name) = ("population", name.into());
        let fault = crate::experiment::Fault::UnknownName { place, kind, name, suggestion };
        Problem::at(self.span(), fault)
    }
}
