//! What a result says about its origin.

use std::path::PathBuf;

use neuropil_network::description::{Column, Connection, Dynamics, Network, Process, Rule};
use neuropil_network::engine::expected_synapses;
use neuropil_record::{InputFile, PopulationInfo, Provenance};
use serde_json::{Map, Value, json};

use super::failure::RunFailure;
use crate::experiment::Experiment;
use crate::expression;
use crate::expression::Scope;
use crate::resolve::{CableSetup, Model};

/// Everything needed to make the result again.
pub(super) fn of(experiment: &Experiment, model: &Model) -> Result<Provenance, RunFailure> {
    let populations = model.network.populations.iter();
    Ok(Provenance {
        experiment: experiment.text().into(),
        parameters: parameters(model).to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        seed: model.network.seed,
        populations: populations
            .map(|p| PopulationInfo {
                name: p.name.clone(),
                size: u64::from(p.size),
                model: model_name(&p.dynamics).into(),
            })
            .collect(),
        inputs: inputs(experiment, &model.files)?,
        warnings: model.warnings.clone(),
    })
}

/// The same for branching cells.
pub(super) fn of_cells(
    experiment: &Experiment,
    setup: &CableSetup,
) -> Result<Provenance, RunFailure> {
    let clock = setup.recordings.clock;
    let parameters = json!({
        "simulation": {
            "dt": clock.dt_ms(),
            "duration": clock.ms(setup.duration_steps),
            "warmup": clock.ms(setup.warmup_steps),
            "seed": setup.seed,
        },
        "parameters": named(&setup.parameters),
    });
    Ok(Provenance {
        experiment: experiment.text().into(),
        parameters: parameters.to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        seed: setup.seed,
        populations: setup
            .populations
            .iter()
            .map(|p| PopulationInfo {
                name: p.name.clone(),
                size: u64::from(p.size),
                model: format!("cell {}", p.cell),
            })
            .collect(),
        inputs: inputs(experiment, &setup.files)?,
        warnings: setup.warnings.clone(),
    })
}

/// Checksums of every file that was read beside the experiment.
fn inputs(experiment: &Experiment, files: &[PathBuf]) -> Result<Vec<InputFile>, RunFailure> {
    let mut inputs = Vec::new();
    // The experiment itself is stored as text; what it includes is stored by checksum.
    for source in experiment.sources().iter().skip(1) {
        let name = source.path.display().to_string();
        inputs.push(InputFile::from_bytes(name, source.text.as_bytes()));
    }
    for path in files {
        let file = InputFile::of(path.display().to_string(), path)
            .map_err(|source| RunFailure::Input { path: path.clone(), source })?;
        inputs.push(file);
    }
    Ok(inputs)
}

/// Name of a neuron model, or of a kind of source.
pub(super) fn model_name(dynamics: &Dynamics) -> &str {
    match dynamics {
        Dynamics::Model { model, .. } => model.name(),
        Dynamics::Trains(_) => "spike_trains",
        Dynamics::Generator(generator) => match generator.process {
            Process::Correlated { .. } => "correlated_sources",
            _ => "poisson_sources",
        },
    }
}

/// Name of a connection rule.
pub(super) fn rule_name(rule: &Rule) -> &'static str {
    match rule {
        Rule::AllToAll { .. } => "all_to_all",
        Rule::OneToOne => "one_to_one",
        Rule::FixedIndegree { .. } | Rule::SpatialIndegree { .. } => "fixed_indegree",
        Rule::FixedOutdegree { .. } => "fixed_outdegree",
        Rule::FixedTotalNumber { .. } => "fixed_total_number",
        Rule::PairwiseBernoulli { .. } | Rule::SpatialBernoulli { .. } => "pairwise_bernoulli",
        Rule::SymmetricPairwiseBernoulli { .. } => "symmetric_pairwise_bernoulli",
        Rule::Pairs { .. } => "pairs",
    }
}

fn parameters(model: &Model) -> Value {
    let network = &model.network;
    let clock = network.clock;
    let populations: Map<String, Value> = network
        .populations
        .iter()
        .map(|population| {
            let mut entry =
                json!({ "model": model_name(&population.dynamics), "size": population.size });
            if let Dynamics::Model { model, parameters, initial } = &population.dynamics {
                let known = model.parameters().into_iter().map(|p| {
                    let given = parameters.get(p.name).map(column);
                    (p.name.to_owned(), given.unwrap_or_else(|| json!(p.default)))
                });
                entry["params"] = Value::Object(known.collect());
                let given = initial.iter().map(|(name, values)| (name.clone(), column(values)));
                entry["initial"] = Value::Object(given.collect());
            }
            (population.name.clone(), entry)
        })
        .collect();
    json!({
        "simulation": {
            "dt": clock.dt_ms(),
            "duration": clock.ms(model.duration_steps),
            "warmup": clock.ms(model.warmup_steps),
            "seed": network.seed,
        },
        "parameters": named(&model.parameters),
        "populations": populations,
        "connections": connections(network),
    })
}

/// Who projects to whom, with the number of synapses to expect.
fn connections(network: &Network) -> Vec<Value> {
    let name = |population: usize| network.populations.get(population).map(|p| p.name.as_str());
    let one = |c: &Connection| {
        json!({
            "name": c.name,
            "source": name(c.source.population),
            "target": name(c.target.population),
            "rule": rule_name(&c.rule),
            "synapses": expected_synapses(c),
        })
    };
    network.connections.iter().map(one).collect()
}

/// Named quantities.
fn named(scope: &Scope) -> Map<String, Value> {
    scope
        .iter()
        .map(|(name, value)| {
            let text = match value {
                expression::Value::Number(quantity) if quantity.is_pure() => {
                    json!(quantity.pure_value())
                }
                expression::Value::Number(quantity) => {
                    json!({ "value": quantity.value, "unit": quantity.unit.to_string() })
                }
                expression::Value::Random(random) => {
                    json!(format!("{:?}", random.distribution))
                }
            };
            (name.to_owned(), text)
        })
        .collect()
}

/// One value, or what is known of many: a file of parameters must not become a file of arrays.
fn column(column: &Column) -> Value {
    match column {
        Column::Same(value) => json!(value),
        Column::Each(values) => {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
            json!({ "values": values.len(), "mean": mean, "sd": variance.sqrt() })
        }
    }
}
