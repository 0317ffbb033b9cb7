//! Values that change in time.
//!
//! | written | is |
//! |---|---|
//! | `"20 pA"` | a constant |
//! | `"4 Hz + 4 Hz * exp(-((t - 1 s) / (100 ms))^2 / 2)"` | an expression of the time `t`, evaluated at every step |
//! | `{ times = ["10 ms", "20 ms"], values = ["1 pA", "0 pA"] }` | steps, 0 before the first |
//! | the same with `smoothing = "50 ms"` | smoothed by a Gaussian of that standard deviation |
//! | `{ mean = "8 Hz", sd = "2 Hz", tau = "20 ms" }` | an Ornstein–Uhlenbeck process, the same for all neurons |
//! | `{ offset = …, amplitude = …, frequency = …, phase = "90 deg" }` | a sine, `t` from the beginning |
//! | `{ file = "noise.npy", every = "0.1 ms" }` or `{ values = […], every = … }` | samples, joined by lines |

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{Waveform, Window};
use neuropil_theory::special::erf;

use super::context::Context;
use super::fields::{Amount, Fields, Item};
use crate::experiment::{Problem, Written};
use crate::expression::{Expression, Quantity, Value};

/// Most samples that an expression of time is evaluated at.
const MAX_SAMPLES: u64 = 50_000_000;

/// Reads a waveform, values in `unit`.
pub(super) fn read(item: &Item<'_>, unit: &str, context: &Context) -> Result<Waveform, Problem> {
    if item.is_table() {
        let fields = item.fields()?;
        let waveform = table(&fields, unit, context)?;
        fields.finish()?;
        return Ok(waveform);
    }
    if let Written::Text(text) = &item.node.value {
        let expression = item.expression(text)?;
        if expression.names().contains("t") && context.scope.get("t").is_none() {
            return of_time(item, &expression, unit, context);
        }
    }
    let value = item.number_where(&context.scope, unit, "a finite number", |_| true)?;
    Ok(Waveform::Constant(value))
}

/// Reads a waveform from the keys of a table.
pub(super) fn table(
    fields: &Fields<'_>,
    unit: &str,
    context: &Context,
) -> Result<Waveform, Problem> {
    if let Some(times) = fields.get("times") {
        let values = fields.need("values", "a value for every time")?;
        let sd_ms = smoothing(fields, context)?;
        let held = steps(&times, &values, unit, context)?;
        return Ok(if sd_ms > 0.0 { smooth_steps(&held, sd_ms, context) } else { held });
    }
    if fields.get("tau").is_some() {
        return ornstein_uhlenbeck(fields, unit, context);
    }
    if fields.get("frequency").is_some() {
        return sine(fields, unit, context);
    }
    let samples = match (fields.get("file"), fields.get("values")) {
        (Some(file), _) => Some((file.clone(), context.numbers(&file)?.values)),
        (None, Some(list)) => Some((list.clone(), list.numbers(&context.scope, unit)?)),
        (None, None) => None,
    };
    let Some((item, values)) = samples else {
        // Asking makes the keys known, and says the first that is lacking.
        return match fields.get("amplitude") {
            Some(item) => read(&item, unit, context),
            None => Err(fields
                .need("values", "values, a file or a frequency")
                .err()
                .unwrap_or_else(|| fields.unknown("values", fields.span, &["values"]))),
        };
    };
    if values.is_empty() {
        return Err(item.out_of_range("no value", "at least one"));
    }
    let every = fields.need("every", "the time between two samples")?;
    let every_ms =
        every.number_where(&context.scope, "ms", "a time above 0", |every| every > 0.0)?;
    let sd_ms = smoothing(fields, context)?;
    let values = if sd_ms > 0.0 { smooth(&values, sd_ms / every_ms) } else { values };
    Ok(Waveform::Sampled { every_ms, values })
}

