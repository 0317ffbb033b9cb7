//! Elimination and substitution over the rows of a grid.
//!
//! Places are kept in chunks of [`LANES`], diagonal and right-hand side of a chunk side by side. On
//! the way to the roots the diagonal is replaced by its reciprocal; padding has diagonal 1,
//! right-hand side 0 and no ties.

use super::forest::{Grid, Joint, LANES, Stretch};

/// Numbers of neighbouring places.
pub(super) type Chunk = [f64; LANES];

/// Diagonals and right-hand sides of neighbouring places.
pub(super) type Equations = [Chunk; 2];
pub(super) const DIAG: usize = 0;
pub(super) const RHS: usize = 1;

/// The equations of padding, which say that nothing is 0.
pub(super) const PADDING: Equations = [[1.0; LANES], [0.0; LANES]];

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
    ties: &[Chunk],
    joint_up: &[f64],
    work: &mut [Equations],
    factor: &mut [f64],
) {
    for (from, to) in grid.up.iter().zip(&grid.up[1..]) {
        for k in from.joints..to.joints {
            let (Joint { child, parent }, u) = (grid.joints[k], joint_up[k]);
            let (child, parent) = (child as usize, parent as usize);
            let below = &work[child / LANES];
            let f = u * below[DIAG][child % LANES];
            let b = f * below[RHS][child % LANES];
            let above = &mut work[parent / LANES];
            subtract(&mut above[DIAG], parent % LANES, u * f);
            subtract(&mut above[RHS], parent % LANES, -b);
            factor[k] = f;
        }
        // The chunks are named one by one, which also keeps the compiler from vectorising across them.
        for &[own, above] in grid.folds[to.folds..from.folds].iter().rev() {
            let ([mut r, b], u) = (work[own as usize], ties[own as usize]);
            let [mut diag, mut rhs] = work[above as usize];
            for k in 0..LANES {
                r[k] = 1.0 / r[k];
                let f = u[k] * r[k];
                diag[k] -= u[k] * f;
                rhs[k] += f * b[k];
            }
            work[above as usize] = [diag, rhs];
            work[own as usize][DIAG] = r;
        }
        for &own in &grid.tops[to.tops..from.tops] {
            let mut r = work[own as usize][DIAG];
            for x in &mut r {
                *x = 1.0 / *x;
            }
            work[own as usize][DIAG] = r;
        }
    }
}

/// First row to last: `x = b/d + u/d·x_parent` takes the place of the right-hand side.
#[inline(always)]
pub(super) fn substitute(
    grid: &Grid,
    ties: &[Chunk],
    joint_factor: &[f64],
    work: &mut [Equations],
) {
    for (from, to) in grid.down.iter().zip(&grid.down[1..]) {
        for &[own, above] in &grid.folds[from.folds..to.folds] {
            let ([r, mut x], u) = (work[own as usize], ties[own as usize]);
            let p = work[above as usize][RHS];
            for k in 0..LANES {
                x[k] = x[k] * r[k] + u[k] * r[k] * p[k];
            }
            work[own as usize][RHS] = x;
        }
        finish(grid, *from, *to, joint_factor, work);
    }
}

/// Where nothing lies above, `x = b/d`; then what the heads of branches get from the nodes that they
/// are joined to.
#[inline(always)]
fn finish(grid: &Grid, from: Stretch, to: Stretch, joint_factor: &[f64], work: &mut [Equations]) {
    for &own in &grid.tops[from.tops..to.tops] {
        let [r, mut x] = work[own as usize];
        for k in 0..LANES {
            x[k] *= r[k];
        }
        work[own as usize][RHS] = x;
    }
    for &k in &grid.by_child[from.joints..to.joints] {
        let Joint { child, parent } = grid.joints[k as usize];
        let (child, parent) = (child as usize, parent as usize);
        let x = joint_factor[k as usize] * work[parent / LANES][RHS][parent % LANES];
        subtract(&mut work[child / LANES][RHS], child % LANES, -x);
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
            let (b, f) = (work[own as usize][RHS], factor[own as usize - first]);
            let mut sum = work[above as usize][RHS];
            for k in 0..LANES {
                sum[k] += f[k] * b[k];
            }
            work[above as usize][RHS] = sum;
        }
    }
    for k in grid.outward() {
        join_fixed(grid.joints[k], joint_factor[k], work);
    }
}

#[inline(always)]
fn join_fixed(Joint { child, parent }: Joint, factor: f64, work: &mut [Equations]) {
    let (child, parent) = (child as usize, parent as usize);
    let b = factor * work[child / LANES][RHS][child % LANES];
    subtract(&mut work[parent / LANES][RHS], parent % LANES, -b);
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
            let ([r, mut x], f) = (work[own as usize], factor[own as usize - first]);
            let p = work[above as usize][RHS];
            for k in 0..LANES {
                x[k] = x[k] * r[k] + f[k] * p[k];
            }
            work[own as usize][RHS] = x;
        }
        finish(grid, *from, *to, joint_factor, work);
    }
}
