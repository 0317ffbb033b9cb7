//! A quantity over time: the current of an electrode, the command of a clamp.

use std::f64::consts::TAU;
use std::sync::Arc;

use neuropil_core::random::{Stream, key};

/// A function of time. A step uses its mean over the step, so that charge is exact whatever the
/// step; the noise is the exception and is held constant over a step.
///
/// ```
/// use neuropil_cable::Waveform;
/// let pulse = Waveform::pulse(0.3, 5.01, 80.0);
/// assert_eq!(pulse.mean(6.0, 6.025), 0.3);
/// assert!((pulse.mean(5.0, 5.025) - 0.3 * 0.6).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Waveform {
    /// Always the same.
    Constant(f64),
    /// A value from a start for a duration `[ms]`, 0 elsewhere.
    Pulse {
        /// Height.
        amplitude: f64,
        /// Beginning `[ms]`.
        start_ms: f64,
        /// Length `[ms]`; may be infinite.
        duration_ms: f64,
    },
    /// `offset + amplitude·sin(2π f (t − start) + phase)` between start and stop, 0 elsewhere.
    Sine {
        /// Mean.
        offset: f64,
        /// Half the height.
        amplitude: f64,
        /// Frequency `[Hz]`.
        frequency_hz: f64,
        /// Phase at the start `[rad]`.
        phase: f64,
        /// Beginning `[ms]`.
        start_ms: f64,
        /// End `[ms]`; may be infinite.
        stop_ms: f64,
    },
    /// Straight lines between (time `[ms]`, value) pairs in order of time; the first value before,
    /// the last after. Two pairs at one time make a jump.
    Lines(Arc<[(f64, f64)]>),
    /// Each value from its time `[ms]` until the next; 0 before the first.
    Steps(Arc<[(f64, f64)]>),
    /// Gaussian noise with exponential autocorrelation (Ornstein & Uhlenbeck 1930), exact for any
    /// step; correlation time 0 draws anew in every step.
    Noise {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        deviation: f64,
        /// Correlation time `[ms]`, ≥ 0.
        tau_ms: f64,
        /// Beginning `[ms]`; 0 before.
        start_ms: f64,
        /// End `[ms]`; 0 after.
        stop_ms: f64,
    },
    /// The sum of others.
    Sum(Vec<Waveform>),
}

impl Waveform {
    /// A pulse of a height from a start for a duration `[ms]`.
    pub const fn pulse(amplitude: f64, start_ms: f64, duration_ms: f64) -> Self {
        Self::Pulse { amplitude, start_ms, duration_ms }
    }

    /// A rise from one value to another between two times `[ms]`, 0 outside.
    pub fn ramp(from: f64, to: f64, start_ms: f64, stop_ms: f64) -> Self {
        Self::Lines([(start_ms, 0.0), (start_ms, from), (stop_ms, to), (stop_ms, 0.0)].into())
    }

    /// A value at every multiple of an interval `[ms]`, joined by straight lines.
    pub fn sampled(interval_ms: f64, values: &[f64]) -> Self {
        Self::Lines(values.iter().enumerate().map(|(k, &v)| (k as f64 * interval_ms, v)).collect())
    }

    /// Mean between two times `[ms]`, `from < to`; noise counts as its mean.
    pub fn mean(&self, from_ms: f64, to_ms: f64) -> f64 {
        let span = to_ms - from_ms;
        match self {
            Self::Constant(value) => *value,
            &Self::Pulse { amplitude, start_ms, duration_ms } => {
                amplitude * share(from_ms, to_ms, start_ms, start_ms + duration_ms)
            }
            &Self::Sine { offset, amplitude, frequency_hz, phase, start_ms, stop_ms } => {
                let (a, b) = (from_ms.max(start_ms), to_ms.min(stop_ms));
                if b <= a {
                    return 0.0;
                }
                let omega = TAU * frequency_hz * 1e-3;
                let half = 0.5 * omega * (b - a);
                let sinc = if half.abs() < 1e-9 { 1.0 } else { half.sin() / half };
                let middle = (omega * (0.5 * (a + b) - start_ms) + phase).sin();
                (offset + amplitude * sinc * middle) * covered(b - a, span)
            }
            Self::Lines(points) => lines_mean(points, from_ms, to_ms),
            Self::Steps(points) => {
                let ends = points.iter().skip(1).map(|p| p.0).chain([f64::INFINITY]);
                points.iter().zip(ends).map(|(p, end)| p.1 * share(from_ms, to_ms, p.0, end)).sum()
            }
            &Self::Noise { mean, start_ms, stop_ms, .. } => {
                mean * share(from_ms, to_ms, start_ms, stop_ms)
            }
            Self::Sum(parts) => parts.iter().map(|part| part.mean(from_ms, to_ms)).sum(),
        }
    }

