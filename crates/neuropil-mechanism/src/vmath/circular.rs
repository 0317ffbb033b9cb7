//! Sine, cosine, tangent of angles in radians.
//!
//! `x = k·π/2 + r`, `π/2` in three pieces (Cody and Waite), exact for `|k| < 2²⁰`, that is
//! `|x| < 1.6e6`; beyond that the absolute error grows in proportion to `|x|`.

use super::{ROUND, pick};

const PIECES: [f64; 3] =
    [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_795_950_6e-21];
const S: [f64; 7] = [
    -0.166_666_666_666_666_66,
    0.008_333_333_333_333_331,
    -0.000_198_412_698_412_650_6,
    2.755_731_921_933_545_3e-6,
    -2.505_210_623_115_790_4e-8,
    1.605_853_141_458_901e-10,
    -7.586_685_070_091_267e-13,
];
const C: [f64; 7] = [
    0.041_666_666_666_666_664,
    -0.001_388_888_888_888_888_7,
    2.480_158_730_158_464_5e-5,
    -2.755_731_922_140_076e-7,
    2.087_675_579_036_339_7e-9,
    -1.147_046_077_396_932_5e-11,
    4.745_865_203_787_453_4e-14,
];

/// Quadrant (mod 4) and the sine and cosine of the remainder.
#[inline(always)]
fn parts(x: f64) -> (u64, f64, f64) {
    let t = x * std::f64::consts::FRAC_2_PI + ROUND;
    let k = t - ROUND;
    let r1 = (x - k * PIECES[0]) - k * PIECES[1];
    let r = r1 - k * PIECES[2];
    let z = r * r;
    let ps = S[1] + z * (S[2] + z * (S[3] + z * (S[4] + z * (S[5] + z * S[6]))));
    let sine = r + r * z * (S[0] + z * ps);
    let pc = C[0] + z * (C[1] + z * (C[2] + z * (C[3] + z * (C[4] + z * (C[5] + z * C[6])))));
    let half = 0.5 * z;
    let w = 1.0 - half;
    let cosine = w + (((1.0 - w) - half) + z * z * pc);
    (t.to_bits() & 3, sine, cosine)
}

/// Sine, ≤ 2 ulp for `|x| < 1.6e6` away from its zeros.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let (quadrant, sine, cosine) = parts(x);
    let y = pick(quadrant & 1 == 0, sine, cosine);
    pick(quadrant & 2 == 0, y, -y)
}

/// Cosine, ≤ 2 ulp for `|x| < 1.6e6` away from its zeros.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let (quadrant, sine, cosine) = parts(x);
    let y = pick(quadrant & 1 == 0, cosine, sine);
    pick(quadrant == 1 || quadrant == 2, -y, y)
}

/// Tangent.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    sin(x) / cos(x)
}
