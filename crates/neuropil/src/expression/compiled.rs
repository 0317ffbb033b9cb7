//! Expressions of one variable, evaluated for many of its values at a time.
//!
//! The tree is checked once for one value of the variable; then names and constants become numbers
//! in base units and dimensions are forgotten. Used for what depends on distance: there are as many
//! distances as pairs of neurons.

use neuropil_core::units::Unit;
use neuropil_core::vmath;

use super::courses;
use super::error::{ExpressionError, ExpressionFault};
use super::evaluate::{Scope, Value};
use super::functions::elementary;
use super::parse::{Expression, Kind};
use super::quantity::Quantity;

/// A function of one variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    code: Code,
    /// Unit of the arguments and of the values.
    argument: Unit,
    value: Unit,
}

#[derive(Debug, Clone, PartialEq)]
enum Code {
    Constant(f64),
    Variable,
    Negative(Box<Code>),
    Binary(char, Box<Code>, Box<Code>),
    Call(String, Vec<Code>),
}

impl Expression {
    /// Makes a function of the variable `name`, which is given in `argument`; values are in
    /// `value`, pure numbers stand for themselves.
    ///
    /// # Errors
    /// [`ExpressionError`] for an unknown name, dimensions that do not fit, or a distribution.
    /// Whether the values have the dimension of `value` is for the caller to check.
    pub fn compile(
        &self,
        scope: &Scope,
        name: &str,
        argument: Unit,
        value: Unit,
    ) -> Result<Compiled, ExpressionError> {
        let mut with = scope.clone();
        with.define(name, Value::Number(Quantity { value: 1.0, unit: argument }));
        let found = self.value(&with)?;
        let Value::Number(found) = found else { return Err(self.distribution()) };
        let value = if found.is_pure() { Unit::ONE } else { value };
        Ok(Compiled { code: self.code(scope, name)?, argument, value })
    }

    fn distribution(&self) -> ExpressionError {
        let what = "a function of distance".into();
        ExpressionError { fault: ExpressionFault::Random { what }, at: self.at.clone() }
    }

    fn code(&self, scope: &Scope, name: &str) -> Result<Code, ExpressionError> {
        if !self.names().contains(name) {
            return match self.value(scope)? {
                Value::Number(q) => Ok(Code::Constant(q.number_in(base(q.unit)))),
                Value::Random(_) => Err(self.distribution()),
            };
        }
        Ok(match &self.kind {
            Kind::Constant(q) => Code::Constant(q.number_in(base(q.unit))),
            Kind::Name(_) => Code::Variable,
            Kind::Negative(inner) => Code::Negative(Box::new(inner.code(scope, name)?)),
            Kind::Binary(operator, left, right) => {
                let (left, right) = (left.code(scope, name)?, right.code(scope, name)?);
                Code::Binary(*operator, Box::new(left), Box::new(right))
            }
            Kind::Call(function, arguments) => {
                let arguments =
                    arguments.iter().map(|a| a.code(scope, name)).collect::<Result<Vec<_>, _>>()?;
                if call(function, &vec![1.0; arguments.len()]).is_none() {
                    let what = format!("{function} of something that varies");
                    let fault = ExpressionFault::Random { what };
                    return Err(ExpressionError { fault, at: self.at.clone() });
                }
                Code::Call(function.clone(), arguments)
            }
        })
    }
}

fn base(unit: Unit) -> Unit {
    Unit { scale: 1.0, ..unit }
}

impl Compiled {
    /// Writes the value for every argument.
    ///
    /// # Shapes
    /// `values` is as long as `arguments`.
    pub fn fill(&self, arguments: &[f64], values: &mut [f64]) {
        let variable = Quantity { value: 0.0, unit: self.argument };
        let variable: Vec<f64> = arguments
            .iter()
            .map(|x| Quantity { value: *x, ..variable }.number_in(base(variable.unit)))
            .collect();
        self.code.fill(&variable, values);
        if self.value.scale != 1.0 {
            let from = base(self.value);
            for value in values {
                *value = Quantity { value: *value, unit: from }.number_in(self.value);
            }
        }
    }

    /// The value for one argument.
    pub fn at(&self, argument: f64) -> f64 {
        let mut value = [f64::NAN];
        self.fill(&[argument], &mut value);
        value[0]
    }
}

