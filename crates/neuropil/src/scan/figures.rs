//! The figures that every point of a scan gives.

use crate::analyze::figures::{self, Named};
use crate::experiment::{Experiment, ExperimentError};
use crate::run::Summary;

/// Figures of every point, whatever it records.
const OF_RUN: [&str; 4] = ["synapses", "spikes", "build_s", "simulate_s"];

/// Names of all figures: of the run, of every population, and of the analysis if the experiment has
/// one.
pub(super) fn names(experiment: &Experiment) -> Result<Vec<Named>, ExperimentError> {
    let (populations, recordings, analysis) = if experiment.has_cells() {
        let setup = experiment.cables()?;
        let names: Vec<String> = setup.populations.into_iter().map(|p| p.name).collect();
        (names, setup.recordings, setup.analysis)
    } else {
        let model = experiment.network()?;
        let named = crate::run::modelled(&model.network);
        let names = named.map(|p| p.name.clone()).collect();
        (names, crate::run::declare(&model.network), model.analysis)
    };
    let of_run = |key: &str| {
        let (words, unit) = figures::described(key, "");
        Named { name: key.into(), words, unit }
    };
    let mut all: Vec<Named> = OF_RUN.iter().map(|key| of_run(key)).collect();
    for population in &populations {
        all.extend(["rate_hz", "cv_isi"].map(|key| Named::new(population, key, "")));
    }
    if let Some(request) = analysis {
        let more = figures::names(&recordings, &request);
        all.extend(more.into_iter().filter(|figure| !figure.name.ends_with(".rate_hz")));
    }
    Ok(all)
}

/// The figure of that name of one run; `None` if it is not defined.
pub(super) fn value(summary: &Summary, name: &str) -> Option<f64> {
    match name {
        "synapses" => return Some(summary.synapses as f64),
        "spikes" => return Some(summary.spikes as f64),
        "build_s" => return Some(summary.build_s),
        "simulate_s" => return Some(summary.simulate_s),
        _ => {}
    }
    let rest = |population: &str| name.strip_prefix(population)?.strip_prefix('.');
    for population in &summary.populations {
        match rest(&population.name) {
            Some("rate_hz") => return population.rate_hz,
            Some("cv_isi") => return population.cv_isi,
            _ => {}
        }
    }
    let own = summary.analysis.iter().find_map(|analysis| {
        let key = rest(&analysis.population)?;
        analysis.figures().into_iter().find(|figure| figure.key == key)
    });
    own?.value
}
