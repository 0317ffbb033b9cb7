//! Characterisation of a transfer function: firing rate over a grid of presynaptic rates.
//!
//! A [`Characterisation`] is the protocol as data, a [`Response`] its outcome. The rates come from
//! the built-in simulator ([`Characterisation::run`]) or from any other ([`Characterisation::run_with`]).
//! Presynaptic trains are Poisson, or as regular as they are ([`Characterisation::measure`]).

use neuropil_core::random::{Stream, key};
use rayon::prelude::*;

use crate::error::{TheoryError, not_negative};
use crate::neuron::{Neuron, Synapse};
use crate::regularity::{Regularity, cv, superposition};
use crate::simulator::{Cell, Inactivation, Timing, Trial};

/// What to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Characterisation {
    /// The neuron.
    pub neuron: Neuron,
    /// An inactivating threshold, if any.
    pub inactivation: Option<Inactivation>,
    /// Its classes of synapses.
    pub synapses: Vec<Synapse>,
    /// Presynaptic rates to visit `[Hz]`, one list per class. All combinations are visited, the
    /// last class fastest.
    pub axes_hz: Vec<Vec<f64>>,
    /// Constant current `[pA]`.
    pub current_pa: f64,
    /// Step, duration, discarded time.
    pub timing: Timing,
    /// Independent trials at each point, ≥ 1.
    pub replicates: usize,
    /// Seed of the input.
    pub seed: u64,
}

/// What was measured, in the order of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Presynaptic rates of each point, one per class `[Hz]`.
    pub inputs_hz: Vec<Vec<f64>>,
    /// Constant current at every point `[pA]`.
    pub current_pa: f64,
    /// Mean rate over replicates `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// Standard deviation over replicates (divided by n) `[Hz]`.
    pub sd_hz: Vec<f64>,
    /// Number of replicates.
    pub replicates: usize,
}

/// What was measured at a point.
struct Point {
    /// Rate of each trial `[Hz]`.
    rates: Vec<f64>,
    cv: Option<f64>,
}

impl Characterisation {
    /// All points of the grid, the last class fastest.
    pub fn points(&self) -> Vec<Vec<f64>> {
        let mut points = vec![Vec::new()];
        for axis in &self.axes_hz {
            points = points
                .iter()
                .flat_map(|point| {
                    axis.iter().map(|rate| point.iter().copied().chain([*rate]).collect())
                })
                .collect();
        }
        points
    }

    /// Measures with the built-in simulator, on all threads of the current rayon pool; the outcome
    /// does not depend on their number.
    ///
    /// # Errors
    /// Parameters out of range; see [`Cell::rates_hz`].
    ///
    /// ```
    /// use neuropil_theory::characterise::Characterisation;
    /// use neuropil_theory::simulator::Timing;
    /// use neuropil_theory::{Neuron, Synapse};
    /// let protocol = Characterisation {
    ///     neuron: Neuron::default(),
    ///     inactivation: None,
    ///     synapses: vec![
    ///         Synapse::conductance(200.0, 2.0, 5.0, 0.0),
    ///         Synapse::conductance(50.0, 10.0, 5.0, -80.0),
    ///     ],
    ///     axes_hz: vec![vec![0.0, 8.0], vec![2.0]],
    ///     current_pa: 0.0,
    ///     timing: Timing { duration_ms: 1000.0, ..Timing::default() },
    ///     replicates: 4,
    ///     seed: 1,
    /// };
    /// let response = protocol.run()?;
    /// assert!(response.rate_hz[0] == 0.0 && response.rate_hz[1] > 10.0);
    /// # Ok::<(), neuropil_theory::TheoryError>(())
    /// ```
    pub fn run(&self) -> Result<Response, TheoryError> {
        self.check()?;
        let points = self.points();
        let stream = |point: usize, replicate: usize| (point * self.replicates + replicate) as u64;
        let trials: Vec<Trial> = points
            .iter()
            .enumerate()
            .flat_map(|(at, rates)| {
                (0..self.replicates).map(move |replicate| Trial {
                    current_pa: self.current_pa,
                    ..Trial::at_rates(&self.synapses, rates, stream(at, replicate))
                })
            })
            .collect();
        let cell =
            Cell { inactivation: self.inactivation, ..Cell::new(self.neuron, &self.synapses) };
        let rates = cell.rates_hz(&trials, self.timing, self.seed)?;
        Ok(self.gather(points, &rates))
    }

