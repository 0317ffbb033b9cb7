//! Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.
//!
//! ```text
//! dV/dt = −(V − E_L)/τ_m + (I_ex + I_in + I_e + I_stim)/C_m
//! dI_ex/dt = −I_ex/τ_ex,   dI_in/dt = −I_in/τ_in;   I += w on each input spike
//! V ≥ V_th  ⇒  spike;  V = V_reset for t_ref
//! ```
//!
//! Integrated exactly. In a step: (1) unless refractory, V decays and takes up the synaptic currents
//! and the current of the previous step; (2) synaptic currents decay, arriving weights are added
//! (positive to I_ex, negative to I_in), also while refractory; the current of receptor port 1 is
//! filtered by the excitatory synapse: `(1 − e^(−h/τ_ex)) I₁` is added to I_ex; (3) threshold, reset;
//! (4) stimulus currents are read for the next step.
//!
//! With `delta` > 0 there is no threshold but escape noise: in every step, refractory or not, a
//! spike has the probability `rho · exp((V − V_th)/delta) · h`. The number drawn depends on the
//! population's key, the neuron and the step only.
//!
//! # Source
//! Rotter & Diesmann (1999), Biol. Cybern. 81:381, doi:10.1007/s004220050570; Tsodyks, Uziel &
//! Markram (2000), J. Neurosci. 20:RC50. Parameters and order of operations as in NEST 3.10.

use std::ops::Range;

use neuropil_core::random::philox;

use super::clamped::ClampedMembranes;
use super::columns::numbers;
use super::contract::{
    Arrivals, Build, Fault, ModelInfo, Neurons, Order, Signs, Sink, Variable, p,
};
use super::drive::Drive;
use super::lanes::{
    BLOCK, FLAG, Flags, Kernel, Spike, Strips, check_finite, collect_spikes, housekeeping, or_zeros,
};
use super::linear::Membrane;
use super::refractory::{Refractory, after, held, stamp};
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "iaf_psc_exp",
    summary: "leaky integrate-and-fire, exponential synaptic currents",
    parameters: &[
        p("C_m", "pF", 250.0, "membrane capacitance, > 0"),
        p("tau_m", "ms", 10.0, "membrane time constant, > 0"),
        p("tau_syn_ex", "ms", 2.0, "excitatory synaptic time constant, > 0"),
        p("tau_syn_in", "ms", 2.0, "inhibitory synaptic time constant, > 0"),
        p("E_L", "mV", -70.0, "resting potential"),
        p("V_th", "mV", -55.0, "threshold, above V_reset"),
        p("V_reset", "mV", -70.0, "potential after a spike"),
        p("t_ref", "ms", 2.0, "refractory time, ≥ 0"),
        p("I_e", "pA", 0.0, "constant input current"),
        p("rho", "Hz", 0.01, "escape rate at threshold, ≥ 0"),
        p("delta", "mV", 0.0, "width of the escape region, ≥ 0; 0 for a sharp threshold"),
    ],
    variables: &[
        Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
        Variable { name: "I_syn_ex", unit: "pA", initial: true, doc: "excitatory current" },
        Variable { name: "I_syn_in", unit: "pA", initial: true, doc: "inhibitory current" },
    ],
    weight_unit: "pA",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |build| Ok(Box::new(IafPscExp::new(build)?)),
};

numbers! {
    /// Potentials are relative to E_L, as the propagators want them.
    #[derive(Debug, Clone, Copy)]
    struct Coefficients {
        decay: f64,
        decay_ex: f64,
        decay_in: f64,
        per_ex: f64,
        per_in: f64,
        per_pa: f64,
        spike: Spike,
        escape: Escape,
        e_l: f64,
    }
}

numbers! {
    /// Escape noise: probability per step at the threshold, and its width (0 for none).
    #[derive(Debug, Clone, Copy)]
    struct Escape {
        at_threshold: f64,
        delta: f64,
    }
}

struct IafPscExp {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    ex: Vec<f64>,
    inh: Vec<f64>,
    refractory: Refractory,
    drive: Drive,
    clamped: ClampedMembranes,
    /// Current of receptor port 1, empty until one arrives.
    port1: Vec<f64>,
    noisy: bool,
    first: u32,
    key: [u32; 2],
}

