//! Leaky integrate-and-fire neuron with conductance synapses, by the exponential midpoint rule.
//!
//! ```text
//! C_m V' = g_L (E_L − V) + g_ex (E_ex − V) + g_in (E_in − V) + I,   g' = −g/τ
//! V ≥ V_th  ⇒  spike;  V = V_reset for t_ref
//! ```
//!
//! The neuron of `iaf_cond_exp` in fixed steps. Conductances are exact. The membrane sees them as they are in
//! the middle of the step, `G = g_L + Σ g e^(−h/2τ)`, and relaxes exactly for the whole of it:
//!
//! ```text
//! V_∞ = (g_L E_L + Σ g e^(−h/2τ) E + I)/G,   V ← V_∞ + (V − V_∞) e^(−h G/C_m)
//! ```
//!
//! The error of a step is of the third order, that of a time of the second; conductances however large are
//! harmless, as V stays between the reversal potentials. In a step: (1) V, unless refractory; (2) conductances
//! decay, arriving weights are added, also while refractory; (3) threshold, reset; (4) the stimulus current is read
//! for the next step. Synapses may be in part currents ([`super::synapses`]).
//!
//! # Source
//! Hochbruck & Ostermann (2010), Acta Numerica 19:209, doi:10.1017/S0962492910000048 (exponential integrators; Magnus
//! methods); Meffin, Burkitt & Grayden (2004), doi:10.1023/B:JCNS.0000014108.03012.81 (the neuron). Order of operations
//! as `iaf_cond_exp`.

use std::ops::Range;

use neuropil_core::vmath::exp2_within;

use super::columns::{TILE, numbers};
use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Order, Sink};
use super::drive::{Clamped, Drive};
use super::iaf_cond::EXP;
use super::lanes::{
    FLAG, Flags, Kernel, Strips, check_finite, collect_spikes, housekeeping, or_zeros,
};
use super::refractory::{Refractory, after, held, stamp};
use super::synapses::Force;
use super::table::{Given, Table};
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "iaf_cond_exp_midpoint",
    summary: "leaky integrate-and-fire, exponential conductances, exponential midpoint rule",
    parameters: EXP.parameters.split_at(EXP.parameters.len() - 1).0,
    build: |build| Ok(Box::new(IafCondExpMidpoint::new(build)?)),
    ..EXP
};

numbers! {
    #[derive(Debug, Clone, Copy)]
    struct Coefficients {
        /// Doublings of the distance from V_∞ in a step per nS.
        octaves: f64,
        g_l: f64,
        /// `g_L E_L`
        pull: f64,
        /// What is left of a conductance after half a step, and after the second half.
        half_ex: f64,
        half_in: f64,
        ex: Force,
        inh: Force,
        v_th: f64,
        reset: f64,
        hold: f64,
        e_l: f64,
    }
}

struct IafCondExpMidpoint {
    coefficients: Table<Coefficients>,
    arch: pulp::Arch,
    v: Vec<f64>,
    ex: Vec<f64>,
    inh: Vec<f64>,
    refractory: Refractory,
    drive: Drive,
}

impl IafCondExpMidpoint {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        let given = Given::new(&INFO, build)?;
        let h = build.clock.dt_ms();
        let coefficients = given.table(|n| coefficients(&given, n, h))?;
        Ok(Self {
            v: given.initials("V_m", |n| coefficients.at(n).e_l)?,
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
    let (g_l, e_l) = (given.positive("g_L", n)?, given.finite("E_L", n)?);
    let reset = given.finite("V_reset", n)?;
    let half = |tau: f64| (-0.5 * h / tau).exp();
    Ok(Coefficients {
        octaves: -h * std::f64::consts::LOG2_E / given.positive("C_m", n)?,
        g_l,
        pull: g_l * e_l,
        half_ex: half(given.positive("tau_syn_ex", n)?),
        half_in: half(given.positive("tau_syn_in", n)?),
        ex: Force::new(given, n, "E_ex", "alpha_ex")?,
        inh: Force::new(given, n, "E_in", "alpha_in")?,
        v_th: given.checked("V_th", n, "must be above V_reset", |th| th > reset)?,
        reset,
        hold: f64::from(given.refractory_steps(n)?),
        e_l,
    })
}

/// The arrays of one block, one entry per neuron. `INPUT`: whether weights arrive.
struct Lanes<'a, const INPUT: bool> {
    now: u32,
    until: &'a [u32],
    clamped: Option<Clamped<'a>>,
    input: [&'a [f64]; 2],
    drive: &'a [f64],
    v: &'a mut [f64],
    ex: &'a mut [f64],
    inh: &'a mut [f64],
}

impl<const INPUT: bool> Kernel<Coefficients> for Lanes<'_, INPUT> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let (mut conductance, mut pull) = ([0.0; TILE], [0.0; TILE]);
        let (conductance, pull) = (&mut conductance[..strip.len()], &mut pull[..strip.len()]);
        let input = self.input.map(|input| &input[strip.clone()]);
        let (ex, inh) = (&mut self.ex[strip.clone()], &mut self.inh[strip.clone()]);
        synapses::<INPUT>(&rows, input, ex, inh, conductance, pull);
        if let Some(clamped) = self.clamped {
            let clamped = clamped.of(strip.clone());
            conductance.iter_mut().zip(clamped.conductance).for_each(|(sum, g)| *sum += g);
            pull.iter_mut().zip(clamped.pull).for_each(|(sum, more)| *sum += more);
        }
        let drive = &self.drive[strip.clone()];
        pull.iter_mut().zip(drive).for_each(|(sum, current)| *sum += current);
        let v = &mut self.v[strip.clone()];
        membranes(&rows, (self.now, &self.until[strip]), conductance, pull, v)
    }
}

