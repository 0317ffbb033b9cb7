//! What the kernels share: block size, empty inputs, spike collection.

use std::ops::Range;

use super::columns::{Numbers, TILE, numbers, row};
use super::contract::Fault;
use super::refractory;
use super::table::Table;

/// Most neurons that the engine advances in one call: their state stays in the first-level cache.
pub const BLOCK: usize = 512;

static ZEROS: [f64; BLOCK] = [0.0; BLOCK];

/// The slice itself, or zeros if it is empty.
pub(super) fn or_zeros(values: &[f64], len: usize) -> &[f64] {
    if values.is_empty() { &ZEROS[..len] } else { values }
}

/// Neurons whose flags fit a word.
const STRIP: usize = TILE;

/// Flags of the neurons of a block, strip after strip.
pub(super) type Flags = [u64; BLOCK / STRIP];

/// The flag of every neuron of a strip. Read from memory, so that a loop that collects flags becomes
/// vectors.
pub(super) static FLAG: [u64; STRIP] = {
    let mut flags = [0; STRIP];
    let mut k = 0;
    while k < STRIP {
        flags[k] = 1 << k;
        k += 1;
    }
    flags
};

/// What a model does in a step to up to [`STRIP`] neurons of a block.
pub(super) trait Kernel<C> {
    /// Advances the neurons `strip` of the block; `rows(k)` are the coefficients of number `k` among them.
    /// Flags those that may have spiked.
    fn strip(&mut self, strip: Range<usize>, rows: impl Fn(usize) -> C) -> u64;
}

/// Runs a kernel over a block, with the vector instructions of the machine.
pub(super) struct Strips<'a, C, K> {
    pub table: &'a Table<C>,
    /// First neuron of the block within its part, a multiple of [`STRIP`].
    pub first: usize,
    /// Neurons of the block.
    pub n: usize,
    pub kernel: K,
}

impl<C: Numbers, K: Kernel<C>> pulp::NullaryFnOnce for Strips<'_, C, K> {
    type Output = Flags;

    /// Flags the neurons that may have spiked.
    #[inline(always)]
    fn call(self) -> Flags {
        let Self { table, first, n, mut kernel } = self;
        match table {
            Table::Same(c) => {
                // A copy: what the kernel writes cannot change it, so that it stays in registers.
                let c = *c;
                strips(
                    n,
                    #[inline(always)]
                    |strip| kernel.strip(strip, move |_| c),
                )
            }
            Table::Each(tiles) => strips(
                n,
                #[inline(always)]
                |strip| {
                    let tile = tiles.tile((first + strip.start) / TILE);
                    kernel.strip(strip, |k| row(tile, k))
                },
            ),
        }
    }
}

/// Runs `body` for the strips of `0..n`. Whole ones have a length that the compiler knows.
#[inline(always)]
fn strips(n: usize, mut body: impl FnMut(Range<usize>) -> u64) -> Flags {
    let mut flags = [0; BLOCK / STRIP];
    for (strip, flags) in flags.iter_mut().enumerate() {
        let base = strip * STRIP;
        if base + STRIP <= n {
            *flags = body(base..base + STRIP);
        } else {
            if base < n {
                *flags = body(base..n);
            }
            break;
        }
    }
    flags
}

/// Flags of all of `n` neurons.
pub(super) fn everyone(n: usize) -> Flags {
    std::array::from_fn(|strip| match n.saturating_sub(strip * STRIP) {
        left if left < STRIP => (1 << left) - 1,
        _ => u64::MAX,
    })
}

/// The rare path after [`Strips`]: asks `crossed` about the neurons (index within the block) that are
/// flagged, and pushes those that did.
///
/// # Errors
/// Whatever `crossed` finds.
#[inline]
pub(super) fn collect_spikes(
    flags: &Flags,
    block: Range<usize>,
    spikes: &mut Vec<u32>,
    mut crossed: impl FnMut(usize) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    for (strip, flags) in flags.iter().enumerate() {
        let mut flags = *flags;
        while flags != 0 {
            let k = strip * STRIP + flags.trailing_zeros() as usize;
            flags &= flags - 1;
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

numbers! {
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
}

impl Spike {
    /// Resets a neuron whose potential has reached the threshold; says whether it had.
    ///
    /// # Errors
    /// [`Fault`] for a potential that is not finite.
    #[inline]
    pub fn settle(&self, n: usize, v: &mut f64, until: &mut u32, now: u32) -> Result<bool, Fault> {
        if *v < self.threshold {
            return Ok(false);
        }
        check_finite(n, "V_m", *v)?;
        (*v, *until) = (self.reset, refractory::after(now, self.hold));
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
