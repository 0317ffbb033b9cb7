//! `(eˣ − 1)/x` over lanes: a polynomial for all; the exponential for those that are beyond its range, closed up
//! where they are few.

use pulp::{Simd, WithSimd};

use super::operand::Dispatch;
use crate::vmath;

/// Lanes after which is asked whether any was beyond.
const TILE: usize = 64;
/// Up to so many of them are closed up.
const FEW: u32 = 24;
/// Lanes of the vectors that they are closed up to.
const GROUP: usize = 8;

/// The flag of every lane of a tile. Read from memory, so that a loop that collects flags becomes vectors.
static FLAG: [u64; TILE] = {
    let mut flags = [0; TILE];
    let mut k = 0;
    while k < TILE {
        flags[k] = 1 << k;
        k += 1;
    }
    flags
};

/// `to = exprel(argument(a))`
#[inline(always)]
pub(super) fn exprel(
    on: impl Dispatch,
    to: &mut [f64],
    a: &[f64],
    argument: impl Fn(f64) -> f64 + Copy,
) {
    on.run(Exprel { to, a, argument });
}

struct Exprel<'a, F> {
    to: &'a mut [f64],
    a: &'a [f64],
    argument: F,
}

impl<F: Fn(f64) -> f64 + Copy> WithSimd for Exprel<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { to, a, argument } = self;
        let a = &a[..to.len()];
        let (tiles, rest) = to.as_chunks_mut::<TILE>();
        let (tiles_of_a, rest_of_a) = a.as_chunks::<TILE>();
        for (to, a) in tiles.iter_mut().zip(tiles_of_a) {
            tile(to, a, argument);
        }
        if !rest.is_empty() {
            tile(rest, rest_of_a, argument);
        }
    }
}

#[inline(always)]
fn is_beyond(x: f64) -> bool {
    !(vmath::abs(x) <= vmath::NEAR_REL)
}

/// At most [`TILE`] lanes.
#[inline(always)]
fn tile(to: &mut [f64], a: &[f64], argument: impl Fn(f64) -> f64 + Copy) {
    let n = to.len();
    let (a, flag) = (&a[..n], &FLAG[..n]);
    let mut beyond = 0;
    for k in 0..n {
        let x = argument(a[k]);
        to[k] = vmath::exprel_near(x);
        beyond |= if is_beyond(x) { flag[k] } else { 0 };
    }
    if beyond == 0 {
        return;
    }
    if beyond.count_ones() > FEW {
        for k in 0..n {
            let x = argument(a[k]);
            let far = vmath::exprel_far(x);
            to[k] = if is_beyond(x) { far } else { to[k] };
        }
        return;
    }
    let mut closed = [0.0; FEW as usize];
    let mut count = 0;
    each(beyond, |k| {
        closed[count] = a[k];
        count += 1;
    });
    let (groups, _) = closed.as_chunks_mut::<GROUP>();
    for group in &mut groups[..count.div_ceil(GROUP)] {
        for x in group {
            *x = vmath::exprel_far(argument(*x));
        }
    }
    count = 0;
    each(beyond, |k| {
        to[k] = closed[count];
        count += 1;
    });
}

/// Calls `visit` for the lane of every flag.
#[inline(always)]
fn each(mut flags: u64, mut visit: impl FnMut(usize)) {
    while flags != 0 {
        visit(flags.trailing_zeros() as usize);
        flags &= flags - 1;
    }
}
