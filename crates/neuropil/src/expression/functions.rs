//! Functions that expressions may call.

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;
use neuropil_network::description::Shape;

use super::error::ExpressionFault;
use super::evaluate::Value;
use super::quantity::Quantity;
use super::random::Random;

/// Every function: name, number of arguments, meaning.
pub const FUNCTIONS: &[(&str, usize, &str)] = &[
    ("exp", 1, "exponential of a pure number"),
    ("log", 1, "natural logarithm of a pure number"),
    ("log10", 1, "decimal logarithm of a pure number"),
    ("sin", 1, "sine of an angle"),
    ("cos", 1, "cosine of an angle"),
    ("erf", 1, "error function of a pure number"),
    ("tanh", 1, "hyperbolic tangent of a pure number"),
    ("lambertw", 1, "principal branch of Lambert's W"),
    ("lambertwm1", 1, "lower real branch of Lambert's W, for arguments in [-1/e, 0)"),
    ("sqrt", 1, "square root"),
    ("abs", 1, "magnitude"),
    ("floor", 1, "largest whole number not above a pure number"),
    ("ceil", 1, "smallest whole number not below a pure number"),
    ("round", 1, "nearest whole number, halves away from zero"),
    ("min", 2, "smaller of two"),
    ("max", 2, "larger of two"),
    ("heaviside", 1, "1 if the argument is not negative, else 0"),
    ("mod", 2, "remainder, with the sign of the second: dividend, divisor"),
    ("gaussian", 3, "bump of height 1: argument, centre, standard deviation"),
    ("double_gaussian", 4, "bump of height 1: argument, centre, width before and after it"),
    ("ramp", 3, "from 0 to 1 along a line: argument, begin, end"),
    ("pulse", 3, "1 between two instants, else 0: argument, begin, end"),
    ("plateau", 4, "1 between two instants with smooth edges: argument, begin, end, width"),
    ("smooth_step", 3, "from 0 to 1 along an error function: argument, middle, width"),
    ("staircase", 3, "0, then 1, 2, 3, …: argument, onset, length of a step"),
    ("oscillation", 3, "between 0 and 1 as a raised cosine: argument, onset, frequency"),
    ("chirp", 4, "sine of rising frequency: argument, first and last frequency, duration"),
    ("psp_exp", 3, "peak potential per current, exponential synapse: tau_m, tau_syn, C_m"),
    ("psp_alpha", 3, "peak potential per current, alpha synapse: tau_m, tau_syn, C_m"),
    ("normal", 2, "normal distribution: mean, standard deviation"),
    ("uniform", 2, "uniform distribution: lower and upper end"),
    ("lognormal", 2, "exp(N(mu, sigma²)): mu, sigma"),
    ("exponential", 1, "exponential distribution: mean"),
    ("clip", 3, "distribution with values outside moved to the border: distribution, min, max"),
    ("redraw", 3, "distribution with values outside drawn again: distribution, min, max"),
];

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, ExpressionFault> {
    let known = FUNCTIONS.iter().find(|(known, ..)| *known == name);
    let Some((_, expected, _)) = known else {
        let suggestion = suggestion(name, FUNCTIONS.iter().map(|f| f.0));
        return Err(ExpressionFault::UnknownFunction { name: name.into(), suggestion });
    };
    if *expected != arguments.len() {
        let found = arguments.len();
        return Err(ExpressionFault::Arity { function: name.into(), expected: *expected, found });
    }
    if matches!(name, "clip" | "redraw") {
        return bounded(name, arguments);
    }
    let numbers = arguments
        .iter()
        .map(|argument| match argument {
            Value::Number(quantity) => Ok(*quantity),
            Value::Random(_) => {
                Err(ExpressionFault::Random { what: format!("{name} of a distribution") })
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    match (name, numbers.as_slice()) {
        ("sqrt", [x]) => root(*x),
        ("abs", [x]) => Ok(Value::Number(Quantity { value: x.value.abs(), ..*x })),
        ("heaviside", [x]) => Ok(pure(f64::from(x.value >= 0.0))),
        ("min" | "max", [a, b]) => {
            alike(name, *a, *b)?;
            let first = (a.value <= b.number_in(a.unit)) == (name == "min");
            Ok(Value::Number(if first { *a } else { *b }))
        }
        ("psp_exp" | "psp_alpha", [tau_m, tau_syn, c_m]) => psp(name, *tau_m, *tau_syn, *c_m),
        ("normal" | "uniform", [a, b]) => {
            alike(name, *a, *b)?;
            let (first, second) = (a.value, b.number_in(a.unit));
            let shape = match name {
                "normal" => Shape::Normal { mean: first, sd: second },
                _ => Shape::Uniform { low: first, high: second },
            };
            Ok(Value::Random(Random::new(shape, a.unit)))
        }
        ("lognormal", [mu, sigma]) => {
            let (mu, sigma) = (pure_number(name, *mu)?, pure_number(name, *sigma)?);
            Ok(Value::Random(Random::new(Shape::Lognormal { mu, sigma }, Unit::ONE)))
        }
        ("exponential", [mean]) => {
            Ok(Value::Random(Random::new(Shape::Exponential { mean: mean.value }, mean.unit)))
        }
        (_, [x]) => elementary(name, pure_number(name, *x)?).map(pure),
        (_, several) => super::courses::call(name, several),
    }
}

pub(super) fn elementary(name: &str, x: f64) -> Result<f64, ExpressionFault> {
    Ok(match name {
        "exp" => x.exp(),
        "log" => x.ln(),
        "log10" => x.log10(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tanh" => x.tanh(),
        "erf" => neuropil_theory::special::erf(x),
        "lambertw" => lambert_w(x, false),
        "lambertwm1" => lambert_w(x, true),
        "floor" => x.floor(),
        "ceil" => x.ceil(),
        "round" => x.round(),
        _ => {
            return Err(ExpressionFault::UnknownFunction {
                name: name.into(),
                suggestion: String::new(),
            });
        }
    })
}

fn pure(value: f64) -> Value {
    Value::Number(Quantity::pure(value))
}

fn pure_number(function: &str, x: Quantity) -> Result<f64, ExpressionFault> {
    if x.is_pure() {
        Ok(x.pure_value())
    } else {
        Err(ExpressionFault::NotPure { function: function.into(), found: x.kind() })
    }
}

fn alike(name: &str, a: Quantity, b: Quantity) -> Result<(), ExpressionFault> {
    if a.unit.same_dimension(&b.unit) {
        return Ok(());
    }
    let operator = FUNCTIONS.iter().find(|f| f.0 == name).map_or("function", |f| f.0);
    Err(ExpressionFault::Mismatch { operator, left: a.kind(), right: b.kind() })
}

fn root(x: Quantity) -> Result<Value, ExpressionFault> {
    if x.unit.dimension.iter().any(|exponent| exponent % 2 != 0) {
        return Err(ExpressionFault::Root { found: x.kind() });
    }
    let unit = Unit { scale: x.unit.scale.sqrt(), dimension: x.unit.dimension.map(|e| e / 2) };
    Ok(Value::Number(Quantity { value: x.value.sqrt(), unit }))
}

fn bounded(name: &str, arguments: &[Value]) -> Result<Value, ExpressionFault> {
    let [Value::Random(random), Value::Number(min), Value::Number(max)] = arguments else {
        let what = format!("{name} takes a distribution and two numbers");
        return Err(ExpressionFault::Random { what });
    };
    for end in [min, max] {
        // Infinity has every dimension: `redraw(x, 0 pA, inf)`.
        if !end.unit.same_dimension(&random.unit) && end.value.is_finite() {
            alike(name, Quantity { value: 0.0, unit: random.unit }, *end)?;
        }
    }
    Ok(Value::Random(random.within(*min, *max, name == "redraw")))
}

/// Peak of the potential that a current of unit amplitude causes in a passive membrane.
fn psp(
    name: &str,
    tau_m: Quantity,
    tau_syn: Quantity,
    c_m: Quantity,
) -> Result<Value, ExpressionFault> {
    let ms = Unit { scale: 1e-3, dimension: [0, 0, 1, 0, 0, 0, 0] };
    for tau in [tau_m, tau_syn] {
        alike(name, Quantity { value: 0.0, unit: ms }, tau)?;
    }
    let (m, s) = (tau_m.number_in(ms), tau_syn.number_in(ms));
    let peak_ms = if name == "psp_exp" { psp_exp_ms(m, s) } else { psp_alpha_ms(m, s) };
    Ok(Value::Number(Quantity { value: peak_ms, unit: ms }.over(c_m)))
}

/// Peak of `∫ exp(−(t−u)/τ_m) exp(−u/τ_s) du` `[ms]`: times I/C it is the peak potential.
pub(crate) fn psp_exp_ms(m: f64, s: f64) -> f64 {
    if (m - s).abs() < 1e-9 * m {
        return m * (-1.0f64).exp();
    }
    let t = (s / m).ln() / (1.0 / m - 1.0 / s);
    m * s / (s - m) * ((-t / s).exp() - (-t / m).exp())
}

/// The same for `u/τ_s · exp(1 − u/τ_s)`; the peak time by Lambert's W
/// (Rotter & Diesmann 1999, doi:10.1007/s004220050570, for the response).
fn psp_alpha_ms(m: f64, s: f64) -> f64 {
    let e = std::f64::consts::E;
    if (m - s).abs() < 1e-6 * m {
        return 2.0 * m * e.powi(-1); // t²/2 · e/τ · exp(−t/τ) at its peak t = 2τ
    }
    let (a, b) = (m / s, 1.0 / s - 1.0 / m);
    // Both branches solve the condition; t = 0 is one root, the peak the other.
    let w = lambert_w(-(-1.0 / a).exp() / a, a > 1.0);
    let t = (-w - 1.0 / a) / b;
    e / (s * b) * (((-t / m).exp() - (-t / s).exp()) / b - t * (-t / s).exp())
}

/// Lambert's W: the `w` with `w·eʷ = x`, by Halley's iteration. NaN outside the branch.
fn lambert_w(x: f64, lower: bool) -> f64 {
    let edge = -(-1.0f64).exp();
    if x.is_nan() || x < edge - 1e-15 || (lower && x >= 0.0) {
        return f64::NAN;
    }
    let p = (2.0 * (std::f64::consts::E * x + 1.0)).max(0.0).sqrt();
    let mut w = match lower {
        true if x > -0.25 => (-x).ln() - (-(-x).ln()).ln(),
        true => -1.0 - p - p * p / 3.0,
        false if x < 0.5 => -1.0 + p - p * p / 3.0 + 11.0 / 72.0 * p.powi(3),
        false => x.ln_1p() * 0.7,
    };
    for _ in 0..60 {
        let (exp, next) = (w.exp(), w + 1.0);
        let f = w * exp - x;
        if f == 0.0 || next == 0.0 {
            break;
        }
        let step = f / (exp * next - (w + 2.0) * f / (2.0 * next));
        w -= step;
        if step.abs() <= 1e-16 * w.abs() {
            break;
        }
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambert_w_inverts_w_exp_w() {
        for w in [-0.99f64, -0.5, 0.0, 0.3, 1.0, 5.0] {
            let found = lambert_w(w * w.exp(), false);
            assert!((found - w).abs() < 1e-7 * w.abs().max(1e-3), "{w}: {found}");
        }
        for w in [-1.05f64, -1.5, -3.0, -10.0] {
            let found = lambert_w(w * w.exp(), true);
            assert!((found - w).abs() < 1e-12 * w.abs() / (w + 1.0).abs(), "{w}: {found}");
        }
        assert!(lambert_w(-1.0, false).is_nan());
    }

    #[test]
    fn peak_potentials_match_published_values() {
        // 1 pA into 1 pF, tau_syn 5 ms, tau_m 20 and 10 ms: Rostami et al. (2024) set-up.
        assert!((psp_exp_ms(20.0, 5.0) - 3.149_802_624_7).abs() < 1e-10);
        assert!((psp_exp_ms(10.0, 5.0) - 2.5).abs() < 1e-12);
        // Alpha synapse, 250 pF, 20 ms, 0.5 ms.
        assert!((psp_alpha_ms(20.0, 0.5) / 250.0 - 0.004_835_553_641_724_627).abs() < 1e-15);
        // Continuous where the two time constants meet.
        for peak in [psp_exp_ms as fn(f64, f64) -> f64, psp_alpha_ms] {
            assert!((peak(10.0, 10.0) / peak(10.0, 10.01) - 1.0).abs() < 1e-3);
            assert!((peak(10.0, 10.0) / peak(10.0, 9.99) - 1.0).abs() < 1e-3);
        }
    }
}
