//! Conductances that draw the potential of their targets to a given value.

use super::current::{CurrentDrive, emission, overlap};
use crate::description::Waveform;

/// A clamp on a part of one population: `I = g (E − V)`.
#[derive(Debug)]
pub(crate) struct ClampDrive {
    /// The conductance `[nS]`, laid out like a current; negative values count as 0.
    pub(crate) conductance: CurrentDrive,
    /// The potential `[mV]`.
    pub(crate) potential_mv: Waveform,
}

impl ClampDrive {
    /// Whether the neurons `first..first + len` have any conductance at `stamp`.
    pub(crate) fn reaches(&self, first: u32, stamp: u64, len: usize) -> bool {
        self.conductance.reaches(first, stamp, len)
    }

    /// Adds conductance and pull read at `stamp` by the neurons `first..first + conductance.len()`.
    pub(crate) fn add(&self, first: u32, stamp: u64, conductance: &mut [f64], pull: &mut [f64]) {
        let drive = &self.conductance;
        let Some(emitted) = emission(stamp, drive.delay, drive.window) else { return };
        let Some(overlap) = overlap(&drive.targets, first, conductance.len()) else { return };
        let (course, potential) =
            (drive.waveform.at(emitted, drive.dt_ms), self.potential_mv.at(emitted, drive.dt_ms));
        for (k, n) in overlap.within.enumerate() {
            let own = drive.each.get(overlap.target + k).copied().unwrap_or(1.0);
            let g = own * course;
            // A conductance that is no number shows in the potential, which is looked at.
            let g = if g < 0.0 { 0.0 } else { g };
            conductance[n] += g;
            pull[n] += g * potential;
        }
    }
}
