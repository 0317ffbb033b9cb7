//! Populations that spike at random: independent or correlated Poisson processes.
//!
//! In a step the number of spikes of all neurons together is drawn, then the neuron of each: the
//! work is proportional to the spikes, not to the neurons. The numbers of a step depend on the
//! population and the step alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use neuropil_core::Clock;
use neuropil_core::random::Stream;

use crate::description::{
    Bounds, Distribution, Generator, Interaction, Process, Shape, Waveform, Window,
};

/// A generator in the middle of its life.
#[derive(Debug)]
pub(crate) struct Spiking {
    size: u32,
    clock: Clock,
    key: [u32; 2],
    window: Window,
    course: Course,
}

/// What it remembers from step to step.
#[derive(Debug)]
enum Course {
    Poisson { rate_hz: Waveform, at_most_one: bool },
    Frames { every: u64, rates_hz: Vec<f64>, frame: usize, sums: Vec<f64> },
    Correlated(Correlated),
}

/// Correlated trains, and the spikes that were displaced into the future.
#[derive(Debug)]
struct Correlated {
    rate_hz: Waveform,
    correlation: f64,
    interaction: Interaction,
    jitter: Option<Distribution>,
    /// Steps by which common events are drawn ahead, so that their copies may come earlier.
    lead: u64,
    /// Steps before the beginning whose copies may still arrive.
    tail: u64,
    begun: bool,
    pending: BinaryHeap<Reverse<(u64, u32)>>,
}

/// Displacements of normally distributed jitter are drawn again beyond so many SD.
const MOST_SD: f64 = 6.0;

/// Common events are stamped with this much added, so that there are stamps before the beginning.
const EPOCH: u64 = 1 << 40;

impl Spiking {
    /// A generator of `size` neurons whose numbers depend on `key`.
    pub(crate) fn new(generator: &Generator, size: u32, clock: Clock, key: [u32; 2]) -> Self {
        let course = match generator.process.clone() {
            Process::Poisson { rate_hz, at_most_one } => Course::Poisson { rate_hz, at_most_one },
            Process::Frames { every, rates_hz } => {
                Course::Frames { every, rates_hz, frame: usize::MAX, sums: Vec::new() }
            }
            Process::Correlated { rate_hz, correlation, interaction, jitter } => {
                let jitter = jitter.map(bounded);
                let (low, high) = jitter.as_ref().map_or((0.0, 0.0), range);
                let steps = |ms: f64| clock.nearest(ms.max(0.0)) + u64::from(ms > 0.0);
                Course::Correlated(Correlated {
                    rate_hz,
                    correlation,
                    interaction,
                    jitter,
                    lead: steps(-low),
                    tail: steps(high),
                    begun: false,
                    pending: BinaryHeap::new(),
                })
            }
        };
        Self { size, clock, key, window: generator.window, course }
    }

    /// Appends the spikes that are stamped `step + 1`, ascending. Steps must come one by one.
    pub(crate) fn send(&mut self, step: u64, out: &mut Vec<u32>) {
        let stamp = step + 1;
        let begin = out.len();
        let dt_ms = self.clock.dt_ms();
        let (size, key) = (self.size, self.key);
        match &mut self.course {
            Course::Poisson { rate_hz, at_most_one } => {
                let mean = (rate_hz.at(stamp, dt_ms) * dt_ms * 1e-3).max(0.0);
                let mut stream = Stream::new(key, stamp);
                if *at_most_one {
                    some(size, mean.min(1.0), &mut stream, |n| out.push(n));
                } else {
                    anywhere(size, mean * f64::from(size), &mut stream, |n| out.push(n));
                }
            }
            Course::Frames { every, rates_hz, frame, sums } => {
                let frames = rates_hz.len() / size as usize;
                let now = usize::try_from(step / *every).unwrap_or(usize::MAX).min(frames - 1);
                if now != *frame {
                    *frame = now;
                    let rates = &rates_hz[now * size as usize..][..size as usize];
                    sums.clear();
                    sums.extend(rates.iter().scan(0.0, |sum, r| {
                        *sum += r.max(0.0);
                        Some(*sum)
                    }));
                }
                let total = sums.last().copied().unwrap_or(0.0);
                let mut stream = Stream::new(key, stamp);
                for _ in 0..stream.poisson(total * dt_ms * 1e-3) {
                    let draw = stream.uniform() * total;
                    let neuron = sums.partition_point(|sum| *sum <= draw).min(sums.len() - 1);
                    out.push(neuron as u32);
                }
            }
            Course::Correlated(course) => course.send(stamp, size, key, self.clock, out),
        }
        if !self.window.holds(stamp) {
            out.truncate(begin);
        }
        out[begin..].sort_unstable();
    }
}

