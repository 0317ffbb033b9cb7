//! Response to sinusoidal modulation: gain, phase, vector strength.

use std::f64::consts::TAU;

use crate::error::{AnalysisError, finite, positive};

/// A sinusoid `mean + amplitude · sin(2πft + phase)` fitted to a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sinusoid {
    /// Frequency `[Hz]`, given.
    pub frequency_hz: f64,
    /// Mean, in the unit of the signal.
    pub mean: f64,
    /// Amplitude, ≥ 0, in the unit of the signal.
    pub amplitude: f64,
    /// Phase at t = 0 `[rad]`, in (−π, π].
    pub phase_rad: f64,
    /// Fraction of the variance explained; 0 for a constant signal.
    pub r_squared: f64,
}

/// What a system makes of a sinusoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Output amplitude over input amplitude.
    pub gain: f64,
    /// Output phase minus input phase `[rad]`, in (−π, π]; negative when the output lags.
    pub phase_rad: f64,
}

/// Least-squares fit of a sinusoid of known frequency to a signal sampled at
/// `start_ms + k·dt_ms`. Any number of samples from 3; a whole number of cycles is not needed.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for step or frequency, [`AnalysisError::TooLarge`] for a
/// frequency at or above half the sampling rate, [`AnalysisError::TooShort`] for fewer than 3
/// samples or less than half a cycle, [`AnalysisError::NotFinite`] for a sample.
pub fn fit_sinusoid(
    signal: &[f64],
    start_ms: f64,
    dt_ms: f64,
    frequency_hz: f64,
) -> Result<Sinusoid, AnalysisError> {
    let nyquist = 500.0 / positive("step [ms]", dt_ms)?;
    positive("frequency [Hz]", frequency_hz)?;
    finite("the signal", signal)?;
    if frequency_hz >= nyquist {
        let (found, limit) = (frequency_hz, nyquist);
        return Err(AnalysisError::TooLarge { what: "frequency [Hz]", found, limit });
    }
    let needed = ((500.0 / frequency_hz / dt_ms).ceil() as usize).max(3);
    if signal.len() < needed {
        let what = "the sinusoid";
        return Err(AnalysisError::TooShort { what, needed, found: signal.len() });
    }
    let omega = TAU * frequency_hz * 1e-3;
    let n = signal.len() as f64;
    let centre = signal.iter().sum::<f64>() / n;
    // normal equations for 1, cos, sin about the mean of the signal
    let mut a = [[0.0; 4]; 3];
    let mut total = 0.0;
    for (k, x) in signal.iter().enumerate() {
        let (s, c) = (omega * (start_ms + k as f64 * dt_ms)).sin_cos();
        let row = [1.0, c, s, x - centre];
        for i in 0..3 {
            for j in i..4 {
                a[i][j] += row[i] * row[j];
            }
        }
        total += row[3] * row[3];
    }
    for i in 1..3 {
        for j in 0..i {
            a[i][j] = a[j][i];
        }
    }
    let explained = [a[0][3], a[1][3], a[2][3]];
    let [mean, c, s] = solve3(a);
    let fitted = mean * explained[0] + c * explained[1] + s * explained[2];
    Ok(Sinusoid {
        frequency_hz,
        mean: centre + mean,
        amplitude: c.hypot(s),
        phase_rad: c.atan2(s),
        r_squared: if total > 0.0 { fitted / total } else { 0.0 },
    })
}

/// Gaussian elimination with pivoting on a 3 × 4 augmented matrix.
fn solve3(mut a: [[f64; 4]; 3]) -> [f64; 3] {
    for i in 0..3 {
        let pivot = (i..3).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).unwrap_or(i);
        a.swap(i, pivot);
        for row in i + 1..3 {
            let factor = a[row][i] / a[i][i];
            for j in i..4 {
                a[row][j] -= factor * a[i][j];
            }
        }
    }
    let mut x = [0.0; 3];
    for i in (0..3).rev() {
        let known: f64 = (i + 1..3).map(|j| a[i][j] * x[j]).sum();
        x[i] = (a[i][3] - known) / a[i][i];
    }
    x
}

impl Sinusoid {
    /// Gain and phase of `self` as the answer to `input`; `None` if the input does not vary.
    pub fn response_to(&self, input: &Self) -> Option<Response> {
        (input.amplitude > 0.0).then(|| Response {
            gain: self.amplitude / input.amplitude,
            phase_rad: wrapped(self.phase_rad - input.phase_rad),
        })
    }
}

fn wrapped(angle: f64) -> f64 {
    let turned = angle - TAU * (angle / TAU).round();
    if turned <= -std::f64::consts::PI { turned + TAU } else { turned }
}

