//! Few Poisson events among many neurons: how many there are in a block, then whom each befalls.
//!
//! If the number of events of n neurons together has a Poisson distribution of mean `n λ` and each falls on any
//! neuron with the same probability, independently, then the counts of the neurons are independent and have
//! Poisson distributions of mean λ (Kingman 1993, *Poisson processes*, ch. 5, the colouring theorem read backwards). It
//! takes about `n λ / 8` random blocks instead of `n / 8`. What a block draws depends on its place in the population
//! and on the step alone.

use neuropil_core::random::philox;

use crate::neurons::BLOCK;

/// Largest mean count of a neuron at which this is cheaper than a draw for each.
pub(super) const MOST: f64 = 0.25;

/// Largest mean number of events in a block.
const EVENTS: usize = (MOST * BLOCK as f64) as usize;

/// Numbers of events looked at on either side of the most probable one: more than ten standard deviations.
const REACH: usize = 128;

/// Fourth words of counters: of the number of events, and of the first neurons that they befall. Draws for
/// each neuron have others.
const HOW_MANY: u32 = 1 << 31;
const WHOM: u32 = HOW_MANY + 1;

/// Counters taken side by side, and the events that they settle.
const SIDE: usize = 8;
const SETTLED: usize = 8 * SIDE;

/// `1/k`.
static RECIPROCALS: [f64; EVENTS + REACH + 1] = {
    let mut list = [0.0; EVENTS + REACH + 1];
    let mut k = 1;
    while k < list.len() {
        list[k] = 1.0 / k as f64;
        k += 1;
    }
    list
};

/// The distribution of the number of events of a block in a step.
#[derive(Debug, Clone)]
pub(super) struct Scattered {
    mean: f64,
    per_mean: f64,
    /// Most probable number and its probability.
    mode: usize,
    at_mode: f64,
    /// `ln k!`
    ln_factorials: Vec<f64>,
}

impl Scattered {
    /// No events.
    pub fn new() -> Self {
        let sums = (0..=EVENTS).scan(0.0, |sum, k| {
            *sum += if k > 0 { (k as f64).ln() } else { 0.0 };
            Some(*sum)
        });
        let ln_factorials = sums.collect();
        Self { mean: 0.0, per_mean: 0.0, mode: 0, at_mode: 1.0, ln_factorials }
    }

    /// Sets the mean count of a neuron, above 0 and at most [`MOST`].
    pub fn set_mean(&mut self, mean: f64) {
        let mean = mean * BLOCK as f64;
        (self.mean, self.per_mean) = (mean, 1.0 / mean);
        self.mode = (mean as usize).min(EVENTS);
        let ln = self.mode as f64 * mean.ln() - mean - self.ln_factorials[self.mode];
        self.at_mode = ln.exp();
    }

    /// The number of events that belongs to a uniform number in [0, 1). Looks at the most probable number first,
    /// then at its neighbours on both sides in turn: any order gives the same distribution, this one the
    /// shortest search. Probabilities are right to 1e-13.
    #[inline]
    fn number(&self, uniform: f64) -> usize {
        let mut rest = uniform - self.at_mode;
        if rest < 0.0 {
            return self.mode;
        }
        let (mut above, mut below) = (self.at_mode, self.at_mode);
        for k in 1..=REACH {
            above *= self.mean * RECIPROCALS[self.mode + k];
            rest -= above;
            if rest < 0.0 {
                return self.mode + k;
            }
            if k <= self.mode {
                below *= (self.mode - k + 1) as f64 * self.per_mean;
                rest -= below;
                if rest < 0.0 {
                    return self.mode - k;
                }
            }
        }
        self.mode
    }

