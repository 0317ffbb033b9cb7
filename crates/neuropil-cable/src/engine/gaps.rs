//! The ends of gap junctions in a group.
//!
//! A junction adds `g (x − y)` to the current out of a node, with `x` its own potential and `y` that
//! of the other end, both at the time that the implicit (half) step solves for. `x` is solved for
//! with everything else; `y` is a number that is handed in. [`crate::coupling`] repeats the solution
//! until the numbers handed in are those that come out.

use super::group::Group;
use crate::error::RunError;
use crate::tree::Verdict;

/// One end of a junction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GapEnd {
    /// Column position.
    node: usize,
    /// Conductance per area `[S/cm²]`.
    g_s_cm2: f64,
    /// Where the potential of this end is handed out, and where that of the other comes from.
    own: usize,
    other: usize,
    /// Current and conductance of the node without junctions, at the beginning of the stage.
    base: (f64, f64),
    /// What it last added to the current `[mA/cm²]`.
    added: f64,
}

/// The ends of a group, and the step that is being solved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gaps {
    pub(crate) ends: Vec<GapEnd>,
    /// Potentials at the beginning of the stage and of the step.
    stage: Vec<f64>,
    step: Vec<f64>,
    verdict: Option<Verdict>,
}

impl Group {
    /// Adds end `side` of a junction at a node; the other end may be in any group.
    pub(crate) fn add_gap(&mut self, node: usize, junction: usize, side: usize, g_us: f64) {
        self.gaps.ends.push(GapEnd {
            node,
            g_s_cm2: g_us / self.area_factor[node],
            own: 2 * junction + side,
            other: 2 * junction + 1 - side,
            base: (0.0, 0.0),
            added: 0.0,
        });
    }

    /// Number of implicit solutions in the present step.
    pub(crate) fn stages(&self) -> usize {
        if self.is_damped() { 2 } else { 1 }
    }

    /// Weight of the change of a stage in its solution: the step is extrapolated from it.
    fn stage_extrapolation(&self) -> f64 {
        if self.is_damped() { 1.0 } else { self.extrapolation }
    }

    /// Begins a stage: remembers where it starts, and hands out what the ends are likely to come to.
    pub(crate) fn begin_stage(&mut self, stage: usize, guess: &mut [f64]) {
        let c = &mut self.columns;
        let ahead = 1.0 / self.extrapolation;
        for end in &mut self.gaps.ends {
            end.base = (c.i[end.node], c.g[end.node]);
            let v = c.v[end.node];
            guess[end.own] = v + ahead * (v - self.before[end.node]);
        }
        for end in &self.gaps.ends {
            c.g[end.node] += end.g_s_cm2;
        }
        if stage == 0 {
            self.gaps.step.clone_from(&c.v);
            self.gaps.verdict = None;
        }
        self.gaps.stage.clone_from(&c.v);
    }

    /// Solves a stage with the potentials of the other ends as handed in.
    pub(crate) fn try_stage(&mut self, others: &[f64]) {
        let c = &mut self.columns;
        c.v.clone_from(&self.gaps.stage);
        for end in &self.gaps.ends {
            c.i[end.node] = end.base.0;
        }
        for end in &mut self.gaps.ends {
            end.added = end.g_s_cm2 * (c.v[end.node] - others[end.other]);
            c.i[end.node] += end.added;
        }
        let damped = self.damped.contains(&self.step);
        let c = &mut self.columns;
        let (system, bound) = (&mut self.system, self.bound_mv);
        let verdict = if damped {
            system.half_step(&mut c.v, &mut self.before, &c.i, &c.g, bound)
        } else {
            system.step(&mut c.v, &mut self.before, &c.i, &c.g, bound)
        };
        // A stage that ran away stays so: the next one starts from there.
        if self.gaps.verdict != Some(Verdict::Runaway) {
            self.gaps.verdict = Some(verdict);
        }
    }

    /// Hands out the potentials of the ends at the time that the stage solved for.
    pub(crate) fn show_ends(&self, found: &mut [f64]) {
        let extrapolation = self.stage_extrapolation();
        for end in &self.gaps.ends {
            let (from, to) = (self.before[end.node], self.columns.v[end.node]);
            found[end.own] = from + (to - from) / extrapolation;
        }
    }

    /// Ends a stage: measures the membrane current without the junctions and takes them away.
    pub(crate) fn end_stage(&mut self, stage: usize) {
        let extrapolation = self.stage_extrapolation();
        let (stages, weight) = if self.is_damped() { (2, 0.5) } else { (1, 1.0) };
        if self.wants_membrane {
            if stage == 0 {
                self.membrane_na.fill(0.0);
            }
            self.measure_membrane(extrapolation, weight);
            for end in &self.gaps.ends {
                let k = end.node;
                let change = (self.columns.v[k] - self.before[k]) / extrapolation;
                let own = end.added + end.g_s_cm2 * change;
                self.membrane_na[k] -= weight * self.area_factor[k] * own;
            }
        }
        let c = &mut self.columns;
        for end in &self.gaps.ends {
            (c.i[end.node], c.g[end.node]) = end.base;
        }
        if stages == 2 {
            self.follow_damped_half();
        }
        if stage + 1 == stages {
            self.before.clone_from(&self.gaps.step);
        }
    }

    /// The rest of a step whose potentials have been found.
    pub(crate) fn end_step(&mut self) -> Result<(), RunError> {
        self.after_solution(self.gaps.verdict.unwrap_or(Verdict::Sound))
    }
}