/// Locking of spikes to a frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Locking {
    /// Vector strength `|⟨e^{2πift}⟩|`, from 0 to 1. The rate of an inhomogeneous Poisson process
    /// `ν(1 + m sin(2πft + φ))` has m/2.
    pub vector_strength: f64,
    /// Mean phase of the spikes in the cycle `[rad]`, 0 at multiples of the period.
    pub phase_rad: f64,
}

/// Vector strength of spike times at a frequency, without bins; `None` for no spike.
///
/// # Source
/// Goldberg & Brown (1969), J. Neurophysiol. 32:613, doi:10.1152/jn.1969.32.4.613.
pub fn locking(times_ms: &[f64], frequency_hz: f64) -> Option<Locking> {
    if times_ms.is_empty() {
        return None;
    }
    let (mut s, mut c) = (0.0, 0.0);
    for t in times_ms {
        let (sin, cos) = (TAU * frequency_hz * 1e-3 * t).sin_cos();
        s += sin;
        c += cos;
    }
    let vector_strength = s.hypot(c) / times_ms.len() as f64;
    Some(Locking { vector_strength, phase_rad: s.atan2(c) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(mean: f64, amplitude: f64, phase: f64) -> Vec<f64> {
        (0..777)
            .map(|k| mean + amplitude * (TAU * 0.007 * (20.0 + 0.5 * f64::from(k)) + phase).sin())
            .collect()
    }

    #[test]
    fn an_exact_sinusoid_over_a_broken_cycle_is_recovered() {
        for phase in [-3.0, -0.7, 0.0, 1.2, 3.1] {
            let fit = fit_sinusoid(&tone(12.0, 3.5, phase), 20.0, 0.5, 7.0).unwrap();
            assert!((fit.mean - 12.0).abs() < 1e-10 && (fit.amplitude - 3.5).abs() < 1e-10);
            assert!((fit.phase_rad - phase).abs() < 1e-10, "{fit:?}");
            assert!((fit.r_squared - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn a_low_pass_filter_has_its_gain_and_lag() {
        // τ = 10 ms at 20 Hz: gain 1/√(1+(ωτ)²), phase −atan(ωτ); exact response sampled
        let wt = TAU * 20.0 * 0.01;
        let (gain, lag) = (1.0 / (1.0 + wt * wt).sqrt(), wt.atan());
        let at =
            |f: &dyn Fn(f64) -> f64| (0..5000).map(|k| f(0.1 * f64::from(k))).collect::<Vec<_>>();
        let input = at(&|t| 5.0 + 2.0 * (TAU * 0.02 * t + 3.0).sin());
        let output = at(&|t| 5.0 + 2.0 * gain * (TAU * 0.02 * t + 3.0 - lag).sin());
        let fit = |x: &[f64]| fit_sinusoid(x, 0.0, 0.1, 20.0).unwrap();
        let response = fit(&output).response_to(&fit(&input)).unwrap();
        assert!((response.gain - gain).abs() < 1e-10, "{response:?}");
        assert!((response.phase_rad + lag).abs() < 1e-10, "{response:?}");
    }

    #[test]
    fn spikes_at_one_phase_are_locked() {
        let times: Vec<f64> = (0..40).map(|k| 25.0 * f64::from(k) + 5.0).collect();
        let locked = locking(&times, 40.0).unwrap();
        assert!((locked.vector_strength - 1.0).abs() < 1e-12);
        assert!((locked.phase_rad - TAU * 0.2).abs() < 1e-9);
        assert!(locking(&times, 13.0).unwrap().vector_strength < 1e-9);
        assert_eq!(locking(&[], 1.0), None);
    }

    #[test]
    fn vector_strengths_agree_with_scipy() {
        // scipy.signal.vectorstrength(numpy.concatenate(T), 1000 / f); SciPy 1.17.1
        let times: Vec<f64> = crate::test_signals::trains().iter().flatten().copied().collect();
        for (f, strength, phase) in [
            (30.0, 0.012_446_982_615_670_656, -1.242_485_256_349_569_2),
            (52.375, 0.013_068_297_936_148_776, -2.422_514_525_575_376_6),
        ] {
            let found = locking(&times, f).unwrap();
            assert!((found.vector_strength - strength).abs() < 1e-10, "{found:?}");
            assert!((found.phase_rad - phase).abs() < 1e-8, "{found:?}");
        }
    }

    #[test]
    fn too_high_a_frequency_is_refused() {
        let error = fit_sinusoid(&[0.0; 100], 0.0, 1.0, 600.0).unwrap_err();
        assert_eq!(error.to_string(), "frequency [Hz] must be below 500, found 600");
    }
}
