//! Implicit steps: `x_new = x_old + dt·f(x_new)`, conservation laws, and algebraic equations.
//!
//! Where second order is wanted, two such steps with γ = 1 − 1/√2 of dt are taken:
//! `y = x + γ dt f(y)`, then `x_new = x + (1−γ)/γ·(y − x) + γ dt f(x_new)`, the L-stable scheme of
//! Alexander (1977), SIAM J Numer Anal 14:1006, doi:10.1137/0714068.
//!
//! All are residuals `r(x) = 0` with a Jacobian taken symbolically. Where it does not depend on
//! the unknowns one elimination is the exact solution; otherwise the elimination becomes the body
//! of Newton's iteration, repeated per instance until it has converged.

use super::solve::{Collected, Unknowns};
use super::state::{Execution, Lowered, Slot};
use crate::ir::{Input, Iteration, Node, Segment, Solved, Target, Value, derivative, solve_linear};
use crate::nmodl::ast::{BlockKind, SolveBlock};

/// Largest number of Newton iterations.
const NEWTON_LIMIT: usize = 50;

/// How a step of second order is told of.
pub(crate) const SECOND_ORDER: &str = "second order";

/// 1 − 1/√2: both stages of the second-order step have this share of it.
const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// Residuals and their Jacobian, for the unknowns in elimination order.
struct System {
    /// Indices into the unknowns.
    order: Vec<usize>,
    residuals: Vec<Value>,
    jacobian: Vec<Vec<Value>>,
}

