//! Adaptive exponential integrate-and-fire neuron with conductance synapses, by forward Euler.
//!
//! ```text
//! C_m V' = g_L (E_L − V) + g_L Δ_T exp((V − V_th)/Δ_T) + g_ex (E_ex − V) + g_in (E_in − V) − w + I
//! τ_w w' = a (V − E_L) − w,   g' = −g/τ
//! V > V_th + 5 Δ_T  ⇒  spike;  V = V_reset for t_ref, w ← w + b
//! ```
//!
//! This is not an accurate integrator, but the one that many published networks were simulated with
//! (Brian2's `method="euler"`): their rates depend on it. Use `aeif_cond_exp` for the equations
//! themselves. In a step: (1) arriving weights are added to g, so a delay of one step stands for
//! Brian2's delay of none; (2) all variables advance by their slopes at the beginning of the step, V
//! not while refractory; (3) threshold (strictly above), reset; (4) the stimulus current is read for the
//! next step. A spike found in a step holds V during the t_ref/h − 1 steps that follow. `Delta_T = 0`
//! leaves the exponential out. Synapses may be in part currents ([`super::synapses`]). The defaults are a
//! regular-spiking cell.
//!
//! A clamp of conductance g would make Euler's method diverge for `h g > 2 C_m`; V of a clamped neuron
//! advances by `φ₁(−h g/C_m)` times Euler's step instead, `φ₁(z) = (eᶻ − 1)/z`: the same for a weak clamp, exact for
//! a strong one, with the same fixed points.
//!
//! # Source
//! Brette & Gerstner (2005), J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005; Zerlaut, Chemla, Chavane &
//! Destexhe (2018), J. Comput. Neurosci. 44:45, doi:10.1007/s10827-017-0668-2; Stimberg, Brette & Goodman (2019),
//! eLife 8:e47314, doi:10.7554/eLife.47314.

mod kernel;

use std::ops::Range;

use kernel::{ADEX, EIF, FULL, Kind, LIF, Lanes};

use super::columns::numbers;
use super::contract::{
    Arrivals, Build, Fault, ModelInfo, Neurons, Order, Signs, Sink, Variable, p,
};
use super::drive::Drive;
use super::lanes::{Flags, Strips, check_finite, collect_spikes, housekeeping, or_zeros};
use super::refractory::{Refractory, after, stamp};
use super::synapses::{ALPHA_EX, ALPHA_IN, Force, V_REF};
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "aeif_cond_exp_euler",
    summary: "adaptive exponential integrate-and-fire, exponential conductances, forward Euler",
    parameters: &[
        p("C_m", "pF", 200.0, "membrane capacitance, > 0"),
        p("g_L", "nS", 10.0, "leak conductance, > 0"),
        p("E_L", "mV", -70.0, "leak reversal potential"),
        p("V_th", "mV", -50.0, "threshold of the exponential"),
        p("V_reset", "mV", -70.0, "potential after a spike"),
        p("Delta_T", "mV", 2.0, "slope factor, ≥ 0; 0: no exponential"),
        p("a", "nS", 0.0, "subthreshold adaptation"),
        p("b", "pA", 40.0, "spike-triggered adaptation"),
        p("tau_w", "ms", 500.0, "adaptation time constant, > 0"),
        p("t_ref", "ms", 5.0, "refractory time, ≥ 0"),
        p("E_ex", "mV", 0.0, "excitatory reversal potential"),
        p("E_in", "mV", -80.0, "inhibitory reversal potential"),
        p("tau_syn_ex", "ms", 5.0, "excitatory synaptic time constant, > 0"),
        p("tau_syn_in", "ms", 5.0, "inhibitory synaptic time constant, > 0"),
        ALPHA_EX,
        ALPHA_IN,
        V_REF,
        p("I_e", "pA", 0.0, "constant input current"),
    ],
    variables: &[
        Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
        Variable { name: "w", unit: "pA", initial: true, doc: "adaptation current" },
        Variable { name: "g_ex", unit: "nS", initial: true, doc: "excitatory conductance" },
        Variable { name: "g_in", unit: "nS", initial: true, doc: "inhibitory conductance" },
    ],
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |build| Ok(Box::new(AeifCondExpEuler::new(build)?)),
};

numbers! {
    #[derive(Debug, Clone, Copy)]
    struct Coefficients {
        /// Step over capacitance.
        h_per_pf: f64,
        g_l: f64,
        e_l: f64,
        g_delta: f64,
        /// Doublings of the exponential per mV.
        octaves: f64,
        v_th: f64,
        level: f64,
        reset: f64,
        hold: f64,
        b: f64,
        /// What Euler's step leaves of w and of the conductances.
        keep_w: f64,
        keep_ex: f64,
        keep_in: f64,
        /// What it adds to w per mV.
        pull: f64,
        ex: Force,
        inh: Force,
    }
}

struct AeifCondExpEuler {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    w: Vec<f64>,
    ex: Vec<f64>,
    inh: Vec<f64>,
    refractory: Refractory,
    drive: Drive,
    kind: Kind,
}

