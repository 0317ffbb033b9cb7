//! Neurons of a user's own model: [`neuropil_mechanism::equations`] behind the trait [`Neurons`].
//!
//! In a step: (1) weights that arrive are added by the statements of their receptor, and neurons that
//! spiked in the last step are reset; (2) all variables advance; (3) the threshold is evaluated; (4)
//! the stimulus current `I_in` is read for the next step. So a delay of one step stands for Brian2's
//! delay of none, and events that arrive with a spike are seen before its reset. Recorded values are
//! those after the reset.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use neuropil_core::names::suggestion;
use neuropil_mechanism::equations::{Arriving, Cells, Model, Setting, Values};

use super::contract::{Arrivals, Build, Fault, Neurons, Order, Sink};
use super::lanes::BLOCK;
use crate::description::{Column, ModelError};

// The engine's blocks are those of the cells.
const _: () = assert!(BLOCK == neuropil_mechanism::equations::BLOCK);

pub(super) struct EquationNeurons {
    cells: Cells,
}

impl EquationNeurons {
    /// Neurons with the given values.
    ///
    /// # Errors
    /// [`ModelError`] for a name that the model does not have, a parameter that is not given, or a
    /// value that is no finite number.
    pub fn new(model: &Arc<Model>, build: &Build<'_>) -> Result<Self, ModelError> {
        let names = |all: &[neuropil_mechanism::equations::Quantity]| -> Vec<String> {
            all.iter().map(|q| q.name.clone()).collect()
        };
        let states = &model.variables()[..model.states()];
        check(model, build, "parameter", build.parameters, &names(model.parameters()))?;
        check(model, build, "initial value", build.initial, &names(states))?;
        let parameters = model
            .parameters()
            .iter()
            .map(|p| match build.parameters.get(&p.name) {
                Some(column) => Ok(values(column)),
                None => Err(ModelError::Missing {
                    model: model.name().into(),
                    name: p.name.clone(),
                    unit: p.unit_text.clone(),
                }),
            })
            .collect::<Result<_, _>>()?;
        let initial = states.iter().map(|v| build.initial.get(&v.name).map(values)).collect();
        let setting = Setting {
            parameters,
            initial,
            size: build.size,
            first: build.first,
            key: build.key,
            dt_ms: build.clock.dt_ms(),
        };
        Ok(Self { cells: Cells::new(Arc::clone(model), &setting) })
    }
}

fn values(column: &Column) -> Values {
    match column {
        Column::Same(value) => Values::Same(*value),
        Column::Each(all) => Values::Each(all.clone()),
    }
}

/// Refuses unknown names, wrong lengths and numbers that are not finite.
fn check(
    model: &Model,
    build: &Build<'_>,
    kind: &'static str,
    given: &BTreeMap<String, Column>,
    known: &[String],
) -> Result<(), ModelError> {
    for (name, column) in given {
        if !known.contains(name) {
            return Err(ModelError::UnknownName {
                model: model.name().into(),
                kind,
                name: name.clone(),
                suggestion: suggestion(name, known.iter().map(String::as_str)),
            });
        }
        let values = match column {
            Column::Same(value) => std::slice::from_ref(value),
            Column::Each(values) => values,
        };
        if matches!(column, Column::Each(_)) && values.len() != build.size {
            return Err(ModelError::Length {
                population: model.name().into(),
                what: name.clone(),
                found: values.len(),
                size: build.size as u32,
            });
        }
        if let Some(k) = values.iter().position(|value| !value.is_finite()) {
            let all = model.parameters().iter().chain(model.variables());
            return Err(ModelError::Parameter {
                model: model.name().into(),
                name: name.clone(),
                value: values[k],
                unit: all.clone().find(|q| q.name == *name).map_or("", |q| &q.unit_text).into(),
                neuron: k + build.first as usize,
                expected: "must be finite",
            });
        }
    }
    Ok(())
}

impl Neurons for EquationNeurons {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let arriving = Arriving {
            channels: arrivals.channels,
            current: arrivals.current,
            clamp_conductance: arrivals.clamp_conductance,
            clamp_pull: arrivals.clamp_pull,
        };
        self.cells.advance(block.start / BLOCK, step, arriving, spikes).map_err(|fault| Fault {
            neuron: fault.neuron,
            variable: self.cells.model().variables()[fault.variable].name.clone().into(),
            value: fault.value,
        })
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        let (column, factor) = self.cells.sink(channel)?;
        Some(Sink { column, factor, order: Order::Before })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        self.cells.read(variable, neuron)
    }
}
