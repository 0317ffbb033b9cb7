//! How regular the trains of a neuron are, and trains that are as regular.
//!
//! After a spike a neuron is refractory and climbs back from its reset: its trains vary less than
//! Poisson ones, and so does the input of those that receive them. A Poisson process with dead time
//! d has intervals d + exponential and
//!
//! ```text
//! CV = 1 − ν d
//! ```
//!
//! so that the coefficient of variation of measured intervals gives the dead time that stands for
//! refractoriness and climb, here as a function of the rate.
//!
//! # Source
//! Deger, Helias, Boucsein & Rotter (2012), J. Comput. Neurosci. 32:443,
//! doi:10.1007/s10827-011-0362-8.

use neuropil_core::random::Stream;

/// Rates below this say little about regularity: few intervals, and hardly any dead time `[Hz]`.
const LEAST_HZ: f64 = 3.0;

/// Measured points per entry of the table, at least.
const PER_ENTRY: usize = 8;

/// Largest share of the mean interval that may be dead.
const MOST: f64 = 0.95;

/// Dead time of the trains of a population as a function of their rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Regularity {
    /// Rates, rising `[Hz]`, with the dead time at each `[ms]`.
    entries: Vec<(f64, f64)>,
}

impl Regularity {
    /// From points (rate `[Hz]`, CV of the intervals): medians over neighbouring rates. `None` if no
    /// point fires at 3 Hz or more, or trains are as irregular as Poisson ones.
    pub fn of(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let mut known: Vec<(f64, f64)> = points
            .into_iter()
            .filter(|(rate, cv)| *rate >= LEAST_HZ && cv.is_finite())
            .map(|(rate, cv)| (rate, 1e3 * (1.0 - cv) / rate))
            .collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count = (known.len() / PER_ENTRY).clamp(1, 12);
        let median = |part: &[(f64, f64)]| {
            let mut dead: Vec<f64> = part.iter().map(|(_, dead)| *dead).collect();
            dead.sort_by(f64::total_cmp);
            (part[part.len() / 2].0, dead[dead.len() / 2].max(0.0))
        };
        if known.is_empty() {
            return None;
        }
        let entries: Vec<(f64, f64)> =
            known.chunks(known.len().div_ceil(count)).map(median).collect();
        entries.iter().any(|(_, dead)| *dead > 0.0).then_some(Self { entries })
    }

    /// Dead time at a rate `[ms]`: linear between the entries, constant beyond them, and never more
    /// than 0.95 of the mean interval.
    pub fn dead_ms(&self, rate_hz: f64) -> f64 {
        let at = self.entries.partition_point(|(rate, _)| *rate < rate_hz);
        let dead = match (at.checked_sub(1).and_then(|k| self.entries.get(k)), self.entries.get(at))
        {
            (Some(low), Some(high)) if high.0 > low.0 => {
                low.1 + (high.1 - low.1) * (rate_hz - low.0) / (high.0 - low.0)
            }
            (Some(only), _) | (None, Some(only)) => only.1,
            (None, None) => 0.0,
        };
        dead.min(MOST * 1e3 / rate_hz.max(f64::MIN_POSITIVE))
    }
}

/// Steps of the events of `synapses` independent trains with dead time (a fraction of a train
/// exists with that probability) over `steps` steps, in equilibrium from the beginning.
pub(crate) fn superposition(
    synapses: f64,
    rate_hz: f64,
    dead_ms: f64,
    steps: usize,
    dt_ms: f64,
    stream: &mut Stream,
) -> Vec<u32> {
    let mut events = Vec::new();
    if rate_hz <= 0.0 {
        return events;
    }
    let extra = stream.uniform() < synapses.fract();
    let trains = synapses.floor() as u64 + u64::from(extra);
    let interval = 1e3 / rate_hz;
    let free = interval - dead_ms;
    let end = steps as f64 * dt_ms;
    for _ in 0..trains {
        // within the dead time with probability d/interval, and then anywhere in it
        let within = stream.uniform() * interval;
        let rest = if within < dead_ms { within } else { 0.0 };
        let mut t = rest + free * stream.exponential();
        while t < end {
            events.push((t / dt_ms) as u32);
            t += dead_ms + free * stream.exponential();
        }
    }
    events
}

