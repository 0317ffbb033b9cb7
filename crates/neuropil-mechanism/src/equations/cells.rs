//! Neurons of one model: the passing of time.

mod arrivals;
mod columns;
mod formulas;
mod spikes;

use std::sync::Arc;

use arrivals::Ways;
use columns::columns;
use spikes::Rules;

use super::dimension::given;
use super::holds::Hold;
use super::model::Model;
use super::noise::{Address, Normals, uniforms};
use crate::contract::Store;
use crate::ir::{Input, evaluate};
use crate::vector::{Now, Tiles};

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
    tiles: Tiles,
    /// Columns of all neurons, those of a block where they are [`Hold::is_local`].
    columns: Vec<Store>,
    /// Whether local columns hold other than zeros.
    filled: Vec<bool>,
    blocks: Vec<Block>,
    rules: Rules,
    ways: Ways,
    /// The columns of random numbers.
    random: Vec<(usize, Hold)>,
    /// The columns of the number of the step and of who crossed the threshold.
    now: Option<usize>,
    crossed: Option<usize>,
    /// Working memory.
    values: Vec<f64>,
    arch: pulp::Arch,
    first: u32,
    key: [u32; 2],
    dt_ms: f64,
}

/// Up to [`BLOCK`] neurons that advance together.
#[derive(Debug)]
struct Block {
    /// How many, and with those that fill the last vector.
    len: usize,
    padded: usize,
    /// Neurons that have spiked and are to be reset.
    pending: Vec<usize>,
    /// Whether each column of what devices deliver holds other than zeros.
    fed: Vec<bool>,
    /// Number of steps done.
    done: u64,
}

/// Columns are padded to a multiple of this.
const PAD: usize = 16;

