//! The order in which the nodes of many trees are eliminated.
//!
//! Hines (1984), doi:10.1016/0020-7101(84)90008-4, visits children before parents, one node at a
//! time: a chain of dependent divisions. Here the trees are rooted at their middles and laid out
//! as a grid. Along a branch a node lies one row below its neighbour towards the root, so that a
//! whole row is folded into the row above it by vector instructions. The other branches of a fork
//! begin in a lane of their own, anywhere below, and are joined to the fork one by one.
//!
//! Subtrees whose matrix never changes are kept in a grid of their own: they are eliminated once,
//! and only their right-hand sides are swept.
//!
//! What is added to a node, and in which order, does not depend on the cells that share a forest,
//! hence neither do the results.

use thiserror::Error;

use super::branch::{Branch, root};
use super::pack::{Packing, pack};

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

/// A first node of a branch and the node of another branch that it is joined to, by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Joint {
    pub(crate) child: u32,
    pub(crate) parent: u32,
}

/// One of the two grids: rows of chunks of [`LANES`] places, and what joins them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Grid {
    /// First place of each row, and the end of the last. No row is narrower than the one before.
    pub(crate) rows: Vec<usize>,
    /// Joints whose child lies in the grid: by parent, from the last row to the first, then in the
    /// cell's own order. Those to the other grid come after all these.
    pub(crate) joints: Vec<Joint>,
    /// Joints by the row of the child.
    pub(crate) by_child: Vec<u32>,
    /// Chunks and those above them, from the first row to the last.
    pub(crate) folds: Vec<[u32; 2]>,
    /// Chunks with nothing above, likewise.
    pub(crate) tops: Vec<u32>,
    /// The way to the first row.
    pub(crate) up: Vec<Stretch>,
    /// The way back.
    pub(crate) down: Vec<Stretch>,
}

/// Rows between which nothing has to be joined: first entries of three lists, up to the next
/// stretch. On the way up the joints come first and the tops last, on the way down the folds come
/// first and the joints last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stretch {
    pub(crate) joints: usize,
    pub(crate) folds: usize,
    pub(crate) tops: usize,
}

/// Elimination schedule of a set of trees.
///
/// *Nodes* are the numbers of the caller, *places* are positions in the grids, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    /// Place of each node.
    pub(crate) place: Vec<u32>,
    /// Whether the node lies below its neighbour towards the root.
    pub(crate) below: Vec<bool>,
    /// Neighbour towards the root, or [`ROOT`].
    pub(crate) parent: Vec<u32>,
    /// The node whose conductance to its original parent leads there.
    pub(crate) edge: Vec<u32>,
    /// Whether the node lies in a subtree whose matrix never changes.
    pub(crate) constant: Vec<bool>,
    /// What has to be eliminated at every step.
    pub(crate) changing: Grid,
    /// What is eliminated once; its places follow those of `changing`.
    pub(crate) fixed: Grid,
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
        let changing: Vec<Vec<bool>> = cells.iter().map(|c| vec![false; c.len()]).collect();
        Self::with_constant(cells, &changing.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// As [`Self::new`], where some nodes are marked whose diagonal never changes. Those that hang
    /// together in whole subtrees are eliminated once.
    ///
    /// # Shapes
    /// `constant` as `cells`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_constant(cells: &[&[u32]], constant: &[&[bool]]) -> Result<Self, ForestError> {
        let n = cells.iter().map(|c| c.len()).sum();
        let mut made = Self {
            place: vec![0; n],
            below: vec![true; n],
            parent: Vec::with_capacity(n),
            edge: Vec::with_capacity(n),
            constant: Vec::with_capacity(n),
            changing: Grid::default(),
            fixed: Grid::default(),
        };
        let mut branches: Vec<Branch> = Vec::new();
        for (cell, (&parents, &constant)) in cells.iter().zip(constant).enumerate() {
            for (node, &parent) in parents.iter().enumerate() {
                if parent != ROOT && parent as usize >= node {
                    return Err(ForestError::NotBefore { node, parent });
                }
            }
            let rooted = root(cell, parents, constant, made.parent.len() as u32);
            branches.extend(rooted.branches);
            made.parent.extend(rooted.parent);
            made.edge.extend(rooted.edge);
            made.constant.extend(rooted.constant);
        }
        for branch in &branches {
            made.below[branch.nodes[0] as usize] = false;
        }
        let mut row_of = vec![0; n];
        let mut first = 0;
        let mut packed = Vec::new();
        for constant in [false, true] {
            let members: Vec<&Branch> =
                branches.iter().filter(|b| b.constant == constant).collect();
            let packing = pack(&members, &mut row_of);
            let rows = made.lay(&members, &packing, first);
            first = rows[rows.len() - 1];
            packed.push((members, rows));
        }
        let grid = |made: &Self, (members, rows): &(Vec<&Branch>, Vec<usize>)| {
            made.grid(members, rows.clone(), &row_of)
        };
        (made.changing, made.fixed) = (grid(&made, &packed[0]), grid(&made, &packed[1]));
        Ok(made)
    }

    /// Gives the nodes of some branches their places; returns the rows.
    fn lay(&mut self, branches: &[&Branch], packing: &Packing, first: usize) -> Vec<usize> {
        let mut rows = vec![first];
        for width in &packing.widths {
            rows.push(rows[rows.len() - 1] + width.next_multiple_of(LANES));
        }
        for (branch, &(lane, start)) in branches.iter().zip(&packing.at) {
            for (row, &node) in (start..).zip(&branch.nodes) {
                self.place[node as usize] = (rows[row] + lane) as u32;
            }
        }
        rows
    }

    fn grid(&self, branches: &[&Branch], rows: Vec<usize>, row_of: &[usize]) -> Grid {
        // Rows of parent and child. The other grid counts as row 0, so that its joints come last.
        let mut found: Vec<(usize, bool, u32, usize, u32)> = branches
            .iter()
            .filter_map(|b| {
                let parent = b.joined_to?;
                let other = self.constant[parent as usize] != b.constant;
                let row = if other { 0 } else { row_of[parent as usize] };
                let key = (usize::MAX - row, other, self.place[parent as usize]);
                Some((key.0, key.1, key.2, b.rank, b.nodes[0]))
            })
            .collect();
        found.sort_unstable();
        let joints = found.iter().map(|f| Joint { child: self.place[f.4 as usize], parent: f.2 });
        let rows_of_joints: Vec<(Option<usize>, usize)> = found
            .iter()
            .map(|f| ((!f.1).then_some(usize::MAX - f.0), row_of[f.4 as usize]))
            .collect();
        Grid::new(rows, joints.collect(), &rows_of_joints)
    }

    /// Renumbers the nodes, for a caller who keeps them in another order.
    ///
    /// # Panics
    /// If `new_of_old` has not one entry per node.
    pub fn renumber(&mut self, new_of_old: &[u32]) {
        let number = |k: u32| if k == ROOT { ROOT } else { new_of_old[k as usize] };
        let old = self.clone();
        for (k, &new) in new_of_old.iter().enumerate() {
            let new = new as usize;
            self.place[new] = old.place[k];
            self.below[new] = old.below[k];
            self.constant[new] = old.constant[k];
            self.parent[new] = number(old.parent[k]);
            self.edge[new] = number(old.edge[k]);
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
        self.fixed.rows[self.fixed.rows.len() - 1]
    }

    /// Place of each node.
    pub fn place(&self) -> &[u32] {
        &self.place
    }

    /// Whether each node lies in a subtree that is eliminated once.
    pub fn constant(&self) -> &[bool] {
        &self.constant
    }

    /// Number of rows: the sequential part of a solution.
    pub fn depth(&self) -> usize {
        self.changing.depth() + self.fixed.depth()
    }
}

