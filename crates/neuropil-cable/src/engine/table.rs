//! Gates advanced by a table instead of their exponentials.
//!
//! At a fixed step and temperature a gate of Hodgkin–Huxley type, whose rates depend on the
//! potential alone, advances by `x ← a(v)·x + b(v)`. Whether a mechanism's states do is found by
//! running its kernel, not by reading its text: at every grid point `a` and `b` are taken from two
//! runs, and a third with other states, parameters, ions, time and geometry must agree. `a` and `b` are then
//! interpolated by a cubic through the Chebyshev points of each interval; the interval is halved
//! until the error, measured against the kernel between the points, is below [`TOLERANCE`].
//! Outside ±[`RANGE_MV`] the value at the edge is taken.

use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::{
    Column, Instances, IonColumns, Placement, Role, Scope, Surroundings,
};
use pulp::{Arch, Simd, WithSimd};

/// Largest error of `a` and `b`, which lie between −1 and 1 for gates.
pub(crate) const TOLERANCE: f64 = 1e-9;
/// Tables cover potentials from minus to plus this `[mV]`.
const RANGE_MV: f64 = 200.0;
/// Intervals per mV, from coarse to fine.
const RESOLUTIONS: [f64; 3] = [2.0, 4.0, 8.0];
/// Functions that are evaluated together.
const LANES: usize = 8;
/// Compartments whose coefficients are kept before the gates take them.
const TILE: usize = 128;

/// The tables of one mechanism.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Variable number of each gate.
    gates: Vec<usize>,
    per_mv: f64,
    /// Per interval, per block of lanes, per power: `a` of all gates, then `b` of all gates.
    rows: Arc<[[f64; LANES]]>,
    /// Blocks of lanes.
    blocks: usize,
    scratch: Vec<[f64; LANES]>,
    arch: Arch,
}

/// A mechanism under trial: many instances, each at its own potential.
struct Trial {
    instances: Instances,
    v: Vec<f64>,
    dt_ms: f64,
    celsius: f64,
}

impl Table {
    /// Tables for the states of some instances, if that is what they allow.
    pub(crate) fn new(instances: &Instances, dt_ms: f64, celsius: f64) -> Option<Self> {
        let d = instances.description();
        let writes = d.ions.iter().map(|i| i.writes);
        let concentrations = writes.into_iter().any(|w| w.inside || w.outside || w.reversal);
        if concentrations || d.events.is_some() || !d.pointers.is_empty() {
            return None;
        }
        let states = d.variables.iter().enumerate().filter(|(_, v)| v.role == Role::State);
        let gates: Vec<usize> = states.map(|(k, _)| k).collect();
        if gates.is_empty() {
            return None;
        }
        RESOLUTIONS.iter().find_map(|&per_mv| {
            let table = Self::sampled(instances, &gates, per_mv, dt_ms, celsius)?;
            let error = table.error(instances, dt_ms, celsius)?;
            (error <= TOLERANCE).then_some(table)
        })
    }

    fn sampled(
        instances: &Instances,
        gates: &[usize],
        per_mv: f64,
        dt_ms: f64,
        celsius: f64,
    ) -> Option<Self> {
        let intervals = (2.0 * RANGE_MV * per_mv) as usize;
        let nodes: [f64; 4] = std::array::from_fn(|k| {
            0.5 - 0.5 * (std::f64::consts::PI * (k as f64 + 0.5) / 4.0).cos()
        });
        let v = (0..4 * intervals)
            .map(|k| -RANGE_MV + ((k / 4) as f64 + nodes[k % 4]) / per_mv)
            .collect();
        let samples = Trial::new(instances, v, dt_ms, celsius)?.coefficients(gates)?;
        let blocks = samples.len().div_ceil(LANES);
        let mut rows = vec![[0.0; LANES]; intervals * 4 * blocks];
        for (function, samples) in samples.iter().enumerate() {
            for interval in 0..intervals {
                let values: [f64; 4] = std::array::from_fn(|k| samples[4 * interval + k]);
                for (power, c) in cubic(nodes, values).into_iter().enumerate() {
                    rows[4 * (interval * blocks + function / LANES) + power][function % LANES] = c;
                }
            }
        }
        let scratch = vec![[0.0; LANES]; TILE * blocks];
        let (gates, rows) = (gates.to_vec(), rows.into());
        Some(Self { gates, per_mv, rows, blocks, scratch, arch: Arch::new() })
    }

    /// Largest difference from the kernel between the sampled points.
    fn error(&self, instances: &Instances, dt_ms: f64, celsius: f64) -> Option<f64> {
        let n = (8.0 * RANGE_MV * self.per_mv) as usize - 1;
        let v: Vec<f64> =
            (0..n).map(|k| -RANGE_MV + (k as f64 + 0.37) / (4.0 * self.per_mv)).collect();
        let exact = Trial::new(instances, v.clone(), dt_ms, celsius)?.coefficients(&self.gates)?;
        let mut worst = 0.0f64;
        let mut found = vec![[0.0; LANES]; self.blocks];
        for (k, &v) in v.iter().enumerate() {
            self.evaluate(&[v], &mut found);
            for (function, exact) in exact.iter().enumerate() {
                worst = worst.max((found[function / LANES][function % LANES] - exact[k]).abs());
            }
        }
        Some(worst)
    }