    /// Times at which it jumps `[ms]`.
    pub(crate) fn jumps_ms(&self) -> Vec<f64> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Pulse { start_ms, duration_ms, .. } => vec![*start_ms, start_ms + duration_ms],
            Self::Sine { start_ms, stop_ms, .. } | Self::Noise { start_ms, stop_ms, .. } => {
                vec![*start_ms, *stop_ms]
            }
            Self::Lines(points) => {
                let jumps = points.windows(2).filter(|w| w[0].0 == w[1].0);
                jumps.map(|w| w[0].0).collect()
            }
            Self::Steps(points) => points.iter().map(|p| p.0).collect(),
            Self::Sum(parts) => parts.iter().flat_map(Self::jumps_ms).collect(),
        }
    }

    /// Every number in it, for a check.
    pub(crate) fn is_sound(&self) -> bool {
        let ordered = |points: &[(f64, f64)]| {
            !points.is_empty()
                && points.iter().all(|p| p.0.is_finite() && p.1.is_finite())
                && points.windows(2).all(|w| w[0].0 <= w[1].0)
        };
        match self {
            Self::Constant(value) => value.is_finite(),
            Self::Pulse { amplitude, start_ms, duration_ms } => {
                amplitude.is_finite() && start_ms.is_finite() && *duration_ms >= 0.0
            }
            Self::Sine { offset, amplitude, frequency_hz, phase, start_ms, stop_ms } => {
                [offset, amplitude, frequency_hz, phase, start_ms].iter().all(|x| x.is_finite())
                    && !stop_ms.is_nan()
            }
            Self::Lines(points) | Self::Steps(points) => ordered(points),
            Self::Noise { mean, deviation, tau_ms, start_ms, stop_ms } => {
                [mean, deviation, tau_ms, start_ms].iter().all(|x| x.is_finite())
                    && *deviation >= 0.0
                    && *tau_ms >= 0.0
                    && !stop_ms.is_nan()
            }
            Self::Sum(parts) => parts.iter().all(Self::is_sound),
        }
    }

    /// The noises within, in order.
    pub(crate) fn noises(&self) -> Vec<&Self> {
        match self {
            Self::Noise { .. } => vec![self],
            Self::Sum(parts) => parts.iter().flat_map(Self::noises).collect(),
            _ => Vec::new(),
        }
    }
}

/// Share of an interval that lies between two times; exactly 1 if all of it does.
fn share(from: f64, to: f64, start: f64, stop: f64) -> f64 {
    covered(to.min(stop) - from.max(start), to - from)
}

/// Rounding of grid times must not turn a whole step into 0.999…
fn covered(part: f64, whole: f64) -> f64 {
    let share = part / whole;
    if share > 1.0 - 1e-9 {
        1.0
    } else if share < 1e-9 {
        0.0
    } else {
        share
    }
}

fn lines_mean(points: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let (first, last) = (points[0], points[points.len() - 1]);
    let mut sum = first.1 * (first.0.min(to) - from).max(0.0);
    sum += last.1 * (to - last.0.max(from)).max(0.0);
    let begin = points.partition_point(|p| p.0 <= from).max(1);
    for pair in points[begin - 1..].windows(2) {
        let ((t0, y0), (t1, y1)) = (pair[0], pair[1]);
        if t0 >= to {
            break;
        }
        let (a, b) = (t0.max(from), t1.min(to));
        if b > a {
            let at = |t: f64| y0 + (y1 - y0) * (t - t0) / (t1 - t0);
            sum += 0.5 * (at(a) + at(b)) * (b - a);
        }
    }
    sum / (to - from)
}

