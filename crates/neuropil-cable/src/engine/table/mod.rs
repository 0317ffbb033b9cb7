//! Gates advanced by a table instead of their exponentials.
//!
//! At a fixed step and temperature a gate of Hodgkin–Huxley type, whose rates depend on the
//! potential alone, advances by `x ← a(v)·x + b(v)`. Whether a mechanism's states do is found by
//! running its kernel, not by reading its text: at every grid point `a` and `b` are taken from two
//! runs, and a third with other states, parameters, ions, time and geometry must agree. `a` and `b` are then
//! interpolated by a cubic through the Chebyshev points of each interval; the interval is halved
//! until the error, measured against the kernel between the points, is below [`TOLERANCE`].
//! Outside ±[`RANGE_MV`] the value at the edge is taken.

mod advance;
mod trial;

use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::{Instances, Kind, Role, Scope};

use advance::{Advance, GATES, Row, Rows, Scale, TILE};
use trial::Trial;

use crate::quad::Quads;

/// Largest error of `a` and `b`, which lie between −1 and 1 for gates.
pub(crate) const TOLERANCE: f64 = 1e-9;
/// Tables cover potentials from minus to plus this `[mV]`.
const RANGE_MV: f64 = 200.0;
/// Intervals per mV, from coarse to fine.
const RESOLUTIONS: [f64; 3] = [2.0, 4.0, 8.0];

/// The tables of one mechanism.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Variable number of each gate.
    gates: Vec<usize>,
    scale: Scale,
    /// Rows of each interval, one for every [`GATES`] gates.
    rows: Arc<[Row]>,
    quads: Quads,
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
        let scale = Scale { range_mv: RANGE_MV, per_mv };
        let intervals = scale.intervals();
        let nodes: [f64; 4] = std::array::from_fn(|k| {
            0.5 - 0.5 * (std::f64::consts::PI * (k as f64 + 0.5) / 4.0).cos()
        });
        let v = (0..4 * intervals)
            .map(|k| -RANGE_MV + ((k / 4) as f64 + nodes[k % 4]) / per_mv)
            .collect();
        let samples = Trial::new(instances, v, dt_ms, celsius)?.coefficients(gates)?;
        let stride = gates.len().div_ceil(GATES);
        let mut rows = vec![Row::default(); intervals * stride];
        for (function, samples) in samples.iter().enumerate() {
            // First `a` of all gates, then `b`.
            let (gate, b) = (function % gates.len(), function / gates.len());
            for (interval, values) in samples.as_chunks::<4>().0.iter().enumerate() {
                let Row(row) = &mut rows[interval * stride + gate / GATES];
                for (power, c) in cubic(nodes, *values).into_iter().enumerate() {
                    row[power][b][gate % GATES] = c;
                }
            }
        }
        Some(Self { gates: gates.to_vec(), scale, rows: rows.into(), quads: Quads::new() })
    }

    /// Largest difference of `a` and `b` from the kernel between the sampled points.
    fn error(&self, instances: &Instances, dt_ms: f64, celsius: f64) -> Option<f64> {
        let n = 4 * self.scale.intervals() - 1;
        let v: Vec<f64> =
            (0..n).map(|k| -RANGE_MV + (k as f64 + 0.37) / (4.0 * self.scale.per_mv)).collect();
        let mut exact = Trial::new(instances, v.clone(), dt_ms, celsius)?;
        let exact = exact.coefficients(&self.gates)?;
        let gates = self.gates.len();
        let mut worst = 0.0f64;
        for (at, &v) in v.iter().enumerate() {
            for g in 0..gates {
                let [a, b] = self.rows(g / GATES).at(v);
                let (a, b) = (a[g % GATES] - exact[g][at], b[g % GATES] - exact[gates + g][at]);
                worst = worst.max(a.abs()).max(b.abs());
            }
        }
        Some(worst)
    }

    /// The rows at an offset.
    fn rows(&self, offset: usize) -> Rows<'_> {
        let stride = self.gates.len().div_ceil(GATES);
        Rows { scale: self.scale, rows: &self.rows, stride, offset }
    }

    /// Advances the gates of all instances; `v` is the column of the group.
    pub(crate) fn advance(&self, instances: &mut Instances, v: &[f64]) {
        for (offset, gates) in self.gates.chunks(GATES).enumerate() {
            let rows = self.rows(offset);
            match *gates {
                [a] => self.advance_gates([a], rows, instances, v),
                [a, b] => self.advance_gates([a, b], rows, instances, v),
                [a, b, c] => self.advance_gates([a, b, c], rows, instances, v),
                [a, b, c, d] => self.advance_gates([a, b, c, d], rows, instances, v),
                _ => {}
            }
        }
    }

    fn advance_gates<const N: usize>(
        &self,
        gates: [usize; N],
        rows: Rows<'_>,
        instances: &mut Instances,
        v: &[f64],
    ) {
        let density = instances.description().kind == Kind::Density;
        let Some((nodes, columns)) = instances.columns_mut(gates) else { return };
        let mut columns = columns.map(|column| column.as_chunks_mut::<TILE>());
        let mut gathered = [0.0; TILE];
        let (tiles, rest) = nodes.as_chunks::<TILE>();
        for (number, nodes) in tiles.iter().enumerate() {
            let gates = columns.each_mut().map(|(tiles, _)| &mut tiles[number]);
            let v = potentials(v, nodes, density, &mut gathered);
            self.quads.run(Advance { rows, v, gates });
        }
        if !rest.is_empty() {
            let mut work = [[0.0; TILE]; N];
            for (work, (_, column)) in work.iter_mut().zip(&columns) {
                work[..rest.len()].copy_from_slice(column);
            }
            let v = potentials(v, rest, density, &mut gathered);
            self.quads.run(Advance { rows, v, gates: work.each_mut() });
            for (work, (_, column)) in work.iter().zip(&mut columns) {
                column.copy_from_slice(&work[..rest.len()]);
            }
        }
    }
}

