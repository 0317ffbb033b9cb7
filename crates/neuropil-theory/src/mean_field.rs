//! Mean-field equations of coupled populations, first and second order, with adaptation.
//!
//! Rates ν, covariances c of the population rates, mean adaptation currents W:
//!
//! ```text
//! T dν_μ/dt  = F_μ(ν, W) − ν_μ + ½ Σ_λη c_λη ∂²F_μ/∂ν_λ∂ν_η
//! T dc_λη/dt = δ_λη F_λ(1/T − F_λ)/N_λ + (F_λ − ν_λ)(F_η − ν_η)
//!              + Σ_μ (c_λμ ∂F_η/∂ν_μ + c_ημ ∂F_λ/∂ν_μ) − 2 c_λη
//! dW_μ/dt    = −W_μ/τ_w + b ν_μ + a (μ_V − E_L)/τ_w
//! ```
//!
//! First order drops the terms with c. F is the transfer function of the population; W enters it as
//! a hyperpolarising current.
//!
//! # Source
//! El Boustani & Destexhe (2009), Neural Comput. 21:46, doi:10.1162/neco.2009.02-08-710; di Volo,
//! Romagnoni, Capone & Destexhe (2019), Neural Comput. 31:653, doi:10.1162/neco_a_01173.

mod finite_size;
mod integrate;
mod simulated;
mod trains;

use crate::error::{TheoryError, length, not_negative, positive};
use crate::membrane::{Fluctuations, fluctuations, stationary_adaptation_pa, synaptic_currents_pa};
use crate::neuron::Synapse;
use crate::transfer::{OutOfRange, TransferFunction};

pub use finite_size::FiniteSize;
pub use integrate::{Integration, Trajectory};
pub use simulated::{SelfConsistency, SimulatedPoint};

/// A population.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name, for messages and pictures.
    pub name: String,
    /// Number of neurons N, > 0. Only second order depends on it.
    pub size: f64,
    /// What its neurons do with their input.
    pub transfer: TransferFunction,
}

/// Where a projection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A population, by its place.
    Population(usize),
    /// An afferent group, whose rate is given, by its place.
    Afferent(usize),
}

/// Synapses of one kind from a source onto a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Where from.
    pub source: Source,
    /// Place of the target population.
    pub target: usize,
    /// The synapses of one target neuron.
    pub synapse: Synapse,
}

/// Order of the expansion in fluctuations of the population rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Rates only: the limit of infinite populations.
    #[default]
    First,
    /// Rates and their covariances.
    Second,
}

/// What the populations receive from outside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// Rate of each afferent group `[Hz]`.
    pub afferent_hz: Vec<f64>,
    /// Current into the neurons of each population `[pA]`.
    pub current_pa: Vec<f64>,
}

/// State of the equations.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Rate of each population `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// Mean adaptation current of each population `[pA]`.
    pub adaptation_pa: Vec<f64>,
    /// Covariances of the population rates, row by row `[Hz²]`; empty to first order.
    pub covariance_hz2: Vec<f64>,
}

/// A mean-field model.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanField {
    populations: Vec<Population>,
    afferents: usize,
    /// Sources and synapses of each population.
    sources: Vec<Vec<Source>>,
    synapses: Vec<Vec<Synapse>>,
    time_constant_ms: f64,
    order: Order,
}

impl MeanField {
    /// A first-order model with T = 5 ms.
    ///
    /// # Errors
    /// [`TheoryError::NoSuch`] for a projection from or to what is not there, and for parameters
    /// out of range.
    pub fn new(
        populations: Vec<Population>,
        afferents: usize,
        projections: &[Projection],
    ) -> Result<Self, TheoryError> {
        let count = populations.len();
        let (mut sources, mut synapses) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for population in &populations {
            positive("population size", population.size)?;
            population.transfer.neuron.check()?;
        }
        for Projection { source, target, synapse } in projections {
            let exists = |what, found, count| {
                if found < count { Ok(()) } else { Err(TheoryError::NoSuch { what, found, count }) }
            };
            exists("target population", *target, count)?;
            match *source {
                Source::Population(place) => exists("source population", place, count)?,
                Source::Afferent(place) => exists("afferent group", place, afferents)?,
            }
            synapse.check()?;
            sources[*target].push(*source);
            synapses[*target].push(*synapse);
        }
        let (time_constant_ms, order) = (5.0, Order::First);
        Ok(Self { populations, afferents, sources, synapses, time_constant_ms, order })
    }

    /// The same model with another time constant T `[ms]`: the time over which rates are counted.
    ///
    /// # Errors
    /// [`TheoryError::NotPositive`].
    pub fn with_time_constant_ms(self, time_constant_ms: f64) -> Result<Self, TheoryError> {
        positive("mean-field time constant [ms]", time_constant_ms)?;
        Ok(Self { time_constant_ms, ..self })
    }

    /// The same model to another order.
    pub fn with_order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// The same model with other transfer functions, one per population.
    ///
    /// # Errors
    /// [`TheoryError::Length`], and those of a neuron out of range.
    pub fn with_transfer(mut self, transfer: Vec<TransferFunction>) -> Result<Self, TheoryError> {
        length("the list of transfer functions", transfer.len(), self.len())?;
        for (population, transfer) in self.populations.iter_mut().zip(transfer) {
            transfer.neuron.check()?;
            population.transfer = transfer;
        }
        Ok(self)
    }

