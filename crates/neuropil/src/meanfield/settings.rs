//! The `[meanfield]` section.

use std::collections::BTreeMap;
use std::path::Path;

use neuropil_theory::{FittedRange, Threshold, stored};

use super::transfer::file;
use crate::experiment::{Experiment, ExperimentError, Problem, Span};
use crate::resolve::Model;
use crate::resolve::reading::{Fields, Item};

/// A transfer function that the experiment names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    /// One that came with the crate.
    Published(String),
    /// One from a file that `neuropil transfer` wrote.
    Fitted { threshold: Threshold, range: FittedRange },
}

/// What to predict, and from what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    /// Step at which inputs are taken.
    pub at_step: u64,
    /// Published or fitted transfer functions by population.
    pub transfer: BTreeMap<String, Named>,
    /// Time over which rates are counted, for predictions over time `[ms]`.
    pub time_constant_ms: f64,
    /// Seed of simulated transfer functions.
    pub seed: u64,
}

pub(super) fn read(
    experiment: &Experiment,
    model: &Model,
    at_ms: Option<f64>,
) -> Result<Settings, ExperimentError> {
    section(experiment, model, at_ms).map_err(|problem| experiment.error(problem))
}

fn section(
    experiment: &Experiment,
    model: &Model,
    at_ms: Option<f64>,
) -> Result<Settings, Problem> {
    let clock = model.network.clock;
    let mut settings = Settings {
        at_step: model.warmup_steps,
        transfer: BTreeMap::new(),
        time_constant_ms: 5.0,
        seed: model.network.seed,
    };
    let top = Fields::new(experiment.root(), Span::default(), "");
    if let Some(item) = top.get("meanfield") {
        let fields = item.fields()?;
        if let Some(item) = fields.get("at") {
            let admits = |ms| ms >= 0.0;
            let ms =
                item.number_where(&model.parameters, "ms", "a time of at least 0 ms", admits)?;
            settings.at_step = (ms / clock.dt_ms()).round() as u64;
        }
        if let Some(item) = fields.get("time_constant") {
            let admits = |ms: f64| ms > 0.0 && ms.is_finite();
            let expected = "a time of more than 0 ms";
            settings.time_constant_ms =
                item.number_where(&model.parameters, "ms", expected, admits)?;
        }
        if let Some(item) = fields.get("transfer") {
            settings.transfer = transfers(&item, model, &experiment.folder())?;
        }
        fields.finish()?;
    }
    if let Some(ms) = at_ms {
        settings.at_step = (ms.max(0.0) / clock.dt_ms()).round() as u64;
    }
    Ok(settings)
}

fn transfers(
    item: &Item<'_>,
    model: &Model,
    folder: &Path,
) -> Result<BTreeMap<String, Named>, Problem> {
    let fields = item.fields()?;
    let names: Vec<&str> = model.network.populations.iter().map(|p| p.name.as_str()).collect();
    let known = stored::threshold_names();
    let mut found = BTreeMap::new();
    for (population, span, item) in fields.entries() {
        if !names.contains(&population) {
            return Err(fields.unknown(population, span, &names));
        }
        let name = item.text("the name of a transfer function")?;
        if name.ends_with(".toml") {
            let (threshold, range) = file::read(&folder.join(name), population)
                .map_err(|fault| item.out_of_range(fault, "a file that neuropil transfer wrote"))?;
            found.insert(population.to_owned(), Named::Fitted { threshold, range });
            continue;
        }
        if !known.contains(&name) {
            return Err(item.unknown_name("transfer function", name, known.iter().copied()));
        }
        found.insert(population.to_owned(), Named::Published(name.to_owned()));
    }
    Ok(found)
}
