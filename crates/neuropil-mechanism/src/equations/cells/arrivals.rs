//! What reaches the neurons of a block.

use pulp::{Simd, WithSimd};

use super::{Arriving, BLOCK, Cells, put};
use crate::contract::Store;
use crate::equations::dimension::coherent;
use crate::equations::holds::Hold;
use crate::equations::model::Model;

impl Model {
    /// What a weight that arrives at a receptor is multiplied with in the units of kernels.
    fn scale(&self, receptor: usize) -> f64 {
        coherent(1.0, self.receptors[receptor].unit)
    }

    /// The column that takes the weights of a receptor with this factor and does nothing else with them.
    pub(super) fn sink(&self, receptor: usize) -> Option<(usize, f64)> {
        let sink = (*self.sinks.get(receptor)?)?;
        Some((self.state(sink.state), sink.sign * self.scale(receptor)))
    }
}

impl Cells {
    /// Takes the weights that arrive in this step: adds them up where that is all that is done with them.
    pub(super) fn receive(&mut self, block: usize, arriving: Arriving<'_>) {
        let (first, model) = (block * BLOCK, &*self.model);
        for (k, hold) in model.holds.iter().enumerate() {
            let Hold::Channel(channel) = *hold else { continue };
            let from = arriving.channels.get(channel).copied().unwrap_or_default();
            match model.sink(channel) {
                Some((column, factor)) => {
                    if let Store::Each(values) = &mut self.columns[column] {
                        let to = &mut values[first..first + from.len()];
                        self.arch.dispatch(Added { to, from, factor });
                    }
                }
                None if !from.is_empty() => {
                    self.filled[k] = true;
                    put(&mut self.columns[k], 0, from, model.scale(channel));
                }
                None if std::mem::take(&mut self.filled[k]) => clear(&mut self.columns[k], 0),
                None => {}
            }
        }
    }

    /// Takes what devices deliver at the end of a step.
    pub(super) fn stimulate(&mut self, block: usize, arriving: Arriving<'_>) {
        let Arriving { clamp_conductance: conductance, clamp_pull: pull, current, .. } = arriving;
        let (first, fed) = (block * BLOCK, &mut self.blocks[block].fed);
        for (k, hold) in self.model.holds.iter().enumerate() {
            let from = match hold {
                Hold::Current => current,
                Hold::ClampConductance => conductance,
                Hold::ClampPotential => pull,
                _ => continue,
            };
            let column = &mut self.columns[k];
            if !from.is_empty() {
                fed[k] = true;
                put(column, first, from, 1.0);
            } else if std::mem::take(&mut fed[k]) {
                clear(column, first);
            }
            if let (Hold::ClampPotential, Store::Each(values)) = (hold, column) {
                for (mean, g) in values[first..].iter_mut().zip(conductance) {
                    *mean = if *g > 0.0 { *mean / g } else { 0.0 };
                }
            }
        }
    }
}

/// Zeros for the neurons of a block.
fn clear(column: &mut Store, first: usize) {
    if let Store::Each(values) = column {
        values[first..].iter_mut().take(BLOCK).for_each(|x| *x = 0.0);
    }
}

/// Adds weights to a state; where nothing arrives it keeps its bits.
struct Added<'a> {
    to: &'a mut [f64],
    from: &'a [f64],
    factor: f64,
}

impl WithSimd for Added<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (x, w) in self.to.iter_mut().zip(self.from) {
            let more = *x + self.factor * w;
            *x = if *w != 0.0 { more } else { *x };
        }
    }
}
