//! The loops: one operation over one chunk, for operands that are columns or one number.
//!
//! Each loop is compiled for every instruction set (those with columns only are in
//! [`super::fused`]); slices are cut
//! to one length first, so that the compiler sees no bounds in the loop and vectorises it.

use pulp::{Simd, WithSimd};

use super::operand::{Dispatch, Operand};
use crate::ir::{Binary, Unary, apply_binary, apply_unary};
use crate::vmath;

/// Something with a value at every position.
trait Lane: Copy {
    fn cut(self, n: usize) -> Self;
    fn at(self, k: usize) -> f64;
}

impl Lane for &[f64] {
    #[inline(always)]
    fn cut(self, n: usize) -> Self {
        &self[..n]
    }
    #[inline(always)]
    fn at(self, k: usize) -> f64 {
        self[k]
    }
}

impl Lane for f64 {
    #[inline(always)]
    fn cut(self, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn at(self, _: usize) -> f64 {
        self
    }
}

/// `to[k] = f(a[k], b[k], c[k])`; a struct, because a large closure is not compiled for the
/// instruction set that it is dispatched to.
struct Loop<'a, A, B, C, F> {
    to: &'a mut [f64],
    from: (A, B, C),
    f: F,
}

impl<A: Lane, B: Lane, C: Lane, F: Fn(f64, f64, f64) -> f64> WithSimd for Loop<'_, A, B, C, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { to, from: (a, b, c), f } = self;
        let n = to.len();
        let (a, b, c) = (a.cut(n), b.cut(n), c.cut(n));
        for k in 0..n {
            to[k] = f(a.at(k), b.at(k), c.at(k));
        }
    }
}

#[inline(always)]
fn looped<A: Lane, B: Lane, C: Lane>(
    on: impl Dispatch,
    to: &mut [f64],
    from: (A, B, C),
    f: impl Fn(f64, f64, f64) -> f64,
) {
    on.run(Loop { to, from, f });
}

#[inline(always)]
fn map1(on: impl Dispatch, to: &mut [f64], a: Operand<'_>, f: impl Fn(f64) -> f64 + Copy) {
    match a {
        Operand::Each(a) => looped(
            on,
            to,
            (a, 0.0, 0.0),
            #[inline(always)]
            move |a, _, _| f(a),
        ),
        Operand::One(a) => to.fill(f(a)),
    }
}

#[inline(always)]
fn map2(
    on: impl Dispatch,
    to: &mut [f64],
    a: Operand<'_>,
    b: Operand<'_>,
    f: impl Fn(f64, f64) -> f64 + Copy,
) {
    use Operand::{Each, One};
    macro_rules! run {
        ($from:expr) => {
            looped(
                on,
                to,
                $from,
                #[inline(always)]
                move |a, b, _| f(a, b),
            )
        };
    }
    match (a, b) {
        (Each(a), Each(b)) => run!((a, b, 0.0)),
        (Each(a), One(b)) => run!((a, b, 0.0)),
        (One(a), Each(b)) => run!((a, b, 0.0)),
        (One(a), One(b)) => to.fill(f(a, b)),
    }
}

