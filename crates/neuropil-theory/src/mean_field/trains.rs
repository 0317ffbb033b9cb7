//! Spike trains that reproduce themselves: beyond Poisson input.
//!
//! A transfer function says what a neuron does with Poisson input, but what it sends is not Poisson:
//! refractoriness and the climb from the reset make it more regular, and the input of the others
//! varies less for it. Here rates *and* the statistics of the trains are self-consistent: every
//! neuron draws its inputs from trains that neurons of their population have sent before.
//!
//! Each population keeps a pool of trains. In an iteration some neurons are simulated, each with its
//! synapses served by trains drawn from the pools with random shifts in time, and their trains
//! replace others of the pool at random (the oldest would be a delay in the loop, and oscillate). Shared input and loops between single neurons are thereby left
//! out: the limit of a large network with a given number of synapses per neuron.
//!
//! # Source
//! Dummer, Wieland & Lindner (2014), Front. Comput. Neurosci. 8:104, doi:10.3389/fncom.2014.00104;
//! Lerchner, Ursta, Hertz, Ahmadi, Ruffiot & Enemark (2006), Neural Comput. 18:634,
//! doi:10.1162/neco.2006.18.3.634.

use neuropil_core::random::{Stream, key};

use super::simulated::{SelfConsistency, SimulatedPoint};
use super::{Input, MeanField, Source};
use crate::error::TheoryError;
use crate::simulator::{Cell, Trial};

/// Trains of one population, over one and the same stretch of time.
struct Pool {
    trains: Vec<Vec<u32>>,
}

impl Pool {
    fn poisson(count: usize, rate_hz: f64, steps: u32, dt_ms: f64, stream: &mut Stream) -> Self {
        let mean = 1e-3 * rate_hz * f64::from(steps) * dt_ms;
        let mut train = || {
            let spikes = stream.poisson(mean);
            (0..spikes).map(|_| stream.below(steps)).collect()
        };
        Self { trains: (0..count).map(|_| train()).collect() }
    }

    fn replace(&mut self, fresh: Vec<Vec<u32>>, stream: &mut Stream) {
        for train in fresh {
            let place = stream.below(self.trains.len() as u32) as usize;
            self.trains[place] = train;
        }
    }
}

/// Lengths in steps.
#[derive(Clone, Copy)]
struct Lengths {
    /// Of a trial, discarded time included.
    trial: u32,
    /// Of a train: what is left after the discarded time.
    train: u32,
}

impl MeanField {
    /// Stationary rates with self-consistent spike trains, reached from `start_hz` by way of those
    /// with Poisson input ([`MeanField::simulated_point`]). The transfer functions of the populations
    /// only lend their neurons. The trains of `trials / damping` neurons are kept. Runs on all threads
    /// of the current rayon pool; the result does not depend on their number.
    ///
    /// # Errors
    /// Those of [`MeanField::simulated_point`].
    pub fn self_consistent_point(
        &self,
        start_hz: &[f64],
        input: &Input,
        options: SelfConsistency,
    ) -> Result<SimulatedPoint, TheoryError> {
        let approach = SelfConsistency { iterations: (options.iterations / 4).max(2), ..options };
        let start = self.simulated_point(start_hz, input, approach)?.rate_hz;
        let (trial, discard) = options.timing.steps()?;
        let lengths = Lengths { trial: trial as u32, train: (trial - discard) as u32 };
        let kept = (options.trials as f64 / options.damping).round() as usize;
        let mut stream = Stream::new(key(options.seed, "theory first trains", 0), 0);
        let dt_ms = options.timing.dt_ms;
        let mut pools: Vec<Pool> = start
            .iter()
            .map(|&rate| Pool::poisson(kept, rate, lengths.train, dt_ms, &mut stream))
            .collect();
        let half = options.iterations / 2;
        let mut sums = vec![0.0; self.len()];
        for iteration in 0..options.iterations {
            let first = (iteration * options.trials) as u64;
            let fresh = self.generation(&pools, input, options, options.trials, first, lengths)?;
            for (p, trains) in fresh.into_iter().enumerate() {
                if iteration >= half {
                    sums[p] += mean_and_error(&trains, lengths.train, dt_ms).0;
                }
                pools[p].replace(trains, &mut stream);
            }
        }
        let averaged = (options.iterations - half) as f64;
        let rate_hz: Vec<f64> = sums.iter().map(|sum| sum / averaged).collect();
        let first = (options.iterations * options.trials) as u64;
        let check = self.generation(&pools, input, options, 4 * options.trials, first, lengths)?;
        let figures = check.iter().map(|trains| mean_and_error(trains, lengths.train, dt_ms));
        let (check_hz, error_hz) = figures.unzip();
        Ok(SimulatedPoint { rate_hz, check_hz, error_hz })
    }

