//! Unit checking: warns where quantities of different kinds are added, compared or assigned.
//!
//! Lenient on purpose: a bare number fits everywhere, and a name without a unit is not checked.
//! `(1e-3)`, a number alone in parentheses, is NMODL's conversion factor: it changes the scale that
//! is expected. Between `UNITSOFF` and `UNITSON` nothing is checked.

use std::collections::BTreeMap;

use neuropil_core::units::{Unit, describe};

use super::ast::{Expr, ExprKind, Module, Operator, Span, Stmt, StmtKind};
use super::report::Report;
use super::units::UnitTable;

/// What is known about the unit of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    /// Nothing.
    No,
    /// A bare number: fits everywhere.
    Number,
    Unit(Unit),
}

struct Checker<'a> {
    module: &'a Module,
    units: &'a UnitTable,
    report: &'a mut Report,
    names: BTreeMap<String, Unit>,
    locals: Vec<String>,
}

/// NMODL counts moles as numbers: a molar is `1/liter`, Faraday's constant is in coulomb.
pub(super) fn without_mole(unit: Unit) -> neuropil_core::units::Dimension {
    let mut dimension = unit.dimension;
    dimension[5] = 0;
    dimension
}

/// Checks every block of a file.
pub(crate) fn check_units(
    module: &Module,
    units: &UnitTable,
    texts: &BTreeMap<String, String>,
    report: &mut Report,
) {
    let mut names = BTreeMap::new();
    for (name, text) in [("v", "mV"), ("t", "ms"), ("dt", "ms"), ("area", "um2"), ("diam", "um")] {
        names.extend(Unit::parse(text).ok().map(|u| (name.to_owned(), u)));
    }
    for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
        names.extend(units.parse(text).map(|u| (name.clone(), u)));
    }
    let mut checker = Checker { module, units, report, names, locals: Vec::new() };
    let blocks = module.initial.iter().chain(&module.breakpoint);
    let blocks = blocks.chain(module.blocks.iter().map(|b| &b.body));
    blocks.for_each(|body| checker.body(body));
    for routine in &module.routines {
        checker.with_parameters(&routine.parameters, &routine.body);
    }
    if let Some((arguments, body)) = &module.receive {
        checker.with_parameters(arguments, body);
    }
}

