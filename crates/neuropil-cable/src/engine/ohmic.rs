//! Membrane currents that are straight lines at all times, taken into the constant part of the matrix.
//!
//! A leak never changes: its conductance belongs to the matrix and its reversal to the right-hand
//! side once and for all, so that its kernel need not run. Subtrees with nothing else on them are
//! eliminated once ([`crate::tree`]).

use super::group::Group;
use crate::error::RunError;

/// Current `i + g·v` of each node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ohmic {
    /// Whether any mechanism of the group is so.
    pub(crate) any: bool,
    /// `[mA/cm²]`
    pub(crate) i: Vec<f64>,
    /// `[S/cm²]`
    pub(crate) g: Vec<f64>,
    /// Where the currents of mechanisms go whose variables are watched.
    pub(crate) spare: (Vec<f64>, Vec<f64>),
}

impl Ohmic {
    /// Current and conductance of a node at a potential.
    pub(crate) fn at(&self, node: usize, v_mv: f64) -> (f64, f64) {
        if self.any { (self.i[node] + self.g[node] * v_mv, self.g[node]) } else { (0.0, 0.0) }
    }
}

impl Group {
    /// Evaluates the straight currents at 0 mV, once INITIAL has run.
    pub(super) fn fold_ohmic(&mut self) -> Result<(), RunError> {
        if !self.ohmic.any {
            return Ok(());
        }
        self.columns.clear_currents();
        let n = self.columns.v.len();
        let v = std::mem::replace(&mut self.columns.v, vec![0.0; n]);
        let mut done = Ok(());
        for block in self.blocks.iter_mut().filter(|b| b.ohmic) {
            let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
            done = done.and(block.instances.currents(&mut around));
        }
        self.columns.v = v;
        done.map_err(|fault| self.fault(fault))?;
        self.ohmic.i.clone_from(&self.columns.i);
        self.ohmic.g.clone_from(&self.columns.g);
        self.system.set_constant(&self.ohmic.i, &self.ohmic.g);
        self.columns.clear_currents();
        Ok(())
    }

    /// Brings the variables of a mechanism that is not evaluated otherwise up to date.
    pub(super) fn watch_ohmic(&mut self, k: usize, t_ms: f64) -> Result<(), RunError> {
        let (i, g) = &mut self.ohmic.spare;
        for column in [&mut *i, &mut *g] {
            column.clear();
            column.resize(self.columns.v.len(), 0.0);
        }
        std::mem::swap(i, &mut self.columns.i);
        std::mem::swap(g, &mut self.columns.g);
        let mut around = self.columns.around(t_ms, self.dt_ms, self.celsius);
        let done = self.blocks[k].instances.currents(&mut around);
        let (i, g) = &mut self.ohmic.spare;
        std::mem::swap(i, &mut self.columns.i);
        std::mem::swap(g, &mut self.columns.g);
        done.map_err(|fault| self.fault(fault))
    }
}
