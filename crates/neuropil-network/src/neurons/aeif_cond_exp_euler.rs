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

use std::ops::Range;

use neuropil_core::vmath::exp2_within;

use super::columns::{TILE, numbers};
use super::contract::{
    Arrivals, Build, Fault, ModelInfo, Neurons, Order, Signs, Sink, Variable, p,
};
use super::drive::{Clamped, Drive};
use super::lanes::{
    FLAG, Flags, Kernel, Strips, check_finite, collect_spikes, housekeeping, or_zeros,
};
use super::linear::exprel;
use super::refractory::{Refractory, after, held, stamp};
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

/// What the neurons of a population need of the equations: the less, the faster, with the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Neither exponential nor adaptation.
    Lif,
    /// An exponential, no adaptation.
    Eif,
    /// An exponential, and adaptation that spikes alone drive.
    AdEx,
    /// Everything; synapses may be in part currents.
    Full,
}

const LIF: u8 = Kind::Lif as u8;
const EIF: u8 = Kind::Eif as u8;
const ADEX: u8 = Kind::AdEx as u8;
const FULL: u8 = Kind::Full as u8;

impl Kind {
    /// The least that serves neurons with these coefficients that begin with these w.
    fn of(table: &Table<Coefficients>, w: &[f64]) -> Self {
        let any = |holds: fn(&Coefficients) -> bool| table.any(w.len(), holds);
        if any(|c| c.pull != 0.0 || !c.ex.is_conductance() || !c.inh.is_conductance()) {
            Self::Full
        } else if any(|c| c.b != 0.0) || w.iter().any(|w| *w != 0.0) {
            Self::AdEx
        } else if any(|c| c.g_delta > 0.0) {
            Self::Eif
        } else {
            Self::Lif
        }
    }
}

/// The arrays of one block, one entry per neuron. `INPUT`: whether weights arrive; `KIND`: a [`Kind`].
struct Lanes<'a, const INPUT: bool, const KIND: u8> {
    now: u32,
    until: &'a [u32],
    clamped: Option<Clamped<'a>>,
    input: [&'a [f64]; 2],
    drive: &'a [f64],
    v: &'a mut [f64],
    w: &'a mut [f64],
    ex: &'a mut [f64],
    inh: &'a mut [f64],
}

impl<const INPUT: bool, const KIND: u8> Kernel<Coefficients> for Lanes<'_, INPUT, KIND> {
    // Several loops, each over few arrays: a single one would be a chain of operations that wait for each other.
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let mut current = [0.0; TILE];
        let current = &mut current[..strip.len()];
        let v = &mut self.v[strip.clone()];
        let [to_ex, to_in] = self.input.map(|input| &input[strip.clone()]);
        let (ex, inh) = (&mut self.ex[strip.clone()], &mut self.inh[strip.clone()]);
        synapses::<INPUT, KIND>(&rows, [to_ex, to_in], v, ex, inh, current);
        if KIND == ADEX || KIND == FULL {
            adaptation::<KIND>(&rows, v, &mut self.w[strip.clone()], current);
        }
        let drive = &self.drive[strip.clone()];
        if let Some(clamped) = self.clamped {
            clamp(&rows, clamped.of(strip.clone()), drive, v, current);
        }
        membranes::<KIND>(&rows, (self.now, &self.until[strip]), drive, current, v)
    }
}

/// One step of the conductances; puts their currents into `current`.
#[inline(always)]
fn synapses<const INPUT: bool, const KIND: u8>(
    rows: &impl Fn(usize) -> Coefficients,
    [to_ex, to_in]: [&[f64]; 2],
    v: &[f64],
    ex: &mut [f64],
    inh: &mut [f64],
    current: &mut [f64],
) {
    let n = current.len();
    let (to_ex, to_in, v, ex, inh) =
        (&to_ex[..n], &to_in[..n], &v[..n], &mut ex[..n], &mut inh[..n]);
    for k in 0..n {
        let c = rows(k);
        let g_ex = if INPUT { ex[k] + to_ex[k] } else { ex[k] };
        let g_in = if INPUT { inh[k] - to_in[k] } else { inh[k] };
        let force = if KIND == FULL {
            [c.ex.at(v[k]), c.inh.at(v[k])]
        } else {
            [c.ex.of_conductance(v[k]), c.inh.of_conductance(v[k])]
        };
        current[k] = g_ex * force[0] + g_in * force[1];
        ex[k] = c.keep_ex * g_ex;
        inh[k] = c.keep_in * g_in;
    }
}

/// One step of the adaptation; takes it off `current`.
#[inline(always)]
fn adaptation<const KIND: u8>(
    rows: &impl Fn(usize) -> Coefficients,
    v: &[f64],
    w: &mut [f64],
    current: &mut [f64],
) {
    let n = current.len();
    let (v, w) = (&v[..n], &mut w[..n]);
    for k in 0..n {
        let c = rows(k);
        current[k] -= w[k];
        let kept = c.keep_w * w[k];
        w[k] = if KIND == FULL { kept + c.pull * (v[k] - c.e_l) } else { kept };
    }
}

/// Slope of V times the capacitance, given the current of synapses and adaptation.
#[inline(always)]
fn slope<const KIND: u8>(c: &Coefficients, drive: f64, current: f64, v: f64) -> f64 {
    let leak = c.g_l * (c.e_l - v) + (current + drive);
    if KIND == LIF { leak } else { leak + c.g_delta * exp2_within((v - c.v_th) * c.octaves) }
}

/// Takes back of `current` what Euler's step of a clamped membrane would go too far.
fn clamp(
    rows: &impl Fn(usize) -> Coefficients,
    clamped: Clamped<'_>,
    drive: &[f64],
    v: &[f64],
    current: &mut [f64],
) {
    for (k, current) in current.iter_mut().enumerate() {
        // Within the step the current of a clamp falls off as V follows it.
        let (c, g) = (rows(k), clamped.conductance[k]);
        if g > 0.0 {
            let slope = slope::<FULL>(&c, drive[k], *current, v[k]);
            let slope_clamped = slope + clamped.pull[k] - g * v[k];
            *current += exprel(-c.h_per_pf * g) * slope_clamped - slope;
        }
    }
}

/// One step of the membranes; flags those that may have spiked.
#[inline(always)]
fn membranes<const KIND: u8>(
    rows: &impl Fn(usize) -> Coefficients,
    (now, until): (u32, &[u32]),
    drive: &[f64],
    current: &[f64],
    v: &mut [f64],
) -> u64 {
    let n = v.len();
    let (until, drive, current) = (&until[..n], &drive[..n], &current[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let slope = slope::<KIND>(&c, drive[k], current[k], v[k]);
        let next = if held(until[k], now) { v[k] } else { v[k] + c.h_per_pf * slope };
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next <= c.level) { FLAG[k] } else { 0 };
    }
    flags
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
