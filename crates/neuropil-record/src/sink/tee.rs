//! Several observers of one run.

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

/// Passes everything to each of several observers, in order.
///
/// ```
/// use neuropil_core::{Clock, Observer, SpikeBlock};
/// use neuropil_record::{Memory, Recordings, SpikeRecording, SpikeStatistics, Tee};
///
/// let mut recordings = Recordings::new(Clock::new(0.1)?);
/// recordings.spikes.push(SpikeRecording::all("E", 10));
/// let mut memory = Memory::new(&recordings);
/// let mut statistics = SpikeStatistics::new(&recordings);
/// let mut both = Tee::new().and(&mut memory).and(&mut statistics);
/// both.spikes(SpikeBlock { recording: 0, steps: &[5, 9], offsets: &[], neurons: &[3, 3] })?;
/// assert_eq!(memory.spike_table(0).neurons, [3, 3]);
/// assert_eq!(statistics.of(0)[3].count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Tee<'a> {
    sinks: Vec<&'a mut dyn Observer>,
}

impl std::fmt::Debug for Tee<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tee of {}", self.sinks.len())
    }
}

impl<'a> Tee<'a> {
    /// Passes on to nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an observer.
    #[must_use]
    pub fn and(mut self, sink: &'a mut dyn Observer) -> Self {
        self.sinks.push(sink);
        self
    }
}

impl Observer for Tee<'_> {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.sinks.iter_mut().try_for_each(|sink| sink.spikes(block))
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.sinks.iter_mut().try_for_each(|sink| sink.samples(block))
    }

    /// Tells all of them; the run goes on if all agree.
    fn progress(&mut self, steps_done: u64) -> bool {
        self.sinks.iter_mut().fold(true, |go_on, sink| sink.progress(steps_done) & go_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stop(u64);

    impl Observer for Stop {
        fn spikes(&mut self, _: SpikeBlock<'_>) -> Result<(), RecordError> {
            Ok(())
        }
        fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
            Ok(())
        }
        fn progress(&mut self, _: u64) -> bool {
            self.0 += 1;
            self.0 < 2
        }
    }

    #[test]
    fn one_that_wants_to_stop_is_enough_and_all_are_told() {
        let (mut first, mut second) = (Stop(1), Stop(0));
        assert!(!Tee::new().and(&mut first).and(&mut second).progress(10));
        assert_eq!((first.0, second.0), (2, 1));
    }
}
