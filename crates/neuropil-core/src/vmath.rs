//! The exponential function as branch-free arithmetic, to be inlined into loops over neurons.
//!
//! `x = k·ln 2 + r` with `|r| ≤ ln 2 / 2` (`ln 2` in two pieces: Cody & Waite 1980, *Software manual
//! for the elementary functions*), `eʳ − 1 = r + r²·q(r)` with `q` of degree 9, the interpolant at
//! Chebyshev nodes (truncation error 1.4e-17), scaling by the exponent field. No fused multiply–add,
//! nothing reassociated: a result depends on its argument only, bit for bit, on every machine.

/// 1.5·2⁵²: adding it rounds to the nearest integer and leaves that integer in the low bits.
pub const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Above this `eˣ` is infinite.
pub const OVERFLOW: f64 = 709.782_712_893_384;
/// Below this `eˣ` would be subnormal; it is 0 here.
pub const UNDERFLOW: f64 = -708.396_418_532_264_1;

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

/// Splits `x = k·ln 2 + r`; returns the rounding number whose low bits are `k`, and `eʳ − 1`.
#[inline(always)]
pub fn reduce(x: f64) -> (f64, f64) {
    let t = x * std::f64::consts::LOG2_E + ROUND;
    let k = t - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    (t, r + r * r * curvature(r))
}

/// `q(r) = (eʳ − 1 − r)/r²` for `|r| ≤ ln 2 / 2`.
#[inline(always)]
pub fn curvature(r: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (Q[0] + Q[1] * r) + (Q[2] + Q[3] * r) * r2;
    let high = (Q[4] + Q[5] * r) + (Q[6] + Q[7] * r) * r2;
    let top = Q[8] + Q[9] * r;
    low + r4 * (high + r4 * top)
}

/// `eˣ`, ≤ 1 ulp; 0 where the result would be subnormal, ∞ above 709.78.
///
/// ```
/// use neuropil_core::vmath::exp;
/// assert_eq!(exp(0.0), 1.0);
/// assert!((exp(-1.0) - (-1.0f64).exp()).abs() < 1e-16);
/// assert!(exp(f64::NAN).is_nan());
/// ```
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (t, p) = reduce(x);
    let y = f64::from_bits((1.0 + p).to_bits().wrapping_add(t.to_bits() << 52));
    let y = if x < UNDERFLOW { 0.0 } else { y };
    if x <= OVERFLOW { y } else { x + f64::INFINITY }
}

/// Coefficients of 2ᶠ for |f| ≤ ½ but for the first, 1: interpolation at Chebyshev nodes, truncation error 3.2e-18.
const OCTAVE: [f64; 11] = [
    std::f64::consts::LN_2,
    0.240_226_506_959_101_58,
    0.055_504_108_664_821_625,
    0.009_618_129_107_587_256,
    0.001_333_355_814_640_647,
    0.000_154_035_304_637_243_53,
    1.525_273_384_155_677_3e-5,
    1.321_543_253_591_237_5e-6,
    1.017_805_708_773_394_1e-7,
    7.074_194_297_288_521e-9,
    4.455_817_908_336_065e-10,
];

/// `2ˣ`, ≤ 1.5 ulp, for −1022 ≤ x ≤ 1023; arguments outside are brought to the nearer end, what is not a number to
/// the lower one. Cheaper than [`exp`], and its operations wait less for each other: for kernels in
/// which states out of bounds are found otherwise, with the factor log₂ e among their coefficients.
///
/// ```
/// use neuropil_core::vmath::exp2_within;
/// assert_eq!(exp2_within(-3.0), 0.125);
/// assert_eq!(exp2_within(f64::NEG_INFINITY), f64::MIN_POSITIVE);
/// ```
#[inline(always)]
pub fn exp2_within(x: f64) -> f64 {
    let x = if x > -1022.0 { x } else { -1022.0 };
    let x = if x < 1023.0 { x } else { 1023.0 };
    let t = x + ROUND;
    let f = x - (t - ROUND);
    let f2 = f * f;
    let f4 = f2 * f2;
    let low = (OCTAVE[0] + OCTAVE[1] * f) + (OCTAVE[2] + OCTAVE[3] * f) * f2;
    let high = (OCTAVE[4] + OCTAVE[5] * f) + (OCTAVE[6] + OCTAVE[7] * f) * f2;
    let top = (OCTAVE[8] + OCTAVE[9] * f) + OCTAVE[10] * f2;
    let y = 1.0 + f * (low + f4 * (high + f4 * top));
    f64::from_bits(y.to_bits().wrapping_add(t.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::{exp, exp2_within};

    #[test]
    fn powers_of_two_agree_with_the_library_to_two_ulp() {
        for (low, high) in [(-1022.0, 1022.5), (-60.0, 20.0), (-0.5, 0.5)] {
            for k in 0..=100_000 {
                let x: f64 = low + (high - low) * f64::from(k) * 1e-5;
                let (ours, theirs) = (exp2_within(x), x.exp2());
                assert!(ours.to_bits().abs_diff(theirs.to_bits()) <= 2, "{x}: {ours} {theirs}");
            }
        }
        for (x, end) in [(-1e4, -1022), (f64::NAN, -1022), (1e4, 1023), (f64::INFINITY, 1023)] {
            assert_eq!(exp2_within(x), 2f64.powi(end), "{x}");
        }
    }

    #[test]
    fn agrees_with_the_library_to_one_ulp() {
        for (low, high) in [(-708.0, 709.7), (-2.0, 2.0), (-1e-3, 1e-3)] {
            for k in 0..=100_000 {
                let x = low + (high - low) * f64::from(k) * 1e-5;
                let (ours, theirs) = (exp(x), x.exp());
                assert!(ours.to_bits().abs_diff(theirs.to_bits()) <= 1, "{x}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn ends_are_as_documented() {
        assert_eq!(exp(710.0), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!((exp(-709.0), exp(f64::NEG_INFINITY)), (0.0, 0.0));
        assert!(exp(f64::NAN).is_nan());
    }
}