impl Execution<'_> {
    pub(crate) fn solve_implicit(&mut self, block: &SolveBlock, steady: bool) -> Lowered<()> {
        let second_order = self.second_order && !steady;
        if second_order {
            let stage = |e: &mut Self, x: &Unknowns, collected: &Collected, old: &[Value]| {
                e.implicit_step(x, collected, old, GAMMA, false)
            };
            let start = self.solve_system(block, None, stage)?;
            self.solve_system(block, Some(start), stage)?;
        } else {
            self.solve_system(block, None, |e, x, collected, old| {
                e.implicit_step(x, collected, old, 1.0, steady)
            })?;
        }
        let name = &block.name.text;
        let what = match (steady, second_order) {
            (true, _) => "steady state",
            (false, false) => "backward Euler",
            (false, true) => SECOND_ORDER,
        };
        let how = match self.kernel.segments.iter().rev().find_map(|s| s.iteration.as_ref()) {
            Some(i) if i.block == *name => "Newton's method with a symbolic Jacobian",
            _ => "one exact elimination",
        };
        self.methods.push(format!("{name}: {what}, {how}"));
        Ok(())
    }

    pub(crate) fn solve_equations(&mut self, block: &SolveBlock) -> Lowered<()> {
        self.solve_system(block, None, |_, x, collected, _| {
            ((0..x.slots.len()).collect(), collected.equations.clone())
        })?;
        self.methods.push(format!("{}: algebraic equations, pivoted elimination", block.name.text));
        Ok(())
    }

    /// Puts the unknowns of a block at the solution of its equations and returns the values that they
    /// had before.
    ///
    /// With `start` this is the second stage of a step: the values at its beginning are given, and
    /// the unknowns now hold the first stage. The step is then from `start + (1−γ)/γ·(first − start)`,
    /// which carries the slope of the first stage.
    fn solve_system(
        &mut self,
        block: &SolveBlock,
        start: Option<Vec<Value>>,
        residuals: impl Fn(&mut Self, &Unknowns, &Collected, &[Value]) -> (Vec<usize>, Vec<Value>),
    ) -> Lowered<Vec<Value>> {
        let pivot = matches!(block.kind, BlockKind::Linear | BlockKind::Nonlinear);
        let before = (self.slots.clone(), self.changed.clone());
        let x = self.unknowns(block)?;
        self.note_solved(block, &x);
        let from = match start {
            Some(start) => self.second_stage(&start, &x.old),
            None => x.old.clone(),
        };
        let collected = self.collect(block, &x)?;
        let old = x.old.clone();
        let (order, equations) = residuals(self, &x, &collected, &from);
        self.check_count(block, order.len(), equations.len())?;
        let system = self.system(&x, order, equations);
        if self.is_linear(&x, &system) {
            let zero = self.graph.constant(0.0);
            // unknowns that the system does not determine keep their values
            let mut at_zero = old.clone();
            system.order.iter().for_each(|&k| at_zero[k] = zero);
            let right: Vec<Value> = system
                .residuals
                .iter()
                .map(|r| {
                    let r = self.at(&x, *r, &at_zero);
                    self.graph.neg(r)
                })
                .collect();
            let matrix: Vec<Vec<Value>> = system
                .jacobian
                .iter()
                .map(|row| row.iter().map(|j| self.at(&x, *j, &old)).collect())
                .collect();
            let solution = solve_linear(&mut self.graph, matrix, right, pivot);
            let mut new = old.clone();
            for (&k, value) in system.order.iter().zip(solution) {
                new[k] = value;
            }
            self.settle(&x, &new);
            return Ok(old);
        }
        if self.guard.is_some() {
            return Err(self.report.error(
                block.name.span,
                "equations that need iteration are solved inside a condition",
                "move the SOLVE out of the condition",
            ));
        }
        (self.slots, self.changed) = before;
        self.newton(block, x, &from, residuals, pivot)
    }

    /// The unknowns will have to be sound after the step.
    fn note_solved(&mut self, block: &SolveBlock, x: &Unknowns) {
        let block_name = &block.name.text;
        if self.kernel.solved.iter().any(|s| s.block == *block_name) {
            return;
        }
        let places = x.slots.iter().filter_map(|slot| match *slot {
            Slot::Variable(k) => Some(Target::Variable(k)),
            Slot::Ion(k, quantity) => Some(Target::Ion(k, quantity)),
            _ => None,
        });
        self.kernel.solved.push(Solved {
            block: block_name.clone(),
            places: places.collect(),
            amounts: block.kind == BlockKind::Kinetic,
        });
    }

    /// `start + (1−γ)/γ·(first − start)` of each unknown.
    fn second_stage(&mut self, start: &[Value], first: &[Value]) -> Vec<Value> {
        let g = &mut self.graph;
        let weight = g.constant((1.0 - GAMMA) / GAMMA);
        let moved = |(&start, &first): (&Value, &Value)| {
            let change = g.sub(first, start);
            let step = g.mul(weight, change);
            g.add(start, step)
        };
        start.iter().zip(first).map(moved).collect()
    }

    fn check_count(
        &mut self,
        block: &SolveBlock,
        unknowns: usize,
        equations: usize,
    ) -> Lowered<()> {
        if unknowns == equations {
            return Ok(());
        }
        let message =
            format!("{} has {equations} equations for {unknowns} unknowns", block.name.text);
        Err(self.report.error(block.name.span, message, "give one equation per STATE"))
    }

    /// Residuals of an implicit step over a share of dt: one per unknown that has a derivative; conservation laws take the
    /// place of the last of their terms, and come last.
    fn implicit_step(
        &mut self,
        x: &Unknowns,
        collected: &Collected,
        old: &[Value],
        share: f64,
        steady: bool,
    ) -> (Vec<usize>, Vec<Value>) {
        let index = |slot: &Slot| x.slots.iter().position(|s| s == slot);
        let mut laws: Vec<(usize, Value)> = Vec::new();
        for (terms, total) in &collected.conserved {
            let free = terms.iter().rev().filter_map(|(slot, _)| index(slot));
            let taken: Vec<usize> = laws.iter().map(|l| l.0).collect();
            let Some(k) = free.into_iter().find(|k| !taken.contains(k)) else { continue };
            let mut sum = self.graph.neg(*total);
            for (slot, coefficient) in terms {
                let value = match index(slot) {
                    Some(k) => self.graph.input(x.placeholder(k)),
                    None => self.read(*slot),
                };
                let c = self.graph.constant(*coefficient);
                let term = self.graph.mul(value, c);
                sum = self.graph.add(sum, term);
            }
            laws.push((k, sum));
        }
        let share = self.graph.constant(share);
        let dt = self.step(steady);
        let dt = self.graph.mul(share, dt);
        let (mut order, mut residuals) = (Vec::new(), Vec::new());
        for (k, slot) in x.slots.iter().enumerate() {
            let (Some(&f), false) =
                (collected.derivatives.get(slot), laws.iter().any(|l| l.0 == k))
            else {
                continue;
            };
            let here = self.graph.input(x.placeholder(k));
            let change = self.graph.sub(here, old[k]);
            let step = self.graph.mul(dt, f);
            order.push(k);
            residuals.push(self.graph.sub(change, step));
        }
        for (k, law) in laws {
            order.push(k);
            residuals.push(law);
        }
        (order, residuals)
    }

    fn system(&mut self, x: &Unknowns, order: Vec<usize>, residuals: Vec<Value>) -> System {
        let zero = self.graph.constant(0.0);
        let mut jacobian = Vec::new();
        for &r in &residuals {
            let row = order
                .iter()
                .map(|&k| derivative(&mut self.graph, r, x.placeholder(k)).unwrap_or(zero))
                .collect();
            jacobian.push(row);
        }
        System { order, residuals, jacobian }
    }

    /// Whether no element of the Jacobian depends on an unknown that is solved for.
    fn is_linear(&self, x: &Unknowns, system: &System) -> bool {
        let live = self.graph.live(system.jacobian.iter().flatten().copied());
        let unknown =
            |node: &Node| system.order.iter().any(|&k| *node == Node::Input(x.placeholder(k)));
        !self.graph.nodes().iter().zip(live).any(|(node, live)| live && unknown(node))
    }

    fn newton(
        &mut self,
        block: &SolveBlock,
        x: Unknowns,
        from: &[Value],
        residuals: impl Fn(&mut Self, &Unknowns, &Collected, &[Value]) -> (Vec<usize>, Vec<Value>),
        pivot: bool,
    ) -> Lowered<Vec<Value>> {
        let n = x.slots.len();
        self.flush();
        // the values before the step: where the iteration starts, what the step is from, and what
        // a second stage needs
        let kept = self.kernel.carried;
        self.kernel.carried += n;
        if let Some(segment) = self.kernel.segments.last_mut() {
            for (k, (old, from)) in x.old.iter().zip(from).enumerate() {
                segment.outputs.push((Target::Carry(x.base + k), *old));
                segment.outputs.push((Target::Carry(x.base + n + k), *from));
                segment.outputs.push((Target::Carry(kept + k), *old));
            }
        }
        let locals = (self.slots.clone(), self.changed.clone());
        let local_inputs: Vec<(Slot, Node)> =
            locals.0.iter().map(|(s, v)| (*s, self.graph.node(*v))).collect();
        let collected = self.collect(block, &x)?;
        let old: Vec<Value> =
            (0..n).map(|k| self.graph.input(Input::Carry(x.base + n + k))).collect();
        let (order, equations) = residuals(self, &x, &collected, &old);
        let system = self.system(&x, order, equations);
        let delta = solve_linear(&mut self.graph, system.jacobian, system.residuals, pivot);
        let mut outputs = Vec::new();
        for (&k, delta) in system.order.iter().zip(delta) {
            let here = self.graph.input(x.placeholder(k));
            let new = self.graph.sub(here, delta);
            outputs.push((Target::Carry(x.base + k), new));
        }
        let graph = std::mem::take(&mut self.graph);
        let iteration = Some(Iteration {
            block: block.name.text.clone(),
            first: x.base,
            count: n,
            limit: NEWTON_LIMIT,
        });
        self.kernel.segments.push(Segment { graph, outputs, effects: Vec::new(), iteration });
        // what the block assigns beside its unknowns, at the solution
        self.slots.clear();
        self.changed = locals.1;
        for (slot, node) in local_inputs {
            let value = self.graph.intern(node);
            self.slots.insert(slot, value);
        }
        self.collect(block, &x)?;
        for (k, slot) in x.slots.iter().enumerate() {
            let value = self.graph.input(x.placeholder(k));
            self.write(*slot, value);
        }
        Ok((0..n).map(|k| self.graph.input(Input::Carry(kept + k))).collect())
    }
}
