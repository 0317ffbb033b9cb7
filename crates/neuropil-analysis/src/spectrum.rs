//! Power spectral density by Welch's method, and its peak.

use std::ops::RangeInclusive;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::descriptive::mean;
use crate::error::{AnalysisError, positive};

/// A one-sided power spectral density.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Frequencies `[Hz]`, from 0 to at most half the sampling rate, evenly spaced.
    pub frequency_hz: Vec<f64>,
    /// Density at each frequency, `[unit²/Hz]` for a signal in `unit`. Its integral is the
    /// variance of the signal.
    pub density: Vec<f64>,
}

/// The largest value of a spectrum within a band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Where, by a parabola through the logarithms of the highest value and its neighbours `[Hz]`.
    pub frequency_hz: f64,
    /// Density at the highest frequency bin.
    pub density: f64,
    /// That density over the mean density in the band: near 1 when there is no rhythm.
    pub prominence: f64,
}

/// Welch's estimate for a signal sampled every `dt_ms`: segments of `segment` samples that overlap
/// by half (rounded down), each freed of its mean and weighted by a periodic Hann window;
/// periodograms averaged. The convention of `scipy.signal.welch`.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the step, [`AnalysisError::TooShort`] if the signal has fewer
/// samples than a segment or a segment fewer than 2.
///
/// # Source
/// Welch (1967), IEEE Trans. Audio Electroacoust. 15:70, doi:10.1109/TAU.1967.1161901.
///
/// ```
/// use neuropil_analysis::spectrum::welch;
/// // 40 Hz, sampled at 1 kHz for 4 s
/// let x: Vec<f64> = (0..4000).map(|k| (0.08 * std::f64::consts::PI * k as f64).sin()).collect();
/// let peak = welch(&x, 1.0, 1000)?.peak(1.0..=200.0).unwrap();
/// assert!((peak.frequency_hz - 40.0).abs() < 1e-6);
/// # Ok::<(), neuropil_analysis::AnalysisError>(())
/// ```
pub fn welch(signal: &[f64], dt_ms: f64, segment: usize) -> Result<Spectrum, AnalysisError> {
    let rate_hz = 1e3 / positive("step [ms]", dt_ms)?;
    if segment < 2 {
        return Err(AnalysisError::TooShort { what: "a segment", needed: 2, found: segment });
    }
    if signal.len() < segment {
        let found = signal.len();
        return Err(AnalysisError::TooShort { what: "the spectrum", needed: segment, found });
    }
    let step = std::f64::consts::TAU / segment as f64;
    let window: Vec<f64> = (0..segment).map(|k| 0.5 - 0.5 * (step * k as f64).cos()).collect();
    let scale = 1.0 / (rate_hz * window.iter().map(|w| w * w).sum::<f64>());
    let fft = FftPlanner::new().plan_fft_forward(segment);
    let bins = segment / 2 + 1;
    let mut density = vec![0.0; bins];
    let mut segments = 0.0;
    let mut buffer = vec![Complex::default(); segment];
    for start in (0..=signal.len() - segment).step_by(segment - segment / 2) {
        let piece = &signal[start..start + segment];
        let mu = piece.iter().sum::<f64>() / segment as f64;
        for ((slot, x), w) in buffer.iter_mut().zip(piece).zip(&window) {
            *slot = Complex::new((x - mu) * w, 0.0);
        }
        fft.process(&mut buffer);
        density.iter_mut().zip(&buffer).for_each(|(sum, c)| *sum += c.norm_sqr());
        segments += 1.0;
    }
    for (k, value) in density.iter_mut().enumerate() {
        let both_sides = if k == 0 || 2 * k == segment { 1.0 } else { 2.0 };
        *value *= both_sides * scale / segments;
    }
    let frequency_hz = (0..bins).map(|k| k as f64 * rate_hz / segment as f64).collect();
    Ok(Spectrum { frequency_hz, density })
}

impl Spectrum {
    /// The peak within a band `[Hz]`; `None` if no frequency lies in it or nothing varies there.
    pub fn peak(&self, band_hz: RangeInclusive<f64>) -> Option<Peak> {
        let inside: Vec<usize> =
            (0..self.density.len()).filter(|&k| band_hz.contains(&self.frequency_hz[k])).collect();
        let &top = inside.iter().max_by(|&&a, &&b| self.density[a].total_cmp(&self.density[b]))?;
        let average = mean(&inside.iter().map(|&k| self.density[k]).collect::<Vec<_>>())?;
        if average <= 0.0 {
            return None;
        }
        let spacing = self.frequency_hz.get(1).copied().unwrap_or(0.0);
        Some(Peak {
            frequency_hz: self.frequency_hz[top] + spacing * self.shift(top),
            density: self.density[top],
            prominence: self.density[top] / average,
        })
    }