impl Checker<'_> {
    fn with_parameters(&mut self, list: &[(super::ast::Name, Option<String>)], body: &[Stmt]) {
        let before = self.names.clone();
        for (name, unit) in list {
            match unit.as_ref().and_then(|u| self.units.parse(u)) {
                Some(unit) => self.names.insert(name.text.clone(), unit),
                None => self.names.remove(&name.text),
            };
        }
        self.body(body);
        self.names = before;
    }

    fn body(&mut self, body: &[Stmt]) {
        let depth = self.locals.len();
        body.iter().for_each(|s| self.statement(s));
        self.locals.truncate(depth);
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Local(names) => {
                self.locals.extend(names.iter().map(|n| n.0.text.clone()));
            }
            StmtKind::Assign(place, expr) => {
                let found = self.unit(expr);
                let Known::Unit(mut expected) = self.name(&place.name) else { return };
                if place.primes > 0
                    && let Ok(ms) = Unit::parse("ms")
                {
                    expected = expected.over(ms);
                }
                let what = if place.primes > 0 { "the derivative of " } else { "" };
                self.agree(
                    Known::Unit(expected),
                    found,
                    expr.span,
                    &format!("{what}\"{}\" is", place.name),
                );
            }
            StmtKind::If(branches, otherwise) => {
                for (condition, body) in branches {
                    self.unit(condition);
                    self.body(body);
                }
                self.body(otherwise);
            }
            StmtKind::From { body, .. } | StmtKind::While(_, body) | StmtKind::Initial(body) => {
                self.body(body);
            }
            StmtKind::Call(call) => {
                self.unit(call);
            }
            StmtKind::Protect(inner) => self.statement(inner),
            _ => {}
        }
    }

    fn name(&self, name: &str) -> Known {
        if self.locals.iter().any(|l| l == name) {
            return Known::No;
        }
        self.names.get(name).map_or(Known::No, |u| Known::Unit(*u))
    }

    fn unit(&mut self, expr: &Expr) -> Known {
        match &expr.kind {
            ExprKind::Number(_, None) => Known::Number,
            ExprKind::Number(_, Some(text)) => {
                self.units.parse(text).map_or(Known::No, Known::Unit)
            }
            ExprKind::Factor(inner) => match inner.kind {
                ExprKind::Number(x, _) if x != 0.0 => {
                    Known::Unit(Unit { scale: 1.0 / x, dimension: [0; 7] })
                }
                _ => Known::No,
            },
            ExprKind::Text => Known::No,
            ExprKind::Name(name) => self.name(name),
            ExprKind::Index(name, _) => self.name(name),
            ExprKind::Negate(inner) => self.unit(inner),
            ExprKind::Not(inner) => {
                self.unit(inner);
                Known::Number
            }
            ExprKind::Call(name, arguments) => self.call(name, arguments),
            ExprKind::Binary(operator, left, right) => {
                let (a, b) = (self.unit(left), self.unit(right));
                self.operator(*operator, a, b, right, expr.span)
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Known {
        let module = self.module;
        if let Some(routine) = module.routines.iter().find(|r| r.name.text == name) {
            for (argument, (parameter, unit)) in arguments.iter().zip(&routine.parameters) {
                let found = self.unit(argument);
                let expected = unit.as_ref().and_then(|u| self.units.parse(u));
                if let Some(expected) = expected {
                    let what = format!("argument \"{}\" of {name}() is", parameter.text);
                    self.agree(Known::Unit(expected), found, argument.span, &what);
                }
            }
            let unit = routine.unit.as_ref().and_then(|u| self.units.parse(u));
            return unit.map_or(Known::No, Known::Unit);
        }
        let first = arguments.iter().map(|a| self.unit(a)).next().unwrap_or(Known::No);
        match name {
            "exp" | "log" | "log10" | "sin" | "cos" | "tan" | "tanh" => {
                if let (Known::Unit(unit), Some(argument)) = (first, arguments.first())
                    && without_mole(unit) != [0; 7]
                {
                    let message = format!(
                        "the argument of {name}() is a {}, not a pure number",
                        describe(unit.dimension)
                    );
                    self.warn(argument.span, message);
                }
                Known::Number
            }
            "fabs" | "abs" | "floor" | "ceil" | "fmin" | "fmax" => first,
            _ => Known::No,
        }
    }

    fn operator(&mut self, op: Operator, a: Known, b: Known, right: &Expr, span: Span) -> Known {
        use Known::{No, Number};
        match op {
            Operator::Add | Operator::Sub | Operator::Rem => {
                self.agree(a, b, span, "a sum has");
                if let Known::Unit(_) = a { a } else { b }
            }
            Operator::Mul | Operator::Div => match (a, b) {
                (No, _) | (_, No) => No,
                (Number, Number) => Number,
                _ => {
                    let of = |k| if let Known::Unit(u) = k { u } else { Unit::ONE };
                    let (a, b) = (of(a), of(b));
                    Known::Unit(if op == Operator::Mul { a.times(b) } else { a.over(b) })
                }
            },
            Operator::Pow => match (a, &right.kind) {
                (Known::Unit(u), ExprKind::Number(n, _)) if n.fract() == 0.0 && n.abs() < 8.0 => {
                    Known::Unit(u.power(*n as i32))
                }
                (Number, _) => Number,
                (Known::Unit(u), _) if u.dimension == [0; 7] => Number,
                _ => No,
            },
            Operator::And | Operator::Or => Number,
            _ => {
                self.agree(a, b, span, "a comparison has");
                Number
            }
        }
    }

    fn agree(&mut self, a: Known, b: Known, span: Span, what: &str) {
        let (Known::Unit(a), Known::Unit(b)) = (a, b) else { return };
        if without_mole(a) != without_mole(b) {
            self.warn(
                span,
                format!(
                    "units differ: {what} a {} and a {}",
                    describe(a.dimension),
                    describe(b.dimension)
                ),
            );
        } else if (a.scale / b.scale - 1.0).abs() > 1e-3 {
            let factor = (a.scale / b.scale).max(b.scale / a.scale);
            self.warn(span, format!("units differ by a factor of {factor:.4}: {what} {a} and {b}"));
        }
    }

    fn warn(&mut self, span: Span, message: String) {
        let within =
            |off: &Span| off.file == span.file && off.start <= span.start && span.end <= off.end;
        if !self.module.unchecked.iter().any(within) {
            self.report.warning(span, message, "correct the unit or the formula, or give (factor)");
        }
    }
}
