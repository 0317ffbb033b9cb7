//! Distributions written as tables: `{ normal = ["-58 mV", "10 mV"], min = "-70 mV", redraw = true }`.

use neuropil_core::units::Unit;
use neuropil_network::description::{Bounds, Distribution, Shape};

use super::fields::{Amount, Item};
use crate::experiment::Problem;
use crate::expression::Scope;

/// Reads a table with one of `normal`, `uniform`, `lognormal`, `exponential`; `scale` and `offset`
/// apply to the drawn value, then `min` and `max`, which clip unless `redraw` is true.
pub(super) fn table(item: &Item<'_>, scope: &Scope, unit: Unit) -> Result<Amount, Problem> {
    let fields = item.fields()?;
    let in_unit = |item: &Item<'_>| -> Result<f64, Problem> {
        match item.in_unit(item.free(scope)?, unit)? {
            Amount::Fixed(value) => Ok(value),
            Amount::Drawn(_) => Err(item.wrong("a number")),
        }
    };
    let two = |item: &Item<'_>| -> Result<(f64, f64), Problem> {
        match item.items().as_slice() {
            [first, second] if item.is_list() => Ok((in_unit(first)?, in_unit(second)?)),
            _ => Err(item.wrong("a list of two numbers")),
        }
    };
    let spread = |item: &Item<'_>, sd: f64| {
        if sd >= 0.0 { Ok(sd) } else { Err(item.out_of_range(sd, "a spread of at least 0")) }
    };
    let mut shape = None;
    if let Some(item) = fields.get("normal") {
        let (mean, sd) = two(&item)?;
        shape = Some(Shape::Normal { mean, sd: spread(&item, sd)? });
    }
    if let Some(item) = fields.get("uniform") {
        let (low, high) = two(&item)?;
        if !(low <= high) {
            return Err(item.out_of_range(format!("{low} above {high}"), "lower, then upper end"));
        }
        shape = Some(Shape::Uniform { low, high });
    }
    if let Some(item) = fields.get("lognormal") {
        let [mu, sigma] = item.numbers(scope, "")?[..] else {
            return Err(item.wrong("a list of two numbers: mean and spread of the logarithm"));
        };
        shape = Some(Shape::Lognormal { mu, sigma: spread(&item, sigma)? });
    }
    if let Some(item) = fields.get("exponential") {
        let mean = in_unit(&item)?;
        if !(mean > 0.0) {
            return Err(item.out_of_range(mean, "a mean above 0"));
        }
        shape = Some(Shape::Exponential { mean });
    }
    let scale = fields.get("scale").map(|item| in_unit(&item)).transpose()?;
    let offset = fields.get("offset").map(|item| in_unit(&item)).transpose()?;
    let min = fields.get("min").map(|item| in_unit(&item)).transpose()?;
    let max = fields.get("max").map(|item| in_unit(&item)).transpose()?;
    let redraw = fields.get("redraw").map(|item| item.boolean()).transpose()?.unwrap_or(false);
    fields.finish()?;
    let shape = shape
        .ok_or_else(|| item.wrong("a number or one of normal, uniform, lognormal, exponential"))?;
    let bounds = match (min, max) {
        (None, None) => Bounds::None,
        (min, max) => {
            let (min, max) = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
            if !(min <= max) {
                return Err(item.out_of_range(format!("min {min} above max {max}"), "min ≤ max"));
            }
            if redraw { Bounds::Redraw { min, max } } else { Bounds::Clip { min, max } }
        }
    };
    Ok(Amount::Drawn(Distribution {
        shape,
        scale: scale.unwrap_or(1.0),
        offset: offset.unwrap_or(0.0),
        bounds,
    }))
}
