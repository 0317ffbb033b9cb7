//! Fluctuations of the membrane potential with the spikes cut out.

use crate::correlation::{autocorrelation_of_pieces, exponential_time_ms, integral_time_ms};
use crate::descriptive::moments;
use crate::error::{AnalysisError, positive};

/// A signal sampled at even times.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// Samples.
    pub values: &'a [f64],
    /// Time of the first sample `[ms]`.
    pub start_ms: f64,
    /// Sampling interval `[ms]`.
    pub dt_ms: f64,
}

/// How much of a trace to leave out around each spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikeRemoval {
    /// Before a spike `[ms]`.
    pub before_ms: f64,
    /// After a spike, where the reset and the refractory period lie `[ms]`.
    pub after_ms: f64,
}

impl Default for SpikeRemoval {
    /// 5 ms on either side, the refractory period of most published networks.
    fn default() -> Self {
        Self { before_ms: 5.0, after_ms: 5.0 }
    }
}

/// Statistics of a membrane potential between spikes.
#[derive(Debug, Clone, PartialEq)]
pub struct MembraneStatistics {
    /// Mean `[mV]`.
    pub mean_mv: f64,
    /// Standard deviation `[mV]`.
    pub sd_mv: f64,
    /// Skewness.
    pub skewness: f64,
    /// Correlation time, by the integral of the autocorrelation to its first zero `[ms]`; `None`
    /// if the potential is constant.
    pub tau_ms: Option<f64>,
    /// Correlation time, by a least-absolute-deviations fit of `e^{−s/τ}`, 1 to 1000 ms `[ms]`.
    pub tau_fit_ms: Option<f64>,
    /// Autocorrelation at lags 0, dt, 2 dt, …; empty if the potential is constant.
    pub autocorrelation: Vec<f64>,
    /// Fraction of the samples that were kept.
    pub kept: f64,
}

