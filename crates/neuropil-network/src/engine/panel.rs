//! One panel: a stretch of neurons with all synapses onto them.

use std::ops::Range;

use super::direct::{self, Direct};
use super::history::History;
use crate::delivery::{Event, Incoming, Planes, Release, Rows, Store};
use crate::neurons::{BLOCK, Neurons, Order};

/// Neurons `range` of a part and the projections onto them.
#[derive(Debug)]
pub(super) struct Panel {
    /// Within the part; begins at a multiple of [`BLOCK`].
    pub range: Range<usize>,
    pub incoming: Vec<Incoming>,
    /// Per incoming projection: counts from rows, if it delivers counts; else empty.
    counts: Vec<Vec<u16>>,
    /// Per incoming projection: sums from bits of the step under way, if it has any.
    planes: Vec<Planes>,
    /// How channels take their input.
    direct: Direct,
}

/// Summed weights of one step, per channel; all zero between two panels.
#[derive(Debug, Default)]
pub(super) struct Channels {
    pub sums: Vec<Vec<f64>>,
    pub used: Vec<bool>,
}

impl Channels {
    /// Room for a panel of `len` with so many channels.
    pub fn prepare(&mut self, channels: usize, len: usize) {
        self.used.clear();
        self.used.resize(channels, false);
        if self.sums.len() < channels {
            self.sums.resize(channels, Vec::new());
        }
        for sums in &mut self.sums {
            if sums.len() < len {
                sums.resize(len, 0.0);
            }
        }
    }

    /// Forgets what a block has received, while it is still in the first-level cache.
    pub fn clear(&mut self, block: Range<usize>) {
        for sums in self.sums.iter_mut().zip(&self.used).filter_map(|(s, used)| used.then_some(s)) {
            sums[block.clone()].fill(0.0);
        }
    }

    /// Adds the same weight to some targets.
    #[inline(always)]
    fn add(&mut self, channel: usize, weight: f64, targets: &[u16]) {
        self.used[channel] |= !targets.is_empty();
        let sums = self.sums[channel].as_mut_slice();
        targets.iter().for_each(|t| sums[usize::from(*t)] += weight);
    }
}

impl Incoming {
    /// Spikes of this projection's sources that act in `step`.
    #[inline(always)]
    pub(super) fn spikes<'a>(&self, step: u64, delay: u32, history: &'a History) -> &'a [u32] {
        let source = self.source;
        history.spikes(source.population, step, u64::from(delay), source.first, source.count)
    }

    /// The target lists, if there are any, and the one delay of them all.
    #[inline(always)]
    fn lists(&self) -> Option<(&Rows, u32)> {
        match &self.store {
            Store::Counted { delay, rows, .. } | Store::Blocked { delay, rows, .. } => {
                (!rows.is_empty()).then_some((rows, *delay))
            }
            Store::Timed(_) => None,
        }
    }
}

/// Delivers the spikes of a projection whose synapses may fail.
fn scatter_some(
    incoming: &Incoming,
    release: &Release,
    step: u64,
    history: &History,
    counts: &mut [u16],
    channels: &mut Channels,
) {
    let first = incoming.source.first;
    match &incoming.store {
        Store::Counted { delay, rows, .. } => {
            let spikes = incoming.spikes(step, *delay, history);
            if rows.is_empty() {
                return;
            }
            let mut repeat = Repeat::default();
            rows.each(spikes, first, |neuron, targets| {
                let event = Event { source: neuron - first, step, delay: *delay };
                release.each(event, repeat.of(neuron), targets, |k| {
                    counts[usize::from(targets[k])] += 1;
                });
            });
        }
        Store::Blocked { delay, rows, blocks, stretches } => {
            let spikes = incoming.spikes(step, *delay, history);
            let mut repeat = Repeat::default();
            rows.each(spikes, first, |neuron, targets| {
                let event = Event { source: neuron - first, step, delay: *delay };
                let mut stretches = stretches[blocks.source_block(neuron - first)].iter();
                let mut stretch = stretches.next();
                release.each(event, repeat.of(neuron), targets, |k| {
                    while let Some((end, _)) = stretch
                        && u32::from(targets[k]) >= *end
                    {
                        stretch = stretches.next();
                    }
                    if let Some((_, weight)) = stretch {
                        channels.add(incoming.route.of(*weight), *weight, &targets[k..=k]);
                    }
                });
            });
        }
        Store::Timed(rows) => {
            if rows.is_empty() {
                return;
            }
            for delay in rows.delays() {
                let mut repeat = Repeat::default();
                for neuron in incoming.spikes(step, delay, history) {
                    let event = Event { source: neuron - first, step, delay };
                    let synapses = rows.of(neuron - first, delay);
                    release.each(event, repeat.of(*neuron), synapses.targets, |k| {
                        let weight = synapses.weight(k);
                        let channel = incoming.route.of(weight);
                        channels.add(channel, weight, &synapses.targets[k..=k]);
                    });
                }
            }
        }
    }
}

/// Counts spikes of one neuron in one step; spikes come in order of neurons.
#[derive(Default)]
struct Repeat {
    last: Option<u32>,
    times: u32,
}

impl Repeat {
    /// How often this neuron was asked for before.
    fn of(&mut self, neuron: u32) -> u32 {
        self.times = if self.last == Some(neuron) { self.times + 1 } else { 0 };
        self.last = Some(neuron);
        self.times
    }
}

