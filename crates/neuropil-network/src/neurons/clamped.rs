//! Linear membranes under clamps, solved exactly.
//!
//! ```text
//! C_m dV/dt = −(C_m/τ_m) (V − E_L) + I(t) + Σ g (E − V)
//! ```
//!
//! With conductances that are constant within a step the membrane stays linear: it has the time constant
//! `1/(1/τ_m + Σg/C_m)` and the additional current `Σ g (E − E_L)`. However strong a clamp, the step is exact.

use std::ops::Range;

use super::columns::numbers;
use super::drive::Drive;
use super::lanes::{Flags, everyone};
use super::linear::Membrane;
use super::refractory::Refractory;
use super::table::{Given, Table};
use crate::description::ModelError;

numbers! {
    /// What a step depends on when a clamp acts.
    #[derive(Debug, Clone, Copy)]
    struct Passive {
        membrane: Membrane,
        e_l: f64,
        /// Time constants of the synapses `[ms]`.
        tau_syn: [f64; 2],
    }
}

/// Propagators of one step of a clamped membrane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Response {
    decay: f64,
    per_pa: f64,
    /// Rise of V per current at the beginning, of each synapse.
    pub per_current: [f64; 2],
    /// Rise of V per slope of the current at the beginning, of each synapse.
    pub per_slope: [f64; 2],
}

/// The neurons of a linear model that are clamped in the step under way.
#[derive(Debug)]
pub(super) struct ClampedMembranes {
    passive: Table<Passive>,
    h: f64,
    /// Neuron within the block and its potential at the end of the step, relative to E_L.
    moved: Vec<(usize, f64)>,
}

impl Response {
    fn new(passive: &Passive, conductance: f64, h: f64) -> Self {
        let Membrane { c_m, tau_m } = passive.membrane;
        let membrane = Membrane { c_m, tau_m: 1.0 / (1.0 / tau_m + conductance / c_m) };
        Self {
            decay: membrane.decay(h),
            per_pa: membrane.per_constant(h),
            per_current: passive.tau_syn.map(|tau| membrane.per_exponential(tau, h)),
            per_slope: passive.tau_syn.map(|tau| membrane.per_alpha_slope(tau, h)),
        }
    }
}

impl ClampedMembranes {
    /// For neurons with `C_m`, `tau_m`, `E_L` and these synaptic time constants.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for values out of range.
    pub fn new(
        given: &Given<'_>,
        h: f64,
        tau_syn: Option<[&'static str; 2]>,
    ) -> Result<Self, ModelError> {
        let passive = given.table(|n| {
            let (c_m, tau_m) = (given.positive("C_m", n)?, given.positive("tau_m", n)?);
            let tau_syn = match tau_syn {
                Some([ex, inh]) => [given.positive(ex, n)?, given.positive(inh, n)?],
                None => [1.0; 2],
            };
            Ok(Passive { membrane: Membrane { c_m, tau_m }, e_l: given.finite("E_L", n)?, tau_syn })
        })?;
        Ok(Self { passive, h, moved: Vec::new() })
    }

    /// Finds the potentials at the end of the step of those neurons of a block that are clamped and
    /// free. `rise` is what synapses add, given the neuron and the propagators.
    pub fn solve(
        &mut self,
        block: Range<usize>,
        drive: &Drive,
        (v, refractory, now): (&[f64], &Refractory, u32),
        rise: impl Fn(usize, &Response) -> f64,
    ) {
        self.moved.clear();
        let Some(clamped) = drive.clamped(block.clone()) else { return };
        let current = drive.of(block.clone());
        let mut last: Option<(f64, Response)> = None;
        for (k, n) in block.enumerate() {
            let conductance = clamped.conductance[k];
            if !(conductance > 0.0) || refractory.left(n, now) > 0 {
                continue;
            }
            let passive = self.passive.at(n);
            let response = match (&self.passive, last) {
                (Table::Same(_), Some((known, response))) if known == conductance => response,
                _ => Response::new(&passive, conductance, self.h),
            };
            last = Some((conductance, response));
            let acting = current[k] + clamped.pull[k] - conductance * passive.e_l;
            let moved = response.decay * v[n] + response.per_pa * acting + rise(n, &response);
            self.moved.push((k, moved));
        }
    }

    /// Sets the potentials found, not below `floor`, in a block that has been advanced as if nothing
    /// was clamped. Flags the neurons that may have spiked, given those of the others.
    pub fn settle(&self, v: &mut [f64], floor: impl Fn(usize) -> f64, flags: Flags) -> Flags {
        if self.moved.is_empty() {
            return flags;
        }
        for (k, moved) in &self.moved {
            let floor = floor(*k);
            v[*k] = if *moved < floor { floor } else { *moved };
        }
        everyone(v.len())
    }
}
