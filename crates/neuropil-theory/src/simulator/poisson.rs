//! Poisson counts of one class of synapses for many lanes, by inversion of one 32-bit number each.

use neuropil_core::random::key;

/// Multipliers and key increments of Philox4x32, whose rounds run over all lanes at once here.
const M0: u32 = 0xD251_1F53;
const M1: u32 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// Draws for `L` trials. The cumulative distribution is kept to 32 bits: a mean of λ is
/// realised to 2⁻³² in absolute terms.
pub(super) struct PoissonLanes<const L: usize> {
    key: [u32; 2],
    streams: [u64; L],
    /// `limits[k][lane]`: a draw above it means more than k events.
    limits: Vec<[u32; L]>,
    /// Four draws of each lane, for four steps.
    draws: [[u32; L]; 4],
}

impl<const L: usize> PoissonLanes<L> {
    /// Lanes with the given means; lanes beyond them never have an event.
    pub(super) fn new(class: usize, means: &[f64], streams: &[u64], seed: u64) -> Self {
        let mut limits: Vec<[u32; L]> = Vec::new();
        for (lane, &mean) in means.iter().enumerate() {
            for (k, limit) in cumulative(mean).into_iter().enumerate() {
                if limits.len() == k {
                    limits.push([u32::MAX; L]);
                }
                limits[k][lane] = limit;
            }
        }
        let mut all = [0; L];
        all[..streams.len()].copy_from_slice(streams);
        let key = key(seed, "theory input", class as u64);
        Self { key, streams: all, limits, draws: [[0; L]; 4] }
    }

    /// Prepares the draws of steps `4·block` to `4·block + 3`.
    #[inline(always)]
    pub(super) fn draw(&mut self, block: u64) {
        let (low, high) = (block as u32, (block >> 32) as u32);
        let [first, second, third, fourth] = &mut self.draws;
        for lane in 0..L {
            first[lane] = self.streams[lane] as u32;
            second[lane] = (self.streams[lane] >> 32) as u32;
        }
        *third = [low; L];
        *fourth = [high; L];
        let [mut k0, mut k1] = self.key;
        for _ in 0..10 {
            for lane in 0..L {
                let p0 = u64::from(M0) * u64::from(first[lane]);
                let p1 = u64::from(M1) * u64::from(third[lane]);
                first[lane] = (p1 >> 32) as u32 ^ second[lane] ^ k0;
                second[lane] = p1 as u32;
                third[lane] = (p0 >> 32) as u32 ^ fourth[lane] ^ k1;
                fourth[lane] = p0 as u32;
            }
            k0 = k0.wrapping_add(W0);
            k1 = k1.wrapping_add(W1);
        }
    }

    /// Number of events of each lane in a step of the present block.
    #[inline(always)]
    pub(super) fn counts(&self, step: usize) -> [u32; L] {
        let draws = &self.draws[step];
        let mut counts = [0; L];
        for limits in &self.limits {
            for lane in 0..L {
                counts[lane] += u32::from(draws[lane] > limits[lane]);
            }
        }
        counts
    }
}

/// For k = 0, 1, …: the largest 32-bit draw that means at most k events.
fn cumulative(mean: f64) -> Vec<u32> {
    let mut limits = Vec::new();
    let mut term = (-mean).exp();
    let mut sum = term;
    let whole = 4_294_967_296.0;
    for k in 1.. {
        let below = (sum * whole + 0.5).floor();
        // after the mean, terms only fall: stop when the rest is below half a unit of the draw
        if below >= whole || (f64::from(k) > mean && term * whole < 1e-3) {
            break;
        }
        limits.push(if below < 1.0 { 0 } else { (below - 1.0) as u32 });
        term *= mean / f64::from(k);
        sum += term;
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::super::kernel::LANES;
    use super::*;

    #[test]
    fn counts_have_poisson_mean_and_variance_in_every_lane() {
        let means: Vec<f64> = (0..LANES).map(|l| [0.0, 0.003, 0.4, 3.0, 40.0][l % 5]).collect();
        let streams: Vec<u64> = (0..LANES as u64).collect();
        let mut lanes = PoissonLanes::<LANES>::new(0, &means, &streams, 5);
        let n = 200_000;
        let mut sums = [[0.0; 2]; LANES];
        for block in 0..n / 4 {
            lanes.draw(block);
            for step in 0..4 {
                for (sum, count) in sums.iter_mut().zip(lanes.counts(step)) {
                    sum[0] += f64::from(count);
                    sum[1] += f64::from(count).powi(2);
                }
            }
        }
        for (lane, mean) in means.iter().enumerate() {
            let average = sums[lane][0] / n as f64;
            let variance = sums[lane][1] / n as f64 - average * average;
            let error = (mean / n as f64).sqrt();
            assert!((average - mean).abs() <= 4.0 * error, "{mean}: {average}");
            let spread = ((mean + 2.0 * mean * mean) / n as f64).sqrt();
            assert!((variance - mean).abs() <= 4.5 * spread, "{mean}: variance {variance}");
        }
    }

    #[test]
    fn lanes_draw_the_blocks_of_their_streams() {
        let streams: Vec<u64> = (0..LANES as u64).map(|k| k * 0x1_2345_6789).collect();
        let mut lanes = PoissonLanes::<LANES>::new(3, &[1.0; LANES], &streams, 77);
        let block = 0x5_0000_0007;
        lanes.draw(block);
        for (lane, stream) in streams.iter().enumerate() {
            let counter = [*stream as u32, (stream >> 32) as u32, block as u32, 5];
            let expected = neuropil_core::random::philox(counter, key(77, "theory input", 3));
            assert_eq!(lanes.draws.map(|row| row[lane]), expected);
        }
    }

    #[test]
    fn limits_are_the_cumulative_distribution() {
        let limits = cumulative(1.0);
        let whole = 4_294_967_296.0;
        let one = (-1.0_f64).exp();
        for (k, cdf) in [(0, one), (1, 2.0 * one), (2, 2.5 * one)] {
            assert!(((f64::from(limits[k]) + 1.0) / whole - cdf).abs() < 1.0 / whole);
        }
        assert!(cumulative(0.0).is_empty());
    }
}