impl AeifCondExpEuler {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| coefficients(&given, n, h))?;
        let w = given.initials("w", |_| 0.0)?;
        Ok(Self {
            v: given.initials("V_m", |n| coefficients.at(n).e_l)?,
            kind: Kind::of(&coefficients, &w),
            w,
            ex: given.initials("g_ex", |_| 0.0)?,
            inh: given.initials("g_in", |_| 0.0)?,
            coefficients,
            arch: pulp::Arch::new(),
            refractory: Refractory::new(build.size),
            drive: Drive::new(&given, build)?,
        })
    }
}

fn coefficients(given: &Given<'_>, n: usize, h: f64) -> Result<Coefficients, ModelError> {
    let (g_l, v_th) = (given.positive("g_L", n)?, given.finite("V_th", n)?);
    let delta = given.not_negative("Delta_T", n)?;
    let level = v_th + 5.0 * delta;
    // Longer steps than time constants would make Euler's method diverge.
    let rate = |name| given.checked(name, n, "must be longer than half a step", |t| t > 0.5 * h);
    Ok(Coefficients {
        h_per_pf: h / given.positive("C_m", n)?,
        g_l,
        e_l: given.finite("E_L", n)?,
        g_delta: g_l * delta,
        octaves: if delta > 0.0 { std::f64::consts::LOG2_E / delta } else { 0.0 },
        v_th,
        level,
        reset: given.checked("V_reset", n, "must be finite and below the spike level", |v| {
            v.is_finite() && v < level
        })?,
        hold: f64::from(given.refractory_steps(n)?.saturating_sub(1)),
        b: given.finite("b", n)?,
        keep_w: 1.0 - h / rate("tau_w")?,
        keep_ex: 1.0 - h / rate("tau_syn_ex")?,
        keep_in: 1.0 - h / rate("tau_syn_in")?,
        pull: given.finite("a", n)? * (h / rate("tau_w")?),
        ex: Force::new(given, n, "E_ex", "alpha_ex")?,
        inh: Force::new(given, n, "E_in", "alpha_in")?,
    })
}

impl AeifCondExpEuler {
    /// One step of a block; flags the neurons that may have spiked.
    fn step<const INPUT: bool, const KIND: u8>(
        &mut self,
        block: Range<usize>,
        now: u32,
        channels: [&[f64]; 2],
    ) -> Flags {
        let (first, n) = (block.start, block.len());
        let kernel = Lanes::<INPUT, KIND> {
            now,
            until: self.refractory.of(block.clone()),
            clamped: self.drive.clamped(block.clone()),
            input: channels.map(|values| or_zeros(values, n)),
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
            w: &mut self.w[block.clone()],
            ex: &mut self.ex[block.clone()],
            inh: &mut self.inh[block],
        };
        self.arch.dispatch(Strips { table: &self.coefficients, first, n, kernel })
    }
}

impl Neurons for AeifCondExpEuler {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (first, now, channels) = (block.start, stamp(step), arrivals.pair());
        let silent = channels.iter().all(|weights| weights.is_empty());
        let whole = block.clone();
        let flags = match (silent, self.kind) {
            (false, Kind::Lif) => self.step::<true, LIF>(whole, now, channels),
            (false, Kind::Eif) => self.step::<true, EIF>(whole, now, channels),
            (false, Kind::AdEx) => self.step::<true, ADEX>(whole, now, channels),
            (false, Kind::Full) => self.step::<true, FULL>(whole, now, channels),
            (true, Kind::Lif) => self.step::<false, LIF>(whole, now, channels),
            (true, Kind::Eif) => self.step::<false, EIF>(whole, now, channels),
            (true, Kind::AdEx) => self.step::<false, ADEX>(whole, now, channels),
            (true, Kind::Full) => self.step::<false, FULL>(whole, now, channels),
        };
        self.drive.store(block.clone(), arrivals);
        let decaying = &mut [
            &mut self.w[block.clone()],
            &mut self.ex[block.clone()],
            &mut self.inh[block.clone()],
        ];
        housekeeping(step, first, &self.v[block.clone()], decaying)?;
        self.refractory.refresh(block.clone(), step);
        let until = self.refractory.of_mut(block.clone());
        collect_spikes(&flags, block, spikes, |k| {
            let (n, c) = (first + k, self.coefficients.at(first + k));
            if self.v[n] <= c.level {
                return Ok(false);
            }
            check_finite(n, "V_m", self.v[n])?;
            self.w[n] += c.b;
            (self.v[n], until[k]) = (c.reset, after(now, c.hold));
            Ok(true)
        })
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        let (column, factor) =
            if channel == 0 { (&mut self.ex, 1.0) } else { (&mut self.inh, -1.0) };
        Some(Sink { column, factor, order: Order::Before })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        [&self.v, &self.w, &self.ex, &self.inh][variable][neuron]
    }

    fn clamp(&self, neuron: usize) -> [f64; 2] {
        self.drive.clamp_of(neuron)
    }
}