    /// Coefficients at some potentials.
    #[inline(always)]
    fn evaluate(&self, v: &[f64], out: &mut [[f64; LANES]]) {
        let (blocks, per_mv) = (self.blocks, self.per_mv);
        let (rows, _) = self.rows.as_chunks::<4>();
        let last = rows.len() / blocks - 1;
        for (&v, out) in v.iter().zip(out.chunks_exact_mut(blocks)) {
            let position = ((v + RANGE_MV) * per_mv).max(0.0);
            let interval = (position as u32).min(last as u32);
            let t = (position - f64::from(interval)).min(1.0);
            let first = interval as usize * blocks;
            for (row, out) in rows[first..first + blocks].iter().zip(out) {
                let [c0, c1, c2, c3] = row;
                *out = std::array::from_fn(|k| ((c3[k] * t + c2[k]) * t + c1[k]) * t + c0[k]);
            }
        }
    }

    /// Advances the gates of all instances; `v` is the column of the group.
    pub(crate) fn advance(&mut self, instances: &mut Instances, v: &[f64]) {
        let arch = self.arch;
        let mut tile = [0.0; TILE];
        let mut start = 0;
        while start < instances.len() {
            let nodes = &instances.nodes()[start..];
            let n = nodes.len().min(TILE);
            for (to, &node) in tile.iter_mut().zip(&nodes[..n]) {
                *to = v[node as usize];
            }
            let mut scratch = std::mem::take(&mut self.scratch);
            arch.dispatch(Evaluate {
                table: self,
                v: &tile[..n],
                out: &mut scratch[..n * self.blocks],
            });
            for (g, &variable) in self.gates.iter().enumerate() {
                let x = &mut instances.column_mut(variable)[start..start + n];
                let b = self.gates.len() + g;
                relax(x, &scratch[..n * self.blocks], self.blocks, g, b);
            }
            self.scratch = scratch;
            start += n;
        }
    }
}

/// `x ← a·x + b` with two of the coefficients of each compartment.
fn relax(x: &mut [f64], coefficients: &[[f64; LANES]], blocks: usize, a: usize, b: usize) {
    let stride = LANES * blocks;
    assert!(a < stride && b < stride, "coefficients of a gate");
    for (x, c) in x.iter_mut().zip(coefficients.as_flattened().chunks_exact(stride)) {
        *x = c[a] * *x + c[b];
    }
}

struct Evaluate<'a> {
    table: &'a Table,
    v: &'a [f64],
    out: &'a mut [[f64; LANES]],
}

impl WithSimd for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        self.table.evaluate(self.v, self.out);
    }
}

/// Coefficients of the cubic through four points, lowest power first (Newton's divided differences).
fn cubic(x: [f64; 4], y: [f64; 4]) -> [f64; 4] {
    let mut d = y;
    for order in 1..4 {
        for k in (order..4).rev() {
            d[k] = (d[k] - d[k - 1]) / (x[k] - x[k - order]);
        }
    }
    let mut c = [d[3], 0.0, 0.0, 0.0];
    for k in (0..3).rev() {
        // c ← c·(t − x_k) + d_k
        for power in (1..4).rev() {
            c[power] = c[power - 1] - x[k] * c[power];
        }
        c[0] = d[k] - x[k] * c[0];
    }
    c
}

impl Trial {
    /// Instances with the GLOBALs of some others, all else at its default.
    fn new(like: &Instances, v: Vec<f64>, dt_ms: f64, celsius: f64) -> Option<Self> {
        let d = like.description();
        let nodes = (0..v.len() as u32).collect();
        let placement = Placement::density(nodes).with_ions((0..d.ions.len()).collect());
        let mut instances = like.mechanism().instantiate(placement).ok()?;
        instances.set_second_order(like.is_second_order());
        for (k, variable) in d.variables.iter().enumerate() {
            if let (Role::Parameter, Scope::Global, Column::Uniform(value)) =
                (variable.role, variable.scope, like.column(k))
            {
                instances.set(&variable.name, value).ok()?;
            }
        }
        Some(Self { instances, v, dt_ms, celsius })
    }

    /// Moves every parameter that may vary from compartment to compartment away from its default.
    fn disturb(&mut self) -> Option<()> {
        let variables = self.instances.description().variables.clone();
        let ranges =
            variables.iter().filter(|v| (v.role, v.scope) == (Role::Parameter, Scope::Range));
        for variable in ranges {
            let values = [1.25 * variable.default + 0.125, 0.75 * variable.default];
            values.iter().find(|&&value| self.instances.set(&variable.name, value).is_ok())?;
        }
        Some(())
    }

