//! Receptive fields in space.

mod gabor;
mod gaussians;

pub use gabor::Gabor;
pub use gaussians::{Gaussians, Sign};

use crate::screen::{Grid, Screen};

/// What a cell answers to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// A Gabor function: the drive is linear in the image.
    Simple(Gabor),
    /// A quadrature pair of Gabor functions: the drive is the root of the sum of their squares, so
    /// that an exponent of 2 gives the energy (Adelson & Bergen 1985, doi:10.1364/JOSAA.2.000284).
    Complex(Gabor),
    /// A centre with an antagonistic surround.
    CentreSurround(Gaussians),
}

/// A cell at its place of the visual field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Middle of the receptive field `[degree]`.
    pub center_deg: [f64; 2],
    /// Its form.
    pub cell: Cell,
}

/// Weights of the pixels that a receptive field covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// First column and row in the grid.
    pub first: [usize; 2],
    /// Columns and rows.
    pub shape: [usize; 2],
    /// Row after row from below.
    pub values: Vec<f64>,
}

/// Receptive fields end at so many standard deviations: what lies beyond has 6·10⁻⁵ of the integral
/// of a Gaussian in each direction.
const SUPPORT: f64 = 4.0;

impl Unit {
    /// Linear filters that the cell consists of: one, or two in quadrature.
    pub fn channels(&self) -> usize {
        if matches!(self.cell, Cell::Complex(_)) { 2 } else { 1 }
    }

    /// The receptive field at a place relative to its middle; `channel` 1 is the second of the pair.
    pub fn profile(&self, channel: usize, dx_deg: f64, dy_deg: f64) -> f64 {
        match &self.cell {
            Cell::Simple(gabor) => gabor.at(dx_deg, dy_deg),
            Cell::Complex(gabor) if channel == 0 => gabor.at(dx_deg, dy_deg),
            Cell::Complex(gabor) => gabor.quadrature().at(dx_deg, dy_deg),
            Cell::CentreSurround(gaussians) => gaussians.at(dx_deg, dy_deg),
        }
    }

    /// Answer to the wave `exp(2πi k·x)` about the middle of the field: real and imaginary part.
    pub fn transfer(&self, channel: usize, wave_cpd: [f64; 2]) -> [f64; 2] {
        match &self.cell {
            Cell::Simple(gabor) => gabor.transfer(wave_cpd),
            Cell::Complex(gabor) if channel == 0 => gabor.transfer(wave_cpd),
            Cell::Complex(gabor) => gabor.quadrature().transfer(wave_cpd),
            Cell::CentreSurround(gaussians) => [gaussians.transfer(wave_cpd), 0.0],
        }
    }

    /// Half the width and height of the rectangle that holds the field `[degree]`.
    pub fn extent_deg(&self) -> [f64; 2] {
        match &self.cell {
            Cell::Simple(gabor) | Cell::Complex(gabor) => gabor.extent_deg(SUPPORT),
            Cell::CentreSurround(gaussians) => [SUPPORT * gaussians.widest_deg(); 2],
        }
    }

    /// Integrals of the field over the pixels of a grid, by the midpoint rule: `G(x)·(area of a pixel)`.
    ///
    /// For the smooth fields here the sum over all pixels differs from the integral by no more than
    /// `2 exp(−2π²σ²(1/p − f)²)` for a pitch `p`, a width `σ` and a frequency `f`: 10⁻⁷ for one pixel per
    /// `σ` and `f = 0.1/σ`. Pixels outside the grid do not count.
    pub fn weights(&self, channel: usize, grid: &Grid) -> Weights {
        let (x, y, half) = (grid.x_deg(), grid.y_deg(), self.extent_deg());
        let span = |at: &[f64], axis: usize| {
            let (low, high) =
                (self.center_deg[axis] - half[axis], self.center_deg[axis] + half[axis]);
            let first = at.partition_point(|x| *x < low);
            let end = at.partition_point(|x| *x <= high).max(first);
            (first, end)
        };
        let (columns, rows) = (span(&x, 0), span(&y, 1));
        let area = grid.pitch_deg * grid.pitch_deg;
        let mut values = Vec::with_capacity((columns.1 - columns.0) * (rows.1 - rows.0));
        for y in &y[rows.0..rows.1] {
            for x in &x[columns.0..columns.1] {
                let profile = self.profile(channel, x - self.center_deg[0], y - self.center_deg[1]);
                values.push(profile * area);
            }
        }
        Weights {
            first: [columns.0, rows.0],
            shape: [columns.1 - columns.0, rows.1 - rows.0],
            values,
        }
    }
}

impl Weights {
    /// Sum over the pixels of weights times `image`, an array over the whole grid of `columns` columns.
    pub fn dot(&self, image: &[f64], columns: usize) -> f64 {
        pulp::Arch::new().dispatch(Dot { weights: self, image, columns })
    }
}

/// A dot product with eight partial sums, always added in the same order.
struct Dot<'a> {
    weights: &'a Weights,
    image: &'a [f64],
    columns: usize,
}

impl pulp::WithSimd for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> f64 {
        let Weights { first, shape: [width, _], values } = self.weights;
        let (mut lanes, mut rest) = ([0.0; 8], 0.0);
        for (row, weights) in values.chunks(*(width.max(&1))).enumerate() {
            let begin = (first[1] + row) * self.columns + first[0];
            let image = &self.image[begin..begin + weights.len()];
            let (eights, ends) = (weights.chunks_exact(8), image.chunks_exact(8));
            let others = eights.remainder().iter().zip(ends.remainder());
            for (a, b) in eights.zip(ends) {
                for lane in 0..8 {
                    lanes[lane] += a[lane] * b[lane];
                }
            }
            for (a, b) in others {
                rest += a * b;
            }
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
    }
}

/// Pixels of the grid that covers the fields of all units, and numbers that their weights have, before either is
/// made.
pub fn pixels(screen: &Screen, units: &[Unit]) -> [f64; 2] {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    let (mut weights, pixels) = (0.0, screen.pixels_per_deg);
    for unit in units {
        let half = unit.extent_deg();
        let each = (2.0 * half[0] * pixels + 1.0) * (2.0 * half[1] * pixels + 1.0);
        weights += unit.channels() as f64 * each;
        for axis in 0..2 {
            low[axis] = low[axis].min(unit.center_deg[axis] - half[axis]);
            high[axis] = high[axis].max(unit.center_deg[axis] + half[axis]);
        }
    }
    let side = |axis: usize| ((high[axis] - low[axis]).max(0.0) * pixels).ceil() + 1.0;
    [side(0) * side(1), weights]
}

/// The smallest grid of the screen's pixels that covers the fields of all units.
pub fn covering(screen: &Screen, units: &[Unit]) -> Grid {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for unit in units {
        let half = unit.extent_deg();
        for axis in 0..2 {
            low[axis] = low[axis].min(unit.center_deg[axis] - half[axis]);
            high[axis] = high[axis].max(unit.center_deg[axis] + half[axis]);
        }
    }
    if units.is_empty() { screen.covering([0.0; 2], [0.0; 2]) } else { screen.covering(low, high) }
}
