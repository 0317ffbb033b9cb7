//! Superinstructions that have a cheaper form near zero ([`Near`]): tiles of lanes that are all near take that
//! form alone; each lane's result is the same either way.

use pulp::{Simd, WithSimd};

use super::operand::Dispatch;
use crate::vmath;

/// Lanes that decide together which form of a function they take.
const TILE: usize = 64;

/// A function that has a cheaper form where some quantity is near zero.
trait Near<const N: usize>: Copy {
    /// Whether the operands allow the form [`Self::near`].
    fn is_near(self, x: [f64; N]) -> bool;
    /// The form near zero.
    fn near(self, x: [f64; N]) -> f64;
    /// The function where it is not near.
    fn far(self, x: [f64; N]) -> f64;
    /// Whether [`Self::far`] is the cheaper form, taken alone where no lane is near; else the
    /// other way round.
    const FAR_IS_CHEAPER: bool;
}

/// `to[k] = f(operands of k)`, tile by tile. With `OWN` the old values of `to` take the place of the
/// first operand.
struct Tiles<'a, const N: usize, const OWN: bool, F> {
    to: &'a mut [f64],
    from: [&'a [f64]; N],
    f: F,
}

impl<const N: usize, const OWN: bool, F: Near<N>> WithSimd for Tiles<'_, N, OWN, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { to, from, f } = self;
        let n = to.len();
        let (tiles, rest) = to.as_chunks_mut::<TILE>();
        for (number, to) in tiles.iter_mut().enumerate() {
            tile::<N, OWN, F>(to, part::<N, OWN>(from, number * TILE, TILE), f);
        }
        let count = rest.len();
        if count > 0 {
            tile::<N, OWN, F>(rest, part::<N, OWN>(from, n - count, count), f);
        }
    }
}

/// `n` values of each operand; nothing of the first with `OWN`.
#[inline(always)]
fn part<const N: usize, const OWN: bool>(from: [&[f64]; N], start: usize, n: usize) -> [&[f64]; N] {
    std::array::from_fn(
        #[inline(always)]
        |i| if OWN && i == 0 { &[][..] } else { &from[i][start..start + n] },
    )
}

/// The operands of one lane, the first from `to` with `OWN`.
#[inline(always)]
fn lane<const N: usize, const OWN: bool>(to: &[f64], from: [&[f64]; N], k: usize) -> [f64; N] {
    std::array::from_fn(
        #[inline(always)]
        |i| if OWN && i == 0 { to[k] } else { from[i][k] },
    )
}

#[inline(always)]
fn tile<const N: usize, const OWN: bool, F: Near<N>>(to: &mut [f64], from: [&[f64]; N], f: F) {
    let n = to.len();
    let from = part::<N, OWN>(from, 0, n);
    // whether a lane does not take the cheap form
    let mut other = false;
    for k in 0..n {
        other |= f.is_near(lane::<N, OWN>(to, from, k)) == F::FAR_IS_CHEAPER;
    }
    if other {
        for k in 0..n {
            let x = lane::<N, OWN>(to, from, k);
            let (near, far) = (f.near(x), f.far(x));
            to[k] = if f.is_near(x) { near } else { far };
        }
    } else if F::FAR_IS_CHEAPER {
        for k in 0..n {
            to[k] = f.far(lane::<N, OWN>(to, from, k));
        }
    } else {
        for k in 0..n {
            to[k] = f.near(lane::<N, OWN>(to, from, k));
        }
    }
}

/// Runs a function with two forms, in place if `own`.
#[inline(always)]
fn tiled<const N: usize>(
    on: impl Dispatch,
    to: &mut [f64],
    from: [&[f64]; N],
    own: bool,
    f: impl Near<N>,
) {
    if own {
        on.run(Tiles::<N, true, _> { to, from, f });
    } else {
        on.run(Tiles::<N, false, _> { to, from, f });
    }
}

#[derive(Clone, Copy)]
struct Linoid {
    s: f64,
    t: f64,
    r: f64,
}

impl Near<2> for Linoid {
    const FAR_IS_CHEAPER: bool = true;

