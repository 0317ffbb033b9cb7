//! The exponential function and its relatives, on the reduction of [`neuropil_core::vmath`].

pub use neuropil_core::vmath::exp;
use neuropil_core::vmath::{OVERFLOW, curvature, reduce};

use super::{abs, pick};

/// Up to this size of the argument [`expm1`] needs no reduction.
const NEAR: f64 = 0.34;
/// Up to this size of the argument [`exprel`] is a polynomial.
pub(crate) const NEAR_REL: f64 = 0.2;
/// `((eˣ − 1)/x − 1)/x`, the interpolant at Chebyshev nodes of that range; the error of `exprel` is
/// 1.1e-17.
const REL: [f64; 9] = [
    0.5,
    0.166_666_666_666_664_4,
    0.041_666_666_666_666_48,
    0.008_333_333_334_085_315,
    0.001_388_888_888_951_549,
    0.000_198_412_630_737_790_85,
    2.480_158_166_241_907_5e-5,
    2.757_987_479_550_449e-6,
    2.757_611_450_078_259e-7,
];
/// Up to this size of the argument [`linoid_given`] is a series.
pub(crate) const NEAR_ZERO: f64 = 0.125;
/// `B₂ₖ/(2k)!` for k = 1 … 4: `x/(eˣ − 1) = 1 − x/2 + Σ cₖ x²ᵏ`, the next term is 2e-17 at the end.
const BERNOULLI: [f64; 4] = [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0];

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

/// Whether [`expm1_near`] has the bits of [`expm1`]: `|x| ≤` [`NEAR`], but for subnormal results.
#[inline(always)]
pub(crate) fn is_expm1_near(x: f64) -> bool {
    (1e-300..=NEAR).contains(&abs(x))
}

/// [`expm1`] where [`is_expm1_near`].
#[inline(always)]
pub(crate) fn expm1_near(x: f64) -> f64 {
    x + x * x * curvature(x)
}

/// `(eˣ − 1) / x`, with its limit 1 at `x = 0`; ≤ 2 ulp.
#[inline(always)]
pub fn exprel(x: f64) -> f64 {
    pick(abs(x) <= NEAR_REL, exprel_near(x), exprel_far(x))
}

/// [`exprel`] for `|x| ≤` [`NEAR_REL`].
#[inline(always)]
pub(crate) fn exprel_near(x: f64) -> f64 {
    let upper = REL[4] + x * (REL[5] + x * (REL[6] + x * (REL[7] + x * REL[8])));
    1.0 + x * (REL[0] + x * (REL[1] + x * (REL[2] + x * (REL[3] + x * upper))))
}

/// [`exprel`] for `|x| >` [`NEAR_REL`].
#[inline(always)]
pub(crate) fn exprel_far(x: f64) -> f64 {
    pick(x > OVERFLOW, x, expm1(x) / x)
}

/// `x / (eˣ − 1)`, with its limit 1 at `x = 0`: the removable singularity of rate functions.
#[inline(always)]
pub fn linoid(x: f64) -> f64 {
    let y = x / expm1(x);
    let y = pick(x == 0.0, 1.0, y);
    pick(x > OVERFLOW, 0.0, y)
}

/// `x / (e − 1)` where `e = eˣ` is known: [`linoid`] without an exponential of its own. Its
/// relative error is that of `e` divided by `|x|`, at most eight times that of `e`.
#[inline(always)]
pub fn linoid_given(x: f64, e: f64) -> f64 {
    pick(abs(x) <= NEAR_ZERO, linoid_near(x), linoid_far(x, e))
}

/// [`linoid_given`] for `|x| ≤` [`NEAR_ZERO`].
#[inline(always)]
pub(crate) fn linoid_near(x: f64) -> f64 {
    let z = x * x;
    let series = (BERNOULLI[0] + BERNOULLI[1] * z) + (BERNOULLI[2] + BERNOULLI[3] * z) * (z * z);
    (1.0 - 0.5 * x) + z * series
}

/// [`linoid_given`] for `|x| >` [`NEAR_ZERO`].
#[inline(always)]
pub(crate) fn linoid_far(x: f64, e: f64) -> f64 {
    x / (e - 1.0)
}
