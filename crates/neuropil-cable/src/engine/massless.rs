//! Nodes without membrane on which something acts.
//!
//! At such a node Kirchhoff's law has no capacity in it: `Σ g (v_n − v) = I` holds at every time.
//! Crank–Nicolson solves for the middle of the step and extrapolates; what is extrapolated at such a node
//! would, after a jump of `I`, swing about its value for ever. Only its distance from the mean of its
//! neighbours is therefore followed: `d = v_½ − Σ g v_n,½ / Σ g`, extrapolated to the end of the step from
//! this middle and those before by the smaller of the last two differences, so that a jump is not carried
//! on. The neighbours do not notice, as their equations contain only the middle of the step.

use crate::model::CellModel;

use super::layout::Layout;

/// One such node.
#[derive(Debug, Clone)]
pub(crate) struct Massless {
    node: usize,
    /// Column position and weight in the mean; the weights sum to 1.
    neighbours: Vec<(usize, f64)>,
    /// Distance from the mean in the last two middles `[mV]`.
    last_mv: [f64; 2],
}

impl Massless {
    /// Those of some cells: `acted_on` names nodes (slot, node) beside those of point processes.
    pub(crate) fn of(
        cells: &[&CellModel],
        layout: &Layout,
        acted_on: impl Fn(usize, usize) -> bool,
    ) -> Vec<Self> {
        let mut found = Vec::new();
        for (slot, cell) in cells.iter().enumerate() {
            let c = cell.compartments();
            let has_point = |node| cell.points.iter().any(|point| point.node == node);
            let bare = (0..c.len()).filter(|&node| c.area_um2()[node] == 0.0);
            let bare: Vec<usize> =
                bare.filter(|&node| acted_on(slot, node) || has_point(node)).collect();
            if bare.is_empty() {
                continue;
            }
            let conductance = c.axial_conductance_us(|section| cell.ra_ohm_cm[section]);
            for node in bare {
                let children = (node + 1..c.len()).filter(|&child| c.parent()[child] == node);
                let below = children.map(|child| (layout.at(slot, child), conductance[child]));
                let above =
                    (node > 0).then(|| (layout.at(slot, c.parent()[node]), conductance[node]));
                let mut neighbours: Vec<(usize, f64)> = above.into_iter().chain(below).collect();
                let total_us: f64 = neighbours.iter().map(|(_, g)| g).sum();
                neighbours.iter_mut().for_each(|(_, g)| *g /= total_us);
                let node = layout.at(slot, node);
                found.push(Self { node, neighbours, last_mv: [0.0; 2] });
            }
        }
        found
    }

    /// Puts the node where its neighbours and its current want it at the end of a step, extrapolated
    /// or damped.
    pub(crate) fn settle(&mut self, before: &[f64], v: &mut [f64], damped: bool) {
        let mean = |v: &[f64]| self.neighbours.iter().map(|&(n, w)| w * v[n]).sum::<f64>();
        let (mean, mean_before) = (mean(v), mean(before));
        if damped {
            self.last_mv = [v[self.node] - mean; 2];
            return;
        }
        let middle = 0.5 * (v[self.node] + before[self.node]) - 0.5 * (mean + mean_before);
        let [last, older] = self.last_mv;
        v[self.node] = mean + middle + 0.5 * smaller(middle - last, last - older);
        self.last_mv = [middle, last];
    }
}

/// The smaller of two numbers of one sign, else 0.
fn smaller(a: f64, b: f64) -> f64 {
    if a * b > 0.0 { a.abs().min(b.abs()).copysign(a) } else { 0.0 }
}
