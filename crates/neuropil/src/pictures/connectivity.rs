//! Who projects to whom, and how much.

use neuropil_core::names::suggestion;
use neuropil_plot::kinds::matrix;
use neuropil_plot::{ColorMap, Panel};
use neuropil_record::ResultFile;
use serde_json::Value;

use super::PictureError;
use crate::resolve::PlotRequest;

/// What a matrix may show, and what its colour bar says.
const SHOWN: [(&str, &str); 3] = [
    ("indegree", "synapses per target"),
    ("synapses", "synapses"),
    ("probability", "synapses per pair"),
];

/// Expected synapses between populations, as a matrix.
pub(super) fn matrix_of(result: &ResultFile, request: &PlotRequest) -> Result<Panel, PictureError> {
    let of = if request.of.is_empty() { SHOWN[0].0 } else { &request.of };
    let Some((_, label)) = SHOWN.iter().find(|(name, _)| *name == of) else {
        let suggestion = suggestion(of, SHOWN.iter().map(|(name, _)| *name));
        let (name, variable) = (request.name.clone(), of.to_owned());
        return Err(PictureError::Variable { name, variable, suggestion });
    };
    let provenance = &result.metadata().provenance;
    let parameters: Value = serde_json::from_str(&provenance.parameters).unwrap_or_default();
    let connections = parameters["connections"].as_array();
    let Some(connections) = connections.filter(|connections| !connections.is_empty()) else {
        let (name, what) = (request.name.clone(), "connections");
        return Err(PictureError::NotRecorded { name, what });
    };
    let populations: Vec<(&str, f64)> = provenance
        .populations
        .iter()
        .filter(|p| request.populations.is_empty() || request.populations.contains(&p.name))
        .map(|p| (p.name.as_str(), p.size as f64))
        .collect();
    let between = |source: &str, target: &str| -> f64 {
        let these = connections.iter().filter(|c| c["source"] == source && c["target"] == target);
        these.filter_map(|c| c["synapses"].as_f64()).sum()
    };
    let projects = |name: &str| populations.iter().any(|(to, _)| between(name, to) > 0.0);
    let receives = |name: &str| populations.iter().any(|(from, _)| between(from, name) > 0.0);
    let sources: Vec<_> = populations.iter().filter(|(name, _)| projects(name)).collect();
    let targets: Vec<_> = populations.iter().filter(|(name, _)| receives(name)).collect();
    let value = |(source, from): &(&str, f64), (target, to): &(&str, f64)| {
        let synapses = between(source, target);
        match of {
            _ if synapses == 0.0 => f64::NAN,
            "synapses" => synapses,
            "probability" => synapses / (from * to),
            _ => synapses / to,
        }
    };
    let values: Vec<f64> =
        sources.iter().flat_map(|s| targets.iter().map(move |t| value(s, t))).collect();
    let rows: Vec<&str> = sources.iter().map(|(name, _)| *name).collect();
    let columns: Vec<&str> = targets.iter().map(|(name, _)| *name).collect();
    Ok(matrix(&rows, &columns, &values, label, ColorMap::Viridis)?)
}