    /// The populations.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// Time constant T `[ms]`.
    pub fn time_constant_ms(&self) -> f64 {
        self.time_constant_ms
    }

    /// Order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Input of nothing.
    pub fn no_input(&self) -> Input {
        let (afferent_hz, current_pa) = (vec![0.0; self.afferents], vec![0.0; self.len()]);
        Input { afferent_hz, current_pa }
    }

    /// Number of populations.
    pub(crate) fn len(&self) -> usize {
        self.populations.len()
    }

    /// A state with given rates, adaptation at rest and no covariance.
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::Negative`].
    pub fn state(&self, rate_hz: &[f64]) -> Result<State, TheoryError> {
        length("the list of rates", rate_hz.len(), self.len())?;
        for rate in rate_hz {
            not_negative("rate [Hz]", *rate)?;
        }
        let entries = if self.order == Order::Second { self.len() * self.len() } else { 0 };
        Ok(State {
            rate_hz: rate_hz.to_vec(),
            adaptation_pa: vec![0.0; self.len()],
            covariance_hz2: vec![0.0; entries],
        })
    }

    /// A state with given rates, adaptation as it is when they last and no covariance.
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::Negative`].
    pub fn lasting(&self, rate_hz: &[f64], input: &Input) -> Result<State, TheoryError> {
        self.check(input)?;
        let mut state = self.state(rate_hz)?;
        let adaptation = |p| self.stationary_adaptation(p, rate_hz, input);
        state.adaptation_pa = (0..self.len()).map(adaptation).collect();
        Ok(state)
    }

    pub(crate) fn check(&self, input: &Input) -> Result<(), TheoryError> {
        length("the list of afferent rates", input.afferent_hz.len(), self.afferents)?;
        length("the list of currents", input.current_pa.len(), self.len())?;
        for rate in &input.afferent_hz {
            not_negative("afferent rate [Hz]", *rate)?;
        }
        for current in &input.current_pa {
            crate::error::finite("current [pA]", *current)?;
        }
        Ok(())
    }

    fn source_rates(&self, target: usize, rate_hz: &[f64], input: &Input) -> Vec<f64> {
        let rate = |source: &Source| match *source {
            Source::Population(place) => rate_hz[place],
            Source::Afferent(place) => input.afferent_hz[place],
        };
        self.sources[target].iter().map(rate).collect()
    }

    /// Statistics of the potential of a population at given rates and adaptation current.
    ///
    /// # Panics
    /// If there is no such population or a list has another length than the model.
    pub fn fluctuations(
        &self,
        target: usize,
        rate_hz: &[f64],
        adaptation_pa: f64,
        input: &Input,
    ) -> Fluctuations {
        let rates = self.source_rates(target, rate_hz, input);
        let current = input.current_pa[target] - adaptation_pa;
        let neuron = &self.populations[target].transfer.neuron;
        fluctuations(neuron, &self.synapses[target], &rates, current)
    }

    /// Mean synaptic current of each projection onto a population at given rates, in the order in
    /// which they were given `[pA]`, positive inwards.
    ///
    /// # Panics
    /// If there is no such population or a list has another length than the model.
    pub fn currents_pa(&self, target: usize, state: &State, input: &Input) -> Vec<f64> {
        let w = state.adaptation_pa[target];
        let v = self.fluctuations(target, &state.rate_hz, w, input);
        let rates = self.source_rates(target, &state.rate_hz, input);
        synaptic_currents_pa(&self.synapses[target], &rates, v.mean_mv)
    }

    /// Output rate F of a population `[Hz]`.
    pub(crate) fn response(
        &self,
        target: usize,
        rate_hz: &[f64],
        adaptation_pa: f64,
        input: &Input,
    ) -> f64 {
        let v = self.fluctuations(target, rate_hz, adaptation_pa, input);
        self.populations[target].transfer.rate_at(&v)
    }

    /// Output rate of every population at a state `[Hz]`: a fixed point has the rates it starts
    /// from. With one common rate for all populations, the curve of the graphical analysis.
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::Negative`] for an input that does not fit.
    pub fn responses_hz(&self, state: &State, input: &Input) -> Result<Vec<f64>, TheoryError> {
        self.check(input)?;
        length("the list of rates", state.rate_hz.len(), self.len())?;
        let one = |p| self.response(p, &state.rate_hz, state.adaptation_pa[p], input);
        Ok((0..self.len()).map(one).collect())
    }

    /// What lies outside the fitted range of a transfer function at a state: the place of the
    /// population and the quantity.
    pub fn warnings(&self, state: &State, input: &Input) -> Vec<(usize, OutOfRange)> {
        let of = |p: usize| {
            let v = self.fluctuations(p, &state.rate_hz, state.adaptation_pa[p], input);
            self.populations[p].transfer.check(&v).into_iter().map(move |warning| (p, warning))
        };
        (0..self.len()).flat_map(of).collect()
    }

    /// Adaptation current at which dW/dt = 0 for given rates `[pA]`.
    pub(crate) fn stationary_adaptation(
        &self,
        target: usize,
        rate_hz: &[f64],
        input: &Input,
    ) -> f64 {
        let neuron = &self.populations[target].transfer.neuron;
        let rates = self.source_rates(target, rate_hz, input);
        let current = input.current_pa[target];
        stationary_adaptation_pa(neuron, &self.synapses[target], &rates, current, rate_hz[target])
    }
}

#[cfg(test)]
pub(crate) mod tests;
