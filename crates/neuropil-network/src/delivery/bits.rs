//! Connectivity as bits: one row of target bits per source.
//!
//! All sources that spiked in a step are added at once: rows are streamed, eight at a time, through a
//! tree of carry-save adders that keeps the sum of every column in bit planes (one word operation
//! adds 64 columns); the planes are spread into counts block by block. After Harley & Seal (Warren
//! 2013, *Hacker's Delight*, 2nd ed., §5-1).

use neuropil_core::prefetch::prefetch;
use pulp::Simd;

use super::spread::{WORDS, spread};
use crate::neurons::BLOCK;

/// Bits of 512 consecutive targets; one cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Line(pub(super) [u64; WORDS]);

/// Lines of a row that are asked for before it is used; the processor foresees the rest.
const AHEAD: usize = 3;

/// Which sources project to which targets of a panel.
#[derive(Debug)]
pub struct Bits {
    /// Row after row, `blocks` lines each.
    lines: Vec<Line>,
    blocks: usize,
    /// A row without targets, to fill up the last eight.
    nobody: Vec<Line>,
}

/// Sums of the columns of some rows, in bit planes.
#[derive(Debug, Default)]
pub struct Planes {
    /// Plane after plane, a line per block.
    lines: Vec<Line>,
    /// Number of planes in use: none if there was no spike.
    used: usize,
}

impl Bits {
    /// No synapses between `sources` and `targets`.
    pub fn new(sources: usize, targets: usize) -> Self {
        let blocks = targets.div_ceil(BLOCK);
        let nobody = vec![Line::default(); blocks];
        Self { lines: vec![Line::default(); sources * blocks], blocks, nobody }
    }

    /// Joins a pair; `false` if it was joined already.
    ///
    /// # Panics
    /// If either is out of range.
    #[inline]
    pub fn set(&mut self, source: usize, target: usize) -> bool {
        let line = &mut self.lines[source * self.blocks + target / BLOCK];
        let word = &mut line.0[target % BLOCK / 64];
        let bit = 1u64 << (target % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(self.lines.as_slice())
    }

    /// Sums the rows of `spikes`, source indices counted from `first` and repeated for repeated
    /// spikes, into `planes`.
    ///
    /// # Panics
    /// If a source is out of range, or with more than 65535 spikes.
    #[inline(always)]
    pub fn sum(&self, spikes: &[u32], first: u32, planes: &mut Planes) {
        planes.used = (usize::BITS - spikes.len().leading_zeros()) as usize;
        assert!(planes.used <= 16, "more spikes in a step than a count can hold");
        planes.lines.clear();
        // Eight rows are added at a time, into three planes at least.
        planes.lines.resize(planes.used.max(4) * self.blocks, Line::default());
        let row = |neuron: &u32| {
            let begin = (neuron - first) as usize * self.blocks;
            &self.lines[begin..begin + self.blocks]
        };
        for (k, group) in spikes.chunks(8).enumerate() {
            for neuron in spikes.iter().skip(8 * (k + 1)).take(8) {
                row(neuron).iter().take(AHEAD).for_each(prefetch);
            }
            let mut rows = [self.nobody.as_slice(); 8];
            rows.iter_mut().zip(group).for_each(|(r, neuron)| *r = row(neuron));
            add_eight(&rows, &mut planes.lines, self.blocks);
        }
    }
}

impl Planes {
    /// Adds the sums of one block to its counts.
    #[inline(always)]
    pub fn spread<S: Simd>(&self, simd: S, block: usize, counts: &mut [u16; BLOCK]) {
        if self.used == 0 {
            return;
        }
        let blocks = self.lines.len() / self.used.max(4);
        let plane = |p: usize| &self.lines[p * blocks + block].0;
        for (w, counts) in counts.as_chunks_mut::<64>().0.iter_mut().enumerate() {
            let low = spread(simd, self.used.min(8), |p| plane(p)[w]);
            counts.iter_mut().zip(low).for_each(|(count, more)| *count += u16::from(more));
            if self.used > 8 {
                let high = spread(simd, self.used - 8, |p| plane(p + 8)[w]);
                counts.iter_mut().zip(high).for_each(|(c, more)| *c += u16::from(more) << 8);
            }
        }
    }
}

/// Sum and carry of three bits, in every position.
#[inline(always)]
fn full_add(a: u64, b: u64, c: u64) -> (u64, u64) {
    let half = a ^ b;
    (half ^ c, (a & b) | (half & c))
}

/// Adds eight rows into the planes.
#[inline(always)]
fn add_eight(rows: &[&[Line]; 8], planes: &mut [Line], blocks: usize) {
    let rows = rows.map(|row| &row[..blocks]);
    let (ones, rest) = planes.split_at_mut(blocks);
    let (twos, rest) = rest.split_at_mut(blocks);
    let (fours, higher) = rest.split_at_mut(blocks);
    for block in 0..blocks {
        let mut carry = [0u64; WORDS];
        for w in 0..WORDS {
            let r = |k: usize| rows[k][block].0[w];
            let (one, twos_a) = full_add(ones[block].0[w], r(0), r(1));
            let (one, twos_b) = full_add(one, r(2), r(3));
            let (two, fours_a) = full_add(twos[block].0[w], twos_a, twos_b);
            let (one, twos_a) = full_add(one, r(4), r(5));
            let (one, twos_b) = full_add(one, r(6), r(7));
            let (two, fours_b) = full_add(two, twos_a, twos_b);
            let (four, eight) = full_add(fours[block].0[w], fours_a, fours_b);
            (ones[block].0[w], twos[block].0[w], fours[block].0[w]) = (one, two, four);
            carry[w] = eight;
        }
        for plane in higher.chunks_exact_mut(blocks) {
            for w in 0..WORDS {
                let sum = plane[block].0[w] ^ carry[w];
                carry[w] &= plane[block].0[w];
                plane[block].0[w] = sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::{Stream, key};

    use super::*;

    #[test]
    fn counts_agree_with_counting() {
        let (sources, targets) = (300, 700);
        let mut bits = Bits::new(sources, targets);
        let mut dense = vec![vec![0u16; sources]; targets];
        let mut stream = Stream::new(key(1, "bits", 0), 0);
        for (t, row) in dense.iter_mut().enumerate() {
            for (s, cell) in row.iter_mut().enumerate() {
                if stream.uniform() < 0.2 {
                    *cell = 1;
                    assert!(bits.set(s, t) && !bits.set(s, t));
                }
            }
        }
        let mut planes = Planes::default();
        for n in [0, 1, 3, 7, 8, 9, 40, 255, 256, 600] {
            let spikes: Vec<u32> = (0..n).map(|_| 10 + stream.below(sources as u32)).collect();
            bits.sum(&spikes, 10, &mut planes);
            for block in 0..2 {
                let mut counts = [7u16; BLOCK];
                planes.spread(pulp::Scalar, block, &mut counts);
                for (k, count) in counts.iter().enumerate() {
                    let row = dense.get(block * BLOCK + k);
                    let hits = |row: &Vec<u16>| spikes.iter().map(|s| row[*s as usize - 10]).sum();
                    assert_eq!(*count - 7, row.map_or(0, hits), "{n} spikes, target {k}");
                }
            }
        }
    }
}
