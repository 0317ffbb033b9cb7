//! Gates of many compartments advanced at once.

use pulp::{Simd, WithSimd};

/// Gates that share a row.
pub(super) const GATES: usize = 4;
/// Compartments that are advanced at a time.
pub(super) const TILE: usize = 64;

/// The coefficients of [`GATES`] gates in one interval: `a` of each, then `b` of each, by power of the
/// place in the interval.
pub(super) type Row = [Coefficients; 4];

/// `a` of [`GATES`] gates, then `b` of each.
pub(super) type Coefficients = [f64; 2 * GATES];

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

/// `a(v)` and `b(v)` of one row of a table for a tile.
pub(super) struct Evaluate<'a> {
    pub(super) scale: Scale,
    /// Rows of all intervals, `stride` of each, of which the one at `offset` is meant.
    pub(super) rows: &'a [Row],
    pub(super) stride: usize,
    pub(super) offset: usize,
    pub(super) v: &'a [f64; TILE],
    pub(super) coefficients: &'a mut [Coefficients; TILE],
}

impl WithSimd for Evaluate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { scale, rows, stride, offset, v, coefficients } = self;
        let (mut interval, mut place) = ([0u32; TILE], [0.0; TILE]);
        for k in 0..TILE {
            (interval[k], place[k]) = scale.find(v[k]);
        }
        for k in 0..TILE {
            coefficients[k] = evaluate(&rows[interval[k] as usize * stride + offset], place[k]);
        }
    }
}

/// `x ← a·x + b` for one gate of a row. Not part of what is compiled for wider vectors: taking the
/// coefficients apart by their gather instructions is slower than one by one.
pub(super) fn relax(x: &mut [f64], gate: usize, coefficients: &[Coefficients; TILE]) {
    for (x, c) in x.iter_mut().zip(coefficients) {
        *x = c[gate % GATES] * *x + c[GATES + gate % GATES];
    }
}

/// All functions of a row at a place.
#[inline(always)]
fn evaluate(row: &Row, t: f64) -> Coefficients {
    let [c0, c1, c2, c3] = row;
    let mut all = *c3;
    for c in [c2, c1, c0] {
        for k in 0..2 * GATES {
            all[k] = all[k] * t + c[k];
        }
    }
    all
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
