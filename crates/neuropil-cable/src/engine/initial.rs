//! The beginning of a group.

use super::group::Group;
use super::ions::Follow;
use super::kernels::{Blocks, Kernel, fetch_pointers};
use crate::error::RunError;

impl Group {
    /// Runs every INITIAL, delivers the events of time 0, evaluates currents and samples stamp 0.
    /// Blocks that write concentrations come first, then Nernst potentials, then the others. Under
    /// Crank–Nicolson the states are then moved to where they belong, half a step ahead.
    pub(crate) fn initialize(&mut self) -> Result<(), RunError> {
        for block in &mut self.blocks {
            block.instances.keep_only(&block.watched);
        }
        for writers in [true, false] {
            for k in 0..self.blocks.len() {
                if self.blocks[k].writes_ions == writers {
                    self.initialize_block(k)?;
                }
            }
            self.follow(Follow::AtStart);
        }
        self.fold_ohmic()?;
        self.deliver()?;
        self.prepare_spread(self.scheme).map_err(|fault| self.fault(fault))?;
        if self.centred {
            if self.care.iter().any(|care| care.current_read) {
                // Pools integrate the ion currents of time 0 over the first half step.
                self.columns.clear_currents();
                self.kernel(Kernel::Currents, Blocks::All, self.dt_ms)?;
                self.keep_ion_currents();
            }
            self.kernel(Kernel::Advance, Blocks::All, 0.5 * self.dt_ms)?;
            self.spread();
            self.follow(Follow::Always);
        }
        self.currents()?;
        self.sample();
        Ok(())
    }

    pub(super) fn initialize_block(&mut self, k: usize) -> Result<(), RunError> {
        let mut emissions = std::mem::take(&mut self.emissions);
        fetch_pointers(&mut self.blocks, k, &self.columns.v);
        let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
        let done = self.blocks[k].instances.initialize(&mut around, &mut emissions);
        done.map_err(|fault| self.fault(fault))?;
        let sent = self.emit(k, &emissions);
        emissions.clear();
        self.emissions = emissions;
        sent
    }

    /// Lets a connection's stored numbers be set by its mechanism.
    pub(crate) fn open_connection(
        &mut self,
        block: u32,
        instance: u32,
        at: u32,
        count: usize,
    ) -> Result<(), RunError> {
        let arguments = &mut self.arguments[at as usize..at as usize + count];
        let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
        let instances = &mut self.blocks[block as usize].instances;
        let done = instances.open_connection(instance as usize, arguments, &mut around);
        done.map_err(|fault| self.fault(fault))
    }
}
