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

use pulp::Arch;

use super::forest::{Forest, Run};

/// Lanes that the loops are written for: two AVX2 registers or one of AVX-512.
const LANES: usize = 8;

/// The constant part of the matrix, and room for its solution.
#[derive(Debug, Clone)]
pub struct TreeSystem {
    forest: Forest,
    /// Where solver order and node order run in parallel: place, node, length.
    stretches: Vec<Run>,
    /// Conductance to the parent `[µS]`, by place.
    up: Vec<f64>,
    /// Axial conductances and c/h `[µS]`, by place.
    base: Vec<f64>,
    /// c/h `[µS]`, by place.
    cap: Vec<f64>,
    /// Factor from density to µS and nA, by place.
    area: Vec<f64>,
    diag: Vec<f64>,
    rhs: Vec<f64>,
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
    pub fn new(forest: Forest, coefficients: Coefficients<'_>, extrapolation: f64) -> Self {
        let by_place = |values: &[f64]| -> Vec<f64> {
            forest.node.iter().map(|&n| values[n as usize]).collect()
        };
        let cap = by_place(coefficients.cap_us);
        let area = by_place(coefficients.area_factor);
        let mut up = by_place(coefficients.up_us);
        let roots = forest.levels.get(1).copied().unwrap_or(0);
        up[..roots].fill(0.0);
        let mut base = cap.clone();
        for place in roots..forest.len() {
            base[place] += up[place];
            base[forest.parent[place] as usize] += up[place];
        }
        let stretches = stretches_of(&forest.node);
        let n = forest.len();
        Self {
            forest,
            stretches,
            up,
            base,
            cap,
            area,
            diag: vec![0.0; n],
            rhs: vec![0.0; n],
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
    /// One entry per node in every slice, in the caller's order. O(n), no allocation.
    pub fn step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
    ) -> Verdict {
        let arch = self.arch;
        arch.dispatch(
            #[inline(always)]
            || {
                self.assemble(v, i, g);
                self.eliminate();
                self.substitute();
                self.update(v, before, bound_mv)
            },
        )
    }

    #[inline(always)]
    fn assemble(&mut self, v: &[f64], i: &[f64], g: &[f64]) {
        for s in &self.stretches {
            let (p, n, len) = (s.child, s.parent, s.len);
            let (v, i, g) = (&v[n..n + len], &i[n..n + len], &g[n..n + len]);
            let (base, cap, area) =
                (&self.base[p..p + len], &self.cap[p..p + len], &self.area[p..p + len]);
            let (diag, rhs) = (&mut self.diag[p..p + len], &mut self.rhs[p..p + len]);
            for k in 0..len {
                diag[k] = base[k] + area[k] * g[k];
                rhs[k] = cap[k] * v[k] + area[k] * (g[k] * v[k] - i[k]);
            }
        }
    }

    /// Leaves to roots. Afterwards `diag` holds `u/d` and `rhs` holds `b/d`.
    #[inline(always)]
    fn eliminate(&mut self) {
        for level in self.forest.level_runs.windows(2).rev() {
            for run in &self.forest.runs[level[0]..level[1]] {
                let (pd, cd) = self.diag.split_at_mut(run.child);
                let (pr, cr) = self.rhs.split_at_mut(run.child);
                eliminate_run(
                    &mut pd[run.parent..run.parent + run.len],
                    &mut pr[run.parent..run.parent + run.len],
                    &mut cd[..run.len],
                    &mut cr[..run.len],
                    &self.up[run.child..run.child + run.len],
                );
            }
        }
        let roots = self.forest.levels.get(1).copied().unwrap_or(0);
        for k in 0..roots {
            self.rhs[k] *= 1.0 / self.diag[k];
        }
    }

    /// Roots to leaves: `x = b/d + u/d·x_parent`.
    #[inline(always)]
    fn substitute(&mut self) {
        for run in &self.forest.runs {
            let (above, below) = self.rhs.split_at_mut(run.child);
            let parent = &above[run.parent..run.parent + run.len];
            let x = &mut below[..run.len];
            let factor = &self.diag[run.child..run.child + run.len];
            for k in 0..run.len {
                x[k] += factor[k] * parent[k];
            }
        }
    }

    #[inline(always)]
    fn update(&self, v: &mut [f64], before: &mut [f64], bound_mv: f64) -> Verdict {
        let (stretch, back) = (self.extrapolation, self.extrapolation - 1.0);
        let mut wild = 0u64;
        for s in &self.stretches {
            let x = &self.rhs[s.child..s.child + s.len];
            let v = &mut v[s.parent..s.parent + s.len];
            let before = &mut before[s.parent..s.parent + s.len];
            for k in 0..s.len {
                let next = stretch * x[k] - back * v[k];
                before[k] = v[k];
                wild |= u64::from(!(next.abs() <= bound_mv));
                v[k] = next;
            }
        }
        if wild == 0 { Verdict::Sound } else { Verdict::Runaway }
    }
}

/// Folds a run of children into their parents.
#[inline(always)]
fn eliminate_run(pd: &mut [f64], pr: &mut [f64], cd: &mut [f64], cr: &mut [f64], up: &[f64]) {
    let (pd_v, pd_s) = pd.as_chunks_mut::<LANES>();
    let (pr_v, pr_s) = pr.as_chunks_mut::<LANES>();
    let (cd_v, cd_s) = cd.as_chunks_mut::<LANES>();
    let (cr_v, cr_s) = cr.as_chunks_mut::<LANES>();
    let (up_v, up_s) = up.as_chunks::<LANES>();
    for ((((pd, pr), cd), cr), up) in pd_v.iter_mut().zip(pr_v).zip(cd_v).zip(cr_v).zip(up_v) {
        for k in 0..LANES {
            let r = 1.0 / cd[k];
            let factor = up[k] * r;
            pd[k] -= up[k] * factor;
            pr[k] += factor * cr[k];
            cd[k] = factor;
            cr[k] *= r;
        }
    }
    let tail = pd_s.iter_mut().zip(pr_s).zip(cd_s).zip(cr_s).zip(up_s);
    for ((((pd, pr), cd), cr), up) in tail {
        let r = 1.0 / *cd;
        let factor = up * r;
        *pd -= up * factor;
        *pr += factor * *cr;
        *cd = factor;
        *cr *= r;
    }
}

/// Maximal ranges in which nodes count up with places.
fn stretches_of(node: &[u32]) -> Vec<Run> {
    let mut stretches: Vec<Run> = Vec::new();
    for (place, &node) in node.iter().enumerate() {
        match stretches.last_mut() {
            Some(s) if s.parent + s.len == node as usize => s.len += 1,
            _ => stretches.push(Run { child: place, parent: node as usize, len: 1 }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::ROOT;

    /// A forked tree with every coefficient different.
    fn tree(n: usize, seed: u64) -> (Vec<u32>, Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut stream = neuropil_core::random::Stream::new([seed as u32, 1], 0);
        let parents = (0..n)
            .map(|k| if k == 0 { ROOT } else { k as u32 - 1 - stream.below(3.min(k as u32)) })
            .collect();
        let mut draw = |low: f64| (0..n).map(|_| low + stream.uniform()).collect::<Vec<f64>>();
        (parents, draw(0.1), draw(0.2), draw(0.3))
    }

    fn residual(seed: u64, extrapolation: f64) -> f64 {
        let n = 97;
        let (parents, up, cap, area) = tree(n, seed);
        let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &area };
        let mut system =
            TreeSystem::new(Forest::new(&[&parents]).unwrap(), coefficients, extrapolation);
        let v: Vec<f64> = (0..n).map(|k| -65.0 + k as f64).collect();
        let i: Vec<f64> = (0..n).map(|k| 0.1 * (k % 7) as f64).collect();
        let g: Vec<f64> = (0..n).map(|k| 0.2 * (k % 5) as f64).collect();
        let (mut next, mut before) = (v.clone(), v.clone());
        assert_eq!(system.step(&mut next, &mut before, &i, &g, 1e6), Verdict::Sound);
        let x: Vec<f64> = next
            .iter()
            .zip(&v)
            .map(|(next, v)| (next + (extrapolation - 1.0) * v) / extrapolation)
            .collect();
        let mut sum: Vec<f64> = (0..n)
            .map(|k| cap[k] * (x[k] - v[k]) + area[k] * (i[k] + g[k] * (x[k] - v[k])))
            .collect();
        for k in 1..n {
            let p = parents[k] as usize;
            sum[k] -= up[k] * (x[p] - x[k]);
            sum[p] -= up[k] * (x[k] - x[p]);
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
        let trees: Vec<_> = (0..5).map(|seed| tree(60 + 7 * seed as usize, seed)).collect();
        let advance = |picked: &[usize]| -> Vec<Vec<u64>> {
            let cells: Vec<&[u32]> = picked.iter().map(|&k| trees[k].0.as_slice()).collect();
            let join = |f: fn(&(Vec<u32>, Vec<f64>, Vec<f64>, Vec<f64>)) -> &Vec<f64>| {
                picked.iter().flat_map(|&k| f(&trees[k]).clone()).collect::<Vec<f64>>()
            };
            let (up, cap, area) = (join(|t| &t.1), join(|t| &t.2), join(|t| &t.3));
            let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &area };
            let mut system = TreeSystem::new(Forest::new(&cells).unwrap(), coefficients, 2.0);
            let mut v: Vec<f64> = area.iter().map(|a| -70.0 + 20.0 * a).collect();
            let (i, g, mut before) = (vec![0.3; v.len()], vec![0.4; v.len()], v.clone());
            for _ in 0..50 {
                system.step(&mut v, &mut before, &i, &g, 1e6);
            }
            let mut rest = v.as_slice();
            cells
                .iter()
                .map(|c| {
                    let (own, others) = rest.split_at(c.len());
                    rest = others;
                    own.iter().map(|x| x.to_bits()).collect()
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
