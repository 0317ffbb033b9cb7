//! Sparse and dense noise: squares whose luminance is drawn anew from time to time.

use neuropil_core::random::{Stream, philox};

use super::Spot;

/// How a square gets its luminance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Squares {
    /// Each square is shown with probability `density`, bright or dark with equal chance; elsewhere
    /// is what lies below.
    Sparse {
        /// Probability that a square is shown.
        density: f64,
        /// Luminance of dark and of bright squares.
        luminances: [f64; 2],
    },
    /// Every square has one of two luminances with equal chance.
    Binary {
        /// Luminance of dark and of bright squares.
        luminances: [f64; 2],
    },
    /// Every square has a normally distributed luminance, cut off at 0.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
}

/// Squares on a lattice that has a corner at the middle of the screen.
///
/// What a square shows depends on its place, the number of the image and the key alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    /// Side of a square `[degree]`.
    pub side_deg: f64,
    /// Luminance of the squares.
    pub squares: Squares,
    /// When the next image comes, from the beginning of the stimulus, ascending `[ms]`.
    pub switch_ms: Vec<f64>,
    /// Where random numbers come from.
    pub key: [u32; 2],
}

/// Times at which images change, up to `until_ms`: intervals are normally distributed and at least
/// `1 ms`.
pub fn switches(mean_ms: f64, sd_ms: f64, until_ms: f64, key: [u32; 2]) -> Vec<f64> {
    let mut times = Vec::new();
    let mut t_ms = 0.0;
    for k in 0.. {
        t_ms += (mean_ms + sd_ms * Stream::new(key, k).normal()).max(1.0);
        if t_ms >= until_ms {
            break;
        }
        times.push(t_ms);
    }
    times
}

/// Times that differ by less than this are the same `[ms]`.
const SAME_MS: f64 = 1e-6;

/// The number of the image that is shown `t_ms` after the beginning.
pub(super) fn epoch(switch_ms: &[f64], t_ms: f64) -> u64 {
    switch_ms.partition_point(|at| *at <= t_ms + SAME_MS) as u64
}

impl Noise {
    /// The number of the image that is shown.
    pub(super) fn epoch(&self, t_ms: f64) -> u64 {
        epoch(&self.switch_ms, t_ms)
    }

    pub(super) fn paint(&self, t_ms: f64, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        let epoch = self.epoch(t_ms);
        let index = |at: &f64| (at / self.side_deg).floor() as i32;
        let columns: Vec<i32> = x.iter().map(index).collect();
        let mut row_of = None;
        let mut spots = vec![Spot::NONE; x.len()];
        for (row, y) in y.iter().enumerate() {
            let j = index(y);
            if row_of != Some(j) {
                row_of = Some(j);
                for k in 0..x.len() {
                    let same = k > 0 && columns[k] == columns[k - 1];
                    spots[k] = if same { spots[k - 1] } else { self.square(columns[k], j, epoch) };
                }
            }
            for (column, spot) in spots.iter().enumerate() {
                put(row * x.len() + column, *spot);
            }
        }
    }

    /// The square in column `i` and row `j`.
    fn square(&self, i: i32, j: i32, epoch: u64) -> Spot {
        let counter = [i.cast_unsigned(), j.cast_unsigned(), epoch as u32, (epoch >> 32) as u32];
        let [a, b, ..] = philox(counter, self.key);
        // Uniform in [0, 1).
        let uniform = |bits: u32| f64::from(bits) / 4_294_967_296.0;
        match self.squares {
            Squares::Sparse { density, luminances } => {
                if uniform(a) >= density {
                    return Spot::NONE;
                }
                Spot::opaque(luminances[(b & 1) as usize])
            }
            Squares::Binary { luminances } => Spot::opaque(luminances[(a & 1) as usize]),
            Squares::Normal { mean, sd } => {
                let radius = (-2.0 * (1.0 - uniform(a)).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * uniform(b)).cos();
                Spot::opaque((mean + sd * normal).max(0.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(squares: Squares, t_ms: f64) -> Vec<Spot> {
        let noise = Noise { side_deg: 2.0, squares, switch_ms: vec![50.0, 100.0], key: [1, 2] };
        let at: Vec<f64> = (0..200).map(|k| f64::from(k) - 99.5).collect();
        let mut out = vec![Spot::NONE; at.len() * at.len()];
        noise.paint(t_ms, &at, &at, &mut |k, spot| out[k] = spot);
        out
    }

    #[test]
    fn squares_are_uniform_and_images_last_until_the_switch() {
        let squares = Squares::Binary { luminances: [0.0, 1.0] };
        let first = image(squares, 0.0);
        // Points 0 and 1 share a square of 2 × 2 points.
        for row in (0..200).step_by(2) {
            for column in (0..200).step_by(2) {
                let corner = first[row * 200 + column];
                assert_eq!(corner, first[(row + 1) * 200 + column + 1]);
            }
        }
        assert_eq!(first, image(squares, 49.9));
        assert_ne!(first, image(squares, 50.0));
    }

    #[test]
    fn shares_and_moments_are_those_asked_for() {
        let sparse = image(Squares::Sparse { density: 0.1, luminances: [0.0, 1.0] }, 0.0);
        let shown = sparse.iter().filter(|spot| spot.cover > 0.0).count() as f64 / 4.0;
        let bright =
            sparse.iter().filter(|s| s.cover > 0.0 && s.luminance > 0.5).count() as f64 / 4.0;
        // 10 000 squares: SD 30 of those shown, 16 of the bright ones.
        assert!((shown - 1000.0).abs() < 4.0 * 30.0, "{shown}");
        assert!((bright - shown / 2.0).abs() < 4.0 * 16.0, "{bright} of {shown}");
        let normal = image(Squares::Normal { mean: 0.5, sd: 0.1 }, 0.0);
        let mean = normal.iter().map(|s| s.luminance).sum::<f64>() / 4e4;
        let square = normal.iter().map(|s| (s.luminance - mean).powi(2)).sum::<f64>() / 4e4;
        assert!((mean - 0.5).abs() < 4.0 * 0.001 && (square.sqrt() - 0.1).abs() < 4.0 * 7e-4);
    }

    #[test]
    fn intervals_have_the_mean_asked_for() {
        let times = switches(300.0, 100.0, 300_000.0, [5, 6]);
        assert!(
            (times.len() as f64 - 1000.0).abs() < 4.0 * 1000.0f64.sqrt() / 3.0,
            "{}",
            times.len()
        );
        assert!(times.is_sorted());
    }
}
