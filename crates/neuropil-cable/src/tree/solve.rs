//! One implicit step of the cable equation on a forest.
//!
//! The system is written for the potential at the end of the (half) step, in µS, nF, nA and mV:
//!
//! ```text
//! (c/h + A·g + Σ u) v⁺ − Σ u v⁺_neighbour = c/h·v + A·(g v − i)
//! ```
//!
//! with `u` the axial conductances, `i` and `g = ∂i/∂v` the membrane current and conductance per
//! area at `v`, and `A` the area. The matrix is symmetric, so one conductance per node describes
//! it, and one reciprocal per node solves it.

use pulp::{Arch, Simd, WithSimd};

use super::forest::{Forest, Joint, LANES};

/// The constant part of the matrix, and room for its solution.
#[derive(Debug, Clone)]
pub struct TreeSystem {
    forest: Forest,
    /// Conductance to the parent in the same lane `[µS]`, 0 where there is none; by place.
    up: Vec<f64>,
    /// Conductance of each joint `[µS]`.
    joint_up: Vec<f64>,
    /// Axial conductances and c/h `[µS]`, by node.
    base: Vec<f64>,
    /// c/h `[µS]`, by node.
    cap: Vec<f64>,
    /// Factor from density to µS and nA, by node.
    area: Vec<f64>,
    /// By place; padding keeps 1 and 0.
    diag: Vec<f64>,
    rhs: Vec<f64>,
    /// `u/d` of each place and of each joint.
    factor: Vec<f64>,
    joint_factor: Vec<f64>,
    /// Extrapolation from the solution to the end of the step: 2 for Crank–Nicolson, 1 for Euler.
    extrapolation: f64,
    arch: Arch,
}

/// What limits the potential: beyond it a run is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every potential is finite and within the bound.
    Sound,
    /// Some potential is not.
    Runaway,
}

/// Per-node constants of a system, in the caller's node order.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients<'a> {
    /// Conductance to the parent `[µS]`; ignored for roots.
    pub up_us: &'a [f64],
    /// Capacitance divided by the implicit step `[µS]`: c/dt for Euler, 2c/dt for Crank–Nicolson.
    pub cap_us: &'a [f64],
    /// Factor from a density (mA/cm², S/cm²) to nA or µS.
    pub area_factor: &'a [f64],
}

impl TreeSystem {
    /// The system of a forest.
    ///
    /// `extrapolation` is 1 for backward Euler and 2 for Crank–Nicolson, whose half step is
    /// solved and doubled.
    ///
    /// # Shapes
    /// One coefficient per node in every slice.
    pub fn new(forest: Forest, coefficients: Coefficients<'_>, extrapolation: f64) -> Self {
        let n = forest.places();
        let (mut up, mut node_at) = (vec![0.0; n], vec![usize::MAX; n]);
        for (node, &place) in forest.place.iter().enumerate() {
            node_at[place as usize] = node;
            if forest.below[node] {
                up[place as usize] = coefficients.up_us[node];
            }
        }
        let mut base = coefficients.cap_us.to_vec();
        for rows in forest.rows.windows(3) {
            for lane in 0..rows[2] - rows[1] {
                let u = up[rows[1] + lane];
                if u != 0.0 {
                    base[node_at[rows[1] + lane]] += u;
                    base[node_at[rows[0] + lane]] += u;
                }
            }
        }
        let joint_up: Vec<f64> =
            forest.joints.iter().map(|j| coefficients.up_us[node_at[j.child]]).collect();
        for (joint, &u) in forest.joints.iter().zip(&joint_up) {
            base[node_at[joint.child]] += u;
            base[node_at[joint.parent]] += u;
        }
        let joints = joint_up.len();
        Self {
            forest,
            up,
            joint_up,
            base,
            cap: coefficients.cap_us.to_vec(),
            area: coefficients.area_factor.to_vec(),
            diag: vec![1.0; n],
            rhs: vec![0.0; n],
            factor: vec![0.0; n],
            joint_factor: vec![0.0; joints],
            extrapolation,
            arch: Arch::new(),
        }
    }

