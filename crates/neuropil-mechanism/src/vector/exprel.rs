//! `(eˣ − 1)/x` over lanes: a polynomial for all, the exponential for the few lanes that are beyond it.

use pulp::{Simd, WithSimd};

use super::lanes::Dispatch;
use crate::vmath;

/// Lanes after which is asked whether any was beyond.
const TILE: usize = 64;
/// Lanes that are computed again together.
const GROUP: usize = 8;

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

#[inline(always)]
fn tile(to: &mut [f64], a: &[f64], argument: impl Fn(f64) -> f64 + Copy) {
    let n = to.len();
    let a = &a[..n];
    let mut beyond = false;
    for k in 0..n {
        let x = argument(a[k]);
        to[k] = vmath::exprel_near(x);
        beyond |= is_beyond(x);
    }
    if beyond {
        for (to, a) in to.chunks_mut(GROUP).zip(a.chunks(GROUP)) {
            group(to, a, argument);
        }
    }
}

#[inline(always)]
fn group(to: &mut [f64], a: &[f64], argument: impl Fn(f64) -> f64 + Copy) {
    if !a.iter().any(|a| is_beyond(argument(*a))) {
        return;
    }
    if let (Some(to), Some(a)) = (to.first_chunk_mut::<GROUP>(), a.first_chunk::<GROUP>()) {
        for k in 0..GROUP {
            to[k] = vmath::exprel(argument(a[k]));
        }
    } else {
        for (to, a) in to.iter_mut().zip(a) {
            *to = vmath::exprel(argument(*a));
        }
    }
}
