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
use super::columns::{TILE, numbers};
use super::contract::{
    Arrivals, Build, Fault, ModelInfo, Neurons, Order, Signs, Sink, Variable, p,
};
use super::drive::Drive;
use super::lanes::{FLAG, Kernel, Spike, Strips, collect_spikes, housekeeping, or_zeros};
use super::linear::Membrane;
use super::refractory::{Refractory, held, stamp};
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

numbers! {
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
}

numbers! {
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
}

struct IafPscAlpha {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    ex: Vec<f64>,
    ex_slope: Vec<f64>,
    inh: Vec<f64>,
    inh_slope: Vec<f64>,
    refractory: Refractory,
    drive: Drive,
    clamped: ClampedMembranes,
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
            refractory: Refractory::new(build.size),
            drive: Drive::new(&given, build)?,
            clamped: ClampedMembranes::new(&given, h, Some(["tau_syn_ex", "tau_syn_in"]))?,
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
    now: u32,
    until: &'a [u32],
    input: [&'a [f64]; 2],
    drive: &'a [f64],
    v: &'a mut [f64],
    /// Current and slope of either input.
    synapses: [[&'a mut [f64]; 2]; 2],
}

impl Kernel<Coefficients> for Lanes<'_> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let mut rise = [0.0; TILE];
        let rise = &mut rise[..strip.len()];
        for (which, [current, slope]) in self.synapses.iter_mut().enumerate() {
            let synapse = |k: usize| if which == 0 { rows(k).ex } else { rows(k).inh };
            let input = &self.input[which][strip.clone()];
            decay(synapse, input, &mut current[strip.clone()], &mut slope[strip.clone()], rise);
        }
        let (until, drive) = (&self.until[strip.clone()], &self.drive[strip.clone()]);
        step(rows, self.now, until, drive, rise, &mut self.v[strip])
    }
}

/// One step of the synapses of one kind; adds what they do to V to `rise`.
#[inline(always)]
fn decay(
    synapse: impl Fn(usize) -> Synapse,
    input: &[f64],
    current: &mut [f64],
    slope: &mut [f64],
    rise: &mut [f64],
) {
    let n = rise.len();
    let (input, current, slope) = (&input[..n], &mut current[..n], &mut slope[..n]);
    for k in 0..n {
        let c = synapse(k);
        rise[k] += c.per_slope * slope[k] + c.per_current * current[k];
        current[k] = c.rise * slope[k] + c.decay * current[k];
        slope[k] = c.decay * slope[k] + c.kick * input[k];
    }
}

/// One step of the membranes; flags those that may have spiked.
#[inline(always)]
fn step(
    rows: impl Fn(usize) -> Coefficients,
    now: u32,
    until: &[u32],
    drive: &[f64],
    rise: &[f64],
    v: &mut [f64],
) -> u64 {
    let n = v.len();
    let (until, drive, rise) = (&until[..n], &drive[..n], &rise[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let moved = c.per_pa * drive[k] + c.decay * v[k] + rise[k];
        let moved = if moved < c.v_min { c.v_min } else { moved };
        let next = if held(until[k], now) { v[k] } else { moved };
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next < c.spike.threshold) { FLAG[k] } else { 0 };
    }
    flags
}

impl Neurons for IafPscAlpha {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (first, n, now) = (block.start, block.len(), stamp(step));
        let (ex, inh, ex_slope, inh_slope) = (&self.ex, &self.inh, &self.ex_slope, &self.inh_slope);
        let state = (self.v.as_slice(), &self.refractory, now);
        self.clamped.solve(block.clone(), &self.drive, state, |n, response| {
            response.per_current[0] * ex[n]
                + response.per_slope[0] * ex_slope[n]
                + response.per_current[1] * inh[n]
                + response.per_slope[1] * inh_slope[n]
        });
        let kernel = Lanes {
            now,
            until: self.refractory.of(block.clone()),
            input: arrivals.pair().map(|values| or_zeros(values, n)),
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
            synapses: [
                [&mut self.ex[block.clone()], &mut self.ex_slope[block.clone()]],
                [&mut self.inh[block.clone()], &mut self.inh_slope[block.clone()]],
            ],
        };
        let flags = self.arch.dispatch(Strips { table: &self.coefficients, first, n, kernel });
        let flags = self.clamped.settle(
            &mut self.v[block.clone()],
            |k| self.coefficients.at(first + k).v_min,
            flags,
        );
        self.drive.store(block.clone(), arrivals);
        let decaying = &mut [
            &mut self.ex[block.clone()],
            &mut self.ex_slope[block.clone()],
            &mut self.inh[block.clone()],
            &mut self.inh_slope[block.clone()],
        ];
        housekeeping(step, first, &self.v[block.clone()], decaying)?;
        self.refractory.refresh(block.clone(), step);
        let v = &mut self.v[block.clone()];
        let until = self.refractory.of_mut(block.clone());
        collect_spikes(&flags, block, spikes, |k| {
            let spike = self.coefficients.at(first + k).spike;
            spike.settle(first + k, &mut v[k], &mut until[k], now)
        })
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        let c = self.coefficients.same()?;
        let (column, factor) = match channel {
            0 => (&mut self.ex_slope, c.ex.kick),
            _ => (&mut self.inh_slope, c.inh.kick),
        };
        Some(Sink { column, factor, order: Order::After })
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
