//! From trees to values: every term gets its dimension, every name its place.

use std::ops::Range;

use neuropil_core::names::suggestion;

use super::dimension::{Dim, coherent};
use super::error::{EquationError, EquationFault, Part};
use super::functions::{self, FUNCTIONS, Typed};
use super::holds::{Columns, Hold, Origin};
use super::names::{Names, Symbol};
use super::syntax::{Expr, Join, Kind, parse_unit};
use super::token::Found;
use crate::ir::{Binary, Graph, Input, Unary, Value};

/// What is allowed in a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allowed {
    /// White noise.
    pub(super) noise: bool,
    /// The weight of an arriving event: its value and dimension.
    pub(super) weight: Option<Typed>,
    /// State variables and what depends on them.
    pub(super) states: bool,
}

/// The values that names have at one moment of the step.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) states: Vec<Value>,
    /// Whether the neuron is free, not refractory.
    pub(super) free: Value,
    computed: Vec<Option<Typed>>,
    /// Computed variables under way, to find circles.
    open: Vec<usize>,
}

impl Moment {
    pub(super) fn new(names: &Names, states: Vec<Value>, free: Value) -> Self {
        Self { states, free, computed: vec![None; names.computed.len()], open: Vec::new() }
    }
}

/// Lowers the texts of one model.
pub(super) struct Lowering<'a> {
    pub(super) names: &'a Names,
    pub(super) columns: &'a mut Columns,
    pub(super) graph: Graph,
}

