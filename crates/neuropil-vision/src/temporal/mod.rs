//! What a cell makes of the course of its drive.

mod system;

pub(crate) use system::{Propagator, System};

/// A linear filter in time, with a delay before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temporal {
    /// The filter.
    pub kernel: Kernel,
    /// How much later the drive arrives `[ms]`.
    pub delay_ms: f64,
    /// Whether the drive is half-wave rectified before it is filtered.
    pub rectified: bool,
}

impl Default for Temporal {
    /// The drive as it is.
    fn default() -> Self {
        Self { kernel: Kernel::Instant, delay_ms: 0.0, rectified: false }
    }
}

/// A linear filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// The output is the input.
    Instant,
    /// A density of the gamma distribution: `h(t) = (t/τ)^(n−1) exp(−t/τ)/((n − 1)! τ)`. `n = 1` is a low
    /// pass of first order.
    Gamma(Gamma),
    /// A gamma density minus `weight` times another.
    ///
    /// With equal `τ`, orders `n + 1` and `n + 3` and weight 1 it is the kernel
    /// `(kt)ⁿ exp(−kt)[1/n! − (kt)²/(n + 2)!]` of Adelson & Bergen (1985, doi:10.1364/JOSAA.2.000284).
    Biphasic {
        /// What comes first.
        first: Gamma,
        /// What is taken away.
        second: Gamma,
        /// Integral of the second over that of the first.
        weight: f64,
    },
    /// A low pass with subtractive adaptation: `τ r' = s − r − a`, `τ_a a' = ((1 − F)/F) r − a`. A lasting
    /// drive `s` is answered by `F s` in the end.
    Adapting {
        /// Time constant `τ` `[ms]`.
        tau_ms: f64,
        /// Time constant of the adaptation `τ_a` `[ms]`.
        adaptation_ms: f64,
        /// Share `F` of the answer that remains, above 0 and at most 1.
        fraction: f64,
    },
}

/// A density of the gamma distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    /// Order `n`, 1 to [`MOST_ORDER`].
    pub order: u32,
    /// Time constant `τ` `[ms]`, above 0.
    pub tau_ms: f64,
}

/// Highest order of a gamma density.
pub const MOST_ORDER: u32 = 12;

impl Gamma {
    /// Value at `t_ms` `[1/ms]`.
    pub fn at(&self, t_ms: f64) -> f64 {
        if t_ms < 0.0 {
            return 0.0;
        }
        let z = t_ms / self.tau_ms;
        let factorial: f64 = (1..self.order).map(f64::from).product();
        z.powi(self.order as i32 - 1) * (-z).exp() / (factorial * self.tau_ms)
    }

    /// Its integral up to `t_ms`: `1 − exp(−z) Σ_{k<n} z^k/k!` with `z = t/τ`.
    pub fn step(&self, t_ms: f64) -> f64 {
        if t_ms <= 0.0 {
            return 0.0;
        }
        let z = t_ms / self.tau_ms;
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..self.order {
            term *= z / f64::from(k);
            sum += term;
        }
        1.0 - (-z).exp() * sum
    }

    /// Fourier transform `(1 + 2πi f τ)^−n`: real and imaginary part.
    fn transfer(&self, frequency_hz: f64) -> [f64; 2] {
        let w = std::f64::consts::TAU * frequency_hz * self.tau_ms * 1e-3;
        let n = f64::from(self.order);
        let (amplitude, phase) = ((1.0 + w * w).powf(-0.5 * n), -n * w.atan());
        [amplitude * phase.cos(), amplitude * phase.sin()]
    }
}

impl Kernel {
    /// Answer to a unit step at 0.
    pub fn step(&self, t_ms: f64) -> f64 {
        match self {
            Self::Instant => f64::from(u8::from(t_ms >= 0.0)),
            Self::Gamma(gamma) => gamma.step(t_ms),
            Self::Biphasic { first, second, weight } => {
                first.step(t_ms) - weight * second.step(t_ms)
            }
            Self::Adapting { .. } => {
                let system = System::of(self);
                let mut state = vec![0.0; system.size()];
                system.propagator(t_ms.max(0.0)).advance(&mut state, 1.0);
                system.output(&state, 1.0)
            }
        }
    }

