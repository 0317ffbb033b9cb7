//! Functions for time courses and profiles: bumps, steps, ramps, oscillations.
//!
//! Each has height 1; amplitudes are factors. Their first argument is often the time `t`, but may be
//! any quantity; positions and widths have its dimension.
//!
//! ```text
//! gaussian(x, c, s)            exp(−(x − c)²/2s²)
//! double_gaussian(x, c, r, d)  the same with s = r before c and s = d after it
//! ramp(x, a, b)                0 before a, (x − a)/(b − a), 1 after b
//! pulse(x, a, b)               1 for a ≤ x < b, else 0
//! plateau(x, a, b, w)          ¼ [1 + erf((x − a)/w)] [1 + erf((b − x)/w)]
//! smooth_step(x, a, w)         ½ [1 + erf((x − a)/w)]
//! staircase(x, a, l)           0 before a, then 1, 2, 3, … for l each
//! oscillation(x, a, f)         ½ [1 − cos 2πf(x − a)] from a on, 0 before
//! chirp(x, f₀, f₁, T)          sin 2π(f₀x + (f₁ − f₀)x²/2T)
//! mod(x, y)                    x − y·⌊x/y⌋
//! ```

use neuropil_core::units::Unit;
use neuropil_theory::special::erf;

use super::error::ExpressionFault;
use super::evaluate::Value;
use super::functions::FUNCTIONS;
use super::quantity::Quantity;

/// Instants that differ by less than this, relatively, are the same: times are products of steps.
const SAME: f64 = 1e-9;

fn reached(x: f64, at: f64) -> bool {
    x >= at - SAME * x.abs().max(at.abs())
}

/// The value for arguments in base units; `None` for an unknown name or number of arguments.
pub(super) fn value(name: &str, arguments: &[f64]) -> Option<f64> {
    let bump = |x: f64, c: f64, s: f64| (-0.5 * ((x - c) / s).powi(2)).exp();
    let tau = std::f64::consts::TAU;
    Some(match (name, arguments) {
        ("gaussian", [x, c, s]) => bump(*x, *c, *s),
        ("double_gaussian", [x, c, r, d]) => bump(*x, *c, if x < c { *r } else { *d }),
        ("ramp", [x, a, b]) if reached(*x, *b) => 1.0,
        ("ramp", [x, a, b]) => ((x - a) / (b - a)).clamp(0.0, 1.0),
        ("pulse", [x, a, b]) => f64::from(reached(*x, *a) && !reached(*x, *b)),
        ("plateau", [x, a, b, w]) => 0.25 * (1.0 + erf((x - a) / w)) * (1.0 + erf((b - x) / w)),
        ("smooth_step", [x, a, w]) => 0.5 * (1.0 + erf((x - a) / w)),
        ("staircase", [x, a, _]) if !reached(*x, *a) => 0.0,
        ("staircase", [x, a, l]) => 1.0 + ((x - a) / l + SAME).floor(),
        ("oscillation", [x, a, _]) if !reached(*x, *a) => 0.0,
        ("oscillation", [x, a, f]) => 0.5 * (1.0 - (tau * f * (x - a)).cos()),
        ("chirp", [x, f0, f1, t]) => (tau * (f0 * x + 0.5 * (f1 - f0) * x * x / t)).sin(),
        ("mod", [x, y]) => x - y * (x / y).floor(),
        _ => return None,
    })
}

