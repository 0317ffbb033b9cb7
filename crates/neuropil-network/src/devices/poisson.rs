//! Independent Poisson counts for many neurons at once.
//!
//! Sixteen random bits are one of 65 536 cells. As many whole cells as its probability fills belong to a count, so
//! that comparing with where the cells of each count end gives the count; the few cells left over share what is
//! left of all probabilities, and 32 more bits decide. So the distribution is exact to 2⁻⁴⁸. One Philox block
//! serves eight neurons; large means are split into equal parts of at most 16, whose counts add. Small means are
//! drawn otherwise, by [`super::scattered`].

use neuropil_core::random::philox;

use super::scattered::{self, Scattered};
use crate::neurons::BLOCK;

/// Neurons that one Philox counter serves.
const SHARE: usize = 8;

/// Largest mean of one pass.
const MOST: f64 = 16.0;

/// Draws `k ~ Poisson(mean)` for every neuron and step, by counter.
#[derive(Debug, Clone)]
pub struct PoissonSampler {
    key: [u32; 2],
    /// Bernoulli instead of Poisson counts.
    at_most_one: bool,
    mean: f64,
    /// How events are drawn while they are few.
    scattered: Scattered,
    /// Whether they are.
    few: bool,
    passes: u32,
    /// First cell beyond those of each count, but for the largest count that has any.
    ends: Vec<u16>,
    /// Last of these cells; those beyond are shared.
    last: u16,
    /// What is left of `P(K ≤ k)`, in cells.
    rest: Vec<f64>,
}

/// Cells of equal probability.
const CELLS: f64 = 65_536.0;

impl PoissonSampler {
    /// A sampler whose numbers depend on `key`, the neuron and the step.
    pub fn new(key: [u32; 2], mean: f64) -> Self {
        Self::with(key, mean, false)
    }

    /// As [`new`](Self::new), but a count is 1 with probability `min(mean, 1)` and never more.
    pub fn at_most_one(key: [u32; 2], mean: f64) -> Self {
        Self::with(key, mean, true)
    }

    fn with(key: [u32; 2], mean: f64, at_most_one: bool) -> Self {
        let mut sampler = Self {
            key,
            at_most_one,
            mean: f64::NAN,
            scattered: Scattered::new(),
            few: false,
            passes: 0,
            ends: Vec::new(),
            last: u16::MAX,
            rest: Vec::new(),
        };
        sampler.set_mean(mean);
        sampler
    }

    /// Sets the mean count per step (negative values count as 0).
    pub fn set_mean(&mut self, mean: f64) {
        let mean = mean.max(0.0);
        if mean.to_bits() == self.mean.to_bits() {
            return;
        }
        self.mean = mean;
        self.few = !self.at_most_one && mean > 0.0 && mean <= scattered::MOST;
        if self.few {
            self.scattered.set_mean(mean);
            return;
        }
        if self.at_most_one {
            self.passes = u32::from(mean > 0.0);
            let once = mean.min(1.0);
            return self.tabulate([1.0 - once, once].into_iter());
        }
        self.passes = (mean / MOST).ceil() as u32;
        let part = mean / f64::from(self.passes.max(1));
        let (mut p, mut sum, mut k) = ((-part).exp(), 0.0, 0.0);
        self.tabulate(std::iter::from_fn(|| {
            // Beyond this the whole tail lies below the resolution of the draw.
            let found = (1.0 - sum > 1e-16 && k < 200.0).then_some(p);
            sum += p;
            k += 1.0;
            p *= part / k;
            found
        }));
    }

    /// Gives cells to the counts 0, 1, … of the given probabilities.
    fn tabulate(&mut self, probabilities: impl Iterator<Item = f64>) {
        self.ends.clear();
        self.rest.clear();
        let (mut end, mut rest) = (0.0, 0.0);
        let mut largest = 0;
        for (count, p) in probabilities.enumerate() {
            let cells = (p * CELLS).floor();
            if cells > 0.0 {
                // Only now is it known that those before are not the last ones.
                self.ends.resize(count, end as u16);
                largest = count;
            }
            end += cells;
            rest += p * CELLS - cells;
            self.rest.push(rest);
        }
        debug_assert_eq!(self.ends.len(), largest);
        self.last = (end - 1.0).clamp(0.0, CELLS - 1.0) as u16;
    }

