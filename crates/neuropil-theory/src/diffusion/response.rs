//! Linear response of the rate to slow or fast modulation of its input.
//!
//! For a perturbation e^{λt} and s = λτ_m, with U the solution of the first line that does not grow at
//! −∞ (a parabolic cylinder function), primes for d/dy, y_θ and y_r the reduced threshold and reset:
//!
//! ```text
//! ½ U″ − y U′ − s U = 0
//! R_μ  = ν/(σ(1 + s)) · [U′(y_θ) − q U′(y_r)]/[U(y_θ) − q U(y_r)] ,       q = e^{−λ t_ref}
//! R_σ² = ν/(2σ²(2 + s)) · [U″(y_θ) − q U″(y_r)]/[U(y_θ) − q U(y_r)]
//! ```
//!
//! Their limits at λ = 0 are the derivatives of the stationary rate.
//!
//! # Source
//! Brunel & Hakim (1999), Neural Comput. 11:1621, doi:10.1162/089976699300016179; Brunel, Chance,
//! Fourcaud & Abbott (2001), Phys. Rev. Lett. 86:2186, doi:10.1103/PhysRevLett.86.2186.

use nalgebra::Complex;

use crate::siegert::{Drive, Lif};

/// Response of the rate at one λ.
#[derive(Debug, Clone, Copy)]
pub(super) struct RateResponse {
    /// To the mean μ `[Hz/mV]`.
    pub(super) mean: Complex<f64>,
    /// To the variance σ² `[Hz/mV²]`.
    pub(super) variance: Complex<f64>,
}

/// Responses at λ `[1/ms]`, which must not be 0.
pub(super) fn respond(neuron: &Lif, drive: &Drive, lambda: Complex<f64>) -> RateResponse {
    let s = lambda * neuron.tau_m_ms;
    let [top, bottom] = neuron.bounds(drive);
    let (at_top, at_bottom) = solutions(s, bottom, top);
    let q = (-lambda * neuron.t_ref_ms).exp();
    let ratio = |k: usize| (at_top[k] - q * at_bottom[k]) / (at_top[0] - q * at_bottom[0]);
    let rate = neuron.rate_hz(drive);
    let sigma = drive.sigma_mv;
    RateResponse {
        mean: ratio(1) / (s + 1.0) * (rate / sigma),
        variance: ratio(2) / (s + 2.0) * (rate / (2.0 * sigma * sigma)),
    }
}

type Jet = [Complex<f64>; 3];

/// (U, U′, U″) at `top` and at `bottom`, by the classical Runge–Kutta scheme from far below, where
/// `U ∝ |y|^{−s}`. The other solution, which grows towards −∞ like e^{y²}, dies out on the way up.
fn solutions(s: Complex<f64>, bottom: f64, top: f64) -> (Jet, Jet) {
    let start = bottom.min(0.0) - 6.0;
    let second = |y: f64, u: Complex<f64>, du: Complex<f64>| (du * y + s * u) * 2.0;
    let mut y = start;
    let mut state = [Complex::new(1.0, 0.0), s / start.abs()];
    let mut at_bottom = None;
    for end in [bottom, top] {
        // fine enough for growth with e^{y²} and with e^{√(2|s|) y}
        let pace = 2.0 * start.abs().max(end.abs()) + (2.0 * s.norm()).sqrt();
        let steps = (((end - y) * pace * 20.0).ceil() as usize).max(1);
        let h = (end - y) / steps as f64;
        let from = y;
        for k in 0..steps {
            y = from + k as f64 * h;
            let slope = |dy: f64, [u, du]: [Complex<f64>; 2]| [du, second(y + dy, u, du)];
            let moved = |[u, du]: [Complex<f64>; 2], [a, b]: [Complex<f64>; 2], x: f64| {
                [u + a * x, du + b * x]
            };
            let k1 = slope(0.0, state);
            let k2 = slope(0.5 * h, moved(state, k1, 0.5 * h));
            let k3 = slope(0.5 * h, moved(state, k2, 0.5 * h));
            let k4 = slope(h, moved(state, k3, h));
            for (k, weight) in [(k1, 1.0), (k2, 2.0), (k3, 2.0), (k4, 1.0)] {
                state = moved(state, k, weight * h / 6.0);
            }
            // only ratios matter: one factor for all keeps large numbers in range
            let size = state[0].norm();
            if size > 1e100 {
                state = state.map(|z| z / size);
                at_bottom = at_bottom.map(|jet: Jet| jet.map(|z| z / size));
            }
        }
        y = end;
        let jet = [state[0], state[1], second(end, state[0], state[1])];
        match at_bottom {
            None => at_bottom = Some(jet),
            Some(at_bottom) => return (jet, at_bottom),
        }
    }
    ([Complex::new(f64::NAN, 0.0); 3], [Complex::new(f64::NAN, 0.0); 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neuron() -> Lif {
        Lif {
            tau_m_ms: 20.0,
            capacitance_pf: 250.0,
            e_leak_mv: 0.0,
            v_threshold_mv: 20.0,
            v_reset_mv: 10.0,
            t_ref_ms: 2.0,
        }
    }

    #[test]
    fn slow_modulation_follows_the_stationary_rate() {
        for (mean_mv, sigma_mv) in [(15.0, 5.0), (18.0, 2.0), (25.0, 8.0)] {
            let drive = Drive { mean_mv, sigma_mv, filter_ms: 0.0 };
            let slow = respond(&neuron(), &drive, Complex::new(1e-7, 0.0));
            let rate = |mean_mv: f64, variance: f64| {
                neuron().rate_hz(&Drive { mean_mv, sigma_mv: variance.sqrt(), filter_ms: 0.0 })
            };
            let (v, h) = (sigma_mv * sigma_mv, 1e-4);
            let by_mean = (rate(mean_mv + h, v) - rate(mean_mv - h, v)) / (2.0 * h);
            let by_variance = (rate(mean_mv, v + h) - rate(mean_mv, v - h)) / (2.0 * h);
            assert!((slow.mean.re / by_mean - 1.0).abs() < 1e-4, "{slow:?} {by_mean}");
            assert!((slow.variance.re / by_variance - 1.0).abs() < 1e-4, "{slow:?} {by_variance}");
        }
    }

    #[test]
    fn fast_modulation_falls_as_the_inverse_root_and_a_constant() {
        // R_μ → ν/σ √(2/(ωτ)) e^{−iπ/4}; R_σ² → ν/σ² (Lindner & Schimansky-Geier 2001)
        let drive = Drive { mean_mv: 15.0, sigma_mv: 5.0, filter_ms: 0.0 };
        let rate = neuron().rate_hz(&drive);
        let omega = 400.0;
        let fast = respond(&neuron(), &drive, Complex::new(0.0, omega));
        let expected = rate / 5.0 * (2.0 / (omega * 20.0)).sqrt();
        assert!((fast.mean.norm() / expected - 1.0).abs() < 0.05, "{fast:?} {expected}");
        assert!((fast.mean.arg() + std::f64::consts::FRAC_PI_4).abs() < 0.05, "{fast:?}");
        assert!((fast.variance.re / (rate / 25.0) - 1.0).abs() < 0.05, "{fast:?}");
    }
}