    /// Measures with any simulator: `rate_hz` gets the presynaptic rates and the number of the
    /// trial (point × replicates + replicate), to seed itself with, and gives a rate. Called in
    /// parallel. The first error in the order of the grid is returned.
    ///
    /// # Errors
    /// Those of `rate_hz`, and of an impossible protocol, converted.
    pub fn run_with<E>(
        &self,
        rate_hz: impl Fn(&[f64], u64) -> Result<f64, E> + Sync,
    ) -> Result<Response, E>
    where
        E: From<TheoryError> + Send,
    {
        self.check()?;
        let points = self.points();
        let rates: Vec<Result<f64, E>> = (0..points.len() * self.replicates)
            .into_par_iter()
            .map(|trial| rate_hz(&points[trial / self.replicates], trial as u64))
            .collect();
        let rates = rates.into_iter().collect::<Result<Vec<f64>, E>>()?;
        Ok(self.gather(points, &rates))
    }

    /// Measures at points of one's own, with presynaptic trains of every class as regular as given:
    /// `None` for Poisson ones. Also gives the CV of the intervals at each point, `None` with fewer
    /// than 20 spikes. Runs on all threads of the current rayon pool; the outcome does not depend
    /// on their number.
    ///
    /// # Errors
    /// [`TheoryError::Length`] for a list that is not one per class, parameters out of range, and those
    /// of [`Cell::spike_steps`].
    pub fn measure(
        &self,
        points: &[Vec<f64>],
        trains: &[Option<&Regularity>],
    ) -> Result<(Response, Vec<Option<f64>>), TheoryError> {
        self.check()?;
        crate::error::length("the list of trains", trains.len(), self.synapses.len())?;
        let (steps, discard) = self.timing.steps()?;
        let cell =
            Cell { inactivation: self.inactivation, ..Cell::new(self.neuron, &self.synapses) };
        let per_spike = 1e3 / ((steps - discard) as f64 * self.timing.dt_ms);
        // some points at a time, so that the events of all of them need not be held at once
        let chunk = (256 / self.replicates).max(1);
        let measured: Vec<Result<Vec<Point>, TheoryError>> = points
            .par_chunks(chunk)
            .enumerate()
            .map(|(rank, part)| {
                let first = (rank * chunk * self.replicates) as u64;
                let spikes = self.spikes(&cell, part, trains, first)?;
                let point = |trials: &[Vec<u32>]| Point {
                    rates: trials.iter().map(|train| train.len() as f64 * per_spike).collect(),
                    cv: cv(trials, steps - discard),
                };
                Ok(spikes.chunks(self.replicates).map(point).collect())
            })
            .collect();
        let (mut rates, mut irregularity) = (Vec::new(), Vec::new());
        for part in measured {
            for point in part? {
                rates.extend(point.rates);
                irregularity.push(point.cv);
            }
        }
        Ok((self.gather(points.to_vec(), &rates), irregularity))
    }

    /// Spikes of all trials of some points, of which the first has this stream.
    fn spikes(
        &self,
        cell: &Cell,
        points: &[Vec<f64>],
        trains: &[Option<&Regularity>],
        first: u64,
    ) -> Result<Vec<Vec<u32>>, TheoryError> {
        let (steps, _) = self.timing.steps()?;
        let rates = || points.iter().flat_map(|p| std::iter::repeat_n(p, self.replicates));
        let trials: Vec<Trial> = rates()
            .zip(first..)
            .map(|(rates, stream)| Trial {
                current_pa: self.current_pa,
                ..Trial::at_rates(&self.synapses, rates, stream)
            })
            .collect();
        let given: Vec<Option<Vec<Vec<u32>>>> = trains
            .iter()
            .enumerate()
            .map(|(class, regularity)| {
                let regularity = (*regularity)?;
                let key = key(self.seed, "theory regular trains", class as u64);
                let train = |(rates, stream): (&Vec<f64>, u64)| {
                    let (rate, count) = (rates[class], self.synapses[class].synapses);
                    let dead = regularity.dead_ms(rate);
                    let mut stream = Stream::new(key, stream);
                    superposition(count, rate, dead, steps, self.timing.dt_ms, &mut stream)
                };
                Some(rates().zip(first..).map(train).collect())
            })
            .collect();
        cell.spike_steps(&trials, &given, self.timing, self.seed)
    }

