//! The loops of the superinstructions whose operands are columns, with uniform factors.
//!
//! Each is compiled for every instruction set: a [`Loop`] around plain arithmetic, which the
//! compiler vectorises.

use pulp::{Simd, WithSimd};

use super::operand::Dispatch;
use crate::vmath;

/// The operands of one lane.
#[inline(always)]
fn row<const N: usize>(from: [&[f64]; N], k: usize) -> [f64; N] {
    std::array::from_fn(
        #[inline(always)]
        |i| from[i][k],
    )
}

#[inline(always)]
fn looped<const N: usize>(
    on: impl Dispatch,
    to: &mut [f64],
    from: [&[f64]; N],
    f: impl Fn([f64; N]) -> f64 + Copy,
) {
    on.run(Loop { to, from, f });
}

/// `to[k] = f(operands of k)`.
struct Loop<'a, const N: usize, F> {
    to: &'a mut [f64],
    from: [&'a [f64]; N],
    f: F,
}

impl<const N: usize, F: Fn([f64; N]) -> f64 + Copy> WithSimd for Loop<'_, N, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { to, from, f } = self;
        let n = to.len();
        let from = from.map(|s| &s[..n]);
        for k in 0..n {
            to[k] = f(row(from, k));
        }
    }
}

/// `r/(1 + exp((a + s)·t))`
#[inline(always)]
pub(crate) fn sigmoid(on: impl Dispatch, to: &mut [f64], a: &[f64], [s, t, r]: [f64; 3]) {
    looped(
        on,
        to,
        [a],
        #[inline(always)]
        move |[x]: [f64; 1]| r / (vmath::exp((x + s) * t) + 1.0),
    );
}

/// `r/(a·t + s)`
#[inline(always)]
pub(crate) fn quotient(on: impl Dispatch, to: &mut [f64], a: &[f64], [t, s, r]: [f64; 3]) {
    looped(
        on,
        to,
        [a],
        #[inline(always)]
        move |[x]: [f64; 1]| r / (x * t + s),
    );
}

/// `(a·a)·(a·a)`
#[inline(always)]
pub(crate) fn fourth(on: impl Dispatch, to: &mut [f64], a: &[f64]) {
    looped(
        on,
        to,
        [a],
        #[inline(always)]
        |[x]: [f64; 1]| (x * x) * (x * x),
    );
}

/// `a·b·c`
#[inline(always)]
pub(crate) fn product3(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 3]) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        |[a, b, c]: [f64; 3]| a * b * c,
    );
}

/// `a·b·c·d`
#[inline(always)]
pub(crate) fn product4(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 4]) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        |[a, b, c, d]: [f64; 4]| a * b * c * d,
    );
}

/// `a·s + b·t`
#[inline(always)]
pub(crate) fn two_scaled(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 2], [s, t]: [f64; 2]) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b]: [f64; 2]| a * s + b * t,
    );
}

/// `a·s + b·t + c·r`
#[inline(always)]
pub(crate) fn three_scaled(
    on: impl Dispatch,
    to: &mut [f64],
    from: [&[f64]; 3],
    [s, t, r]: [f64; 3],
) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b, c]: [f64; 3]| a * s + b * t + c * r,
    );
}

/// `((r − a)·b + (t − a)·c)·s`
#[inline(always)]
pub(crate) fn two_flows(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 3], [r, t, s]: [f64; 3]) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b, c]: [f64; 3]| ((r - a) * b + (t - a) * c) * s,
    );
}

/// `(a − b)·c·s`
#[inline(always)]
pub(crate) fn flow(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 3], s: f64) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b, c]: [f64; 3]| (a - b) * c * s,
    );
}

/// `(a − b)·c·s + d`
#[inline(always)]
pub(crate) fn flow_add(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 4], s: f64) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b, c, d]: [f64; 4]| (a - b) * c * s + d,
    );
}

/// `(a + s)·t + b`
#[inline(always)]
pub(crate) fn shifted_add(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 2], [s, t]: [f64; 2]) {
    looped(
        on,
        to,
        from,
        #[inline(always)]
        move |[a, b]: [f64; 2]| (a + s) * t + b,
    );
}
