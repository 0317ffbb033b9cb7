//! What the kernels share: block size, empty inputs, spike collection.

use std::ops::Range;

use super::contract::Fault;

/// Most neurons that the engine advances in one call: their state stays in the first-level cache.
pub const BLOCK: usize = 512;

static ZEROS: [f64; BLOCK] = [0.0; BLOCK];

/// The slice itself, or zeros if it is empty.
pub(super) fn or_zeros(values: &[f64], len: usize) -> &[f64] {
    if values.is_empty() { &ZEROS[..len] } else { values }
}

/// Neurons that share one flag.
const STRIP: usize = 64;

/// Runs `body` for `0..n`, in strips; bit s of the result says whether it held anywhere in strip s.
#[inline(always)]
pub(super) fn strips(n: usize, mut body: impl FnMut(usize) -> bool) -> u32 {
    let (mut mask, mut bit, mut base) = (0, 1, 0);
    while base < n {
        let end = if base + STRIP < n { base + STRIP } else { n };
        let mut any = false;
        for k in base..end {
            any |= body(k);
        }
        mask |= if any { bit } else { 0 };
        bit <<= 1;
        base = end;
    }
    mask
}

/// The mask of all strips of `n` neurons.
pub(super) fn every_strip(n: usize) -> u32 {
    (0..n.div_ceil(STRIP)).fold(0, |mask, strip| mask | 1 << strip)
}

/// The rare path after [`strips`]: asks `crossed` about every neuron (index within the block) of
/// the strips marked, and pushes those that did.
///
/// # Errors
/// Whatever `crossed` finds.
pub(super) fn collect_spikes(
    mut mask: u32,
    block: Range<usize>,
    spikes: &mut Vec<u32>,
    mut crossed: impl FnMut(usize) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    while mask != 0 {
        let base = mask.trailing_zeros() as usize * STRIP;
        mask &= mask - 1;
        for k in base..(base + STRIP).min(block.len()) {
            if crossed(k)? {
                spikes.push((block.start + k) as u32);
            }
        }
    }
    Ok(())
}

/// Refuses a value that is not finite.
///
/// # Errors
/// [`Fault`] naming the neuron (within its part) and the variable.
#[inline]
pub(super) fn check_finite(neuron: usize, variable: &'static str, value: f64) -> Result<(), Fault> {
    if value.is_finite() { Ok(()) } else { Err(Fault { neuron, variable: variable.into(), value }) }
}

/// What a spike does to a linear membrane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spike {
    /// Threshold, relative to E_L.
    pub threshold: f64,
    /// Potential afterwards, relative to E_L.
    pub reset: f64,
    /// Steps during which V is held.
    pub hold: f64,
}

impl Spike {
    /// Resets a neuron whose potential has reached the threshold; says whether it had.
    ///
    /// # Errors
    /// [`Fault`] for a potential that is not finite.
    #[inline]
    pub fn settle(&self, n: usize, v: &mut f64, hold: &mut f64) -> Result<bool, Fault> {
        if *v < self.threshold {
            return Ok(false);
        }
        check_finite(n, "V_m", *v)?;
        (*v, *hold) = (self.reset, self.hold);
        Ok(true)
    }
}

/// One step less to hold V.
#[inline(always)]
pub(super) fn count_down(hold: f64) -> f64 {
    let left = hold - 1.0;
    if left > 0.0 { left } else { 0.0 }
}

/// Decaying variables below this are set to 0 now and then: near 1e-308 arithmetic becomes slow.
const TINY: f64 = 1e-200;

/// Every 256 steps (by the step count, so that results do not depend on who calls when): sets what
/// has decayed to nothing to 0, and looks for potentials of −∞, which no threshold notices.
///
/// # Errors
/// [`Fault`] for a potential that is not finite.
pub(super) fn housekeeping(
    step: u64,
    first: usize,
    v: &[f64],
    decaying: &mut [&mut [f64]],
) -> Result<(), Fault> {
    if !step.is_multiple_of(256) {
        return Ok(());
    }
    for value in decaying.iter_mut().flat_map(|column| column.iter_mut()) {
        if value.abs() < TINY {
            *value = 0.0;
        }
    }
    v.iter().enumerate().try_for_each(|(k, v)| check_finite(first + k, "V_m", *v))
}
