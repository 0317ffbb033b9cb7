//! The usual figures of a population in one structure, and means over populations.

use crate::descriptive::{moments, quantile};
use crate::error::AnalysisError;
use crate::spectrum::{Peak, welch};
use crate::{SpikeTrains, irregularity, rate, synchrony};

/// Settings of a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SummaryOptions {
    /// Neurons with fewer intervals do not count for irregularity.
    pub min_intervals: usize,
    /// Bin of the count correlation and window of the tiling coefficient `[ms]`.
    pub synchrony_ms: f64,
    /// Bin of the population rate, its standard deviation and its spectrum `[ms]`.
    pub rate_bin_ms: f64,
    /// Bin of the Fano factor of single neurons `[ms]`.
    pub fano_bin_ms: f64,
    /// Pairs over which the tiling coefficient is averaged, at most.
    pub max_pairs: usize,
    /// Seed of their choice.
    pub seed: u64,
    /// Length of the segments of the spectrum `[ms]`.
    pub segment_ms: f64,
    /// Band in which the peak of the spectrum is looked for `[Hz]`.
    pub band_hz: [f64; 2],
}

impl Default for SummaryOptions {
    /// 3 intervals; 2 ms; 1 ms; 100 ms; 4000 pairs; 512 ms segments; 2 to 300 Hz.
    fn default() -> Self {
        Self {
            min_intervals: 3,
            synchrony_ms: 2.0,
            rate_bin_ms: 1.0,
            fano_bin_ms: 100.0,
            max_pairs: 4000,
            seed: 23,
            segment_ms: 512.0,
            band_hz: [2.0, 300.0],
        }
    }
}

/// State of a population over a window. What is not defined for its spikes is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationSummary {
    /// Neurons that were recorded.
    pub neurons: usize,
    /// Their spikes.
    pub spikes: usize,
    /// Fraction of neurons that spiked.
    pub spiking: f64,
    /// Mean rate `[Hz]`.
    pub rate_hz: f64,
    /// Standard deviation of the rate over neurons `[Hz]`.
    pub rate_sd_hz: f64,
    /// Quartiles of the rate over neurons `[Hz]`.
    pub rate_quartiles_hz: [f64; 3],
    /// Standard deviation over time of the population rate in bins of `rate_bin_ms` `[Hz]`.
    pub activity_sd_hz: Option<f64>,
    /// CV, CV2 and LV.
    pub irregularity: Option<irregularity::Irregularity>,
    /// Mean Fano factor of single neurons in bins of `fano_bin_ms`.
    pub fano: Option<f64>,
    /// Fano factor of the population count in bins of `rate_bin_ms`.
    pub population_fano: Option<f64>,
    /// Mean count correlation over all pairs.
    pub count_correlation: Option<f64>,
    /// Mean spike-time tiling coefficient over a sample of pairs.
    pub tiling: Option<f64>,
    /// Population synchrony χ of the counts.
    pub chi: Option<f64>,
    /// Peak of the spectrum of the population rate.
    pub rhythm: Option<Peak>,
}

impl PopulationSummary {
    /// Computes everything. Where the window is shorter than a bin or segment, the figure that
    /// needs it is `None`.
    ///
    /// # Errors
    /// [`AnalysisError::TooShort`] for no neuron, [`AnalysisError::NotPositive`] for a setting.
    pub fn new(trains: &SpikeTrains, options: SummaryOptions) -> Result<Self, AnalysisError> {
        let rates = rate::per_neuron(trains);
        let (Some(m), Some(low), Some(median), Some(high)) = (
            moments(&rates),
            quantile(&rates, 0.25),
            quantile(&rates, 0.5),
            quantile(&rates, 0.75),
        ) else {
            return Err(AnalysisError::TooShort { what: "the population", needed: 1, found: 0 });
        };
        let SummaryOptions { synchrony_ms, rate_bin_ms, max_pairs, seed, .. } = options;
        let activity = optional(rate::binned(trains, rate_bin_ms).map(Some))?;
        let activity_sd = activity.as_deref().and_then(moments).map(|m| m.sd);
        let segment = (options.segment_ms / rate_bin_ms).round() as usize;
        let rhythm = match activity.filter(|activity| activity.len() >= segment) {
            Some(activity) => welch(&activity, rate_bin_ms, segment)?
                .peak(options.band_hz[0]..=options.band_hz[1]),
            None => None,
        };
        let tiling = synchrony::mean_tiling_coefficient(trains, synchrony_ms, max_pairs, seed)?;
        Ok(Self {
            neurons: trains.len(),
            spikes: trains.spikes(),
            spiking: rates.iter().filter(|rate| **rate > 0.0).count() as f64 / rates.len() as f64,
            rate_hz: m.mean,
            rate_sd_hz: m.sd,
            rate_quartiles_hz: [low, median, high],
            activity_sd_hz: activity_sd,
            irregularity: irregularity::of_population(trains, options.min_intervals),
            fano: optional(irregularity::fano_over_time(trains, options.fano_bin_ms))?,
            population_fano: optional(irregularity::fano_of_population(trains, rate_bin_ms))?,
            count_correlation: optional(synchrony::mean_count_correlation(trains, synchrony_ms))?,
            tiling,
            chi: optional(synchrony::count_synchrony(trains, synchrony_ms))?,
            rhythm,
        })
    }
}

