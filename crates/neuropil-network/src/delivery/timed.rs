//! Connectivity whose synapses differ in delay or weight: per source, runs of equal delay.
//!
//! In a step, the runs with delay `d` of the spikes of `d` steps ago are added to the input of this
//! step: only one input buffer exists, and it stays in cache whatever the longest delay is.

/// Weights of the synapses, in their order.
#[derive(Debug)]
pub enum Weights {
    /// All the same.
    One(f64),
    /// Drawn: single precision is far below their spread.
    Single(Vec<f32>),
    /// Given by the user, kept to the last bit.
    Double(Vec<f64>),
}

/// Synapses of every source within a panel, by delay, then by target.
#[derive(Debug)]
pub struct TimedRows {
    shortest: u32,
    /// Number of different delays between the shortest and the longest.
    span: u32,
    /// Where each (source, delay) begins; one entry more.
    begin: Vec<u32>,
    targets: Vec<u16>,
    weights: Weights,
}

/// Synapses of one source with one delay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// Targets within the panel, ascending.
    pub(crate) targets: &'a [u16],
    first: usize,
    weights: &'a Weights,
}

impl Run<'_> {
    /// Weight of the `k`-th of them.
    pub(crate) fn weight(&self, k: usize) -> f64 {
        match self.weights {
            Weights::One(weight) => *weight,
            Weights::Single(all) => f64::from(all[self.first + k]),
            Weights::Double(all) => all[self.first + k],
        }
    }
}

/// One synapse on its way into [`TimedRows`].
#[derive(Debug, Clone, Copy)]
pub struct Synapse {
    /// Source.
    pub source: u32,
    /// Target within the panel.
    pub target: u16,
    /// Delay in steps.
    pub delay: u32,
    /// Weight.
    pub weight: f64,
}

/// How exactly weights are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Precision {
    /// All have this value.
    One(f64),
    /// As `f32`.
    Single,
    /// As `f64`.
    Double,
}

impl TimedRows {
    /// Builds rows from a function that lists all synapses, targets ascending; it is called three
    /// times: for the range of delays, to count, and to fill.
    pub fn build(
        sources: usize,
        precision: Precision,
        synapses: impl Fn(&mut dyn FnMut(Synapse)),
    ) -> Self {
        let (mut shortest, mut longest) = (u32::MAX, 0);
        synapses(&mut |s| {
            shortest = shortest.min(s.delay);
            longest = longest.max(s.delay);
        });
        let shortest = shortest.min(longest);
        let span = longest - shortest + 1;
        let slot = |s: &Synapse| s.source as usize * span as usize + (s.delay - shortest) as usize;
        let mut begin = vec![0u32; sources * span as usize + 1];
        synapses(&mut |s| begin[slot(&s) + 1] += 1);
        for k in 1..begin.len() {
            begin[k] += begin[k - 1];
        }
        let total = begin.last().copied().unwrap_or(0) as usize;
        let mut targets = vec![0u16; total];
        let mut weights = match precision {
            Precision::One(weight) => Weights::One(weight),
            Precision::Single => Weights::Single(vec![0.0; total]),
            Precision::Double => Weights::Double(vec![0.0; total]),
        };
        synapses(&mut |s| {
            let place = &mut begin[slot(&s)];
            let k = *place as usize;
            *place += 1;
            targets[k] = s.target;
            match &mut weights {
                Weights::One(_) => {}
                Weights::Single(all) => all[k] = s.weight as f32,
                Weights::Double(all) => all[k] = s.weight,
            }
        });
        begin.rotate_right(1);
        begin[0] = 0;
        Self { shortest, span, begin, targets, weights }
    }

    /// Delays that occur: shortest and longest.
    pub fn delays(&self) -> std::ops::RangeInclusive<u32> {
        self.shortest..=self.shortest + self.span - 1
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
        let weights = match &self.weights {
            Weights::One(_) => 0,
            Weights::Single(all) => size_of_val(all.as_slice()),
            Weights::Double(all) => size_of_val(all.as_slice()),
        };
        size_of_val(self.begin.as_slice()) + size_of_val(self.targets.as_slice()) + weights
    }

    /// The synapses of `source` with this delay.
    ///
    /// # Panics
    /// If the source or the delay is out of range.
    pub(crate) fn of(&self, source: u32, delay: u32) -> Run<'_> {
        let slot = source as usize * self.span as usize + (delay - self.shortest) as usize;
        let range = self.begin[slot] as usize..self.begin[slot + 1] as usize;
        Run { targets: &self.targets[range.clone()], first: range.start, weights: &self.weights }
    }

    /// Calls `add(target, weight)` for every synapse of `source` with this delay.
    ///
    /// # Panics
    /// If the source or the delay is out of range.
    #[inline(always)]
    pub fn each(&self, source: u32, delay: u32, mut add: impl FnMut(u16, f64)) {
        let slot = source as usize * self.span as usize + (delay - self.shortest) as usize;
        let range = self.begin[slot] as usize..self.begin[slot + 1] as usize;
        let targets = &self.targets[range.clone()];
        match &self.weights {
            Weights::One(weight) => targets.iter().for_each(|t| add(*t, *weight)),
            Weights::Single(all) => {
                targets.iter().zip(&all[range]).for_each(|(t, w)| add(*t, f64::from(*w)));
            }
            Weights::Double(all) => {
                targets.iter().zip(&all[range]).for_each(|(t, w)| add(*t, *w));
            }
        }
    }
}
