//! Results of instances to the columns of compartments.

use pulp::Arch;

use super::CHUNK;
use super::execute::Chunks;
use super::lanes;
use super::operand::Operand;

/// The value of one instance.
pub(super) fn at(values: Operand<'_>, k: usize) -> f64 {
    match values {
        Operand::Each(values) => values[k],
        Operand::One(x) => x,
    }
}

/// Puts values where the instances are.
pub(super) fn overwrite(column: &mut [f64], nodes: &[u32], values: Operand<'_>) {
    for (k, &node) in nodes.iter().enumerate() {
        column[node as usize] = at(values, k);
    }
}

/// Adds in the order of the instances, to nothing if `fresh`.
pub(super) fn accumulate(
    column: &mut [f64],
    chunks: &Chunks<'_>,
    (start, real): (usize, usize),
    values: Operand<'_>,
    fresh: bool,
    arch: Arch,
) {
    let nodes = &chunks.nodes[start..start + real];
    let weight = |k: usize| chunks.scale.get(start + k).copied().unwrap_or(1.0);
    match (chunks.runs[start / CHUNK], values, chunks.scale.is_empty()) {
        (Some(first), Operand::Each(values), true) => {
            let column = &mut column[first..first + real];
            let add = if fresh { lanes::put_to } else { lanes::add_to };
            add(arch, column, &values[..real]);
        }
        (_, Operand::Each(values), false) if !fresh => {
            for ((&node, x), weight) in nodes.iter().zip(values).zip(&chunks.scale[start..]) {
                column[node as usize] += x * weight;
            }
        }
        _ => {
            for (k, &node) in nodes.iter().enumerate() {
                let sum = &mut column[node as usize];
                *sum = if fresh { 0.0 } else { *sum } + at(values, k) * weight(k);
            }
        }
    }
}
