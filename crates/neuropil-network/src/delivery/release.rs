//! Synapses that transmit a spike with some probability.
//!
//! Every synapse decides for itself and for every spike. The decisions of one spike are drawn as
//! gaps between the rarer outcomes (geometric variables), so that the work is proportional to the
//! rarer of success and failure. The numbers of a spike belong to (connection, source, step, delay,
//! block of 512 targets): parts and panels are cut at whole blocks, so that the result does not
//! depend on how targets are divided among workers.

use neuropil_core::random::philox;

use crate::neurons::BLOCK;

/// A release probability below 1, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Release {
    key: [u32; 2],
    /// Whether gaps lie between failures.
    failures: bool,
    /// `1/ln(1 − q)`, `q` the probability of the rarer outcome; −∞ if that never happens.
    scale: f64,
    /// First block of the panel.
    first_block: u32,
}

impl Release {
    /// For synapses onto a panel that begins at neuron `panel`; `None` if they always transmit.
    pub(crate) fn new(key: [u32; 2], probability: f64, panel: u32) -> Option<Self> {
        if probability >= 1.0 {
            return None;
        }
        let failures = probability > 0.5;
        let rare = if failures { 1.0 - probability } else { probability };
        let scale = (-rare).ln_1p().recip();
        Some(Self { key, failures, scale, first_block: panel / BLOCK as u32 })
    }

    /// Calls `visit(k)` for the position in `targets` (ascending) of every synapse that transmits.
    /// `repeat` counts the spikes of this source that were delivered in this step before.
    #[inline(always)]
    pub(crate) fn each(
        &self,
        event: Event,
        repeat: u32,
        targets: &[u16],
        mut visit: impl FnMut(usize),
    ) {
        let mut begin = 0;
        while let Some(first) = targets.get(begin) {
            let block = usize::from(*first) / BLOCK;
            let run = &targets[begin..];
            let n = run.partition_point(|t| usize::from(*t) / BLOCK == block);
            let mut gaps = self.gaps(event, repeat, self.first_block + block as u32);
            let mut next = gaps.next();
            if self.failures {
                for k in 0..n {
                    if k as f64 == next {
                        next += 1.0 + gaps.next();
                    } else {
                        visit(begin + k);
                    }
                }
            } else {
                while next < n as f64 {
                    visit(begin + next as usize);
                    next += 1.0 + gaps.next();
                }
            }
            begin += n;
        }
    }

    fn gaps(&self, event: Event, repeat: u32, block: u32) -> Gaps {
        // 16 bits of delay, 23 of block, 41 of step, 32 of source, 16 of the draws.
        let counter = [
            event.source,
            event.step as u32,
            block << 9 | (event.step >> 32) as u32 & 0x1ff,
            event.delay << 16 | repeat << 9 & 0xffff,
        ];
        Gaps { key: self.key, counter, words: [0; 4], used: 4, scale: self.scale }
    }
}

/// A spike on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    /// Source, counted within the connection.
    pub(crate) source: u32,
    /// Step in which it arrives.
    pub(crate) step: u64,
    /// Its delay.
    pub(crate) delay: u32,
}

/// Numbers of synapses between two of the rarer outcomes.
struct Gaps {
    key: [u32; 2],
    counter: [u32; 4],
    words: [u32; 4],
    used: usize,
    scale: f64,
}

impl Gaps {
    #[inline(always)]
    fn next(&mut self) -> f64 {
        if self.used == 4 {
            self.words = philox(self.counter, self.key);
            self.counter[3] = self.counter[3].wrapping_add(1);
            self.used = 0;
        }
        let word = self.words[self.used];
        self.used += 1;
        let uniform = (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0);
        (uniform.ln() * self.scale).floor()
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::key;

    use super::*;

    fn transmitted(p: f64, source: u32, step: u64, targets: &[u16]) -> Vec<usize> {
        let release = Release::new(key(3, "release", 0), p, 0).unwrap();
        let mut hits = Vec::new();
        release.each(Event { source, step, delay: 15 }, 0, targets, |k| hits.push(k));
        hits
    }

    #[test]
    fn every_synapse_transmits_with_the_probability_and_independently_of_its_neighbour() {
        let targets: Vec<u16> = (0..1200).map(|k| 3 * k).collect();
        for p in [0.02, 0.3, 0.5, 0.7, 0.98] {
            let spikes = 400;
            let mut counts = vec![0.0; targets.len()];
            let (mut both, mut all) = (0.0, 0.0);
            for spike in 0..spikes {
                let hits = transmitted(p, 7, spike, &targets);
                assert!(hits.windows(2).all(|w| w[0] < w[1]));
                hits.iter().for_each(|k| counts[*k] += 1.0);
                all += hits.len() as f64;
                both += hits.windows(2).filter(|w| w[1] == w[0] + 1).count() as f64;
            }
            let n = (spikes as usize * targets.len()) as f64;
            let sd = (p * (1.0 - p) / n).sqrt();
            assert!((all / n - p).abs() < 4.0 * sd, "p {p}: {}", all / n);
            let pairs = both / (n * (1.0 - 1.0 / targets.len() as f64));
            let spread = (p * p * (1.0 - p * p) * 3.0 / n).sqrt();
            assert!((pairs - p * p).abs() < 4.0 * spread, "p {p}: {pairs} for {}", p * p);
            let expected = spikes as f64 * p;
            let variance = expected * (1.0 - p);
            let chi2: f64 = counts.iter().map(|c: &f64| (c - expected).powi(2) / variance).sum();
            let dof = targets.len() as f64;
            assert!((chi2 - dof).abs() < 5.0 * (2.0 * dof).sqrt(), "p {p}: chi² {chi2} / {dof}");
        }
    }

    #[test]
    fn a_panel_sees_what_the_whole_sees() {
        // Targets from the third block on, in a panel of their own.
        let targets: Vec<u16> = (0..2000).collect();
        let all = transmitted(0.3, 1, 9, &targets);
        let rest: Vec<u16> = (0..2000 - 1024).collect();
        let release = Release::new(key(3, "release", 0), 0.3, 1024).unwrap();
        let mut part = Vec::new();
        release.each(Event { source: 1, step: 9, delay: 15 }, 0, &rest, |k| part.push(k + 1024));
        assert_eq!(part, all.into_iter().filter(|k| *k >= 1024).collect::<Vec<_>>());
    }

    #[test]
    fn sources_steps_and_repeated_spikes_draw_anew() {
        let targets: Vec<u16> = (0..512).collect();
        let first = transmitted(0.5, 1, 9, &targets);
        assert_ne!(first, transmitted(0.5, 2, 9, &targets));
        assert_ne!(first, transmitted(0.5, 1, 10, &targets));
        let release = Release::new(key(3, "release", 0), 0.5, 0).unwrap();
        let mut again = Vec::new();
        release.each(Event { source: 1, step: 9, delay: 15 }, 1, &targets, |k| again.push(k));
        assert_ne!(first, again);
    }

    #[test]
    fn nothing_is_transmitted_with_probability_0() {
        assert!(transmitted(0.0, 1, 9, &[0, 1, 2]).is_empty());
        assert!(Release::new([0; 2], 1.0, 0).is_none());
    }
}