    /// The schedule.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// Advances `v` by one step under the membrane current `i` and conductance `g` per area, and
    /// leaves the potentials at the beginning of the step in `before`.
    ///
    /// Returns [`Verdict::Runaway`] if any potential leaves ±`bound_mv` or is not finite; `v` then
    /// holds it.
    ///
    /// # Shapes
    /// One entry per node in every slice. O(places), no allocation.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
    ) -> Verdict {
        self.extrapolated_step(v, before, i, g, bound_mv, self.extrapolation)
    }

    /// Advances `v` by the implicit half step of Crank–Nicolson only, as backward Euler does. Two of
    /// them make a damped step.
    ///
    /// # Shapes, panics
    /// As [`step`](Self::step).
    pub fn half_step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
    ) -> Verdict {
        self.extrapolated_step(v, before, i, g, bound_mv, 1.0)
    }

    fn extrapolated_step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
        extrapolation: f64,
    ) -> Verdict {
        let n = self.base.len();
        assert!(
            v.len() == n && before.len() == n && i.len() == n && g.len() == n,
            "one entry per node"
        );
        self.arch.dispatch(Step { system: self, v, before, i, g, bound_mv, extrapolation })
    }

    /// The equations into diagonal and right-hand side.
    #[inline(always)]
    fn assemble(&mut self, v: &[f64], i: &[f64], g: &[f64]) {
        let n = self.base.len();
        let (v, i, g) = (&v[..n], &i[..n], &g[..n]);
        let (base, cap, area) = (&self.base[..n], &self.cap[..n], &self.area[..n]);
        let place = &self.forest.place[..n];
        let places = self.diag.len();
        let (diag, rhs) = (&mut self.diag[..places], &mut self.rhs[..places]);
        for k in 0..n {
            let at = place[k] as usize;
            diag[at] = base[k] + area[k] * g[k];
            rhs[at] = cap[k] * v[k] + area[k] * (g[k] * v[k] - i[k]);
        }
    }

    /// Leaves to roots. Afterwards `factor` holds `u/d` and `rhs` holds `b/d`.
    #[inline(always)]
    fn eliminate(&mut self) {
        let forest = &self.forest;
        for row in (1..forest.depth()).rev() {
            let (above, start, end) =
                (forest.rows[row - 1], forest.rows[row], forest.rows[row + 1]);
            let (first, last) = (forest.row_joints[row - 1], forest.row_joints[row]);
            for k in first..last {
                let Joint { child, parent } = forest.joints[k];
                let u = self.joint_up[k];
                let factor = u * (1.0 / self.diag[child]);
                self.diag[parent] -= u * factor;
                self.rhs[parent] += factor * self.rhs[child];
                self.joint_factor[k] = factor;
            }
            let (pd, cd) = self.diag[above..end].split_at_mut(start - above);
            let (pr, cr) = self.rhs[above..end].split_at_mut(start - above);
            fold_row(pd, pr, cd, cr, &self.up[start..end], &mut self.factor[start..end]);
        }
        let roots = forest.rows.get(1).copied().unwrap_or(0);
        for (rhs, diag) in self.rhs[..roots].iter_mut().zip(&self.diag[..roots]) {
            *rhs *= 1.0 / *diag;
        }
    }

    /// Roots to leaves: `x = b/d + u/d·x_parent`.
    #[inline(always)]
    fn substitute(&mut self) {
        let forest = &self.forest;
        for row in 1..forest.depth() {
            let (above, start, end) =
                (forest.rows[row - 1], forest.rows[row], forest.rows[row + 1]);
            let (parents, x) = self.rhs[above..end].split_at_mut(start - above);
            unfold_row(x, parents, &self.factor[start..end]);
            let (first, last) = (forest.row_joints[row - 1], forest.row_joints[row]);
            for k in first..last {
                let Joint { child, parent } = forest.joints[k];
                self.rhs[child] += self.joint_factor[k] * self.rhs[parent];
            }
        }
    }
}

/// A step as pulp dispatches it. (A closure that captures by reference is called through a shim that
/// need not be inlined, and would then be compiled for the oldest processor.)
struct Step<'a> {
    system: &'a mut TreeSystem,
    v: &'a mut [f64],
    before: &'a mut [f64],
    i: &'a [f64],
    g: &'a [f64],
    bound_mv: f64,
    extrapolation: f64,
}

