//! Drives the neurons of one model step by step, without an engine.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;

use neuropil_core::Clock;
use neuropil_core::random::key;
use neuropil_network::description::{Column, ModelError};
use neuropil_network::neurons::{Arrivals, BLOCK, Build, Fault, ModelInfo, Neurons, find};

/// Columns by name.
pub type Columns = BTreeMap<String, Column>;

/// Columns of equal values.
pub fn same(values: &[(&str, f64)]) -> Columns {
    values.iter().map(|(name, x)| ((*name).into(), Column::Same(*x))).collect()
}

/// Neurons, and what has become of them.
pub struct Rig {
    pub info: &'static ModelInfo,
    pub neurons: Box<dyn Neurons>,
    pub size: usize,
    pub clock: Clock,
    pub step: u64,
    /// Stamp (in steps) and neuron of every spike.
    pub spikes: Vec<(u64, u32)>,
}

/// What arrives in one step: one value per channel, device current, current of port 1.
#[derive(Default, Clone, Copy)]
pub struct Input {
    pub weight: f64,
    pub current: f64,
    pub port1: f64,
}

impl Rig {
    pub fn build(
        model: &str,
        parameters: &Columns,
        initial: &Columns,
        size: usize,
        dt_ms: f64,
    ) -> Result<Self, ModelError> {
        Self::part(model, parameters, initial, size, 0, dt_ms)
    }

    /// Neurons that begin at `first` of their population.
    pub fn part(
        model: &str,
        parameters: &Columns,
        initial: &Columns,
        size: usize,
        first: u32,
        dt_ms: f64,
    ) -> Result<Self, ModelError> {
        let info = find(model).unwrap_or_else(|| panic!("no model {model}"));
        let clock = Clock::new(dt_ms).unwrap();
        let key = key(1, "population", 0);
        let neurons = (info.build)(&Build { parameters, initial, size, first, clock, key })?;
        Ok(Self { info, neurons, size, clock, step: 0, spikes: Vec::new() })
    }

    /// One neuron with these parameters, at 0.1 ms.
    pub fn one(model: &str, parameters: &[(&str, f64)]) -> Self {
        Self::build(model, &same(parameters), &Columns::new(), 1, 0.1).unwrap()
    }

    /// One step, the same input to every neuron.
    pub fn advance(&mut self, input: Input) -> Result<(), Fault> {
        let fill = |x: f64| if x == 0.0 { Vec::new() } else { vec![x; self.size] };
        let (up, down, current) =
            (fill(input.weight.max(0.0)), fill(input.weight.min(0.0)), fill(input.current));
        let port1 = fill(input.port1);
        let both = fill(input.weight);
        let channels: [&[f64]; 2] =
            if self.info.channels.len() == 1 { [&both, &[]] } else { [&up, &down] };
        self.advance_each(channels, &current, &port1)
    }

    /// One step, with one value per neuron.
    pub fn advance_each(
        &mut self,
        channels: [&[f64]; 2],
        current: &[f64],
        current_port1: &[f64],
    ) -> Result<(), Fault> {
        let mut fired = Vec::new();
        for start in (0..self.size).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(self.size);
            let cut = |all: &'_ [f64]| if all.is_empty() { 0..0 } else { block.clone() };
            let arrivals = Arrivals {
                channels: &channels.map(|all| &all[cut(all)]),
                current: &current[cut(current)],
                current_port1: &current_port1[cut(current_port1)],
                ..Arrivals::default()
            };
            self.neurons.advance(block.clone(), self.step, &arrivals, &mut fired)?;
        }
        self.step += 1;
        self.spikes.extend(fired.into_iter().map(|n| (self.step, n)));
        Ok(())
    }

    /// Steps without input.
    pub fn rest(&mut self, steps: u64) -> &mut Self {
        for _ in 0..steps {
            self.advance(Input::default()).unwrap();
        }
        self
    }

    /// Index of a variable.
    pub fn variable(&self, name: &str) -> usize {
        self.info.variables.iter().position(|v| v.name == name).unwrap()
    }

    /// Value of a variable of neuron 0.
    pub fn value(&self, name: &str) -> f64 {
        self.neurons.read(self.variable(name), 0)
    }

    /// Membrane potential of neuron 0.
    pub fn v(&self) -> f64 {
        self.value("V_m")
    }

    /// Stamps of the spikes of neuron 0, in steps.
    pub fn stamps(&self) -> Vec<u64> {
        self.spikes.iter().filter(|(_, n)| *n == 0).map(|(step, _)| *step).collect()
    }
}

/// Trace of a variable of one neuron: the value after each step, when `input(step)` arrives in
/// the step that ends at stamp `step`.
pub fn trace(rig: &mut Rig, variable: &str, steps: u64, input: impl Fn(u64) -> Input) -> Vec<f64> {
    (1..=steps)
        .map(|stamp| {
            rig.advance(input(stamp)).unwrap();
            rig.value(variable)
        })
        .collect()
}
