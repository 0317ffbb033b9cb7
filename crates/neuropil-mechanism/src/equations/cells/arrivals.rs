//! What reaches the neurons of a block.

use pulp::{Simd, WithSimd};

use super::{Arriving, BLOCK, Cells, put};
use crate::contract::Store;
use crate::equations::dimension::coherent;
use crate::equations::holds::Hold;
use crate::equations::model::Model;

/// The columns of what arrives, found once.
#[derive(Debug)]
pub(super) struct Ways {
    channels: Vec<(usize, Way)>,
    devices: Vec<(usize, Hold)>,
}

/// The way of the weights of a receptor.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Added to a column with a factor.
    Added(usize, f64),
    /// Put into a column of their own with a factor.
    Put(usize, f64),
}

impl Ways {
    pub(super) fn new(model: &Model) -> Self {
        let way = |(k, hold): (usize, &Hold)| {
            let Hold::Channel(channel) = *hold else { return None };
            // what weights are multiplied with in the units of kernels
            let scale = coherent(1.0, model.receptors[channel].unit);
            let way = match model.sinks[channel] {
                Some(sink) => Way::Added(model.state(sink.state), sink.sign * scale),
                None => Way::Put(k, scale),
            };
            Some((channel, way))
        };
        let device = |(k, hold): (usize, &Hold)| {
            let given = [Hold::Current, Hold::ClampConductance, Hold::ClampPotential];
            given.contains(hold).then_some((k, *hold))
        };
        Self {
            channels: model.holds.iter().enumerate().filter_map(way).collect(),
            devices: model.holds.iter().enumerate().filter_map(device).collect(),
        }
    }

    /// The column that takes the weights of a receptor with this factor and does nothing else with them.
    pub(super) fn sink(&self, receptor: usize) -> Option<(usize, f64)> {
        self.channels.iter().find_map(|(channel, way)| match *way {
            Way::Added(column, factor) if *channel == receptor => Some((column, factor)),
            _ => None,
        })
    }

    /// The columns of weights.
    pub(super) fn put(&self) -> impl Iterator<Item = usize> + '_ {
        self.channels.iter().filter_map(|(_, way)| match *way {
            Way::Put(column, _) => Some(column),
            Way::Added(..) => None,
        })
    }
}

impl Cells {
    /// Takes the weights that arrive in this step: adds them up where that is all that is done with them.
    pub(super) fn receive(&mut self, block: usize, arriving: Arriving<'_>) {
        let Self { ways, columns, filled, arch, .. } = self;
        let first = block * BLOCK;
        for &(channel, way) in &ways.channels {
            let from = arriving.channels.get(channel).copied().unwrap_or_default();
            match way {
                Way::Added(column, factor) if !from.is_empty() => {
                    if let Store::Each(values) = &mut columns[column] {
                        let to = &mut values[first..first + from.len()];
                        arch.dispatch(Added { to, from, factor });
                    }
                }
                Way::Added(..) => {}
                Way::Put(column, factor) if !from.is_empty() => {
                    filled[column] = true;
                    put(&mut columns[column], 0, from, factor);
                }
                Way::Put(column, _) => {
                    if std::mem::take(&mut filled[column]) {
                        clear(&mut columns[column], 0);
                    }
                }
            }
        }
    }

    /// Takes what devices deliver at the end of a step.
    pub(super) fn stimulate(&mut self, block: usize, arriving: Arriving<'_>) {
        let Arriving { clamp_conductance: conductance, clamp_pull: pull, current, .. } = arriving;
        let (first, fed) = (block * BLOCK, &mut self.blocks[block].fed);
        for &(k, hold) in &self.ways.devices {
            let from = match hold {
                Hold::Current => current,
                Hold::ClampConductance => conductance,
                _ => pull,
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