impl WithSimd for Step<'_> {
    type Output = Verdict;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> Verdict {
        self.system.assemble(self.v, self.i, self.g);
        self.system.eliminate();
        self.system.substitute();
        let (x, place) = (&self.system.rhs, &self.system.forest.place);
        update(self.v, self.before, x, place, self.extrapolation, self.bound_mv)
    }
}

/// Folds a row into the row above. Lanes that the row above does not have hang from joints only.
#[inline(always)]
fn fold_row(
    pd: &mut [f64],
    pr: &mut [f64],
    cd: &[f64],
    cr: &mut [f64],
    up: &[f64],
    factor: &mut [f64],
) {
    let shared = pd.len().min(cd.len());
    let (cd_shared, cd_own) = cd.split_at(shared);
    let (cr_shared, cr_own) = cr.split_at_mut(shared);
    let n = shared / LANES;
    let pd = &mut pd.as_chunks_mut::<LANES>().0[..n];
    let pr = &mut pr.as_chunks_mut::<LANES>().0[..n];
    let cd = &cd_shared.as_chunks::<LANES>().0[..n];
    let cr = &mut cr_shared.as_chunks_mut::<LANES>().0[..n];
    let up = &up.as_chunks::<LANES>().0[..n];
    let factor = &mut factor.as_chunks_mut::<LANES>().0[..n];
    for c in 0..n {
        // Values, not references: nothing stored below can change what is still to be loaded.
        let (d, b, u, old_d, old_b) = (cd[c], cr[c], up[c], pd[c], pr[c]);
        let r = d.map(|d| 1.0 / d);
        let f: [f64; LANES] = std::array::from_fn(|k| u[k] * r[k]);
        pd[c] = std::array::from_fn(|k| old_d[k] - u[k] * f[k]);
        pr[c] = std::array::from_fn(|k| old_b[k] + f[k] * b[k]);
        factor[c] = f;
        cr[c] = std::array::from_fn(|k| b[k] * r[k]);
    }
    for (rhs, diag) in cr_own.iter_mut().zip(cd_own) {
        *rhs *= 1.0 / *diag;
    }
}

/// Solution of a row from that of the row above; `x` comes with `b/d`. Lanes that the row above
/// does not have hang from joints only.
#[inline(always)]
fn unfold_row(x: &mut [f64], parent: &[f64], factor: &[f64]) {
    let n = parent.len().min(x.len()) / LANES;
    let x = &mut x.as_chunks_mut::<LANES>().0[..n];
    let p = &parent.as_chunks::<LANES>().0[..n];
    let f = &factor.as_chunks::<LANES>().0[..n];
    for c in 0..n {
        let (y, p, f) = (x[c], p[c], f[c]);
        x[c] = std::array::from_fn(|k| y[k] + f[k] * p[k]);
    }
}