    /// Fourier transform at a frequency: real and imaginary part.
    pub fn transfer(&self, frequency_hz: f64) -> [f64; 2] {
        match self {
            Self::Instant => [1.0, 0.0],
            Self::Gamma(gamma) => gamma.transfer(frequency_hz),
            Self::Biphasic { first, second, weight } => {
                let ([a, b], [c, d]) =
                    (first.transfer(frequency_hz), second.transfer(frequency_hz));
                [a - weight * c, b - weight * d]
            }
            Self::Adapting { tau_ms, adaptation_ms, fraction } => {
                // (1 + iωτ_a) / [(1 + iωτ)(1 + iωτ_a) + (1 − F)/F]
                let w = std::f64::consts::TAU * frequency_hz * 1e-3;
                let (p, q) = (w * tau_ms, w * adaptation_ms);
                let (re, im) = (1.0 - p * q + (1.0 - fraction) / fraction, p + q);
                let norm = re * re + im * im;
                [(re + q * im) / norm, (q * re - im) / norm]
            }
        }
    }
}

impl Temporal {
    /// Gain at a frequency: amplitude of the answer to a sinusoidal drive of amplitude 1.
    pub fn gain(&self, frequency_hz: f64) -> f64 {
        let [re, im] = self.kernel.transfer(frequency_hz);
        re.hypot(im)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNELS: [Kernel; 4] = [
        Kernel::Gamma(Gamma { order: 1, tau_ms: 30.0 }),
        Kernel::Gamma(Gamma { order: 5, tau_ms: 8.0 }),
        Kernel::Biphasic {
            first: Gamma { order: 4, tau_ms: 7.0 },
            second: Gamma { order: 6, tau_ms: 9.0 },
            weight: 0.8,
        },
        Kernel::Adapting { tau_ms: 30.0, adaptation_ms: 500.0, fraction: 0.2 },
    ];

    #[test]
    fn the_propagators_give_the_step_response_in_closed_form() {
        for kernel in &KERNELS[..3] {
            let system = System::of(kernel);
            let step = system.propagator(3.7);
            let mut state = vec![0.0; system.size()];
            for k in 1..80 {
                step.advance(&mut state, 1.0);
                let (found, expected) =
                    (system.output(&state, 1.0), kernel.step(f64::from(k) * 3.7));
                assert!((found - expected).abs() < 1e-13, "{kernel:?} at {k}: {found} {expected}");
            }
        }
    }

    #[test]
    fn adaptation_ends_at_its_fraction_and_obeys_its_equations() {
        let kernel = KERNELS[3];
        assert!((kernel.step(20_000.0) - 0.2).abs() < 1e-12);
        // τ r' + r + a = 1 and its derivative: τ τ_a r'' + (τ + τ_a) r' + r (1 + (1 − F)/F) = 1.
        let h = 0.5;
        for t in [20.0, 90.0, 400.0] {
            let [before, now, after] = [t - h, t, t + h].map(|t| kernel.step(t));
            let (slope, bend) =
                ((after - before) / (2.0 * h), (after - 2.0 * now + before) / (h * h));
            let left = 30.0 * 500.0 * bend + 530.0 * slope + 5.0 * now;
            assert!((left - 1.0).abs() < 1e-3, "{t}: {left}");
        }
    }

    #[test]
    fn the_transform_is_that_of_the_kernel() {
        for kernel in KERNELS {
            for frequency in [0.0, 1.0, 4.0, 17.0] {
                // ∫ h exp(−iωt) dt by parts from the step response, in steps of 0.05 ms.
                let (mut re, mut im, dt) = (0.0, 0.0, 0.05);
                for k in 0..160_000 {
                    let t = f64::from(k) * dt;
                    let jump = kernel.step(t + dt) - kernel.step(t);
                    let angle = std::f64::consts::TAU * frequency * (t + dt / 2.0) * 1e-3;
                    (re, im) = (re + jump * angle.cos(), im - jump * angle.sin());
                    if t > 200.0 && !matches!(kernel, Kernel::Adapting { .. }) && t > 600.0 {
                        break;
                    }
                }
                let expected = kernel.transfer(frequency);
                let error = (re - expected[0]).hypot(im - expected[1]);
                assert!(error < 2e-6, "{kernel:?} at {frequency}: {re} {im} {expected:?}");
            }
        }
    }
}
