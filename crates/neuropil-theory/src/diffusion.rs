//! Networks of leaky integrate-and-fire neurons in the diffusion approximation: self-consistent
//! rates, linear stability and the frequency of the oscillation that sets in.
//!
//! Each population has `ν_i = Φ_i(μ_i, σ_i)` ([`Lif::rate_hz`]) with input from all others:
//!
//! ```text
//! μ_i = E_L + R I + τ_m Σ_j K_ij J_ij ν_j ,   σ_i² = τ_m Σ_j K_ij J_ij² ν_j
//! ```
//!
//! A perturbation e^{λt} reproduces itself if `det(1 − M(λ)) = 0`, where M sums over projections
//! `e^{−λd} K [R_μ(λ) τ_m J + R_σ²(λ) τ_m J²]` with the responses R of the rate to mean and variance.
//!
//! # Source
//! Brunel (2000), J. Comput. Neurosci. 8:183, doi:10.1023/A:1008925309027; Brunel & Hakim (1999),
//! Neural Comput. 11:1621, doi:10.1162/089976699300016179.

mod response;
mod stability;

use nalgebra::{DMatrix, DVector};

use crate::error::{TheoryError, finite, length, not_negative};
use crate::siegert::{Drive, Lif, Psc};

pub use stability::Mode;

/// A projection between populations of leaky integrate-and-fire neurons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coupling {
    /// Place of the source population.
    pub source: usize,
    /// Place of the target population.
    pub target: usize,
    /// Synapses K of one target neuron.
    pub indegree: f64,
    /// Total effect J of a spike `[mV]` ([`Psc::jump_mv`]).
    pub jump_mv: f64,
    /// Delay `[ms]`, ≥ 0.
    pub delay_ms: f64,
}

/// Poisson input from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct External {
    /// Place of the target population.
    pub target: usize,
    /// Total rate onto one neuron `[Hz]`.
    pub rate_hz: f64,
    /// Total effect J of an event `[mV]`.
    pub jump_mv: f64,
}

/// A network in the diffusion approximation.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffusionNetwork {
    neurons: Vec<Lif>,
    psc: Psc,
    couplings: Vec<Coupling>,
    external: Vec<External>,
    current_pa: Vec<f64>,
}

impl DiffusionNetwork {
    /// A network; all synapses have currents of one course.
    ///
    /// # Errors
    /// Parameters out of range, [`TheoryError::NoSuch`] for a population that is not there,
    /// [`TheoryError::Length`] unless there is one current per population.
    pub fn new(
        neurons: Vec<Lif>,
        psc: Psc,
        couplings: Vec<Coupling>,
        external: Vec<External>,
        current_pa: Vec<f64>,
    ) -> Result<Self, TheoryError> {
        let count = neurons.len();
        let exists = |what, found| {
            if found < count { Ok(()) } else { Err(TheoryError::NoSuch { what, found, count }) }
        };
        for neuron in &neurons {
            neuron.check()?;
        }
        for c in &couplings {
            exists("source population", c.source)?;
            exists("target population", c.target)?;
            not_negative("in-degree", c.indegree)?;
            not_negative("delay [ms]", c.delay_ms)?;
            finite("jump [mV]", c.jump_mv)?;
        }
        for e in &external {
            exists("target population", e.target)?;
            not_negative("external rate [Hz]", e.rate_hz)?;
            finite("jump [mV]", e.jump_mv)?;
        }
        length("the list of currents", current_pa.len(), count)?;
        Ok(Self { neurons, psc, couplings, external, current_pa })
    }

    /// Drive of each population when the populations fire at `rate_hz`.
    ///
    /// # Panics
    /// If there are not as many rates as populations.
    pub fn drives(&self, rate_hz: &[f64]) -> Vec<Drive> {
        assert_eq!(rate_hz.len(), self.neurons.len(), "one rate per population");
        let of = |(target, neuron): (usize, &Lif)| {
            let recurrent = self.couplings.iter().filter(|c| c.target == target);
            let recurrent = recurrent.map(|c| (c.indegree * rate_hz[c.source], c.jump_mv));
            let external = self.external.iter().filter(|e| e.target == target);
            let inputs: Vec<(f64, f64)> =
                recurrent.chain(external.map(|e| (e.rate_hz, e.jump_mv))).collect();
            neuron.drive(&inputs, self.current_pa[target], self.psc)
        };
        self.neurons.iter().enumerate().map(of).collect()
    }

    /// Rates that reproduce themselves `[Hz]`, reached from `start_hz`: implicit steps of
    /// `T dν/dt = Φ(ν) − ν` that grow until they are those of Newton's method (pseudo-transient
    /// continuation). With several solutions, the one whose basin holds the start.
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::Negative`] for the start,
    /// [`TheoryError::NotConverged`].
    ///
    /// # Source
    /// Kelley & Keyes (1998), SIAM J. Numer. Anal. 35:508, doi:10.1137/S0036142996304796.
    pub fn stationary_hz(&self, start_hz: &[f64]) -> Result<Vec<f64>, TheoryError> {
        const ITERATIONS: usize = 500;
        let n = self.neurons.len();
        length("the list of starting rates", start_hz.len(), n)?;
        for rate in start_hz {
            not_negative("starting rate [Hz]", *rate)?;
        }
        let mut rates = start_hz.to_vec();
        let mut residual = self.residual(&rates);
        let mut step = 0.01;
        for _ in 0..ITERATIONS {
            let scale = rates.iter().fold(1.0, |a: f64, b| a.max(*b));
            if residual.amax() < 1e-11 * scale {
                return Ok(rates);
            }
            let system = DMatrix::identity(n, n) / step - self.jacobian(&rates);
            let Some(change) = system.lu().solve(&residual) else { break };
            let trial: Vec<f64> = rates
                .iter()
                .zip(change.iter())
                .map(|(rate, dx)| (rate + dx).max(0.1 * rate))
                .collect();
            let new = self.residual(&trial);
            let ratio = residual.norm() / new.norm().max(f64::MIN_POSITIVE);
            if ratio.is_nan() || ratio < 0.5 {
                step *= 0.25;
                continue;
            }
            step = (step * ratio.clamp(0.5, 10.0) * 1.2).min(1e12);
            (rates, residual) = (trial, new);
        }
        Err(TheoryError::NotConverged { iterations: ITERATIONS, residual_hz: residual.amax() })
    }

    fn residual(&self, rates: &[f64]) -> DVector<f64> {
        let drives = self.drives(rates);
        let values = self.neurons.iter().zip(&drives).zip(rates);
        DVector::from_iterator(rates.len(), values.map(|((n, d), rate)| n.rate_hz(d) - rate))
    }

    /// ∂(Φ − ν)/∂ν by central differences.
    fn jacobian(&self, rates: &[f64]) -> DMatrix<f64> {
        let columns: Vec<DVector<f64>> = (0..rates.len())
            .map(|k| {
                let h = 1e-5 * rates[k].max(1e-3);
                let at = |side: f64| {
                    let mut moved = rates.to_vec();
                    moved[k] += side * h;
                    self.residual(&moved)
                };
                (at(1.0) - at(-1.0)) / (2.0 * h)
            })
            .collect();
        DMatrix::from_columns(&columns)
    }
}

#[cfg(test)]
mod tests;
