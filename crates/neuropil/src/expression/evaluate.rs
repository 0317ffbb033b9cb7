//! From a tree to a value.

use std::collections::BTreeMap;

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;

use super::error::{ExpressionError, ExpressionFault};
use super::functions;
use super::parse::{Expression, Kind};
use super::quantity::Quantity;
use super::random::Random;

/// What an expression yields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number with a dimension.
    Number(Quantity),
    /// A distribution with a dimension.
    Random(Random),
}

impl Value {
    /// Its unit.
    pub fn unit(&self) -> Unit {
        match self {
            Self::Number(quantity) => quantity.unit,
            Self::Random(random) => random.unit,
        }
    }
}

/// Names and their values.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    values: BTreeMap<String, Value>,
}

impl Scope {
    /// Gives a name a value.
    pub fn define(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.values.get(name).copied()
    }

    /// All names and values, in the order of the alphabet.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

impl Expression {
    /// Its value, with names taken from `scope`.
    ///
    /// # Errors
    /// [`ExpressionError`] for an unknown name, or dimensions that do not fit.
    ///
    /// ```
    /// use neuropil::expression::{Expression, Scope, Value};
    /// let Value::Number(tau) = Expression::parse("250 pF / 12.5 nS")?.value(&Scope::default())? else {
    ///     unreachable!()
    /// };
    /// assert_eq!(tau.kind(), "time");
    /// assert_eq!(tau.number_in(neuropil_core::units::Unit::parse("ms").unwrap()), 20.0);
    /// # Ok::<(), neuropil::expression::ExpressionError>(())
    /// ```
    pub fn value(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        match &self.kind {
            Kind::Constant(quantity) => Ok(Value::Number(*quantity)),
            Kind::Name(name) => self.name(name, scope),
            Kind::Negative(inner) => {
                let minus = Value::Number(Quantity::pure(-1.0));
                self.product('*', minus, inner.value(scope)?)
            }
            Kind::Binary(operator, left, right) => {
                let (left, right) = (left.value(scope)?, right.value(scope)?);
                match operator {
                    '*' | '/' => self.product(*operator, left, right),
                    '^' => self.power(left, right),
                    _ => self.sum(*operator, left, right),
                }
            }
            Kind::Call(name, arguments) => {
                let values =
                    arguments.iter().map(|a| a.value(scope)).collect::<Result<Vec<_>, _>>()?;
                functions::call(name, &values).map_err(|fault| self.fault(fault))
            }
        }
    }

    fn fault(&self, fault: ExpressionFault) -> ExpressionError {
        ExpressionError { fault, at: self.at.clone() }
    }

    fn name(&self, name: &str, scope: &Scope) -> Result<Value, ExpressionError> {
        if let Some(value) = scope.get(name) {
            return Ok(value);
        }
        let constant = match name {
            "pi" => Some(std::f64::consts::PI),
            "e" => Some(std::f64::consts::E),
            "inf" => Some(f64::INFINITY),
            _ => None,
        };
        if let Some(value) = constant {
            return Ok(Value::Number(Quantity::pure(value)));
        }
        let unit = Unit::parse(name).map_err(|_| {
            let suggestion = suggestion(name, scope.values.keys().map(String::as_str));
            self.fault(ExpressionFault::UnknownName { name: name.into(), suggestion })
        })?;
        Ok(Value::Number(Quantity { value: 1.0, unit }))
    }

    fn product(&self, operator: char, left: Value, right: Value) -> Result<Value, ExpressionError> {
        match (operator, left, right) {
            ('*', Value::Number(a), Value::Number(b)) => Ok(Value::Number(a.times(b))),
            ('*', Value::Number(a), Value::Random(x))
            | ('*', Value::Random(x), Value::Number(a)) => Ok(Value::Random(x.times(a))),
            (_, Value::Number(a), Value::Number(b)) => Ok(Value::Number(a.over(b))),
            (_, Value::Random(x), Value::Number(b)) => Ok(Value::Random(x.over(b))),
            _ => Err(self.random("product of distributions")),
        }
    }

    fn sum(&self, operator: char, left: Value, right: Value) -> Result<Value, ExpressionError> {
        if left.unit().dimension != right.unit().dimension {
            return Err(self.fault(ExpressionFault::Mismatch {
                operator: if operator == '+' { "\"+\"" } else { "\"-\"" },
                left: super::quantity::kind(left.unit().dimension),
                right: super::quantity::kind(right.unit().dimension),
            }));
        }
        let sign = if operator == '+' { 1.0 } else { -1.0 };
        match (left, right) {
            (Value::Number(a), Value::Number(b)) => {
                let value = a.value + sign * b.number_in(a.unit);
                Ok(Value::Number(Quantity { value, unit: a.unit }))
            }
            (Value::Random(x), Value::Number(b)) => {
                Ok(Value::Random(x.plus(Quantity { value: sign * b.value, ..b })))
            }
            (Value::Number(a), Value::Random(x)) => {
                Ok(Value::Random(x.times(Quantity::pure(sign)).plus(a)))
            }
            _ => Err(self.random("sum of distributions")),
        }
    }

