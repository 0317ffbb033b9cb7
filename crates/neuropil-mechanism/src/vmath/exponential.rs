//! The exponential function and its relatives.
//!
//! `x = k·ln 2 + r` with `|r| ≤ ln 2 / 2` (Cody and Waite 1980: `ln 2` in two pieces, the first
//! short enough that `k` times it is exact), `eʳ − 1 = r + r²·q(r)` with `q` of degree 9
//! (truncation error 1.4e-17), scaling by adding `k` to the exponent field.

use super::{ROUND, pick};

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Above this the result is infinite.
const OVERFLOW: f64 = 709.782_712_893_384;
/// Below this the result would be subnormal; it is zero here.
const UNDERFLOW: f64 = -708.396_418_532_264_1;

const Q: [f64; 10] = [
    0.5,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_13,
    0.008_333_333_333_330_062,
    0.001_388_888_891_721_371_7,
    0.000_198_412_698_630_536_18,
    2.480_152_129_595_437_6e-5,
    2.755_726_845_999_706_4e-6,
    2.762_008_844_540_974_6e-7,
    2.510_038_549_551_032e-8,
];

/// Splits `x`; returns the rounding number whose low bits are `k`, and `eʳ − 1`.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    let t = x * LOG2_E + ROUND;
    let k = t - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (Q[0] + Q[1] * r) + (Q[2] + Q[3] * r) * r2;
    let high = (Q[4] + Q[5] * r) + (Q[6] + Q[7] * r) * r2;
    let top = Q[8] + Q[9] * r;
    (t, r + r2 * (low + r4 * (high + r4 * top)))
}

/// `eˣ`, ≤ 1 ulp; 0 where the result would be subnormal, `∞` above 709.78.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (t, p) = reduce(x);
    let y = f64::from_bits((1.0 + p).to_bits().wrapping_add(t.to_bits() << 52));
    let y = pick(x < UNDERFLOW, 0.0, y);
    pick(x <= OVERFLOW, y, x + f64::INFINITY)
}

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