/// Calls a function of this file, with dimensions checked.
pub(super) fn call(name: &str, arguments: &[Quantity]) -> Result<Value, ExpressionFault> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(ExpressionFault::Arity { function: name.into(), expected: 1, found: 0 });
    };
    let per = Unit { scale: 1.0, dimension: first.unit.dimension.map(|d| -d) };
    for (k, argument) in rest.iter().enumerate() {
        let frequency = matches!((name, k), ("oscillation", 1) | ("chirp", 0 | 1));
        let wanted = if frequency { per } else { first.unit };
        if !argument.unit.same_dimension(&wanted) {
            let known = FUNCTIONS.iter().find(|f| f.0 == name);
            return Err(ExpressionFault::Mismatch {
                operator: known.map_or("function", |f| f.0),
                left: Quantity { value: 0.0, unit: wanted }.kind(),
                right: argument.kind(),
            });
        }
    }
    let base = |q: &Quantity| q.number_in(Unit { scale: 1.0, ..q.unit });
    let numbers: Vec<f64> = arguments.iter().map(base).collect();
    let result = value(name, &numbers).unwrap_or(f64::NAN);
    // A remainder has the dimension of what was divided; everything else is a pure number.
    let unit = if name == "mod" { Unit { scale: 1.0, ..first.unit } } else { Unit::ONE };
    Ok(Value::Number(Quantity { value: result, unit }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Expression, Scope};

    fn at(text: &str, t_ms: f64) -> f64 {
        let mut scope = Scope::default();
        let ms = Unit::parse("ms").unwrap();
        scope.define("t", Value::Number(Quantity { value: t_ms, unit: ms }));
        match Expression::parse(text).unwrap().value(&scope).unwrap() {
            Value::Number(quantity) => quantity.pure_value(),
            Value::Random(_) => panic!("random"),
        }
    }

    #[test]
    fn courses_have_their_defining_values() {
        let half = 0.5f64.exp().recip();
        for (text, t_ms, expected) in [
            ("gaussian(t, 1 s, 100 ms)", 1000.0, 1.0),
            ("gaussian(t, 1 s, 100 ms)", 1100.0, half),
            ("double_gaussian(t, 1 s, 50 ms, 100 ms)", 950.0, half),
            ("double_gaussian(t, 1 s, 50 ms, 100 ms)", 1100.0, half),
            ("ramp(t, 100 ms, 300 ms)", 50.0, 0.0),
            ("ramp(t, 100 ms, 300 ms)", 150.0, 0.25),
            ("ramp(t, 100 ms, 300 ms)", 900.0, 1.0),
            ("pulse(t, 0.3 s, 0.4 s)", 299.9, 0.0),
            ("pulse(t, 0.3 s, 0.4 s)", 300.0, 1.0),
            ("pulse(t, 0.3 s, 0.4 s)", 400.0, 0.0),
            ("plateau(t, 300 ms, 1200 ms, 50 ms)", 750.0, 1.0),
            ("plateau(t, 300 ms, 1200 ms, 50 ms)", 300.0, 0.5),
            ("smooth_step(t, 300 ms, 50 ms)", 300.0, 0.5),
            ("staircase(t, 100 ms, 50 ms)", 99.0, 0.0),
            ("staircase(t, 100 ms, 50 ms)", 100.0, 1.0),
            ("staircase(t, 100 ms, 50 ms)", 201.0, 3.0),
            ("oscillation(t, 750 ms, 4 Hz)", 700.0, 0.0),
            ("oscillation(t, 750 ms, 4 Hz)", 875.0, 1.0),
            ("chirp(t, 2 Hz, 10 Hz, 2 s)", 125.0, (0.5625 * std::f64::consts::PI).sin()),
            ("mod(t, 30 ms) / (1 ms)", 100.0, 10.0),
            ("erf(0.5)", 0.0, 0.520_499_877_813_046_5),
        ] {
            let found = at(text, t_ms);
            assert!((found - expected).abs() < 1e-12, "{text} at {t_ms}: {found}");
        }
    }

    #[test]
    fn edges_lie_on_the_step_whatever_the_rounding_of_times() {
        for dt in [0.1, 0.05, 0.025, 0.3] {
            for step in 1..3000u32 {
                let edge =
                    format!("pulse(t, {} ms, 1000 s)", (f64::from(step) * dt * 1e9).round() / 1e9);
                if step % 97 == 0 {
                    assert_eq!(at(&edge, f64::from(step) * dt), 1.0, "{edge}");
                    assert_eq!(at(&edge, f64::from(step - 1) * dt), 0.0, "{edge}");
                }
            }
        }
    }

    #[test]
    fn dimensions_must_fit() {
        for (text, message) in [
            ("gaussian(1 s, 1 mV, 1 s)", "gaussian joins a time and a voltage"),
            ("oscillation(1 s, 1 s, 1 s)", "oscillation joins a frequency and a time"),
            ("gaussain(1, 1, 1)", "unknown function \"gaussain\"; did you mean \"gaussian\"?"),
            ("ramp(1 s, 2 s)", "ramp takes 3 arguments, found 2"),
        ] {
            let error = Expression::parse(text).unwrap().value(&Scope::default()).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
