//! Instructions that change a column where it is: how neurons take a step.
//!
//! `x` is the old value of the column. Operations are done in the order written, so that an update has the
//! bits of the instructions that it stands for.

use pulp::{Simd, WithSimd};

use super::operand::Dispatch;

/// A change of a column in place. Letters `a`, `b` are operands that vary, `s` is uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    /// `x·s + x`: exact decay.
    Grow,
    /// `x − x·s`: decay of exponential Euler.
    Shrink,
    /// `a·s + x`
    Move,
    /// `x + (a + s)`
    Shift,
    /// `a ≠ 0 ? b : x`
    Held,
    /// `a ≠ 0 ? b·s + x : x`
    HeldMove,
    /// `a ≠ 0 ? x + (b + s) : x`
    HeldShift,
}

/// Runs an update of `x` with its operands that vary and the uniform one.
#[inline(always)]
pub(crate) fn update(on: impl Dispatch, x: &mut [f64], how: Update, [a, b]: [&[f64]; 2], s: f64) {
    match how {
        Update::Grow => scaled(
            on,
            x,
            #[inline(always)]
            move |x| x * s + x,
        ),
        Update::Shrink => scaled(
            on,
            x,
            #[inline(always)]
            move |x| x - x * s,
        ),
        Update::Move => changed(
            on,
            x,
            [a, a],
            #[inline(always)]
            move |x, a, _| a * s + x,
        ),
        Update::Shift => changed(
            on,
            x,
            [a, a],
            #[inline(always)]
            move |x, a, _| x + (a + s),
        ),
        Update::Held => changed(
            on,
            x,
            [a, b],
            #[inline(always)]
            move |x, a, b| if a != 0.0 { b } else { x },
        ),
        Update::HeldMove => changed(
            on,
            x,
            [a, b],
            #[inline(always)]
            move |x, a, b| {
                let moved = b * s + x;
                if a != 0.0 { moved } else { x }
            },
        ),
        Update::HeldShift => changed(
            on,
            x,
            [a, b],
            #[inline(always)]
            move |x, a, b| {
                let moved = x + (b + s);
                if a != 0.0 { moved } else { x }
            },
        ),
    }
}

#[inline(always)]
fn scaled(on: impl Dispatch, x: &mut [f64], f: impl Fn(f64) -> f64) {
    on.run(Scaled { x, f });
}

#[inline(always)]
fn changed(on: impl Dispatch, x: &mut [f64], from: [&[f64]; 2], f: impl Fn(f64, f64, f64) -> f64) {
    on.run(Changed { x, from, f });
}

/// `x[k] = f(x[k])`
struct Scaled<'a, F> {
    x: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> WithSimd for Scaled<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.x {
            *x = (self.f)(*x);
        }
    }
}

/// `x[k] = f(x[k], a[k], b[k])`
struct Changed<'a, F> {
    x: &'a mut [f64],
    from: [&'a [f64]; 2],
    f: F,
}

impl<F: Fn(f64, f64, f64) -> f64> WithSimd for Changed<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        apply(self.x, self.from[0], self.from[1], self.f);
    }
}

#[inline(always)]
fn apply(x: &mut [f64], a: &[f64], b: &[f64], f: impl Fn(f64, f64, f64) -> f64) {
    let n = x.len();
    let (a, b) = (&a[..n], &b[..n]);
    for k in 0..n {
        x[k] = f(x[k], a[k], b[k]);
    }
}
