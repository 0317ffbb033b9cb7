//! One panel: a stretch of neurons with all synapses onto them.

use std::ops::Range;

use super::history::History;
use crate::delivery::{Incoming, Store};
use crate::neurons::BLOCK;

/// Neurons `range` of a part and the projections onto them.
#[derive(Debug)]
pub(super) struct Panel {
    /// Within the part; begins at a multiple of [`BLOCK`].
    pub range: Range<usize>,
    pub incoming: Vec<Incoming>,
    /// Per incoming projection: counts from rows, if it delivers counts; else empty.
    counts: Vec<Vec<u16>>,
}

/// Summed weights of one step, per channel.
#[derive(Debug, Default)]
pub(super) struct Channels {
    pub sums: [Vec<f64>; 2],
    pub used: [bool; 2],
}

impl Channels {
    /// Zeros for a panel of `len`.
    pub fn reset(&mut self, len: usize) {
        for (sums, used) in self.sums.iter_mut().zip(&mut self.used) {
            if std::mem::take(used) || sums.len() != len {
                sums.clear();
                sums.resize(len, 0.0);
            }
        }
    }
}

impl Panel {
    pub fn new(range: Range<usize>, incoming: Vec<Incoming>) -> Self {
        let counts = incoming
            .iter()
            .map(|i| match &i.store {
                Store::Counted { rows, .. } if !rows.is_empty() => vec![0; range.len()],
                _ => Vec::new(),
            })
            .collect();
        Self { range, incoming, counts }
    }

    /// Delivers from rows what arrives in `step`: weighted input into `channels`, counts into the
    /// panel's own counters.
    pub fn scatter(&mut self, step: u64, history: &History, channels: &mut Channels) {
        for (incoming, counts) in self.incoming.iter().zip(&mut self.counts) {
            let source = incoming.source;
            let spikes = |delay: u32| {
                let delay = u64::from(delay);
                history.spikes(source.population, step, delay, source.first, source.count)
            };
            match &incoming.store {
                Store::Counted { delay, rows, .. } => {
                    if !counts.is_empty() {
                        rows.each(spikes(*delay), source.first, |target| {
                            counts[usize::from(target)] += 1;
                        });
                    }
                }
                Store::Blocked { delay, rows, target_block, blocks, weights } => {
                    for neuron in spikes(*delay) {
                        let weights = &weights[blocks.source_block(neuron - source.first)];
                        for target in rows.of(neuron - source.first) {
                            let weight = weights[usize::from(target_block[usize::from(*target)])];
                            let channel = incoming.route.of(weight);
                            channels.used[channel] = true;
                            channels.sums[channel][usize::from(*target)] += weight;
                        }
                    }
                }
                Store::Timed(rows) => {
                    if rows.is_empty() {
                        continue;
                    }
                    for delay in rows.delays() {
                        for neuron in spikes(delay) {
                            rows.each(neuron - source.first, delay, |target, weight| {
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
        for (incoming, rows) in self.incoming.iter().zip(&mut self.counts) {
            let Store::Counted { weight, delay, bits, .. } = &incoming.store else { continue };
            let source = incoming.source;
            let delay = u64::from(*delay);
            let spikes = history.spikes(source.population, step, delay, source.first, source.count);
            if spikes.is_empty() {
                continue;
            }
            let mut counts = [0u16; BLOCK];
            if let Some(rows) = rows.get_mut(block.clone()) {
                counts[..rows.len()].copy_from_slice(rows);
                rows.fill(0);
            }
            if let Some(bits) = bits {
                bits.prepare(block.start / BLOCK + 1, spikes, source.first);
                bits.add(simd, block.start / BLOCK, spikes, source.first, &mut counts);
            }
            let channel = incoming.route.of(*weight);
            channels.used[channel] = true;
            let sums = &mut channels.sums[channel][block.clone()];
            for (sum, count) in sums.iter_mut().zip(&counts) {
                *sum += weight * f64::from(*count);
            }
        }
    }
}
