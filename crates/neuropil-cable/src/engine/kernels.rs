//! The kernels of the blocks, in the order of the blocks.

use super::block::{Block, Source};
use super::group::Group;
use crate::error::RunError;

/// Which kernels are run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    Currents,
    Advance,
}

/// On which blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocks {
    All,
    /// Those that receive events.
    Receiving,
    /// Those that do not.
    Silent,
}

impl Group {
    /// Evaluates all currents, those of electrodes as means over the step.
    pub(super) fn currents(&mut self) -> Result<(), RunError> {
        self.columns.clear_stretches(&self.first.1);
        self.kernel(Kernel::Currents, Blocks::All, self.dt_ms)?;
        let (t, to) = (self.time(self.step as f64), self.time((self.step + 1) as f64));
        let c = &mut self.columns;
        for electrode in &mut self.electrodes {
            electrode.apply(t, to, &c.v, &mut c.i, &mut c.g);
        }
        Ok(())
    }

    /// Runs a kernel of some blocks.
    pub(super) fn kernel(
        &mut self,
        kernel: Kernel,
        which: Blocks,
        dt_ms: f64,
    ) -> Result<(), RunError> {
        let half = if kernel == Kernel::Currents { 0.5 } else { 0.0 };
        let t_ms = self.time(self.step as f64 + half);
        for k in 0..self.blocks.len() {
            let receives = self.blocks[k].receives;
            if which != Blocks::All && receives != (which == Blocks::Receiving) {
                continue;
            }
            if self.blocks[k].ohmic {
                if kernel == Kernel::Currents && !self.blocks[k].watched.is_empty() {
                    self.watch_ohmic(k, t_ms)?;
                }
                continue;
            }
            fetch_pointers(&mut self.blocks, k, &self.columns.v);
            let block = &mut self.blocks[k];
            if let Some(table) = &mut block.table
                && kernel == Kernel::Advance
                && dt_ms == self.dt_ms
            {
                table.advance(&mut block.instances, &self.columns.v);
                continue;
            }
            let mut around = self.columns.around(t_ms, dt_ms, self.celsius);
            let instances = &mut block.instances;
            let done = match kernel {
                Kernel::Currents if self.first.0 == Some(k) => {
                    instances.first_currents(&mut around)
                }
                Kernel::Currents => instances.currents(&mut around),
                Kernel::Advance => instances.advance(&mut around),
            };
            done.map_err(|fault| self.fault(fault))?;
        }
        Ok(())
    }
}

/// Copies what the POINTERs of a block read into its columns.
pub(super) fn fetch_pointers(blocks: &mut [Block], k: usize, v: &[f64]) {
    for index in 0..blocks[k].links.len() {
        let link = blocks[k].links[index];
        let value = match link.source {
            Source::Voltage(node) => v[node],
            Source::Variable { block, variable, instance } => {
                blocks[block].instances.column(variable).get(instance)
            }
        };
        blocks[k].instances.pointer_mut(link.pointer)[link.instance] = value;
    }
}
