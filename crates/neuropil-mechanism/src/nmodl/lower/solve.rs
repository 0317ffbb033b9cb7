//! `SOLVE`: from equations to the values after a step.
//!
//! The unknowns of a block are replaced by placeholders, the block is executed once, and what it
//! says about each unknown is collected. A method then turns that into new values:
//!
//! | method | new value |
//! |---|---|
//! | `cnexp` | exact for `x' = a + b·x` with `a`, `b` constant over the step |
//! | `derivimplicit`, `sparse` | `x + dt·f(new)`, solved exactly if linear, else by Newton |
//! | `euler` | `x + dt·f(x)` |
//! | `runge` | classical Runge–Kutta of order 4 |
//! | none, on a `PROCEDURE` | the procedure, run once per step |

use std::collections::BTreeMap;

use super::state::{Execution, Lowered, Slot};
use super::symbols::Symbol;
use crate::ir::{Input, LinearParts, Node, Unary, Value, linear_parts, substitute};
use crate::nmodl::ast::{BlockKind, Expr, Name, Place, SolveBlock, Span, Stmt, StmtKind};

/// What a block says about its unknowns.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// `x'` of each unknown that has one.
    pub(crate) derivatives: BTreeMap<Slot, Value>,
    /// Sums that keep their value: terms and total.
    pub(crate) conserved: Vec<(Vec<(Slot, f64)>, Value)>,
    /// Volumes of compartments.
    pub(crate) volumes: BTreeMap<Slot, Value>,
    /// Coefficients of spread along the cell, and where they were given.
    pub(crate) diffusion: BTreeMap<Slot, (Value, Span)>,
    /// Expressions that are zero (`LINEAR`, `NONLINEAR`).
    pub(crate) equations: Vec<Value>,
    /// With `cnexp`: what everything but the right-hand side itself is taken at.
    pub(crate) frozen: Option<Frozen>,
}

/// Unknowns at the beginning of a step: the first placeholder, the places, the values.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    base: usize,
    slots: Vec<Slot>,
    old: Vec<Value>,
}

/// The unknowns of a block: where they live, and their placeholders.
pub(crate) struct Unknowns {
    pub(crate) slots: Vec<Slot>,
    /// Placeholder of the first; the others follow.
    pub(crate) base: usize,
    /// Values before the step.
    pub(crate) old: Vec<Value>,
}

impl Unknowns {
    pub(crate) fn placeholder(&self, k: usize) -> Input {
        Input::Carry(self.base + k)
    }
}

/// The step that stands for "forever" in `STEADYSTATE`, as in NEURON `[ms]`.
const FOREVER_MS: f64 = 1e9;

