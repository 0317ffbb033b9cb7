//! One step of a group.

use super::group::{Emitted, Group};
use super::ions::Follow;
use super::kernels::{Blocks, Kernel};
use super::probe::View;
use crate::error::RunError;
use crate::tree::Verdict;

impl Group {
    /// Advances to a stamp. On an error the state is that of the failed step; what was sampled
    /// before stays.
    pub(crate) fn advance_to(&mut self, until: u64) -> Result<(), RunError> {
        while self.step < until {
            self.advance_one()?;
        }
        Ok(())
    }

    fn advance_one(&mut self) -> Result<(), RunError> {
        let verdict = if self.is_damped() { self.solve_damped() } else { self.solve() };
        self.after_solution(verdict)
    }

    /// The rest of a step whose potentials have been found.
    pub(super) fn after_solution(&mut self, verdict: Verdict) -> Result<(), RunError> {
        if verdict == Verdict::Runaway {
            return Err(self.runaway());
        }
        if !self.massless.is_empty() {
            let damped = self.is_damped();
            for node in &mut self.massless {
                node.settle(&self.before, &mut self.columns.v, damped);
            }
        }
        self.detect();
        if self.extrapolation == 2.0 {
            self.correct_ion_currents();
        }
        self.spread();
        self.step += 1;
        if self.centred {
            self.advance_around_events()?;
            if self.spread() {
                self.follow(Follow::Always);
            }
        } else {
            self.kernel(Kernel::Advance, Blocks::All, self.dt_ms)?;
            self.spread();
            self.follow(Follow::Always);
            self.deliver()?;
        }
        self.currents()?;
        self.sample();
        Ok(())
    }

    /// States go from half a step before the stamp to half a step after it; what receives events
    /// does so in two halves with the events in between, so that they act at their own time.
    fn advance_around_events(&mut self) -> Result<(), RunError> {
        self.kernel(Kernel::Advance, Blocks::Silent, self.dt_ms)?;
        self.kernel(Kernel::Advance, Blocks::Receiving, 0.5 * self.dt_ms)?;
        self.follow(Follow::Always);
        self.deliver()?;
        self.kernel(Kernel::Advance, Blocks::Receiving, 0.5 * self.dt_ms)?;
        if self.blocks.iter().any(|b| b.receives && b.writes_ions) {
            self.follow(Follow::Always);
        }
        Ok(())
    }

    pub(super) fn is_damped(&self) -> bool {
        self.damped.contains(&self.step)
    }

    fn solve(&mut self) -> Verdict {
        let c = &mut self.columns;
        let verdict = self.system.step(&mut c.v, &mut self.before, &c.i, &c.g, self.bound_mv);
        if self.wants_membrane {
            self.membrane_na.fill(0.0);
            self.measure_membrane(self.extrapolation, 1.0);
        }
        verdict
    }

    /// Two half steps of backward Euler, the membrane current linearised at the beginning.
    fn solve_damped(&mut self) -> Verdict {
        self.membrane_na.fill(0.0);
        let start = self.columns.v.clone();
        let mut verdict = Verdict::Sound;
        for _ in 0..2 {
            let c = &mut self.columns;
            let half = self.system.half_step(&mut c.v, &mut self.before, &c.i, &c.g, self.bound_mv);
            if half == Verdict::Runaway {
                verdict = half;
            }
            if self.wants_membrane {
                self.measure_membrane(1.0, 0.5);
            }
            self.follow_damped_half();
        }
        self.before = start;
        verdict
    }

    /// Moves the membrane current, as linearised at the beginning, to the end of a half step.
    pub(super) fn follow_damped_half(&mut self) {
        let c = &mut self.columns;
        for k in 0..c.v.len() {
            c.i[k] += c.g[k] * (c.v[k] - self.before[k]);
        }
        for e in &mut self.electrodes {
            e.added.0 += e.added.1 * (c.v[e.node] - self.before[e.node]);
        }
    }

    /// Upward threshold crossings between the last two potentials.
    fn detect(&mut self) {
        for d in &self.detectors {
            let (from, to) = (self.before[d.node], self.columns.v[d.node]);
            if from < d.threshold_mv && to >= d.threshold_mv {
                let offset = (to - d.threshold_mv) / (to - from);
                // The crossing lies after the beginning of the step: an offset of 1 is rounding.
                let offset = offset.min(1.0 - f64::EPSILON);
                self.spikes.push(Emitted { step: self.step + 1, source: d.source, offset });
            }
        }
    }

    /// Samples the present stamp.
    pub(super) fn sample(&mut self) {
        let view = View {
            v: &self.columns.v,
            membrane_na: &self.membrane_na,
            blocks: &self.blocks,
            ions: &self.columns.ions,
        };
        for part in &mut self.parts {
            if part.is_due(self.step) {
                part.values.extend(part.columns.iter().map(|&(_, reading)| view.read(reading)));
            }
        }
    }
}