/// Extrapolates to the end of the step.
#[inline(always)]
fn update(
    v: &mut [f64],
    before: &mut [f64],
    x: &[f64],
    place: &[u32],
    extrapolation: f64,
    bound_mv: f64,
) -> Verdict {
    let back = extrapolation - 1.0;
    let n = v.len();
    let (before, place) = (&mut before[..n], &place[..n]);
    let mut wild = 0u32;
    for k in 0..n {
        let old = v[k];
        let next = extrapolation * x[place[k] as usize] - back * old;
        before[k] = old;
        v[k] = next;
        wild |= u32::from(!(next.abs() <= bound_mv));
    }
    if wild == 0 { Verdict::Sound } else { Verdict::Runaway }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::ROOT;

    struct Tree {
        parents: Vec<u32>,
        up: Vec<f64>,
        cap: Vec<f64>,
        area: Vec<f64>,
    }

    /// A forked tree with every coefficient different.
    fn tree(n: usize, seed: u64) -> Tree {
        let mut stream = neuropil_core::random::Stream::new([seed as u32, 1], 0);
        let parents = (0..n)
            .map(|k| if k == 0 { ROOT } else { k as u32 - 1 - stream.below(3.min(k as u32)) })
            .collect();
        let mut draw = |low: f64| (0..n).map(|_| low + stream.uniform()).collect::<Vec<f64>>();
        Tree { parents, up: draw(0.1), cap: draw(0.2), area: draw(0.3) }
    }

    fn system(trees: &[&Tree], extrapolation: f64) -> TreeSystem {
        let cells: Vec<&[u32]> = trees.iter().map(|t| t.parents.as_slice()).collect();
        let join = |f: fn(&Tree) -> &Vec<f64>| -> Vec<f64> {
            trees.iter().flat_map(|t| f(t).clone()).collect()
        };
        let (up, cap, area) = (join(|t| &t.up), join(|t| &t.cap), join(|t| &t.area));
        let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &area };
        TreeSystem::new(Forest::new(&cells).unwrap(), coefficients, extrapolation)
    }

    fn residual(seed: u64, extrapolation: f64) -> f64 {
        let n = 97;
        let t = tree(n, seed);
        let mut system = system(&[&t], extrapolation);
        let spread = |f: fn(usize) -> f64| (0..n).map(f).collect::<Vec<f64>>();
        let start = spread(|k| -65.0 + k as f64);
        let i = spread(|k| 0.1 * (k % 7) as f64);
        let g = spread(|k| 0.2 * (k % 5) as f64);
        let (mut next, mut before) = (start.clone(), start.clone());
        assert_eq!(system.step(&mut next, &mut before, &i, &g, 1e6), Verdict::Sound);
        assert_eq!(before, start);
        let v = |k: usize| start[k];
        let x = |k: usize| (next[k] + (extrapolation - 1.0) * v(k)) / extrapolation;
        let mut sum: Vec<f64> = (0..n)
            .map(|k| {
                let (i, g) = (i[k], g[k]);
                t.cap[k] * (x(k) - v(k)) + t.area[k] * (i + g * (x(k) - v(k)))
            })
            .collect();
        for k in 1..n {
            let p = t.parents[k] as usize;
            sum[k] -= t.up[k] * (x(p) - x(k));
            sum[p] -= t.up[k] * (x(k) - x(p));
        }
        sum.iter().fold(0.0, |worst: f64, r| worst.max(r.abs()))
    }

    #[test]
    fn a_step_balances_every_current() {
        for seed in 0..20 {
            assert!(residual(seed, 1.0) < 1e-11); // rounding of sums of order 100
            assert!(residual(seed, 2.0) < 1e-11);
        }
    }

    #[test]
    fn company_does_not_change_a_bit() {
        let trees: Vec<Tree> = (0..5).map(|seed| tree(60 + 7 * seed as usize, seed)).collect();
        let advance = |picked: &[usize]| -> Vec<Vec<u64>> {
            let members: Vec<&Tree> = picked.iter().map(|&k| &trees[k]).collect();
            let mut system = system(&members, 2.0);
            let areas = members.iter().flat_map(|t| t.area.clone());
            let mut v: Vec<f64> = areas.map(|a| -70.0 + 20.0 * a).collect();
            let (i, g, mut before) = (vec![0.3; v.len()], vec![0.4; v.len()], v.clone());
            for _ in 0..50 {
                system.step(&mut v, &mut before, &i, &g, 1e6);
            }
            let mut first = 0;
            members
                .iter()
                .map(|t| {
                    let own = first..first + t.parents.len();
                    first = own.end;
                    own.map(|k| v[k].to_bits()).collect()
                })
                .collect()
        };
        let alone: Vec<_> = (0..5).map(|k| advance(&[k]).remove(0)).collect();
        assert_eq!(advance(&[0, 1, 2, 3, 4]), alone);
        let several = advance(&[3, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert!(several[1..].iter().all(|cell| *cell == alone[1]));
        assert_eq!(several[0], alone[3]);
    }

    #[test]
    fn a_potential_out_of_bounds_is_noticed() {
        let coefficients = Coefficients { up_us: &[0.0], cap_us: &[1.0], area_factor: &[1.0] };
        let mut system = TreeSystem::new(Forest::new(&[&[ROOT]]).unwrap(), coefficients, 1.0);
        let mut step = |i: f64| system.step(&mut [0.0], &mut [0.0], &[i], &[0.0], 100.0);
        assert_eq!(step(99.0), Verdict::Sound);
        assert_eq!(step(101.0), Verdict::Runaway);
        assert_eq!(step(f64::NAN), Verdict::Runaway);
    }
}
