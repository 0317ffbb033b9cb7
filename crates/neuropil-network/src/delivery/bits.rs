//! Connectivity as bits: one row of 512 target bits per source, block after block.
//!
//! All sources that spiked in a step are added at once: rows go through a tree of carry-save adders
//! that keeps the sum of every column in bit planes (one word operation adds 64 columns), and the
//! planes are spread into counts once per step. After Harley & Seal (Warren 2013, *Hacker's
//! Delight*, 2nd ed., §5-1).

use neuropil_core::prefetch::prefetch;
use pulp::Simd;

use super::spread::{Planes, WORDS, spread};
use crate::neurons::BLOCK;

/// Bits of 512 consecutive targets; one cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Line([u64; WORDS]);

static EMPTY: Line = Line([0; WORDS]);

/// Spikes that are summed before the planes are emptied: 31 rounds of 8 stay below 2⁸.
const MOST: usize = 248;

/// Up to this many spikes are delivered by walking over their set bits.
const FEW: usize = 3;

/// Which sources project to which targets of a panel.
#[derive(Debug)]
pub struct Bits {
    /// Block after block, each with one line per source.
    blocks: Vec<Vec<Line>>,
}

impl Bits {
    /// No synapses between `sources` and `targets`.
    pub fn new(sources: usize, targets: usize) -> Self {
        Self { blocks: vec![vec![Line::default(); sources]; targets.div_ceil(BLOCK)] }
    }

    /// Joins a pair; `false` if it was joined already.
    ///
    /// # Panics
    /// If either is out of range.
    #[inline]
    pub fn set(&mut self, source: usize, target: usize) -> bool {
        let word = &mut self.blocks[target / BLOCK][source].0[target % BLOCK / 64];
        let bit = 1u64 << (target % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.blocks.iter().map(|lines| size_of_val(lines.as_slice())).sum()
    }

    /// Asks for the lines that [`Bits::add`] will read.
    #[inline(always)]
    pub fn prepare(&self, block: usize, spikes: &[u32], first: u32) {
        if let Some(lines) = self.blocks.get(block) {
            for source in spikes {
                prefetch(&lines[(source - first) as usize]);
            }
        }
    }

    /// Adds to every target of a block how many of `spikes` project to it.
    ///
    /// # Shapes
    /// `spikes` holds source indices, repeated for repeated spikes; `first` is subtracted from
    /// each. `counts` has [`BLOCK`] entries.
    ///
    /// # Panics
    /// If a source is out of range.
    #[inline(always)]
    pub fn add<S: Simd>(
        &self,
        simd: S,
        block: usize,
        spikes: &[u32],
        first: u32,
        counts: &mut [u16; BLOCK],
    ) {
        let lines = self.blocks[block].as_slice();
        if spikes.len() <= FEW {
            for source in spikes {
                walk(&lines[(source - first) as usize], counts);
            }
            return;
        }
        for chunk in spikes.chunks(MOST) {
            let mut planes: Planes = [[0; WORDS]; 8];
            for group in chunk.chunks(8) {
                let mut rows = [&EMPTY; 8];
                for (row, source) in rows.iter_mut().zip(group) {
                    *row = &lines[(source - first) as usize];
                }
                add_eight(&rows, &mut planes);
            }
            let used = (usize::BITS - chunk.len().leading_zeros()) as usize;
            for (w, counts) in counts.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                for (count, more) in counts.iter_mut().zip(spread(simd, &planes, used, w)) {
                    *count += u16::from(more);
                }
            }
        }
    }
}

/// Adds one to every target whose bit is set.
#[inline(always)]
fn walk(line: &Line, counts: &mut [u16; BLOCK]) {
    for (word, counts) in line.0.iter().zip(counts.as_chunks_mut::<64>().0) {
        let mut left = *word;
        while left != 0 {
            counts[left.trailing_zeros() as usize] += 1;
            left &= left - 1;
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
fn add_eight(rows: &[&Line; 8], planes: &mut Planes) {
    let mut carry = [0u64; WORDS];
    for w in 0..WORDS {
        let r = |k: usize| rows[k].0[w];
        let (ones, twos_a) = full_add(planes[0][w], r(0), r(1));
        let (ones, twos_b) = full_add(ones, r(2), r(3));
        let (twos, fours_a) = full_add(planes[1][w], twos_a, twos_b);
        let (ones, twos_a) = full_add(ones, r(4), r(5));
        let (ones, twos_b) = full_add(ones, r(6), r(7));
        let (twos, fours_b) = full_add(twos, twos_a, twos_b);
        let (fours, eights) = full_add(planes[2][w], fours_a, fours_b);
        (planes[0][w], planes[1][w], planes[2][w]) = (ones, twos, fours);
        carry[w] = eights;
    }
    for plane in &mut planes[3..] {
        for w in 0..WORDS {
            let sum = plane[w] ^ carry[w];
            carry[w] &= plane[w];
            plane[w] = sum;
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
        for n in [1, 3, 4, 8, 9, 40, 248, 249, 600] {
            let spikes: Vec<u32> = (0..n).map(|_| 10 + stream.below(sources as u32)).collect();
            for block in 0..2 {
                let mut counts = [7u16; BLOCK];
                bits.add(pulp::Scalar, block, &spikes, 10, &mut counts);
                for (k, count) in counts.iter().enumerate() {
                    let row = dense.get(block * BLOCK + k);
                    let hits = |row: &Vec<u16>| spikes.iter().map(|s| row[*s as usize - 10]).sum();
                    assert_eq!(*count - 7, row.map_or(0, hits), "{n} spikes, target {k}");
                }
            }
        }
    }
}
