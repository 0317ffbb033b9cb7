//! Answers to drifting gratings in closed form.
//!
//! A grating of contrast `c`, wave vector `k` and temporal frequency `f_t` drives a linear filter by
//! `c |Ĝ(k)| |H(f_t)| cos(2πf_t t + phase)`, with the transforms `Ĝ` of its field and `H` of its
//! kernel. The rate is the nonlinearity of that; its mean and modulation are taken over one cycle.

use std::f64::consts::TAU;

use crate::field::Unit;
use crate::nonlinearity::{Nonlinearity, Pool};
use crate::stimulus::{Grating, Motion};
use crate::temporal::Temporal;

/// The rate of a cell over a cycle of a grating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cycle {
    /// Mean `[Hz]`.
    pub mean_hz: f64,
    /// Amplitude at the temporal frequency of the grating (F1) `[Hz]`.
    pub first_hz: f64,
    /// Largest rate `[Hz]`.
    pub peak_hz: f64,
}

/// Moments of a cycle that are averaged over.
const MOMENTS: u32 = 360;

/// The drive of a filter by a grating, filtered in time: real and imaginary part of its phasor.
fn phasor(unit: &Unit, channel: usize, temporal: &Temporal, grating: &Grating) -> [f64; 2] {
    let wave = grating.wave_vector();
    let [x, y] = unit.center_deg;
    let [cx, cy] = grating.center_deg;
    let at = TAU * (wave[0] * (x - cx) + wave[1] * (y - cy)) + grating.phase_deg.to_radians();
    let [a, b] = unit.transfer(channel, wave);
    // The carrier runs as exp(−2πi f_t t), so that the kernel acts with its transform at −f_t.
    let [c, d] = temporal.kernel.transfer(-grating.temporal_hz);
    let (re, im) = (a * c - b * d, a * d + b * c);
    let (sin, cos) = at.sin_cos();
    [grating.contrast * (re * cos - im * sin), grating.contrast * (re * sin + im * cos)]
}

/// Rates of a cell over a cycle of a grating that fills the visual field; at a temporal frequency of 0
/// all are the lasting rate. The mean luminance of the grating is taken to be the reference.
///
/// `None` where there is no closed form: square waves, contrast reversal, rectification before the
/// kernel, normalization by the population.
pub fn cycle(
    unit: &Unit,
    temporal: &Temporal,
    nonlinearity: &Nonlinearity,
    grating: &Grating,
) -> Option<Cycle> {
    let linear = grating.motion == Motion::Drift && !grating.square && !temporal.rectified;
    if !linear || matches!(nonlinearity.pool, Pool::Population(_)) {
        return None;
    }
    let phasors: Vec<[f64; 2]> =
        (0..unit.channels()).map(|channel| phasor(unit, channel, temporal, grating)).collect();
    let rate = |turn: f64| {
        let (sin, cos) = (TAU * turn).sin_cos();
        let drive = |[re, im]: &[f64; 2]| re * cos + im * sin;
        let drive = match &phasors[..] {
            [first, second] => drive(first).hypot(drive(second)),
            all => all.iter().map(drive).sum(),
        };
        nonlinearity.rate_hz(drive, 0.0)
    };
    if grating.temporal_hz == 0.0 {
        let rate = rate(0.0);
        return Some(Cycle { mean_hz: rate, first_hz: 0.0, peak_hz: rate });
    }
    let (mut mean, mut re, mut im, mut peak) = (0.0, 0.0, 0.0, 0.0f64);
    for k in 0..MOMENTS {
        let turn = f64::from(k) / f64::from(MOMENTS);
        let rate = rate(turn);
        let (sin, cos) = (TAU * turn).sin_cos();
        (mean, re, im, peak) = (mean + rate, re + rate * cos, im + rate * sin, peak.max(rate));
    }
    let n = f64::from(MOMENTS);
    Some(Cycle { mean_hz: mean / n, first_hz: 2.0 * re.hypot(im) / n, peak_hz: peak })
}
