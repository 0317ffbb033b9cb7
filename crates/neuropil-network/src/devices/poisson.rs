//! Independent Poisson counts for many neurons at once.
//!
//! A count is the number of steps of the cumulative distribution below a uniform number. Sixteen
//! random bits settle it unless they fall on a step; then 32 more decide, so that the distribution
//! is exact to 2⁻⁴⁸. One Philox block serves eight neurons; large means are split into equal parts
//! of at most 16, whose counts add.

use neuropil_core::random::philox;

use crate::neurons::BLOCK;

/// Neurons that share one pass: four counters in vector lanes, eight draws each.
const GROUP: usize = 32;

/// Largest mean of one pass.
const MOST: f64 = 16.0;

/// Draws `k ~ Poisson(mean)` for every neuron and step, by counter.
#[derive(Debug, Clone)]
pub struct PoissonSampler {
    key: [u32; 2],
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
        let mut sampler =
            Self { key, mean: f64::NAN, passes: 0, cumulative: Vec::new(), steps: Vec::new() };
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
            self.steps.push((sum * 65_536.0).min(65_535.0) as u16);
            k += 1.0;
            p *= part / k;
            sum += p;
        }
    }

    /// Adds `weight × count` to `input` for the neurons from `first` on.
    ///
    /// # Shapes
    /// `input` has one entry per neuron, at most [`BLOCK`]; `first` is a multiple of 32.
    #[inline(always)]
    pub fn add(&self, first: u32, step: u64, weight: f64, input: &mut [f64]) {
        let mut counts = [0u16; BLOCK];
        let used = &mut counts[..input.len().next_multiple_of(GROUP)];
        for pass in 0..self.passes {
            for (group, counts) in (first / GROUP as u32..).zip(used.as_chunks_mut::<GROUP>().0) {
                self.group(group, step, pass, counts);
            }
        }
        for (x, count) in input.iter_mut().zip(&counts) {
            *x += weight * f64::from(*count);
        }
    }

    /// Adds the counts of one group of neurons.
    #[inline(always)]
    fn group(&self, group: u32, step: u64, pass: u32, counts: &mut [u16; GROUP]) {
        let draws = self.draws(group, step, pass);
        let (mut above, mut at_least) = ([0u16; GROUP], [0u16; GROUP]);
        for t in &self.steps {
            for k in 0..GROUP {
                above[k] += u16::from(draws[k] > *t);
                at_least[k] += u16::from(draws[k] >= *t);
            }
        }
        let mut unsettled = 0;
        for k in 0..GROUP {
            counts[k] += above[k];
            unsettled |= above[k] ^ at_least[k];
        }
        if unsettled != 0 {
            for k in (0..GROUP).filter(|k| above[*k] != at_least[*k]) {
                counts[k] += self.settle(group, step, pass, k, draws[k], above[k]) - above[k];
            }
        }
    }

    /// Sixteen random bits for each neuron of a group: four Philox counters in 64-bit lanes.
    #[inline(always)]
    fn draws(&self, group: u32, step: u64, pass: u32) -> [u16; GROUP] {
        const LOW: u64 = 0xffff_ffff;
        let (m0, m1) = (0xD251_1F53_u64, 0xCD9E_8D57_u64);
        let mut c0 = [0u64; 4];
        for (lane, c) in c0.iter_mut().enumerate() {
            *c = u64::from(group) * 4 + lane as u64;
        }
        let mut c1 = [step & LOW; 4];
        let mut c2 = [step >> 32; 4];
        let mut c3 = [u64::from(pass); 4];
        let [mut k0, mut k1] = self.key;
        for _ in 0..10 {
            for l in 0..4 {
                let (p0, p1) = (m0 * (c0[l] & LOW), m1 * (c2[l] & LOW));
                c0[l] = (p1 >> 32) ^ (c1[l] & LOW) ^ u64::from(k0);
                c2[l] = (p0 >> 32) ^ (c3[l] & LOW) ^ u64::from(k1);
                (c1[l], c3[l]) = (p1, p0);
            }
            k0 = k0.wrapping_add(0x9E37_79B9);
            k1 = k1.wrapping_add(0xBB67_AE85);
        }
        let mut draws = [0u16; GROUP];
        let (low, high) = draws.split_at_mut(GROUP / 2);
        for l in 0..4 {
            for (words, out) in [((c0[l], c1[l]), &mut *low), ((c2[l], c3[l]), &mut *high)] {
                let joined = (words.0 & LOW) | (words.1 << 32);
                for (k, out) in out[4 * l..4 * l + 4].iter_mut().enumerate() {
                    *out = (joined >> (16 * k)) as u16;
                }
            }
        }
        draws
    }

    /// The count of a neuron whose first sixteen bits fell on a step.
    #[cold]
    fn settle(&self, group: u32, step: u64, pass: u32, k: usize, draw: u16, above: u16) -> u16 {
        let counter = [group * GROUP as u32 + k as u32, step as u32, (step >> 32) as u32, !pass];
        let fine = f64::from(draw) + f64::from(philox(counter, self.key)[0]) * 2f64.powi(-32);
        let beyond =
            self.cumulative[usize::from(above)..].iter().take_while(|c| fine >= **c).count();
        above + beyond as u16
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
