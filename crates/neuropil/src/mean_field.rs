//! Predicted rates of a network of leaky integrate-and-fire neurons, from the same experiment that is
//! simulated: the diffusion approximation of [`neuropil_theory::diffusion`].
//!
//! It sees what the experiment says on average: in-degrees, mean weights, Poisson rates at their
//! constant value, constant currents. Parameters that differ between the neurons of a population
//! are taken at their mean.

use std::collections::BTreeMap;

use neuropil_network::description::{
    Column, Connection, Delay, Distribution, Drive, Dynamics, Network, Population, Rule, Shape,
    Waveform, Weight,
};
use neuropil_theory::TheoryError;
use neuropil_theory::diffusion::{Coupling, DiffusionNetwork, External};
use neuropil_theory::siegert::{Lif, Psc};
use thiserror::Error;

use crate::experiment::{Experiment, ExperimentError};

/// Why there is no prediction.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum MeanFieldError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(
        "population \"{population}\": there is no stationary theory of {model}; it covers \
         iaf_psc_delta, iaf_psc_exp and iaf_psc_alpha"
    )]
    Model { population: String, model: String },
    #[error("the populations have synapses of different courses, which the theory does not cover")]
    MixedSynapses,
    #[error("{what} of \"{name}\" has no constant mean, which the theory needs")]
    NotConstant { what: &'static str, name: String },
    #[error(transparent)]
    Theory(#[from] TheoryError),
}

/// What the theory says of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Name.
    pub population: String,
    /// Stationary rate `[spikes/s]`.
    pub rate_hz: f64,
    /// Mean of the free membrane potential `[mV]`.
    pub mean_mv: f64,
    /// Standard deviation of the free membrane potential `[mV]`.
    pub sd_mv: f64,
}

/// What the theory says of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanField {
    /// Populations.
    pub populations: Vec<Prediction>,
    /// Frequency of the fastest growing oscillation `[Hz]`, if the stationary state is unstable.
    pub oscillation_hz: Option<f64>,
}

/// Modes are looked for up to this frequency `[Hz]`.
const HIGHEST_HZ: f64 = 400.0;

impl Experiment {
    /// Predicts the stationary state.
    ///
    /// # Errors
    /// [`MeanFieldError::Model`] for a model without theory, [`MeanFieldError::NotConstant`] for
    /// drive that changes, [`MeanFieldError::Theory`] if no state reproduces itself.
    pub fn mean_field(&self) -> Result<MeanField, MeanFieldError> {
        let network = self.network()?.network;
        let of: Vec<usize> = (0..network.populations.len())
            .filter(|k| matches!(network.populations[*k].dynamics, Dynamics::Model { .. }))
            .collect();
        let neurons: Vec<(Lif, Psc)> =
            of.iter().map(|k| neuron(&network.populations[*k])).collect::<Result<_, _>>()?;
        let psc = neurons.first().map_or(Psc::Delta, |(_, psc)| *psc);
        if neurons.iter().any(|(_, other)| *other != psc) {
            return Err(MeanFieldError::MixedSynapses);
        }
        let place = |population: usize| of.iter().position(|k| *k == population);
        let jump =
            |target: usize, weight: f64| psc.jump_mv(weight, neurons[target].0.capacitance_pf);
        let mut couplings = Vec::new();
        for connection in &network.connections {
            let (Some(source), Some(target)) =
                (place(connection.source.population), place(connection.target.population))
            else {
                let name = connection.name.clone();
                return Err(MeanFieldError::NotConstant { what: "the source", name });
            };
            let jump_mv = jump(target, mean_weight(connection));
            let delay_ms = mean_delay_ms(&network, connection);
            let indegree = indegree(&network, connection);
            couplings.push(Coupling { source, target, indegree, jump_mv, delay_ms });
        }
        let mut currents: Vec<f64> =
            of.iter().map(|k| current_pa(&network.populations[*k])).collect();
        let mut external = Vec::new();
        for input in &network.inputs {
            let Some(target) = place(input.target.slice.population) else { continue };
            let population = &network.populations[input.target.slice.population];
            let share = f64::from(input.target.slice.count) / f64::from(population.size);
            match &input.drive {
                Drive::Poisson { rate_hz: Waveform::Constant(rate), weight } => {
                    let jump_mv = jump(target, *weight);
                    external.push(External { target, rate_hz: rate * share, jump_mv });
                }
                Drive::Current(Waveform::Constant(pa)) => currents[target] += pa * share,
                Drive::CurrentEach(each) => {
                    currents[target] += each.iter().sum::<f64>() / f64::from(population.size);
                }
                _ => {
                    let name = input.name.clone();
                    return Err(MeanFieldError::NotConstant { what: "the drive", name });
                }
            }
        }
        let lifs = neurons.iter().map(|(lif, _)| *lif).collect();
        let theory = DiffusionNetwork::new(lifs, psc, couplings, external, currents)?;
        let rates = theory.stationary_hz(&vec![10.0; of.len()])?;
        let drives = theory.drives(&rates);
        let modes = theory.modes(&rates, HIGHEST_HZ)?;
        let growing =
            modes.iter().filter(|mode| mode.growth_per_ms > 0.0 && mode.frequency_hz > 0.0);
        let fastest = growing.max_by(|a, b| a.growth_per_ms.total_cmp(&b.growth_per_ms));
        let predictions =
            of.iter().zip(&rates).zip(&drives).map(|((k, rate_hz), drive)| Prediction {
                population: network.populations[*k].name.clone(),
                rate_hz: *rate_hz,
                mean_mv: drive.mean_mv,
                sd_mv: drive.sigma_mv / std::f64::consts::SQRT_2,
            });
        Ok(MeanField {
            populations: predictions.collect(),
            oscillation_hz: fastest.map(|mode| mode.frequency_hz),
        })
    }
}

