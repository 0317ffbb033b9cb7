//! Firing rates: of a neuron, of a population, over time.

use crate::error::{AnalysisError, length, positive};
use crate::{SpikeTrains, Window};

/// Mean rate of every neuron over the window `[Hz]`.
pub fn per_neuron(trains: &SpikeTrains) -> Vec<f64> {
    let per_spike = 1e3 / trains.window().duration_ms();
    trains.iter().map(|train| train.len() as f64 * per_spike).collect()
}

/// Mean rate over window and neurons `[Hz]`; `None` for no neuron.
pub fn mean(trains: &SpikeTrains) -> Option<f64> {
    let seconds = trains.window().duration_ms() * 1e-3;
    (!trains.is_empty()).then(|| trains.spikes() as f64 / (seconds * trains.len() as f64))
}

/// Number of spikes of each bin of `bin_ms`, from the start of the window. A last bin that does
/// not fit is left out. Times may be in any order.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn counts(times_ms: &[f64], window: Window, bin_ms: f64) -> Result<Vec<f64>, AnalysisError> {
    let bins = window.bins(bin_ms)?;
    let mut counts = vec![0.0; bins];
    for bin in times_ms.iter().filter_map(|&t| window.bin(t, bin_ms, bins)) {
        counts[bin] += 1.0;
    }
    Ok(counts)
}

/// Population rate `n/(N·bin)` of each bin `[Hz]`, per neuron.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width,
/// [`AnalysisError::TooShort`] for no neuron.
pub fn binned(trains: &SpikeTrains, bin_ms: f64) -> Result<Vec<f64>, AnalysisError> {
    if trains.is_empty() {
        return Err(AnalysisError::TooShort { what: "the population", needed: 1, found: 0 });
    }
    let mut rates = counts(trains.times_ms(), trains.window(), bin_ms)?;
    let per_spike = 1e3 / (bin_ms * trains.len() as f64);
    rates.iter_mut().for_each(|rate| *rate *= per_spike);
    Ok(rates)
}

/// A sampled signal convolved with a Gaussian of standard deviation `sigma_ms`, cut at 4 σ and
/// normalised; the signal is mirrored at both ends, so that its sum is kept. The convention of
/// `scipy.ndimage.gaussian_filter1d`. Costs `n · 8σ/dt`.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for either duration.
pub fn smoothed(signal: &[f64], dt_ms: f64, sigma_ms: f64) -> Result<Vec<f64>, AnalysisError> {
    let sigma = positive("width of the Gaussian [ms]", sigma_ms)? / positive("step [ms]", dt_ms)?;
    let n = signal.len();
    if sigma > 3.0 * n as f64 {
        // the lowest harmonic of the mirrored signal is damped by e^{−(πσ/n)²/2} < 1e-19
        let mean = signal.iter().sum::<f64>() / n as f64;
        return Ok(vec![mean; n]);
    }
    let reach = (4.0 * sigma + 0.5) as usize;
    let mut kernel: Vec<f64> =
        (0..=reach).map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp()).collect();
    let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    kernel.iter_mut().for_each(|weight| *weight /= sum);

    let period = 2 * n as i64;
    let mirrored = |index: i64| {
        let folded = index.rem_euclid(period);
        signal[folded.min(period - 1 - folded) as usize]
    };
    let (before, after) = (-(reach as i64)..0, n as i64..(n + reach) as i64);
    let mut padded: Vec<f64> = before.map(mirrored).collect();
    padded.extend_from_slice(signal);
    padded.extend(after.map(mirrored));
    let at = |centre: usize| {
        let (below, above) =
            (&padded[centre - reach..centre], &padded[centre + 1..=centre + reach]);
        let pairs = below.iter().rev().zip(above);
        let wings = kernel[1..].iter().zip(pairs).map(|(weight, (a, b))| weight * (a + b));
        wings.fold(kernel[0] * padded[centre], |sum, term| sum + term)
    };
    Ok((reach..reach + n).map(at).collect())
}

