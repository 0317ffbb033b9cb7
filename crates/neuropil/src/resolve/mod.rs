//! From an experiment to a model: every key understood, every value in internal units.
//!
//! | module | section |
//! |---|---|
//! | `simulation` | `[simulation]` |
//! | `parameters` | `[parameters]` |
//! | `models` | `[models.NAME]` |
//! | `populations` | `[populations.NAME]` |
//! | `clustered` | `[networks.NAME]` |
//! | `space` | `position` of populations, functions of distance |
//! | `connections`, `rule`, `synapse`, `pairs`, `blocks`, `psp` | `[connections.NAME]` |
//! | `inputs`, `sources`, `trains`, `volleys`, `waveform`, `window` | `[inputs.NAME]` |
//! | `vision` | `[screen]`, `[gaze]`, `[stimuli.NAME]`, visual inputs |
//! | `record`, `members` | `[record]` |
//! | `analysis` | `[analysis]` |
//! | `plots` | `[plots.NAME]` |
//! | `feasible` | what could only fail after the run |

mod analysis;
mod blocks;
mod cable;
mod clamp;
mod clustered;
mod connections;
mod context;
mod distribution;
mod feasible;
mod fields;
mod inputs;
mod members;
mod models;
mod pairs;
mod parameters;
mod plots;
mod populations;
mod psp;
mod record;
mod rule;
mod simulation;
mod sources;
mod space;
mod synapse;
mod trains;
mod vision;
mod volleys;
mod waveform;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use neuropil_network::description::{ModelError, Network, Recording};

use crate::experiment::{Experiment, ExperimentError, Fault, Problem, Span};
use crate::expression::Scope;
use connections::Placed;
use context::Context;
use fields::{Fields, Item};

/// Reading tables key by key.
pub(crate) mod reading {
    pub(crate) use super::fields::{Fields, Item};
}

pub use analysis::{AnalysisRequest, Modulation};
pub(crate) use cable::origin;
pub use cable::{CableSetup, CellPopulation, Form, Measure, Quantity, ResponsePlot, Series};
pub use plots::{PlotKind, PlotRequest};
pub use vision::{Presentation, VisionModel, VisualPopulation};

/// Every section.
const SECTIONS: &[&str] = &[
    "title",
    "description",
    "simulation",
    "parameters",
    "models",
    "populations",
    "networks",
    "connections",
    "screen",
    "gaze",
    "stimuli",
    "inputs",
    "record",
    "analysis",
    "plots",
    "scan",
    "meanfield",
];

/// An experiment, resolved: ready to be estimated or built.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Title, if the experiment has one.
    pub title: Option<String>,
    /// Steps before recording begins.
    pub warmup_steps: u64,
    /// Steps that are recorded.
    pub duration_steps: u64,
    /// Threads that the experiment asks for.
    pub threads: Option<usize>,
    /// What was overlooked or changed.
    pub warnings: Vec<String>,
    /// Array files that were read.
    pub files: Vec<PathBuf>,
    /// Named quantities, evaluated.
    pub parameters: Scope,
    /// Pictures to draw of the result.
    pub plots: Vec<PlotRequest>,
    /// Statistics to report.
    pub analysis: Option<AnalysisRequest>,
    /// What is shown, and the afferents that see it.
    pub vision: Option<Arc<VisionModel>>,
    /// Where each projection was written.
    places: Vec<(String, Span, String)>,
}

impl Model {
    /// Steps of the whole run.
    pub fn steps(&self) -> u64 {
        self.warmup_steps + self.duration_steps
    }

    /// The part of the experiment that a projection was written in, such as `connections.EE`.
    ///
    /// # Panics
    /// If there is no such projection.
    pub fn place(&self, connection: usize) -> &str {
        &self.places[connection].2
    }

    /// A complaint of the engine, at the place of the part that it is about.
    pub fn locate(&self, error: ModelError) -> Problem {
        connections::locate(&self.places, error)
    }
}

impl Experiment {
    /// Resolves a network of point neurons.
    ///
    /// # Errors
    /// The first [`Fault`], with its place.
    pub fn network(&self) -> Result<Model, ExperimentError> {
        resolve(self).map_err(|problem| self.error(problem))
    }
}

