//! Filters: causal low-, high- and band-pass, exponential, moving windows.
//!
//! All take and return as many samples as there are; a signal shorter than a window is filtered by
//! what there is of it.

use std::f64::consts::{PI, TAU};

use crate::error::{AnalysisError, finite, positive};

/// What a Butterworth filter lets through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Band {
    /// Frequencies below `[Hz]`.
    Below(f64),
    /// Frequencies above `[Hz]`.
    Above(f64),
    /// Frequencies between the two `[Hz]`.
    Between(f64, f64),
}

/// A second-order section, direct form II transposed: `b₀ b₁ b₂` over `1 a₁ a₂`.
#[derive(Debug, Clone, Copy)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    fn run(self, signal: &mut [f64]) {
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in signal {
            let y = self.b[0] * *x + s1;
            s1 = self.b[1] * *x - self.a[0] * y + s2;
            s2 = self.b[2] * *x - self.a[1] * y;
            *x = y;
        }
    }
}

/// A causal Butterworth filter of `order` (5 is usual), from rest: amplitude `1/√2` at the corner
/// frequencies, designed by the bilinear transform with corners kept. A band-pass is the low-pass of
/// `order` after the high-pass of `order`.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for a step or frequency, [`AnalysisError::TooLarge`] for a frequency
/// at or above that of Nyquist or an order above 20, [`AnalysisError::NotFinite`].
///
/// # Source
/// Butterworth (1930), Experimental Wireless 7:536.
pub fn butterworth(
    signal: &[f64],
    dt_ms: f64,
    band: Band,
    order: usize,
) -> Result<Vec<f64>, AnalysisError> {
    let dt_s = 1e-3 * positive("time step [ms]", dt_ms)?;
    finite("the signal", signal)?;
    let (found, limit) = (order as f64, 20.0);
    if order > 20 {
        return Err(AnalysisError::TooLarge { what: "order of a filter", found, limit });
    }
    positive("order of a filter", found)?;
    let corner = |hz: f64| {
        let (found, limit) = (positive("corner frequency [Hz]", hz)?, 0.5 / dt_s);
        match found < limit {
            true => Ok((PI * found * dt_s).tan()),
            false => Err(AnalysisError::TooLarge { what: "corner frequency [Hz]", found, limit }),
        }
    };
    let sections = match band {
        Band::Below(hz) => sections(corner(hz)?, order, false),
        Band::Above(hz) => sections(corner(hz)?, order, true),
        Band::Between(low, high) => {
            let (low, high) = (corner(low)?, corner(high)?);
            if low >= high {
                let what = "lower corner [tan(π f dt)]";
                return Err(AnalysisError::TooLarge { what, found: low, limit: high });
            }
            [sections(low, order, true), sections(high, order, false)].concat()
        }
    };
    let mut filtered = signal.to_vec();
    sections.iter().for_each(|section| section.run(&mut filtered));
    Ok(filtered)
}

/// Poles come in pairs at `e^{±iθ}` on the circle of radius `k = tan(π f dt)`; an odd one is real.
fn sections(k: f64, order: usize, high: bool) -> Vec<Section> {
    let mut found = Vec::new();
    for pair in 0..order / 2 {
        let damping = 2.0 * ((2 * pair + 1) as f64 * PI / (2 * order) as f64).sin();
        let norm = 1.0 / (1.0 + damping * k + k * k);
        let a = [2.0 * (k * k - 1.0) * norm, (1.0 - damping * k + k * k) * norm];
        let b = match high {
            true => [norm, -2.0 * norm, norm],
            false => [k * k * norm, 2.0 * k * k * norm, k * k * norm],
        };
        found.push(Section { b, a });
    }
    if order % 2 == 1 {
        let norm = 1.0 / (1.0 + k);
        let a = [(k - 1.0) * norm, 0.0];
        let b = if high { [norm, -norm, 0.0] } else { [k * norm, k * norm, 0.0] };
        found.push(Section { b, a });
    }
    found
}