fn neuron(population: &Population) -> Result<(Lif, Psc), MeanFieldError> {
    let Dynamics::Model { model, parameters, .. } = &population.dynamics else {
        return Err(MeanFieldError::MixedSynapses);
    };
    let value = |name: &str| {
        let default = model.parameters.iter().find(|p| p.name == name).map_or(0.0, |p| p.default);
        mean(parameters, name, default)
    };
    let (excitatory, inhibitory) = (value("tau_syn_ex"), value("tau_syn_in"));
    let psc = match model.name {
        "iaf_psc_delta" => Psc::Delta,
        "iaf_psc_exp" if excitatory == inhibitory => Psc::Exponential { tau_ms: excitatory },
        "iaf_psc_alpha" if excitatory == inhibitory => Psc::Alpha { tau_ms: excitatory },
        "iaf_psc_exp" | "iaf_psc_alpha" => return Err(MeanFieldError::MixedSynapses),
        name => {
            let (population, model) = (population.name.clone(), name.to_owned());
            return Err(MeanFieldError::Model { population, model });
        }
    };
    let lif = Lif {
        tau_m_ms: value("tau_m"),
        capacitance_pf: value("C_m"),
        e_leak_mv: value("E_L"),
        v_threshold_mv: value("V_th"),
        v_reset_mv: value("V_reset"),
        t_ref_ms: value("t_ref"),
    };
    Ok((lif, psc))
}

fn mean(parameters: &BTreeMap<String, Column>, name: &str, default: f64) -> f64 {
    match parameters.get(name) {
        None => default,
        Some(Column::Same(value)) => *value,
        Some(Column::Each(values)) => values.iter().sum::<f64>() / values.len() as f64,
    }
}

fn current_pa(population: &Population) -> f64 {
    match &population.dynamics {
        Dynamics::Model { parameters, .. } => mean(parameters, "I_e", 0.0),
        Dynamics::Trains(_) => 0.0,
    }
}

/// Mean number of synapses of one neuron of the target population.
fn indegree(network: &Network, c: &Connection) -> f64 {
    let (s, t) = (f64::from(c.source.count), f64::from(c.target.count));
    let blocks = |m: &neuropil_network::description::BlockMatrix| {
        m.values().iter().sum::<f64>() / m.values().len() as f64
    };
    let synapses = match &c.rule {
        Rule::AllToAll { .. } => s * t,
        Rule::OneToOne => t,
        Rule::FixedIndegree { indegree, .. } => t * blocks(indegree) * indegree.columns() as f64,
        Rule::FixedOutdegree { outdegree, .. } => s * f64::from(*outdegree),
        Rule::FixedTotalNumber { total, .. } => *total as f64,
        Rule::PairwiseBernoulli { probability, .. } => s * t * blocks(probability),
        Rule::SymmetricPairwiseBernoulli { probability } => s * (t - 1.0) * probability,
        Rule::Pairs { sources, .. } => sources.len() as f64,
    };
    synapses / f64::from(network.populations[c.target.population].size)
}

fn mean_weight(c: &Connection) -> f64 {
    match &c.weight {
        Weight::Blocks(matrix) => {
            matrix.values().iter().sum::<f64>() / matrix.values().len() as f64
        }
        Weight::Drawn(distribution) => expectation(distribution),
        Weight::Each(values) => values.iter().sum::<f64>() / values.len() as f64,
    }
}

fn mean_delay_ms(network: &Network, c: &Connection) -> f64 {
    let ms = |steps: f64| steps * network.clock.dt_ms();
    match &c.delay {
        Delay::Same(steps) => ms(f64::from(*steps)),
        Delay::Drawn(distribution) => expectation(distribution),
        Delay::Each(steps) => {
            ms(steps.iter().map(|s| f64::from(*s)).sum::<f64>() / steps.len() as f64)
        }
    }
}

/// Mean of a distribution, bounds left out of account.
fn expectation(d: &Distribution) -> f64 {
    let x = match d.shape {
        Shape::Constant(value) => value,
        Shape::Uniform { low, high } => 0.5 * (low + high),
        Shape::Normal { mean, .. } => mean,
        Shape::Lognormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
        Shape::Exponential { mean } => mean,
    };
    d.offset + d.scale * x
}
