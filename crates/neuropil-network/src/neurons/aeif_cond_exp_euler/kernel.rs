//! One step of a strip of neurons, after what they need of the equations.

use std::ops::Range;

use neuropil_core::vmath::exp2_within;

use super::super::columns::TILE;
use super::super::drive::Clamped;
use super::super::lanes::{FLAG, Kernel};
use super::super::linear::exprel;
use super::super::refractory::held;
use super::super::table::Table;
use super::Coefficients;

/// What the neurons of a population need of the equations: the less, the faster, with the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Neither exponential nor adaptation.
    Lif,
    /// An exponential, no adaptation.
    Eif,
    /// An exponential, and adaptation that spikes alone drive.
    AdEx,
    /// Everything; synapses may be in part currents.
    Full,
}

pub(super) const LIF: u8 = Kind::Lif as u8;
pub(super) const EIF: u8 = Kind::Eif as u8;
pub(super) const ADEX: u8 = Kind::AdEx as u8;
pub(super) const FULL: u8 = Kind::Full as u8;

impl Kind {
    /// The least that serves neurons with these coefficients that begin with these w.
    pub(super) fn of(table: &Table<Coefficients>, w: &[f64]) -> Self {
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
pub(super) struct Lanes<'a, const INPUT: bool, const KIND: u8> {
    pub(super) now: u32,
    pub(super) until: &'a [u32],
    pub(super) clamped: Option<Clamped<'a>>,
    pub(super) input: [&'a [f64]; 2],
    pub(super) drive: &'a [f64],
    pub(super) v: &'a mut [f64],
    pub(super) w: &'a mut [f64],
    pub(super) ex: &'a mut [f64],
    pub(super) inh: &'a mut [f64],
}

impl<const INPUT: bool, const KIND: u8> Kernel<Coefficients> for Lanes<'_, INPUT, KIND> {
    #[inline(always)]
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> Coefficients) -> u64 {
        let [to_ex, to_in] = self.input.map(|input| &input[strip.clone()]);
        let stamps = (self.now, &self.until[strip.clone()]);
        let drive = &self.drive[strip.clone()];
        let v = &mut self.v[strip.clone()];
        let (ex, inh) = (&mut self.ex[strip.clone()], &mut self.inh[strip.clone()]);
        if KIND == LIF && self.clamped.is_none() {
            return integrate_and_fire::<INPUT>(&rows, [to_ex, to_in], stamps, drive, v, ex, inh);
        }
        // With an exponential a single loop would be a chain of operations that wait for each other.
        let mut current = [0.0; TILE];
        let current = &mut current[..strip.len()];
        synapses::<INPUT, KIND>(&rows, [to_ex, to_in], v, ex, inh, current);
        if KIND == ADEX || KIND == FULL {
            adaptation::<KIND>(&rows, v, &mut self.w[strip.clone()], current);
        }
        if let Some(clamped) = self.clamped {
            clamp(&rows, clamped.of(strip), drive, v, current);
        }
        membranes::<KIND>(&rows, stamps, drive, current, v)
    }
}

/// One step of neurons without exponential and adaptation; flags those that may have spiked.
#[inline(always)]
fn integrate_and_fire<const INPUT: bool>(
    rows: &impl Fn(usize) -> Coefficients,
    [to_ex, to_in]: [&[f64]; 2],
    (now, until): (u32, &[u32]),
    drive: &[f64],
    v: &mut [f64],
    ex: &mut [f64],
    inh: &mut [f64],
) -> u64 {
    let n = v.len();
    let (to_ex, to_in, ex, inh) = (&to_ex[..n], &to_in[..n], &mut ex[..n], &mut inh[..n]);
    let (until, drive) = (&until[..n], &drive[..n]);
    let mut flags = 0;
    for k in 0..n {
        let c = rows(k);
        let g_ex = if INPUT { ex[k] + to_ex[k] } else { ex[k] };
        let g_in = if INPUT { inh[k] - to_in[k] } else { inh[k] };
        let current = g_ex * c.ex.of_conductance(v[k]) + g_in * c.inh.of_conductance(v[k]);
        ex[k] = c.keep_ex * g_ex;
        inh[k] = c.keep_in * g_in;
        let slope = slope::<LIF>(&c, drive[k], current, v[k]);
        let next = if held(until[k], now) { v[k] } else { v[k] + c.h_per_pf * slope };
        v[k] = next;
        flags |= if !(next <= c.level) { FLAG[k] } else { 0 };
    }
    flags
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