/// One step of the conductances; total conductance and pull in the middle of it.
#[inline(always)]
fn synapses<const INPUT: bool>(
    rows: &impl Fn(usize) -> Coefficients,
    [to_ex, to_in]: [&[f64]; 2],
    ex: &mut [f64],
    inh: &mut [f64],
    conductance: &mut [f64],
    pull: &mut [f64],
) {
    let n = ex.len();
    let (to_ex, to_in, inh) = (&to_ex[..n], &to_in[..n], &mut inh[..n]);
    let (conductance, pull) = (&mut conductance[..n], &mut pull[..n]);
    for k in 0..n {
        let c = rows(k);
        let (g_ex, g_in) = (c.half_ex * ex[k], c.half_in * inh[k]);
        conductance[k] = c.g_l + (c.ex.conductance(g_ex) + c.inh.conductance(g_in));
        pull[k] = c.pull + (c.ex.pull(g_ex) + c.inh.pull(g_in));
        ex[k] = c.half_ex * g_ex + if INPUT { to_ex[k] } else { 0.0 };
        inh[k] = c.half_in * g_in - if INPUT { to_in[k] } else { 0.0 };
    }
}

/// One step of the membranes; flags those that may have spiked.
#[inline(always)]
fn membranes(
    rows: &impl Fn(usize) -> Coefficients,
    (now, until): (u32, &[u32]),
    conductance: &[f64],
    pull: &[f64],
    v: &mut [f64],
) -> u64 {
    let n = v.len();
    let (until, conductance, pull) = (&until[..n], &conductance[..n], &pull[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let end = pull[k] / conductance[k];
        let moved = end + (v[k] - end) * exp2_within(c.octaves * conductance[k]);
        let next = if held(until[k], now) { v[k] } else { moved };
        v[k] = next;
        // Written so that a NaN counts as a spike and is caught on the rare path.
        flags |= if !(next < c.v_th) { FLAG[k] } else { 0 };
    }
    flags
}

impl IafCondExpMidpoint {
    /// One step of a block; flags the neurons that may have spiked.
    fn step<const INPUT: bool>(
        &mut self,
        block: Range<usize>,
        now: u32,
        channels: [&[f64]; 2],
    ) -> Flags {
        let (first, n) = (block.start, block.len());
        let kernel = Lanes::<INPUT> {
            now,
            until: self.refractory.of(block.clone()),
            clamped: self.drive.clamped(block.clone()),
            input: channels.map(|values| or_zeros(values, n)),
            drive: self.drive.of(block.clone()),
            v: &mut self.v[block.clone()],
            ex: &mut self.ex[block.clone()],
            inh: &mut self.inh[block],
        };
        self.arch.dispatch(Strips { table: &self.coefficients, first, n, kernel })
    }
}

impl Neurons for IafCondExpMidpoint {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let (first, now, channels) = (block.start, stamp(step), arrivals.pair());
        let flags = if channels.iter().all(|weights| weights.is_empty()) {
            self.step::<false>(block.clone(), now, channels)
        } else {
            self.step::<true>(block.clone(), now, channels)
        };
        self.drive.store(block.clone(), arrivals);
        let decaying = &mut [&mut self.ex[block.clone()], &mut self.inh[block.clone()]];
        housekeeping(step, first, &self.v[block.clone()], decaying)?;
        self.refractory.refresh(block.clone(), step);
        let until = self.refractory.of_mut(block.clone());
        collect_spikes(&flags, block, spikes, |k| {
            let (n, c) = (first + k, self.coefficients.at(first + k));
            if self.v[n] < c.v_th {
                return Ok(false);
            }
            check_finite(n, "V_m", self.v[n])?;
            (self.v[n], until[k]) = (c.reset, after(now, c.hold));
            Ok(true)
        })
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        let (column, factor) =
            if channel == 0 { (&mut self.ex, 1.0) } else { (&mut self.inh, -1.0) };
        Some(Sink { column, factor, order: Order::After })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        [&self.v, &self.ex, &self.inh][variable][neuron]
    }

    fn clamp(&self, neuron: usize) -> [f64; 2] {
        self.drive.clamp_of(neuron)
    }
}
