//! Sparse connectivity: for each source the ascending list of its targets, two bytes each.

use neuropil_core::prefetch::prefetch;

/// How many spikes ahead the beginning of a row is asked for, and how many its targets.
const FAR: usize = 8;
const NEAR: usize = 3;

/// Targets of every source within a panel.
#[derive(Debug, Default)]
pub struct Rows {
    /// Where the targets of each source begin; one entry more than sources.
    begin: Vec<u32>,
    targets: Vec<u16>,
    mean_length: f64,
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
        let mean_length = targets.len() as f64 / sources.max(1) as f64;
        Self { begin, targets, mean_length }
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

    /// Calls `visit(neuron, targets)` for every one of `spikes`, whose sources are counted from
    /// `first`, asking the memory for what comes next: rows of different sources lie far apart.
    #[inline(always)]
    pub fn each<'a>(&'a self, spikes: &[u32], first: u32, mut visit: impl FnMut(u32, &'a [u16])) {
        for (k, neuron) in spikes.iter().enumerate() {
            if let Some(far) = spikes.get(k + FAR) {
                self.prepare_begin(far - first);
            }
            if let Some(near) = spikes.get(k + NEAR) {
                self.prepare_targets(near - first);
            }
            visit(*neuron, self.of(neuron - first));
        }
    }

    /// First half of asking for the rows that [`Rows::each`] will visit first.
    #[inline(always)]
    pub fn prepare(&self, spikes: &[u32], first: u32) {
        spikes.iter().take(FAR).for_each(|neuron| self.prepare_begin(neuron - first));
    }

    /// Second half: by now it is known where they begin.
    #[inline(always)]
    pub fn prepare_rows(&self, spikes: &[u32], first: u32) {
        spikes.iter().take(NEAR).for_each(|neuron| self.prepare_targets(neuron - first));
    }

    #[inline(always)]
    fn prepare_begin(&self, source: u32) {
        prefetch(&self.begin[source as usize]);
    }

    #[inline(always)]
    fn prepare_targets(&self, source: u32) {
        let begin = self.begin[source as usize] as usize;
        for line in [begin, begin + 32] {
            if let Some(target) = self.targets.get(line) {
                prefetch(target);
            }
        }
    }

    /// Mean number of targets of a source.
    pub fn mean_length(&self) -> f64 {
        self.mean_length
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
