//! How irregular spike trains are: intervals, CV, CV2, LV, Fano factor.
//!
//! A Poisson process has CV = CV2 = LV = Fano factor = 1 (in the mean), a clock 0.

use crate::descriptive::{mean, moments};
use crate::error::AnalysisError;
use crate::{SpikeTrains, rate};

/// Intervals between successive spikes `[ms]`; empty for fewer than two.
pub fn intervals_ms(train: &[f64]) -> Vec<f64> {
    train.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Coefficient of variation `σ/μ` of intervals, `σ² = Σ(x−μ)²/n`; `None` for fewer than two.
///
/// # Source
/// Cox & Lewis (1966), *The Statistical Analysis of Series of Events*.
pub fn cv(intervals_ms: &[f64]) -> Option<f64> {
    let m = moments(intervals_ms).filter(|m| m.count >= 2 && m.mean > 0.0)?;
    Some(m.sd / m.mean)
}

/// Local coefficient of variation `⟨2|I₂−I₁|/(I₂+I₁)⟩` of successive intervals, which slow
/// changes of rate leave alone; `None` for fewer than two intervals.
///
/// # Source
/// Holt, Softky, Koch & Douglas (1996), J. Neurophysiol. 75:1806, doi:10.1152/jn.1996.75.5.1806.
pub fn cv2(intervals_ms: &[f64]) -> Option<f64> {
    successive(intervals_ms, |a, b| 2.0 * (b - a).abs() / (a + b))
}

/// Local variation `⟨3(I₂−I₁)²/(I₂+I₁)²⟩` of successive intervals; `None` for fewer than two.
///
/// # Source
/// Shinomoto, Shima & Tanji (2003), Neural Comput. 15:2823, doi:10.1162/089976603322518759.
pub fn lv(intervals_ms: &[f64]) -> Option<f64> {
    successive(intervals_ms, |a, b| 3.0 * ((b - a) / (a + b)).powi(2))
}

fn successive(intervals: &[f64], f: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let terms: Vec<f64> =
        intervals.windows(2).filter(|p| p[0] + p[1] > 0.0).map(|p| f(p[0], p[1])).collect();
    mean(&terms)
}

/// Irregularity of a population: means over its neurons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Irregularity {
    /// Neurons with enough intervals, over which the means go.
    pub neurons: usize,
    /// Mean of [`cv`].
    pub cv: f64,
    /// Standard deviation of [`cv`] over neurons.
    pub cv_sd: f64,
    /// Mean of [`cv2`].
    pub cv2: f64,
    /// Mean of [`lv`].
    pub lv: f64,
}

/// Mean irregularity over the neurons that have at least `min_intervals` intervals (2 at the
/// least; 3 is usual); `None` if there is no such neuron.
pub fn of_population(trains: &SpikeTrains, min_intervals: usize) -> Option<Irregularity> {
    let [mut cvs, mut cv2s, mut lvs] = [const { Vec::new() }; 3];
    for train in trains.iter().filter(|train| train.len() > min_intervals.max(2)) {
        let intervals = intervals_ms(train);
        cvs.extend(cv(&intervals));
        cv2s.extend(cv2(&intervals));
        lvs.extend(lv(&intervals));
    }
    let m = moments(&cvs)?;
    let (cv2, lv) = (mean(&cv2s)?, mean(&lvs)?);
    Some(Irregularity { neurons: m.count, cv: m.mean, cv_sd: m.sd, cv2, lv })
}

/// Fano factor `Var(n)/⟨n⟩` of counts, variance over *n*; `None` without counts or spikes.
///
/// # Source
/// Fano (1947), Phys. Rev. 72:26, doi:10.1103/PhysRev.72.26.
pub fn fano(counts: &[f64]) -> Option<f64> {
    let m = moments(counts).filter(|m| m.mean > 0.0)?;
    Some(m.sd * m.sd / m.mean)
}

/// Fano factor of the neurons' spike counts over the window: how much neurons (or trials, one
/// train each) differ.
pub fn fano_over_neurons(trains: &SpikeTrains) -> Option<f64> {
    fano(&trains.iter().map(|train| train.len() as f64).collect::<Vec<_>>())
}

