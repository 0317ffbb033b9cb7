//! The exponential function and its relatives, on the reduction of [`neuropil_core::vmath`].

pub use neuropil_core::vmath::exp;
use neuropil_core::vmath::{OVERFLOW, reduce};

use super::pick;

/// `eˣ − 1`, ≤ 2 ulp everywhere, exact in the limit of small `x`.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let bounded = pick(x < -60.0, -60.0, x);
    let (t, p) = reduce(bounded);
    // half of 2^k, so that k = 1024 is still a number
    let half = f64::from_bits(0.5f64.to_bits().wrapping_add(t.to_bits() << 52));
    let y = (half * p + (half - 0.5)) * 2.0;
    pick(bounded <= OVERFLOW, y, bounded + f64::INFINITY)
}

/// `(eˣ − 1) / x`, with its limit 1 at `x = 0`.
#[inline(always)]
pub fn exprel(x: f64) -> f64 {
    let y = expm1(x) / x;
    let y = pick(x == 0.0, 1.0, y);
    pick(x > OVERFLOW, x, y)
}

/// `x / (eˣ − 1)`, with its limit 1 at `x = 0`: the removable singularity of rate functions.
#[inline(always)]
pub fn linoid(x: f64) -> f64 {
    let y = x / expm1(x);
    let y = pick(x == 0.0, 1.0, y);
    pick(x > OVERFLOW, 0.0, y)
}