/// Decaying variables below this are set to 0: near 1e-308 arithmetic becomes slow.
const TINY: f64 = 1e-200;

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
        let values = columns(&model, setting);
        let padded = setting.size.next_multiple_of(PAD);
        let store = |(hold, values): (&Hold, Values)| match values {
            _ if *hold == Hold::Now => Store::Uniform(0.0),
            _ if hold.is_local() => Store::Each(vec![0.0; padded.min(BLOCK)]),
            Values::Same(value) => Store::Uniform(value),
            Values::Each(mut values) => {
                values.resize(padded, values.last().copied().unwrap_or(0.0));
                Store::Each(values)
            }
        };
        let columns: Vec<Store> = model.holds.iter().zip(values).map(store).collect();
        let block = |begin: usize| Block {
            len: BLOCK.min(setting.size - begin),
            padded: BLOCK.min(padded - begin),
            pending: Vec::new(),
            fed: vec![false; columns.len()],
            done: 0,
        };
        let (now, crossed) = (model.column(Hold::Now), model.column(Hold::Crossed));
        let local = |k: usize| model.holds[k].is_local();
        Self {
            tiles: Tiles::new(&model.step, &columns, now, local, crossed),
            blocks: (0..setting.size).step_by(BLOCK).map(block).collect(),
            rules: Rules::new(&model, &columns, setting.dt_ms),
            ways: Ways::new(&model),
            random: model.random().collect(),
            filled: vec![false; columns.len()],
            columns,
            now,
            crossed,
            values: Vec::new(),
            arch: pulp::Arch::new(),
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
        self.receive(block, arriving);
        self.reset(block, t_ms);
        self.draw(block, step);
        let flags = self.run(block, step);
        self.collect(block, step, flags, spikes)?;
        self.stimulate(block, arriving);
        self.blocks[block].done = step + 1;
        if step.is_multiple_of(INSPECTION) {
            self.inspect(block)?;
        }
        Ok(())
    }

    /// The state of all neurons that takes the weights of a receptor and does nothing but add them up, with
    /// the factor on them: what is added there before [`advance`](Self::advance) need not arrive with it.
    pub fn sink(&mut self, receptor: usize) -> Option<(&mut [f64], f64)> {
        let (column, factor) = self.ways.sink(receptor)?;
        match &mut self.columns[column] {
            Store::Each(values) => Some((values, factor)),
            Store::Uniform(_) => None,
        }
    }

    /// Value of a variable of one neuron after the last step, in its own unit.
    ///
    /// # Panics
    /// If there is no such variable or neuron.
    pub fn read(&self, variable: usize, neuron: usize) -> f64 {
        let pending = self.blocks[neuron / BLOCK].pending.contains(&(neuron % BLOCK));
        let model = &*self.model;
        let single = &model.single;
        if variable < model.states && !pending {
            let value = at(&self.columns[model.state(variable)], neuron);
            return given(value, model.variables[variable].unit);
        }
        let state = |k: usize| at(&self.columns[model.state(k)], neuron);
        let mut states: Vec<f64> = (0..model.states).map(state).collect();
        let mut values = Vec::new();
        if pending {
            let before = states.clone();
            let read = |input| self.input(neuron, &before, input);
            self.rules.reset.evaluate(&read, &mut values);
            for (k, value) in self.rules.changed.iter().zip(self.rules.reset.results(&values)) {
                states[*k] = value;
            }
        }
        let value = if variable < model.states {
            states[variable]
        } else {
            let value = single.computed[variable - model.states];
            let live = single.graph.live(std::iter::once(value));
            evaluate(&single.graph, &live, &|i| self.input(neuron, &states, i), &mut values);
            values[value.index()]
        };
        given(value, model.variables[variable].unit)
    }

    /// What a single neuron sees between steps: its states as given, and no arriving events.
    fn input(&self, neuron: usize, states: &[f64], input: Input) -> f64 {
        let done = self.blocks[neuron / BLOCK].done as f64;
        match input {
            Input::Step => self.dt_ms,
            Input::Time => done * self.dt_ms,
            Input::Variable(k) => match self.model.holds[k] {
                Hold::State(state) => states[state],
                Hold::Now => done,
                hold if hold.is_local() => 0.0,
                _ => at(&self.columns[k], neuron),
            },
            _ => 0.0,
        }
    }

    fn draw(&mut self, block: usize, step: u64) {
        let (begin, padded) = (block * BLOCK, self.blocks[block].padded);
        let first = self.first + begin as u32;
        for &(k, hold) in &self.random {
            let address = |draw| Address { key: self.key, first, step, draw };
            let Store::Each(values) = &mut self.columns[k] else { continue };
            let to = &mut values[begin..begin + padded];
            match hold {
                Hold::Normal(draw) => self.arch.dispatch(Normals(address(draw), to)),
                Hold::Uniform(draw) => uniforms(address(draw), to),
                _ => {}
            }
        }
    }

    /// One step of all variables; flags the strips in which a threshold was crossed.
    fn run(&mut self, block: usize, step: u64) -> u64 {
        if let Some(now) = self.now {
            self.columns[now] = Store::Uniform(step as f64);
        }
        let now = Now { t_ms: step as f64 * self.dt_ms, dt_ms: self.dt_ms };
        let padded = self.blocks[block].padded;
        self.tiles.run(&mut self.columns, block * BLOCK, padded, now)
    }

    /// Looks at all states of a block, and sets those that have decayed to nothing to 0.
    fn inspect(&mut self, block: usize) -> Result<(), NotFinite> {
        let (first, len) = (block * BLOCK, self.blocks[block].len);
        for variable in 0..self.model.states {
            let column = &mut self.columns[self.model.state(variable)];
            let Store::Each(values) = column else { continue };
            for (lane, value) in values[first..first + len].iter_mut().enumerate() {
                if !value.is_finite() {
                    return Err(NotFinite { neuron: first + lane, variable, value: *value });
                }
                if value.abs() < TINY {
                    *value = 0.0;
                }
            }
        }
        Ok(())
    }
}

impl Model {
    /// The column of a state: states follow the parameters.
    fn state(&self, k: usize) -> usize {
        self.parameters.len() + k
    }

    /// The columns of random numbers.
    fn random(&self) -> impl Iterator<Item = (usize, Hold)> + '_ {
        let random = |hold: &Hold| matches!(hold, Hold::Normal(_) | Hold::Uniform(_));
        self.holds.iter().copied().enumerate().filter(move |(_, hold)| random(hold))
    }

    /// The column of something, if there is one.
    fn column(&self, what: Hold) -> Option<usize> {
        self.holds.iter().position(|hold| *hold == what)
    }
}

fn at(column: &Store, k: usize) -> f64 {
    match column {
        Store::Each(values) => values[k],
        Store::Uniform(value) => *value,
    }
}

/// Sets a column from `first` on to what arrives, in the units of kernels.
fn put(column: &mut Store, first: usize, from: &[f64], scale: f64) {
    let Store::Each(values) = column else { return };
    let to = &mut values[first..first + from.len()];
    to.copy_from_slice(from);
    if scale != 1.0 {
        to.iter_mut().for_each(|x| *x *= scale);
    }
}

#[cfg(test)]
mod tests;
