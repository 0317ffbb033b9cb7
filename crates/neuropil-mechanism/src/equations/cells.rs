//! Neurons of one model: the passing of time.

mod block;
mod columns;

use std::sync::Arc;

use block::Block;
use columns::columns;

use super::dimension::given;
use super::lower::Hold;
use super::model::{Model, Rest};
use super::noise::{Address, Normals, uniforms};
use crate::contract::Surroundings;
use crate::ir::{Input, evaluate};
use crate::vector::{self, Bytecode, Chunks, Registers};

/// Values of one parameter or initial value, in the unit of its [`super::Quantity`].
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// The same for all neurons.
    Same(f64),
    /// One per neuron.
    Each(Vec<f64>),
}

impl Values {
    fn at(&self, neuron: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[neuron],
        }
    }
}

/// What neurons are made with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// One entry per parameter of the model.
    pub parameters: Vec<Values>,
    /// One entry per state of the model; `None` for the model's own initial value.
    pub initial: Vec<Option<Values>>,
    /// Number of neurons.
    pub size: usize,
    /// Index of the first of them within its population (random numbers depend on it).
    pub first: u32,
    /// Random key of the population.
    pub key: [u32; 2],
    /// Time step `[ms]`.
    pub dt_ms: f64,
}

/// What reaches a block of neurons in one step; an empty slice stands for zeros.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arriving<'a> {
    /// Summed weights per receptor, in the units of [`Model::receptors`]; zeros where the list is too
    /// short.
    pub channels: &'a [&'a [f64]],
    /// Current of inputs `[pA]`, which acts from the next step on.
    pub current: &'a [f64],
    /// Conductance of all clamps, `Σ g` `[nS]`, which acts from the next step on.
    pub clamp_conductance: &'a [f64],
    /// The same times their potentials, `Σ g E` `[pA]`.
    pub clamp_pull: &'a [f64],
}

/// A state that is not a finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NotFinite {
    /// The neuron.
    pub neuron: usize,
    /// Index into [`Model::variables`].
    pub variable: usize,
    /// Its value.
    pub value: f64,
}

/// Neurons per block.
pub const BLOCK: usize = 512;

/// Every so many steps states are looked at: see [`Cells::advance`].
const INSPECTION: u64 = 256;

/// Neurons of one model.
pub struct Cells {
    model: Arc<Model>,
    code: Bytecode,
    blocks: Vec<Block>,
    registers: Registers,
    arch: pulp::Arch,
    /// Nodes that resets and refractory times need.
    reset_live: Vec<bool>,
    rest_live: Vec<bool>,
    values: Vec<f64>,
    first: u32,
    key: [u32; 2],
    dt_ms: f64,
}

impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cells").field("model", &self.model.name).finish_non_exhaustive()
    }
}

