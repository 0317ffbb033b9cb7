//! The neuron that a protocol is about.

use std::collections::BTreeMap;

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;
use neuropil_network::description::{Column, Dynamics};
use neuropil_network::neurons::{CELLS, Model, find, find_cell};

use super::CellError;
use crate::experiment::Experiment;
use crate::expression::{Expression, Scope, Value};

/// One neuron: a model and its values.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What it is called.
    pub name: String,
    /// Its model.
    pub model: Model,
    /// Its parameters.
    pub parameters: BTreeMap<String, Column>,
    /// Its initial values.
    pub initial: BTreeMap<String, Column>,
}

impl Subject {
    /// A cell of the library ([`CELLS`]) with some parameters changed: `("C_m", "300 pF")`. A pure
    /// number is in the unit of the parameter.
    ///
    /// # Errors
    /// [`CellError`] for an unknown cell or parameter, or a value that is none.
    pub fn named(name: &str, changes: &[(String, String)]) -> Result<Self, CellError> {
        let unknown = || CellError::Unknown {
            name: name.into(),
            suggestion: suggestion(name, CELLS.iter().map(|cell| cell.name)),
        };
        let cell = find_cell(name).ok_or_else(unknown)?;
        let model = find(cell.model).ok_or_else(unknown)?;
        let same = |(name, value): &(&str, f64)| ((*name).to_owned(), Column::Same(*value));
        let mut parameters: BTreeMap<String, Column> = cell.parameters.iter().map(same).collect();
        for (key, text) in changes {
            let known = model.parameters.iter().find(|p| p.name == key);
            let known = known.ok_or_else(|| CellError::Parameter {
                cell: name.into(),
                name: key.clone(),
                suggestion: suggestion(key, model.parameters.iter().map(|p| p.name)),
            })?;
            parameters.insert(key.clone(), Column::Same(quantity(key, text, known.unit)?));
        }
        Ok(Self { name: name.into(), model: model.into(), parameters, initial: BTreeMap::new() })
    }

    /// The first neuron of a population of an experiment; of its first population with a neuron
    /// model if no name is given.
    ///
    /// # Errors
    /// [`CellError::Experiment`], [`CellError::Population`].
    pub fn of_experiment(
        experiment: &Experiment,
        population: Option<&str>,
    ) -> Result<Self, CellError> {
        let network = experiment.network()?.network;
        let mut known = Vec::new();
        for candidate in &network.populations {
            let Dynamics::Model { model, parameters, initial } = &candidate.dynamics else {
                continue;
            };
            known.push(candidate.name.as_str());
            if population.is_some_and(|name| name != candidate.name) {
                continue;
            }
            let first = |all: &BTreeMap<String, Column>| {
                all.iter().map(|(k, column)| (k.clone(), Column::Same(column.at(0)))).collect()
            };
            return Ok(Self {
                name: candidate.name.clone(),
                model: model.clone(),
                parameters: first(parameters),
                initial: first(initial),
            });
        }
        let name = population.unwrap_or_default();
        let suggestion = suggestion(name, known.iter().copied());
        Err(CellError::Population { name: name.into(), suggestion })
    }

    /// The variable that protocols show: the potential, or the first state.
    pub(super) fn potential(&self) -> (String, String) {
        let variables = self.model.variables();
        let named = variables.iter().find(|v| v.name == "V_m").or(variables.first());
        named.map_or_else(Default::default, |v| (v.name.into(), v.unit.into()))
    }
}

/// A quantity of the command line.
///
/// # Errors
/// [`CellError::Value`], [`CellError::Unit`].
pub fn quantity(name: &str, text: &str, unit: &str) -> Result<f64, CellError> {
    let value = Expression::parse(text).and_then(|e| e.value(&Scope::default()));
    let value = value.map_err(|source| CellError::Value {
        name: name.into(),
        text: text.into(),
        source,
    })?;
    let wanted = Unit::parse(unit).unwrap_or(Unit::ONE);
    match value {
        Value::Number(q) if q.is_pure() => Ok(q.pure_value()),
        Value::Number(q) if q.unit.same_dimension(&wanted) => Ok(q.number_in(wanted)),
        _ => Err(CellError::Unit { name: name.into(), text: text.into(), unit: unit.into() }),
    }
}
