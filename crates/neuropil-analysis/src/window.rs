//! The stretch of time that a statistic looks at.

use crate::error::{AnalysisError, positive};

/// A stretch of time, open at its start and closed at its end: `start < t ≤ stop`.
///
/// A spike found in the step from `t − h` to `t` is stamped `t`, so that a run of 1000 ms has
/// stamps in `(0, 1000]`, and adjoining windows share no spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    start_ms: f64,
    stop_ms: f64,
}

/// Times within this fraction of a bin from an edge count as lying on it, because a time that is
/// a step count times a step is only exact to rounding.
const EDGE: f64 = 1e-6;

/// Most bins of a window: their counts take 128 MiB.
const MOST_BINS: usize = 1 << 24;

impl Window {
    /// The window from `start_ms` to `stop_ms`.
    ///
    /// # Errors
    /// [`AnalysisError::EmptyWindow`] unless both are finite and `start_ms < stop_ms`.
    pub fn new(start_ms: f64, stop_ms: f64) -> Result<Self, AnalysisError> {
        if start_ms.is_finite() && stop_ms.is_finite() && start_ms < stop_ms {
            Ok(Self { start_ms, stop_ms })
        } else {
            Err(AnalysisError::EmptyWindow { start_ms, stop_ms })
        }
    }

    /// Start `[ms]`, not included.
    pub fn start_ms(self) -> f64 {
        self.start_ms
    }

    /// End `[ms]`, included.
    pub fn stop_ms(self) -> f64 {
        self.stop_ms
    }

    /// Length `[ms]`.
    pub fn duration_ms(self) -> f64 {
        self.stop_ms - self.start_ms
    }

    /// Whether a time `[ms]` lies inside.
    pub fn contains(self, t_ms: f64) -> bool {
        t_ms > self.start_ms && t_ms <= self.stop_ms
    }

    /// Number of whole bins of `bin_ms` that fit, beginning at the start. What is left over at the
    /// end is in no bin.
    ///
    /// # Errors
    /// [`AnalysisError::NotPositive`] for the bin width, [`AnalysisError::TooLarge`] if not even
    /// one bin fits, [`AnalysisError::TooFine`] for more than can be counted.
    pub fn bins(self, bin_ms: f64) -> Result<usize, AnalysisError> {
        positive("bin width [ms]", bin_ms)?;
        let bins = (self.duration_ms() / bin_ms + EDGE).floor();
        if bins > MOST_BINS as f64 {
            return Err(AnalysisError::TooFine { bin_ms, found: bins, limit: MOST_BINS });
        }
        let bins = bins as usize;
        if bins == 0 {
            let limit = self.duration_ms();
            return Err(AnalysisError::TooLarge { what: "bin width [ms]", found: bin_ms, limit });
        }
        Ok(bins)
    }

    /// The bin of a time: bin `k` holds `start + k·bin < t ≤ start + (k+1)·bin`. `None` outside.
    pub(crate) fn bin(self, t_ms: f64, bin_ms: f64, bins: usize) -> Option<usize> {
        let bin = ((t_ms - self.start_ms) / bin_ms - EDGE).ceil() - 1.0;
        (bin >= 0.0 && bin < bins as f64).then_some(bin as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_a_run_falls_into_its_own_bin() {
        let window = Window::new(0.0, 100.0).unwrap();
        assert_eq!(window.bins(0.1).unwrap(), 1000);
        for step in 1..=1000_usize {
            assert_eq!(window.bin(step as f64 * 0.1, 0.1, 1000), Some(step - 1));
        }
        assert_eq!(window.bin(0.0, 0.1, 1000), None);
        assert_eq!(window.bin(100.1, 0.1, 1000), None);
    }

    #[test]
    fn a_window_says_why_it_is_refused() {
        let message = Window::new(5.0, 5.0).unwrap_err().to_string();
        assert_eq!(message, "the window from 5 ms to 5 ms is empty or not finite");
        let bins = Window::new(0.0, 5.0).unwrap().bins(-1.0).unwrap_err().to_string();
        assert_eq!(bins, "bin width [ms] must be positive and finite, found -1");
        let fine = Window::new(0.0, 1000.0).unwrap().bins(1e-9).unwrap_err().to_string();
        assert_eq!(
            fine,
            "bins of 0.000000001 ms cut the window into 1e12 parts, more than 16777216"
        );
    }
}