    /// Calls `visit` for the neuron, within its block, of every event that the block beginning at `first` has
    /// in the step.
    #[inline(always)]
    pub fn each(&self, key: [u32; 2], first: u32, step: u64, mut visit: impl FnMut(usize)) {
        let place = first / BLOCK as u32;
        let counter = |last: u32| [place, step as u32, (step >> 32) as u32, last];
        let [high, low, ..] = philox(counter(HOW_MANY), key);
        let bits = (u64::from(high) << 32 | u64::from(low)) >> 11;
        let mut left = self.number(bits as f64 * (1.0 / (1u64 << 53) as f64));
        let mut from = WHOM;
        while left > 0 {
            // The loop over counters is the one that becomes vectors.
            let mut words = [[0u32; SIDE]; 4];
            for lane in 0..SIDE {
                let block = philox(counter(from + lane as u32), key);
                for (row, word) in words.iter_mut().zip(block) {
                    row[lane] = word;
                }
            }
            let now = left.min(SETTLED);
            for word in words.as_flattened().iter().take(now.div_ceil(2)) {
                visit(*word as usize % BLOCK);
            }
            for word in words.as_flattened().iter().take(now / 2) {
                visit((*word >> 16) as usize % BLOCK);
            }
            left -= now;
            from += SIDE as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::key;

    use super::*;

    /// Pearson's statistic within five standard deviations of its mean.
    fn plausible(statistic: f64, freedom: f64) -> bool {
        (statistic - freedom).abs() < 5.0 * (2.0 * freedom).sqrt()
    }

    #[test]
    fn numbers_of_events_have_the_probabilities_of_poisson() {
        for mean in [1e-6, 0.001, 0.0019, 0.002, 0.08, 0.16, MOST] {
            let mut law = Scattered::new();
            law.set_mean(mean);
            // The search cuts [0, 1) into pieces, one or two per number: measure them on a fine grid.
            let n = 1_000_000;
            let mut share = vec![0.0; EVENTS + REACH + 1];
            for k in 0..n {
                share[law.number((f64::from(k) + 0.5) / f64::from(n))] += 1.0 / f64::from(n);
            }
            let all = mean * BLOCK as f64;
            let mut p = (-all).exp();
            for (k, share) in share.iter().enumerate() {
                assert!((share - p).abs() < 4e-6, "mean {all}: P({k}) = {share}, not {p}");
                p *= all / (k as f64 + 1.0);
            }
        }
    }

    #[test]
    fn counts_of_neurons_are_poisson_uniform_and_independent() {
        let (mean, steps) = (0.12, 20_000u32);
        let mut law = Scattered::new();
        law.set_mean(mean);
        let mut totals = vec![0.0; BLOCK];
        let mut histogram = [0.0; 4];
        // Products of neighbours in space, of halves of the block, and of steps.
        let mut joint = [[0.0; 2]; 3];
        let mut last = [0u8; BLOCK];
        for step in 0..steps {
            let mut counts = [0u8; BLOCK];
            law.each(key(8, "test", 0), 1024, u64::from(step), |k| counts[k] += 1);
            for k in 0..BLOCK {
                totals[k] += f64::from(counts[k]);
                histogram[usize::from(counts[k]).min(3)] += 1.0;
                let here = f64::from(counts[k]) - mean;
                let others = [counts[(k + 1) % BLOCK], counts[(k + BLOCK / 2) % BLOCK], last[k]];
                for (joint, other) in joint.iter_mut().zip(others) {
                    joint[0] += here * (f64::from(other) - mean);
                    joint[1] += 1.0;
                }
            }
            last = counts;
        }
        let expected = mean * f64::from(steps);
        let spread: f64 = totals.iter().map(|t| (t - expected).powi(2) / expected).sum();
        assert!(plausible(spread, BLOCK as f64), "uniformity: {spread}");
        let n = f64::from(steps) * BLOCK as f64;
        let p = |k: i32| (-mean).exp() * mean.powi(k);
        let law = [p(0), p(1), p(2) / 2.0, 1.0 - p(0) - p(1) - p(2) / 2.0];
        let cells = histogram.iter().zip(law).map(|(found, p)| (found - n * p).powi(2) / (n * p));
        let statistic: f64 = cells.sum();
        assert!(statistic < 25.0, "law of a neuron: {statistic} with 3 degrees of freedom");
        for (which, [sum, n]) in ["neighbour", "opposite", "step before"].iter().zip(joint) {
            let correlation = sum / n / mean;
            // Pairs of neighbours and of opposites are seen twice or overlap: four deviations and a half.
            assert!(correlation.abs() < 4.5 / f64::sqrt(0.5 * n), "{which}: {correlation}");
        }
    }

    #[test]
    fn blocks_and_steps_draw_numbers_of_their_own() {
        let mut law = Scattered::new();
        law.set_mean(0.2);
        let drawn = |first: u32, step: u64| {
            let mut events = Vec::new();
            law.each(key(8, "test", 0), first, step, |k| events.push(k));
            events
        };
        assert_eq!(drawn(512, 7), drawn(512, 7));
        assert!(drawn(512, 7) != drawn(0, 7) && drawn(512, 7) != drawn(512, 8));
        assert!(drawn(0, 7) != drawn(0, 7 + (1 << 32)));
    }
}
