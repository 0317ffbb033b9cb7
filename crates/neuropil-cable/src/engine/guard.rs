//! Naming the place where a run went wrong.

use neuropil_mechanism::contract::KernelFault;

use super::group::Group;
use crate::error::RunError;

impl Group {
    /// Where the potential ran away, and the mechanism that is to blame: the first with a
    /// non-finite current in the failed step, else the one with the largest current where the
    /// potential is farthest off.
    pub(crate) fn runaway(&mut self) -> RunError {
        let after = std::mem::replace(&mut self.columns.v, self.before.clone());
        let t_ms = self.time(self.step as f64 + 0.5);
        let farthest = self
            .layout
            .position
            .iter()
            .map(|&p| (p as usize, after[p as usize].abs()))
            .map(|(p, v)| (p, if v.is_nan() { f64::INFINITY } else { v }))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(0, |(p, _)| p);
        let (at, mechanism) =
            self.not_finite(t_ms).unwrap_or_else(|| (farthest, self.largest(farthest, t_ms)));
        let (slot, node) = self.layout.whose(at);
        let (section, fraction) = self.place(slot, node);
        self.columns.v = after;
        RunError::Runaway {
            t_ms: self.time((self.step + 1) as f64),
            cell: self.slots[slot].id,
            section,
            fraction,
            node,
            v_mv: self.columns.v[at],
            mechanism,
        }
    }

    /// The first mechanism with a non-finite current, and where.
    fn not_finite(&mut self, t_ms: f64) -> Option<(usize, String)> {
        for block in &mut self.blocks {
            self.columns.clear_currents();
            let mut around = self.columns.around(t_ms, self.dt_ms, self.celsius);
            let done = block.instances.currents(&mut around);
            let (i, g) = (&self.columns.i, &self.columns.g);
            let wild = |k: usize| !(i[k].is_finite() && g[k].is_finite());
            let nodes = block.instances.nodes().iter().map(|&k| k as usize);
            let found = nodes.into_iter().find(|&k| done.is_err() || wild(k));
            if let Some(at) = found {
                return Some((at, block.instances.description().name.clone()));
            }
        }
        None
    }

    /// A fault of a kernel, with its place where it names one.
    pub(crate) fn fault(&self, fault: KernelFault) -> RunError {
        let at = match &fault {
            KernelFault::NoConvergence { node, .. }
            | KernelFault::Unsound { node, .. }
            | KernelFault::Surroundings { node, .. } => *node,
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

    /// The mechanism or electrode with the largest current at a compartment.
    fn largest(&mut self, at: usize, t_ms: f64) -> String {
        let mut worst = (0.0, "none".to_owned());
        for block in &mut self.blocks {
            if !block.instances.nodes().contains(&(at as u32)) {
                continue;
            }
            self.columns.clear_currents();
            let mut around = self.columns.around(t_ms, self.dt_ms, self.celsius);
            // A fault was looked for before; here only the size of the current matters.
            let done = block.instances.currents(&mut around);
            let i = self.columns.i[at].abs();
            if done.is_ok() && i > worst.0 {
                worst = (i, block.instances.description().name.clone());
            }
        }
        for electrode in self.electrodes.iter().filter(|e| e.node == at) {
            if electrode.added.0.abs() > worst.0 {
                worst = (electrode.added.0.abs(), "an electrode".into());
            }
        }
        worst.1
    }
}
