//! Leaky integrate-and-fire neuron with alpha-shaped synaptic currents.
//!
//! ```text
//! dV/dt = −(V − E_L)/τ_m + (I_ex + I_in + I_e + I_stim)/C_m
//! I_x(t) = Σ w · (e/τ_x) · t · e^(−t/τ_x)   since each input spike: a weight is the peak current
//! V ≥ V_th  ⇒  spike;  V = V_reset for t_ref
//! ```
//!
//! Integrated exactly. In a step: (1) unless refractory, V decays, takes up the synaptic currents and
//! the current of the previous step, and is kept above V_min; (2) synaptic currents advance and
//! arriving weights (positive to I_ex, negative to I_in) are added to their slopes, also while
//! refractory; (3) threshold, reset; (4) the stimulus current is read for the next step.
//!
//! # Source
//! Rotter & Diesmann (1999), Biol. Cybern. 81:381, doi:10.1007/s004220050570; parameters and order
//! of operations as in NEST 3.10.

use std::ops::Range;

use super::clamped::ClampedMembranes;
use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Signs, Variable, p};
use super::drive::Drive;
use super::lanes::{BLOCK, Spike, collect_spikes, count_down, housekeeping, or_zeros, strips};
use super::linear::Membrane;
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "iaf_psc_alpha",
    summary: "leaky integrate-and-fire, alpha-shaped synaptic currents",
    parameters: &[
        p("C_m", "pF", 250.0, "membrane capacitance, > 0"),
        p("tau_m", "ms", 10.0, "membrane time constant, > 0"),
        p("tau_syn_ex", "ms", 2.0, "excitatory synaptic time constant, > 0"),
        p("tau_syn_in", "ms", 2.0, "inhibitory synaptic time constant, > 0"),
        p("E_L", "mV", -70.0, "resting potential"),
        p("V_th", "mV", -55.0, "threshold, above V_reset"),
        p("V_reset", "mV", -70.0, "potential after a spike"),
        p("V_min", "mV", f64::NEG_INFINITY, "lower bound of the potential"),
        p("t_ref", "ms", 2.0, "refractory time, ≥ 0"),
        p("I_e", "pA", 0.0, "constant input current"),
    ],
    variables: &[
        Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
        Variable { name: "I_syn_ex", unit: "pA", initial: false, doc: "excitatory current" },
        Variable { name: "I_syn_in", unit: "pA", initial: false, doc: "inhibitory current" },
    ],
    weight_unit: "pA",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |build| Ok(Box::new(IafPscAlpha::new(build)?)),
};

/// Propagators of one synaptic current.
#[derive(Debug, Clone, Copy)]
struct Synapse {
    decay: f64,
    /// Rise of the current per slope.
    rise: f64,
    /// Rise of V per current and per slope.
    per_current: f64,
    per_slope: f64,
    /// Slope caused by a weight of 1: e/τ.
    kick: f64,
}

/// Potentials are relative to E_L, as the propagators want them.
#[derive(Debug, Clone, Copy)]
struct Coefficients {
    ex: Synapse,
    inh: Synapse,
    decay: f64,
    per_pa: f64,
    v_min: f64,
    spike: Spike,
    e_l: f64,
}

struct IafPscAlpha {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    ex: Vec<f64>,
    ex_slope: Vec<f64>,
    inh: Vec<f64>,
    inh_slope: Vec<f64>,
    /// Refractory steps left.
    hold: Vec<f64>,
    drive: Drive,
    clamped: ClampedMembranes,
    /// Scratch of one block.
    rise: Vec<f64>,
}

impl IafPscAlpha {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| coefficients(&given, n, h))?;
        let mut v = given.initials("V_m", |n| coefficients.at(n).e_l)?;
        for (n, v) in v.iter_mut().enumerate() {
            *v -= coefficients.at(n).e_l;
        }
        let zeros = || vec![0.0; build.size];
        Ok(Self {
            coefficients,
            arch: pulp::Arch::new(),
            v,
            ex: zeros(),
            ex_slope: zeros(),
            inh: zeros(),
            inh_slope: zeros(),
            hold: vec![0.0; build.size],
            drive: Drive::new(&given, build)?,
            clamped: ClampedMembranes::new(&given, h, Some(["tau_syn_ex", "tau_syn_in"]))?,
            rise: vec![0.0; BLOCK],
        })
    }
}

fn coefficients(given: &Given<'_>, n: usize, h: f64) -> Result<Coefficients, ModelError> {
    let membrane = Membrane { c_m: given.positive("C_m", n)?, tau_m: given.positive("tau_m", n)? };
    let synapse = |tau: f64| Synapse {
        decay: (-h / tau).exp(),
        rise: h * (-h / tau).exp(),
        per_current: membrane.per_exponential(tau, h),
        per_slope: membrane.per_alpha_slope(tau, h),
        kick: std::f64::consts::E / tau,
    };
    let e_l = given.finite("E_L", n)?;
    let reset = given.finite("V_reset", n)?;
    let v_min = given.checked("V_min", n, "must not exceed V_reset", |v| v <= reset)?;
    Ok(Coefficients {
        ex: synapse(given.positive("tau_syn_ex", n)?),
        inh: synapse(given.positive("tau_syn_in", n)?),
        decay: membrane.decay(h),
        per_pa: membrane.per_constant(h),
        v_min: v_min - e_l,
        spike: given.spike(n, e_l)?,
        e_l,
    })
}