/// Coefficient of variation of the intervals of trains of spikes, each over `steps` steps; `None` with
/// fewer than 20 intervals. The trains are laid end to end in a ring, so that long intervals are not
/// lost at the ends; what n intervals of a given sum vary too little is made up for,
/// `CV² (n + 1)/(n − 1)`, which is exact for Poisson trains.
pub(crate) fn cv(trains: &[Vec<u32>], steps: usize) -> Option<f64> {
    let laid = |(k, train): (usize, &Vec<u32>)| -> Vec<f64> {
        train.iter().map(|step| (k * steps) as f64 + f64::from(*step)).collect()
    };
    let spikes: Vec<f64> = trains.iter().enumerate().flat_map(laid).collect();
    let n = spikes.len();
    if n < 20 {
        return None;
    }
    let ring = (trains.len() * steps) as f64;
    let closing = spikes[0] + ring - spikes[n - 1];
    let intervals = spikes.windows(2).map(|pair| pair[1] - pair[0]).chain([closing]);
    let squares: f64 = intervals.map(|interval| interval * interval).sum();
    let (count, mean) = (n as f64, ring / n as f64);
    let variance = (squares / count - mean * mean).max(0.0);
    Some((variance * (count + 1.0) / (count - 1.0)).sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_core::random::key;

    #[test]
    fn superposed_trains_have_the_rate_and_regularity_that_were_asked_for() {
        let mut stream = Stream::new(key(1, "test", 0), 0);
        let (rate, dead, steps) = (20.0, 15.0, 200_000);
        let single: Vec<Vec<u32>> =
            (0..200).map(|_| superposition(1.0, rate, dead, steps, 0.1, &mut stream)).collect();
        let spikes: usize = single.iter().map(Vec::len).sum();
        let mean = spikes as f64 / (200.0 * 20.0);
        assert!((mean / rate - 1.0).abs() < 0.01, "{mean}");
        let found = cv(&single, steps).unwrap();
        assert!((found - (1.0 - 0.02 * 15.0)).abs() < 0.01, "{found}");
        // the rate is that of equilibrium from the first step on
        let early: usize =
            single.iter().map(|train| train.iter().filter(|step| **step < 500).count()).sum();
        assert!((early as f64 / 200.0 - 1.0).abs() < 0.2, "{early}");
    }

    #[test]
    fn short_trials_do_not_make_poisson_trains_look_regular() {
        let mut stream = Stream::new(key(2, "test", 0), 0);
        let trial = |stream: &mut Stream| superposition(1.0, 4.0, 0.0, 30_000, 0.1, stream);
        let mean = (0..200)
            .map(|_| cv(&[trial(&mut stream), trial(&mut stream), trial(&mut stream)], 30_000))
            .map(|found| found.unwrap_or(1.0))
            .sum::<f64>()
            / 200.0;
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }

    #[test]
    fn dead_times_are_read_from_coefficients_of_variation() {
        let points = (1..100).map(|k| (f64::from(k), 1.0 - 8e-3 * f64::from(k)));
        let table = Regularity::of(points).unwrap();
        for rate in [0.1, 3.7, 40.0, 90.0] {
            assert!((table.dead_ms(rate) - 8.0).abs() < 1e-9);
        }
        assert!((table.dead_ms(500.0) - 1.9).abs() < 1e-9); // most of an interval of 2 ms
        assert_eq!(Regularity::of([(5.0, 1.1), (8.0, 1.0)]), None);
        assert_eq!(Regularity::of([(1.0, 0.5)]), None);
    }
}
