//! From ids to a forest: parents by index, and an order with every parent before its children.

use std::collections::BTreeMap;

use super::error::SwcError;
use super::sample::Sample;

/// The index of each sample's parent.
pub(super) fn parents(samples: &[Sample]) -> Result<Vec<Option<usize>>, SwcError> {
    let mut by_id: BTreeMap<i64, usize> = BTreeMap::new();
    for (index, sample) in samples.iter().enumerate() {
        let (line, id) = (sample.line, sample.id);
        if id < 0 {
            return Err(SwcError::NegativeId { line, id });
        }
        if let Some(first) = by_id.insert(id, index) {
            return Err(SwcError::DuplicateId { line, first: samples[first].line, id });
        }
    }
    samples
        .iter()
        .map(|sample| {
            let (line, id, parent) = (sample.line, sample.id, sample.parent);
            match by_id.get(&parent) {
                _ if parent < 0 => Ok(None),
                None if parent == 0 => Ok(None),
                _ if parent == id => Err(SwcError::OwnParent { line, id }),
                Some(&index) => Ok(Some(index)),
                None => Err(SwcError::MissingParent { line, id, parent }),
            }
        })
        .collect()
}

/// Depth first from the roots, children in the order given.
pub(super) fn order(samples: &[Sample], parent: &[Option<usize>]) -> Result<Vec<usize>, SwcError> {
    let mut children = vec![Vec::new(); samples.len()];
    let mut stack = Vec::new();
    for (index, parent) in parent.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(index),
            None => stack.push(index),
        }
    }
    stack.reverse();
    let mut order = Vec::with_capacity(samples.len());
    while let Some(index) = stack.pop() {
        order.push(index);
        stack.extend(children[index].iter().rev());
    }
    if order.len() == samples.len() {
        return Ok(order);
    }
    Err(cycle(samples, parent, &order))
}

/// Follows parents from a sample that no root reaches, until one repeats.
fn cycle(samples: &[Sample], parent: &[Option<usize>], reached: &[usize]) -> SwcError {
    let mut seen = vec![false; samples.len()];
    for &index in reached {
        seen[index] = true;
    }
    let mut here = seen.iter().position(|seen| !seen).unwrap_or(0);
    let mut way = Vec::new();
    while !seen[here] {
        seen[here] = true;
        way.push(here);
        here = parent[here].unwrap_or(here);
    }
    let start = way.iter().position(|&index| index == here).unwrap_or(0);
    let circle = &way[start..];
    let line = circle.iter().map(|&index| samples[index].line).min().unwrap_or(0);
    SwcError::Cycle { line, ids: circle.iter().map(|&index| samples[index].id).collect() }
}
