//! `rule = "pairs"`: synapses given one by one.
//!
//! Indices count through the listed populations in order: with `target = ["E", "I"]` the first
//! neuron of I follows the last one of E. `sources` may be a matrix with a row for every target;
//! then there are no `targets`.

use neuropil_network::description::{Delay, Slice, Weight};

use super::context::Context;
use super::fields::{Fields, Item};
use crate::arrays::Array;
use crate::experiment::Problem;

/// The synapses that join one source slice with one target slice.
#[derive(Debug)]
pub(super) struct Part {
    /// Which of the source slices.
    pub source: usize,
    /// Which of the target slices.
    pub target: usize,
    pub sources: Vec<u32>,
    pub targets: Vec<u32>,
    /// Positions in the whole list.
    rows: Rows,
    /// Length of the whole list.
    pub total: usize,
}

/// Positions in the whole list.
#[derive(Debug)]
enum Rows {
    Range(std::ops::Range<usize>),
    List(Vec<u32>),
}

impl Part {
    /// The weights of these synapses.
    pub fn weights(&self, all: Weight) -> Weight {
        match all {
            Weight::Each(values) => Weight::Each(self.pick(values)),
            other => other,
        }
    }

    /// The delays of these synapses.
    pub fn delays(&self, all: Delay) -> Delay {
        match all {
            Delay::Each(values) => Delay::Each(self.pick(values)),
            other => other,
        }
    }

    fn pick<T: Copy>(&self, mut values: Vec<T>) -> Vec<T> {
        match &self.rows {
            Rows::Range(range) => {
                values.truncate(range.end);
                values.split_off(range.start)
            }
            Rows::List(rows) => rows.iter().map(|row| values[*row as usize]).collect(),
        }
    }
}

/// Reads `sources` and `targets` and checks every index.
pub(super) fn read(
    fields: &Fields<'_>,
    sources: &[Slice],
    targets: &[Slice],
    context: &Context,
) -> Result<Vec<Part>, Problem> {
    let expected = "an array file or a list of indices";
    let source_item = fields.need("sources", expected)?;
    let target_item = fields.get("targets");
    let listed = indices(&source_item, context)?;
    let count = |slices: &[Slice]| slices.iter().map(|slice| u64::from(slice.count)).sum::<u64>();
    check(&source_item, &listed.values, count(sources), "sources")?;
    let aimed = match &target_item {
        None if sources.len() == 1 => return rows(&source_item, targets, listed),
        Some(item) => {
            let aimed = indices(item, context)?.values;
            if aimed.len() != listed.values.len() {
                let found = format!("{} values", aimed.len());
                let expected = format!("as many as there are sources: {}", listed.values.len());
                return Err(item.out_of_range(found, expected));
            }
            check(item, &aimed, count(targets), "targets")?;
            aimed
        }
        None => rows_of_matrix(&source_item, &listed, count(targets))?,
    };
    Ok(split(sources, targets, listed.values, aimed))
}

fn indices(item: &Item<'_>, context: &Context) -> Result<Array<u32>, Problem> {
    if !item.is_list() {
        return context.indices(item);
    }
    let whole = |item: &Item<'_>| {
        item.whole(&context.scope, 0, u64::from(u32::MAX)).map(|index| index as u32)
    };
    Ok(Array::line(item.items().iter().map(whole).collect::<Result<_, _>>()?))
}

fn check(item: &Item<'_>, values: &[u32], count: u64, what: &str) -> Result<(), Problem> {
    // The maximum first: it vectorises, the search for the culprit does not.
    let greatest = values.iter().copied().max().unwrap_or(0);
    if values.is_empty() || u64::from(greatest) < count {
        return Ok(());
    }
    let row = values.iter().position(|index| u64::from(*index) >= count).unwrap_or(0);
    let found = format!("index {} in row {row}", values[row]);
    Err(item.out_of_range(found, format!("indices below {count}, the number of {what}")))
}

fn rows_of_matrix(item: &Item<'_>, listed: &Array<u32>, count: u64) -> Result<Vec<u32>, Problem> {
    let columns = columns_of(item, listed, count)?;
    Ok((0..count as u32).flat_map(|row| std::iter::repeat_n(row, columns)).collect())
}

/// Number of columns of a matrix with a row for every target.
fn columns_of(item: &Item<'_>, listed: &Array<u32>, count: u64) -> Result<usize, Problem> {
    match listed.shape[..] {
        [rows, columns] if rows as u64 == count => Ok(columns),
        [rows, _] => {
            let expected = format!("one for each of {count} targets");
            Err(item.out_of_range(format!("{rows} rows"), expected))
        }
        _ => Err(item.unsupported("a list of sources needs \"targets\" of the same length")),
    }
}

/// A matrix with a row for every target falls apart into the rows of each target slice.
fn rows(item: &Item<'_>, targets: &[Slice], listed: Array<u32>) -> Result<Vec<Part>, Problem> {
    let count = targets.iter().map(|slice| u64::from(slice.count)).sum();
    let columns = columns_of(item, &listed, count)?;
    let total = listed.values.len();
    let mut rest = listed.values;
    let mut parts = Vec::new();
    // From the back, so that each part is cut off and little moves.
    for (target, slice) in targets.iter().enumerate().rev() {
        let end = rest.len();
        let first = end - slice.count as usize * columns;
        let sources = if first == 0 { std::mem::take(&mut rest) } else { rest.split_off(first) };
        let aimed = (0..slice.count).flat_map(|row| std::iter::repeat_n(row, columns)).collect();
        let rows = Rows::Range(first..end);
        parts.push(Part { source: 0, target, sources, targets: aimed, rows, total });
    }
    parts.reverse();
    parts.retain(|part| !part.sources.is_empty());
    Ok(parts)
}

fn split(sources: &[Slice], targets: &[Slice], listed: Vec<u32>, aimed: Vec<u32>) -> Vec<Part> {
    let total = listed.len();
    if let ([_], [_]) = (sources, targets) {
        let rows = Rows::Range(0..total);
        return vec![Part { source: 0, target: 0, sources: listed, targets: aimed, rows, total }];
    }
    let ends = |slices: &[Slice]| {
        slices
            .iter()
            .scan(0, |end, slice| {
                *end += slice.count;
                Some(*end)
            })
            .collect::<Vec<u32>>()
    };
    let (source_ends, target_ends) = (ends(sources), ends(targets));
    let mut parts: Vec<Part> = (0..sources.len() * targets.len())
        .map(|k| Part {
            source: k / targets.len(),
            target: k % targets.len(),
            sources: Vec::new(),
            targets: Vec::new(),
            rows: Rows::List(Vec::new()),
            total,
        })
        .collect();
    let start = |ends: &[u32], k: usize| if k == 0 { 0 } else { ends[k - 1] };
    for (row, (source, target)) in listed.into_iter().zip(aimed).enumerate() {
        let s = source_ends.partition_point(|end| *end <= source);
        let t = target_ends.partition_point(|end| *end <= target);
        let part = &mut parts[s * targets.len() + t];
        part.sources.push(source - start(&source_ends, s));
        part.targets.push(target - start(&target_ends, t));
        if let Rows::List(rows) = &mut part.rows {
            rows.push(row as u32);
        }
    }
    parts.retain(|part| !part.sources.is_empty());
    parts
}