impl Cells {
    /// Neurons in their initial state.
    ///
    /// # Panics
    /// If a list of values is shorter than the number of neurons.
    pub fn new(model: Arc<Model>, setting: &Setting) -> Self {
        let columns = columns(&model, setting);
        let each: Vec<bool> = columns.iter().map(|c| matches!(c, Values::Each(_))).collect();
        let blocks = (0..setting.size)
            .step_by(BLOCK)
            .map(|begin| Block::new(&model, &columns, begin..(begin + BLOCK).min(setting.size)))
            .collect();
        let single = &model.single;
        let reset_live = single.graph.live(single.reset.iter().map(|(_, value)| *value));
        let rest = match single.rest {
            Some(Rest::Steps(value)) => Some(value),
            _ => None,
        };
        let rest_live = single.graph.live(rest.into_iter());
        Self {
            code: vector::emit(&model.step, &each),
            blocks,
            registers: Registers::default(),
            arch: pulp::Arch::new(),
            reset_live,
            rest_live,
            values: Vec::new(),
            first: setting.first,
            key: setting.key,
            dt_ms: setting.dt_ms,
            model,
        }
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Advances block number `block` by the step that ends at `step + 1`; pushes the index of every
    /// neuron that spiked, ascending.
    ///
    /// # Errors
    /// [`NotFinite`], which is looked for at every spike and every 256 steps.
    pub fn advance(
        &mut self,
        block: usize,
        step: u64,
        arriving: Arriving<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), NotFinite> {
        let t_ms = step as f64 * self.dt_ms;
        self.blocks[block].receive(&self.model, arriving);
        self.reset(block, t_ms);
        self.draw(block, step);
        self.run(block, t_ms);
        self.collect(block, t_ms, spikes)?;
        self.blocks[block].stimulate(&self.model, arriving);
        if step.is_multiple_of(INSPECTION) {
            self.blocks[block].inspect(&self.model, block * BLOCK)?;
        }
        Ok(())
    }

    /// Value of a variable of one neuron after the last step, in its own unit.
    ///
    /// # Panics
    /// If there is no such variable or neuron.
    pub fn read(&self, variable: usize, neuron: usize) -> f64 {
        let (block, lane) = (&self.blocks[neuron / BLOCK], neuron % BLOCK);
        let model = &*self.model;
        let single = &model.single;
        if variable < model.states && !block.pending.contains(&lane) {
            return given(block.at(model.state(variable), lane), model.variables[variable].unit);
        }
        let mut states: Vec<f64> =
            (0..model.states).map(|k| block.at(model.state(k), lane)).collect();
        let read = |states: &[f64], input| self.input(block, lane, states, input);
        if block.pending.contains(&lane) {
            let before = states.clone();
            let mut values = Vec::new();
            evaluate(&single.graph, &self.reset_live, &|i| read(&before, i), &mut values);
            for (k, value) in &single.reset {
                states[*k] = values[value.index()];
            }
        }
        let value = if variable < model.states {
            states[variable]
        } else {
            let value = single.computed[variable - model.states];
            let live = single.graph.live(std::iter::once(value));
            let mut values = Vec::new();
            evaluate(&single.graph, &live, &|i| read(&states, i), &mut values);
            values[value.index()]
        };
        given(value, model.variables[variable].unit)
    }

    /// What a single neuron sees between steps: its states as given, and no arriving events.
    fn input(&self, block: &Block, lane: usize, states: &[f64], input: Input) -> f64 {
        match input {
            Input::Step => self.dt_ms,
            Input::Variable(k) => match self.model.holds[k] {
                Hold::State(state) => states[state],
                Hold::Channel(_) => 0.0,
                _ => block.at(k, lane),
            },
            _ => 0.0,
        }
    }

    /// Resets the neurons that spiked in the last step, after the events of this one.
    fn reset(&mut self, block: usize, t_ms: f64) {
        let Self { model, blocks, values, reset_live, dt_ms, .. } = self;
        let (block, single) = (&mut blocks[block], &model.single);
        for lane in std::mem::take(&mut block.pending) {
            let read = |input| read(block, lane, (t_ms, *dt_ms), input);
            evaluate(&single.graph, reset_live, &read, values);
            for (k, value) in &single.reset {
                let column = model.state(*k);
                block.column(column)[lane] = values[value.index()];
            }
            for (k, hold) in model.holds.iter().enumerate() {
                if let Hold::Channel(_) = hold {
                    block.column(k)[lane] = 0.0;
                }
            }
        }
    }

    fn draw(&mut self, block: usize, step: u64) {
        let first = self.first + (block * BLOCK) as u32;
        let block = &mut self.blocks[block];
        for (k, hold) in self.model.holds.iter().enumerate() {
            let address = |draw| Address { key: self.key, first, step, draw };
            match *hold {
                Hold::Normal(draw) => {
                    self.arch.dispatch(Normals(address(draw), block.column(k)));
                }
                Hold::Uniform(draw) => uniforms(address(draw), block.column(k)),
                _ => {}
            }
        }
    }

    fn run(&mut self, block: usize, t_ms: f64) {
        let block = &mut self.blocks[block];
        let runs = [None; BLOCK.div_ceil(vector::CHUNK)];
        let Block { store, nodes, len, .. } = block;
        let (scale, ions, first) = (&[][..], &[][..], false);
        let chunks = Chunks { nodes, runs: &runs, len: *len, scale, ions, first };
        let mut around = Surroundings {
            t_ms,
            dt_ms: self.dt_ms,
            celsius: 0.0,
            v_mv: &[],
            area_um2: &[],
            diam_um: &[],
            ions: &mut [],
            i_ma_cm2: &mut [],
            g_s_cm2: &mut [],
        };
        // Only iterated kernels can fail; a step has none.
        let _ = vector::run(&self.code, 0, store, &chunks, &mut around, &mut self.registers);
    }

    /// Finds the neurons over threshold and begins their refractory time.
    fn collect(&mut self, index: usize, t_ms: f64, spikes: &mut Vec<u32>) -> Result<(), NotFinite> {
        let Self { model, blocks, values, rest_live, dt_ms, .. } = self;
        let block = &mut blocks[index];
        let Some(crossed) = model.holds.iter().position(|h| *h == Hold::Crossed) else {
            return Ok(());
        };
        let len = block.len;
        let mut pending = std::mem::take(&mut block.pending);
        for (strip, flags) in block.column(crossed)[..len].chunks(64).enumerate() {
            if flags.iter().fold(0, |bits, x| bits | x.to_bits()) != 0 {
                let lanes = flags.iter().enumerate().filter(|(_, x)| **x != 0.0);
                pending.extend(lanes.map(|(k, _)| strip * 64 + k));
            }
        }
        for &lane in &pending {
            spikes.push((index * BLOCK + lane) as u32);
            for state in 0..model.states {
                let value = block.at(model.state(state), lane);
                if !value.is_finite() {
                    let neuron = index * BLOCK + lane;
                    return Err(NotFinite { neuron, variable: state, value });
                }
            }
            let rest = match model.single.rest {
                None => continue,
                Some(Rest::While) => 1.0,
                Some(Rest::Steps(value)) => {
                    let read = |input| read(block, lane, (t_ms, *dt_ms), input);
                    evaluate(&model.single.graph, rest_live, &read, values);
                    ((values[value.index()] + 0.5).floor() - 1.0).max(0.0)
                }
            };
            if let Some(column) = model.holds.iter().position(|h| *h == Hold::Rest) {
                block.column(column)[lane] = rest;
            }
        }
        block.pending = pending;
        Ok(())
    }
}

impl Model {
    /// The column of a state: states follow the parameters.
    fn state(&self, k: usize) -> usize {
        self.parameters.len() + k
    }
}

fn read(block: &Block, lane: usize, (t_ms, dt_ms): (f64, f64), input: Input) -> f64 {
    match input {
        Input::Time => t_ms,
        Input::Step => dt_ms,
        Input::Variable(k) => block.at(k, lane),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
