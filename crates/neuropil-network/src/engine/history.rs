//! Spikes that are still on their way: who spiked in which of the last steps.

/// Ring of spike lists per population, at least as long as the longest delay and one slice.
#[derive(Debug)]
pub(super) struct History {
    /// Bits of a step that say where in the ring it is.
    mask: usize,
    /// Population after population; within one, a list per step of the ring.
    lists: Vec<Vec<Vec<u32>>>,
}

impl History {
    pub fn new(populations: usize, ring: usize) -> Self {
        let ring = ring.next_power_of_two();
        Self { mask: ring - 1, lists: vec![vec![Vec::new(); ring]; populations] }
    }

    /// Empties the lists of a step, to be filled in order of neurons.
    pub fn begin(&mut self, step: u64) {
        self.lists.iter_mut().for_each(|ring| ring[step as usize & self.mask].clear());
    }

    /// Neurons of a population that spiked in a step, after those that are there already.
    pub fn extend(&mut self, population: usize, step: u64, neurons: impl Iterator<Item = u32>) {
        self.lists[population][step as usize & self.mask].extend(neurons);
    }

    /// Population by population, who spiked in a step.
    pub fn of_step(&self, step: u64) -> impl Iterator<Item = (usize, &[u32])> {
        let ring = self.lists.iter().enumerate();
        ring.map(move |(population, ring)| (population, ring[step as usize & self.mask].as_slice()))
    }

    /// Neurons of `first..first + count` that spiked in the step `ago` steps before `step`.
    #[inline]
    pub fn spikes(&self, population: usize, step: u64, ago: u64, first: u32, count: u32) -> &[u32] {
        let Some(emitted) = step.checked_sub(ago) else { return &[] };
        let list = self.lists[population][emitted as usize & self.mask].as_slice();
        let whole = list.first().is_none_or(|n| *n >= first)
            && list.last().is_none_or(|n| *n - first < count);
        if whole {
            return list;
        }
        let from = list.partition_point(|n| *n < first);
        let to = list.partition_point(|n| u64::from(*n) < u64::from(first) + u64::from(count));
        &list[from..to]
    }
}
