//! Modes of a network about its stationary state.

use std::f64::consts::TAU;

use nalgebra::{Complex, DMatrix};
use rayon::prelude::*;

use super::DiffusionNetwork;
use super::response::respond;
use crate::error::{TheoryError, length};
use crate::siegert::Drive;

/// A mode e^{λt} of the linearised network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Growth rate Re λ `[1/ms]`; a positive one means that the stationary state is unstable.
    pub growth_per_ms: f64,
    /// Frequency |Im λ|/2π `[Hz]`.
    pub frequency_hz: f64,
}

impl DiffusionNetwork {
    /// The modes below `up_to_hz` about the stationary rates `rate_hz`, fastest growing first.
    /// Roots of `det(1 − M(λ))` by the secant method (Muller) from starts every 4 Hz.
    /// A network without delays has only the modes of its neurons.
    ///
    /// # Errors
    /// [`TheoryError::Length`] for the rates.
    pub fn modes(&self, rate_hz: &[f64], up_to_hz: f64) -> Result<Vec<Mode>, TheoryError> {
        length("the list of rates", rate_hz.len(), self.neurons.len())?;
        let drives = self.drives(rate_hz);
        let starts = (up_to_hz / 4.0).ceil().max(1.0) as usize;
        let roots: Vec<Option<Complex<f64>>> = (0..starts)
            .into_par_iter()
            .map(|k| {
                let omega = TAU * 1e-3 * (4.0 * k as f64 + 2.0);
                muller(|lambda| self.determinant(&drives, lambda), Complex::new(-0.01, omega))
            })
            .collect();
        let limit = TAU * 1e-3 * up_to_hz;
        let mut found: Vec<Complex<f64>> = Vec::new();
        for root in roots.into_iter().flatten() {
            let root = Complex::new(root.re, root.im.abs());
            // far in the left half plane, determinants lose their digits
            let inside = root.im <= limit && root.re > -1.0 && root.norm() > 1e-6;
            if inside && !found.iter().any(|other| (other - root).norm() < 1e-5) {
                found.push(root);
            }
        }
        found.sort_by(|a, b| b.re.total_cmp(&a.re).then(a.im.total_cmp(&b.im)));
        let mode =
            |root: Complex<f64>| Mode { growth_per_ms: root.re, frequency_hz: 1e3 * root.im / TAU };
        Ok(found.into_iter().map(mode).collect())
    }

    fn determinant(&self, drives: &[Drive], lambda: Complex<f64>) -> Complex<f64> {
        let n = self.neurons.len();
        let mut matrix = DMatrix::<Complex<f64>>::identity(n, n);
        let responses: Vec<_> =
            self.neurons.iter().zip(drives).map(|(n, drive)| respond(n, drive, lambda)).collect();
        for c in &self.couplings {
            let response = responses[c.target];
            // μ and σ² per Hz of the source; the filter of a slow synapse delays its effect
            let per_hz = 1e-3 * self.neurons[c.target].tau_m_ms * c.indegree * c.jump_mv;
            let effect = response.mean * per_hz + response.variance * (per_hz * c.jump_mv);
            matrix[(c.target, c.source)] -=
                effect * (-lambda * c.delay_ms).exp() * self.filter(lambda);
        }
        matrix.determinant()
    }

    /// Transfer of the synaptic current: 1, `1/(1 + λτ)`, `1/(1 + λτ)²`.
    fn filter(&self, lambda: Complex<f64>) -> Complex<f64> {
        use crate::siegert::Psc;
        let one = Complex::new(1.0, 0.0);
        match self.psc {
            Psc::Delta => one,
            Psc::Exponential { tau_ms } => one / (lambda * tau_ms + 1.0),
            Psc::Alpha { tau_ms } => {
                let pole = one / (lambda * tau_ms + 1.0);
                pole * pole
            }
        }
    }
}

/// A root by Muller's method, from three points about a start; `None` if it does not settle.
fn muller(f: impl Fn(Complex<f64>) -> Complex<f64>, start: Complex<f64>) -> Option<Complex<f64>> {
    let h = Complex::new(0.003, 0.0);
    let mut x = [start - h, start + h * Complex::i(), start];
    let mut y = x.map(&f);
    for _ in 0..60 {
        let q = (x[2] - x[1]) / (x[1] - x[0]);
        let one = q + 1.0;
        let a = q * y[2] - q * one * y[1] + q * q * y[0];
        let b = (q * 2.0 + 1.0) * y[2] - one * one * y[1] + q * q * y[0];
        let c = one * y[2];
        let root = (b * b - a * c * 4.0).sqrt();
        let bottom = if (b + root).norm() > (b - root).norm() { b + root } else { b - root };
        let mut step = (x[2] - x[1]) * c * -2.0 / bottom;
        if !step.norm().is_finite() {
            return None;
        }
        // no leaps: the determinant has many roots
        if step.norm() > 0.05 {
            step *= 0.05 / step.norm();
        }
        let next = x[2] + step;
        x = [x[1], x[2], next];
        y = [y[1], y[2], f(next)];
        if step.norm() < 1e-10 {
            return (y[2].norm() < 1e-6).then_some(next);
        }
    }
    None
}
