//! What a worker has found in a slice: for itself, and for the others to read in the next one.

/// What a worker finds in the slice under way; nobody else sees it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Part after part; within one, a list of neurons (counted within the part) per step.
    pub spikes: Vec<Vec<Vec<u32>>>,
    /// Per probe of the worker, frame after frame.
    pub samples: Vec<Vec<f64>>,
}

impl Found {
    pub fn new(parts: usize, slice: usize, probes: usize) -> Self {
        Self { spikes: vec![vec![Vec::new(); slice]; parts], samples: vec![Vec::new(); probes] }
    }

    pub fn clear(&mut self) {
        self.spikes.iter_mut().flatten().for_each(Vec::clear);
        self.samples.iter_mut().for_each(Vec::clear);
    }
}

/// The same for the others, in as few cache lines as possible: they travel between processors.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Where each of the lists ends, part after part, step after step; then the lists.
    words: Vec<u32>,
    lists: usize,
    /// Steps of a slice.
    slice: usize,
    /// Per probe of the worker, frame after frame.
    pub samples: Vec<Vec<f64>>,
}

impl Outbox {
    pub fn new(slice: usize, probes: usize) -> Self {
        Self { words: Vec::new(), lists: 0, slice, samples: vec![Vec::new(); probes] }
    }

    /// Takes what a worker has found: samples are gone from there, spikes are copied.
    pub fn take(&mut self, found: &mut Found) {
        std::mem::swap(&mut self.samples, &mut found.samples);
        let lists = || found.spikes.iter().flatten();
        self.lists = found.spikes.len() * self.slice;
        let mut end = self.lists as u32;
        self.words.clear();
        self.words.extend(lists().map(|list| {
            end += list.len() as u32;
            end
        }));
        lists().for_each(|list| self.words.extend_from_slice(list));
    }

    /// The neurons of a part that spiked in a step of the slice; none if nothing was taken.
    pub fn spikes(&self, part: usize, slot: usize) -> &[u32] {
        let k = part * self.slice + slot;
        let Some(end) = self.words.get(k) else { return &[] };
        let begin = if k == 0 { self.lists } else { self.words[k - 1] as usize };
        &self.words[begin..*end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_read_what_was_found() {
        let mut found = Found::new(2, 3, 1);
        found.spikes[0][1] = vec![4, 9];
        found.spikes[1][0] = vec![1];
        found.spikes[1][2] = vec![0, 0, 7];
        found.samples[0] = vec![0.5];
        let mut outbox = Outbox::new(3, 1);
        for _ in 0..2 {
            outbox.take(&mut found);
            for part in 0..2 {
                for slot in 0..3 {
                    assert_eq!(outbox.spikes(part, slot), found.spikes[part][slot]);
                }
            }
        }
        outbox.take(&mut found);
        assert_eq!(outbox.samples[0], [0.5]);
    }
}