    #[inline(always)]
    fn is_near(self, [x, _]: [f64; 2]) -> bool {
        vmath::abs((x + self.s) * self.t) <= vmath::NEAR_ZERO
    }
    #[inline(always)]
    fn near(self, [x, _]: [f64; 2]) -> f64 {
        vmath::linoid_near((x + self.s) * self.t)
    }
    #[inline(always)]
    fn far(self, [x, e]: [f64; 2]) -> f64 {
        vmath::linoid_far((x + self.s) * self.t, e * self.r)
    }
}

/// `u/(b·r − 1)` with `u = (a + s)·t`, for `b·r = eᵘ`
#[inline(always)]
pub(crate) fn linoid(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 2], [s, t, r]: [f64; 3]) {
    on.run(Tiles::<2, false, _> { to, from, f: Linoid { s, t, r } });
}

#[derive(Clone, Copy)]
struct Relax;

impl Near<3> for Relax {
    const FAR_IS_CHEAPER: bool = false;

    #[inline(always)]
    fn is_near(self, [_, _, c]: [f64; 3]) -> bool {
        vmath::is_expm1_near(c)
    }
    #[inline(always)]
    fn near(self, [x, l, c]: [f64; 3]) -> f64 {
        x + (x - l) * vmath::expm1_near(c)
    }
    #[inline(always)]
    fn far(self, [x, l, c]: [f64; 3]) -> f64 {
        x + (x - l) * vmath::expm1(c)
    }
}

/// `a + (a − b)·expm1(c)`, in place if `own`
#[inline(always)]
pub(crate) fn relax(on: impl Dispatch, to: &mut [f64], from: [&[f64]; 3], own: bool) {
    tiled(on, to, from, own, Relax);
}

#[derive(Clone, Copy)]
struct Step {
    s: f64,
    t: f64,
}

impl Near<3> for Step {
    const FAR_IS_CHEAPER: bool = false;

    #[inline(always)]
    fn is_near(self, [_, _, q]: [f64; 3]) -> bool {
        vmath::abs(q * self.s) <= vmath::NEAR_REL
    }
    #[inline(always)]
    fn near(self, [x, p, q]: [f64; 3]) -> f64 {
        x + (p - x * q) * vmath::exprel_near(q * self.s) * self.t
    }
    #[inline(always)]
    fn far(self, [x, p, q]: [f64; 3]) -> f64 {
        x + (p - x * q) * vmath::exprel_far(q * self.s) * self.t
    }
}

/// `a + (b − a·c)·exprel(c·s)·t`, in place if `own`
#[inline(always)]
pub(crate) fn step(
    on: impl Dispatch,
    to: &mut [f64],
    from: [&[f64]; 3],
    [s, t]: [f64; 2],
    own: bool,
) {
    tiled(on, to, from, own, Step { s, t });
}

#[derive(Clone, Copy)]
struct Gate {
    opening: f64,
    closing: f64,
    step: Step,
}

impl Gate {
    #[inline(always)]
    fn rates(self, [x, a, b]: [f64; 3]) -> [f64; 3] {
        let (a, b) = (a * self.opening, b * self.closing);
        [x, a, a + b]
    }
}

impl Near<3> for Gate {
    const FAR_IS_CHEAPER: bool = false;

    #[inline(always)]
    fn is_near(self, x: [f64; 3]) -> bool {
        self.step.is_near(self.rates(x))
    }
    #[inline(always)]
    fn near(self, x: [f64; 3]) -> f64 {
        self.step.near(self.rates(x))
    }
    #[inline(always)]
    fn far(self, x: [f64; 3]) -> f64 {
        self.step.far(self.rates(x))
    }
}

/// `a + (b' − a·q)·exprel(q·s)·t` with `b' = b·r`, `c' = c·w`, `q = b' + c'`, in place if `own`
#[inline(always)]
pub(crate) fn gate(
    on: impl Dispatch,
    to: &mut [f64],
    from: [&[f64]; 3],
    [r, w, s, t]: [f64; 4],
    own: bool,
) {
    let f = Gate { opening: r, closing: w, step: Step { s, t } };
    tiled(on, to, from, own, f);
}