/// The arrays of one block, one entry per neuron.
struct Lanes<'a> {
    input: [&'a [f64]; 2],
    drive: &'a [f64],
    v: &'a mut [f64],
    ex: &'a mut [f64],
    ex_slope: &'a mut [f64],
    inh: &'a mut [f64],
    inh_slope: &'a mut [f64],
    hold: &'a mut [f64],
    /// Scratch: what the synaptic currents add to V.
    rise: &'a mut [f64],
}

/// One step; says which strips may hold spikes.
///
/// Three short loops: the compiler gives up on proving one long one free of overlaps.
#[inline(always)]
fn advance(coefficients: impl Fn(usize) -> Coefficients, lanes: Lanes<'_>) -> u32 {
    let n = lanes.v.len();
    let (v, drive, hold) = (lanes.v, &lanes.drive[..n], &mut lanes.hold[..n]);
    let (ex, ex_slope) = (&mut lanes.ex[..n], &mut lanes.ex_slope[..n]);
    let (inh, inh_slope) = (&mut lanes.inh[..n], &mut lanes.inh_slope[..n]);
    let ([to_ex, to_in], rise) = (lanes.input.map(|input| &input[..n]), &mut lanes.rise[..n]);
    for k in 0..n {
        let c = coefficients(k).ex;
        rise[k] = c.per_slope * ex_slope[k] + c.per_current * ex[k];
        ex[k] = c.rise * ex_slope[k] + c.decay * ex[k];
        ex_slope[k] = c.decay * ex_slope[k] + c.kick * to_ex[k];
    }
    for k in 0..n {
        let c = coefficients(k).inh;
        rise[k] += c.per_slope * inh_slope[k] + c.per_current * inh[k];
        inh[k] = c.rise * inh_slope[k] + c.decay * inh[k];
        inh_slope[k] = c.decay * inh_slope[k] + c.kick * to_in[k];
    }
    strips(n, |k| {
        let c = coefficients(k);
        let moved = c.per_pa * drive[k] + c.decay * v[k] + rise[k];
        let moved = if moved < c.v_min { c.v_min } else { moved };
        let next = if hold[k] > 0.0 { v[k] } else { moved };
        hold[k] = count_down(hold[k]);
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        !(next < c.spike.threshold)
    })
}

impl Neurons for IafPscAlpha {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (ex, inh, ex_slope, inh_slope) = (&self.ex, &self.inh, &self.ex_slope, &self.inh_slope);
        let state = (self.v.as_slice(), self.hold.as_slice());
        self.clamped.solve(block.clone(), &self.drive, state, |n, response| {
            response.per_current[0] * ex[n]
                + response.per_slope[0] * ex_slope[n]
                + response.per_current[1] * inh[n]
                + response.per_slope[1] * inh_slope[n]
        });
        let lanes = Lanes {
            input: arrivals.pair().map(|values| or_zeros(values, block.len())),
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
            ex: &mut self.ex[block.clone()],
            ex_slope: &mut self.ex_slope[block.clone()],
            inh: &mut self.inh[block.clone()],
            inh_slope: &mut self.inh_slope[block.clone()],
            hold: &mut self.hold[block.clone()],
            rise: &mut self.rise,
        };
        let first = block.start;
        let mask = match &self.coefficients {
            Table::Same(c) => self.arch.dispatch(
                #[inline(always)]
                || advance(|_| *c, lanes),
            ),
            Table::Each(all) => self.arch.dispatch(
                #[inline(always)]
                || advance(|k| all[first + k], lanes),
            ),
        };
        let mask = self.clamped.settle(
            &mut self.v[block.clone()],
            |k| self.coefficients.at(first + k).v_min,
            mask,
        );
        self.drive.store(block.clone(), arrivals);
        let decaying = &mut [
            &mut self.ex[block.clone()],
            &mut self.ex_slope[block.clone()],
            &mut self.inh[block.clone()],
            &mut self.inh_slope[block.clone()],
        ];
        housekeeping(step, first, &self.v[block.clone()], decaying)?;
        let (v, hold) = (&mut self.v[block.clone()], &mut self.hold[block.clone()]);
        collect_spikes(mask, block, spikes, |k| {
            self.coefficients.at(first + k).spike.settle(first + k, &mut v[k], &mut hold[k])
        })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        match variable {
            0 => self.v[neuron] + self.coefficients.at(neuron).e_l,
            1 => self.ex[neuron],
            _ => self.inh[neuron],
        }
    }

    fn clamp(&self, neuron: usize) -> [f64; 2] {
        self.drive.clamp_of(neuron)
    }
}