impl Grid {
    /// `rows_of_joints`: of the parent, where it lies in this grid, and of the child.
    fn new(
        rows: Vec<usize>,
        joints: Vec<Joint>,
        rows_of_joints: &[(Option<usize>, usize)],
    ) -> Self {
        let mut by_child: Vec<u32> = (0..joints.len() as u32).collect();
        by_child.sort_by_key(|k| rows_of_joints[*k as usize].1);
        let mut made = Self { rows, joints, by_child, ..Self::default() };
        let depth = made.depth();
        let mut first = vec![(0, 0); depth + 1];
        for row in 0..depth {
            let chunk = |row: usize| (made.rows[row] / LANES) as u32;
            let (start, end) = (chunk(row), chunk(row + 1));
            let above = if row > 0 { chunk(row - 1) } else { start };
            made.folds.extend((above..start).map(|c| [c + start - above, c]));
            made.tops.extend(start + (start - above)..end);
            first[row + 1] = (made.folds.len(), made.tops.len());
        }
        let joined = |row: usize| rows_of_joints.iter().filter(|j| j.1 < row).count();
        let mut fresh = true;
        for row in 0..depth {
            let here = Stretch { joints: joined(row), folds: first[row].0, tops: first[row].1 };
            if fresh {
                made.down.push(here);
            }
            fresh = joined(row + 1) > here.joints || first[row + 1].1 > here.tops;
        }
        made.down.push(Stretch {
            joints: made.joints.len(),
            folds: made.folds.len(),
            tops: made.tops.len(),
        });
        let joining = |row: usize| rows_of_joints.iter().filter(|j| j.0 >= Some(row)).count();
        let mut fresh = true;
        for row in (0..depth).rev() {
            let (joints, here) = (joining(row + 1), first[row + 1]);
            if fresh || joining(row) > joints {
                made.up.push(Stretch { joints, folds: here.0, tops: here.1 });
            }
            fresh = here.1 > first[row].1;
        }
        made.up.push(Stretch { joints: joining(0), folds: 0, tops: 0 });
        made
    }

    /// Number of rows.
    pub(crate) fn depth(&self) -> usize {
        self.rows.len() - 1
    }

    /// The joints that lead to the other grid.
    pub(crate) fn outward(&self) -> std::ops::Range<usize> {
        self.up.last().map_or(0, |end| end.joints)..self.joints.len()
    }
}