    /// Vertex of the parabola through three log densities, in bins from the middle one.
    fn shift(&self, top: usize) -> f64 {
        let neighbours = top.checked_sub(1).and_then(|below| self.density.get(below..top + 2));
        let Some(&[below, at, above]) = neighbours else { return 0.0 };
        if below <= 0.0 || above <= 0.0 {
            return 0.0;
        }
        let [below, at, above] = [below, at, above].map(f64::ln);
        let bend = below - 2.0 * at + above;
        if bend < 0.0 { (0.5 * (below - above) / bend).clamp(-0.5, 0.5) } else { 0.0 }
    }

    /// Power in a band: the integral of the density over it, by the rectangle rule `[unit²]`.
    pub fn power(&self, band_hz: RangeInclusive<f64>) -> f64 {
        let spacing = self.frequency_hz.get(1).copied().unwrap_or(0.0);
        let pairs = self.frequency_hz.iter().zip(&self.density);
        pairs.filter(|(f, _)| band_hz.contains(*f)).map(|(_, d)| d * spacing).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals;

    #[test]
    fn density_agrees_with_scipy() {
        // scipy.signal.welch(x, fs=1000.0, nperseg=256)[1][[0, 1, 13, 31, 100, 128]]; SciPy 1.17.1
        let x = test_signals::two_tones();
        let even = welch(&x, 1.0, 256).unwrap();
        assert_eq!(even.frequency_hz[13], 50.78125);
        for (bin, expected) in [
            (0, 1.897_309_223_011_616_6e-5),
            (1, 7.337_206_638_251_505e-6),
            (13, 0.080_515_554_941_451_25),
            (31, 0.019_306_694_489_331_724),
            (100, 6.021_274_372_731_277e-6),
            (128, 2.711_875_207_426_139e-6),
        ] {
            let relative = even.density[bin] / expected - 1.0;
            assert!(relative.abs() < 1e-9, "bin {bin}: {}", even.density[bin]);
        }
        // the same with nperseg=255: [[0, 1, 13, 31, 100, 127]]
        let odd = welch(&x, 1.0, 255).unwrap();
        for (bin, expected) in [
            (0, 3.251_394_787_445_538_4e-5),
            (13, 0.077_839_291_713_340_53),
            (100, 7.508_480_507_716_434e-6),
            (127, 8.765_403_366_701_297e-6),
        ] {
            let relative = odd.density[bin] / expected - 1.0;
            assert!(relative.abs() < 1e-9, "bin {bin}: {}", odd.density[bin]);
        }
    }

    #[test]
    fn power_of_a_tone_is_half_its_squared_amplitude() {
        let tone: Vec<f64> = (0..8192)
            .map(|k| 3.0 * (std::f64::consts::TAU * 0.0625 * f64::from(k)).sin())
            .collect();
        let spectrum = welch(&tone, 0.5, 1024).unwrap();
        assert!((spectrum.power(0.0..=1000.0) - 4.5).abs() < 1e-9);
        let peak = spectrum.peak(10.0..=500.0).unwrap();
        assert!((peak.frequency_hz - 125.0).abs() < 1e-9 && peak.prominence > 50.0, "{peak:?}");
        assert_eq!(spectrum.peak(2000.0..=3000.0), None);
    }

    #[test]
    fn peak_between_two_bins_is_interpolated() {
        let tone: Vec<f64> =
            (0..20_000).map(|k| (std::f64::consts::TAU * 0.0534 * f64::from(k)).sin()).collect();
        let peak = welch(&tone, 1.0, 500).unwrap().peak(5.0..=400.0).unwrap();
        assert!((peak.frequency_hz - 53.4).abs() < 0.05, "{peak:?}"); // bins are 2 Hz apart
    }

    #[test]
    fn a_signal_shorter_than_a_segment_is_refused() {
        let message = welch(&[0.0; 100], 1.0, 256).unwrap_err().to_string();
        assert_eq!(message, "the spectrum needs at least 256 values, found 100");
    }
}
