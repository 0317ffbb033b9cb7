//! The loops: one operation over one chunk, for operands that are columns or one number.
//!
//! Each loop is compiled for every instruction set (those with columns only are in
//! [`super::fused`]); slices are cut
//! to one length first, so that the compiler sees no bounds in the loop and vectorises it.

use pulp::{Arch, Simd, WithSimd};

use crate::ir::{Binary, Unary, apply_binary, apply_unary};
use crate::vmath;

/// An operand: a value per instance or one for all.
#[derive(Clone, Copy)]
pub(crate) enum Operand<'a> {
    Each(&'a [f64]),
    One(f64),
}

impl<'a> Operand<'a> {
    /// The values per instance; none if there is one for all.
    pub(crate) fn column(self) -> &'a [f64] {
        match self {
            Self::Each(values) => values,
            Self::One(_) => &[],
        }
    }
}

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
    arch: Arch,
    to: &mut [f64],
    from: (A, B, C),
    f: impl Fn(f64, f64, f64) -> f64,
) {
    arch.dispatch(Loop { to, from, f });
}

#[inline(always)]
fn map1(arch: Arch, to: &mut [f64], a: Operand<'_>, f: impl Fn(f64) -> f64 + Copy) {
    match a {
        Operand::Each(a) => looped(
            arch,
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
    arch: Arch,
    to: &mut [f64],
    a: Operand<'_>,
    b: Operand<'_>,
    f: impl Fn(f64, f64) -> f64 + Copy,
) {
    use Operand::{Each, One};
    macro_rules! run {
        ($from:expr) => {
            looped(
                arch,
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
    arch: Arch,
    to: &mut [f64],
    abc: [Operand<'_>; 3],
    f: impl Fn(f64, f64, f64) -> f64 + Copy,
) {
    use Operand::{Each, One};
    match abc {
        [Each(a), Each(b), Each(c)] => looped(arch, to, (a, b, c), f),
        [Each(a), Each(b), One(c)] => looped(arch, to, (a, b, c), f),
        [Each(a), One(b), Each(c)] => looped(arch, to, (a, b, c), f),
        [Each(a), One(b), One(c)] => looped(arch, to, (a, b, c), f),
        [One(a), Each(b), Each(c)] => looped(arch, to, (a, b, c), f),
        [One(a), Each(b), One(c)] => looped(arch, to, (a, b, c), f),
        [One(a), One(b), Each(c)] => looped(arch, to, (a, b, c), f),
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
pub(crate) fn unary(arch: Arch, to: &mut [f64], op: Unary, a: Operand<'_>) {
    macro_rules! call {
        ($name:ident) => {
            map1(
                arch,
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
pub(crate) fn scaled(arch: Arch, to: &mut [f64], op: Unary, a: Operand<'_>, t: f64) {
    macro_rules! call {
        ($name:ident) => {
            map1(
                arch,
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
pub(crate) fn shifted(arch: Arch, to: &mut [f64], op: Unary, a: Operand<'_>, s: f64, t: f64) {
    macro_rules! call {
        ($name:ident) => {
            map1(
                arch,
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
pub(crate) fn binary(arch: Arch, to: &mut [f64], op: Binary, a: Operand<'_>, b: Operand<'_>) {
    macro_rules! table {
        ($($name:ident)*) => {
            match op {
                $(Binary::$name => {
                    map2(arch, to, a, b, #[inline(always)] move |x, y| apply_binary(Binary::$name, x, y))
                })*
            }
        };
    }
    table!(Add Sub Mul Div Pow Min Max Rem LinoidGiven Less LessEqual Equal And Or);
}

/// `to = a ≠ 0 ? b : c`
pub(crate) fn select(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| if a != 0.0 { b } else { c },
    );
}

/// `to = a·b + c`
pub(crate) fn mul_add(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a * b + c,
    );
}

/// `to = a·b − c`
pub(crate) fn mul_sub(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a * b - c,
    );
}

/// `to = c − a·b`
pub(crate) fn sub_mul(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| c - a * b,
    );
}

/// `to = (a − b)·c`
pub(crate) fn difference_mul(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| (a - b) * c,
    );
}

/// `to = (a + b)·c`
pub(crate) fn sum_mul(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| (a + b) * c,
    );
}

/// `to = to + a`
pub(crate) fn add_to(arch: Arch, to: &mut [f64], a: &[f64]) {
    arch.dispatch(Sum::<false> { to, a });
}

/// `to = 0 + a`, the sum of what is added to nothing: never −0.
pub(crate) fn put_to(arch: Arch, to: &mut [f64], a: &[f64]) {
    arch.dispatch(Sum::<true> { to, a });
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
pub(crate) fn relax(arch: Arch, to: &mut [f64], abc: [Operand<'_>; 3]) {
    if let [Operand::Each(a), Operand::Each(b), Operand::Each(c)] = abc {
        return super::fused::relax(arch, to, [a, b, c], false);
    }
    map3(
        arch,
        to,
        abc,
        #[inline(always)]
        move |a, b, c| a + (a - b) * vmath::expm1(c),
    );
}
