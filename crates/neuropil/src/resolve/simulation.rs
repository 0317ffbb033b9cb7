//! `[simulation]`: how long, how finely, with which random numbers.

use neuropil_cable::Scheme;
use neuropil_core::Clock;

use super::context::clock_problem;
use super::fields::Fields;
use crate::experiment::Problem;
use crate::expression::Scope;

/// Seed if none is given.
const DEFAULT_SEED: u64 = 1;

/// Step of networks of point neurons `[ms]` if none is given.
const NETWORK_DT_MS: f64 = 0.1;

/// Step of cable cells `[ms]` if none is given.
const CABLE_DT_MS: f64 = 0.025;

/// Longest simulation `[steps]`: as far as a step is exact as a number, 28 000 years of 0.1 ms.
const MOST_STEPS: u64 = 1 << 53;

/// Schemes of the cable equation by name.
const SCHEMES: &[(&str, Scheme)] = &[
    ("crank_nicolson", Scheme::CrankNicolson),
    ("undamped_crank_nicolson", Scheme::UndampedCrankNicolson),
    ("backward_euler", Scheme::BackwardEuler),
];

/// What only cable cells have.
#[derive(Debug, Clone, Copy)]
pub(super) struct CableSettings {
    pub celsius: f64,
    pub scheme: Scheme,
    pub tables: bool,
}

/// Reads the section for cable cells.
pub(super) fn read_cable(
    fields: &Fields<'_>,
    scope: &Scope,
) -> Result<(Simulation, CableSettings), Problem> {
    let celsius = fields.get("celsius").map_or(Ok(6.3), |item| item.number(scope, "degC"))?;
    let scheme = match fields.get("scheme") {
        None => Scheme::default(),
        Some(item) => {
            let name = item.text("the name of a scheme")?;
            let found = SCHEMES.iter().find(|(known, _)| *known == name);
            let names = || SCHEMES.iter().map(|(known, _)| *known);
            found.map(|(_, s)| *s).ok_or_else(|| item.unknown_name("scheme", name, names()))?
        }
    };
    let tables = fields.get("tables").map_or(Ok(true), |item| item.boolean())?;
    Ok((read_with(fields, scope, CABLE_DT_MS)?, CableSettings { celsius, scheme, tables }))
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Simulation {
    pub clock: Clock,
    pub seed: u64,
    pub threads: Option<usize>,
    pub warmup_steps: u64,
    pub duration_steps: u64,
}

/// Reads the section for networks of point neurons.
pub(super) fn read(fields: &Fields<'_>, scope: &Scope) -> Result<Simulation, Problem> {
    read_with(fields, scope, NETWORK_DT_MS)
}

fn read_with(
    fields: &Fields<'_>,
    scope: &Scope,
    default_dt_ms: f64,
) -> Result<Simulation, Problem> {
    let clock = match fields.get("dt") {
        Some(item) => {
            Clock::new(item.number(scope, "ms")?).map_err(|source| clock_problem(&item, source))?
        }
        None => {
            Clock::new(default_dt_ms).map_err(|_| fields.unknown("dt", fields.span, &["dt"]))?
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
    let most = clock.ms(MOST_STEPS);
    if duration_steps.saturating_add(warmup_steps) > MOST_STEPS {
        let found = format!("{:e} ms", duration.number(scope, "ms")?);
        let expected = format!("at most {most:e} ms in steps of {:e} ms", clock.dt_ms());
        return Err(duration.out_of_range(found, expected));
    }
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
