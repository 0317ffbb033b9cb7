//! Statements change the present values.

use super::state::{Execution, Lowered, Phase, Slot};
use crate::ir::{Binary, Unary, Value};
use crate::nmodl::ast::{Expr, Span, Stmt, StmtKind};

/// Largest number of loop turns in one kernel.
const UNROLL_LIMIT: usize = 20_000;

impl Execution<'_> {
    /// Runs statements in a scope of their own.
    pub(crate) fn run(&mut self, statements: &[Stmt]) -> Lowered<()> {
        self.scopes.push(Default::default());
        let ran = statements.iter().try_for_each(|s| self.statement(s));
        self.scopes.pop();
        ran
    }

    pub(crate) fn statement(&mut self, statement: &Stmt) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StmtKind::Assign(place, expr) if place.primes == 0 => {
                let value = self.value(expr)?;
                let index = place.index.as_ref().map(|i| self.value(i)).transpose()?;
                self.assign(&place.name, index, value, place.span)
            }
            StmtKind::Local(names) => self.declare_locals(names),
            StmtKind::If(branches, otherwise) => self.branch(branches, otherwise),
            StmtKind::From { variable, low, high, step, body } => {
                self.repeat(&variable.text, low, high, step.as_ref(), body, span)
            }
            StmtKind::Call(call) => self.value(call).map(|_| ()),
            StmtKind::Table => Ok(()), // evaluated exactly
            StmtKind::Protect(inner) => self.statement(inner),
            StmtKind::Verbatim(text) => self.verbatim(text, span),
            StmtKind::Solve { block, method, steady } => {
                self.solve(block, method.as_ref(), *steady, span)
            }
            StmtKind::Initial(_) if self.phase == Phase::Receive => Ok(()),
            _ if self.collecting.is_some() => self.equation_statement(statement),
            _ => self.refuse(statement),
        }
    }

    /// A statement that says something about the unknowns of the block being solved.
    fn equation_statement(&mut self, statement: &Stmt) -> Lowered<()> {
        match &statement.kind {
            StmtKind::Assign(place, expr) => {
                let value = self.right_hand_side(place, expr)?;
                self.prime(place, value)
            }
            StmtKind::Reaction { left, right, forward, backward } => {
                self.reaction(left, right, forward, backward.as_ref())
            }
            StmtKind::Flux(place, flux) => self.flux(place, flux),
            StmtKind::Conserve(species, total) => self.conserve(species, total),
            StmtKind::Compartment { index, volume, species } => {
                self.compartment(index.as_ref(), volume, species, statement.span)
            }
            StmtKind::Equation(left, right) => self.equation(left, right),
            StmtKind::Diffusion { index, coefficient, species } => {
                self.diffusion(index.as_ref(), coefficient, species, statement.span)
            }
            _ => self.refuse(statement),
        }
    }

    fn refuse(&mut self, statement: &Stmt) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StmtKind::While(..) => Err(self.report.error(
                span,
                "WHILE is not supported",
                "use FROM … TO with fixed bounds, or a formula",
            )),
            StmtKind::Watch(_) => Err(self.report.error(
                span,
                "WATCH is not supported",
                "detect the crossing with the engine's spike threshold",
            )),
            StmtKind::ForNetCons(..) => Err(self.report.error(
                span,
                "FOR_NETCONS is not supported",
                "keep what is needed in the arguments of NET_RECEIVE",
            )),
            _ => Err(self.report.error(span, "this statement does not belong here", "")),
        }
    }

    /// Assigns to a variable or an element.
    pub(crate) fn assign(
        &mut self,
        name: &str,
        index: Option<Value>,
        value: Value,
        span: Span,
    ) -> Lowered<()> {
        for (slot, condition) in self.targets(name, index, span)? {
            let new = match condition {
                None => value,
                Some(condition) => {
                    let old = self.read(slot);
                    self.graph.select(condition, value, old)
                }
            };
            self.write(slot, new);
        }
        Ok(())
    }

    fn declare_locals(&mut self, names: &[(crate::nmodl::ast::Name, Option<Expr>)]) -> Lowered<()> {
        for (name, length) in names {
            let n = match length {
                Some(length) => Some(self.constant(length, "an array length")? as usize),
                None => None,
            };
            let first = self.declare(&name.text, n);
            let zero = self.graph.constant(0.0);
            for k in 0..n.unwrap_or(1) {
                self.write(Slot::Local(first + k), zero);
            }
        }
        Ok(())
    }

    fn branch(&mut self, branches: &[(Expr, Vec<Stmt>)], otherwise: &[Stmt]) -> Lowered<()> {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return self.run(otherwise);
        };
        let condition = self.value(condition)?;
        if let Some(known) = self.graph.constant_of(condition) {
            return if known != 0.0 { self.run(body) } else { self.branch(rest, otherwise) };
        }
        self.choose(condition, |x| x.run(body), |x| x.branch(rest, otherwise))
    }

    /// Runs both sides of a condition and joins what they leave.
    pub(crate) fn choose(
        &mut self,
        condition: Value,
        yes: impl FnOnce(&mut Self) -> Lowered<()>,
        no: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let (before, guard) = (self.slots.clone(), self.guard);
        let segments = self.kernel.segments.len();
        let not = self.graph.unary(Unary::Not, condition);
        self.guard = Some(match guard {
            Some(g) => self.graph.binary(Binary::And, g, condition),
            None => condition,
        });
        yes(self)?;
        let first = std::mem::replace(&mut self.slots, before);
        self.guard = Some(match guard {
            Some(g) => self.graph.binary(Binary::And, g, not),
            None => not,
        });
        no(self)?;
        self.guard = guard;
        if self.kernel.segments.len() != segments {
            let span = Span::default();
            return Err(self.report.error(
                span,
                "a SOLVE that needs iteration stands inside a condition",
                "move the SOLVE out of the condition",
            ));
        }
        let second = self.slots.clone();
        let mut slots: Vec<Slot> = first.keys().chain(second.keys()).copied().collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let b = self.read(slot);
            let a = match first.get(&slot) {
                Some(&a) => a,
                None => {
                    self.slots.remove(&slot);
                    self.read(slot)
                }
            };
            let joined = self.graph.select(condition, a, b);
            self.slots.insert(slot, joined);
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        variable: &str,
        low: &Expr,
        high: &Expr,
        step: Option<&Expr>,
        body: &[Stmt],
        span: Span,
    ) -> Lowered<()> {
        let (low, high) = (self.constant(low, "the bound")?, self.constant(high, "the bound")?);
        let step = step.map_or(Ok(1.0), |s| self.constant(s, "the step"))?;
        if step <= 0.0 {
            return Err(self.report.error(span, "the step of a loop is not positive", ""));
        }
        self.scopes.push(Default::default());
        let k = self.declare(variable, None);
        let mut at = low;
        let mut ran = Ok(());
        while at <= high && ran.is_ok() {
            self.unrolled += 1;
            if self.unrolled > UNROLL_LIMIT {
                let message = format!("more than {UNROLL_LIMIT} loop turns");
                ran = Err(self.report.error(span, message, "shorten the loop"));
                break;
            }
            let value = self.graph.constant(at);
            self.write(Slot::Local(k), value);
            ran = self.run(body);
            at += step;
        }
        self.scopes.pop();
        ran
    }

    /// A block of C that only returns does nothing; any other is refused.
    fn verbatim(&mut self, text: &str, span: Span) -> Lowered<()> {
        if only_returns(text) {
            return Ok(());
        }
        Err(self.report.error(
            span,
            "VERBATIM: C code cannot be run",
            "write the computation in NMODL",
        ))
    }
}

/// Whether C text is nothing but comments and at most one plain `return`.
pub(crate) fn only_returns(text: &str) -> bool {
    let mut rest = text.to_owned();
    while let Some(start) = rest.find("/*") {
        let Some(length) = rest[start..].find("*/") else { return false };
        rest.replace_range(start..start + length + 2, " ");
    }
    let code: Vec<&str> = rest.lines().map(|l| l.split("//").next().unwrap_or("").trim()).collect();
    let code = code.join(" ");
    let code = code.trim().trim_end_matches(';').trim();
    match code.strip_prefix("return") {
        Some(value) => {
            value
                .trim_matches(|c: char| c.is_whitespace() || "()".contains(c))
                .parse::<f64>()
                .is_ok_and(|_| true)
                || value.trim_matches(|c: char| c.is_whitespace() || "()".contains(c)).is_empty()
        }
        None => code.is_empty(),
    }
}
