//! A neuron model, wherever it comes from.

use std::sync::Arc;

use neuropil_mechanism::equations;

use super::contract::{Build, ModelInfo, Neurons, Parameter, Signs, Variable};
use super::equations::EquationNeurons;
use crate::description::ModelError;

/// A neuron model: built in, or written as equations. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Model {
    /// A model of the catalogue.
    BuiltIn(&'static ModelInfo),
    /// A user's own model.
    Equations(Arc<equations::Model>),
}

impl From<&'static ModelInfo> for Model {
    fn from(info: &'static ModelInfo) -> Self {
        Self::BuiltIn(info)
    }
}

impl From<Arc<equations::Model>> for Model {
    fn from(model: Arc<equations::Model>) -> Self {
        Self::Equations(model)
    }
}

impl Model {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(info) => info.name,
            Self::Equations(model) => model.name(),
        }
    }

    /// The entry of the catalogue, if it is built in.
    pub fn built_in(&self) -> Option<&'static ModelInfo> {
        match self {
            Self::BuiltIn(info) => Some(info),
            Self::Equations(_) => None,
        }
    }

    /// Parameters. Those of equations have no default (not a number): their values must be given.
    pub fn parameters(&self) -> Vec<Parameter<'_>> {
        match self {
            Self::BuiltIn(info) => info.parameters.to_vec(),
            Self::Equations(model) => model
                .parameters()
                .iter()
                .map(|p| Parameter {
                    name: &p.name,
                    unit: &p.unit_text,
                    default: f64::NAN,
                    doc: "",
                })
                .collect(),
        }
    }

    /// State variables, in the order of [`Neurons::read`].
    pub fn variables(&self) -> Vec<Variable<'_>> {
        match self {
            Self::BuiltIn(info) => info.variables.to_vec(),
            Self::Equations(model) => {
                let all = model.variables().iter().enumerate();
                all.map(|(k, v)| Variable {
                    name: &v.name,
                    unit: &v.unit_text,
                    initial: k < model.states(),
                    doc: "",
                })
                .collect()
            }
        }
    }

    /// Names of the input channels.
    pub fn channels(&self) -> Vec<&str> {
        match self {
            Self::BuiltIn(info) => info.channels.to_vec(),
            Self::Equations(model) => model.receptors().iter().map(|r| r.name.as_str()).collect(),
        }
    }

    /// How signs choose among the channels.
    pub fn signs(&self) -> Signs {
        match self {
            Self::BuiltIn(info) => info.signs,
            Self::Equations(_) => Signs::Together,
        }
    }

    /// Whether a projection must name the channel it feeds, as signs do not choose.
    pub fn needs_receptor(&self) -> bool {
        matches!(self, Self::Equations(model) if model.receptors().len() > 1)
    }

    /// Whether a clamp can act on it: on a membrane with a capacitance in farad, and on equations that
    /// mention `g_clamp`.
    pub fn takes_clamp(&self) -> bool {
        match self {
            Self::BuiltIn(info) => info.parameters.iter().any(|p| p.name == "C_m"),
            Self::Equations(model) => model.takes_clamp(),
        }
    }

    /// Unit of the weights that a channel takes (`None` for whichever the sign chooses).
    pub fn weight_unit(&self, channel: Option<usize>) -> &str {
        match self {
            Self::BuiltIn(info) => info.weight_unit,
            Self::Equations(model) => {
                model.receptors().get(channel.unwrap_or(0)).map_or("", |r| r.unit_text.as_str())
            }
        }
    }

    /// Makes neurons.
    ///
    /// # Errors
    /// [`ModelError`] for an unknown name or a value outside its range.
    pub fn build(&self, build: &Build<'_>) -> Result<Box<dyn Neurons>, ModelError> {
        match self {
            Self::BuiltIn(info) => (info.build)(build),
            Self::Equations(model) => Ok(Box::new(EquationNeurons::new(model, build)?)),
        }
    }
}