fn resolve(experiment: &Experiment) -> Result<Model, Problem> {
    let top = Fields::new(experiment.root(), Span::default(), "");
    top.only(SECTIONS)?;
    let scope = parameters::read(&top.section("parameters")?)?;
    let simulation = top.need("simulation", "a table with at least a duration")?;
    let simulation = simulation::read(&simulation.fields()?, &scope)?;
    let models = models::read(&top.section("models")?, &scope, experiment.sources())?;
    let context = Context::new(experiment, scope, models, &simulation);
    *context.stage.borrow_mut() = vision::read(&top, &context)?.map(Arc::new);
    let mut network = Network {
        clock: simulation.clock,
        seed: simulation.seed,
        populations: Vec::new(),
        connections: Vec::new(),
        inputs: Vec::new(),
        recordings: Vec::new(),
    };
    let mut placed = Vec::new();
    for (name, span, item) in top.section("populations")?.entries() {
        free(name, span, &item, &network)?;
        network.populations.push(populations::read(name, &item, &context)?);
        space::note(&item, &network.populations, &context)?;
    }
    for (name, span, item) in top.section("networks")?.entries() {
        let made = clustered::read(name, &item, network.populations.len(), &context)?;
        for population in made.populations {
            free(&population.name, span, &item, &network)?;
            network.populations.push(population);
        }
        placed.extend(made.connections);
        network.inputs.extend(made.inputs);
    }
    let input_section = top.section("inputs")?;
    for (name, span, item) in input_section.entries() {
        if inputs::is_population(&item)? {
            free(name, span, &item, &network)?;
            network.populations.push(inputs::population(name, &item, &context)?);
            space::note(&item, &network.populations, &context)?;
        }
    }
    if network.populations.is_empty() {
        return Err(top
            .need("populations", "at least one population")
            .err()
            .unwrap_or_else(|| top.unknown("populations", Span::default(), SECTIONS)));
    }
    if let Some(item) = top.get("connections") {
        placed.extend(connections::read(&item, &network.populations, &context)?);
    }
    for (name, _, item) in input_section.entries() {
        let populations = &network.populations;
        inputs::read(name, &item, populations, &context, &mut network.inputs, &mut placed)?;
    }
    let record = top.get("record").map(|item| item.fields()).transpose()?;
    network.recordings =
        record::read(record.as_ref(), &network.populations, &network.inputs, &context)?;
    // Pictures may also be asked for of inputs whose course is recorded.
    let courses = network.recordings.iter().filter_map(|recording| match recording {
        Recording::Course { name, .. } => Some(name.as_str()),
        _ => None,
    });
    let populations = network.populations.iter().map(|p| p.name.as_str());
    let names: Vec<&str> = populations.chain(courses).collect();
    let mut plots = plots::read(&top.section("plots")?, &names, &context.scope, context.clock)?;
    plots.retain(|plot| !plot.kind.of_scan());
    let vision = vision::model(&context);
    plots::attach(&mut plots, vision.as_ref(), &top)?;
    let analysis = match top.get("analysis") {
        Some(item) => Some(analysis::read(&item.fields()?, &context.scope, context.clock)?),
        None => None,
    };
    let recordings = crate::run::recordings::declare(&network);
    feasible::Ahead { recordings: &recordings, context: &context }.check(&top, &plots)?;
    let title = match top.get("title") {
        Some(item) => Some(item.text("a text")?.to_owned()),
        None => None,
    };
    if let Some(item) = top.get("description") {
        item.text("a text")?;
    }
    let places =
        placed.iter().map(|p| (p.connection.name.clone(), p.span, p.place.clone())).collect();
    network.connections = placed.into_iter().map(|Placed { connection, .. }| connection).collect();
    Ok(Model {
        network,
        title,
        warmup_steps: simulation.warmup_steps,
        duration_steps: simulation.duration_steps,
        threads: simulation.threads,
        warnings: context.warnings.into_inner(),
        files: context.files.into_inner(),
        parameters: context.scope,
        plots,
        analysis,
        vision,
        places,
    })
}

/// Refuses a population name that is taken or that slices could not be written of.
fn free(name: &str, span: Span, item: &Item<'_>, network: &Network) -> Result<(), Problem> {
    let place = item.place.clone();
    if network.populations.iter().any(|p| p.name == name) {
        return Err(Problem::at(span, Fault::NameTaken { place, name: name.into() }));
    }
    if name.is_empty() || name.contains(['[', ']', '/', ':']) {
        let found = format!("\"{name}\"");
        let expected = "a name without brackets, slashes and colons".into();
        return Err(Problem::at(span, Fault::Range { place, found, expected }));
    }
    Ok(())
}
