//! Izhikevich's simple neuron.
//!
//! ```text
//! dV/dt = 0.04 V² + 5 V + 140 − U + I,   dU/dt = a (b V − U);   V += w on each input spike
//! V ≥ V_th  ⇒  spike;  V ← c, U ← U + d
//! ```
//!
//! The scheme is part of the model: results depend on the step. `consistent_integration = 1`: one
//! forward Euler step of V and U from the same state, then V jumps by the arriving weights. `0`: the
//! published scheme, two half-steps of V in which arriving weights act as a current, then U from the
//! new V. Then V is kept above V_min, threshold, reset; the stimulus current is read for the next step.
//! There is no refractory time.
//!
//! # Source
//! Izhikevich (2003), IEEE Trans. Neural Networks 14:1569, doi:10.1109/TNN.2003.820440; parameters and
//! order of operations as in NEST 3.10.

use std::ops::Range;

use super::columns::numbers;
use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Signs, Variable, p};
use super::drive::Drive;
use super::lanes::{FLAG, Kernel, Strips, check_finite, collect_spikes, housekeeping, or_zeros};
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "izhikevich",
    summary: "Izhikevich's simple neuron",
    parameters: &[
        p("a", "", 0.02, "rate of recovery"),
        p("b", "", 0.2, "sensitivity of recovery to V"),
        p("c", "mV", -65.0, "potential after a spike, below V_th"),
        p("d", "mV", 8.0, "jump of recovery at a spike"),
        p("V_th", "mV", 30.0, "spike level"),
        p("V_min", "mV", f64::NEG_INFINITY, "lower bound of the potential, at most c"),
        p("I_e", "pA", 0.0, "constant input current"),
        p("consistent_integration", "", 1.0, "0 for the published scheme of half-steps"),
    ],
    variables: &[
        Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
        Variable { name: "U_m", unit: "mV", initial: true, doc: "recovery" },
    ],
    weight_unit: "mV",
    channels: &["delta"],
    signs: Signs::Together,
    build: |build| Ok(Box::new(Izhikevich::new(build)?)),
};

numbers! {
    #[derive(Debug, Clone, Copy)]
    struct Coefficients {
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        v_th: f64,
        v_min: f64,
        consistent: bool,
    }
}

struct Izhikevich {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    h: f64,
    v: Vec<f64>,
    u: Vec<f64>,
    drive: Drive,
}

impl Izhikevich {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let coefficients = given.table(|n| {
            let c = given.finite("c", n)?;
            Ok(Coefficients {
                a: given.finite("a", n)?,
                b: given.finite("b", n)?,
                c,
                d: given.finite("d", n)?,
                v_th: given.checked("V_th", n, "must be above c", |th| th > c)?,
                v_min: given.checked("V_min", n, "must not exceed c", |v| v <= c)?,
                consistent: given.switch("consistent_integration", n)?,
            })
        })?;
        Ok(Self {
            coefficients,
            arch: pulp::Arch::new(),
            h: build.clock.dt_ms(),
            v: given.initials("V_m", |_| -65.0)?,
            u: given.initials("U_m", |_| -13.0)?,
            drive: Drive::new(&given, build)?,
        })
    }
}

/// The arrays of a block, one entry per neuron.
struct Lanes<'a> {
    h: f64,
    input: &'a [f64],
    drive: &'a [f64],
    v: &'a mut [f64],
    u: &'a mut [f64],
}

impl Kernel<Coefficients> for Lanes<'_> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let (input, drive) = (&self.input[strip.clone()], &self.drive[strip.clone()]);
        step(rows, self.h, input, drive, &mut self.v[strip.clone()], &mut self.u[strip])
    }
}

/// One step of some neurons; flags those that may have spiked.
#[inline(always)]
fn step(
    rows: impl Fn(usize) -> Coefficients,
    h: f64,
    input: &[f64],
    drive: &[f64],
    v: &mut [f64],
    u: &mut [f64],
) -> u64 {
    let n = v.len();
    let (u, input, drive) = (&mut u[..n], &input[..n], &drive[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let slope = |v: f64, i: f64| 0.04 * v * v + 5.0 * v + 140.0 - u[k] + i;
        let euler = v[k] + h * slope(v[k], drive[k]) + input[k];
        let current = drive[k] + input[k];
        let half = v[k] + 0.5 * h * slope(v[k], current);
        let halves = half + 0.5 * h * slope(half, current);
        let next = if c.consistent { euler } else { halves };
        let seen = if c.consistent { v[k] } else { next };
        u[k] += h * c.a * (c.b * seen - u[k]);
        let next = if next < c.v_min { c.v_min } else { next };
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next < c.v_th) { FLAG[k] } else { 0 };
    }
    flags
}

impl Neurons for Izhikevich {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let input = or_zeros(arrivals.channel(0), block.len());
        let (first, h) = (block.start, self.h);
        let drive = self.drive.of(block.clone());
        let (v, u) = (&mut self.v[block.clone()], &mut self.u[block.clone()]);
        let (table, n, kernel) = (&self.coefficients, block.len(), Lanes { h, input, drive, v, u });
        let flags = self.arch.dispatch(Strips { table, first, n, kernel });
        self.drive.store(block.clone(), arrivals);
        housekeeping(step, first, &self.v[block.clone()], &mut [])?;
        collect_spikes(&flags, block, spikes, |k| {
            let (n, c) = (first + k, self.coefficients.at(first + k));
            if self.v[n] < c.v_th {
                return Ok(false);
            }
            check_finite(n, "V_m", self.v[n])?;
            self.v[n] = c.c;
            self.u[n] += c.d;
            Ok(true)
        })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        if variable == 0 { self.v[neuron] } else { self.u[neuron] }
    }
}