impl Execution<'_> {
    pub(crate) fn solve(
        &mut self,
        block: &Name,
        method: Option<&Name>,
        steady: bool,
        span: Span,
    ) -> Lowered<()> {
        let module = self.module;
        let Some(found) = module.blocks.iter().find(|b| b.name.text == block.text) else {
            if module.routines.iter().any(|r| r.name.text == block.text && !r.function) {
                self.methods.push(format!("{}: procedure, run once per step", block.text));
                return self.call(&block.text, &[], span).map(|_| ());
            }
            let names = module.blocks.iter().map(|b| b.name.text.as_str());
            let hint = neuropil_core::names::suggestion(&block.text, names);
            let message = format!("SOLVE of \"{}\", which is not in the file{hint}", block.text);
            return Err(self.report.error(
                block.span,
                message,
                "name a DERIVATIVE or KINETIC block",
            ));
        };
        let text = method.map_or("", |m| m.text.as_str());
        match (found.kind, text) {
            (BlockKind::Linear | BlockKind::Nonlinear, _) => self.solve_equations(found),
            (BlockKind::Kinetic, "" | "sparse" | "derivimplicit" | "matexp" | "cnexp")
            | (BlockKind::Derivative, "derivimplicit" | "sparse") => {
                self.solve_implicit(found, steady)
            }
            (BlockKind::Derivative, "cnexp" | "" | "after_cvode" | "cvode_t" | "cvode_t_v")
                if !steady =>
            {
                if text.is_empty() {
                    let message = format!("SOLVE {} without a METHOD: cnexp is used", block.text);
                    self.report.warning(span, message, "write METHOD cnexp or derivimplicit");
                }
                self.solve_exponential(found, span)
            }
            (BlockKind::Derivative, "euler") if !steady => self.solve_explicit(found, false),
            (BlockKind::Derivative, "runge") if !steady => self.solve_explicit(found, true),
            (BlockKind::Derivative, _) if steady => self.solve_implicit(found, true),
            (BlockKind::Discrete, _) => {
                Err(self.report.error(span, "DISCRETE is not supported", "use a PROCEDURE"))
            }
            _ => Err(self.report.error(
                method.map_or(span, |m| m.span),
                format!("METHOD {text} is not supported for {}", block.text),
                "use cnexp, derivimplicit, sparse, euler or runge",
            )),
        }
    }

    /// Every place that a block may change by its equations.
    pub(crate) fn unknowns(&mut self, block: &SolveBlock) -> Lowered<Unknowns> {
        let mut names = Vec::new();
        gather(&block.body, &mut names);
        let mut slots = Vec::new();
        for (name, span) in names {
            if block.kind != BlockKind::Derivative && !self.is_state(&name) {
                continue;
            }
            match self.symbol(&name, span)? {
                Symbol::Variable(k) => slots.push(Slot::Variable(k)),
                Symbol::Array(first, n) => slots.extend((first..first + n).map(Slot::Variable)),
                Symbol::Ion(k, quantity) => slots.push(Slot::Ion(k, quantity)),
                _ => {
                    let message = format!("\"{name}\" has an equation but is not a STATE");
                    return Err(self.report.error(span, message, "declare it in STATE"));
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        let base = self.kernel.carried;
        self.kernel.carried += 2 * slots.len();
        let old = slots.iter().map(|s| self.read(*s)).collect();
        Ok(Unknowns { slots, base, old })
    }

    /// Executes a block with placeholders for its unknowns.
    pub(crate) fn collect(&mut self, block: &SolveBlock, x: &Unknowns) -> Lowered<Collected> {
        self.collect_into(block, x, Collected::default())
    }

    fn collect_into(
        &mut self,
        block: &SolveBlock,
        x: &Unknowns,
        start: Collected,
    ) -> Lowered<Collected> {
        for (k, slot) in x.slots.iter().enumerate() {
            let placeholder = self.graph.input(x.placeholder(k));
            self.write(*slot, placeholder);
        }
        self.scopes.push(Default::default());
        for name in ["f_flux", "b_flux"] {
            self.declare(name, None);
        }
        let outer = self.collecting.replace(start);
        let ran = self.run(&block.body);
        self.scopes.pop();
        let collected = std::mem::replace(&mut self.collecting, outer).unwrap_or_default();
        ran.map(|()| collected)
    }

    /// Replaces the placeholders by values in everything that was assigned, and stores the new
    /// values of the unknowns.
    pub(crate) fn settle(&mut self, x: &Unknowns, new: &[Value]) {
        let slots: Vec<Slot> = self.slots.keys().copied().collect();
        for slot in slots {
            let mut value = self.slots[&slot];
            for (k, by) in new.iter().enumerate() {
                let placeholder = self.graph.input(x.placeholder(k));
                value = substitute(&mut self.graph, value, placeholder, *by);
            }
            self.slots.insert(slot, value);
        }
        for (slot, value) in x.slots.iter().zip(new) {
            self.write(*slot, *value);
        }
    }

    /// `value` with all placeholders replaced.
    pub(crate) fn at(&mut self, x: &Unknowns, mut value: Value, by: &[Value]) -> Value {
        for (k, by) in by.iter().enumerate() {
            let placeholder = self.graph.input(x.placeholder(k));
            value = substitute(&mut self.graph, value, placeholder, *by);
        }
        value
    }

    fn solve_exponential(&mut self, block: &SolveBlock, span: Span) -> Lowered<()> {
        let before = (self.slots.clone(), self.changed.clone(), self.kernel.carried);
        let x = self.unknowns(block)?;
        let frozen = Some(Frozen { base: x.base, slots: x.slots.clone(), old: x.old.clone() });
        let start = Collected { frozen, ..Collected::default() };
        let collected = self.collect_into(block, &x, start)?;
        let mut parts: Vec<Option<LinearParts>> = Vec::new();
        for (k, slot) in x.slots.iter().enumerate() {
            let Some(&f) = collected.derivatives.get(slot) else {
                parts.push(None);
                continue;
            };
            let placeholder = self.graph.input(x.placeholder(k));
            let Some(found) = linear_parts(&mut self.graph, f, placeholder) else {
                (self.slots, self.changed, self.kernel.carried) = before;
                let message = format!(
                    "an equation of {} is not linear in its own state: solved as derivimplicit",
                    block.name.text
                );
                self.report.add(crate::Severity::Note, span, message, "");
                return self.solve_implicit(block, false);
            };
            parts.push(Some(found));
        }
        let mut new = x.old.clone();
        for (k, found) in parts.into_iter().enumerate() {
            let Some(parts) = found else { continue };
            // states before this one in the block already have their new values, as in NEURON
            let parts = LinearParts {
                p: self.at(&x, parts.p, &new),
                q: self.at(&x, parts.q, &new),
                d: parts.d.map(|d| self.at(&x, d, &new)),
            };
            new[k] = self.exponential_step(x.old[k], parts);
        }
        self.settle(&x, &new);
        self.methods.push(format!("{}: cnexp, exact for constant rates", block.name.text));
        Ok(())
    }

    /// `x` after a step of `x' = (p + q·x)/d`.
    fn exponential_step(&mut self, x: Value, LinearParts { p, q, d }: LinearParts) -> Value {
        let g = &mut self.graph;
        let dt = g.input(Input::Step);
        let over_d = |g: &mut crate::ir::Graph, v: Value| d.map_or(v, |d| g.div(v, d));
        if g.is(q, 0.0) {
            let rise = g.mul(dt, p);
            let rise = over_d(g, rise);
            return g.add(x, rise);
        }
        let exponent = g.mul(dt, q);
        let exponent = over_d(g, exponent);
        if g.is(p, 0.0) {
            let decay = g.unary(Unary::Exp, exponent);
            return g.mul(x, decay);
        }
        if let Some(number) = g.constant_of(q) {
            let factor = g.constant(-1.0 / number);
            let limit = g.mul(p, factor);
            let distance = g.sub(x, limit);
            let change = g.unary(Unary::Expm1, exponent);
            let change = g.mul(distance, change);
            return g.add(x, change);
        }
        // finite also where the rate vanishes
        let slope = g.mul(q, x);
        let slope = g.add(p, slope);
        let slope = over_d(g, slope);
        let mean = g.unary(Unary::Exprel, exponent);
        let step = g.mul(dt, slope);
        let step = g.mul(step, mean);
        g.add(x, step)
    }

    /// The right-hand side of an equation. Under `cnexp` what was computed before it counts as
    /// constant over the step, as in NEURON: only the state written in the equation itself varies.
    pub(crate) fn right_hand_side(&mut self, place: &Place, expr: &Expr) -> Lowered<Value> {
        let frozen = self.collecting.as_ref().and_then(|c| c.frozen.clone());
        let Some(Frozen { base, slots, old }) = frozen else { return self.value(expr) };
        let own = self.place(place)?;
        let solved = slots.iter().position(|s| *s == own).unwrap_or(0);
        let before = self.slots.clone();
        for (slot, value) in &before {
            let mut value = *value;
            if matches!(self.graph.node(value), Node::Input(Input::Carry(_))) {
                continue;
            }
            for (k, old) in old.iter().enumerate() {
                let placeholder = self.graph.input(Input::Carry(base + k));
                value = substitute(&mut self.graph, value, placeholder, *old);
            }
            self.slots.insert(*slot, value);
        }
        let frozen = self.slots.clone();
        let found = self.value(expr);
        let after = std::mem::replace(&mut self.slots, before);
        // What functions have assigned to variables of the mechanism: the states of earlier
        // equations count as they are after the step, the others as they were before it.
        for (slot, mut value) in after {
            if matches!(slot, Slot::Local(_)) || frozen.get(&slot) == Some(&value) {
                continue;
            }
            for (k, old) in old.iter().enumerate().skip(solved) {
                let placeholder = self.graph.input(Input::Carry(base + k));
                value = substitute(&mut self.graph, value, placeholder, *old);
            }
            self.slots.insert(slot, value);
        }
        found
    }

    fn solve_explicit(&mut self, block: &SolveBlock, runge: bool) -> Lowered<()> {
        let x = self.unknowns(block)?;
        let collected = self.collect(block, &x)?;
        let zero = self.graph.constant(0.0);
        let f: Vec<Value> =
            x.slots.iter().map(|s| collected.derivatives.get(s).copied().unwrap_or(zero)).collect();
        let dt = self.graph.input(Input::Step);
        let slope = |e: &mut Self, at: &[Value]| -> Vec<Value> {
            f.iter().map(|f| e.at(&x, *f, at)).collect()
        };
        let moved = |e: &mut Self, slope: &[Value], part: f64| -> Vec<Value> {
            let part = e.graph.constant(part);
            let step = e.graph.mul(dt, part);
            let old = x.old.iter();
            old.zip(slope)
                .map(|(x, k)| {
                    let rise = e.graph.mul(step, *k);
                    e.graph.add(*x, rise)
                })
                .collect()
        };
        let k1 = slope(self, &x.old);
        let new = if runge {
            let at = moved(self, &k1, 0.5);
            let k2 = slope(self, &at);
            let at = moved(self, &k2, 0.5);
            let k3 = slope(self, &at);
            let at = moved(self, &k3, 1.0);
            let k4 = slope(self, &at);
            let two = self.graph.constant(2.0);
            let mean: Vec<Value> = (0..k1.len())
                .map(|k| {
                    let middle = self.graph.add(k2[k], k3[k]);
                    let middle = self.graph.mul(middle, two);
                    let ends = self.graph.add(k1[k], k4[k]);
                    self.graph.add(ends, middle)
                })
                .collect();
            moved(self, &mean, 1.0 / 6.0)
        } else {
            moved(self, &k1, 1.0)
        };
        self.settle(&x, &new);
        let name = if runge { "Runge–Kutta, fourth order" } else { "forward Euler" };
        self.methods.push(format!("{}: {name}", block.name.text));
        Ok(())
    }

    /// The step of an implicit solution.
    pub(crate) fn step(&mut self, steady: bool) -> Value {
        if steady { self.graph.constant(FOREVER_MS) } else { self.graph.input(Input::Step) }
    }
}

/// Names that a block's equations are about.
fn gather(body: &[Stmt], names: &mut Vec<(String, Span)>) {
    for statement in body {
        match &statement.kind {
            StmtKind::Assign(place, _) if place.primes > 0 => {
                names.push((place.name.clone(), place.span));
            }
            StmtKind::Reaction { left, right, .. } => {
                names.extend(left.iter().chain(right).map(|(_, p)| (p.name.clone(), p.span)));
            }
            StmtKind::Flux(place, _) => names.push((place.name.clone(), place.span)),
            StmtKind::Equation(left, right) => {
                names_in(left, names);
                names_in(right, names);
            }
            StmtKind::If(branches, otherwise) => {
                branches.iter().for_each(|b| gather(&b.1, names));
                gather(otherwise, names);
            }
            StmtKind::From { body, .. } => gather(body, names),
            StmtKind::Protect(inner) => gather(std::slice::from_ref(inner), names),
            _ => {}
        }
    }
}

fn names_in(expr: &crate::nmodl::ast::Expr, names: &mut Vec<(String, Span)>) {
    use crate::nmodl::ast::ExprKind as K;
    match &expr.kind {
        K::Name(n) | K::Index(n, _) => names.push((n.clone(), expr.span)),
        K::Negate(e) | K::Not(e) | K::Factor(e) => names_in(e, names),
        K::Binary(_, a, b) => {
            names_in(a, names);
            names_in(b, names);
        }
        K::Call(_, list) => list.iter().for_each(|e| names_in(e, names)),
        K::Number(..) | K::Text => {}
    }
}
