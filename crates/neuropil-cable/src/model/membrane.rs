//! The membrane and cytoplasm of a cell: resistivity, capacitance, start values, ions.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_morphology::Region;

use super::cell::CellModel;
use super::check::{finite, positive};
use super::ion::Ion;
use super::mechanism::Values;
use crate::error::ModelError;

impl CellModel {
    /// Sets the axial resistivity `[Ω·cm]` of every section that the region touches; the default is
    /// 35.4.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_axial_resistivity(
        &mut self,
        region: &Region,
        ra_ohm_cm: f64,
    ) -> Result<(), ModelError> {
        positive("axial resistivity [Ohm cm]", ra_ohm_cm)?;
        let compartments = Arc::clone(self.compartments());
        for (node, _) in self.coverage(region)? {
            for piece in compartments.pieces(node) {
                self.ra_ohm_cm[piece.section] = ra_ohm_cm;
            }
        }
        Ok(())
    }

    /// Sets the membrane capacitance `[µF/cm²]`; the default is 1.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_capacitance(
        &mut self,
        region: &Region,
        cm_uf_cm2: impl Into<Values>,
    ) -> Result<(), ModelError> {
        let values = self.evaluate("membrane capacitance [uF/cm2]", region, &cm_uf_cm2.into())?;
        for (node, share, value) in values {
            positive("membrane capacitance [uF/cm2]", value)?;
            self.cm_uf_cm2[node] += share * (value - self.cm_uf_cm2[node]);
        }
        Ok(())
    }

    /// Sets the potential at the start `[mV]`; the default is −65.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless finite.
    pub fn set_initial_voltage(
        &mut self,
        region: &Region,
        v_mv: impl Into<Values>,
    ) -> Result<(), ModelError> {
        for (node, _, value) in self.evaluate("initial voltage [mV]", region, &v_mv.into())? {
            finite("initial voltage [mV]", value)?;
            self.initial_mv[node] = value;
        }
        self.settle_junctions();
        Ok(())
    }

    /// A junction starts at the potential of its nearest ancestor with membrane.
    fn settle_junctions(&mut self) {
        let c = Arc::clone(self.compartments());
        for node in (1..c.len()).filter(|&n| c.area_um2()[n] == 0.0) {
            self.initial_mv[node] = self.initial_mv[c.parent()[node]];
        }
        if c.area_um2()[0] == 0.0 && c.len() > 1 {
            self.initial_mv[0] = self.initial_mv[1];
        }
    }

    /// Declares an ion, or changes what is known of `na`, `k` and `ca`.
    ///
    /// # Errors
    /// [`ModelError::OutOfRange`] for a charge of 0 or a negative concentration.
    pub fn set_ion(&mut self, name: &str, ion: Ion) -> Result<(), ModelError> {
        if ion.valence == 0.0 || !ion.valence.is_finite() {
            return Err(ModelError::OutOfRange {
                what: format!("charge of ion \"{name}\""),
                expected: "finite and not 0",
                value: ion.valence,
            });
        }
        for (what, value) in [("inside", ion.inside_mm), ("outside", ion.outside_mm)] {
            if value <= 0.0 {
                return Err(ModelError::OutOfRange {
                    what: format!("concentration of ion \"{name}\" {what} [mM]"),
                    expected: "positive",
                    value,
                });
            }
        }
        self.ions.insert(name.into(), ion);
        Ok(())
    }

    /// Sets start concentrations `[mM]` of an ion on a region, inside or outside.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_concentration(
        &mut self,
        region: &Region,
        ion: &str,
        inside: bool,
        value_mm: impl Into<Values>,
    ) -> Result<(), ModelError> {
        let what = format!("concentration of ion \"{ion}\" [mM]");
        let values = self.evaluate(&what, region, &value_mm.into())?;
        let mut starts = BTreeMap::new();
        for (node, _, value) in values {
            positive(&what, value)?;
            starts.insert(node, value);
        }
        self.ion_starts.push((ion.into(), inside, starts));
        Ok(())
    }

    pub(super) fn evaluate(
        &self,
        what: &str,
        region: &Region,
        values: &Values,
    ) -> Result<Vec<(usize, f64, f64)>, ModelError> {
        let covered = self.coverage(region)?;
        let values = self.values_at(what, values, &covered)?;
        Ok(covered.iter().zip(values).map(|(&(node, share), v)| (node, share, v)).collect())
    }

    pub(super) fn values_at(
        &self,
        what: &str,
        values: &Values,
        covered: &[(usize, f64)],
    ) -> Result<Vec<f64>, ModelError> {
        let at = |(position, &(node, _)): (usize, &(usize, f64))| {
            values.at(position, &self.site(node)).ok_or_else(|| ModelError::OutOfRange {
                what: format!("number of values of {what}"),
                expected: "the number of compartments of the region",
                value: position as f64,
            })
        };
        covered.iter().enumerate().map(at).collect()
    }
}