/// The exponential low-pass `τ dy/dt = x − y`, exact for samples that are held, from the first sample;
/// its weights add up to 1.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the step or the time constant.
pub fn exponential(signal: &[f64], dt_ms: f64, tau_ms: f64) -> Result<Vec<f64>, AnalysisError> {
    let gain =
        -(-positive("time step [ms]", dt_ms)? / positive("time constant [ms]", tau_ms)?).exp_m1();
    let mut y = signal.first().copied().unwrap_or(0.0);
    let step = |x: &f64| {
        y += gain * (x - y);
        y
    };
    Ok(signal.iter().map(step).collect())
}

/// Shapes of moving windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Equal weights.
    Flat,
    /// `½ − ½ cos`.
    Hann,
    /// `0.54 − 0.46 cos`.
    Hamming,
    /// A triangle that is 0 at its ends.
    Bartlett,
    /// `0.42 − ½ cos + 0.08 cos 2`.
    Blackman,
}

impl Shape {
    /// Its weight at `x` from 0 to 1.
    fn at(self, x: f64) -> f64 {
        let cos = |turns: f64| (TAU * turns * x).cos();
        match self {
            Self::Flat => 1.0,
            Self::Hann => 0.5 - 0.5 * cos(1.0),
            Self::Hamming => 0.54 - 0.46 * cos(1.0),
            Self::Bartlett => 1.0 - (2.0 * x - 1.0).abs(),
            Self::Blackman => 0.42 - 0.5 * cos(1.0) + 0.08 * cos(2.0),
        }
    }
}

/// The mean over a centred window of `2 reach + 1` samples, the signal reflected at its ends (the end
/// itself once).
pub fn moving_mean(signal: &[f64], reach: usize, shape: Shape) -> Vec<f64> {
    if reach == 0 || signal.len() < 2 {
        return signal.to_vec();
    }
    let weights: Vec<f64> =
        (0..=2 * reach).map(|k| shape.at(k as f64 / (2 * reach) as f64)).collect();
    let total: f64 = weights.iter().sum();
    let period = 2 * (signal.len() - 1);
    let reflected = |k: usize| {
        // `k` counts from `reach` samples before the beginning.
        let place = (k + period * reach.div_ceil(period) - reach) % period;
        signal[place.min(period - place)]
    };
    (0..signal.len())
        .map(|k| weights.iter().zip(k..).map(|(w, at)| w * reflected(at)).sum::<f64>() / total)
        .collect()
}