impl Correlated {
    fn send(&mut self, stamp: u64, size: u32, key: [u32; 2], clock: Clock, out: &mut Vec<u32>) {
        let ahead = stamp + self.lead + EPOCH;
        let first = if self.begun { ahead } else { stamp + EPOCH - self.tail.min(EPOCH) };
        self.begun = true;
        for mother in first..=ahead {
            self.draw(mother, stamp, size, key, clock);
        }
        while let Some(Reverse((due, neuron))) = self.pending.peek().copied()
            && due <= stamp
        {
            self.pending.pop();
            out.push(neuron);
        }
    }

    /// Draws what is stamped `mother − EPOCH` before displacement; keeps what is not before `stamp`.
    fn draw(&mut self, mother: u64, stamp: u64, size: u32, key: [u32; 2], clock: Clock) {
        let dt_ms = clock.dt_ms();
        let at = mother.saturating_sub(EPOCH).max(1);
        let mean = (self.rate_hz.at(at, dt_ms) * dt_ms * 1e-3).max(0.0);
        let c = self.correlation;
        let mut stream = Stream::new(key, mother);
        let jitter = self.jitter;
        let pending = &mut self.pending;
        let mut keep = |neuron: u32, stream: &mut Stream| {
            let shift = jitter.map_or(0, |law| {
                let ms = law.draw(stream);
                let steps = clock.nearest(ms.abs()) as i64;
                if ms < 0.0 { -steps } else { steps }
            });
            let due = mother.saturating_add_signed(shift);
            if due >= stamp + EPOCH {
                pending.push(Reverse((due - EPOCH, neuron)));
            }
        };
        let mut members = Vec::new();
        match self.interaction {
            Interaction::Single => {
                anywhere(size, (1.0 - c) * mean * f64::from(size), &mut stream, |n| {
                    members.push(n);
                });
                for _ in 0..stream.poisson(c * mean) {
                    members.extend(0..size);
                }
            }
            Interaction::Multiple if c > 0.0 => {
                for _ in 0..stream.poisson(mean / c) {
                    some(size, c, &mut stream, |n| members.push(n));
                }
            }
            Interaction::Multiple => {
                anywhere(size, mean * f64::from(size), &mut stream, |n| members.push(n));
            }
        }
        for neuron in members {
            keep(neuron, &mut stream);
        }
    }
}

/// `k ~ Poisson(mean)` neurons, each drawn uniformly: independent Poisson counts of all of them.
fn anywhere(size: u32, mean: f64, stream: &mut Stream, mut visit: impl FnMut(u32)) {
    for _ in 0..stream.poisson(mean) {
        visit(stream.below(size));
    }
}

/// Every neuron with probability `p`, by geometric gaps.
fn some(size: u32, p: f64, stream: &mut Stream, mut visit: impl FnMut(u32)) {
    if p >= 1.0 {
        return (0..size).for_each(visit);
    }
    if p <= 0.0 {
        return;
    }
    let scale = (-p).ln_1p().recip();
    let mut next = (stream.uniform_open().ln() * scale).floor();
    while next < f64::from(size) {
        visit(next as u32);
        next += 1.0 + (stream.uniform_open().ln() * scale).floor();
    }
}

/// A displacement with ends on both sides.
fn bounded(law: Distribution) -> Distribution {
    if !matches!(law.bounds, Bounds::None) {
        return law;
    }
    let (low, high) = match law.shape {
        Shape::Constant(x) => (x, x),
        Shape::Uniform { low, high } => (low, high),
        Shape::Normal { mean, sd } => (mean - MOST_SD * sd, mean + MOST_SD * sd),
        Shape::Lognormal { mu, sigma } => (0.0, (mu + MOST_SD * sigma).exp()),
        Shape::Exponential { mean } => (0.0, 40.0 * mean),
    };
    let ends = [low, high].map(|x| law.offset + law.scale * x);
    let (min, max) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    Distribution { bounds: Bounds::Redraw { min, max }, ..law }
}