/// Mean over neurons that spiked of the Fano factor of counts in successive bins of `bin_ms`.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn fano_over_time(trains: &SpikeTrains, bin_ms: f64) -> Result<Option<f64>, AnalysisError> {
    let mut factors = Vec::new();
    for train in trains.iter().filter(|train| !train.is_empty()) {
        factors.extend(fano(&rate::counts(train, trains.window(), bin_ms)?));
    }
    Ok(mean(&factors))
}

/// Fano factor of the population's total count in successive bins of `bin_ms`: 1 for independent
/// Poisson neurons, larger when they fire together.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn fano_of_population(trains: &SpikeTrains, bin_ms: f64) -> Result<Option<f64>, AnalysisError> {
    Ok(fano(&rate::counts(trains.times_ms(), trains.window(), bin_ms)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Window, test_signals};
    use neuropil_core::random::{Stream, key};

    #[test]
    fn measures_agree_with_elephant() {
        // elephant.statistics.cv / cv2 / lv (isi(T[0])), fanofactor(T); Elephant 1.1.1
        let intervals = intervals_ms(&test_signals::train(0));
        assert!((cv(&intervals).unwrap() - 0.458_348_140_134_539_67).abs() < 1e-11);
        assert!((cv2(&intervals).unwrap() - 0.798_048_953_659_612_3).abs() < 1e-11);
        assert!((lv(&intervals).unwrap() - 0.528_574_853_766_411_1).abs() < 1e-11);
        let fano = fano_over_neurons(&test_signals::trains()).unwrap();
        assert!((fano - 0.004_653_937_947_494_033).abs() < 1e-14);
    }

    #[test]
    fn a_clock_is_regular_and_too_few_spikes_have_no_cv() {
        let clock: Vec<f64> = (1..50).map(|k| 20.0 * f64::from(k)).collect();
        let intervals = intervals_ms(&clock);
        assert_eq!(cv(&intervals), Some(0.0));
        assert_eq!(cv2(&intervals), Some(0.0));
        assert_eq!((cv(&[5.0]), cv2(&[5.0]), fano(&[0.0, 0.0])), (None, None, None));
    }

    #[test]
    fn a_gamma_process_has_its_closed_forms() {
        // Order k = 4: CV = 1/√k; LV = 3/(2k+1) (Shinomoto et al. 2003).
        // CV2 = 4⟨|B − 1/2|⟩ with B ~ Beta(k, k): 4/(k 4^k Beta(k, k)) = 0.546875.
        let mut stream = Stream::new(key(3, "gamma", 0), 0);
        let intervals: Vec<f64> =
            (0..200_000).map(|_| (0..4).map(|_| stream.exponential()).sum()).collect();
        assert!((cv(&intervals).unwrap() - 0.5).abs() < 0.004); // 4 standard errors
        assert!((lv(&intervals).unwrap() - 1.0 / 3.0).abs() < 0.004);
        assert!((cv2(&intervals).unwrap() - 0.546_875).abs() < 0.004);
    }

    #[test]
    fn poisson_neurons_have_unit_irregularity() {
        let window = Window::new(0.0, 1e5).unwrap();
        let lists: Vec<Vec<f64>> = (0..20)
            .map(|neuron| {
                let mut stream = Stream::new(key(5, "poisson", 0), neuron);
                let mut t = 0.0;
                std::iter::repeat_with(|| {
                    t += 50.0 * stream.exponential();
                    t
                })
                .take_while(|t| *t < 1e5)
                .collect()
            })
            .collect();
        let trains = SpikeTrains::from_lists(&lists, window).unwrap();
        let irregularity = of_population(&trains, 3).unwrap();
        assert_eq!(irregularity.neurons, 20);
        // 40 000 intervals: standard errors near 0.005 (CV), 0.003 (CV2), 0.0045 (LV)
        assert!((irregularity.cv - 1.0).abs() < 0.02, "{irregularity:?}");
        assert!((irregularity.cv2 - 1.0).abs() < 0.015, "{irregularity:?}");
        assert!((irregularity.lv - 1.0).abs() < 0.02, "{irregularity:?}");
        let fano = fano_over_time(&trains, 100.0).unwrap().unwrap();
        assert!((fano - 1.0).abs() < 0.04, "{fano}"); // 20 000 bins
        let fano = fano_of_population(&trains, 10.0).unwrap().unwrap();
        assert!((fano - 1.0).abs() < 0.06, "{fano}"); // 10 000 bins
    }
}
