//! How a recorded value follows from the state of a neuron.

use crate::description::{Column, Dynamics, ModelError, Population, Term, Terms, recordables};
use crate::neurons::Neurons;

/// A recorded value, ready to be read of the neurons of one part.
#[derive(Debug, Clone)]
pub(super) enum Reading {
    /// A state variable.
    Variable(usize),
    /// A sum of synaptic currents.
    Currents(Vec<Current>),
    /// The current of clamps, `Σ g (E − V)`; index of V.
    Clamp(usize),
}

/// A synaptic current.
#[derive(Debug, Clone)]
pub(super) enum Current {
    /// `g [α (E − V) + (1 − α)(E − V_ref)]`; a share is α and V_ref.
    Conductance { g: usize, v: usize, reversal: Column, share: Option<[Column; 2]> },
    /// A variable, times 1 or −1.
    Variable(usize, f64),
}

impl Reading {
    /// What `name` is of a population.
    ///
    /// # Errors
    /// [`ModelError::Recording`] if the model has nothing of that name.
    pub fn new(population: &Population, name: &str) -> Result<Self, ModelError> {
        let fault = |what| ModelError::Recording { population: population.name.clone(), what };
        let Dynamics::Model { model, parameters, .. } = &population.dynamics else {
            return Err(fault("a source of spikes has no state to sample".into()));
        };
        let known = recordables(model);
        let Some(found) = known.iter().find(|r| r.name == name) else {
            let names = known.iter().map(|r| r.name.as_str());
            let suggestion = neuropil_core::names::suggestion(name, names);
            return Err(fault(format!("{} has no variable \"{name}\"{suggestion}", model.name())));
        };
        let column = |name: &str| {
            let default =
                model.parameters().iter().find(|p| p.name == name).map_or(0.0, |p| p.default);
            parameters.get(name).cloned().unwrap_or(Column::Same(default))
        };
        let current = |term: &Term| match term {
            Term::Conductance { g, v, reversal, share } => Current::Conductance {
                g: *g,
                v: *v,
                reversal: column(reversal),
                share: share
                    .as_ref()
                    .filter(|share| column(share) != Column::Same(1.0))
                    .map(|share| [column(share), column("V_ref")]),
            },
            Term::Current { variable, negative } => {
                Current::Variable(*variable, if *negative { -1.0 } else { 1.0 })
            }
        };
        Ok(match &found.terms {
            Terms::Variable(k) => Self::Variable(*k),
            Terms::Clamp { v } => Self::Clamp(*v),
            Terms::Currents(terms) => Self::Currents(terms.iter().map(current).collect()),
        })
    }

    /// The same for the neurons `range` of the population.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let Self::Currents(currents) = self else { return self.clone() };
        let part = |current: &Current| match current {
            Current::Conductance { g, v, reversal, share } => Current::Conductance {
                g: *g,
                v: *v,
                reversal: reversal.part(range.clone()),
                share: share.as_ref().map(|all| all.each_ref().map(|c| c.part(range.clone()))),
            },
            other => other.clone(),
        };
        Self::Currents(currents.iter().map(part).collect())
    }

    /// The value of a neuron of the part.
    pub fn of(&self, neurons: &dyn Neurons, n: usize) -> f64 {
        match self {
            Self::Variable(k) => neurons.read(*k, n),
            Self::Currents(currents) => currents.iter().map(|c| c.of(neurons, n)).sum(),
            Self::Clamp(v) => {
                let [conductance, pull] = neurons.clamp(n);
                pull - conductance * neurons.read(*v, n)
            }
        }
    }
}

impl Current {
    fn of(&self, neurons: &dyn Neurons, n: usize) -> f64 {
        match self {
            Self::Conductance { g, v, reversal, share } => {
                let v = neurons.read(*v, n);
                let seen = share.as_ref().map_or(v, |[alpha, reference]| {
                    alpha.at(n) * v + (1.0 - alpha.at(n)) * reference.at(n)
                });
                neurons.read(*g, n) * (reversal.at(n) - seen)
            }
            Self::Variable(k, sign) => sign * neurons.read(*k, n),
        }
    }
}