/// The quantile `share` (0 the minimum, ½ the median, 1 the maximum) of every centred window of
/// `2 reach + 1` samples, cut off at the ends of the signal; between two samples by a line.
///
/// # Errors
/// [`AnalysisError::TooLarge`] for a share outside of 0 to 1, [`AnalysisError::NotFinite`].
pub fn moving_quantile(
    signal: &[f64],
    reach: usize,
    share: f64,
) -> Result<Vec<f64>, AnalysisError> {
    finite("the signal", signal)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(AnalysisError::TooLarge {
            what: "share of a quantile",
            found: share,
            limit: 1.0,
        });
    }
    let mut sorted: Vec<f64> = Vec::new();
    let place = |sorted: &[f64], value: f64| sorted.partition_point(|other| *other < value);
    let mut found = Vec::with_capacity(signal.len());
    for k in 0..signal.len() + reach {
        if let Some(value) = signal.get(k) {
            sorted.insert(place(&sorted, *value), *value);
        }
        if k > 2 * reach {
            sorted.remove(place(&sorted, signal[k - 2 * reach - 1]));
        }
        if k >= reach {
            let at = share * (sorted.len() - 1) as f64;
            let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
            found.push(below + (above - below) * at.fract());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Origin: scipy 1.17.1, signal.butter and sosfilt, ndimage.convolve1d (mirror), minimum_filter1d,
    // median_filter, of the signal below.
    const LOW: [(usize, f64); 5] = [
        (0, 1.0698076019068e-05),
        (1, 1.0015745910163e-04),
        (7, 2.9729009300333e-02),
        (50, -2.8619932937479e-01),
        (199, -3.7746896117005e-01),
    ];
    const HIGH: [(usize, f64); 5] = [
        (0, 1.7708209054671e-01),
        (1, -3.2754596508229e-01),
        (7, -1.9962249109924e-01),
        (50, 5.0842606927737e-01),
        (199, -4.7779384560373e-01),
    ];
    const BOTH: [(usize, f64); 5] = [
        (0, 1.9965941175536e-04),
        (1, 1.6264907312370e-03),
        (7, 1.3276046838666e-01),
        (50, 9.2206861333658e-01),
        (199, 5.7916144441484e-01),
    ];
    const LOW_OF_SECOND_ORDER: [(usize, f64); 5] = [
        (0, 6.6796000139283e-03),
        (1, 2.5531792878270e-02),
        (7, 4.4747028024802e-01),
        (50, 3.2659476135455e-01),
        (199, 5.5846795205339e-01),
    ];
    const HANN: [(usize, f64); 5] = [
        (0, 4.0132197650638e-01),
        (1, 4.3876756759039e-01),
        (7, 7.4399683216118e-01),
        (50, 5.6254788471901e-01),
        (199, 4.4275532427685e-01),
    ];
    const FLAT: [(usize, f64); 5] = [
        (0, 7.4710405085729e-01),
        (1, 6.9810774849973e-01),
        (7, 3.0315138963897e-01),
        (50, 2.4793504635051e-01),
        (199, 7.4646169414888e-01),
    ];
    const MINIMUM: [(usize, f64); 3] =
        [(5, 8.7446788387768e-02), (60, -1.4784554757850e+00), (194, -2.8730861510284e-01)];
    const MEDIAN: [(usize, f64); 3] =
        [(5, 5.7795922206583e-01), (60, -6.5958248135937e-01), (194, 5.1863699189521e-01)];

    fn signal() -> Vec<f64> {
        (0..200).map(|k| (0.3 * f64::from(k)).sin() + 0.5 * (2.0 * f64::from(k)).cos()).collect()
    }

    #[track_caller]
    fn near(found: &[f64], expected: &[(usize, f64)]) {
        for (k, value) in expected {
            assert!((found[*k] - value).abs() < 1e-9, "{k}: {} for {value}", found[*k]);
        }
    }

    #[test]
    fn butterworth_filters_are_those_of_scipy() {
        let x = signal();
        for (band, expected) in [
            (Band::Below(40.0), LOW),
            (Band::Above(100.0), HIGH),
            (Band::Between(20.0, 80.0), BOTH),
        ] {
            near(&butterworth(&x, 1.0, band, 5).unwrap(), &expected);
        }
        near(&butterworth(&x, 1.0, Band::Below(40.0), 2).unwrap(), &LOW_OF_SECOND_ORDER);
        let message = butterworth(&x, 1.0, Band::Below(500.0), 5).unwrap_err().to_string();
        assert_eq!(message, "corner frequency [Hz] must be below 500, found 500");
        assert!(butterworth(&x, 1.0, Band::Between(80.0, 20.0), 5).is_err());
        assert!(butterworth(&x, 1.0, Band::Below(20.0), 0).is_err());
    }

    #[test]
    fn moving_windows_are_those_of_scipy() {
        let x = signal();
        near(&moving_mean(&x, 5, Shape::Hann), &HANN);
        near(&moving_mean(&x, 7, Shape::Flat), &FLAT);
        near(&moving_quantile(&x, 5, 0.0).unwrap(), &MINIMUM);
        near(&moving_quantile(&x, 5, 0.5).unwrap(), &MEDIAN);
    }

    #[test]
    fn a_constant_passes_through_every_average() {
        let x = vec![3.5; 40];
        for shape in [Shape::Flat, Shape::Hann, Shape::Hamming, Shape::Bartlett, Shape::Blackman] {
            // Windows longer than the signal too.
            for reach in [0, 1, 5, 39, 200] {
                assert!(moving_mean(&x, reach, shape).iter().all(|y| (y - 3.5).abs() < 1e-12));
            }
        }
        assert_eq!(moving_quantile(&x, 50, 0.7).unwrap(), x);
        assert!(exponential(&x, 0.1, 5.0).unwrap().iter().all(|y| (y - 3.5).abs() < 1e-12));
        assert!(moving_quantile(&[], 3, 0.5).unwrap().is_empty());
    }

    #[test]
    fn an_exponential_filter_answers_a_step_exponentially() {
        let mut x = vec![1.0; 101];
        x[0] = 0.0;
        let y = exponential(&x, 0.1, 2.0).unwrap();
        for k in [1, 20, 100] {
            assert!((y[k] - (1.0 - (-0.05 * k as f64).exp())).abs() < 1e-12);
        }
    }
}
