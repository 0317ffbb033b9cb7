//! Branches laid into a grid.
//!
//! A branch fills consecutive rows of one column, its *lane*. It may lie farther from the first
//! row than it has to, as long as it begins after the row of the node that it is joined to: every
//! lane is filled from the last row upwards without gaps, the longest branches first, each in the
//! fullest lane that takes it. The lanes in use are then the first ones of every row.

use super::branch::Branch;

/// Where branches lie.
#[derive(Debug, Default)]
pub(super) struct Packing {
    /// Lane and first row of each branch.
    pub(super) at: Vec<(usize, usize)>,
    /// Lanes in use in each row; never fewer than in the row before.
    pub(super) widths: Vec<usize>,
}

/// Packs branches. `row_of` holds the row of every node packed before, and takes those of these;
/// a branch joined to a node that is not among the `branches` may begin in the first row.
pub(super) fn pack(branches: &[&Branch], row_of: &mut [usize]) -> Packing {
    let rows = branches.iter().map(|b| b.nodes.len()).max().unwrap_or(0);
    let mut order: Vec<usize> = (0..branches.len()).collect();
    // Longer than everything that is joined to it: a branch comes before those.
    order.sort_by_key(|&k| {
        (usize::MAX - branches[k].nodes.len(), branches[k].rank, branches[k].cell)
    });
    let mut own = vec![false; row_of.len()];
    let mut at = vec![(0, 0); branches.len()];
    // First row in use of each lane.
    let mut tops: Vec<usize> = Vec::new();
    for k in order {
        let branch = branches[k];
        let earliest = match branch.joined_to {
            Some(node) if own[node as usize] => row_of[node as usize] + 1,
            _ => 0,
        };
        let needed = earliest + branch.nodes.len();
        let fitting = tops.iter().enumerate().filter(|(_, top)| **top >= needed);
        let lane = fitting.min_by_key(|(lane, top)| (**top, *lane)).map(|(lane, _)| lane);
        let lane = lane.unwrap_or_else(|| {
            tops.push(rows);
            tops.len() - 1
        });
        tops[lane] -= branch.nodes.len();
        at[k] = (lane, tops[lane]);
        for (row, &node) in (tops[lane]..).zip(&branch.nodes) {
            row_of[node as usize] = row;
            own[node as usize] = true;
        }
    }
    let mut sorted: Vec<usize> = (0..tops.len()).collect();
    sorted.sort_by_key(|&lane| tops[lane]);
    let mut rank = vec![0; tops.len()];
    sorted.iter().enumerate().for_each(|(new, &old)| rank[old] = new);
    at.iter_mut().for_each(|(lane, _)| *lane = rank[*lane]);
    let widths = (0..rows).map(|row| tops.iter().filter(|t| **t <= row).count()).collect();
    Packing { at, widths }
}
