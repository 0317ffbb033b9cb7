//! Spike counts and interval statistics, kept without keeping spikes.

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

use crate::recording::{Recordings, SpikeRecording};

/// What is known of one neuron's spike train.
///
/// Mean and variance of the interspike intervals come from sums of deviations from the first
/// interval, which neither cancel nor need a division per spike:
/// `var = Σd²/n − (Σd/n)²`, `d = interval − first interval` (the population variance, divided by n).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct IntervalStatistics {
    count: u64,
    /// Time of the last spike, first interval, sums of deviations `[steps]`.
    last: f64,
    first_interval: f64,
    sum: f64,
    squares: f64,
}

impl IntervalStatistics {
    /// Takes the next spike, at `time` `[steps]`.
    pub fn spike(&mut self, time: f64) {
        let interval = time - self.last;
        self.last = time;
        self.count += 1;
        match self.count {
            1 => {}
            2 => self.first_interval = interval,
            _ => {
                let deviation = interval - self.first_interval;
                self.sum += deviation;
                self.squares += deviation * deviation;
            }
        }
    }

    /// Number of spikes.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Number of intervals: one less than spikes.
    pub const fn intervals(&self) -> u64 {
        self.count.saturating_sub(1)
    }

    /// Mean interval `[steps]`; `None` below two spikes.
    pub fn mean_steps(&self) -> Option<f64> {
        let n = self.intervals() as f64;
        (n > 0.0).then(|| self.first_interval + self.sum / n)
    }

    /// Coefficient of variation of the intervals, σ/µ; `None` below three spikes.
    pub fn cv(&self) -> Option<f64> {
        let n = self.intervals() as f64;
        let variance = self.squares / n - (self.sum / n) * (self.sum / n);
        (n > 1.0).then(|| variance.max(0.0).sqrt() / (self.first_interval + self.sum / n))
    }
}

/// Online statistics of every recorded neuron: 40 bytes per neuron, whatever the number of spikes.
#[derive(Debug, Clone)]
pub struct SpikeStatistics {
    dt_ms: f64,
    recordings: Vec<SpikeRecording>,
    trains: Vec<Vec<IntervalStatistics>>,
    after_step: u64,
}

impl SpikeStatistics {
    /// Watches all spikes of `recordings`.
    pub fn new(recordings: &Recordings) -> Self {
        Self::after(recordings, 0)
    }

    /// Watches spikes later than `step`: what comes before is warm-up.
    pub fn after(recordings: &Recordings, step: u64) -> Self {
        let trains = |r: &SpikeRecording| vec![IntervalStatistics::default(); r.size as usize];
        Self {
            dt_ms: recordings.clock.dt_ms(),
            recordings: recordings.spikes.clone(),
            trains: recordings.spikes.iter().map(trains).collect(),
            after_step: step,
        }
    }

    /// One entry per neuron of the population of spike recording `recording`.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn of(&self, recording: usize) -> &[IntervalStatistics] {
        &self.trains[recording]
    }

    /// Spikes of all neurons of a recording.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn count(&self, recording: usize) -> u64 {
        self.trains[recording].iter().map(IntervalStatistics::count).sum()
    }

    /// Mean rate of the recorded neurons `[spikes/s]` over the observed time that ends at step
    /// `until`; `None` if no neuron is recorded or no time has passed.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn rate_hz(&self, recording: usize, until: u64) -> Option<f64> {
        let declared = &self.recordings[recording];
        let from = declared.start_step.max(self.after_step);
        let until = declared.stop_step.map_or(until, |stop| stop.min(until));
        let seconds = until.saturating_sub(from) as f64 * self.dt_ms / 1000.0;
        let neurons = declared.recorded();
        let count = self.count(recording) as f64;
        (seconds > 0.0 && neurons > 0).then(|| count / neurons as f64 / seconds)
    }

    /// Mean over neurons of the coefficient of variation of their intervals, for neurons with at
    /// least `intervals` (and at least 2) intervals; `None` if there is no such neuron.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn mean_cv(&self, recording: usize, intervals: u64) -> Option<f64> {
        let enough = self.trains[recording].iter().filter(|train| train.intervals() >= intervals);
        let (sum, n) = enough
            .filter_map(IntervalStatistics::cv)
            .fold((0.0, 0_u64), |(sum, n), cv| (sum + cv, n + 1));
        (n > 0).then(|| sum / n as f64)
    }
}

impl Observer for SpikeStatistics {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let declared = self.trains.len();
        let Some(trains) = self.trains.get_mut(block.recording) else {
            let what = format!("spike recording {}", block.recording);
            return Err(RecordError::Shape { what, declared, found: block.recording + 1 });
        };
        let size = trains.len();
        for (k, (&step, &neuron)) in block.steps.iter().zip(block.neurons).enumerate() {
            if step <= self.after_step && self.after_step > 0 {
                continue;
            }
            let Some(train) = trains.get_mut(neuron as usize) else {
                let what = format!("spikes of {}", self.recordings[block.recording].population);
                return Err(RecordError::Shape {
                    what,
                    declared: size,
                    found: neuron as usize + 1,
                });
            };
            train.spike(step as f64 - block.offsets.get(k).copied().unwrap_or(0.0));
        }
        Ok(())
    }

    fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::Clock;

    fn watched(spikes: &[(u64, u32)], after: u64) -> SpikeStatistics {
        let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
        recordings.spikes.push(SpikeRecording::all("E", 4));
        let mut statistics = SpikeStatistics::after(&recordings, after);
        let (steps, neurons): (Vec<_>, Vec<_>) = spikes.iter().copied().unzip();
        let block = SpikeBlock { recording: 0, steps: &steps, offsets: &[], neurons: &neurons };
        statistics.spikes(block).unwrap();
        statistics
    }

    #[test]
    fn intervals_of_two_four_six_have_the_textbook_variation() {
        let statistics = watched(&[(0, 1), (20, 1), (60, 1), (120, 1), (7, 2)], 0);
        let train = statistics.of(0)[1];
        assert_eq!(train.mean_steps(), Some(40.0));
        // Population variance of 20, 40, 60 is 800/3.
        let expected = (800.0_f64 / 3.0).sqrt() / 40.0;
        assert!((train.cv().unwrap() - expected).abs() < 1e-15); // one rounding of each operation
        assert_eq!(statistics.mean_cv(0, 3), train.cv());
        assert_eq!(statistics.mean_cv(0, 4), None);
    }

    #[test]
    fn the_rate_counts_only_what_follows_the_warm_up() {
        let statistics = watched(&[(10, 0), (1000, 0), (1001, 0), (2000, 3)], 1000);
        assert_eq!(statistics.count(0), 2);
        assert_eq!(statistics.rate_hz(0, 11_000), Some(2.0 / 4.0));
        assert_eq!(statistics.rate_hz(0, 1000), None);
    }

    #[test]
    fn a_very_regular_train_of_long_intervals_keeps_its_digits() {
        let mut train = IntervalStatistics::default();
        let mut time = 0.0;
        for k in 0..100_001 {
            train.spike(time);
            time += 1e6 + f64::from(k % 2);
        }
        assert!((train.cv().unwrap() / (0.5 / (1e6 + 0.5)) - 1.0).abs() < 1e-9); // 1e5 exact sums
    }

    #[test]
    fn a_neuron_outside_the_population_is_refused() {
        let mut statistics = watched(&[], 0);
        let block = SpikeBlock { recording: 0, steps: &[1], offsets: &[], neurons: &[4] };
        let message = statistics.spikes(block).unwrap_err().to_string();
        assert_eq!(message, "recording of spikes of E needs 5 columns, declared 4");
    }
}
