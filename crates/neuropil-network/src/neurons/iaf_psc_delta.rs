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

use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Parameter, Signs, Variable};
use super::lanes::{BLOCK, collect_spikes, or_zeros, store_current};
use super::table::{Given, Table};
use crate::description::ModelError;

const fn p(name: &'static str, unit: &'static str, default: f64, doc: &'static str) -> Parameter {
    Parameter { name, unit, default, doc }
}

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

/// Potentials are relative to E_L, as the propagators want them.
#[derive(Debug, Clone, Copy)]
struct Coefficients {
    decay: f64,
    per_pa: f64,
    i_e: f64,
    e_l: f64,
    threshold: f64,
    reset: f64,
    v_min: f64,
    hold: u32,
    /// Discount per refractory step of stored input; 0 drops it.
    keep: f64,
}

struct IafPscDelta {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    hold: Vec<u32>,
    current: Vec<f64>,
    stored: Vec<f64>,
    keeps_input: bool,
}

impl IafPscDelta {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| {
            let positive = |name| given.checked(name, n, "must be above 0", |x| x > 0.0);
            let (c_m, tau_m) = (positive("C_m")?, positive("tau_m")?);
            let e_l = given.checked("E_L", n, "must be finite", f64::is_finite)?;
            let reset = given.parameter("V_reset", n);
            let threshold = given.checked("V_th", n, "must be above V_reset", |th| th > reset)?;
            let v_min = given.checked("V_min", n, "must not exceed V_reset", |v| v <= reset)?;
            let t_ref = given.checked("t_ref", n, "must not be negative", |t| t >= 0.0)?;
            let decay = (-h / tau_m).exp();
            Ok(Coefficients {
                decay,
                per_pa: -tau_m / c_m * (-h / tau_m).exp_m1(),
                i_e: given.checked("I_e", n, "must be finite", f64::is_finite)?,
                e_l,
                threshold: threshold - e_l,
                reset: reset - e_l,
                v_min: v_min - e_l,
                hold: build.clock.nearest(t_ref) as u32,
                keep: if given.parameter("refractory_input", n) == 0.0 { 0.0 } else { decay },
            })
        })?;
        let v = (0..build.size)
            .map(|n| {
                let e_l = coefficients.at(n).e_l;
                given.initial("V_m", n, e_l) - e_l
            })
            .collect();
        let zeros = || vec![0.0; build.size];
        Ok(Self {
            keeps_input: match &coefficients {
                Table::Same(c) => c.keep > 0.0,
                Table::Each(all) => all.iter().any(|c| c.keep > 0.0),
            },
            coefficients,
            arch: pulp::Arch::new(),
            v,
            hold: vec![0; build.size],
            current: zeros(),
            stored: zeros(),
        })
    }
}

/// The arrays of one block, one entry per neuron.
struct Lanes<'a> {
    input: &'a [f64],
    v: &'a mut [f64],
    hold: &'a mut [u32],
    current: &'a [f64],
    fired: &'a mut [bool],
}

/// One step of neurons that drop what arrives while they are refractory.
#[inline(always)]
fn advance(coefficients: impl Fn(usize) -> Coefficients, lanes: Lanes<'_>) {
    let n = lanes.v.len();
    let (v, hold, fired) = (lanes.v, &mut lanes.hold[..n], &mut lanes.fired[..n]);
    let (input, current) = (&lanes.input[..n], &lanes.current[..n]);
    for k in 0..n {
        let c = coefficients(k);
        let moved = c.per_pa * (current[k] + c.i_e) + c.decay * v[k] + input[k];
        let next = if hold[k] == 0 { moved } else { v[k] };
        let next = if next < c.v_min { c.v_min } else { next };
        // Written so that a NaN counts as a spike and is caught on the rare path.
        let fires = !(next < c.threshold);
        fired[k] = fires;
        hold[k] = if fires { c.hold } else { hold[k].saturating_sub(1) };
        v[k] = if fires { c.reset + (next - next) } else { next };
    }
}

impl IafPscDelta {
    /// Turns input of refractory neurons into stored input, and gives it back when they are free.
    fn store_refractory_input(&mut self, block: Range<usize>, input: &mut [f64]) {
        for (k, n) in block.enumerate() {
            let keep = self.coefficients.at(n).keep;
            if keep == 0.0 {
                continue;
            }
            if self.hold[n] > 0 {
                self.stored[n] += input[k] * keep.powi(self.hold[n] as i32);
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
        _step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let mut scratch = [0.0; BLOCK];
        let mut input = or_zeros(arrivals.channels[0], block.len());
        if self.keeps_input {
            scratch[..block.len()].copy_from_slice(input);
            self.store_refractory_input(block.clone(), &mut scratch[..block.len()]);
            input = &scratch[..block.len()];
        }
        let mut fired = [false; BLOCK];
        let lanes = Lanes {
            input,
            v: &mut self.v[block.clone()],
            hold: &mut self.hold[block.clone()],
            current: &self.current[block.clone()],
            fired: &mut fired,
        };
        let first = block.start;
        match &self.coefficients {
            Table::Same(c) => self.arch.dispatch(
                #[inline(always)]
                || advance(|_| *c, lanes),
            ),
            Table::Each(all) => self.arch.dispatch(
                #[inline(always)]
                || advance(|k| all[first + k], lanes),
            ),
        }
        store_current(&mut self.current[block.clone()], arrivals.current);
        collect_spikes(&fired[..block.len()], first, spikes, |n| {
            let value = self.v[n];
            if value.is_nan() { Err(Fault { neuron: n, variable: "V_m", value }) } else { Ok(()) }
        })
    }

    fn read(&self, _variable: usize, neuron: usize) -> f64 {
        self.v[neuron] + self.coefficients.at(neuron).e_l
    }
}
