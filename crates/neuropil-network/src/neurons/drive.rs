//! The current that acts on each neuron: a constant one and that of devices.

use super::contract::Build;
use super::table::Given;
use crate::description::ModelError;

/// `I_e + I_stim` per neuron, as it acts in the next step `[pA]`.
///
/// Kept apart from the coefficients, so that neurons that differ in `I_e` only share the rest.
#[derive(Debug)]
pub(super) struct Drive {
    constant: Vec<f64>,
    acting: Vec<f64>,
    /// Whether a device has ever reached these neurons; if not, `acting` stays `constant`.
    stimulated: bool,
}

impl Drive {
    /// The currents `I_e` that the user gave.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for a current that is not finite.
    pub fn new(given: &Given<'_>, build: &Build<'_>) -> Result<Self, ModelError> {
        let constant =
            (0..build.size).map(|n| given.finite("I_e", n)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { acting: constant.clone(), constant, stimulated: false })
    }

    /// What acts in this step.
    pub fn of(&self, block: std::ops::Range<usize>) -> &[f64] {
        &self.acting[block]
    }

    /// Takes the device current read at the end of a step; it acts in the next one.
    pub fn store(&mut self, block: std::ops::Range<usize>, arrived: &[f64]) {
        if !arrived.is_empty() {
            self.stimulated = true;
            let constant = &self.constant[block.clone()];
            for ((acting, i_e), i) in self.acting[block].iter_mut().zip(constant).zip(arrived) {
                *acting = i + i_e;
            }
        } else if self.stimulated {
            self.acting[block.clone()].copy_from_slice(&self.constant[block]);
        }
    }
}
