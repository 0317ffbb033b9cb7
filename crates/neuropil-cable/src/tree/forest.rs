//! The order in which the nodes of many trees are eliminated.
//!
//! Hines (1984), doi:10.1016/0020-7101(84)90008-4, visits children before parents, one node at a
//! time: a chain of dependent divisions. Here the trees are laid out as a grid instead. A row holds
//! the nodes of one depth; going down a branch, the tallest child keeps its parent's column (its
//! *lane*), so that a whole row is folded into the row above it by vector instructions. The other
//! children of a fork begin a lane of their own and are joined to it one by one. Lanes are given
//! to the deepest branches first, and reused where a branch has ended or not begun; what stays
//! free in a row is padding. Equal cells get neighbouring lanes.
//!
//! What is added to a node, and in which order, does not depend on the cells that share a forest,
//! hence neither do the results.

use thiserror::Error;

/// Marks a root in a parent array.
pub const ROOT: u32 = u32::MAX;

/// Width of a row is a multiple of this: one AVX2 register.
pub(crate) const LANES: usize = 4;

/// Why parent arrays are not trees.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ForestError {
    #[error("node {node} names parent {parent}, which does not come before it")]
    NotBefore { node: usize, parent: u32 },
}

/// A child that does not lie below its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Joint {
    pub(crate) child: usize,
    pub(crate) parent: usize,
}

/// Elimination schedule of a set of trees.
///
/// *Nodes* are the numbers of the caller, *places* are positions in the grid, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    /// Place of each node.
    pub(crate) place: Vec<u32>,
    /// Whether the node lies below its parent.
    pub(crate) below: Vec<bool>,
    /// First place of each row, and the number of places.
    pub(crate) rows: Vec<usize>,
    /// Joints of the rows from 1 on.
    pub(crate) joints: Vec<Joint>,
    /// First joint of each row from 1 on, and the number of joints.
    pub(crate) row_joints: Vec<usize>,
}

/// A branch from its first node on through the tallest children.
struct Branch {
    start: usize,
    end: usize,
    /// Nodes from the first on, as numbers of the caller.
    nodes: Vec<u32>,
    /// Parent of the first node.
    joined_to: Option<u32>,
    rank: usize,
    cell: usize,
}

impl Forest {
    /// Schedules trees given by their parents, one array per cell; nodes are numbered cell after cell.
    ///
    /// # Shapes
    /// `cells[c][k]` is the parent of node `k` of cell `c`, counted within the cell and below `k`,
    /// or [`ROOT`].
    ///
    /// # Errors
    /// [`ForestError::NotBefore`] if a parent does not precede its child.
    pub fn new(cells: &[&[u32]]) -> Result<Self, ForestError> {
        let mut branches = Vec::new();
        let mut first = 0u32;
        for (cell, parents) in cells.iter().enumerate() {
            branches.extend(branches_of(cell, parents, first)?);
            first += parents.len() as u32;
        }
        branches.sort_by_key(|b| (usize::MAX - b.end, b.start, b.rank, b.cell));
        let lanes = assign_lanes(&branches);
        let depth = branches.iter().map(|b| b.end).max().unwrap_or(0);
        let mut width = vec![0usize; depth];
        for (branch, &lane) in branches.iter().zip(&lanes) {
            for row in &mut width[branch.start..branch.end] {
                *row = (*row).max(lane + 1);
            }
        }
        let mut rows = vec![0];
        for w in width {
            rows.push(rows[rows.len() - 1] + w.next_multiple_of(LANES));
        }
        let (mut place, mut below) = (vec![0u32; first as usize], vec![true; first as usize]);
        for (branch, &lane) in branches.iter().zip(&lanes) {
            below[branch.nodes[0] as usize] = false;
            for (k, &node) in branch.nodes.iter().enumerate() {
                place[node as usize] = (rows[branch.start + k] + lane) as u32;
            }
        }
        let (joints, row_joints) = joints_of(&branches, &place, depth);
        Ok(Self { place, below, rows, joints, row_joints })
    }

