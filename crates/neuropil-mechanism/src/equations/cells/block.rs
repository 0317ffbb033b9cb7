//! Neurons that advance together, and what reaches them.

use std::ops::Range;

use super::{Arriving, NotFinite, Values};
use crate::contract::Store;
use crate::equations::dimension::coherent;
use crate::equations::lower::Hold;
use crate::equations::model::Model;

/// Columns are padded to a multiple of this.
const PAD: usize = 16;

/// Decaying variables below this are set to 0: near 1e-308 arithmetic becomes slow.
const TINY: f64 = 1e-200;

/// The columns of up to [`super::BLOCK`] neurons.
pub(super) struct Block {
    pub(super) store: Vec<Store>,
    pub(super) nodes: Vec<u32>,
    pub(super) len: usize,
    /// Neurons that have spiked and are to be reset.
    pub(super) pending: Vec<usize>,
    /// Whether each column of what arrives holds other than zeros.
    used: Vec<bool>,
}

impl Block {
    /// The neurons `range` of these columns.
    pub(super) fn new(model: &Model, columns: &[Values], range: Range<usize>) -> Self {
        let len = range.len();
        let padded = len.next_multiple_of(PAD);
        let store = columns.iter().map(|column| match column {
            Values::Same(value) => Store::Uniform(*value),
            Values::Each(values) => {
                let mut own = values[range.clone()].to_vec();
                own.resize(padded, own.last().copied().unwrap_or(0.0));
                Store::Each(own)
            }
        });
        Self {
            store: store.collect(),
            nodes: vec![0; padded],
            len,
            pending: Vec::new(),
            used: vec![false; model.holds.len()],
        }
    }

    pub(super) fn column(&mut self, k: usize) -> &mut [f64] {
        match &mut self.store[k] {
            Store::Each(values) => values,
            Store::Uniform(_) => &mut [],
        }
    }

    pub(super) fn at(&self, k: usize, lane: usize) -> f64 {
        match &self.store[k] {
            Store::Each(values) => values[lane],
            Store::Uniform(value) => *value,
        }
    }

    /// Sets a column to what arrives, in the units of kernels; zeros if nothing does.
    fn take(&mut self, k: usize, values: &[f64], scale: f64) {
        if !values.is_empty() {
            self.used[k] = true;
            let to = &mut self.column(k)[..values.len()];
            to.copy_from_slice(values);
            if scale != 1.0 {
                to.iter_mut().for_each(|x| *x *= scale);
            }
        } else if std::mem::take(&mut self.used[k]) {
            self.column(k).fill(0.0);
        }
    }

    /// Takes the weights that arrive in this step.
    pub(super) fn receive(&mut self, model: &Model, arriving: Arriving<'_>) {
        for (k, hold) in model.holds.iter().enumerate() {
            if let Hold::Channel(channel) = *hold {
                let from = arriving.channels.get(channel).copied().unwrap_or_default();
                let scale = coherent(1.0, model.receptors[channel].unit);
                self.take(k, from, scale);
            }
        }
    }

    /// Takes what devices deliver at the end of a step.
    pub(super) fn stimulate(&mut self, model: &Model, arriving: Arriving<'_>) {
        let Arriving { clamp_conductance: conductance, clamp_pull: pull, .. } = arriving;
        for (k, hold) in model.holds.iter().enumerate() {
            match hold {
                Hold::Current => self.take(k, arriving.current, 1.0),
                Hold::ClampConductance => self.take(k, conductance, 1.0),
                Hold::ClampPotential => {
                    self.take(k, pull, 1.0);
                    for (mean, g) in self.column(k).iter_mut().zip(conductance) {
                        *mean = if *g > 0.0 { *mean / g } else { 0.0 };
                    }
                }
                _ => {}
            }
        }
    }

    /// Looks at all states, and sets those that have decayed to nothing to 0. `first` is the neuron
    /// that the block begins with.
    ///
    /// # Errors
    /// [`NotFinite`] for a state that is none.
    pub(super) fn inspect(&mut self, model: &Model, first: usize) -> Result<(), NotFinite> {
        let len = self.len;
        for variable in 0..model.states {
            let column = model.state(variable);
            for (lane, value) in self.column(column)[..len].iter_mut().enumerate() {
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