    /// `a` of each gate at each potential, then `b` of each gate; none unless the states advance
    /// so, whatever everything else is.
    fn coefficients(&mut self, gates: &[usize]) -> Option<Vec<Vec<f64>>> {
        let zero = self.advanced(gates, |_, _| 0.0, 0.0)?;
        let one = self.advanced(gates, |_, _| 1.0, 0.0)?;
        let state = |g: usize, k: usize| 0.1 + 0.8 * ((7 * g + 3 * k) % 11) as f64 / 11.0;
        self.disturb()?;
        let other = self.advanced(gates, state, 1.0)?;
        let mut functions = Vec::with_capacity(2 * gates.len());
        for g in 0..gates.len() {
            functions
                .push(one[g].iter().zip(&zero[g]).map(|(one, b)| one - b).collect::<Vec<f64>>());
        }
        functions.extend(zero);
        for g in 0..gates.len() {
            let (a, b) = (&functions[g], &functions[gates.len() + g]);
            for k in 0..self.v.len() {
                let expected = a[k] * state(g, k) + b[k];
                if !((expected - other[g][k]).abs() <= 1e-13) {
                    return None;
                }
            }
        }
        Some(functions)
    }

    /// The gates after a step from given states. `shift` changes everything else that a kernel can
    /// see. None if the kernel fails or writes anything but the gates.
    fn advanced(
        &mut self,
        gates: &[usize],
        state: impl Fn(usize, usize) -> f64,
        shift: f64,
    ) -> Option<Vec<Vec<f64>>> {
        let (n, v) = (self.v.len(), &self.v);
        for (g, &variable) in gates.iter().enumerate() {
            let column = self.instances.column_mut(variable);
            column.iter_mut().enumerate().for_each(|(k, x)| *x = state(g, k));
        }
        let before = self.others(gates);
        let mut ions: Vec<IonColumns> = self
            .instances
            .description()
            .ions
            .iter()
            .map(|_| {
                let mut ion =
                    IonColumns::uniform(n, 2.0, -40.0 + 30.0 * shift, 0.1 + shift, 2.0 + shift);
                ion.current_ma_cm2.fill(0.01 * shift);
                ion
            })
            .collect();
        let (area, diam) = (vec![100.0 + 50.0 * shift; n], vec![1.0 + shift; n]);
        let (mut i, mut g) = (vec![0.0; n], vec![0.0; n]);
        let mut around = Surroundings {
            t_ms: 10.0 * shift,
            dt_ms: self.dt_ms,
            celsius: self.celsius,
            v_mv: v,
            area_um2: &area,
            diam_um: &diam,
            ions: &mut ions,
            i_ma_cm2: &mut i,
            g_s_cm2: &mut g,
        };
        self.instances.advance(&mut around).ok()?;
        if self.others(gates) != before {
            return None;
        }
        let column = |&variable: &usize| -> Vec<f64> {
            (0..n).map(|k| self.instances.column(variable).get(k)).collect()
        };
        Some(gates.iter().map(column).collect())
    }

    /// Bits of all variables that are no gates.
    fn others(&self, gates: &[usize]) -> Vec<u64> {
        let variables = 0..self.instances.description().variables.len();
        variables
            .filter(|k| !gates.contains(k))
            .flat_map(|k| (0..self.v.len()).map(move |at| (k, at)))
            .map(|(k, at)| self.instances.column(k).get(at).to_bits())
            .collect()
    }
}

/// Tables that were made before, so that many groups share them.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    known: Vec<(Arc<Mechanism>, Vec<u64>, Option<Table>)>,
}

impl Tables {
    /// The table of some instances, if they allow one. It depends on their mechanism and its GLOBALs
    /// only.
    pub(crate) fn of(&mut self, instances: &Instances, dt_ms: f64, celsius: f64) -> Option<Table> {
        let variables = instances.description().variables.iter().enumerate();
        let globals: Vec<u64> = variables
            .filter(|(_, v)| v.scope == Scope::Global && !instances.is_empty())
            .map(|(k, _)| instances.column(k).get(0).to_bits())
            .collect();
        let mechanism = instances.mechanism();
        let same = |k: &&(Arc<Mechanism>, Vec<u64>, Option<Table>)| {
            Arc::ptr_eq(&k.0, mechanism) && k.1 == globals
        };
        if let Some(found) = self.known.iter().find(same) {
            return found.2.clone();
        }
        let made = Table::new(instances, dt_ms, celsius);
        self.known.push((Arc::clone(mechanism), globals, made.clone()));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cubic_passes_through_its_points() {
        let (x, f) = ([0.1, 0.3, 0.6, 0.9], |t: f64| 2.0 - t + 3.0 * t * t - 0.5 * t * t * t);
        let c = cubic(x, x.map(f));
        for (found, exact) in c.into_iter().zip([2.0, -1.0, 3.0, -0.5]) {
            assert!((found - exact).abs() < 1e-12, "{c:?}");
        }
    }
}