impl Panel {
    pub fn new(range: Range<usize>, incoming: Vec<Incoming>, channels: usize) -> Self {
        let counts = incoming
            .iter()
            .map(|i| match &i.store {
                Store::Counted { rows, .. } if !rows.is_empty() => vec![0; range.len()],
                _ => Vec::new(),
            })
            .collect();
        let planes = incoming.iter().map(|_| Planes::default()).collect();
        let direct = Direct::new(channels, &incoming);
        Self { range, incoming, counts, planes, direct }
    }

    /// Lets the weights of a channel go straight to the state in steps with few spikes, if its
    /// projections can do that.
    pub fn allow_direct(&mut self, channel: usize) {
        self.direct.allow(channel, &self.incoming);
    }

    /// Chooses how the spikes of this step are delivered; says whether blocks have counts to fold.
    #[inline]
    pub fn choose(&mut self, step: u64, history: &History, neurons: &mut dyn Neurons) -> bool {
        self.direct.choose(&self.incoming, self.range.len(), (step, history), neurons)
    }

    /// Adds the weights that go straight to the state, to the sinks of that order.
    #[inline]
    pub fn hand_over(
        &mut self,
        order: Order,
        now: (u64, &History),
        channels: &mut Channels,
        neurons: &mut dyn Neurons,
    ) {
        for channel in 0..self.direct.channels() {
            if !self.direct.to_state(channel) {
                continue;
            }
            if let Some(sink) = neurons.sink(channel).filter(|sink| sink.order == order) {
                let column = &mut sink.column[self.range.clone()];
                let sums = &mut channels.sums[channel];
                let own = (self.incoming.as_slice(), self.counts.as_mut_slice());
                direct::each_sum(channel, own, now, sums, |t, sum| column[t] += sink.factor * sum);
            }
        }
    }

    /// Delivers what arrives in `step`: weighted input into `channels`, counts into the panel's own
    /// counters and planes.
    #[inline(always)]
    pub fn scatter(&mut self, step: u64, history: &History, channels: &mut Channels) {
        // Rows lie anywhere in memory: ask for the first ones of all projections before any is used.
        for rows_of in [Rows::prepare, Rows::prepare_rows] {
            for incoming in &self.incoming {
                if let Some((rows, delay)) = incoming.lists() {
                    rows_of(rows, incoming.spikes(step, delay, history), incoming.source.first);
                }
            }
        }
        let own = self.counts.iter_mut().zip(&mut self.planes);
        for (incoming, (counts, planes)) in self.incoming.iter().zip(own) {
            let first = incoming.source.first;
            if let Some(release) = &incoming.release {
                scatter_some(incoming, release, step, history, counts, channels);
                continue;
            }
            match &incoming.store {
                Store::Counted { delay, rows, bits, .. } => {
                    let spikes = incoming.spikes(step, *delay, history);
                    if let Some(bits) = bits {
                        bits.sum(spikes, first, planes);
                    }
                    if !counts.is_empty() {
                        rows.each(spikes, first, |_, targets| {
                            targets.iter().for_each(|t| counts[usize::from(*t)] += 1);
                        });
                    }
                }
                Store::Blocked { delay, rows, blocks, stretches } => {
                    let spikes = incoming.spikes(step, *delay, history);
                    rows.each(spikes, first, |neuron, mut targets| {
                        for (end, weight) in &stretches[blocks.source_block(neuron - first)] {
                            let cut = targets.partition_point(|t| u32::from(*t) < *end);
                            let (these, rest) = targets.split_at(cut);
                            channels.add(incoming.route.of(*weight), *weight, these);
                            targets = rest;
                        }
                    });
                }
                Store::Timed(rows) => {
                    if rows.is_empty() {
                        continue;
                    }
                    for delay in rows.delays() {
                        for neuron in incoming.spikes(step, delay, history) {
                            rows.each(neuron - first, delay, |target, weight| {
                                let channel = incoming.route.of(weight);
                                channels.used[channel] = true;
                                channels.sums[channel][usize::from(target)] += weight;
                            });
                        }
                    }
                }
            }
        }
    }

    /// Turns the counts of few targets into input, once everything is scattered.
    #[inline]
    pub fn sum_few(&mut self, step: u64, history: &History, channels: &mut Channels) {
        for channel in 0..self.direct.channels() {
            if self.direct.by_target(channel) {
                channels.used[channel] = true;
                let own = (self.incoming.as_slice(), self.counts.as_mut_slice());
                direct::sum_targets(channel, own, (step, history), &mut channels.sums[channel]);
            }
        }
    }

    /// Adds weight × count of every counted projection to the input of one block.
    #[inline(always)]
    pub fn fold<S: pulp::Simd>(
        &mut self,
        simd: S,
        block: Range<usize>,
        step: u64,
        history: &History,
        channels: &mut Channels,
    ) {
        let own = self.counts.iter_mut().zip(&self.planes);
        for (incoming, (rows, planes)) in self.incoming.iter().zip(own) {
            let Store::Counted { weight, delay, .. } = &incoming.store else { continue };
            let channel = incoming.route.of(*weight);
            if !self.direct.by_pass(channel) || incoming.spikes(step, *delay, history).is_empty() {
                continue;
            }
            let mut counts = [0u16; BLOCK];
            if let Some(rows) = rows.get_mut(block.clone()) {
                counts[..rows.len()].copy_from_slice(rows);
                rows.fill(0);
            }
            planes.spread(simd, block.start / BLOCK, &mut counts);
            channels.used[channel] = true;
            let sums = &mut channels.sums[channel][block.clone()];
            for (sum, count) in sums.iter_mut().zip(&counts) {
                *sum += weight * f64::from(*count);
            }
        }
    }
}