/// `modulation`: a factor that may change in time.
pub(super) fn modulated(
    waveform: Waveform,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Waveform, Problem> {
    match fields.get("modulation") {
        None => Ok(waveform),
        Some(item) => product(&item, waveform, read(&item, "", context)?, context),
    }
}

/// The product of two courses; sampled at every step unless one of them is constant.
pub(super) fn product(
    item: &Item<'_>,
    a: Waveform,
    b: Waveform,
    context: &Context,
) -> Result<Waveform, Problem> {
    let (course, factor) = match (a, b) {
        (course, Waveform::Constant(factor)) | (Waveform::Constant(factor), course) => {
            return Ok(scaled(course, factor));
        }
        both => both,
    };
    if context.end_step > MAX_SAMPLES {
        let what = format!("products of courses are limited to {MAX_SAMPLES} steps");
        return Err(item.unsupported(what));
    }
    let dt_ms = context.clock.dt_ms();
    let at = |step| course.at(step, dt_ms) * factor.at(step, dt_ms);
    Ok(Waveform::Sampled { every_ms: dt_ms, values: (0..=context.end_step).map(at).collect() })
}

/// The lowest and the highest value of a course while it acts, each with its step.
pub(super) fn extremes(course: &Waveform, window: Window, context: &Context) -> [(u64, f64); 2] {
    let (clock, start) = (context.clock, window.start.min(context.end_step));
    let value = |step| (step, course.at(step, clock.dt_ms()));
    let mut found = [value(start); 2];
    if !matches!(course, Waveform::Constant(_)) {
        for (step, value) in (start..=window.stop.min(context.end_step)).map(value) {
            if value < found[0].1 {
                found[0] = (step, value);
            }
            if value > found[1].1 {
                found[1] = (step, value);
            }
        }
    }
    found
}

/// A course times a number.
pub(super) fn scaled(course: Waveform, factor: f64) -> Waveform {
    let all = |values: Vec<f64>| values.into_iter().map(|value| value * factor).collect();
    match course {
        Waveform::Constant(value) => Waveform::Constant(value * factor),
        Waveform::Steps { steps, values } => Waveform::Steps { steps, values: all(values) },
        Waveform::Sine { offset, amplitude, frequency_hz, phase_deg } => Waveform::Sine {
            offset: offset * factor,
            amplitude: amplitude * factor,
            frequency_hz,
            phase_deg,
        },
        Waveform::Sampled { every_ms, values } => {
            Waveform::Sampled { every_ms, values: all(values) }
        }
    }
}

/// `smoothing`: the standard deviation of a Gaussian `[ms]`, 0 for none.
fn smoothing(fields: &Fields<'_>, context: &Context) -> Result<f64, Problem> {
    fields.get("smoothing").map_or(Ok(0.0), |item| {
        item.number_where(&context.scope, "ms", "a time of at least 0", |sd| sd >= 0.0)
    })
}

/// Steps, smoothed exactly: each becomes an error function. A step at 0 has always been there.
fn smooth_steps(held: &Waveform, sd_ms: f64, context: &Context) -> Waveform {
    let Waveform::Steps { steps, values } = held else { return held.clone() };
    let (clock, width) = (context.clock, std::f64::consts::SQRT_2 * sd_ms);
    let at = |step: u64| {
        let mut before = 0.0;
        let mut sum = 0.0;
        for (at, value) in steps.iter().zip(values) {
            let x = (clock.ms(step) - clock.ms(*at)) / width;
            sum += (value - before) * if *at == 0 { 1.0 } else { 0.5 * (1.0 + erf(x)) };
            before = *value;
        }
        sum
    };
    let values = (0..=context.end_step).map(at).collect();
    Waveform::Sampled { every_ms: clock.dt_ms(), values }
}

/// Samples, smoothed by a Gaussian of `sd` samples; the ends are held.
fn smooth(values: &[f64], sd: f64) -> Vec<f64> {
    let reach = ((5.0 * sd).ceil() as usize).min(values.len());
    let kernel: Vec<f64> = (0..=reach).map(|k| (-0.5 * (k as f64 / sd).powi(2)).exp()).collect();
    let total = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    let last = values.len() - 1;
    let at = |k: usize| {
        let sides = (1..=reach)
            .map(|d| kernel[d] * (values[k.saturating_sub(d)] + values[(k + d).min(last)]));
        (kernel[0] * values[k] + sides.sum::<f64>()) / total
    };
    (0..values.len()).map(at).collect()
}

/// `dx = (mean − x) dt/τ + sd √(2/τ) dW`, stationary from the beginning, exact at every step
/// (Gillespie 1996, doi:10.1103/PhysRevE.54.2084).
fn ornstein_uhlenbeck(
    fields: &Fields<'_>,
    unit: &str,
    context: &Context,
) -> Result<Waveform, Problem> {
    let scope = &context.scope;
    let number = |key, unit: &str, expected: &'static str, least: f64| {
        let item = fields.need(key, expected)?;
        item.number_where(scope, unit, expected, |value| value >= least)
    };
    let mean = number("mean", unit, "the mean of the process", f64::NEG_INFINITY)?;
    let sd = number("sd", unit, "the standard deviation of the process, at least 0", 0.0)?;
    let tau_ms = number("tau", "ms", "the correlation time of the process, above 0", 1e-9)?;
    if context.end_step > MAX_SAMPLES {
        let what = format!("random courses are limited to {MAX_SAMPLES} steps");
        return Err(fields.need("tau", "a time")?.unsupported(what));
    }
    let decay = (-context.clock.dt_ms() / tau_ms).exp();
    let kick = (1.0 - decay * decay).sqrt();
    let key = key(context.seed, &format!("course of {}", fields.place), 0);
    let mut stream = Stream::new(key, 0);
    let mut x = stream.normal();
    let mut values = Vec::with_capacity(context.end_step as usize + 1);
    for _ in 0..=context.end_step {
        values.push(mean + sd * x);
        x = decay * x + kick * stream.normal();
    }
    Ok(Waveform::Sampled { every_ms: context.clock.dt_ms(), values })
}