#[inline(always)]
fn map3(
    on: impl Dispatch,
    to: &mut [f64],
    abc: [Operand<'_>; 3],
    f: impl Fn(f64, f64, f64) -> f64 + Copy,
) {
    use Operand::{Each, One};
    match abc {
        [Each(a), Each(b), Each(c)] => looped(on, to, (a, b, c), f),
        [Each(a), Each(b), One(c)] => looped(on, to, (a, b, c), f),
        [Each(a), One(b), Each(c)] => looped(on, to, (a, b, c), f),
        [Each(a), One(b), One(c)] => looped(on, to, (a, b, c), f),
        [One(a), Each(b), Each(c)] => looped(on, to, (a, b, c), f),
        [One(a), Each(b), One(c)] => looped(on, to, (a, b, c), f),
        [One(a), One(b), Each(c)] => looped(on, to, (a, b, c), f),
        [One(a), One(b), One(c)] => to.fill(f(a, b, c)),
    }
}

macro_rules! unary_table {
    ($op:expr, $call:ident, $($name:ident)*) => {
        match $op { $(Unary::$name => $call!($name),)* }
    };
}

macro_rules! all_unary {
    ($op:expr, $call:ident) => {
        unary_table!($op, $call, Neg Abs Sqrt Exp Expm1 Exprel Linoid Log Log10 Sin Cos Tan Sinh
            Cosh Tanh Floor Ceil Not)
    };
}

/// `to = f(a)`
#[inline(always)]
pub(crate) fn unary(on: impl Dispatch, to: &mut [f64], op: Unary, a: Operand<'_>) {
    if let (Unary::Exprel, Operand::Each(a)) = (op, a) {
        return super::exprel::exprel(
            on,
            to,
            a,
            #[inline(always)]
            |x| x,
        );
    }
    macro_rules! call {
        ($name:ident) => {
            map1(
                on,
                to,
                a,
                #[inline(always)]
                move |x| apply_unary(Unary::$name, x),
            )
        };
    }
    all_unary!(op, call);
}

/// `to = f(a·t)`
#[inline(always)]
pub(crate) fn scaled(on: impl Dispatch, to: &mut [f64], op: Unary, a: Operand<'_>, t: f64) {
    if let (Unary::Exprel, Operand::Each(a)) = (op, a) {
        return super::exprel::exprel(
            on,
            to,
            a,
            #[inline(always)]
            move |x| x * t,
        );
    }
    macro_rules! call {
        ($name:ident) => {
            map1(
                on,
                to,
                a,
                #[inline(always)]
                move |x| apply_unary(Unary::$name, x * t),
            )
        };
    }
    all_unary!(op, call);
}

/// `to = f((a + s)·t)`
#[inline(always)]
pub(crate) fn shifted(
    on: impl Dispatch,
    to: &mut [f64],
    op: Unary,
    a: Operand<'_>,
    s: f64,
    t: f64,
) {
    if let (Unary::Exprel, Operand::Each(a)) = (op, a) {
        return super::exprel::exprel(
            on,
            to,
            a,
            #[inline(always)]
            move |x| (x + s) * t,
        );
    }
    macro_rules! call {
        ($name:ident) => {
            map1(
                on,
                to,
                a,
                #[inline(always)]
                move |x| apply_unary(Unary::$name, (x + s) * t),
            )
        };
    }
    all_unary!(op, call);
}

/// `to = a ∘ b`
#[inline(always)]
pub(crate) fn binary(
    on: impl Dispatch,
    to: &mut [f64],
    op: Binary,
    a: Operand<'_>,
    b: Operand<'_>,
) {
    macro_rules! table {
        ($($name:ident)*) => {
            match op {
                $(Binary::$name => {
                    map2(on, to, a, b, #[inline(always)] move |x, y| apply_binary(Binary::$name, x, y))
                })*
            }
        };
    }
    table!(Add Sub Mul Div Pow Min Max Rem LinoidGiven Less LessEqual Equal And Or);
}

/// `to = a ≠ 0 ? b : c`
#[inline(always)]
pub(crate) fn select(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| if a != 0.0 { b } else { c },
    );
}

/// `to = a·b + c`
#[inline(always)]
pub(crate) fn mul_add(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a * b + c,
    );
}

/// `to = a·b − c`
#[inline(always)]
pub(crate) fn mul_sub(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a * b - c,
    );
}

/// `to = c − a·b`
#[inline(always)]
pub(crate) fn sub_mul(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| c - a * b,
    );
}

/// `to = (a − b)·c`
#[inline(always)]
pub(crate) fn difference_mul(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| (a - b) * c,
    );
}

/// `to = (a + b)·c`
#[inline(always)]
pub(crate) fn sum_mul(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| (a + b) * c,
    );
}

/// `to = a + (b + c)`
#[inline(always)]
pub(crate) fn sum3(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a + (b + c),
    );
}

/// `to = a < b and c ≠ 0`
#[inline(always)]
pub(crate) fn less_and(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| if a < b && c != 0.0 { 1.0 } else { 0.0 },
    );
}

/// `to = to + a`
#[inline(always)]
pub(crate) fn add_to(on: impl Dispatch, to: &mut [f64], a: &[f64]) {
    on.run(Sum::<false> { to, a });
}

/// `to = 0 + a`, the sum of what is added to nothing: never −0.
#[inline(always)]
pub(crate) fn put_to(on: impl Dispatch, to: &mut [f64], a: &[f64]) {
    on.run(Sum::<true> { to, a });
}

/// A sum, with the old values unless `FRESH`.
struct Sum<'a, const FRESH: bool> {
    to: &'a mut [f64],
    a: &'a [f64],
}

impl<const FRESH: bool> WithSimd for Sum<'_, FRESH> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (to, a) in self.to.iter_mut().zip(self.a) {
            *to = if FRESH { 0.0 } else { *to } + a;
        }
    }
}

/// `to = a + (a − b)·expm1(c)`
#[inline(always)]
pub(crate) fn relax(on: impl Dispatch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    if let [Operand::Each(a), Operand::Each(b), Operand::Each(c)] = abc {
        return super::near::relax(on, to, [a, b, c], false);
    }
    map3(
        on,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a + (a - b) * vmath::expm1(c),
    );
}
