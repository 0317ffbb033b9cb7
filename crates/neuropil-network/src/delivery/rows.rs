//! Sparse connectivity: for each source the ascending list of its targets, two bytes each.

use neuropil_core::prefetch::prefetch;

/// Targets of every source within a panel.
#[derive(Debug, Default)]
pub struct Rows {
    /// Where the targets of each source begin; one entry more than sources.
    begin: Vec<u32>,
    targets: Vec<u16>,
}

impl Rows {
    /// Builds rows from a function that lists all `(source, target)` pairs, targets ascending. It
    /// is called twice, to count and to fill, so that nothing is held but the result.
    pub fn build(sources: usize, pairs: impl Fn(&mut dyn FnMut(u32, u16))) -> Self {
        let mut begin = vec![0u32; sources + 1];
        pairs(&mut |source, _| begin[source as usize + 1] += 1);
        for k in 1..begin.len() {
            begin[k] += begin[k - 1];
        }
        let mut targets = vec![0u16; begin[sources] as usize];
        pairs(&mut |source, target| {
            let slot = &mut begin[source as usize];
            targets[*slot as usize] = target;
            *slot += 1;
        });
        // Filling has moved every beginning to the next one.
        begin.rotate_right(1);
        begin[0] = 0;
        Self { begin, targets }
    }

    /// The targets of a source.
    ///
    /// # Panics
    /// If the source is out of range.
    #[inline(always)]
    pub fn of(&self, source: u32) -> &[u16] {
        let (from, to) = (self.begin[source as usize], self.begin[source as usize + 1]);
        &self.targets[from as usize..to as usize]
    }

    /// Calls `visit` for every target of every one of `spikes` (less `first`), asking the memory
    /// for what comes next: the rows of different sources lie far apart.
    #[inline(always)]
    pub fn each(&self, spikes: &[u32], first: u32, mut visit: impl FnMut(u16)) {
        for (k, neuron) in spikes.iter().enumerate() {
            if let Some(far) = spikes.get(k + 8) {
                prefetch(&self.begin[(far - first) as usize]);
            }
            if let Some(near) = spikes.get(k + 3)
                && let Some(target) = self.targets.get(self.begin[(near - first) as usize] as usize)
            {
                prefetch(target);
            }
            self.of(neuron - first).iter().for_each(|target| visit(*target));
        }
    }

    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is no synapse.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(self.begin.as_slice()) + size_of_val(self.targets.as_slice())
    }
}
