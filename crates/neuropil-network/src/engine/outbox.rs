//! What a worker has found in a slice, for the others to read in the next.

/// Results of one worker and one slice.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Part after part; within one, a list of neurons (counted within the part) per step.
    pub spikes: Vec<Vec<Vec<u32>>>,
    /// Per probe of the worker, frame after frame.
    pub samples: Vec<Vec<f64>>,
}

impl Outbox {
    pub fn new(parts: usize, slice: usize, probes: usize) -> Self {
        Self { spikes: vec![vec![Vec::new(); slice]; parts], samples: vec![Vec::new(); probes] }
    }

    pub fn clear(&mut self) {
        self.spikes.iter_mut().flatten().for_each(Vec::clear);
        self.samples.iter_mut().for_each(Vec::clear);
    }
}