    fn power(&self, base: Value, exponent: Value) -> Result<Value, ExpressionError> {
        let (Value::Number(base), Value::Number(exponent)) = (base, exponent) else {
            return Err(self.random("power of a distribution"));
        };
        if !exponent.is_pure() {
            let found = exponent.kind();
            return Err(self.fault(ExpressionFault::NotPure { function: "a power".into(), found }));
        }
        let exponent = exponent.pure_value();
        if base.is_pure() {
            return Ok(Value::Number(Quantity::pure(base.pure_value().powf(exponent))));
        }
        if exponent.fract() != 0.0 || exponent.abs() > 9.0 {
            return Err(self.fault(ExpressionFault::Power { base: base.kind() }));
        }
        let n = exponent as i32;
        Ok(Value::Number(Quantity { value: base.value.powi(n), unit: base.unit.power(n) }))
    }

    fn random(&self, what: &str) -> ExpressionError {
        self.fault(ExpressionFault::Random { what: what.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_network::description::Shape;

    fn number(text: &str, unit: &str) -> f64 {
        let mut scope = Scope::default();
        for (name, text) in [("g", "5"), ("J", "0.1 mV"), ("tau", "20 ms"), ("s", "2")] {
            let value = Expression::parse(text).unwrap().value(&scope).unwrap();
            scope.define(name, value);
        }
        match Expression::parse(text).unwrap().value(&scope).unwrap() {
            Value::Number(quantity) => {
                let unit = Unit::parse(unit).unwrap();
                assert!(quantity.unit.same_dimension(&unit), "{text} is a {}", quantity.kind());
                quantity.number_in(unit)
            }
            Value::Random(_) => panic!("{text} is random"),
        }
    }

    #[test]
    fn expressions_have_the_value_of_the_same_arithmetic_on_numbers() {
        for (text, unit, expected) in [
            ("1.5 ms", "ms", 1.5),
            ("-g*J", "mV", -0.5),
            ("2^3^2", "", 512.0),
            ("-2^2", "", -4.0),
            ("1 - 2 - 3", "", -4.0),
            ("0.3 mS/cm2", "mS/cm2", 0.3),
            ("0.3 mS cm^-2", "mS/cm2", 0.3),
            ("1 / 2 ms", "kHz", 0.5),
            ("20 mV/tau", "mV/ms", 1.0),
            ("3 s", "ms", 3000.0), // a symbol behind a number is a unit
            ("3 * s", "", 6.0),    // elsewhere a parameter comes first
            ("20 mV/(J*1000*tau)", "Hz", 10.0),
            ("10 %", "", 0.1),
            ("sqrt(4 mV^2)", "mV", 2.0),
            ("exp(tau/(20 ms)) / e", "", 1.0),
            ("max(1 ms, 2000 us)", "ms", 2.0),
            ("1 s + 1 ms", "ms", 1001.0),
            ("17 kHz", "Hz", 17_000.0),
        ] {
            let found = number(text, unit);
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{text}: {found}");
        }
    }

    #[test]
    fn faults_point_at_the_part_they_are_about() {
        for (text, at, message) in [
            ("2 + 5 mV", 0..8, "\"+\" joins a pure number and a voltage; both must be of one kind"),
            ("2 * jota", 4..8, "unknown name \"jota\": neither a parameter nor a unit"),
            ("3 mVolt", 2..7, "unknown unit \"mVolt\""),
            ("(1 + 2", 6..6, "found the end, expected \")\""),
            ("expp(1)", 0..7, "unknown function \"expp\"; did you mean \"exp\"?"),
            ("exp(1 mV)", 0..9, "exp takes a pure number, found a voltage"),
            ("1 +* 2", 3..4, "found \"*\", expected a number, a name or \"(\""),
        ] {
            let error = Expression::parse(text)
                .and_then(|e| e.value(&Scope::default()).map(|_| ()))
                .unwrap_err();
            assert_eq!((error.to_string().as_str(), error.at), (message, at), "{text}");
        }
    }

    #[test]
    fn distributions_scale_and_shift() {
        let value = Expression::parse("20 mV - 20 mV * lognormal(0, 1)")
            .unwrap()
            .value(&Scope::default())
            .unwrap();
        let Value::Random(random) = value else { panic!("a number") };
        let d = random.numbers_in(Unit::parse("mV").unwrap());
        assert_eq!(d.shape, Shape::Lognormal { mu: 0.0, sigma: 1.0 });
        assert_eq!((d.scale, d.offset), (-20.0, 20.0));
        let volts = random.numbers_in(Unit::parse("V").unwrap());
        assert_eq!((volts.scale, volts.offset), (-0.02, 0.02));
    }

    #[test]
    fn deep_nesting_is_refused_instead_of_overflowing() {
        let text = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(Expression::parse(&text).unwrap_err().fault, ExpressionFault::Depth);
    }
}
