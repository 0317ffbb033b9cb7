//! Ions that spread along a cell.

use neuropil_morphology::Region;

use super::cell::CellModel;
use super::check::finite;
use super::mechanism::Values;
use crate::error::ModelError;

impl CellModel {
    /// Lets the concentration inside of an ion spread along the cell, with a diffusion coefficient
    /// `[µm²/ms]` on a region; 0 stops it there. Between compartments of different coefficients
    /// their harmonic mean counts. Nothing spreads beyond the regions given a coefficient.
    ///
    /// Mechanisms may change the concentration meanwhile; states of mechanisms spread where the
    /// file says so (`LONGITUDINAL_DIFFUSION`).
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless finite and not
    /// below zero.
    pub fn set_diffusion(
        &mut self,
        region: &Region,
        ion: &str,
        d_um2_ms: impl Into<Values>,
    ) -> Result<(), ModelError> {
        let what = format!("diffusion coefficient of ion \"{ion}\" [um2/ms]");
        let values = self.evaluate(&what, region, &d_um2_ms.into())?;
        for &(_, _, value) in &values {
            finite(&what, value)?;
            if value < 0.0 {
                return Err(ModelError::OutOfRange { what, expected: "not below zero", value });
            }
        }
        let known = self.diffusion.entry(ion.into()).or_default();
        known.extend(values.into_iter().map(|(node, _, value)| (node, value)));
        Ok(())
    }
}
