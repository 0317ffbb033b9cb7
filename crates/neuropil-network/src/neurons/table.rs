//! Coefficients of a model: one set for all neurons, or one set each.

use neuropil_core::names::suggestion;

use super::contract::{Build, ModelInfo, Parameter};
use crate::description::{Column, ModelError};

/// The values that a user gave, over the defaults.
pub(super) struct Given<'a> {
    pub info: &'a ModelInfo,
    pub build: &'a Build<'a>,
}

impl<'a> Given<'a> {
    /// Refuses names that the model does not have, and columns of the wrong length.
    ///
    /// # Errors
    /// [`ModelError::UnknownName`] with the nearest name, [`ModelError::Length`].
    pub fn new(info: &'static ModelInfo, build: &'a Build<'a>) -> Result<Self, ModelError> {
        for (kind, given, known) in [
            ("parameter", build.parameters, names(info.parameters)),
            ("initial value", build.initial, initial_names(info)),
        ] {
            for (name, column) in given {
                if !known.contains(&name.as_str()) {
                    let suggestion = suggestion(name, known.iter().copied());
                    let name = name.clone();
                    return Err(ModelError::UnknownName {
                        model: info.name,
                        kind,
                        name,
                        suggestion,
                    });
                }
                if let Column::Each(values) = column
                    && values.len() != build.size
                {
                    return Err(ModelError::Length {
                        population: info.name.into(),
                        what: name.clone(),
                        found: values.len(),
                        size: build.size as u32,
                    });
                }
            }
        }
        Ok(Self { info, build })
    }

    /// Whether every neuron has the same parameters.
    pub fn homogeneous(&self) -> bool {
        self.build.parameters.values().all(|column| matches!(column, Column::Same(_)))
    }

    /// A parameter of one neuron.
    pub fn parameter(&self, name: &'static str, neuron: usize) -> f64 {
        let default = || self.info.parameters.iter().find(|p| p.name == name).map(|p| p.default);
        self.build
            .parameters
            .get(name)
            .map(|column| column.at(neuron))
            .or_else(default)
            .unwrap_or(f64::NAN)
    }

    /// An initial value of one neuron, or `default`.
    pub fn initial(&self, name: &str, neuron: usize, default: f64) -> f64 {
        self.build.initial.get(name).map_or(default, |column| column.at(neuron))
    }

    /// A parameter of one neuron that must satisfy `admits`.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it does not, or is not a number.
    pub fn checked(
        &self,
        name: &'static str,
        neuron: usize,
        expected: &'static str,
        admits: impl Fn(f64) -> bool,
    ) -> Result<f64, ModelError> {
        let value = self.parameter(name, neuron);
        if !value.is_nan() && admits(value) {
            return Ok(value);
        }
        let unit = self.info.parameters.iter().find(|p| p.name == name).map_or("", |p| p.unit);
        let neuron = neuron + self.build.first as usize;
        Err(ModelError::Parameter { model: self.info.name, name, value, unit, neuron, expected })
    }

    /// One set of coefficients if all neurons are alike, else one per neuron.
    ///
    /// # Errors
    /// Whatever `derive` finds wrong.
    pub fn table<C>(
        &self,
        derive: impl Fn(usize) -> Result<C, ModelError>,
    ) -> Result<Table<C>, ModelError> {
        if self.homogeneous() {
            return Ok(Table::Same(derive(0)?));
        }
        Ok(Table::Each((0..self.build.size).map(derive).collect::<Result<_, _>>()?))
    }
}

fn names(parameters: &[Parameter]) -> Vec<&'static str> {
    parameters.iter().map(|p| p.name).collect()
}

fn initial_names(info: &ModelInfo) -> Vec<&'static str> {
    info.variables.iter().filter(|v| v.initial).map(|v| v.name).collect()
}

/// Coefficients: `Same` lets a kernel keep them in registers, `Each` reads them per neuron.
#[derive(Debug)]
pub(super) enum Table<C> {
    Same(C),
    Each(Vec<C>),
}

impl<C> Table<C> {
    /// The coefficients of one neuron.
    pub fn at(&self, neuron: usize) -> &C {
        match self {
            Self::Same(coefficients) => coefficients,
            Self::Each(all) => &all[neuron],
        }
    }
}
