//! Currents that somebody integrates or samples, carried over a step.

use super::group::Group;
use super::ions::{Follow, follow_concentrations};

impl Group {
    /// Adds the ionic and capacitive current of each node over the last implicit step, without
    /// electrodes.
    pub(super) fn measure_membrane(&mut self, extrapolation: f64, weight: f64) {
        let c = &self.columns;
        for k in 0..c.v.len() {
            let change = (c.v[k] - self.before[k]) / extrapolation;
            let (i, g) = self.ohmic.at(k, self.before[k]);
            let (i, g) = (c.i[k] + i, c.g[k] + g);
            let total = self.cap_us[k] * change + self.area_factor[k] * (i + g * change);
            self.membrane_na[k] += weight * total;
        }
        for e in &self.electrodes {
            let change = (c.v[e.node] - self.before[e.node]) / extrapolation;
            let own = e.added.0 + e.added.1 * change;
            self.membrane_na[e.node] -= weight * self.area_factor[e.node] * own;
        }
    }

    /// Ion currents for whoever integrates them. They were found for the half step, at which the
    /// states stand; pools then go from there to the next half step, so that their middle, the stamp,
    /// is what counts: it is extrapolated from this half step and the one before. Without centring
    /// the half step is taken, as in NEURON.
    pub(super) fn correct_ion_currents(&mut self) {
        let (c, first) = (&mut self.columns, self.step == 0);
        for (care, ion) in self.care.iter_mut().zip(&mut c.ions) {
            for (&node, last) in care.nodes.iter().zip(&mut care.last_ma_cm2) {
                let k = node as usize;
                let change = 0.5 * (c.v[k] - self.before[k]);
                let half = ion.current_ma_cm2[k] + ion.conductance_s_cm2[k] * change;
                ion.current_ma_cm2[k] = match (self.centred, first) {
                    (false, _) => half,
                    (true, false) => 1.5 * half - 0.5 * *last,
                    // Before the first step only the current of time 0 is known.
                    (true, true) => 2.0 * half - *last,
                };
                *last = half;
            }
        }
    }

    /// Keeps the ion currents of time 0.
    pub(super) fn keep_ion_currents(&mut self) {
        for (care, ion) in self.care.iter_mut().zip(&self.columns.ions) {
            for (&node, last) in care.nodes.iter().zip(&mut care.last_ma_cm2) {
                *last = ion.current_ma_cm2[node as usize];
            }
        }
    }

    /// Brings reversal potentials up to date that are followed at least so often.
    pub(super) fn follow(&mut self, least: Follow) {
        for (care, ion) in self.care.iter().zip(&mut self.columns.ions) {
            if care.follow >= least {
                follow_concentrations(ion, &care.nodes, self.celsius);
            }
        }
    }
}
