//! Hyperbolic functions, from [`expm1`] so that small arguments stay accurate.

use super::{abs, exp, expm1, pick};

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let a = abs(x);
    let e = expm1(-2.0 * pick(a < 30.0, a, 30.0));
    let y = -e / (2.0 + e);
    let y = pick(x < 0.0, -y, y);
    pick(x.is_nan(), x, y)
}

/// Hyperbolic sine.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let e = expm1(abs(x));
    let y = 0.5 * (e + e / (e + 1.0));
    let y = pick(e < f64::INFINITY, y, e);
    pick(x < 0.0, -y, y)
}

/// Hyperbolic cosine.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let e = exp(abs(x));
    0.5 * (e + 1.0 / e)
}
