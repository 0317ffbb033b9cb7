//! Gates of many compartments advanced at once.

use pulp::{Simd, WithSimd};

/// Gates that share a row.
pub(super) const GATES: usize = 4;
/// Compartments that are advanced at a time.
pub(super) const TILE: usize = 64;

/// The coefficients of [`GATES`] gates in one interval: `a` of each, then `b` of each, by power of the
/// place in the interval.
pub(super) type Row = [[f64; 2 * GATES]; 4];

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

/// One row of a table at work on a tile: `x ← a(v)·x + b(v)`.
pub(super) struct Advance<'a> {
    pub(super) scale: Scale,
    /// Rows of all intervals, `stride` of each, of which the one at `offset` is meant.
    pub(super) rows: &'a [Row],
    pub(super) stride: usize,
    pub(super) offset: usize,
    pub(super) v: &'a [f64; TILE],
    pub(super) gates: &'a mut [[f64; TILE]; GATES],
}

impl WithSimd for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { scale, rows, stride, offset, v, gates } = self;
        let (mut interval, mut place) = ([0u32; TILE], [0.0; TILE]);
        for k in 0..TILE {
            (interval[k], place[k]) = scale.find(v[k]);
        }
        let [m, h, n, q] = gates;
        let (intervals, places) = (interval.as_chunks::<4>().0, place.as_chunks::<4>().0);
        let (m, h) = (m.as_chunks_mut::<4>().0, h.as_chunks_mut::<4>().0);
        let (n, q) = (n.as_chunks_mut::<4>().0, q.as_chunks_mut::<4>().0);
        for c in 0..TILE / 4 {
            let old = [m[c], h[c], n[c], q[c]];
            let mut new = [[0.0; GATES]; 4];
            for k in 0..4 {
                let row = &rows[intervals[c][k] as usize * stride + offset];
                let x = [old[0][k], old[1][k], old[2][k], old[3][k]];
                new[k] = relaxed(row, places[c][k], x);
            }
            m[c] = [new[0][0], new[1][0], new[2][0], new[3][0]];
            h[c] = [new[0][1], new[1][1], new[2][1], new[3][1]];
            n[c] = [new[0][2], new[1][2], new[2][2], new[3][2]];
            q[c] = [new[0][3], new[1][3], new[2][3], new[3][3]];
        }
    }
}

#[inline(always)]
fn relaxed(row: &Row, t: f64, x: [f64; GATES]) -> [f64; GATES] {
    let [c0, c1, c2, c3] = row;
    let mut both = *c3;
    for k in 0..2 * GATES {
        both[k] = both[k] * t + c2[k];
    }
    for k in 0..2 * GATES {
        both[k] = both[k] * t + c1[k];
    }
    for k in 0..2 * GATES {
        both[k] = both[k] * t + c0[k];
    }
    let mut new = x;
    for k in 0..GATES {
        new[k] = both[k] * new[k] + both[GATES + k];
    }
    new
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