/// Rate of one spike train at times `at_ms`, as a sum of Gaussians of `sigma_ms` (no bins)
/// `[Hz]`. Mass beyond the ends of the record is lost.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the width.
pub fn instantaneous(
    times_ms: &[f64],
    at_ms: &[f64],
    sigma_ms: f64,
) -> Result<Vec<f64>, AnalysisError> {
    positive("width of the Gaussian [ms]", sigma_ms)?;
    let peak = 1e3 / (sigma_ms * std::f64::consts::TAU.sqrt());
    let rate = |t: &f64| {
        times_ms.iter().map(|s| (-0.5 * ((t - s) / sigma_ms).powi(2)).exp()).sum::<f64>() * peak
    };
    Ok(at_ms.iter().map(rate).collect())
}

/// Mean over several signals of equal length, sample by sample (trials, cells).
///
/// # Errors
/// [`AnalysisError::TooShort`] for no signal, [`AnalysisError::Length`] for unequal ones.
pub fn average<S: AsRef<[f64]>>(signals: &[S]) -> Result<Vec<f64>, AnalysisError> {
    let [first, rest @ ..] = signals else {
        return Err(AnalysisError::TooShort { what: "the average", needed: 1, found: 0 });
    };
    let mut mean = first.as_ref().to_vec();
    for signal in rest {
        length("a signal of the average", signal.as_ref().len(), mean.len())?;
        mean.iter_mut().zip(signal.as_ref()).for_each(|(sum, x)| *sum += x);
    }
    mean.iter_mut().for_each(|sum| *sum /= signals.len() as f64);
    Ok(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals;

    #[test]
    fn bins_add_up_to_the_mean_rate() {
        let trains = test_signals::trains();
        assert_eq!(trains.spikes(), 2095); // numpy.concatenate(T).size
        let rates = binned(&trains, 5.0).unwrap();
        let average = rates.iter().sum::<f64>() / rates.len() as f64;
        assert!((average - mean(&trains).unwrap()).abs() < 1e-9);
        assert_eq!(per_neuron(&trains)[0], 52.5);
    }

    #[test]
    fn smoothing_agrees_with_scipy_and_keeps_the_sum() {
        // scipy.ndimage.gaussian_filter1d(x, 3.0)[[0, 1, 5, 500, 999]]; SciPy 1.17.1
        let x = test_signals::two_tones();
        let smooth = smoothed(&x, 0.1, 0.3).unwrap();
        for (index, expected) in [
            (0, 1.089_186_229_227_169),
            (1, 1.093_873_726_591_155_3),
            (5, 1.149_497_410_658_457_5),
            (500, 0.491_771_070_801_969_63),
            (999, -0.316_884_669_074_289_7),
        ] {
            assert!((smooth[index] - expected).abs() < 1e-12, "{index}: {}", smooth[index]);
        }
        let sums = [x, smooth].map(|signal| signal.iter().sum::<f64>());
        assert!((sums[0] - sums[1]).abs() < 1e-9);
    }

    #[test]
    fn smoothing_wider_than_the_signal_gives_its_mean() {
        let smooth = smoothed(&[0.0, 0.0, 3.0], 1.0, 50.0).unwrap();
        assert!(smooth.iter().all(|x| (x - 1.0).abs() < 1e-12), "{smooth:?}");
        assert!(smoothed(&[], 1.0, 1.0).unwrap().is_empty());
    }

    #[test]
    fn smoothing_folds_more_than_once_at_a_short_signal() {
        // scipy.ndimage.gaussian_filter1d([0, 0, 3, 1, 0], 4.0); SciPy 1.17.1
        let smooth = smoothed(&[0.0, 0.0, 3.0, 1.0, 0.0], 1.0, 4.0).unwrap();
        for (found, expected) in smooth.iter().zip(FOLDED) {
            assert!((found - expected).abs() < 1e-12, "{smooth:?}");
        }
    }

    const FOLDED: [f64; 5] = [
        0.7904615853539274,
        0.7941481013676761,
        0.8000290340415492,
        0.8058863108921006,
        0.8094749683447474,
    ];

    #[test]
    fn one_spike_is_one_spike() {
        let at: Vec<f64> = (0..2000).map(|k| 0.1 * f64::from(k)).collect();
        let rate = instantaneous(&[100.0], &at, 5.0).unwrap();
        assert!((rate.iter().sum::<f64>() * 1e-4 - 1.0).abs() < 1e-12);
    }
}