/// The potentials of a tile: where they are, if the nodes are neighbours (`ascending` ones, whose ends
/// tell), else gathered.
fn potentials<'a>(
    v: &'a [f64],
    nodes: &[u32],
    ascending: bool,
    gathered: &'a mut [f64; TILE],
) -> &'a [f64; TILE] {
    let (first, last) = (nodes[0] as usize, nodes[nodes.len() - 1] as usize);
    match v[first..].first_chunk() {
        Some(v) if ascending && last == first + nodes.len() - 1 => v,
        _ => {
            gathered.iter_mut().zip(nodes).for_each(|(to, &node)| *to = v[node as usize]);
            gathered
        }
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

    /// Whether a mechanism with a gate of the given steady state and time constant gets tables.
    fn is_tabulated(steady: &str, dt_ms: f64) -> bool {
        let text = format!(
            "NEURON {{ SUFFIX gate USEION ca READ cai USEION k READ ek WRITE ik }}\n\
             STATE {{ z }} ASSIGNED {{ v (mV) cai (mM) ek (mV) ik (mA/cm2) zinf }}\n\
             BREAKPOINT {{ SOLVE states METHOD cnexp ik = 1e-3*z*(v - ek) }}\n\
             DERIVATIVE states {{ zinf = {steady} z' = (zinf - z)/1 }}\n\
             INITIAL {{ z = 0 }}\n"
        );
        let source = neuropil_mechanism::Source::from_text("gate.mod", text);
        let mechanism = Arc::new(neuropil_mechanism::compile(&source).unwrap());
        let placement = neuropil_mechanism::contract::Placement::density(vec![0, 1]);
        let instances = mechanism.instantiate(placement.with_ions(vec![0, 1])).unwrap();
        Table::new(&instances, dt_ms, 34.0).is_some()
    }

    #[test]
    fn a_gate_of_calcium_is_not_tabulated_at_any_step() {
        for dt_ms in [0.1, 0.025, 0.01, 0.005, 1e-3, 1e-4] {
            assert!(is_tabulated("1/(1 + exp(-(v + 40)/8))", dt_ms), "{dt_ms}");
            for half_mm in ["1e-5", "0.00043", "0.01", "1", "10"] {
                let of_calcium = format!("1/(1 + ({half_mm}/cai)^4.8)");
                assert!(!is_tabulated(&of_calcium, dt_ms), "{half_mm} mM, {dt_ms} ms");
            }
        }
    }

    #[test]
    fn the_cubic_passes_through_its_points() {
        let (x, f) = ([0.1, 0.3, 0.6, 0.9], |t: f64| 2.0 - t + 3.0 * t * t - 0.5 * t * t * t);
        let c = cubic(x, x.map(f));
        for (found, exact) in c.into_iter().zip([2.0, -1.0, 3.0, -0.5]) {
            assert!((found - exact).abs() < 1e-12, "{c:?}");
        }
    }
}