    /// Renumbers the nodes, for a caller who keeps them in another order.
    ///
    /// # Panics
    /// If `new_of_old` has not one entry per node.
    pub fn renumber(&mut self, new_of_old: &[u32]) {
        let (place, below) = (self.place.clone(), self.below.clone());
        for (old, &new) in new_of_old.iter().enumerate() {
            self.place[new as usize] = place[old];
            self.below[new as usize] = below[old];
        }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.place.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    /// Number of places, padding included.
    pub fn places(&self) -> usize {
        self.rows[self.rows.len() - 1]
    }

    /// Place of each node.
    pub fn place(&self) -> &[u32] {
        &self.place
    }

    /// Length of the longest path from a root, in nodes: the sequential part of a solution.
    pub fn depth(&self) -> usize {
        self.rows.len() - 1
    }
}

/// The branches of one tree.
fn branches_of(cell: usize, parents: &[u32], first: u32) -> Result<Vec<Branch>, ForestError> {
    let n = parents.len();
    let mut depth = vec![0usize; n];
    for (k, &parent) in parents.iter().enumerate() {
        if parent != ROOT {
            if parent as usize >= k {
                return Err(ForestError::NotBefore { node: k, parent });
            }
            depth[k] = depth[parent as usize] + 1;
        }
    }
    // Height of the subtree under each node, and its tallest child (the first of equals).
    let (mut height, mut tallest) = (vec![1usize; n], vec![None; n]);
    for k in (0..n).rev().filter(|&k| parents[k] != ROOT) {
        let p = parents[k] as usize;
        if height[k] + 1 >= height[p] {
            height[p] = height[k] + 1;
            tallest[p] = Some(k);
        }
    }
    let heads = (0..n).filter(|&k| parents[k] == ROOT || tallest[parents[k] as usize] != Some(k));
    let branch = |(rank, head): (usize, usize)| {
        let nodes = std::iter::successors(Some(head), |&k| tallest[k]);
        Branch {
            start: depth[head],
            end: depth[head] + height[head],
            nodes: nodes.map(|k| first + k as u32).collect(),
            joined_to: (parents[head] != ROOT).then(|| first + parents[head]),
            rank,
            cell,
        }
    };
    Ok(heads.enumerate().map(branch).collect())
}

/// The lowest lane that is free for the whole of each branch, branch after branch.
fn assign_lanes(branches: &[Branch]) -> Vec<usize> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let lane_of = |branch: &Branch| {
        let free = |lane: &Vec<(usize, usize)>| {
            lane.iter().all(|&(start, end)| end <= branch.start || branch.end <= start)
        };
        let lane = taken.iter().position(free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[lane].push((branch.start, branch.end));
        lane
    };
    branches.iter().map(lane_of).collect()
}

fn joints_of(branches: &[Branch], place: &[u32], depth: usize) -> (Vec<Joint>, Vec<usize>) {
    // By row, then by node: the order of one cell's joints is its own.
    let mut found: Vec<(usize, u32, u32)> = branches
        .iter()
        .filter_map(|b| b.joined_to.map(|parent| (b.start, b.nodes[0], parent)))
        .collect();
    found.sort_unstable();
    let row_joints = (1..=depth.max(1)).map(|row| found.partition_point(|f| f.0 < row)).collect();
    let joint = |&(_, child, parent): &(usize, u32, u32)| Joint {
        child: place[child as usize] as usize,
        parent: place[parent as usize] as usize,
    };
    (found.iter().map(joint).collect(), row_joints)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 ─ 1 ─ 2 ─ 4 ; 1 ─ 3
    const FORK: [u32; 5] = [ROOT, 0, 1, 1, 2];

    #[test]
    fn equal_cells_lie_side_by_side() {
        let forest = Forest::new(&[&FORK, &FORK, &FORK]).unwrap();
        let rows = [(0, 0), (1, 4), (2, 8), (3, 8 + 3), (4, 16)];
        for (node, place) in rows {
            let places: Vec<u32> = (0..3).map(|c| forest.place[5 * c + node]).collect();
            assert_eq!(places, [place, place + 1, place + 2], "node {node}");
        }
        assert_eq!(forest.rows, [0, 4, 8, 16, 20]);
        assert_eq!(forest.joints.len(), 3);
        assert_eq!(forest.row_joints, [0, 0, 3, 3]);
    }

    #[test]
    fn lanes_are_used_again() {
        // A long branch, and two short ones that hang from it far from each other.
        let mut parents: Vec<u32> = vec![ROOT];
        parents.extend(0..9);
        parents.extend([1, 6]);
        let forest = Forest::new(&[&parents]).unwrap();
        assert_eq!(forest.places(), 10 * LANES);
        assert_eq!(forest.place[10] % 4, 1);
        assert_eq!(forest.place[11] % 4, 1);
    }

    #[test]
    fn a_child_before_its_parent_is_refused() {
        let error = Forest::new(&[&[ROOT, 2, 0]]).unwrap_err();
        assert_eq!(error, ForestError::NotBefore { node: 1, parent: 2 });
    }
}
