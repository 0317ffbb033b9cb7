//! The populations of a network sorted into those that a theory predicts and those that drive them.

use neuropil_network::description::{Column, Connection, Dynamics, Input, Network, Population};
use neuropil_network::neurons::ModelInfo;

use super::MeanFieldError;
use super::settings::Settings;
use std::collections::BTreeMap;

const CURRENT: &[&str] = &["iaf_psc_delta", "iaf_psc_exp", "iaf_psc_alpha"];
const CONDUCTANCE: &[&str] =
    &["iaf_cond_exp", "iaf_cond_exp_midpoint", "aeif_cond_exp", "aeif_cond_exp_euler"];

/// A network, ready to be given to a theory.
#[derive(Debug)]
pub(super) struct System<'a> {
    pub network: &'a Network,
    pub settings: Settings,
    /// Populations with dynamics, by their place in the network.
    pub members: Vec<Member<'a>>,
    /// Whether synapses are currents.
    pub current_based: bool,
    pub warnings: Vec<String>,
}

/// A population with dynamics of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    /// Place in the network.
    pub place: usize,
    pub population: &'a Population,
    pub model: &'static ModelInfo,
    parameters: &'a BTreeMap<String, Column>,
}

/// Sorts the populations.
pub(super) fn sort(network: &Network, settings: Settings) -> Result<System<'_>, MeanFieldError> {
    let mut members: Vec<Member<'_>> = Vec::new();
    for (place, population) in network.populations.iter().enumerate() {
        let Dynamics::Model { model, parameters, .. } = &population.dynamics else { continue };
        let name = model.name();
        let known = [CURRENT, CONDUCTANCE].concat();
        let Some(model) = model.built_in().filter(|model| known.contains(&model.name)) else {
            return Err(MeanFieldError::Model {
                population: population.name.clone(),
                model: name.into(),
                known: known.join(", "),
            });
        };
        members.push(Member { place, population, model, parameters });
    }
    let current = |member: &Member<'_>| CURRENT.contains(&member.model.name);
    let current_based = members.first().is_some_and(current);
    if let Some(other) = members.iter().find(|m| current(m) != current_based) {
        return Err(MeanFieldError::Mixed {
            population: members[0].population.name.clone(),
            model: members[0].model.name.into(),
            other: other.population.name.clone(),
            other_model: other.model.name.into(),
        });
    }
    Ok(System { network, settings, members, current_based, warnings: Vec::new() })
}

impl<'a> System<'a> {
    /// The rank of a population among those with dynamics.
    pub fn rank(&self, place: usize) -> Option<usize> {
        self.members.iter().position(|member| member.place == place)
    }

    /// Connections onto populations with dynamics: rank of the target, and the connection.
    pub fn connections(&self) -> impl Iterator<Item = (usize, &'a Connection)> + '_ {
        self.network
            .connections
            .iter()
            .filter_map(|c| self.rank(c.target.population).map(|rank| (rank, c)))
    }

    /// Devices, with the rank of their target and the share of its neurons that they reach.
    pub fn inputs(&self) -> impl Iterator<Item = (usize, f64, &'a Input)> + '_ {
        self.network.inputs.iter().filter_map(|input| {
            let slice = input.target.slice;
            let size = f64::from(self.network.populations[slice.population].size);
            self.rank(slice.population).map(|rank| (rank, f64::from(slice.count) / size, input))
        })
    }

    /// A parameter of a member; the mean where neurons differ, with a warning.
    pub fn parameter(&mut self, member: Member<'_>, name: &str) -> f64 {
        match member.parameters.get(name) {
            Some(Column::Same(value)) => *value,
            Some(Column::Each(values)) => {
                let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
                let population = &member.population.name;
                self.warnings.push(format!(
                    "{population}: {name} differs from neuron to neuron; its mean, {mean:.4}, is used"
                ));
                mean
            }
            None => {
                let found = member.model.parameters.iter().find(|p| p.name == name);
                found.map_or(0.0, |p| p.default)
            }
        }
    }
}
