//! Telling how far a run has come.

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// The network is being built.
    Building,
    /// Steps are being made.
    Simulating {
        /// Steps done.
        step: u64,
        /// Steps to do in all.
        steps: u64,
    },
}

/// Passes the engine's progress on.
pub(super) struct Watch<'a> {
    pub tell: &'a mut dyn FnMut(Progress) -> bool,
    pub steps: u64,
}

impl Observer for Watch<'_> {
    fn spikes(&mut self, _: SpikeBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }

    fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }

    fn progress(&mut self, step: u64) -> bool {
        (self.tell)(Progress::Simulating { step, steps: self.steps })
    }
}
