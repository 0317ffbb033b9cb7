//! Gates of many compartments advanced at once.

use crate::quad::{Quad, WithQuad};

/// Gates that share a row.
pub(super) const GATES: usize = 4;
/// Compartments that are advanced at a time.
pub(super) const TILE: usize = 64;

/// The coefficients of [`GATES`] gates in one interval by power of the place in the interval: whole
/// lines of the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
pub(super) struct Row(pub(super) [Coefficients; 4]);

/// `a` of [`GATES`] gates, then `b` of each.
pub(super) type Coefficients = [[f64; GATES]; 2];

/// Adding it leaves the nearest whole number in the low bits.
const WHOLE: f64 = 6_755_399_441_055_744.0; // 1.5·2⁵²

/// Where potentials lie on the grid of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) range_mv: f64,
    pub(super) per_mv: f64,
}

impl Scale {
    /// Number of intervals.
    pub(super) fn intervals(self) -> usize {
        (2.0 * self.range_mv * self.per_mv) as usize
    }

    /// Interval of a potential and the place in it, 0 … 1; the nearest edge for potentials that are
    /// off the grid.
    #[inline(always)]
    fn find(self, v_mv: f64) -> (u32, f64) {
        let end = 2.0 * self.range_mv * self.per_mv - 1e-6;
        let position = (v_mv + self.range_mv) * self.per_mv;
        // Not `clamp`: what is not a number goes to the lower edge.
        let position = if position > 0.0 { position } else { 0.0 };
        let position = if position < end { position } else { end };
        let whole = (position - 0.5) + WHOLE;
        (whole.to_bits() as u32, position - (whole - WHOLE))
    }
}

/// Rows of a table: of each interval `stride`, of which the one at `offset` is meant.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) scale: Scale,
    pub(super) rows: &'a [Row],
    pub(super) stride: usize,
    pub(super) offset: usize,
}

impl Rows<'_> {
    /// `a` and `b` of each gate at a potential.
    pub(super) fn at(&self, v_mv: f64) -> Coefficients {
        let (interval, place) = self.scale.find(v_mv);
        let Row([c0, c1, c2, mut all]) = self.rows[interval as usize * self.stride + self.offset];
        for c in [c2, c1, c0] {
            for (x, c) in all.as_flattened_mut().iter_mut().zip(c.as_flattened()) {
                *x = *x * place + c;
            }
        }
        all
    }
}

/// `x ← a(v)·x + b(v)` for `N` gates of a row in a tile of compartments.
pub(super) struct Advance<'a, const N: usize> {
    pub(super) rows: Rows<'a>,
    pub(super) v: &'a [f64; TILE],
    pub(super) gates: [&'a mut [f64; TILE]; N],
}

impl<const N: usize> WithQuad for Advance<'_, N> {
    type Output = ();

    /// Four compartments at a time: their gates as rows, one row of the table for each, and back.
    #[inline(always)]
    fn with_quad<Q: Quad>(self, quad: Q) {
        let Self { rows: Rows { scale, rows, stride, offset }, v, gates } = self;
        let (mut interval, mut place) = ([0u32; TILE], [0.0; TILE]);
        for k in 0..TILE {
            (interval[k], place[k]) = scale.find(v[k]);
        }
        let (interval, place) = (interval.as_chunks::<4>().0, place.as_chunks::<4>().0);
        let mut gates = gates.map(|gate| gate.as_chunks_mut::<4>().0);
        for k in 0..TILE / 4 {
            let mut x = [quad.load(&[0.0; 4]); GATES];
            for (x, gate) in x.iter_mut().zip(&gates) {
                *x = quad.load(&gate[k]);
            }
            let mut x = quad.turn(x);
            for j in 0..4 {
                let Row(row) = &rows[interval[k][j] as usize * stride + offset];
                let t = quad.load(&[place[k][j]; 4]);
                let [mut a, mut b] = [quad.load(&row[3][0]), quad.load(&row[3][1])];
                for power in [2, 1, 0] {
                    a = quad.mul_add(a, t, quad.load(&row[power][0]));
                    b = quad.mul_add(b, t, quad.load(&row[power][1]));
                }
                x[j] = quad.mul_add(a, x[j], b);
            }
            for (x, gate) in quad.turn(x).into_iter().zip(&mut gates) {
                gate[k] = quad.store(x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_potential_finds_its_interval() {
        let scale = Scale { range_mv: 100.0, per_mv: 2.0 };
        for v in [-99.9, -65.13, -0.2, 0.1, 33.3, 99.4] {
            let position: f64 = (v + 100.0) * 2.0;
            let (interval, place) = scale.find(v);
            assert_eq!(f64::from(interval), position.floor(), "{v}");
            assert!((place - position.fract()).abs() < 1e-12, "{v}");
        }
        assert_eq!(scale.find(-500.0), (0, 0.0));
        assert_eq!(scale.find(f64::NAN), (0, 0.0));
        let (interval, place) = scale.find(f64::INFINITY);
        assert!(interval == 399 && place > 0.999_99 && place <= 1.0);
    }
}