impl<'a> Trace<'a> {
    /// The stretches that lie outside `removal` around every spike, in order of time.
    ///
    /// # Errors
    /// [`AnalysisError::NotPositive`] for the sampling interval.
    pub fn between_spikes(
        &self,
        spikes_ms: &[f64],
        removal: SpikeRemoval,
    ) -> Result<Vec<&'a [f64]>, AnalysisError> {
        positive("sampling interval [ms]", self.dt_ms)?;
        let mut sorted = spikes_ms.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = self.values.len();
        // samples are cut inclusively; 1e-6 of a sample forgives the rounding of their times
        let place = |t: f64| (t - self.start_ms) / self.dt_ms;
        let mut pieces = Vec::new();
        let mut from = 0;
        for t in sorted {
            let cut = ((place(t - removal.before_ms) - 1e-6).ceil().max(0.0) as usize).min(n);
            let resume = (place(t + removal.after_ms) + 1e-6).floor() + 1.0;
            if cut > from {
                pieces.push(&self.values[from..cut]);
            }
            from = from.max((resume.max(0.0) as usize).min(n));
        }
        if from < n {
            pieces.push(&self.values[from..]);
        }
        Ok(pieces)
    }

    /// Moments and correlation time between spikes, with autocorrelation up to `max_lag_ms`
    /// (a tenth of the record is usual). The autocorrelation takes pairs of samples from one
    /// stretch only: nothing is glued across a spike.
    ///
    /// # Errors
    /// [`AnalysisError::NotPositive`] for the sampling interval or the largest lag,
    /// [`AnalysisError::NotFinite`] for a sample, [`AnalysisError::TooShort`] if spikes leave nothing.
    pub fn statistics(
        &self,
        spikes_ms: &[f64],
        removal: SpikeRemoval,
        max_lag_ms: f64,
    ) -> Result<MembraneStatistics, AnalysisError> {
        crate::error::finite("the potential", self.values)?;
        let pieces = self.between_spikes(spikes_ms, removal)?;
        let max_lag = (positive("largest lag [ms]", max_lag_ms)? / self.dt_ms).round() as usize;
        let kept: Vec<f64> = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
        let Some(m) = moments(&kept) else {
            let what = "the potential between spikes";
            return Err(AnalysisError::TooShort { what, needed: 2, found: 0 });
        };
        let max_lag = match *pieces {
            [whole] => max_lag.min(whole.len().saturating_sub(1)),
            _ => max_lag,
        };
        let rho = autocorrelation_of_pieces(&pieces, max_lag)?.unwrap_or_default();
        let fit = (rho.len() > 1).then(|| exponential_time_ms(&rho, self.dt_ms, [1.0, 1000.0]));
        Ok(MembraneStatistics {
            mean_mv: m.mean,
            sd_mv: m.sd,
            skewness: m.skewness,
            tau_ms: (rho.len() > 1).then(|| integral_time_ms(&rho, self.dt_ms)),
            tau_fit_ms: fit.transpose()?,
            autocorrelation: rho,
            kept: kept.len() as f64 / self.values.len() as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::random::{Stream, key};

    /// Ornstein–Uhlenbeck potential: exact update, mean −60 mV, SD 4 mV, τ 15 ms, 100 s at 0.5 ms.
    fn wandering() -> Vec<f64> {
        let decay = (-0.5_f64 / 15.0).exp();
        let kick = 4.0 * (1.0 - decay * decay).sqrt();
        let mut stream = Stream::new(key(2, "ou", 0), 0);
        let mut x = 0.0;
        (0..200_000)
            .map(|_| {
                x = x * decay + kick * stream.normal();
                x - 60.0
            })
            .collect()
    }

    #[test]
    fn statistics_of_a_known_process_survive_the_cutting_of_spikes() {
        let mut v = wandering();
        let spikes: Vec<f64> = (1..800).map(|k| 125.0 * f64::from(k)).collect();
        for t in &spikes {
            let at = (t / 0.5) as usize;
            v[at] = 40.0; // the spike
            v[at + 1..=at + 10].fill(-70.0); // 5 ms of reset
        }
        let trace = Trace { values: &v, start_ms: 0.0, dt_ms: 0.5 };
        let s = trace.statistics(&spikes, SpikeRemoval::default(), 100.0).unwrap();
        // 100 s of a process with τ = 15 ms: about 3300 independent samples
        assert!((s.mean_mv + 60.0).abs() < 0.28, "{s:?}");
        assert!((s.sd_mv - 4.0).abs() < 0.2 && s.skewness.abs() < 0.18);
        assert!((s.tau_ms.unwrap() - 15.0).abs() < 2.0, "{:?}", s.tau_ms);
        assert!((s.tau_fit_ms.unwrap() - 15.0).abs() < 2.0, "{:?}", s.tau_fit_ms);
        assert!((s.kept - (1.0 - 799.0 * 21.0 / 200_000.0)).abs() < 1e-12);
    }

    #[test]
    fn overlapping_and_outlying_cuts_leave_the_right_samples() {
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        let trace = Trace { values: &values, start_ms: 100.0, dt_ms: 1.0 };
        let removal = SpikeRemoval { before_ms: 1.0, after_ms: 2.0 };
        let pieces = trace.between_spikes(&[106.0, 105.0, 119.5, 300.0, 50.0], removal).unwrap();
        assert_eq!(pieces, [&values[..4], &values[9..19]]);
    }

    #[test]
    fn a_potential_that_is_all_spikes_is_refused() {
        let trace = Trace { values: &[0.0; 8], start_ms: 0.0, dt_ms: 1.0 };
        let error = trace.statistics(&[4.0], SpikeRemoval::default(), 5.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the potential between spikes needs at least 2 values, found 0"
        );
    }

    #[test]
    fn a_constant_potential_has_no_correlation_time() {
        let trace = Trace { values: &[-65.1; 50], start_ms: 0.0, dt_ms: 1.0 };
        let s = trace.statistics(&[], SpikeRemoval::default(), 10.0).unwrap();
        assert!((s.mean_mv + 65.1).abs() < 1e-12 && s.sd_mv < 1e-12);
        assert_eq!((s.tau_ms, s.kept), (None, 1.0));
    }
}