fn sine(fields: &Fields<'_>, unit: &str, context: &Context) -> Result<Waveform, Problem> {
    let scope = &context.scope;
    let finite = |key, unit: &str| {
        fields
            .get(key)
            .map_or(Ok(0.0), |item| item.number_where(scope, unit, "a finite number", |_| true))
    };
    fields.need("amplitude", "the amplitude of the sine")?;
    let phase_deg = fields.get("phase").map_or(Ok(0.0), |item| degrees(&item, context))?;
    Ok(Waveform::Sine {
        offset: finite("offset", unit)?,
        amplitude: finite("amplitude", unit)?,
        frequency_hz: finite("frequency", "Hz")?,
        phase_deg,
    })
}

/// An angle; a plain number is in degrees.
pub(super) fn degrees(item: &Item<'_>, context: &Context) -> Result<f64, Problem> {
    match item.free(&context.scope)? {
        Value::Number(angle) if angle.unit == neuropil_core::units::Unit::ONE => Ok(angle.value),
        Value::Number(angle) if angle.is_pure() => Ok(angle.pure_value().to_degrees()),
        _ => Err(item.wrong("an angle such as \"90 deg\"")),
    }
}

fn steps(
    times: &Item<'_>,
    values: &Item<'_>,
    unit: &str,
    context: &Context,
) -> Result<Waveform, Problem> {
    let steps = times
        .items()
        .iter()
        .map(|item| context.on_grid(item, "a step of the current"))
        .collect::<Result<Vec<_>, _>>()?;
    let values_read = values.numbers(&context.scope, unit)?;
    if values_read.len() != steps.len() {
        let found = format!("{} values", values_read.len());
        return Err(values.out_of_range(found, format!("one for each of {} times", steps.len())));
    }
    if !steps.is_sorted_by(|a, b| a < b) {
        return Err(times.out_of_range("times out of order", "strictly ascending times"));
    }
    Ok(Waveform::Steps { steps, values: values_read })
}

/// Evaluates an expression of `t` at every step, up to the end of the simulation.
fn of_time(
    item: &Item<'_>,
    expression: &Expression,
    unit: &str,
    context: &Context,
) -> Result<Waveform, Problem> {
    if context.end_step > MAX_SAMPLES {
        let what = format!("expressions of time are limited to {MAX_SAMPLES} steps; use a file");
        return Err(item.unsupported(what));
    }
    let mut scope = context.scope.clone();
    let ms = super::fields::known_unit("ms");
    let unit = super::fields::known_unit(unit);
    let mut values = Vec::with_capacity(context.end_step as usize + 1);
    for step in 0..=context.end_step {
        let time = Quantity { value: context.clock.ms(step), unit: ms };
        scope.define("t", Value::Number(time));
        let value = expression.value(&scope).map_err(|error| item.expression_problem(error))?;
        match item.in_unit(value, unit)? {
            Amount::Fixed(value) if value.is_finite() => values.push(value),
            Amount::Fixed(value) => {
                let found = format!("{value} at {} ms", time.value);
                return Err(item.out_of_range(found, "a finite value at all times"));
            }
            Amount::Drawn(_) => return Err(item.wrong("an expression without a distribution")),
        }
    }
    Ok(Waveform::Sampled { every_ms: context.clock.dt_ms(), values })
}
