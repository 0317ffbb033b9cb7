//! Refractory times: every neuron has a stamp, the step in which it is free again.
//!
//! Stamps are the low bits of step counts and compared around their end; those that have passed are
//! brought up to date now and then. So a step only reads them.

use std::ops::Range;

/// Longest refractory time `[steps]`: a stamp this far ahead is told from one that has passed.
pub(super) const LONGEST: u32 = i32::MAX as u32 - 1024;

/// Steps between two looks at stamps that have passed.
const INTERVAL: u64 = 256;

/// Stamps of some neurons.
#[derive(Debug)]
pub(super) struct Refractory {
    until: Vec<u32>,
}

/// The low bits of a step count.
#[inline(always)]
pub(super) fn stamp(step: u64) -> u32 {
    step as u32
}

/// Whether a neuron with the stamp `until` is refractory in the step `now`.
#[inline(always)]
pub(super) fn held(until: u32, now: u32) -> bool {
    until.wrapping_sub(now) as i32 > 0
}

/// The stamp of a neuron that has spiked in the step `now` and is held for `steps` steps.
#[inline(always)]
pub(super) fn after(now: u32, steps: f64) -> u32 {
    now.wrapping_add(1).wrapping_add(steps as u32)
}

impl Refractory {
    /// Neurons that are free at the beginning.
    pub fn new(size: usize) -> Self {
        Self { until: vec![0; size] }
    }

    /// Stamps of a block.
    pub fn of(&self, block: Range<usize>) -> &[u32] {
        &self.until[block]
    }

    /// Stamps of a block, to be changed.
    pub fn of_mut(&mut self, block: Range<usize>) -> &mut [u32] {
        &mut self.until[block]
    }

    /// Steps that a neuron is still held, this one included.
    pub fn left(&self, neuron: usize, now: u32) -> u32 {
        let until = self.until[neuron];
        if held(until, now) { until.wrapping_sub(now) } else { 0 }
    }

    /// Brings stamps of a block up to date, now and then.
    pub fn refresh(&mut self, block: Range<usize>, step: u64) {
        if !step.is_multiple_of(INTERVAL) {
            return;
        }
        let now = stamp(step);
        for until in &mut self.until[block] {
            if !held(*until, now) {
                *until = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neuron_is_held_for_as_many_steps_as_asked_for_wherever_the_count_stands() {
        for begin in [0, 7, u64::from(u32::MAX) - 3, 5_000_000_000] {
            let until = after(stamp(begin), 20.0);
            let held_in = (1..100).filter(|k| held(until, stamp(begin + k))).count();
            assert_eq!(held_in, 20, "from step {begin}");
            assert!(held(until, stamp(begin + 20)) && !held(until, stamp(begin + 21)));
        }
    }

    #[test]
    fn stamps_that_have_passed_do_not_come_back() {
        let mut refractory = Refractory::new(1);
        for step in (0..9_000_000_000).step_by(1 << 28) {
            refractory.refresh(0..1, step);
            assert_eq!(refractory.left(0, stamp(step + 255)), 0, "step {step}");
        }
        let begin = 9_000_000_000;
        refractory.of_mut(0..1)[0] = after(stamp(begin), f64::from(LONGEST));
        assert_eq!(refractory.left(0, stamp(begin + 1)), LONGEST);
    }
}
