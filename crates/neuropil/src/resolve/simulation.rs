//! `[simulation]`: how long, how finely, with which random numbers.

use neuropil_core::Clock;

use super::context::clock_problem;
use super::fields::Fields;
use crate::experiment::Problem;
use crate::expression::Scope;

/// Seed if none is given.
const DEFAULT_SEED: u64 = 1;

/// Step `[ms]` if none is given.
const DEFAULT_DT_MS: f64 = 0.1;

#[derive(Debug, Clone, Copy)]
pub(super) struct Simulation {
    pub clock: Clock,
    pub seed: u64,
    pub threads: Option<usize>,
    pub warmup_steps: u64,
    pub duration_steps: u64,
}

pub(super) fn read(fields: &Fields<'_>, scope: &Scope) -> Result<Simulation, Problem> {
    let clock = match fields.get("dt") {
        Some(item) => {
            Clock::new(item.number(scope, "ms")?).map_err(|source| clock_problem(&item, source))?
        }
        None => {
            Clock::new(DEFAULT_DT_MS).map_err(|_| fields.unknown("dt", fields.span, &["dt"]))?
        }
    };
    let steps = |item: super::fields::Item<'_>, what: &'static str| {
        let ms = item.number(scope, "ms")?;
        clock.on_grid(what, ms).map_err(|source| clock_problem(&item, source))
    };
    let duration = fields.need("duration", "the time to simulate, such as \"1 s\"")?;
    let duration_steps = steps(duration.clone(), "duration")?;
    if duration_steps == 0 {
        return Err(duration.out_of_range("0 ms", format!("at least {} ms", clock.dt_ms())));
    }
    let warmup_steps = fields.get("warmup").map_or(Ok(0), |item| steps(item, "warm-up"))?;
    let seed = fields
        .get("seed")
        .map_or(Ok(DEFAULT_SEED), |item| item.whole(scope, 0, i64::MAX as u64))?;
    let threads = fields
        .get("threads")
        .map(|item| item.whole(scope, 1, 1024).map(|threads| threads as usize))
        .transpose()?;
    fields.finish()?;
    Ok(Simulation { clock, seed, threads, warmup_steps, duration_steps })
}
