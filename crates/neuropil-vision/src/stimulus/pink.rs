//! Noise with the amplitude spectrum of natural scenes.

use std::f64::consts::TAU;

use neuropil_core::random::Stream;

use super::{Spot, noise};

/// Random waves whose amplitude falls with spatial frequency as `f^−exponent`: natural scenes have an
/// exponent near 1 (Field 1987, doi:10.1364/JOSAA.4.002379).
///
/// An image is the sum of waves with random directions and phases, and frequencies that are drawn so that
/// equal ranges of `log f` have equally many: a wave of frequency `f` stands for an area of the spectrum
/// that grows as `f²`, so its power is proportional to `f^(2 − 2·exponent)`. Contrast is the standard
/// deviation of the luminance over its mean; luminance is cut off at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct PinkNoise {
    /// Exponent of the amplitude spectrum.
    pub exponent: f64,
    /// Lowest and highest spatial frequency `[cycle/degree]`, both above 0.
    pub band_cpd: [f64; 2],
    /// Mean luminance.
    pub mean: f64,
    /// Root-mean-square contrast.
    pub contrast: f64,
    /// When the next image comes, from the beginning of the stimulus, ascending `[ms]`.
    pub switch_ms: Vec<f64>,
    /// Where random numbers come from.
    pub key: [u32; 2],
}

/// Number of waves of an image.
const WAVES: usize = 300;

impl PinkNoise {
    /// The number of the image that is shown.
    pub(super) fn epoch(&self, t_ms: f64) -> u64 {
        noise::epoch(&self.switch_ms, t_ms)
    }

    pub(super) fn paint(&self, t_ms: f64, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        let waves = self.waves(self.epoch(t_ms));
        let mut sums = vec![0.0; x.len() * y.len()];
        let mut across = vec![(0.0, 0.0); x.len()];
        for [amplitude, kx, ky, phase] in waves {
            for (pair, x) in across.iter_mut().zip(x) {
                *pair = (TAU * kx * x).sin_cos();
            }
            for (row, y) in sums.chunks_mut(x.len().max(1)).zip(y) {
                let (sin, cos) = (TAU * ky * y + phase).sin_cos();
                let (sin, cos) = (amplitude * sin, amplitude * cos);
                for (sum, (sin_x, cos_x)) in row.iter_mut().zip(&across) {
                    *sum += cos_x * cos - sin_x * sin;
                }
            }
        }
        for (k, sum) in sums.iter().enumerate() {
            put(k, Spot::opaque((self.mean * (1.0 + self.contrast * sum)).max(0.0)));
        }
    }

    /// Amplitude, wave vector and phase of the waves; the powers have the sum 1.
    fn waves(&self, image: u64) -> Vec<[f64; 4]> {
        let mut stream = Stream::new(self.key, image);
        let [low, high] = self.band_cpd;
        let mut waves: Vec<[f64; 4]> = (0..WAVES)
            .map(|_| {
                let f = low * (high / low).powf(stream.uniform());
                let (sin, cos) = (TAU * stream.uniform()).sin_cos();
                [f.powf(1.0 - self.exponent), f * cos, f * sin, TAU * stream.uniform()]
            })
            .collect();
        // A wave of amplitude a has the power a²/2.
        let power: f64 = waves.iter().map(|[a, ..]| 0.5 * a * a).sum();
        waves.iter_mut().for_each(|wave| wave[0] /= power.sqrt());
        waves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(exponent: f64) -> PinkNoise {
        let (band_cpd, key) = ([0.05, 2.0], [3, 9]);
        PinkNoise { exponent, band_cpd, mean: 0.5, contrast: 0.2, switch_ms: vec![100.0], key }
    }

    #[test]
    fn the_contrast_is_that_asked_for() {
        let at: Vec<f64> = (0..300).map(|k| f64::from(k) * 0.4).collect();
        let mut values = vec![0.0; at.len() * at.len()];
        noise(1.0).paint(0.0, &at, &at, &mut |k, spot| values[k] = spot.luminance);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        // 120° hold six periods of the longest wave.
        assert!((mean - 0.5).abs() < 0.02 && (sd / 0.1 - 1.0).abs() < 0.1, "{mean} {sd}");
    }

    #[test]
    fn power_falls_with_frequency_as_the_exponent_says() {
        // Natural scenes have equal power in every octave.
        for (exponent, expected) in [(1.0, 1.0), (1.5, 0.5)] {
            let waves = noise(exponent).waves(0);
            let octave = |low: f64| {
                let inside = |w: &&[f64; 4]| (low..2.0 * low).contains(&w[1].hypot(w[2]));
                waves.iter().filter(inside).map(|w| w[0] * w[0]).sum::<f64>()
                    / waves.iter().filter(inside).count() as f64
            };
            let ratio = octave(0.4) / octave(0.2);
            assert!((ratio / expected - 1.0).abs() < 0.1, "{exponent}: {ratio}");
        }
    }
}
