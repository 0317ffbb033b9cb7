//! What acts on the membrane of each neuron from outside: a constant current, that of devices, and
//! conductances that clamp its potential.

use std::ops::Range;

use super::contract::{Arrivals, Build};
use super::table::Given;
use crate::description::ModelError;
use crate::neurons::BLOCK;

/// `I_e + I_stim` per neuron, as it acts in the next step `[pA]`, and the clamps.
///
/// Kept apart from the coefficients, so that neurons that differ in `I_e` only share the rest. While all
/// have the same current, it is read from one place that stays in the first-level cache.
#[derive(Debug)]
pub(super) struct Drive {
    constant: Vec<f64>,
    acting: Vec<f64>,
    /// The current of every neuron of a block, if they have the same; else empty.
    common: Vec<f64>,
    /// Whether a device has ever reached these neurons; if not, `acting` stays `constant`.
    stimulated: bool,
    clamps: Clamps,
}

/// `I = Σ g (E − V)` of all clamps per neuron, as it acts in the next step.
#[derive(Debug, Default)]
struct Clamps {
    /// `Σ g` `[nS]`; empty until a clamp has acted.
    conductance: Vec<f64>,
    /// `Σ g E` `[pA]`.
    pull: Vec<f64>,
    /// Whether any acts, per block.
    acting: Vec<bool>,
}

/// The clamps on the neurons of one block: `I = pull − conductance · V`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clamped<'a> {
    /// `Σ g` `[nS]`, not negative.
    pub conductance: &'a [f64],
    /// `Σ g E` `[pA]`.
    pub pull: &'a [f64],
}

impl Clamped<'_> {
    /// The clamps on some of the neurons.
    #[inline]
    pub fn of(self, neurons: Range<usize>) -> Self {
        Self { conductance: &self.conductance[neurons.clone()], pull: &self.pull[neurons] }
    }
}

impl Drive {
    /// The currents `I_e` that the user gave.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for a current that is not finite.
    pub fn new(given: &Given<'_>, build: &Build<'_>) -> Result<Self, ModelError> {
        let constant =
            (0..build.size).map(|n| given.finite("I_e", n)).collect::<Result<Vec<_>, _>>()?;
        let clamps = Clamps::default();
        let same = |first: &f64| constant.iter().all(|i| i.to_bits() == first.to_bits());
        let common = match constant.first() {
            Some(first) if same(first) => vec![*first; BLOCK],
            _ => Vec::new(),
        };
        Ok(Self { acting: constant.clone(), constant, common, stimulated: false, clamps })
    }

    /// What acts in this step.
    pub fn of(&self, block: Range<usize>) -> &[f64] {
        if self.stimulated || self.common.is_empty() {
            &self.acting[block]
        } else {
            &self.common[..block.len()]
        }
    }

    /// The clamps that act in this step, if there are any on the neurons of the block or of a part
    /// of it.
    pub fn clamped(&self, block: Range<usize>) -> Option<Clamped<'_>> {
        let clamps = &self.clamps;
        let last = block.end.max(block.start + 1) - 1;
        let blocks = clamps.acting.get(block.start / BLOCK..=last / BLOCK);
        blocks.is_some_and(|blocks| blocks.contains(&true)).then(|| Clamped {
            conductance: &clamps.conductance[block.clone()],
            pull: &clamps.pull[block],
        })
    }

    /// Conductance and pull of the clamps that act on a neuron.
    pub fn clamp_of(&self, neuron: usize) -> [f64; 2] {
        match self.clamped(neuron..neuron + 1) {
            Some(clamped) => [clamped.conductance[0], clamped.pull[0]],
            None => [0.0; 2],
        }
    }

    /// Takes what devices deliver at the end of a step; it acts in the next one.
    pub fn store(&mut self, block: Range<usize>, arrivals: &Arrivals<'_>) {
        if !arrivals.current.is_empty() {
            self.stimulated = true;
            let constant = &self.constant[block.clone()];
            let acting = self.acting[block.clone()].iter_mut();
            for ((acting, i_e), i) in acting.zip(constant).zip(arrivals.current) {
                *acting = i + i_e;
            }
        } else if self.stimulated {
            self.acting[block.clone()].copy_from_slice(&self.constant[block.clone()]);
        }
        self.clamps.store(block, self.constant.len(), arrivals);
    }
}

impl Clamps {
    fn store(&mut self, block: Range<usize>, size: usize, arrivals: &Arrivals<'_>) {
        let number = block.start / BLOCK;
        if !arrivals.clamp_conductance.is_empty() {
            if self.acting.is_empty() {
                self.acting = vec![false; size.div_ceil(BLOCK)];
                self.conductance = vec![0.0; size];
                self.pull = vec![0.0; size];
            }
            self.acting[number] = true;
            self.conductance[block.clone()].copy_from_slice(arrivals.clamp_conductance);
            self.pull[block].copy_from_slice(arrivals.clamp_pull);
        } else if let Some(acting) = self.acting.get_mut(number)
            && *acting
        {
            self.conductance[block.clone()].fill(0.0);
            self.pull[block].fill(0.0);
            let all = number * BLOCK..((number + 1) * BLOCK).min(size);
            *acting = self.conductance[all].iter().any(|g| *g != 0.0);
        }
    }
}