/// A window shorter than a bin makes a figure undefined, not the summary impossible.
fn optional<T>(result: Result<Option<T>, AnalysisError>) -> Result<Option<T>, AnalysisError> {
    match result {
        Err(AnalysisError::TooLarge { .. }) => Ok(None),
        other => other,
    }
}

/// Mean of a figure over populations, weighted by their sizes; `None` where none is defined.
///
/// ```
/// use neuropil_analysis::summary::weighted_mean;
/// assert_eq!(weighted_mean([(4000, Some(1.0)), (1000, Some(0.5)), (500, None)]), Some(0.9));
/// ```
pub fn weighted_mean(parts: impl IntoIterator<Item = (usize, Option<f64>)>) -> Option<f64> {
    let (sum, weight) = parts.into_iter().fold((0.0, 0.0), |(sum, weight), (size, value)| {
        value.map_or((sum, weight), |value| (sum + size as f64 * value, weight + size as f64))
    });
    (weight > 0.0).then(|| sum / weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Window, test_signals};
    use neuropil_core::random::{Stream, key};

    #[test]
    fn summary_holds_the_figures_of_its_parts() {
        let trains = test_signals::trains();
        let summary = PopulationSummary::new(&trains, SummaryOptions::default()).unwrap();
        assert_eq!((summary.neurons, summary.spikes, summary.spiking), (20, 2095, 1.0));
        assert!((summary.rate_hz - 52.375).abs() < 1e-12);
        assert!((summary.count_correlation.unwrap() + 0.001_436_887_89).abs() < 1e-11);
        assert!((summary.tiling.unwrap() + 0.001_613_415_224).abs() < 1e-11);
        assert_eq!(summary.irregularity.unwrap().neurons, 20);
    }

    #[test]
    fn silence_has_a_rate_and_nothing_else() {
        let silent = vec![Vec::new(); 5];
        let trains =
            SpikeTrains::from_lists::<Vec<f64>>(&silent, Window::new(0.0, 1000.0).unwrap());
        let summary = PopulationSummary::new(&trains.unwrap(), SummaryOptions::default()).unwrap();
        assert_eq!((summary.rate_hz, summary.spiking, summary.fano), (0.0, 0.0, None));
        assert_eq!((summary.irregularity, summary.tiling, summary.rhythm), (None, None, None));
    }

    #[test]
    fn a_rhythm_of_the_population_is_found() {
        // 500 neurons at 10 Hz, modulated fully at 40 Hz, by thinning; 4 s
        let window = Window::new(0.0, 4000.0).unwrap();
        let lists: Vec<Vec<f64>> = (0..500)
            .map(|neuron| {
                let mut stream = Stream::new(key(9, "rhythm", 0), neuron);
                let (mut t, mut train) = (0.0, Vec::new());
                loop {
                    t += 50.0 * stream.exponential();
                    if t > 4000.0 {
                        return train;
                    }
                    let phase = std::f64::consts::TAU * 0.04 * t;
                    if stream.uniform() < 0.5 * (1.0 + phase.sin()) {
                        train.push(t);
                    }
                }
            })
            .collect();
        let trains = SpikeTrains::from_lists(&lists, window).unwrap();
        let summary = PopulationSummary::new(&trains, SummaryOptions::default()).unwrap();
        let rhythm = summary.rhythm.unwrap();
        assert!((rhythm.frequency_hz - 40.0).abs() < 0.3, "{rhythm:?}"); // bins are 2 Hz apart
        assert!(rhythm.prominence > 20.0 && (summary.rate_hz - 10.0).abs() < 0.3);
    }

    #[test]
    fn a_short_window_leaves_out_what_needs_a_longer_one() {
        let trains = test_signals::trains().within(Window::new(0.0, 60.0).unwrap());
        let summary = PopulationSummary::new(&trains, SummaryOptions::default()).unwrap();
        assert_eq!((summary.fano, summary.rhythm), (None, None));
        assert!(summary.count_correlation.is_some());
    }
}
