//! Values that change in time.
//!
//! | written | is |
//! |---|---|
//! | `"20 pA"` | a constant |
//! | `"4 Hz + 4 Hz * exp(-((t - 1 s) / (100 ms))^2 / 2)"` | an expression of the time `t`, evaluated at every step |
//! | `{ times = ["10 ms", "20 ms"], values = ["1 pA", "0 pA"] }` | steps, 0 before the first |
//! | `{ offset = …, amplitude = …, frequency = …, phase = "90 deg" }` | a sine, `t` from the beginning |
//! | `{ file = "noise.npy", every = "0.1 ms" }` or `{ values = […], every = … }` | samples, joined by lines |

use neuropil_network::description::Waveform;

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
        return steps(&times, &values, unit, context);
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
    Ok(Waveform::Sampled { every_ms, values })
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
