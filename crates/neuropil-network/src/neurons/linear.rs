//! Exact propagators of linear membranes over one step, and the peaks of their responses.
//!
//! # Source
//! Rotter & Diesmann (1999), Biol. Cybern. 81:381, doi:10.1007/s004220050570. Written with
//! `exprel(x) = (eˣ − 1)/x`, they have no singularity where a synaptic time constant meets that of
//! the membrane.

use super::columns::numbers;

/// `(eˣ − 1)/x`, with its limit 1 at 0.
pub(super) fn exprel(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.exp_m1() / x }
}

/// `((x − 1) eˣ + 1)/x²`, with its limit ½ at 0.
fn exprel_slope(x: f64) -> f64 {
    if x.abs() > 0.1 {
        return (x.exp() - exprel(x)) / x;
    }
    // Σ (k + 1) xᵏ/(k + 2)!, with the first neglected term below 1e-16.
    let mut term = 0.5;
    let mut sum = 0.0;
    for k in 0..10 {
        sum += f64::from(k + 1) * term;
        term *= x / f64::from(k + 3);
    }
    sum
}

numbers! {
    /// A leaky membrane.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Membrane {
        /// Capacitance `[pF]`.
        pub c_m: f64,
        /// Time constant `[ms]`.
        pub tau_m: f64,
    }
}

impl Membrane {
    /// What is left of V after `h` ms.
    pub fn decay(self, h: f64) -> f64 {
        (-h / self.tau_m).exp()
    }

    /// Rise of V within `h` ms per pA of constant current.
    pub fn per_constant(self, h: f64) -> f64 {
        -self.tau_m / self.c_m * (-h / self.tau_m).exp_m1()
    }

    /// Rise of V within `h` ms per pA at the beginning of `I' = −I/τ`.
    pub fn per_exponential(self, tau: f64, h: f64) -> f64 {
        self.decay(h) * h / self.c_m * exprel(h * (1.0 / self.tau_m - 1.0 / tau))
    }

    /// Rise of V within `h` ms per pA/ms at the beginning of `I'' = −2I'/τ − I/τ²` (I = t·e^(−t/τ)).
    pub fn per_alpha_slope(self, tau: f64, h: f64) -> f64 {
        self.decay(h) * h * h / self.c_m * exprel_slope(h * (1.0 / self.tau_m - 1.0 / tau))
    }

    /// Peak of V caused by `I = e^(−t/τ)` pA.
    pub fn peak_exponential(self, tau: f64) -> f64 {
        let x = self.tau_m / tau - 1.0;
        let scaled = if x == 0.0 { 1.0 } else { x.ln_1p() / x };
        // At the peak the leak balances the current: V/τ_m = I/C, at t = τ_m ln(1 + x)/x.
        self.tau_m / self.c_m * (-scaled * self.tau_m / tau).exp()
    }

    /// Peak of V caused by `I = (e/τ) t e^(−t/τ)` pA.
    ///
    /// With `a = τ_m/τ` and `b = 1/τ − 1/τ_m` the peak is at `t = x/b`, where `eˣ = 1 + a x`; that is
    /// `t = (−W₋₁(−e^(−1/a)/a) − 1/a)/b` in terms of Lambert's function.
    pub fn peak_alpha(self, tau: f64) -> f64 {
        let excess = self.tau_m / tau - 1.0;
        let t = if excess.abs() < 1e-5 {
            self.tau_m * (2.0 - 4.0 / 3.0 * excess)
        } else {
            self.tau_m * exprel_inverse(1.0 + excess) / excess
        };
        let current = std::f64::consts::E * t / tau * (-t / tau).exp();
        self.tau_m / self.c_m * current
    }
}

/// The x with `exprel(x) = a`, for `a > 0`.
fn exprel_inverse(a: f64) -> f64 {
    // For large a, x ≈ ln(a x); for small a, x ≈ −1/a; exprel is convex, so Newton converges.
    let mut x: f64 = if a > 1.0 { 2.0 * (1.0 + a.ln()) } else { -1.0 / a };
    for _ in 0..200 {
        let step = (exprel(x) - a) / exprel_slope(x);
        x -= step;
        if step.abs() <= 1e-15 * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_agree_with_published_values() {
        // Brunel network with alpha currents: C 250 pF, τ_m 20 ms, τ_s 0.5 ms.
        let alpha = Membrane { c_m: 250.0, tau_m: 20.0 }.peak_alpha(0.5);
        assert!((alpha / 0.004_835_553_641_724_627 - 1.0).abs() < 1e-14, "{alpha}");
        // Rostami, Rost, Riehle, van Albada & Nawrot (2024): C 1 pF, τ_s 5 ms.
        let e = Membrane { c_m: 1.0, tau_m: 20.0 }.peak_exponential(5.0);
        assert!((e - 3.149_802_624_7).abs() < 5e-11, "{e}");
        let i = Membrane { c_m: 1.0, tau_m: 10.0 }.peak_exponential(5.0);
        assert!((i - 2.5).abs() < 1e-14, "{i}");
    }

    #[test]
    fn peaks_are_smooth_where_time_constants_meet() {
        let peaks = |tau| {
            let m = Membrane { c_m: 100.0, tau_m: 10.0 };
            [m.peak_exponential(tau), m.peak_alpha(tau)]
        };
        let at = peaks(10.0);
        assert!((at[0] - 0.1 / std::f64::consts::E).abs() < 1e-15);
        assert!((at[1] - 0.2 / std::f64::consts::E).abs() < 1e-15);
        for d in [1e-12, 1e-9, 1e-7, 9.9e-6, 1.01e-5, 1e-4] {
            let (below, above) = (peaks(10.0 * (1.0 - d)), peaks(10.0 * (1.0 + d)));
            for k in 0..2 {
                // The curvature of the peak as a function of ln τ is of the order of the peak.
                assert!((below[k] + above[k] - 2.0 * at[k]).abs() < (d * d + 1e-10) * at[k]);
            }
        }
    }

    #[test]
    fn a_slow_synapse_has_the_peak_that_a_fine_sum_finds() {
        for (tau_m, tau) in [(10.0, 30.0), (10.0, 100.0), (2.0, 0.2), (10.0, 2.0)] {
            let m = Membrane { c_m: 250.0, tau_m };
            let (mut v, mut i, mut slope, h) = (0.0, 0.0, std::f64::consts::E / tau, 1e-3);
            let (mut peak, d) = (0.0, f64::exp(-h / tau));
            while v >= peak {
                peak = v;
                v = m.decay(h) * v
                    + m.per_exponential(tau, h) * i
                    + m.per_alpha_slope(tau, h) * slope;
                i = d * i + h * d * slope;
                slope *= d;
            }
            // The grid misses the peak by at most h/2.
            assert!((m.peak_alpha(tau) / peak - 1.0).abs() < 1e-6, "{tau_m} {tau}");
        }
    }
}
