//! Logarithms.
//!
//! `x = 2ᵉ·m` with `m` in `[√½, √2)`; with `f = m − 1`, `s = f/(2 + f)`, `z = s²`,
//! `log(1 + f) = f − (f²/2 − s·(f²/2 + z·P(z)))`, the arrangement of Tang (1990), which keeps the
//! leading term exact. `P` has degree 7 (truncation 5e-19).

use super::pick;

/// `(log((1+s)/(1−s)) − 2s)/s³` as a polynomial in `s²`.
pub(super) const P: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_008_8,
    0.285_714_285_708_028_5,
    0.222_222_223_918_870_64,
    0.181_817_956_216_327_82,
    0.153_862_407_089_696_65,
    0.132_687_461_955_965_95,
    0.130_869_078_879_650_25,
];
pub(super) const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
pub(super) const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Exponent `e` and mantissa `m` in `[√½, √2)` of a positive number, subnormals included.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = pick(tiny, x * 18_014_398_509_481_984.0, x);
    let bits = scaled.to_bits();
    // shift so that mantissas from √½ on count for the next exponent
    let shifted = bits.wrapping_add(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let e_bits = (shifted >> 52) | 0x4330_0000_0000_0000;
    let e = f64::from_bits(e_bits) - 4_503_599_627_370_496.0 - 1023.0;
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd));
    (pick(tiny, e - 54.0, e), m)
}

#[inline(always)]
pub(super) fn polynomial(z: f64) -> f64 {
    let z2 = z * z;
    let low = (P[0] + P[1] * z) + (P[2] + P[3] * z) * z2;
    let high = (P[4] + P[5] * z) + (P[6] + P[7] * z) * z2;
    low + (z2 * z2) * high
}

/// `ln x`, ≤ 1 ulp; `−∞` at 0, not a number below.
#[inline(always)]
pub fn log(x: f64) -> f64 {
    let (e, m) = split(x);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let tail = s * (half + z * polynomial(z)) + e * LN2_LOW;
    let y = e * LN2_HIGH - ((half - tail) - f);
    let y = pick(x < f64::INFINITY, y, x);
    let y = pick(x == 0.0, f64::NEG_INFINITY, y);
    pick(x < 0.0, f64::NAN, y)
}

/// Decimal logarithm, ≤ 2 ulp.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    log(x) * std::f64::consts::LOG10_E
}