impl IafPscExp {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| coefficients(&given, n, h))?;
        let mut v = given.initials("V_m", |n| coefficients.at(n).e_l)?;
        for (n, v) in v.iter_mut().enumerate() {
            *v -= coefficients.at(n).e_l;
        }
        Ok(Self {
            noisy: coefficients.any(build.size, |c| c.escape.delta > 0.0),
            coefficients,
            arch: pulp::Arch::new(),
            v,
            ex: given.initials("I_syn_ex", |_| 0.0)?,
            inh: given.initials("I_syn_in", |_| 0.0)?,
            refractory: Refractory::new(build.size),
            drive: Drive::new(&given, build)?,
            clamped: ClampedMembranes::new(&given, h, Some(["tau_syn_ex", "tau_syn_in"]))?,
            port1: Vec::new(),
            first: build.first,
            key: build.key,
        })
    }
}

fn coefficients(given: &Given<'_>, n: usize, h: f64) -> Result<Coefficients, ModelError> {
    let membrane = Membrane { c_m: given.positive("C_m", n)?, tau_m: given.positive("tau_m", n)? };
    let (tau_ex, tau_in) = (given.positive("tau_syn_ex", n)?, given.positive("tau_syn_in", n)?);
    let e_l = given.finite("E_L", n)?;
    let delta = given.not_negative("delta", n)?;
    let rho = given.not_negative("rho", n)?;
    // NEST's limit below which the threshold is sharp.
    let delta = if delta < 1e-10 { 0.0 } else { delta };
    Ok(Coefficients {
        decay: membrane.decay(h),
        decay_ex: (-h / tau_ex).exp(),
        decay_in: (-h / tau_in).exp(),
        per_ex: membrane.per_exponential(tau_ex, h),
        per_in: membrane.per_exponential(tau_in, h),
        per_pa: membrane.per_constant(h),
        spike: given.spike(n, e_l)?,
        escape: Escape { at_threshold: rho * h * 1e-3, delta },
        e_l,
    })
}

/// The arrays of one block, one entry per neuron. `INPUT`: whether weights arrive.
struct Lanes<'a, const INPUT: bool> {
    now: u32,
    until: &'a [u32],
    input: [&'a [f64]; 2],
    drive: &'a [f64],
    v: &'a mut [f64],
    ex: &'a mut [f64],
    inh: &'a mut [f64],
}

impl<const INPUT: bool> Kernel<Coefficients> for Lanes<'_, INPUT> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        step::<INPUT>(
            rows,
            (self.now, &self.until[strip.clone()]),
            self.input.map(|input| &input[strip.clone()]),
            &self.drive[strip.clone()],
            &mut self.v[strip.clone()],
            &mut self.ex[strip.clone()],
            &mut self.inh[strip],
        )
    }
}

/// One step of some neurons; flags those that may have spiked.
#[inline(always)]
fn step<const INPUT: bool>(
    rows: impl Fn(usize) -> Coefficients,
    (now, until): (u32, &[u32]),
    [to_ex, to_in]: [&[f64]; 2],
    drive: &[f64],
    v: &mut [f64],
    ex: &mut [f64],
    inh: &mut [f64],
) -> u64 {
    let n = v.len();
    let (until, drive, ex, inh) = (&until[..n], &drive[..n], &mut ex[..n], &mut inh[..n]);
    let (to_ex, to_in) = (&to_ex[..n], &to_in[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let rise = c.per_ex * ex[k] + c.per_in * inh[k];
        let moved = c.decay * v[k] + c.per_pa * drive[k] + rise;
        let next = if held(until[k], now) { v[k] } else { moved };
        v[k] = next;
        ex[k] = c.decay_ex * ex[k] + if INPUT { to_ex[k] } else { 0.0 };
        inh[k] = c.decay_in * inh[k] + if INPUT { to_in[k] } else { 0.0 };
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next < c.spike.threshold) { FLAG[k] } else { 0 };
    }
    flags
}

