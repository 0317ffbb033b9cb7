//! Powers with a real exponent.

use super::exp;
use super::logarithm::{LN2_HIGH, LN2_LOW, polynomial, split};
use super::pick;

/// Sum of two numbers and its rounding error (Knuth).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let c = s - a;
    (s, (a - (s - c)) + (b - c))
}

/// Product of two numbers and its rounding error (Dekker; no fused operation).
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let cut = |x: f64| {
        let high = f64::from_bits(x.to_bits() & 0xffff_ffff_f800_0000);
        (high, x - high)
    };
    let p = a * b;
    let ((a1, a0), (b1, b0)) = (cut(a), cut(b));
    (p, ((a1 * b1 - p) + a1 * b0 + a0 * b1) + a0 * b0)
}

/// `ln x` of a positive number as an unevaluated sum, absolute error about 2⁻⁶⁰.
#[inline(always)]
fn log_pair(x: f64) -> (f64, f64) {
    let (e, m) = split(x);
    let f = m - 1.0;
    let d = 2.0 + f;
    let d_low = f - (d - 2.0);
    let s = f / d;
    let (p, p_low) = two_product(s, d);
    let s_low = (((f - p) - p_low) - s * d_low) / d;
    let z = s * s;
    let rest = s * z * polynomial(z);
    let (h1, l1) = two_sum(e * LN2_HIGH, 2.0 * s);
    let (h2, l2) = two_sum(h1, rest);
    (h2, l2 + l1 + 2.0 * s_low + e * LN2_LOW)
}

/// `x^y`, ≤ 2 ulp: `exp(y·ln x)` with the logarithm and the product in double-double. A negative
/// base takes integer exponents only, as in C.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let base = super::abs(x);
    let (high, low) = log_pair(base);
    let (p, p_low) = two_product(y, high);
    let rest = p_low + y * low;
    let rest = pick(super::abs(rest) < f64::INFINITY, rest, 0.0);
    let e = exp(p);
    let r = e + pick(e < f64::INFINITY, e * rest, 0.0);
    let zero_base = pick(y > 0.0, 0.0, f64::INFINITY);
    let r = pick(base == 0.0, zero_base, r);
    let infinite_base = pick(y > 0.0, f64::INFINITY, 0.0);
    let r = pick(base == f64::INFINITY, infinite_base, r);
    let whole = y.floor() == y;
    let odd = whole && (y * 0.5).floor() != y * 0.5;
    let r = pick(x < 0.0 && odd, -r, r);
    let r = pick(x < 0.0 && !whole, f64::NAN, r);
    let r = pick(x.is_nan() || y.is_nan(), x + y, r);
    pick(y == 0.0 || x == 1.0, 1.0, r)
}
