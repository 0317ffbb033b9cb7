//! Independent Poisson counts for many neurons at once.
//!
//! A count is the number of steps of the cumulative distribution below a uniform number. Sixteen
//! random bits settle it unless they fall on a step; then 32 more decide, so that the distribution
//! is exact to 2⁻⁴⁸. One Philox block serves eight neurons; large means are split into equal parts
//! of at most 16, whose counts add.

use neuropil_core::random::philox;

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
    passes: u32,
    /// `P(K ≤ k)` in units of 2⁻¹⁶.
    cumulative: Vec<f64>,
    /// Whole part of the above: draws beyond it are above the step, draws on it must look closer.
    steps: Vec<u16>,
}

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
            passes: 0,
            cumulative: Vec::new(),
            steps: Vec::new(),
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
        if self.at_most_one {
            // One step: a draw above it is an event.
            let none = (1.0 - mean).max(0.0) * 65_536.0;
            self.passes = u32::from(mean > 0.0);
            (self.cumulative, self.steps) = (vec![none], vec![none as u16]);
            return;
        }
        self.passes = if mean > 0.0 { (mean / MOST).ceil() as u32 } else { 0 };
        self.cumulative.clear();
        self.steps.clear();
        let part = mean / f64::from(self.passes.max(1));
        let mut p = (-part).exp();
        let mut sum = p;
        let mut k = 0.0;
        // Beyond this the whole tail lies below the resolution of the draw.
        while 1.0 - sum > 1e-16 && k < 200.0 {
            self.cumulative.push(sum * 65_536.0);
            // No draw lies above the largest: one step there is enough to send it to be settled.
            let step = (sum * 65_536.0) as u16;
            if self.steps.last() != Some(&u16::MAX) {
                self.steps.push(step);
            }
            k += 1.0;
            p *= part / k;
            sum += p;
        }
    }

    /// Adds `weight × count` to `input` for the neurons from `first` on.
    ///
    /// # Shapes
    /// `input` has one entry per neuron, at most [`BLOCK`]; `first` is a multiple of 8.
    #[inline(always)]
    pub fn add(&self, first: u32, step: u64, weight: f64, input: &mut [f64]) {
        let counts = self.counts(first, step);
        for (x, count) in input.iter_mut().zip(&counts) {
            *x += weight * f64::from(*count);
        }
    }

    /// The counts of the neurons from `first` on, a multiple of 8.
    #[inline(always)]
    pub fn counts(&self, first: u32, step: u64) -> [u16; BLOCK] {
        let mut counts = [0u16; BLOCK];
        for pass in 0..self.passes {
            self.pass(first, step, pass, &mut counts);
        }
        counts
    }

    /// Adds the counts of one pass.
    #[inline(always)]
    fn pass(&self, first: u32, step: u64, pass: u32, counts: &mut [u16; BLOCK]) {
        let draws = self.draws(first, step, pass);
        let (mut above, mut at_least) = ([0u16; BLOCK], [0u16; BLOCK]);
        for (part, draws) in draws.as_chunks::<64>().0.iter().enumerate() {
            let (mut a, mut l) = ([0u16; 64], [0u16; 64]);
            for t in &self.steps {
                for k in 0..64 {
                    a[k] += u16::from(draws[k] > *t);
                    l[k] += u16::from(draws[k] >= *t);
                }
            }
            above.as_chunks_mut::<64>().0[part] = a;
            at_least.as_chunks_mut::<64>().0[part] = l;
        }
        let mut unsettled = 0;
        for k in 0..BLOCK {
            counts[k] += above[k];
            unsettled |= above[k] ^ at_least[k];
        }
        if unsettled != 0 {
            for k in (0..BLOCK).filter(|k| above[*k] != at_least[*k]) {
                let neuron = first + k as u32;
                counts[k] += self.settle(neuron, step, pass, draws[k], above[k]);
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

    /// What to add to the count of a neuron whose first sixteen bits fell on a step.
    #[cold]
    fn settle(&self, neuron: u32, step: u64, pass: u32, draw: u16, above: u16) -> u16 {
        let counter = [neuron, step as u32, (step >> 32) as u32, !pass];
        let fine = f64::from(draw) + f64::from(philox(counter, self.key)[0]) * 2f64.powi(-32);
        self.cumulative[usize::from(above)..].iter().take_while(|c| fine >= **c).count() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::random::key;

    #[test]
    fn counts_follow_the_distribution() {
        for mean in [0.003, 0.2, 2.0, 15.0, 40.0] {
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
    fn a_neuron_draws_the_same_wherever_its_block_begins() {
        let sampler = PoissonSampler::new(key(5, "test", 0), 2.0);
        let (mut whole, mut part) = ([0.0; 512], [0.0; 64]);
        sampler.add(0, 9, 1.0, &mut whole);
        sampler.add(128, 9, 1.0, &mut part);
        assert_eq!(whole[128..192], part);
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
