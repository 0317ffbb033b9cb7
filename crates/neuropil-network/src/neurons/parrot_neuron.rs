//! A relay: says again what it hears.
//!
//! Every spike that arrives in a step is repeated with the stamp of the step's end, as often as it
//! arrives. The engine hands over sums of weights, so a relay takes the sum as the number of spikes:
//! connections to it have weight 1. A sum that is not a whole number, or negative, is a fault.
//!
//! Inserted between a source and many targets it makes them share one train.

use std::ops::Range;

use super::contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Signs, Variable};
use super::table::Given;
use crate::description::ModelError;

pub(super) static INFO: ModelInfo = ModelInfo {
    name: "parrot_neuron",
    summary: "relay: repeats every spike that arrives (weights must be 1)",
    parameters: &[],
    variables: &[Variable {
        name: "spikes",
        unit: "",
        initial: false,
        doc: "spikes repeated in the last step",
    }],
    weight_unit: "",
    channels: &["spikes"],
    signs: Signs::Together,
    build: |build| Ok(Box::new(Parrot::new(build)?)),
};

/// More spikes of one relay in one step than any sensible drive gives.
const MOST: f64 = 1e6;

struct Parrot {
    heard: Vec<f64>,
}

impl Parrot {
    fn new(build: &Build<'_>) -> Result<Self, ModelError> {
        Given::new(&INFO, build)?;
        Ok(Self { heard: vec![0.0; build.size] })
    }
}

impl Neurons for Parrot {
    fn advance(
        &mut self,
        block: Range<usize>,
        _step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let heard = &mut self.heard[block.clone()];
        let arrived = arrivals.channel(0);
        if arrived.is_empty() {
            heard.fill(0.0);
            return Ok(());
        }
        heard.copy_from_slice(arrived);
        for (n, sum) in block.zip(heard) {
            if *sum == 0.0 {
                continue;
            }
            let count = sum.round();
            if !((0.0..=MOST).contains(&count) && (*sum - count).abs() < 1e-6) {
                return Err(Fault { neuron: n, variable: "spikes".into(), value: *sum });
            }
            spikes.extend((0..count as u32).map(|_| n as u32));
        }
        Ok(())
    }

    fn read(&self, _variable: usize, neuron: usize) -> f64 {
        self.heard[neuron]
    }
}