    fn check(&self) -> Result<(), TheoryError> {
        crate::error::length("the list of rate axes", self.axes_hz.len(), self.synapses.len())?;
        crate::error::positive("number of replicates", self.replicates as f64)?;
        for rate in self.axes_hz.iter().flatten() {
            not_negative("presynaptic rate [Hz]", *rate)?;
        }
        Ok(())
    }

    fn gather(&self, inputs_hz: Vec<Vec<f64>>, rates: &[f64]) -> Response {
        let (mut rate_hz, mut sd_hz) = (Vec::new(), Vec::new());
        for trials in rates.chunks(self.replicates) {
            let n = trials.len() as f64;
            let mean = trials.iter().sum::<f64>() / n;
            rate_hz.push(mean);
            sd_hz.push((trials.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt());
        }
        let (current_pa, replicates) = (self.current_pa, self.replicates);
        Response { inputs_hz, current_pa, rate_hz, sd_hz, replicates }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocol() -> Characterisation {
        Characterisation {
            neuron: Neuron::default(),
            inactivation: None,
            synapses: vec![
                Synapse::conductance(200.0, 2.0, 5.0, 0.0),
                Synapse::conductance(50.0, 10.0, 5.0, -80.0),
            ],
            axes_hz: vec![vec![2.0, 6.0, 12.0], vec![1.0, 4.0]],
            current_pa: 0.0,
            timing: Timing { duration_ms: 2000.0, ..Timing::default() },
            replicates: 3,
            seed: 7,
        }
    }

    #[test]
    fn grid_runs_over_all_combinations_last_fastest() {
        let points = protocol().points();
        assert_eq!(points.len(), 6);
        assert_eq!((&points[1], &points[4]), (&vec![2.0, 4.0], &vec![12.0, 1.0]));
    }

    #[test]
    fn rate_grows_with_excitation_and_falls_with_inhibition() {
        let response = protocol().run().unwrap();
        let r = &response.rate_hz;
        assert!(r[0] < r[2] && r[2] < r[4] && r[4] > r[5] && r[2] > r[3], "{r:?}");
        assert!(response.sd_hz.iter().any(|sd| *sd > 0.0));
    }

    #[test]
    fn another_simulator_sees_every_trial_once() {
        let response = protocol()
            .run_with(|rates, trial| Ok::<_, TheoryError>(rates[0] * 100.0 + trial as f64))
            .unwrap();
        // trials 3, 4, 5 at the second point
        assert_eq!(response.rate_hz[1], 204.0);
        assert!((response.sd_hz[1] - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let error = protocol()
            .run_with(|_, trial| match trial {
                4 | 9 => {
                    Err(TheoryError::NoSuch { what: "trial", found: trial as usize, count: 0 })
                }
                _ => Ok(1.0),
            })
            .unwrap_err();
        assert_eq!(error.to_string(), "trial 4 does not exist: there are 0");
    }

    #[test]
    fn points_measured_apart_with_poisson_trains_are_those_of_the_grid() {
        let protocol = protocol();
        let (response, cv) = protocol.measure(&protocol.points(), &[None, None]).unwrap();
        assert_eq!(response, protocol.run().unwrap());
        // from fluctuations at the first point, from the mean at the fifth; nearly silent at the second
        assert!(cv[0].unwrap() > 0.4 && cv[4].unwrap() < 0.2 && cv[1].is_none(), "{cv:?}");
        let error = protocol.measure(&protocol.points(), &[None]).unwrap_err();
        assert_eq!(error.to_string(), "the list of trains holds 1 values, expected 2");
    }

    #[test]
    fn regular_inhibition_lets_a_neuron_that_fires_from_fluctuations_fire_less() {
        let timing = Timing { duration_ms: 4000.0, ..Timing::default() };
        let protocol = Characterisation { timing, replicates: 32, ..protocol() };
        let points = [vec![6.0, 16.0]];
        let regular = Regularity::of([(4.0, 0.94), (40.0, 0.4)]).unwrap();
        let (poisson, _) = protocol.measure(&points, &[None, None]).unwrap();
        let (given, _) = protocol.measure(&points, &[None, Some(&regular)]).unwrap();
        let [poisson, given] = [poisson, given].map(|r| r.rate_hz[0]);
        assert!(given < 0.85 * poisson && given > 0.2 * poisson, "{given} {poisson}");
    }

    #[test]
    fn a_missing_axis_is_refused() {
        let mut protocol = protocol();
        protocol.axes_hz.pop();
        let error = protocol.run().unwrap_err();
        assert_eq!(error.to_string(), "the list of rate axes holds 1 values, expected 2");
    }
}
