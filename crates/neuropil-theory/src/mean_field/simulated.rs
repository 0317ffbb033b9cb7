//! Stationary rates with simulated transfer functions: no template, no fit.
//!
//! Looks for ν = F(ν) with F measured by the single-neuron simulator at each step, by damped
//! iteration with fresh noise (stochastic approximation) and averaging over its second half:
//!
//! ```text
//! ν_{k+1} = ν_k + η (F_k(ν_k) − ν_k)
//! ```
//!
//! Refractoriness, spike initiation and adaptation are those of the neuron; what is left out is
//! only what every mean field leaves out: correlations between neurons, and input that is not
//! Poisson. The latter matters more than the former (a fifth of the rate in the network of Zerlaut
//! et al. 2019): [`MeanField::self_consistent_point`] has it.
//!
//! # Source
//! Polyak & Juditsky (1992), SIAM J. Control Optim. 30:838, doi:10.1137/0330046.

use super::{Input, MeanField};
use crate::error::{TheoryError, positive};
use crate::simulator::{Cell, Timing, Trial};

/// How to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfConsistency {
    /// Iterations, ≥ 2; the second half is averaged.
    pub iterations: usize,
    /// Damping η, 0 to 1. Strong inhibition needs a small one.
    pub damping: f64,
    /// Trials of each population in an iteration, ≥ 1; a multiple of 64 wastes nothing.
    pub trials: usize,
    /// Step, duration and discarded time of a trial; discard some adaptation time constants.
    pub timing: Timing,
    /// Seed.
    pub seed: u64,
}

impl Default for SelfConsistency {
    /// 300 iterations of 64 trials of 1.1 s, of which 0.1 s is discarded; damping 0.1.
    fn default() -> Self {
        Self {
            iterations: 300,
            damping: 0.1,
            trials: 64,
            timing: Timing { duration_ms: 1100.0, ..Timing::default() },
            seed: 0,
        }
    }
}

/// A stationary state found by simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedPoint {
    /// Rate of each population `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// Rate that fresh trials, four times as many, have at these rates `[Hz]`: the proof.
    pub check_hz: Vec<f64>,
    /// Standard error of that rate `[Hz]`.
    pub error_hz: Vec<f64>,
}

impl MeanField {
    /// Stationary rates reached from `start_hz` with simulated transfer functions. The transfer
    /// functions of the populations only lend their neurons. Runs on all threads of the current
    /// rayon pool; the result does not depend on their number.
    ///
    /// # Errors
    /// Parameters out of range, and [`TheoryError::TooLarge`] for more input than the simulator
    /// takes.
    pub fn simulated_point(
        &self,
        start_hz: &[f64],
        input: &Input,
        options: SelfConsistency,
    ) -> Result<SimulatedPoint, TheoryError> {
        self.check(input)?;
        positive("number of iterations less one", options.iterations as f64 - 1.0)?;
        positive("number of trials", options.trials as f64)?;
        positive("damping", options.damping)?;
        if options.damping > 1.0 {
            let found = options.damping;
            return Err(TheoryError::TooLarge { what: "damping", found, limit: 1.0 });
        }
        let mut rates = self.state(start_hz)?.rate_hz;
        let half = options.iterations / 2;
        let mut sums = vec![0.0; rates.len()];
        for iteration in 0..options.iterations {
            let base = (iteration * options.trials) as u64;
            for (p, (mean, _)) in
                self.simulate(&rates, input, options, options.trials, base)?.into_iter().enumerate()
            {
                rates[p] += options.damping * (mean - rates[p]);
                if iteration >= half {
                    sums[p] += rates[p];
                }
            }
        }
        let averaged = (options.iterations - half) as f64;
        let rate_hz: Vec<f64> = sums.iter().map(|sum| sum / averaged).collect();
        let base = (options.iterations * options.trials) as u64;
        let check = self.simulate(&rate_hz, input, options, 4 * options.trials, base)?;
        let (check_hz, error_hz) = check.into_iter().unzip();
        Ok(SimulatedPoint { rate_hz, check_hz, error_hz })
    }

    /// Mean rate and standard error of `count` trials of each population.
    fn simulate(
        &self,
        rates: &[f64],
        input: &Input,
        options: SelfConsistency,
        count: usize,
        first_stream: u64,
    ) -> Result<Vec<(f64, f64)>, TheoryError> {
        let one = |p: usize| {
            let synapses = &self.synapses[p];
            let sources = self.source_rates(p, rates, input);
            let trials: Vec<Trial> = (0..count as u64)
                .map(|k| Trial {
                    current_pa: input.current_pa[p],
                    ..Trial::at_rates(synapses, &sources, first_stream + k)
                })
                .collect();
            let cell = Cell::new(self.populations[p].transfer.neuron, synapses);
            // populations see different noise
            let seed = options.seed.wrapping_add((p as u64) << 32);
            let found = cell.rates_hz(&trials, options.timing, seed)?;
            let n = found.len() as f64;
            let mean = found.iter().sum::<f64>() / n;
            let variance = found.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / n;
            Ok((mean, (variance / n).sqrt()))
        };
        (0..self.len()).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::spectrum;
    use super::*;

    #[test]
    fn point_reproduces_itself_and_does_not_depend_on_threads() {
        let model = spectrum();
        let mut input = model.no_input();
        input.afferent_hz[0] = 15.0;
        let timing = Timing { duration_ms: 600.0, ..Timing::default() };
        let options = SelfConsistency { iterations: 80, timing, ..SelfConsistency::default() };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| model.simulated_point(&[5.0, 12.0], &input, options).unwrap())
        };
        let point = run(1);
        assert_eq!(point, run(2));
        for p in 0..2 {
            let off = (point.check_hz[p] - point.rate_hz[p]).abs();
            assert!(off < 0.05 * point.rate_hz[p] + 4.0 * point.error_hz[p], "{point:?}");
        }
        assert!(point.rate_hz[0] > 5.0 && point.rate_hz[1] > 2.0 * point.rate_hz[0], "{point:?}");
    }

    #[test]
    fn too_little_damping_is_refused() {
        let model = spectrum();
        let options = SelfConsistency { damping: 1.5, ..SelfConsistency::default() };
        let error = model.simulated_point(&[1.0, 1.0], &model.no_input(), options).unwrap_err();
        assert_eq!(error.to_string(), "damping must be at most 1, found 1.5");
    }
}
