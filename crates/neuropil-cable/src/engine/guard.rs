//! Naming the place where a run went wrong.

use neuropil_mechanism::contract::KernelFault;

use super::group::Group;
use crate::error::RunError;

impl Group {
    /// The first cell and compartment whose potential is out of bounds, and the mechanism that is
    /// to blame: the first with a non-finite current there, else the one with the largest.
    pub(crate) fn runaway(&mut self) -> RunError {
        let wild = |v: &f64| !(v.abs() <= self.bound_mv);
        let found = self.columns.v.iter().enumerate().filter(|(_, v)| wild(v));
        let (slot, node) = found
            .map(|(at, _)| self.layout.whose(at))
            .min_by_key(|&(slot, node)| (self.slots[slot].id, node))
            .unwrap_or((0, 0));
        let at = self.layout.at(slot, node);
        let v_mv = self.columns.v[at];
        let mechanism = self.blame(at);
        let (section, fraction) = self.place(slot, node);
        RunError::Runaway {
            t_ms: self.time((self.step + 1) as f64),
            cell: self.slots[slot].id,
            section,
            fraction,
            node,
            v_mv,
            mechanism,
        }
    }

    /// A fault of a kernel, with its place where it names one.
    pub(crate) fn fault(&self, fault: KernelFault) -> RunError {
        let at = match &fault {
            KernelFault::NoConvergence { node, .. } | KernelFault::Surroundings { node, .. } => {
                *node
            }
            _ => 0,
        };
        let (slot, node) = self.layout.whose(at);
        let (section, fraction) = self.place(slot, node);
        RunError::Mechanism { cell: self.slots[slot].id, section, fraction, fault }
    }

    fn place(&self, slot: usize, node: usize) -> (String, f64) {
        let cell = &self.slots[slot].model;
        let place = cell.compartments().location()[node];
        (cell.morphology().sections()[place.section].name().to_owned(), place.fraction)
    }

    fn blame(&mut self, at: usize) -> String {
        let t_ms = self.time(self.step as f64 + 0.5);
        let before = self.before.clone();
        self.columns.v.copy_from_slice(&before);
        let mut worst = (0.0, "none".to_owned());
        for block in &mut self.blocks {
            if !block.instances.nodes().contains(&(at as u32)) {
                continue;
            }
            self.columns.clear_currents();
            let mut around = self.columns.around(t_ms, self.dt_ms, self.celsius);
            let done = block.instances.currents(&mut around);
            let i = self.columns.i[at];
            let name = block.instances.description().name.clone();
            if done.is_err() || !i.is_finite() || !self.columns.g[at].is_finite() {
                return name;
            }
            if i.abs() > worst.0 {
                worst = (i.abs(), name);
            }
        }
        let electrodes = self.electrodes.iter().filter(|e| e.node == at);
        for electrode in electrodes {
            if !(electrode.added.0.abs() <= worst.0) {
                worst = (electrode.added.0.abs(), "an electrode".into());
            }
        }
        worst.1
    }
}
