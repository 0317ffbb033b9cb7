//! Coefficients of a model: one set for all neurons, or one set each.

use neuropil_core::names::suggestion;

use super::columns::{Numbers, Tiles};
use super::contract::{Build, ModelInfo, Parameter};
use super::lanes::Spike;
use super::refractory;
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
                        model: info.name.into(),
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

    /// Whether every neuron has the same parameters; `I_e` does not count, [`super::drive::Drive`]
    /// keeps it per neuron in any case.
    fn homogeneous(&self) -> bool {
        self.build
            .parameters
            .iter()
            .all(|(name, column)| name == "I_e" || matches!(column, Column::Same(_)))
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
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is not finite.
    pub fn initial(
        &self,
        name: &'static str,
        neuron: usize,
        default: f64,
    ) -> Result<f64, ModelError> {
        let value = self.build.initial.get(name).map_or(default, |column| column.at(neuron));
        if value.is_finite() {
            return Ok(value);
        }
        let unit = self.info.variables.iter().find(|v| v.name == name).map_or("", |v| v.unit);
        Err(self.refused(name, unit, value, neuron, "must be finite"))
    }

    /// Initial values of all neurons.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if one is not finite.
    pub fn initials(
        &self,
        name: &'static str,
        default: impl Fn(usize) -> f64,
    ) -> Result<Vec<f64>, ModelError> {
        (0..self.build.size).map(|n| self.initial(name, n, default(n))).collect()
    }

    fn refused(
        &self,
        name: &'static str,
        unit: &'static str,
        value: f64,
        neuron: usize,
        expected: &'static str,
    ) -> ModelError {
        let neuron = neuron + self.build.first as usize;
        let (model, name, unit) = (self.info.name.into(), name.into(), unit.into());
        ModelError::Parameter { model, name, value, unit, neuron, expected }
    }

    /// A parameter that must be finite.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is not.
    pub fn finite(&self, name: &'static str, neuron: usize) -> Result<f64, ModelError> {
        self.checked(name, neuron, "must be finite", f64::is_finite)
    }

    /// A parameter that must be finite and above 0.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is not.
    pub fn positive(&self, name: &'static str, neuron: usize) -> Result<f64, ModelError> {
        self.checked(name, neuron, "must be finite and above 0", |x| x > 0.0 && x.is_finite())
    }

    /// A parameter that must be finite and not below 0.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is not.
    pub fn not_negative(&self, name: &'static str, neuron: usize) -> Result<f64, ModelError> {
        self.checked(name, neuron, "must be finite and not negative", |x| x >= 0.0 && x.is_finite())
    }

    /// The refractory time `t_ref` in steps.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is negative or of more steps than a stamp can tell apart.
    pub fn refractory_steps(&self, neuron: usize) -> Result<u32, ModelError> {
        let clock = self.build.clock;
        let t_ref = self.checked("t_ref", neuron, "must not be negative, nor endless", |t| {
            t >= 0.0 && t / clock.dt_ms() < f64::from(refractory::LONGEST)
        })?;
        Ok(clock.nearest(t_ref) as u32)
    }

    /// Threshold, reset and refractory time of a linear membrane with resting potential `e_l`.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] unless `V_reset` is finite and below `V_th`, or for a wrong `t_ref`.
    pub fn spike(&self, neuron: usize, e_l: f64) -> Result<Spike, ModelError> {
        let reset = self.finite("V_reset", neuron)?;
        let threshold = self.checked("V_th", neuron, "must be above V_reset", |th| th > reset)?;
        Ok(Spike {
            threshold: threshold - e_l,
            reset: reset - e_l,
            hold: f64::from(self.refractory_steps(neuron)?),
        })
    }

    /// A parameter that says yes (1) or no (0).
    ///
    /// # Errors
    /// [`ModelError::Parameter`] if it is neither.
    pub fn switch(&self, name: &'static str, neuron: usize) -> Result<bool, ModelError> {
        Ok(self.checked(name, neuron, "must be 0 or 1", |x| x == 0.0 || x == 1.0)? == 1.0)
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
        Err(self.refused(name, unit, value, neuron, expected))
    }

    /// One set of coefficients if all neurons are alike, else one per neuron.
    ///
    /// # Errors
    /// Whatever `derive` finds wrong.
    pub fn table<C: Numbers>(
        &self,
        derive: impl Fn(usize) -> Result<C, ModelError>,
    ) -> Result<Table<C>, ModelError> {
        if self.homogeneous() {
            return Ok(Table::Same(derive(0)?));
        }
        let rows = (0..self.build.size).map(derive).collect::<Result<Vec<_>, _>>()?;
        Ok(Table::Each(Tiles::new(&rows)))
    }
}

fn names(parameters: &[Parameter<'static>]) -> Vec<&'static str> {
    parameters.iter().map(|p| p.name).collect()
}

fn initial_names(info: &ModelInfo) -> Vec<&'static str> {
    info.variables.iter().filter(|v| v.initial).map(|v| v.name).collect()
}

/// Coefficients: `Same` lets a kernel keep them in registers, `Each` reads columns.
#[derive(Debug)]
pub(super) enum Table<C> {
    Same(C),
    Each(Tiles<C>),
}

impl<C: Numbers> Table<C> {
    /// The coefficients of one neuron.
    pub fn at(&self, neuron: usize) -> C {
        match self {
            Self::Same(coefficients) => *coefficients,
            Self::Each(all) => all.at(neuron),
        }
    }

    /// The coefficients that all neurons have in common.
    pub fn same(&self) -> Option<&C> {
        match self {
            Self::Same(coefficients) => Some(coefficients),
            Self::Each(_) => None,
        }
    }

    /// Whether `holds` is true of any of the `size` neurons.
    pub fn any(&self, size: usize, holds: impl Fn(&C) -> bool) -> bool {
        match self {
            Self::Same(coefficients) => holds(coefficients),
            Self::Each(all) => (0..size).any(|n| holds(&all.at(n))),
        }
    }
}