    /// Trains of `count` neurons of each population that are served from the pools.
    fn generation(
        &self,
        pools: &[Pool],
        input: &Input,
        options: SelfConsistency,
        count: usize,
        first_stream: u64,
        lengths: Lengths,
    ) -> Result<Vec<Vec<Vec<u32>>>, TheoryError> {
        let one = |p: usize| {
            let synapses = &self.synapses[p];
            let rates: Vec<f64> = self.sources[p]
                .iter()
                .map(|source| match *source {
                    Source::Population(_) => 0.0,
                    Source::Afferent(place) => input.afferent_hz[place],
                })
                .collect();
            let streams = first_stream..first_stream + count as u64;
            let trials: Vec<Trial> = streams
                .clone()
                .map(|stream| Trial {
                    current_pa: input.current_pa[p],
                    ..Trial::at_rates(synapses, &rates, stream)
                })
                .collect();
            let given: Vec<Option<Vec<Vec<u32>>>> = self.sources[p]
                .iter()
                .enumerate()
                .map(|(class, source)| match *source {
                    Source::Afferent(_) => None,
                    Source::Population(place) => {
                        let place_of_class = (p * 1024 + class) as u64;
                        let key = key(options.seed, "theory trains", place_of_class);
                        let serve = |stream| {
                            let mut stream = Stream::new(key, stream);
                            let synapses = synapses[class].synapses;
                            served(&pools[place].trains, synapses, lengths, &mut stream)
                        };
                        Some(streams.clone().map(serve).collect())
                    }
                })
                .collect();
            let cell = Cell::new(self.populations[p].transfer.neuron, synapses);
            let seed = options.seed.wrapping_add((p as u64) << 32);
            cell.spike_steps(&trials, &given, options.timing, seed)
        };
        (0..self.len()).map(one).collect()
    }
}

/// Events of one neuron with `synapses` synapses (a fraction of one exists with that probability),
/// each served by a train of the pool, shifted in time and gone round.
fn served(pool: &[Vec<u32>], synapses: f64, lengths: Lengths, stream: &mut Stream) -> Vec<u32> {
    let extra = stream.uniform() < synapses.fract();
    let count = synapses.floor() as u64 + u64::from(extra);
    let mut events = Vec::new();
    for _ in 0..count {
        let train = &pool[stream.below(pool.len() as u32) as usize];
        let shift = stream.below(lengths.train);
        for &step in train {
            let mut at = (step + shift) % lengths.train;
            while at < lengths.trial {
                events.push(at);
                at += lengths.train;
            }
        }
    }
    events
}

/// Mean rate of trains of `steps` steps and its standard error `[Hz]`.
fn mean_and_error(trains: &[Vec<u32>], steps: u32, dt_ms: f64) -> (f64, f64) {
    let n = trains.len() as f64;
    let per_spike = 1e3 / (f64::from(steps) * dt_ms);
    let rates: Vec<f64> = trains.iter().map(|train| train.len() as f64 * per_spike).collect();
    let mean = rates.iter().sum::<f64>() / n;
    let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / n;
    (mean, (variance / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::tests::spectrum;
    use super::*;
    use crate::simulator::Timing;

    #[test]
    fn trains_of_the_network_are_more_regular_than_poisson_and_lower_its_rates() {
        // the network of 50 000 neurons with the same synapses per neuron, simulated for 2 s with
        // forward Euler at 0.1 ms: 6.593 and 16.502 spikes/s at 15 Hz of the afferents; with Poisson
        // input 8.4 and 20.1
        let model = spectrum();
        let mut input = model.no_input();
        input.afferent_hz[0] = 15.0;
        let timing = Timing { duration_ms: 600.0, ..Timing::default() };
        let options =
            SelfConsistency { iterations: 90, damping: 0.2, timing, ..SelfConsistency::default() };
        let point = model.self_consistent_point(&[5.0, 12.0], &input, options).unwrap();
        for (rate, simulated) in point.rate_hz.iter().zip([6.593, 16.502]) {
            assert!((rate / simulated - 1.0).abs() < 0.06, "{point:?}");
        }
    }

    #[test]
    fn the_point_does_not_depend_on_threads() {
        let model = spectrum();
        let mut input = model.no_input();
        input.afferent_hz[0] = 15.0;
        let timing = Timing { duration_ms: 300.0, ..Timing::default() };
        let options = SelfConsistency { iterations: 6, timing, ..SelfConsistency::default() };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| model.self_consistent_point(&[5.0, 12.0], &input, options).unwrap())
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    fn every_synapse_is_served_for_the_whole_trial() {
        let pool = vec![vec![0, 40], vec![7, 99]];
        let lengths = Lengths { trial: 150, train: 100 };
        let mut stream = Stream::new(key(1, "test", 0), 0);
        let events = served(&pool, 200.0, lengths, &mut stream);
        // 400 events in 100 steps, 600 in 150
        assert!((500..700).contains(&events.len()), "{}", events.len());
        assert!(events.iter().all(|step| *step < 150));
        let few: usize = (0..1000).map(|_| served(&pool, 0.25, lengths, &mut stream).len()).sum();
        assert!((600..900).contains(&few), "{few}"); // a quarter of 1000 synapses, 3 events each
    }
}
