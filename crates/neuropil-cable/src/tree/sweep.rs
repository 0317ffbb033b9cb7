//! Elimination and substitution over the rows of a grid.
//!
//! Places are kept in chunks of [`LANES`], diagonal and right-hand side of a chunk side by side. On
//! the way to the roots the diagonal is replaced by its reciprocal; padding has diagonal 1,
//! right-hand side 0 and no ties.

use super::forest::{Grid, Joint, LANES, Stretch};

/// Numbers of neighbouring places.
pub(super) type Chunk = [f64; LANES];

/// Diagonals and right-hand sides of neighbouring places, one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Equations {
    pub(super) diag: Chunk,
    pub(super) rhs: Chunk,
}

/// What ties neighbouring places to those above them.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Tie {
    /// Conductance `[µS]`, 0 where there is none.
    pub(super) u: Chunk,
    /// Its square, so that the chain of operations from row to row is short.
    pub(super) square: Chunk,
}

/// The equations of padding, which say that nothing is 0.
pub(super) const PADDING: Equations = Equations { diag: [1.0; LANES], rhs: [0.0; LANES] };

/// All bits of one lane.
const ONLY: [[u64; LANES]; LANES] =
    [[u64::MAX, 0, 0, 0], [0, u64::MAX, 0, 0], [0, 0, u64::MAX, 0], [0, 0, 0, u64::MAX]];

/// Takes a number away from one lane. The whole chunk is written, so that it can be read back as a
/// whole at once; what the other lanes lose is +0, which changes nothing.
#[inline(always)]
fn subtract(from: &mut Chunk, lane: usize, x: f64) {
    let (only, mut new) = (ONLY[lane], *from);
    let bits = x.to_bits();
    for k in 0..LANES {
        new[k] -= f64::from_bits(bits & only[k]);
    }
    *from = new;
}

/// Last row to first. Afterwards the diagonal holds reciprocals, the right-hand side is eliminated,
/// `factor` holds the conductance of each joint over the diagonal of its child.
#[inline(always)]
pub(super) fn eliminate(
    grid: &Grid,
    ties: &[Tie],
    joint_up: &[f64],
    work: &mut [Equations],
    factor: &mut [f64],
) {
    for (from, to) in grid.up.iter().zip(&grid.up[1..]) {
        for k in from.joints..to.joints {
            let (Joint { child, parent }, u) = (grid.joints[k], joint_up[k]);
            let (child, parent) = (child as usize, parent as usize);
            let below = &work[child / LANES];
            let f = u * below.diag[child % LANES];
            let b = f * below.rhs[child % LANES];
            let above = &mut work[parent / LANES];
            subtract(&mut above.diag, parent % LANES, u * f);
            subtract(&mut above.rhs, parent % LANES, -b);
            factor[k] = f;
        }
        // The chunks are named one by one, which also keeps the compiler from vectorising across them.
        for &[own, above] in grid.folds[to.folds..from.folds].iter().rev() {
            let (Equations { mut diag, rhs }, tie) = (work[own as usize], ties[own as usize]);
            let mut sum = work[above as usize];
            for k in 0..LANES {
                diag[k] = 1.0 / diag[k];
                sum.diag[k] -= tie.square[k] * diag[k];
                sum.rhs[k] += tie.u[k] * diag[k] * rhs[k];
            }
            work[above as usize] = sum;
            work[own as usize].diag = diag;
        }
        for &own in &grid.tops[to.tops..from.tops] {
            for x in &mut work[own as usize].diag {
                *x = 1.0 / *x;
            }
        }
    }
}

/// First row to last: `x = b/d + u/d·x_parent` takes the place of the right-hand side.
#[inline(always)]
pub(super) fn substitute(grid: &Grid, ties: &[Tie], joint_factor: &[f64], work: &mut [Equations]) {
    for (from, to) in grid.down.iter().zip(&grid.down[1..]) {
        for &[own, above] in &grid.folds[from.folds..to.folds] {
            let p = work[above as usize].rhs;
            let (Equations { diag: r, rhs: x }, u) =
                (&mut work[own as usize], ties[own as usize].u);
            for k in 0..LANES {
                x[k] = x[k] * r[k] + u[k] * r[k] * p[k];
            }
        }
        finish(grid, *from, *to, joint_factor, work);
    }
}

/// Where nothing lies above, `x = b/d`; then what the heads of branches get from the nodes that they
/// are joined to.
#[inline(always)]
fn finish(grid: &Grid, from: Stretch, to: Stretch, joint_factor: &[f64], work: &mut [Equations]) {
    for &own in &grid.tops[from.tops..to.tops] {
        let Equations { diag: r, rhs: x } = &mut work[own as usize];
        for k in 0..LANES {
            x[k] *= r[k];
        }
    }
    for &k in &grid.by_child[from.joints..to.joints] {
        let Joint { child, parent } = grid.joints[k as usize];
        let (child, parent) = (child as usize, parent as usize);
        let x = joint_factor[k as usize] * work[parent / LANES].rhs[parent % LANES];
        subtract(&mut work[child / LANES].rhs, child % LANES, -x);
    }
}

/// The right-hand side of a grid whose matrix was eliminated before, into the other grid at last.
/// `factor` is u/d by place of this grid.
#[inline(always)]
pub(super) fn eliminate_fixed(
    grid: &Grid,
    factor: &[Chunk],
    joint_factor: &[f64],
    work: &mut [Equations],
) {
    let first = grid.rows[0] / LANES;
    for (from, to) in grid.up.iter().zip(&grid.up[1..]) {
        for k in from.joints..to.joints {
            join_fixed(grid.joints[k], joint_factor[k], work);
        }
        for &[own, above] in grid.folds[to.folds..from.folds].iter().rev() {
            let (b, f) = (work[own as usize].rhs, factor[own as usize - first]);
            let sum = &mut work[above as usize].rhs;
            for k in 0..LANES {
                sum[k] += f[k] * b[k];
            }
        }
    }
    for k in grid.outward() {
        join_fixed(grid.joints[k], joint_factor[k], work);
    }
}

#[inline(always)]
fn join_fixed(Joint { child, parent }: Joint, factor: f64, work: &mut [Equations]) {
    let (child, parent) = (child as usize, parent as usize);
    let b = factor * work[child / LANES].rhs[child % LANES];
    subtract(&mut work[parent / LANES].rhs, parent % LANES, -b);
}

/// As [`substitute`], with u/d given.
#[inline(always)]
pub(super) fn substitute_fixed(
    grid: &Grid,
    factor: &[Chunk],
    joint_factor: &[f64],
    work: &mut [Equations],
) {
    let first = grid.rows[0] / LANES;
    for (from, to) in grid.down.iter().zip(&grid.down[1..]) {
        for &[own, above] in &grid.folds[from.folds..to.folds] {
            let (p, f) = (work[above as usize].rhs, factor[own as usize - first]);
            let Equations { diag: r, rhs: x } = &mut work[own as usize];
            for k in 0..LANES {
                x[k] = x[k] * r[k] + f[k] * p[k];
            }
        }
        finish(grid, *from, *to, joint_factor, work);
    }
}