/// The ends of a bounded displacement; infinite ones count as 10 s.
fn range(law: &Distribution) -> (f64, f64) {
    match law.bounds {
        Bounds::Clip { min, max } | Bounds::Redraw { min, max } => {
            (min.clamp(-1e4, 1e4), max.clamp(-1e4, 1e4))
        }
        Bounds::None => (0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::key;

    use super::*;

    fn spiking(process: Process, size: u32) -> Spiking {
        let generator = Generator { process, window: Window::ALWAYS };
        Spiking::new(&generator, size, Clock::new(0.1).unwrap(), key(2, "source", 0))
    }

    /// Counts per neuron in bins of `bin` steps.
    fn counts(process: Process, size: u32, bins: usize, bin: usize) -> Vec<Vec<f64>> {
        let mut source = spiking(process, size);
        let mut rows = vec![vec![0.0; bins]; size as usize];
        let mut out = Vec::new();
        for step in 0..bins * bin {
            out.clear();
            source.send(step as u64, &mut out);
            assert!(out.is_sorted());
            out.iter().for_each(|n| rows[*n as usize][step / bin] += 1.0);
        }
        rows
    }

    fn moments(rows: &[Vec<f64>]) -> (f64, f64, f64) {
        let n = rows[0].len() as f64;
        let mean_of = |row: &Vec<f64>| row.iter().sum::<f64>() / n;
        let mean = rows.iter().map(mean_of).sum::<f64>() / rows.len() as f64;
        let var = rows
            .iter()
            .map(|row| row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
            .sum::<f64>()
            / rows.len() as f64;
        let size = rows.len() as f64;
        let sums: Vec<f64> =
            (0..rows[0].len()).map(|k| rows.iter().map(|row| row[k] - mean).sum()).collect();
        let total = sums.iter().map(|s| s * s).sum::<f64>() / n;
        // Var(Σ) = N·var + N(N−1)·cov.
        (mean, var, (total - size * var) / (size * (size - 1.0)) / var)
    }

    #[test]
    fn poisson_counts_have_equal_mean_and_variance_and_no_correlation() {
        let rate_hz = Waveform::Constant(50.0);
        let rows = counts(Process::Poisson { rate_hz, at_most_one: false }, 60, 2000, 100);
        let (mean, var, c) = moments(&rows);
        assert!((mean - 0.5).abs() < 4.0 * (0.5f64 / 120_000.0).sqrt(), "mean {mean}");
        assert!((var / mean - 1.0).abs() < 0.03, "Fano factor {}", var / mean);
        assert!(c.abs() < 4.0 / (2000.0f64).sqrt() / 60.0 * 2.0, "correlation {c}");
    }

    #[test]
    fn at_most_one_spike_per_step_narrows_the_counts() {
        // 2 kHz at 0.1 ms: p = 0.2 a step, variance p(1 − p) per step.
        let rate_hz = Waveform::Constant(2000.0);
        let rows = counts(Process::Poisson { rate_hz, at_most_one: true }, 20, 1000, 100);
        let (mean, var, _) = moments(&rows);
        assert!((mean - 20.0).abs() < 0.15 && (var / mean - 0.8).abs() < 0.03, "{mean}, {var}");
        let one = counts(
            Process::Poisson { rate_hz: Waveform::Constant(2e6), at_most_one: true },
            3,
            10,
            1,
        );
        assert!(one.iter().flatten().all(|x| *x == 1.0));
    }

    #[test]
    fn correlated_trains_are_poisson_with_the_given_pairwise_correlation() {
        for interaction in [Interaction::Single, Interaction::Multiple] {
            for correlation in [0.0, 0.1, 0.6, 1.0] {
                let rate_hz = Waveform::Constant(40.0);
                let process =
                    Process::Correlated { rate_hz, correlation, interaction, jitter: None };
                let (mean, var, c) = moments(&counts(process, 20, 4000, 100));
                assert!((mean - 0.4).abs() < 0.04, "{interaction:?} {correlation}: mean {mean}");
                assert!((var / mean - 1.0).abs() < 0.08, "{interaction:?}: {}", var / mean);
                assert!((c - correlation).abs() < 0.05, "{interaction:?} {correlation}: {c}");
            }
        }
    }

    #[test]
    fn jitter_spreads_the_correlation_and_keeps_rate_from_the_beginning() {
        let process = |jitter| Process::Correlated {
            rate_hz: Waveform::Constant(40.0),
            correlation: 0.5,
            interaction: Interaction::Multiple,
            jitter,
        };
        let wide = Distribution::from(Shape::Normal { mean: 0.0, sd: 10.0 });
        // Bins of 5 ms are short, bins of 500 ms long against 10 ms.
        let short = moments(&counts(process(Some(wide)), 20, 20_000, 50));
        let long = moments(&counts(process(Some(wide)), 20, 400, 5000));
        assert!(short.2 < 0.15, "correlation in short bins {}", short.2);
        assert!((long.2 - 0.5).abs() < 0.1, "correlation in long bins {}", long.2);
        // ∫(1 − |x|/5) N(x; 0, 2·10²) dx over ±5 ms, times the correlation: displaced bins overlap.
        assert!((short.2 - 0.5 * 0.1396).abs() < 0.02, "{}", short.2);
        for jitter in [wide, Distribution::from(Shape::Exponential { mean: 5.0 })] {
            let rows = counts(process(Some(jitter)), 4000, 10, 50);
            let first: f64 = rows.iter().map(|row| row[0]).sum();
            let all: f64 = rows.iter().flatten().sum();
            assert!((first / all - 0.1).abs() < 0.08, "share of the first bin {}", first / all);
        }
    }

    #[test]
    fn frames_give_every_neuron_its_rate() {
        let rates_hz = vec![100.0, 0.0, 300.0, 0.0, 50.0, 0.0];
        let rows = counts(Process::Frames { every: 10_000, rates_hz }, 3, 2, 10_000);
        for (row, expected) in rows.iter().zip([[100.0, 0.0], [0.0, 50.0], [300.0, 0.0]]) {
            for (count, mean) in row.iter().zip(expected) {
                assert!((count - mean).abs() <= 4.5 * f64::sqrt(mean), "{count} for {mean}");
            }
        }
    }
}