/// A noise that is being drawn, one value per step.
#[derive(Debug, Clone)]
pub(crate) struct NoiseState {
    stream: Stream,
    keep: f64,
    kick: f64,
    start_ms: f64,
    stop_ms: f64,
    now: f64,
}

impl NoiseState {
    /// Noise number `number` of an electrode under a seed.
    pub(crate) fn new(
        noise: &Waveform,
        dt_ms: f64,
        seed: u64,
        electrode: u64,
        number: u64,
    ) -> Self {
        let Waveform::Noise { deviation, tau_ms, start_ms, stop_ms, .. } = *noise else {
            return Self::new(
                &Waveform::Noise {
                    mean: 0.0,
                    deviation: 0.0,
                    tau_ms: 0.0,
                    start_ms: 0.0,
                    stop_ms: 0.0,
                },
                dt_ms,
                seed,
                electrode,
                number,
            );
        };
        let keep = if tau_ms > 0.0 { (-dt_ms / tau_ms).exp() } else { 0.0 };
        let mut stream = Stream::new(key(seed, "electrode noise", number), electrode);
        let now = deviation * stream.normal();
        Self { stream, keep, kick: deviation * (1.0 - keep * keep).sqrt(), start_ms, stop_ms, now }
    }

    /// The value for the step beginning at `t_ms`, and on to the next.
    pub(crate) fn next(&mut self, t_ms: f64) -> f64 {
        let value = self.now;
        self.now = self.keep * self.now + self.kick * self.stream.normal();
        if t_ms + 1e-9 >= self.start_ms && t_ms + 1e-9 < self.stop_ms { value } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_integrals() {
        let waves = [
            Waveform::pulse(2.0, 0.31, 1.0),
            Waveform::ramp(1.0, 3.0, 0.2, 1.7),
            Waveform::Sine {
                offset: 0.5,
                amplitude: 2.0,
                frequency_hz: 300.0,
                phase: 0.3,
                start_ms: 0.1,
                stop_ms: 1.5,
            },
            Waveform::Steps([(0.2, 1.0), (0.9, -1.0)].into()),
        ];
        for wave in waves {
            let whole = wave.mean(0.0, 2.0);
            let n = 4096;
            let fine: f64 = (0..n)
                .map(|k| {
                    wave.mean(
                        f64::from(k) * 2.0 / f64::from(n),
                        f64::from(k + 1) * 2.0 / f64::from(n),
                    )
                })
                .sum::<f64>()
                / f64::from(n);
            assert!((whole - fine).abs() < 1e-9, "{wave:?}: {whole} {fine}"); // additivity
        }
    }

    #[test]
    fn a_ramp_passes_through_its_middle() {
        let ramp = Waveform::ramp(0.0, 1.0, 10.0, 20.0);
        assert!((ramp.mean(14.999, 15.001) - 0.5).abs() < 1e-12);
        assert_eq!(ramp.mean(0.0, 1.0), 0.0);
        assert_eq!(ramp.mean(30.0, 31.0), 0.0);
    }

    #[test]
    fn noise_has_the_moments_asked_for() {
        let noise = Waveform::Noise {
            mean: 0.0,
            deviation: 2.0,
            tau_ms: 1.0,
            start_ms: 0.0,
            stop_ms: f64::INFINITY,
        };
        let mut state = NoiseState::new(&noise, 0.5, 1, 0, 0);
        let n = 40_000;
        let x: Vec<f64> = (0..n).map(|k| state.next(0.5 * f64::from(k))).collect();
        let variance = x.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        let lagged = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / f64::from(n);
        // Four standard errors of about 2·4·√(2/n_eff), n_eff ≈ n/4.
        assert!((variance - 4.0).abs() < 0.15, "{variance}");
        assert!((lagged / variance - (-0.5f64).exp()).abs() < 0.02);
    }
}
