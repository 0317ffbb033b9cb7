//! The frequency response of a linear system from its answer to a step.

/// A response at one frequency: how large, how late.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Amplitude of the response to an oscillation of amplitude 1.
    pub magnitude: f64,
    /// Its phase `[°]`, in (−180, 180]; negative where it lags.
    pub phase_deg: f64,
}

/// The response to `sin(2π f t)` of a linear system that answers `step[n]` at time `n·step_ms` to a
/// unit step at time 0.
///
/// `Z(f) = ∫ s'(t) e^(−2πjft) dt` with `s` taken as straight between samples and constant after the
/// last, so that `Z(0)` is the last sample less the first. The error falls with the square of the
/// sampling interval.
///
/// # Shapes
/// `step` has one value per sample; the first is the state before the step.
///
/// ```
/// use neuropil_analysis::impedance::gain;
/// // R (1 − e^(−t/τ)) is the step response of R / (1 + jωτ).
/// let (r, tau, dt) = (80.0, 12.0, 0.025);
/// let step: Vec<f64> = (0..20_000).map(|n| r * (1.0 - (-f64::from(n) * dt / tau).exp())).collect();
/// let corner_hz = 1e3 / (std::f64::consts::TAU * tau);
/// let found = gain(&step, dt, corner_hz);
/// assert!((found.magnitude / (r / 2f64.sqrt()) - 1.0).abs() < 1e-6);
/// assert!((found.phase_deg + 45.0).abs() < 1e-4);
/// ```
pub fn gain(step: &[f64], step_ms: f64, frequency_hz: f64) -> Gain {
    let turn = std::f64::consts::TAU * frequency_hz * 1e-3 * step_ms;
    let half = 0.5 * turn;
    let sinc = if half.abs() < 1e-9 { 1.0 } else { half.sin() / half };
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (n, pair) in step.windows(2).enumerate() {
        let (sin, cos) = (turn * (n as f64 + 0.5)).sin_cos();
        let rise = pair[1] - pair[0];
        real += rise * cos;
        imaginary -= rise * sin;
    }
    Gain {
        magnitude: sinc.abs() * f64::hypot(real, imaginary),
        phase_deg: f64::atan2(sinc.signum() * imaginary, sinc.signum() * real).to_degrees(),
    }
}

#[cfg(test)]
mod tests {
    use super::gain;

    #[test]
    fn a_resonance_is_where_its_equation_puts_it() {
        // 1 / (1 − (f/f0)² + j f/(Q f0)): step response of an underdamped oscillator.
        let (f0, q, dt) = (40.0, 2.5, 0.02);
        let omega = std::f64::consts::TAU * f0 * 1e-3;
        let decay = omega / (2.0 * q);
        let free = (omega * omega - decay * decay).sqrt();
        let step: Vec<f64> = (0..50_000)
            .map(|n| {
                let t = f64::from(n) * dt;
                let swing = (free * t).cos() + decay / free * (free * t).sin();
                1.0 - (-decay * t).exp() * swing
            })
            .collect();
        for f in [1.0, 20.0, 40.0, 60.0, 200.0] {
            let x: f64 = f / f0;
            let (real, imaginary) = (1.0 - x * x, x / q);
            let found = gain(&step, dt, f);
            let magnitude = 1.0 / real.hypot(imaginary);
            let phase = -imaginary.atan2(real).to_degrees();
            assert!((found.magnitude / magnitude - 1.0).abs() < 1e-4, "{f}: {found:?}");
            assert!((found.phase_deg - phase).abs() < 1e-2, "{f}: {found:?}");
        }
        assert!((gain(&step, dt, 0.0).magnitude - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_answers_with_nothing() {
        assert_eq!(gain(&[], 0.1, 10.0).magnitude, 0.0);
        assert_eq!(gain(&[3.0; 5], 0.1, 10.0).magnitude, 0.0);
    }
}