impl Code {
    fn fill(&self, variable: &[f64], out: &mut [f64]) {
        match self {
            Self::Constant(value) => out.fill(*value),
            Self::Variable => out.copy_from_slice(variable),
            Self::Negative(inner) => {
                inner.fill(variable, out);
                out.iter_mut().for_each(|x| *x = -*x);
            }
            Self::Binary(operator, left, right) => {
                left.fill(variable, out);
                let mut second = vec![0.0; out.len()];
                right.fill(variable, &mut second);
                let pairs = out.iter_mut().zip(&second);
                match operator {
                    '+' => pairs.for_each(|(x, y)| *x += y),
                    '-' => pairs.for_each(|(x, y)| *x -= y),
                    '*' => pairs.for_each(|(x, y)| *x *= y),
                    '/' => pairs.for_each(|(x, y)| *x /= y),
                    _ => pairs.for_each(|(x, y)| *x = power(*x, *y)),
                }
            }
            Self::Call(name, arguments) => {
                let mut columns = vec![vec![0.0; out.len()]; arguments.len()];
                for (column, argument) in columns.iter_mut().zip(arguments) {
                    argument.fill(variable, column);
                }
                if let ("exp", [column]) = (name.as_str(), columns.as_slice()) {
                    out.iter_mut().zip(column).for_each(|(y, x)| *y = vmath::exp(*x));
                    return;
                }
                let mut row = vec![0.0; arguments.len()];
                for (k, y) in out.iter_mut().enumerate() {
                    row.iter_mut().zip(&columns).for_each(|(x, column)| *x = column[k]);
                    *y = call(name, &row).unwrap_or(f64::NAN);
                }
            }
        }
    }
}

fn power(x: f64, y: f64) -> f64 {
    if y == 2.0 { x * x } else { x.powf(y) }
}

/// A function of numbers in base units; `None` if it has none.
fn call(name: &str, arguments: &[f64]) -> Option<f64> {
    Some(match (name, arguments) {
        ("sqrt", [x]) => x.sqrt(),
        ("abs", [x]) => x.abs(),
        ("heaviside", [x]) => f64::from(*x >= 0.0),
        ("min", [a, b]) => a.min(*b),
        ("max", [a, b]) => a.max(*b),
        (_, [x]) if elementary(name, *x).is_ok() => elementary(name, *x).ok()?,
        _ => return courses::value(name, arguments),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_and_interpreted_values_agree() {
        let um = Unit::parse("um").unwrap();
        let mut scope = Scope::default();
        let lambda = Expression::parse("0.2 mm").unwrap().value(&scope).unwrap();
        scope.define("lambda", lambda);
        for (text, unit) in [
            ("exp(-(distance/lambda)^2)", ""),
            ("0.5 ms + distance / (0.3 m/s)", "ms"),
            ("2 nS * gaussian(distance, 100 um, lambda) - 1 nS", "nS"),
            ("min(1, distance/lambda) * heaviside(300 um - distance)", ""),
            ("sqrt(distance * lambda) / (1 um)", ""),
            ("ramp(distance, 50 um, lambda) + mod(distance, 30 um) / lambda", ""),
        ] {
            let unit = Unit::parse(unit).unwrap_or(Unit::ONE);
            let expression = Expression::parse(text).unwrap();
            let compiled = expression.compile(&scope, "distance", um, unit).unwrap();
            for d in [0.0, 17.3, 100.0, 299.0, 300.0, 301.0, 1234.5] {
                let mut with = scope.clone();
                with.define("distance", Value::Number(Quantity { value: d, unit: um }));
                let Value::Number(q) = expression.value(&with).unwrap() else { panic!("random") };
                let (expected, found) = (q.number_in(unit), compiled.at(d));
                let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
                assert!(close, "{text} at {d}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn what_cannot_vary_is_refused() {
        let um = Unit::parse("um").unwrap();
        for (text, message) in [
            ("exp(distance)", "exp takes a pure number"),
            ("normal(1, 2) * 2", "distribution"),
            ("exp(-distance/lambdo)", "unknown name \"lambdo\""),
            ("normal(distance, 1 um)", "distribution"),
        ] {
            let expression = Expression::parse(text).unwrap();
            let error =
                expression.compile(&Scope::default(), "distance", um, Unit::ONE).unwrap_err();
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }
}
