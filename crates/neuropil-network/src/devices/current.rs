//! Stimulus currents that are the same for all their targets, or constant for each.

use std::ops::Range;

use crate::description::{Waveform, Window};

/// A current device on a part of one population.
#[derive(Debug)]
pub(crate) struct CurrentDrive {
    /// Neurons of the population that it reaches.
    pub(crate) targets: Range<u32>,
    /// Amplitude; with `each`, a factor.
    pub(crate) waveform: Waveform,
    /// Amplitude per target, if they differ `[pA]`.
    pub(crate) each: Vec<f64>,
    pub(crate) delay: u64,
    pub(crate) window: Window,
    pub(crate) dt_ms: f64,
}

/// Whether a current device whose current is read at `stamp` was active: it is for
/// `start ≤ emission < stop`, and cannot emit before the first step.
pub(crate) fn emission(stamp: u64, delay: u64, window: Window) -> Option<u64> {
    let emitted = stamp.checked_sub(delay).filter(|e| *e >= 1)?;
    (window.start <= emitted && emitted < window.stop).then_some(emitted)
}

impl CurrentDrive {
    /// Whether any current is read at `stamp` by the neurons `first..first + len`.
    pub(crate) fn reaches(&self, first: u32, stamp: u64, len: usize) -> bool {
        overlap(&self.targets, first, len).is_some()
            && emission(stamp, self.delay, self.window)
                .is_some_and(|emitted| self.waveform.at(emitted, self.dt_ms) != 0.0)
    }

    /// Adds the current read at `stamp` by the neurons `first..first + current.len()`.
    pub(crate) fn add(&self, first: u32, stamp: u64, current: &mut [f64]) {
        let Some(emitted) = emission(stamp, self.delay, self.window) else { return };
        let Some(overlap) = overlap(&self.targets, first, current.len()) else { return };
        let amplitude = self.waveform.at(emitted, self.dt_ms);
        if self.each.is_empty() {
            current[overlap.within].iter_mut().for_each(|i| *i += amplitude);
        } else {
            let own = &self.each[overlap.target..];
            current[overlap.within].iter_mut().zip(own).for_each(|(i, e)| *i += amplitude * e);
        }
    }
}

/// Where a device's targets and a block meet.
pub(crate) struct Overlap {
    /// Positions in the block.
    pub(crate) within: Range<usize>,
    /// First of the device's targets among them.
    pub(crate) target: usize,
}

/// The common part of `targets` and the block of `len` neurons from `first` on.
pub(crate) fn overlap(targets: &Range<u32>, first: u32, len: usize) -> Option<Overlap> {
    let from = targets.start.max(first);
    let to = targets.end.min(first + len as u32);
    (from < to).then(|| Overlap {
        within: (from - first) as usize..(to - first) as usize,
        target: (from - targets.start) as usize,
    })
}