impl Lowering<'_> {
    /// The column itself, as it is before the kernel.
    pub(super) fn column(&mut self, hold: Hold) -> Value {
        let column = self.columns.of(hold);
        self.graph.input(Input::Variable(column))
    }

    /// The value of a number (no condition) of the given dimension.
    pub(super) fn number(
        &mut self,
        expr: &Expr,
        moment: &mut Moment,
        (part, allowed): (&Part, Allowed),
        (what, dim): (&str, Dim),
    ) -> Result<Value, EquationError> {
        let typed = self.value(expr, moment, (part, allowed))?;
        let place = |fault| EquationError { fault, part: part.clone(), at: expr.at.clone() };
        if typed.truth {
            return Err(place(EquationFault::Condition));
        }
        if typed.dim != dim {
            let (found, expected) = (typed.dim.kind(), dim.kind());
            return Err(place(EquationFault::Dimension { what: what.into(), found, expected }));
        }
        Ok(typed.value)
    }

    /// The value of an expression of a part.
    pub(super) fn value(
        &mut self,
        expr: &Expr,
        moment: &mut Moment,
        (part, allowed): (&Part, Allowed),
    ) -> Result<Typed, EquationError> {
        self.lower(expr, moment, part, allowed).map_err(|(fault, at, within)| EquationError {
            fault,
            part: if within { Part::Equations } else { part.clone() },
            at,
        })
    }

    /// As [`value`](Self::value); a fault says whether it is in the equations (a computed variable
    /// that the expression uses) rather than in the part itself.
    fn lower(
        &mut self,
        expr: &Expr,
        moment: &mut Moment,
        part: &Part,
        allowed: Allowed,
    ) -> Result<Typed, (EquationFault, Range<usize>, bool)> {
        let here = |fault| (fault, expr.at.clone(), false);
        match &expr.kind {
            Kind::Number(value, unit) => {
                let value = self.graph.constant(coherent(*value, *unit));
                Ok(Typed::number(value, Dim::of(*unit)))
            }
            Kind::Name(name) => self.name(name, expr, moment, allowed),
            Kind::Negative(inner) => {
                let inner = self.numeric(inner, moment, part, allowed)?;
                Ok(Typed { value: self.graph.neg(inner.value), ..inner })
            }
            Kind::Not(inner) => {
                let inner = self.condition(inner, moment, part, allowed)?;
                Ok(Typed { value: self.graph.unary(Unary::Not, inner.value), ..inner })
            }
            Kind::Join(how @ (Join::And | Join::Or), left, right) => {
                let left = self.condition(left, moment, part, allowed)?;
                let right = self.condition(right, moment, part, allowed)?;
                let op = if *how == Join::And { Binary::And } else { Binary::Or };
                Ok(Typed { value: self.graph.binary(op, left.value, right.value), ..left })
            }
            Kind::Join(Join::Pow, base, exponent) => {
                let base = self.numeric(base, moment, part, allowed)?;
                let exponent = self.numeric(exponent, moment, part, allowed)?;
                self.power(base, exponent).map_err(here)
            }
            Kind::Join(how, left, right) => {
                let left = self.numeric(left, moment, part, allowed)?;
                let right = self.numeric(right, moment, part, allowed)?;
                self.join(*how, left, right).map_err(here)
            }
            Kind::Call(name, given) if ["rand", "randn"].contains(&name.as_str()) => {
                if !given.is_empty() {
                    let (function, found) = (name.clone(), given.len());
                    return Err(here(EquationFault::Arity { function, expected: 0, found }));
                }
                let origin = Origin::Written(part.clone(), expr.at.start);
                let column = self.columns.random(origin, name == "randn");
                Ok(Typed::number(self.graph.input(Input::Variable(column)), Dim::PURE))
            }
            Kind::Call(name, given) => {
                if !FUNCTIONS.contains(&name.as_str()) {
                    let suggestion = suggestion(name, FUNCTIONS.iter().copied());
                    let name = name.clone();
                    return Err(here(EquationFault::UnknownFunction { name, suggestion }));
                }
                let given = given
                    .iter()
                    .map(|g| self.lower(g, moment, part, allowed))
                    .collect::<Result<Vec<_>, _>>()?;
                functions::call(&mut self.graph, name, &given).map_err(here)
            }
        }
    }

    fn numeric(
        &mut self,
        expr: &Expr,
        moment: &mut Moment,
        part: &Part,
        allowed: Allowed,
    ) -> Result<Typed, (EquationFault, Range<usize>, bool)> {
        let typed = self.lower(expr, moment, part, allowed)?;
        if typed.truth {
            return Err((EquationFault::Condition, expr.at.clone(), false));
        }
        Ok(typed)
    }

    fn condition(
        &mut self,
        expr: &Expr,
        moment: &mut Moment,
        part: &Part,
        allowed: Allowed,
    ) -> Result<Typed, (EquationFault, Range<usize>, bool)> {
        let typed = self.lower(expr, moment, part, allowed)?;
        if !typed.truth {
            let found = typed.dim.kind();
            return Err((EquationFault::NotCondition { found }, expr.at.clone(), false));
        }
        Ok(typed)
    }

    fn name(
        &mut self,
        name: &str,
        expr: &Expr,
        moment: &mut Moment,
        allowed: Allowed,
    ) -> Result<Typed, (EquationFault, Range<usize>, bool)> {
        let misplaced = |why| {
            let fault = EquationFault::Misplaced { name: name.into(), why };
            (fault, expr.at.clone(), false)
        };
        match self.names.find(name) {
            Some(Symbol::State(k)) => {
                if !allowed.states {
                    return Err(misplaced("an initial value depends on parameters only"));
                }
                let dim = Dim::of(self.names.states[k].unit);
                return Ok(Typed::number(moment.states[k], dim));
            }
            Some(Symbol::Parameter(k)) => {
                let dim = Dim::of(self.names.parameters[k].unit);
                return Ok(Typed::number(self.column(Hold::Parameter(k)), dim));
            }
            Some(Symbol::Computed(k)) => return self.computed(k, moment, allowed),
            None => {}
        }
        if name == "xi" || name.starts_with("xi_") {
            if !allowed.noise {
                return Err(misplaced("noise drives equations only; randn() draws a number"));
            }
            let column = self.columns.random(Origin::Noise(name.into()), true);
            return Ok(Typed::number(self.graph.input(Input::Variable(column)), Dim::NOISE));
        }
        let typed = match name {
            "t" => Typed::number(self.graph.input(Input::Time), Dim::TIME),
            "dt" => Typed::number(self.graph.input(Input::Step), Dim::TIME),
            "pi" => Typed::number(self.graph.constant(std::f64::consts::PI), Dim::PURE),
            "inf" => Typed::number(self.graph.constant(f64::INFINITY), Dim::PURE),
            "I_in" => Typed::number(self.column(Hold::Current), Dim::CURRENT),
            "g_clamp" => Typed::number(self.column(Hold::ClampConductance), Dim::CONDUCTANCE),
            "E_clamp" => Typed::number(self.column(Hold::ClampPotential), Dim::VOLTAGE),
            "not_refractory" if !allowed.states => {
                return Err(misplaced("an initial value depends on parameters only"));
            }
            "not_refractory" => Typed { value: moment.free, dim: Dim::PURE, truth: true },
            "weight" => match allowed.weight {
                Some(weight) => weight,
                None => return Err(misplaced("only a receptor has a weight")),
            },
            _ => match parse_unit(name) {
                Some(unit) => {
                    Typed::number(self.graph.constant(coherent(1.0, unit)), Dim::of(unit))
                }
                None => {
                    let suggestion = suggestion(name, self.names.all());
                    let fault = EquationFault::UnknownName { name: name.into(), suggestion };
                    return Err((fault, expr.at.clone(), false));
                }
            },
        };
        Ok(typed)
    }

    /// The value of a computed variable at this moment.
    fn computed(
        &mut self,
        k: usize,
        moment: &mut Moment,
        allowed: Allowed,
    ) -> Result<Typed, (EquationFault, Range<usize>, bool)> {
        if let Some(known) = moment.computed[k] {
            return Ok(known);
        }
        let names = self.names;
        let variable = &names.computed[k];
        if let Some(first) = moment.open.iter().position(|open| *open == k) {
            let circle = moment.open[first..].iter().chain([&k]);
            let circle = circle.map(|k| names.computed[*k].name.as_str()).collect::<Vec<_>>();
            let fault = EquationFault::Circle { circle: circle.join(" → ") };
            return Err((fault, variable.value.at.clone(), true));
        }
        moment.open.push(k);
        let inner = Allowed { weight: None, ..allowed };
        let typed = self
            .lower(&variable.value, moment, &Part::Equations, inner)
            .map_err(|(fault, at, _)| (fault, at, true))?;
        moment.open.pop();
        let dim = Dim::of(variable.unit);
        let fault = if typed.truth {
            Some(EquationFault::Condition)
        } else if typed.dim != dim {
            let what = format!("the right side of \"{}\"", variable.name);
            let (found, expected) = (typed.dim.kind(), dim.kind());
            Some(EquationFault::Dimension { what, found, expected })
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err((fault, variable.value.at.clone(), true));
        }
        moment.computed[k] = Some(typed);
        Ok(typed)
    }

    fn join(&mut self, how: Join, a: Typed, b: Typed) -> Result<Typed, EquationFault> {
        let g = &mut self.graph;
        let symbol = match how {
            Join::Add => "\"+\"",
            Join::Sub => "\"-\"",
            Join::Rem => "\"%\"",
            _ => "a comparison",
        };
        if !matches!(how, Join::Mul | Join::Div | Join::Floor) && a.dim != b.dim {
            let (left, right) = (a.dim.kind(), b.dim.kind());
            return Err(EquationFault::Mismatch { what: symbol.into(), left, right });
        }
        let number = Typed::number;
        let truth = |value| Typed { value, dim: Dim::PURE, truth: true };
        Ok(match how {
            Join::Mul => number(g.mul(a.value, b.value), a.dim.times(b.dim)),
            Join::Div => number(g.div(a.value, b.value), a.dim.over(b.dim)),
            Join::Floor => {
                let quotient = g.div(a.value, b.value);
                number(g.unary(Unary::Floor, quotient), a.dim.over(b.dim))
            }
            Join::Add => number(g.add(a.value, b.value), a.dim),
            Join::Sub => number(g.sub(a.value, b.value), a.dim),
            Join::Rem => {
                // Python's, with the sign of the divisor.
                let quotient = g.div(a.value, b.value);
                let whole = g.unary(Unary::Floor, quotient);
                let whole = g.mul(whole, b.value);
                number(g.sub(a.value, whole), a.dim)
            }
            Join::Less => truth(g.binary(Binary::Less, a.value, b.value)),
            Join::LessEqual => truth(g.binary(Binary::LessEqual, a.value, b.value)),
            Join::Greater => truth(g.binary(Binary::Less, b.value, a.value)),
            Join::GreaterEqual => truth(g.binary(Binary::LessEqual, b.value, a.value)),
            Join::Equal => truth(g.binary(Binary::Equal, a.value, b.value)),
            Join::NotEqual | Join::Pow | Join::And | Join::Or => {
                let equal = g.binary(Binary::Equal, a.value, b.value);
                truth(g.unary(Unary::Not, equal))
            }
        })
    }

    fn power(&mut self, base: Typed, exponent: Typed) -> Result<Typed, EquationFault> {
        if exponent.dim != Dim::PURE {
            let found = exponent.dim.kind();
            return Err(EquationFault::NotPure { function: "a power".into(), found });
        }
        let value = self.graph.pow(base.value, exponent.value);
        if base.dim == Dim::PURE {
            return Ok(Typed::number(value, Dim::PURE));
        }
        self.graph
            .constant_of(exponent.value)
            .map(|e| 2.0 * e)
            .filter(|twice| twice.fract() == 0.0 && twice.abs() <= 18.0)
            .and_then(|twice| base.dim.half_power(twice as i32))
            .map(|dim| Typed::number(value, dim))
            .ok_or_else(|| EquationFault::Power { base: base.dim.kind() })
    }
}

/// Places a fault of the parser.
pub(super) fn placed(part: &Part) -> impl Fn(Found) -> EquationError + '_ {
    |(fault, at)| EquationError { fault, part: part.clone(), at }
}