    /// Adds `weight × count` to `input` for the neurons from `first` on.
    ///
    /// # Shapes
    /// `input` has one entry per neuron, at most [`BLOCK`]; `first` is a multiple of [`BLOCK`].
    #[inline(always)]
    pub fn add(&self, first: u32, step: u64, weight: f64, input: &mut [f64]) {
        if self.few {
            self.scattered.each(self.key, first, step, |k| {
                if let Some(x) = input.get_mut(k) {
                    *x += weight;
                }
            });
            return;
        }
        let counts = self.counts(first, step);
        for (x, count) in input.iter_mut().zip(&counts) {
            *x += weight * f64::from(*count);
        }
    }

    /// The counts of the neurons from `first` on, a multiple of [`BLOCK`].
    #[inline(always)]
    pub fn counts(&self, first: u32, step: u64) -> [u16; BLOCK] {
        let mut counts = [0u16; BLOCK];
        if self.few {
            self.scattered.each(self.key, first, step, |k| counts[k] += 1);
            return counts;
        }
        for pass in 0..self.passes {
            self.pass(first, step, pass, &mut counts);
        }
        counts
    }

    /// Adds the counts of one pass.
    #[inline(always)]
    fn pass(&self, first: u32, step: u64, pass: u32, counts: &mut [u16; BLOCK]) {
        let draws = self.draws(first, step, pass);
        let mut highest = [0u16; 64];
        let parts = draws.as_chunks::<64>().0;
        for (counts, draws) in counts.as_chunks_mut::<64>().0.iter_mut().zip(parts) {
            let mut sums = *counts;
            for end in &self.ends {
                for k in 0..64 {
                    sums[k] += u16::from(draws[k] >= *end);
                }
            }
            *counts = sums;
            for k in 0..64 {
                highest[k] = highest[k].max(draws[k]);
            }
        }
        if highest.iter().any(|draw| *draw > self.last) {
            for k in (0..BLOCK).filter(|k| draws[*k] > self.last) {
                counts[k] -= self.ends.len() as u16;
                counts[k] += self.settle(first + k as u32, step, pass, draws[k]);
            }
        }
    }

    /// Sixteen random bits for each neuron of a block. The loop over counters is the long one, so
    /// that it is the one that becomes vectors.
    #[inline(always)]
    fn draws(&self, first: u32, step: u64, pass: u32) -> [u16; BLOCK] {
        let (mut low, mut high) = ([0u64; BLOCK / SHARE], [0u64; BLOCK / SHARE]);
        let [step_low, step_high] = [step as u32, (step >> 32) as u32];
        let counters = first / SHARE as u32..;
        for ((low, high), counter) in low.iter_mut().zip(&mut high).zip(counters) {
            let [a, b, c, d] = philox([counter, step_low, step_high, pass], self.key);
            *low = u64::from(a) | u64::from(b) << 32;
            *high = u64::from(c) | u64::from(d) << 32;
        }
        let mut draws = [0u16; BLOCK];
        for ((low, high), out) in low.iter().zip(&high).zip(draws.as_chunks_mut::<8>().0) {
            for k in 0..4 {
                out[k] = (low >> (16 * k)) as u16;
                out[k + 4] = (high >> (16 * k)) as u16;
            }
        }
        draws
    }

