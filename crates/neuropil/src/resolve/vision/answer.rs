//! What the units of an input of kind `visual` make of their drive.
//!
//! ```toml
//! temporal = { tau = "8 ms", order = 5, latency = "30 ms" }
//! baseline = "1 Hz"
//! gain = "40 Hz"
//! threshold = 0.05
//! exponent = 2
//! semi_saturation = 0.2             # divides by σⁿ + …
//! pool = "own"                      # its own drive, or that of the "population"
//! ```
//!
//! | `temporal` | is |
//! |---|---|
//! | `{ tau, order }` | a gamma density; order 1, a low pass, if none is written |
//! | `{ tau, order, second = { tau, order, weight } }` | that minus another |
//! | `{ tau, adaptation, fraction }` | a low pass that adapts to a fraction of its answer |
//!
//! Each may have a `latency`, and `rectified = true` for a drive that is half-wave rectified before the
//! filter.

use neuropil_vision::nonlinearity::Pool;
use neuropil_vision::temporal::{Gamma, Kernel, MOST_ORDER};
use neuropil_vision::{Nonlinearity, Temporal};

use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::Fields;

/// Keys of this file.
pub(super) const KEYS: &[&str] =
    &["temporal", "baseline", "gain", "threshold", "exponent", "semi_saturation", "pool"];

/// Reads `temporal`; the drive as it is without it.
pub(super) fn temporal(fields: &Fields<'_>, context: &Context) -> Result<Temporal, Problem> {
    let Some(item) = fields.get("temporal") else { return Ok(Temporal::default()) };
    let table = item.fields()?;
    let scope = &context.scope;
    let latency = table.get("latency").map_or(Ok(0.0), |item| {
        item.number_where(scope, "ms", "a time of at least 0 ms", |ms| ms >= 0.0)
    })?;
    let rectified = table.get("rectified").map_or(Ok(false), |item| item.boolean())?;
    let kernel = if table.get("tau").is_none() {
        for key in ["order", "second", "adaptation", "fraction"] {
            if table.get(key).is_some() {
                table.need("tau", "a time constant such as \"10 ms\"")?;
            }
        }
        Kernel::Instant
    } else if let Some(adaptation) = table.get("adaptation") {
        let time = |item: &crate::resolve::fields::Item<'_>| {
            item.number_where(scope, "ms", "a time of at least 0.001 ms", |ms| ms >= 1e-3)
        };
        let fraction = table.need("fraction", "the share of the answer that remains")?;
        let expected = "a share above 0 and at most 1";
        Kernel::Adapting {
            tau_ms: time(&table.need("tau", "a time constant")?)?,
            adaptation_ms: time(&adaptation)?,
            fraction: fraction.number_where(scope, "", expected, |f| f > 0.0 && f <= 1.0)?,
        }
    } else {
        let first = gamma(&table, context)?;
        match table.get("second") {
            None => Kernel::Gamma(first),
            Some(item) => {
                let second = item.fields()?;
                let weight = second.need("weight", "its integral over that of the first")?;
                let weight = weight.number_where(scope, "", "at least 0", |w| w >= 0.0)?;
                let kernel = Kernel::Biphasic { first, second: gamma(&second, context)?, weight };
                second.finish()?;
                kernel
            }
        }
    };
    table.finish()?;
    Ok(Temporal { kernel, delay_ms: latency, rectified })
}

fn gamma(table: &Fields<'_>, context: &Context) -> Result<Gamma, Problem> {
    let tau = table.need("tau", "a time constant such as \"10 ms\"")?;
    let order = table.get("order");
    let order = order.map_or(Ok(1), |i| i.whole(&context.scope, 1, u64::from(MOST_ORDER)))?;
    let tau_ms =
        tau.number_where(&context.scope, "ms", "a time of at least 0.001 ms", |ms| ms >= 1e-3)?;
    Ok(Gamma { order: order as u32, tau_ms })
}

/// Reads the static nonlinearity.
pub(super) fn nonlinearity(
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Nonlinearity, Problem> {
    let scope = &context.scope;
    let number = |key, unit: &str, default: f64, expected: &str, admits: fn(f64) -> bool| {
        fields.get(key).map_or(Ok(default), |item| item.number_where(scope, unit, expected, admits))
    };
    let gain = fields.need("gain", "the rate that a drive of 1 adds, such as \"40 Hz\"")?;
    let half = fields.get("semi_saturation");
    let half = half.map(|item| item.number_where(scope, "", "a drive above 0", |v| v > 0.0));
    let pool = match (half.transpose()?, fields.get("pool")) {
        (None, None) => Pool::None,
        (None, Some(_)) => {
            fields.need("semi_saturation", "the drive that halves an answer")?;
            Pool::None
        }
        (Some(half), None) => Pool::Own(half),
        (Some(half), Some(item)) => match item.text("\"own\" or \"population\"")? {
            "own" => Pool::Own(half),
            "population" => Pool::Population(half),
            other => return Err(item.unknown_name("pool", other, ["own", "population"])),
        },
    };
    Ok(Nonlinearity {
        baseline_hz: number("baseline", "Hz", 0.0, "a rate of at least 0 Hz", |r| r >= 0.0)?,
        gain_hz: gain.number_where(scope, "Hz", "a finite rate", |_| true)?,
        threshold: number("threshold", "", 0.0, "a finite drive", |_| true)?,
        exponent: number("exponent", "", 1.0, "an exponent above 0", |n| n > 0.0)?,
        pool,
    })
}