impl IafPscExp {
    /// Excitatory input with the filtered current of receptor port 1 added.
    fn with_port1<'a>(
        &self,
        block: Range<usize>,
        input: &[f64],
        scratch: &'a mut [f64; BLOCK],
    ) -> &'a [f64] {
        let sum = &mut scratch[..block.len()];
        for ((sum, n), w) in sum.iter_mut().zip(block).zip(input) {
            *sum = (1.0 - self.coefficients.at(n).decay_ex) * self.port1[n] + w;
        }
        sum
    }

    /// One step of a block; flags the neurons that may have spiked.
    fn membranes<const INPUT: bool>(
        &mut self,
        block: Range<usize>,
        now: u32,
        input: [&[f64]; 2],
    ) -> Flags {
        let (first, n) = (block.start, block.len());
        let kernel = Lanes::<INPUT> {
            now,
            until: self.refractory.of(block.clone()),
            input,
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
            ex: &mut self.ex[block.clone()],
            inh: &mut self.inh[block],
        };
        self.arch.dispatch(Strips { table: &self.coefficients, first, n, kernel })
    }

    /// Spikes of a block in which some neurons have escape noise.
    fn escape(
        &mut self,
        block: Range<usize>,
        step: u64,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let now = stamp(step);
        for n in block {
            let c = self.coefficients.at(n);
            let (v, until) = (&mut self.v[n], &mut self.refractory.of_mut(n..n + 1)[0]);
            let fires = if c.escape.delta == 0.0 {
                c.spike.settle(n, v, until, now)?
            } else {
                check_finite(n, "V_m", *v)?;
                let gain = ((*v - c.spike.threshold) / c.escape.delta).exp();
                let fires =
                    uniform(self.first + n as u32, step, self.key) < c.escape.at_threshold * gain;
                if fires {
                    (*v, *until) = (c.spike.reset, after(now, c.spike.hold));
                }
                fires
            };
            if fires {
                spikes.push(n as u32);
            }
        }
        Ok(())
    }
}

/// Uniform in [0, 1): the number of this neuron in this step.
fn uniform(neuron: u32, step: u64, key: [u32; 2]) -> f64 {
    let [high, low, ..] = philox([neuron, ESCAPE, step as u32, (step >> 32) as u32], key);
    let bits = (u64::from(high) << 32 | u64::from(low)) >> 11;
    bits as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Keeps these draws apart from others under the same key.
const ESCAPE: u32 = 0x6573_6361;

impl Neurons for IafPscExp {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (first, n, now) = (block.start, block.len(), stamp(step));
        let mut scratch;
        let [ex, inh] = arrivals.pair();
        let silent = ex.is_empty() && inh.is_empty() && self.port1.is_empty();
        let mut ex = or_zeros(ex, n);
        if !self.port1.is_empty() {
            scratch = [0.0; BLOCK];
            ex = self.with_port1(block.clone(), ex, &mut scratch);
        }
        let (from_ex, from_in) = (&self.ex, &self.inh);
        let state = (self.v.as_slice(), &self.refractory, now);
        self.clamped.solve(block.clone(), &self.drive, state, |n, response| {
            response.per_current[0] * from_ex[n] + response.per_current[1] * from_in[n]
        });
        let flags = if silent {
            self.membranes::<false>(block.clone(), now, [ex, or_zeros(inh, n)])
        } else {
            self.membranes::<true>(block.clone(), now, [ex, or_zeros(inh, n)])
        };
        let flags = self.clamped.settle(&mut self.v[block.clone()], |_| f64::NEG_INFINITY, flags);
        self.drive.store(block.clone(), arrivals);
        if !arrivals.current_port1.is_empty() {
            self.port1.resize(self.v.len(), 0.0);
            self.port1[block.clone()].copy_from_slice(arrivals.current_port1);
        } else if !self.port1.is_empty() {
            self.port1[block.clone()].fill(0.0);
        }
        let decaying = &mut [&mut self.ex[block.clone()], &mut self.inh[block.clone()]];
        housekeeping(step, first, &self.v[block.clone()], decaying)?;
        self.refractory.refresh(block.clone(), step);
        if self.noisy {
            return self.escape(block, step, spikes);
        }
        let v = &mut self.v[block.clone()];
        let until = self.refractory.of_mut(block.clone());
        collect_spikes(&flags, block, spikes, |k| {
            let spike = self.coefficients.at(first + k).spike;
            spike.settle(first + k, &mut v[k], &mut until[k], now)
        })
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        if channel == 0 && !self.port1.is_empty() {
            return None;
        }
        let column = if channel == 0 { &mut self.ex } else { &mut self.inh };
        Some(Sink { column, factor: 1.0, order: Order::After })
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
