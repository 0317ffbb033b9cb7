//! The order in which the nodes of many trees are eliminated.
//!
//! Hines (1984), doi:10.1016/0020-7101(84)90008-4, visits children before parents, one node at a
//! time: a chain of dependent divisions. Nodes at equal depth never depend on each other, so they
//! are put side by side here: the trees are sorted by depth, the tallest subtree first, and equal
//! nodes of equal cells adjacent. A level then falls into a few *runs* in which children and
//! parents are both consecutive, which vector instructions take whole. The order seen by one cell
//! does not depend on the cells it shares a forest with, hence neither do its results.

use thiserror::Error;

/// Marks a root in a parent array.
pub const ROOT: u32 = u32::MAX;

/// Why parent arrays are not trees.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ForestError {
    #[error("node {node} names parent {parent}, which does not come before it")]
    NotBefore { node: usize, parent: u32 },
}

/// Consecutive nodes of one level whose parents are consecutive too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) child: usize,
    pub(crate) parent: usize,
    pub(crate) len: usize,
}

/// Elimination schedule of a set of trees.
///
/// *Places* are positions in elimination order, *nodes* the numbers of the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    /// Node at each place.
    pub(crate) node: Vec<u32>,
    /// Place of each parent; meaningless for roots, which are the first places.
    pub(crate) parent: Vec<u32>,
    /// First place of each level, and the number of places.
    pub(crate) levels: Vec<usize>,
    /// Runs of level 1, 2, …, in order.
    pub(crate) runs: Vec<Run>,
    /// First run of each level ≥ 1, and the number of runs.
    pub(crate) level_runs: Vec<usize>,
}

/// A node's sort key: depth, height from above, rank among its cell's level, cell.
type Key = (u32, u32, u32, u32);

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
        let total = cells.iter().map(|c| c.len()).sum();
        let mut keys: Vec<(Key, u32, u32)> = Vec::with_capacity(total);
        let mut first = 0u32;
        for (cell, parents) in cells.iter().enumerate() {
            for (k, (depth, height, rank)) in levels_of(parents)?.into_iter().enumerate() {
                let parent = if parents[k] == ROOT { ROOT } else { first + parents[k] };
                let key = (depth, u32::MAX - height, rank, cell as u32);
                keys.push((key, first + k as u32, parent));
            }
            first += parents.len() as u32;
        }
        keys.sort_unstable();
        let mut place = vec![0u32; total];
        for (p, (_, node, _)) in keys.iter().enumerate() {
            place[*node as usize] = p as u32;
        }
        let node: Vec<u32> = keys.iter().map(|(_, node, _)| *node).collect();
        let parent: Vec<u32> = keys
            .iter()
            .map(|(_, _, parent)| if *parent == ROOT { 0 } else { place[*parent as usize] })
            .collect();
        let mut levels = vec![0];
        levels.extend((1..total).filter(|&p| keys[p].0.0 != keys[p - 1].0.0));
        levels.push(total);
        let (runs, level_runs) = runs_of(&levels, &parent);
        Ok(Self { node, parent, levels, runs, level_runs })
    }

    /// Renumbers the nodes, for a caller who stores them in another order.
    pub fn renumber(&mut self, new_of_old: &[u32]) {
        for node in &mut self.node {
            *node = new_of_old[*node as usize];
        }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.node.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.node.is_empty()
    }

    /// Node at each place.
    pub fn node(&self) -> &[u32] {
        &self.node
    }

    /// Length of the longest path from a root, in nodes: the sequential part of a solution.
    pub fn depth(&self) -> usize {
        self.levels.len() - 1
    }

    /// Number of runs: with [`len`](Self::len), how well vectors are filled.
    pub fn runs(&self) -> usize {
        self.runs.len()
    }
}

/// Depth, height and rank within its level of each node of one tree.
fn levels_of(parents: &[u32]) -> Result<Vec<(u32, u32, u32)>, ForestError> {
    let n = parents.len();
    let (mut depth, mut height, mut rank) = (vec![0u32; n], vec![0u32; n], vec![0u32; n]);
    for (k, &parent) in parents.iter().enumerate() {
        if parent != ROOT {
            if parent as usize >= k {
                return Err(ForestError::NotBefore { node: k, parent });
            }
            depth[k] = depth[parent as usize] + 1;
        }
    }
    for k in (0..n).rev() {
        if parents[k] != ROOT {
            let p = parents[k] as usize;
            height[p] = height[p].max(height[k] + 1);
        }
    }
    let mut by_depth: Vec<usize> = (0..n).collect();
    by_depth.sort_by_key(|&k| depth[k]);
    let mut start = 0;
    while start < n {
        let end = start
            + by_depth[start..].iter().take_while(|&&k| depth[k] == depth[by_depth[start]]).count();
        by_depth[start..end].sort_by_key(|&k| {
            let parent_rank = if parents[k] == ROOT { 0 } else { rank[parents[k] as usize] };
            (u32::MAX - height[k], parent_rank, k)
        });
        for (r, &k) in by_depth[start..end].iter().enumerate() {
            rank[k] = r as u32;
        }
        start = end;
    }
    Ok((0..n).map(|k| (depth[k], height[k], rank[k])).collect())
}

fn runs_of(levels: &[usize], parent: &[u32]) -> (Vec<Run>, Vec<usize>) {
    let (mut runs, mut level_runs): (Vec<Run>, Vec<usize>) = (Vec::new(), Vec::new());
    for level in levels.windows(2).skip(1) {
        let first = runs.len();
        level_runs.push(first);
        for child in level[0]..level[1] {
            let parent = parent[child] as usize;
            match runs[first..].last_mut() {
                Some(run) if run.parent + run.len == parent => run.len += 1,
                _ => runs.push(Run { child, parent, len: 1 }),
            }
        }
    }
    level_runs.push(runs.len());
    (runs, level_runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 ─ 1 ─ 2 ─ 4 ; 1 ─ 3
    const FORK: [u32; 5] = [ROOT, 0, 1, 1, 2];

    #[test]
    fn equal_cells_lie_side_by_side() {
        let forest = Forest::new(&[&FORK, &FORK, &FORK]).unwrap();
        assert_eq!(forest.node, [0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14]);
        assert_eq!(forest.levels, [0, 3, 6, 12, 15]);
        // The fork makes two runs at its level, everything else is one.
        assert_eq!(forest.runs(), 4);
    }

    #[test]
    fn a_child_before_its_parent_is_refused() {
        let error = Forest::new(&[&[ROOT, 2, 0]]).unwrap_err();
        assert_eq!(error, ForestError::NotBefore { node: 1, parent: 2 });
    }

    #[test]
    fn the_order_within_a_cell_ignores_its_company() {
        let other = [ROOT, 0, 0, 0, 1, 4, 5, 2];
        let alone = Forest::new(&[&FORK]).unwrap();
        let company = Forest::new(&[&other, &FORK, &other]).unwrap();
        let seen: Vec<u32> =
            company.node.iter().filter(|n| (8..13).contains(*n)).map(|n| n - 8).collect();
        assert_eq!(seen, alone.node);
    }
}