    /// The count of a neuron whose first sixteen bits are a shared cell.
    #[cold]
    fn settle(&self, neuron: u32, step: u64, pass: u32, cell: u16) -> u16 {
        let counter = [neuron, step as u32, (step >> 32) as u32, !pass];
        let fine = f64::from(philox(counter, self.key)[0]) * 2f64.powi(-32);
        let place = f64::from(cell - self.last - 1) + fine;
        self.rest.iter().take(self.rest.len() - 1).take_while(|rest| place >= **rest).count() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::random::key;

    #[test]
    fn counts_follow_the_distribution() {
        for mean in [0.003, 0.2, 0.3, 2.0, 15.0, 40.0] {
            let sampler = PoissonSampler::new(key(5, "test", 0), mean);
            let mut histogram = vec![0.0; 200];
            let (blocks, steps) = (4, 400);
            for step in 0..steps {
                for block in 0..blocks {
                    let mut input = [0.0; BLOCK];
                    sampler.add(block * BLOCK as u32, step, 1.0, &mut input);
                    input.iter().for_each(|k| histogram[*k as usize] += 1.0);
                }
            }
            let n = f64::from(blocks) * steps as f64 * BLOCK as f64;
            let (mut chi2, mut cells, mut p) = (0.0, 0.0, (-mean).exp());
            for (k, count) in histogram.iter().enumerate() {
                if n * p > 10.0 {
                    chi2 += (count - n * p).powi(2) / (n * p);
                    cells += 1.0;
                }
                p *= mean / (k as f64 + 1.0);
            }
            let dof: f64 = cells - 1.0;
            assert!(
                chi2 < dof + 5.0 * (2.0 * dof).sqrt() + 10.0,
                "mean {mean}: chi² {chi2} / {dof}"
            );
        }
    }

    #[test]
    fn at_most_one_event_comes_with_the_probability() {
        for mean in [1e-4, 0.16, 0.999, 1.0, 3.0] {
            let sampler = PoissonSampler::at_most_one(key(5, "test", 0), mean);
            let (mut events, steps) = (0u64, 1000);
            for step in 0..steps {
                let counts = sampler.counts(0, step);
                assert!(counts.iter().all(|k| *k <= 1));
                events += counts.iter().map(|k| u64::from(*k)).sum::<u64>();
            }
            let (n, p) = (steps as f64 * BLOCK as f64, mean.min(1.0));
            let sd = (n * p * (1.0 - p)).sqrt();
            assert!((events as f64 - n * p).abs() <= 4.0 * sd, "{events} for {}", n * p);
        }
    }

    #[test]
    fn a_neuron_draws_the_same_however_many_there_are() {
        for mean in [0.1, 2.0] {
            let sampler = PoissonSampler::new(key(5, "test", 0), mean);
            let (mut whole, mut part) = ([0.0; 512], [0.0; 64]);
            sampler.add(1024, 9, 0.5, &mut whole);
            sampler.add(1024, 9, 0.5, &mut part);
            assert_eq!(whole[..64], part);
            let counts = sampler.counts(1024, 9);
            assert!(counts.iter().zip(&whole).all(|(k, x)| 0.5 * f64::from(*k) == *x));
        }
    }

    #[test]
    fn a_rate_that_comes_and_goes_leaves_no_trace() {
        let mut sampler = PoissonSampler::new(key(5, "test", 0), 0.1);
        let fresh = sampler.counts(0, 3);
        for mean in [0.0, 2.0, 0.25, 0.250_001, 40.0, 0.1] {
            sampler.set_mean(mean);
            let n = f64::from(sampler.counts(0, 4).iter().map(|k| u32::from(*k)).sum::<u32>());
            let expected = mean * BLOCK as f64;
            assert!((n - expected).abs() <= 5.0 * expected.sqrt(), "{n} events for {expected}");
        }
        assert_eq!(sampler.counts(0, 3), fresh);
    }

    #[test]
    fn neighbours_and_steps_are_uncorrelated() {
        let sampler = PoissonSampler::new(key(6, "test", 0), 2.0);
        let mut rows = Vec::new();
        for step in 0..2000 {
            let mut input = [0.0; 64];
            sampler.add(0, step, 1.0, &mut input);
            rows.push(input);
        }
        let n = 1999.0 * 63.0;
        let correlation = |f: &dyn Fn(usize, usize) -> (f64, f64)| {
            let pairs = (0..1999).flat_map(|t| (0..63).map(move |k| (t, k)));
            pairs.map(|(t, k)| f(t, k)).map(|(a, b)| (a - 2.0) * (b - 2.0)).sum::<f64>() / n / 2.0
        };
        let next_neuron = correlation(&|t, k| (rows[t][k], rows[t][k + 1]));
        let next_step = correlation(&|t, k| (rows[t][k], rows[t + 1][k]));
        assert!(next_neuron.abs() < 4.0 / f64::sqrt(n) && next_step.abs() < 4.0 / f64::sqrt(n));
    }
}
