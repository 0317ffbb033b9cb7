//! Leaky integrate-and-fire neuron whose potential jumps at each input.
//!
//! ```text
//! dV/dt = −(V − E_L)/τ_m + (I_e + I_stim)/C_m,   V += w on each input spike
//! V ≥ V_th  ⇒  spike;  V = V_reset for t_ref
//! ```
//!
//! Integrated exactly. In a step: (1) unless refractory, V decays, the current of the previous step
//! acts, arriving weights are added; while refractory they are dropped, or with
//! `refractory_input` stored, discounted to the end of the refractory time; (2) V is kept above
//! V_min; (3) threshold, reset; (4) the stimulus current is read for the next step.
//!
//! # Source
//! Rotter & Diesmann (1999), Biol. Cybern. 81:381, doi:10.1007/s004220050570; parameters and order
//! of operations as in NEST 3.10.

use std::ops::Range;

use super::clamped::ClampedMembranes;
use super::columns::numbers;
use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Signs, Variable, p};
use super::drive::Drive;
use super::lanes::{BLOCK, FLAG, Kernel, Spike, Strips, collect_spikes, housekeeping, or_zeros};
use super::linear::Membrane;
use super::refractory::{Refractory, held, stamp};
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "iaf_psc_delta",
    summary: "leaky integrate-and-fire, potential jumps at each input",
    parameters: &[
        p("C_m", "pF", 250.0, "membrane capacitance, > 0"),
        p("tau_m", "ms", 10.0, "membrane time constant, > 0"),
        p("E_L", "mV", -70.0, "resting potential"),
        p("V_th", "mV", -55.0, "threshold, above V_reset"),
        p("V_reset", "mV", -70.0, "potential after a spike"),
        p("V_min", "mV", f64::NEG_INFINITY, "lower bound of the potential"),
        p("t_ref", "ms", 2.0, "refractory time, ≥ 0"),
        p("I_e", "pA", 0.0, "constant input current"),
        p("refractory_input", "", 0.0, "1 to keep input that arrives while refractory"),
    ],
    variables: &[Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" }],
    weight_unit: "mV",
    channels: &["delta"],
    signs: Signs::Together,
    build: |build| Ok(Box::new(IafPscDelta::new(build)?)),
};

numbers! {
    /// Potentials are relative to E_L, as the propagators want them.
    #[derive(Debug, Clone, Copy)]
    struct Coefficients {
        decay: f64,
        per_pa: f64,
        v_min: f64,
        spike: Spike,
        e_l: f64,
        /// Discount per refractory step of stored input; 0 drops it.
        keep: f64,
    }
}

struct IafPscDelta {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    refractory: Refractory,
    drive: Drive,
    clamped: ClampedMembranes,
    stored: Vec<f64>,
    keeps_input: bool,
}

impl IafPscDelta {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| {
            let membrane =
                Membrane { c_m: given.positive("C_m", n)?, tau_m: given.positive("tau_m", n)? };
            let e_l = given.finite("E_L", n)?;
            let reset = given.finite("V_reset", n)?;
            let v_min = given.checked("V_min", n, "must not exceed V_reset", |v| v <= reset)?;
            let decay = membrane.decay(h);
            Ok(Coefficients {
                decay,
                per_pa: membrane.per_constant(h),
                v_min: v_min - e_l,
                spike: given.spike(n, e_l)?,
                e_l,
                keep: if given.switch("refractory_input", n)? { decay } else { 0.0 },
            })
        })?;
        let mut v = given.initials("V_m", |n| coefficients.at(n).e_l)?;
        for (n, v) in v.iter_mut().enumerate() {
            *v -= coefficients.at(n).e_l;
        }
        Ok(Self {
            keeps_input: coefficients.any(build.size, |c| c.keep > 0.0),
            coefficients,
            arch: pulp::Arch::new(),
            v,
            refractory: Refractory::new(build.size),
            drive: Drive::new(&given, build)?,
            clamped: ClampedMembranes::new(&given, h, None)?,
            stored: vec![0.0; build.size],
        })
    }
}

/// The arrays of one block, one entry per neuron.
struct Lanes<'a> {
    now: u32,
    until: &'a [u32],
    input: &'a [f64],
    drive: &'a [f64],
    v: &'a mut [f64],
}

impl Kernel<Coefficients> for Lanes<'_> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let (input, drive) = (&self.input[strip.clone()], &self.drive[strip.clone()]);
        let until = &self.until[strip.clone()];
        step(rows, self.now, until, input, drive, &mut self.v[strip])
    }
}

/// One step of some neurons; flags those that may have spiked.
#[inline(always)]
fn step(
    rows: impl Fn(usize) -> Coefficients,
    now: u32,
    until: &[u32],
    input: &[f64],
    drive: &[f64],
    v: &mut [f64],
) -> u64 {
    let n = v.len();
    let (until, input, drive) = (&until[..n], &input[..n], &drive[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let moved = c.per_pa * drive[k] + c.decay * v[k] + input[k];
        let next = if held(until[k], now) { v[k] } else { moved };
        let next = if next < c.v_min { c.v_min } else { next };
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next < c.spike.threshold) { FLAG[k] } else { 0 };
    }
    flags
}

impl IafPscDelta {
    /// Turns input of refractory neurons into stored input, and gives it back when they are free.
    fn store_refractory_input(&mut self, block: Range<usize>, now: u32, input: &mut [f64]) {
        for (k, n) in block.enumerate() {
            let keep = self.coefficients.at(n).keep;
            if keep == 0.0 {
                continue;
            }
            let left = self.refractory.left(n, now);
            if left > 0 {
                self.stored[n] += input[k] * keep.powi(left as i32);
            } else {
                input[k] += std::mem::take(&mut self.stored[n]);
            }
        }
    }
}

impl Neurons for IafPscDelta {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (first, n, now) = (block.start, block.len(), stamp(step));
        let mut scratch;
        let mut input = or_zeros(arrivals.channel(0), block.len());
        if self.keeps_input {
            scratch = [0.0; BLOCK];
            scratch[..block.len()].copy_from_slice(input);
            self.store_refractory_input(block.clone(), now, &mut scratch[..block.len()]);
            input = &scratch[..block.len()];
        }
        let state = (self.v.as_slice(), &self.refractory, now);
        self.clamped.solve(block.clone(), &self.drive, state, |n, _| input[n - first]);
        let kernel = Lanes {
            now,
            until: self.refractory.of(block.clone()),
            input,
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
        };
        let flags = self.arch.dispatch(Strips { table: &self.coefficients, first, n, kernel });
        let flags = self.clamped.settle(
            &mut self.v[block.clone()],
            |k| self.coefficients.at(first + k).v_min,
            flags,
        );
        self.drive.store(block.clone(), arrivals);
        housekeeping(step, first, &self.v[block.clone()], &mut [])?;
        self.refractory.refresh(block.clone(), step);
        let v = &mut self.v[block.clone()];
        let until = self.refractory.of_mut(block.clone());
        collect_spikes(&flags, block, spikes, |k| {
            let spike = self.coefficients.at(first + k).spike;
            spike.settle(first + k, &mut v[k], &mut until[k], now)
        })
    }

    fn read(&self, _variable: usize, neuron: usize) -> f64 {
        self.v[neuron] + self.coefficients.at(neuron).e_l
    }

    fn clamp(&self, neuron: usize) -> [f64; 2] {
        self.drive.clamp_of(neuron)
    }
}
