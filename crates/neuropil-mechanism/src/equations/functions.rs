//! Functions of equations.

use super::dimension::Dim;
use super::error::EquationFault;
use crate::ir::{Binary, Graph, Unary, Value};

/// Every function by name.
pub(super) const FUNCTIONS: &[&str] = &[
    "exp", "expm1", "exprel", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "abs", "sign", "floor", "ceil", "int", "clip", "min", "max", "where", "rand", "randn",
];

/// A value with its dimension; conditions are told from numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed {
    pub(super) value: Value,
    pub(super) dim: Dim,
    pub(super) truth: bool,
}

impl Typed {
    pub(super) fn number(value: Value, dim: Dim) -> Self {
        Self { value, dim, truth: false }
    }
}

/// The value of a function; `rand` and `randn` are the caller's business.
pub(super) fn call(g: &mut Graph, name: &str, given: &[Typed]) -> Result<Typed, EquationFault> {
    let pure = |op| {
        move |g: &mut Graph, a: Typed| {
            if a.dim == Dim::PURE {
                return Ok(Typed::number(g.unary(op, a.value), Dim::PURE));
            }
            Err(EquationFault::NotPure { function: name.into(), found: a.dim.kind() })
        }
    };
    let [a, rest @ ..] = given else { return Err(arity(name, 1.max(expected(name)), 0)) };
    if given.len() != expected(name) {
        return Err(arity(name, expected(name), given.len()));
    }
    let conditions = usize::from(["where", "int"].contains(&name));
    if given.iter().skip(conditions).any(|x| x.truth) {
        return Err(EquationFault::Condition);
    }
    let a = *a;
    match (name, rest) {
        ("exp", _) => pure(Unary::Exp)(g, a),
        ("expm1", _) => pure(Unary::Expm1)(g, a),
        ("exprel", _) => pure(Unary::Exprel)(g, a),
        ("log", _) => pure(Unary::Log)(g, a),
        ("log10", _) => pure(Unary::Log10)(g, a),
        ("sin", _) => pure(Unary::Sin)(g, a),
        ("cos", _) => pure(Unary::Cos)(g, a),
        ("tan", _) => pure(Unary::Tan)(g, a),
        ("sinh", _) => pure(Unary::Sinh)(g, a),
        ("cosh", _) => pure(Unary::Cosh)(g, a),
        ("tanh", _) => pure(Unary::Tanh)(g, a),
        ("floor", _) => pure(Unary::Floor)(g, a),
        ("ceil", _) => pure(Unary::Ceil)(g, a),
        ("int", _) if a.truth => Ok(Typed::number(a.value, Dim::PURE)),
        ("int", _) => {
            // Toward zero, as a conversion to whole numbers is.
            let (down, up) = (pure(Unary::Floor)(g, a)?, pure(Unary::Ceil)(g, a)?);
            let zero = g.constant(0.0);
            let negative = g.binary(Binary::Less, a.value, zero);
            Ok(Typed::number(g.select(negative, up.value, down.value), Dim::PURE))
        }
        ("abs", _) => Ok(Typed::number(g.unary(Unary::Abs, a.value), a.dim)),
        ("sign", _) => {
            let [zero, one, minus] = [0.0, 1.0, -1.0].map(|x| g.constant(x));
            let (up, down) =
                (g.binary(Binary::Less, zero, a.value), g.binary(Binary::Less, a.value, zero));
            let below = g.select(down, minus, zero);
            Ok(Typed::number(g.select(up, one, below), Dim::PURE))
        }
        ("sqrt", _) => match a.dim.half_power(1) {
            Some(dim) => Ok(Typed::number(g.unary(Unary::Sqrt, a.value), dim)),
            None => Err(EquationFault::Power { base: a.dim.kind() }),
        },
        ("min" | "max", [b]) => {
            same(name, a, *b)?;
            let op = if name == "min" { Binary::Min } else { Binary::Max };
            Ok(Typed::number(g.binary(op, a.value, b.value), a.dim))
        }
        ("clip", [low, high]) => {
            same(name, a, *low)?;
            same(name, a, *high)?;
            let floored = g.binary(Binary::Max, a.value, low.value);
            Ok(Typed::number(g.binary(Binary::Min, floored, high.value), a.dim))
        }
        ("where", [b, c]) => {
            if !a.truth {
                return Err(EquationFault::NotCondition { found: a.dim.kind() });
            }
            same(name, *b, *c)?;
            Ok(Typed::number(g.select(a.value, b.value, c.value), b.dim))
        }
        _ => Err(arity(name, expected(name), given.len())),
    }
}

fn same(name: &str, a: Typed, b: Typed) -> Result<(), EquationFault> {
    if a.dim == b.dim {
        return Ok(());
    }
    Err(EquationFault::Mismatch { what: name.into(), left: a.dim.kind(), right: b.dim.kind() })
}

fn arity(function: &str, expected: usize, found: usize) -> EquationFault {
    EquationFault::Arity { function: function.into(), expected, found }
}

/// Number of arguments.
pub(super) fn expected(name: &str) -> usize {
    match name {
        "rand" | "randn" => 0,
        "min" | "max" => 2,
        "clip" | "where" => 3,
        _ => 1,
    }
}
