//! Experiments with branching cells.
//!
//! | module | section |
//! |---|---|
//! | `cells` | `[cells.NAME]`: morphology, compartments, passive properties |
//! | `paint` | `[[cells.NAME.paint]]`, `[cells.NAME.synapses.NAME]`, `[cells.NAME.ions.NAME]` |
//! | `pointers` | `pointers` of a mechanism |
//! | `shapes` | `morphology` of a cell |
//! | `compartments` | `compartments` of a cell |
//! | `stimuli`, `electrodes`, `events` | `[inputs.NAME]`: electrodes and trains of events |
//! | `targets` | which cells and synapses: `pyramids[0].excitation[index]` |
//! | `connections` | `[connections.NAME]` |
//! | `junctions` | `[gap_junctions.NAME]` |
//! | `record` | `[record]` |
//! | `responses` | `[plots.NAME]` of what a cell answers to an input |

mod cells;
mod compartments;
mod connections;
mod electrodes;
mod events;
mod junctions;
mod paint;
mod pointers;
mod record;
mod responses;
mod shapes;
mod stimuli;
mod targets;

use std::path::PathBuf;
use std::sync::Arc;

use neuropil_cable::{CableModel, CellModel};
use neuropil_mechanism::Library;
use neuropil_record::Recordings;

use super::context::Context;
use super::fields::{Fields, Item};
use super::models::OwnModels;
use super::{analysis, feasible, parameters, plots, simulation};
use crate::experiment::{Experiment, ExperimentError, Fault, Problem, Span};
use crate::expression::Scope;
use crate::resolve::{AnalysisRequest, PlotRequest};
use cells::Cell;
pub(crate) use cells::origin;
pub use responses::{Form, Measure, Quantity, ResponsePlot, Series};

const SECTIONS: &[&str] = &[
    "title",
    "description",
    "simulation",
    "parameters",
    "mechanisms",
    "cells",
    "populations",
    "connections",
    "gap_junctions",
    "inputs",
    "record",
    "analysis",
    "plots",
    "scan",
];

/// A resolved experiment with branching cells.
#[derive(Debug, Clone)]
pub struct CableSetup {
    /// The cells and all that joins, drives and watches them.
    pub model: CableModel,
    /// What is recorded, as the result file declares it.
    pub recordings: Recordings,
    /// Populations, in the order of their cells.
    pub populations: Vec<CellPopulation>,
    /// Title, if the experiment has one.
    pub title: Option<String>,
    /// Steps before recording begins.
    pub warmup_steps: u64,
    /// Steps that are recorded.
    pub duration_steps: u64,
    /// Seed.
    pub seed: u64,
    /// Threads that the experiment asks for.
    pub threads: Option<usize>,
    /// Connections between cells.
    pub connections: u64,
    /// What was overlooked or changed.
    pub warnings: Vec<String>,
    /// Files that were read.
    pub files: Vec<PathBuf>,
    /// Named quantities, evaluated.
    pub parameters: Scope,
    /// Pictures to draw of the result.
    pub plots: Vec<PlotRequest>,
    /// Statistics to report.
    pub analysis: Option<AnalysisRequest>,
}

/// Cells of one kind.
#[derive(Debug, Clone)]
pub struct CellPopulation {
    /// Name.
    pub name: String,
    /// Name of the cell's description.
    pub cell: String,
    /// Number of the first cell.
    pub first: usize,
    /// How many.
    pub size: u32,
    /// The description.
    pub model: Arc<CellModel>,
}

/// What the sections after the cells need.
pub(super) struct Tissue<'a> {
    pub context: &'a Context,
    pub cells: &'a [Cell<'a>],
    pub populations: &'a [CellPopulation],
    /// Index into `cells` of each population.
    pub kinds: &'a [usize],
    pub model: CableModel,
    /// Trains of varying rate so far.
    pub varying: u64,
}

impl Experiment {
    /// Whether it describes branching cells.
    pub fn has_cells(&self) -> bool {
        self.root().get("cells").is_some()
    }

    /// Resolves an experiment with branching cells.
    ///
    /// # Errors
    /// The first [`Fault`], with its place.
    pub fn cables(&self) -> Result<CableSetup, ExperimentError> {
        resolve(self).map_err(|problem| self.error(problem))
    }
}

pub(super) fn resolve(experiment: &Experiment) -> Result<CableSetup, Problem> {
    let top = Fields::new(experiment.root(), Span::default(), "");
    top.only(SECTIONS)?;
    let scope = parameters::read(&top.section("parameters")?)?;
    let simulation = top.need("simulation", "a table with at least a duration")?;
    let (simulation, settings) = simulation::read_cable(&simulation.fields()?, &scope)?;
    let context = Context::new(experiment, scope, OwnModels::default(), &simulation);
    let mut library = library(top.get("mechanisms").as_ref(), &context)?;
    let mut cells = Vec::new();
    for (name, _, item) in top.section("cells")?.entries() {
        cells.push(cells::read(name, &item, &mut library, &context)?);
    }
    let wrong =
        |source| Problem::at(Span::default(), Fault::Cable { place: "simulation".into(), source });
    let mut model = CableModel::new(simulation.clock.dt_ms())
        .map_err(wrong)?
        .with_celsius(settings.celsius)
        .with_scheme(settings.scheme)
        .with_tables(settings.tables)
        .with_seed(simulation.seed);
    let (populations, kinds) =
        populations(&top.section("populations")?, &cells, &mut model, &mut library, &context)?;
    let mut tissue = Tissue {
        context: &context,
        cells: &cells,
        populations: &populations,
        kinds: &kinds,
        model,
        varying: 0,
    };
    stimuli::read(&top.section("inputs")?, &mut tissue)?;
    let joined = match top.get("connections") {
        Some(item) => connections::read(&item, &mut tissue)?,
        None => 0,
    };
    junctions::read(&top.section("gap_junctions")?, &mut tissue)?;
    let record = top.get("record").map(|item| item.fields()).transpose()?;
    let recordings = record::read(record.as_ref(), &mut tissue)?;
    let names: Vec<&str> = populations.iter().map(|p| p.name.as_str()).collect();
    let of_responses = |name: &str, item: &Item<'_>| responses::read(name, item, &tissue);
    let pictures = top.section("plots")?;
    let mut plots =
        plots::read_beside(&pictures, &names, &context.scope, context.clock, &of_responses)?;
    let model = tissue.model;
    plots.retain(|plot| !plot.kind.of_scan());
    let analysis = match top.get("analysis") {
        Some(item) => Some(analysis::read(&item.fields()?, &context.scope, context.clock)?),
        None => None,
    };
    feasible::Ahead { recordings: &recordings, context: &context }.check(&top, &plots)?;
    let title = match top.get("title") {
        Some(item) => Some(item.text("a text")?.to_owned()),
        None => None,
    };
    Ok(CableSetup {
        model,
        recordings,
        populations,
        title,
        warmup_steps: simulation.warmup_steps,
        duration_steps: simulation.duration_steps,
        seed: simulation.seed,
        threads: simulation.threads,
        connections: joined,
        warnings: context.warnings.into_inner(),
        files: context.files.into_inner(),
        parameters: context.scope,
        plots,
        analysis,
    })
}

/// `mechanisms = ["my_channel.mod"]`: files beside the built-in catalogue.
fn library(item: Option<&Item<'_>>, context: &Context) -> Result<Library, Problem> {
    let mut library = Library::new();
    for item in item.iter().flat_map(|item| item.items()) {
        let file = context.existing(&item)?;
        library.add_file(&file).map_err(|source| {
            Problem::at(item.span(), Fault::Mechanism { place: item.place.clone(), source })
        })?;
        context.note_file(file);
    }
    Ok(library)
}

/// `[populations.NAME]` with `cell` and `size` (copies may differ by expressions of `index`); without the section every cell is a population.
fn populations(
    fields: &Fields<'_>,
    cells: &[Cell<'_>],
    model: &mut CableModel,
    library: &mut Library,
    context: &Context,
) -> Result<(Vec<CellPopulation>, Vec<usize>), Problem> {
    let (mut populations, mut kinds) = (Vec::new(), Vec::new());
    let mut add = |name: &str, kind: usize, size: u32| {
        let first = model.len();
        for index in 0..size as usize {
            model.add(cells[kind].copy(index, library, context)?);
        }
        let (name, of) = (name.to_owned(), cells[kind].name.clone());
        let cell = Arc::clone(&cells[kind].model);
        populations.push(CellPopulation { name, cell: of, first, size, model: cell });
        kinds.push(kind);
        Ok(())
    };
    let mut any = false;
    for (name, _, item) in fields.entries() {
        any = true;
        let fields = item.fields()?;
        if let Some(model) = fields.get("model") {
            let what = "point neurons and branching cells in one experiment are not yet possible";
            return Err(model.unsupported(what));
        }
        let cell = fields.need("cell", "the name of a cell")?;
        let cell_name = cell.text("the name of a cell")?;
        let known = || cells.iter().map(|cell| cell.name.as_str());
        let kind = cells
            .iter()
            .position(|cell| cell.name == cell_name)
            .ok_or_else(|| cell.unknown_name("cell", cell_name, known()))?;
        let size = match fields.get("size") {
            Some(item) => item.whole(&context.scope, 1, 10_000_000)? as u32,
            None => 1,
        };
        fields.finish()?;
        add(name, kind, size)?;
    }
    if !any {
        for (kind, cell) in cells.iter().enumerate() {
            add(&cell.name, kind, 1)?;
        }
    }
    Ok((populations, kinds))
}

/// A complaint of the cable crate about a value.
pub(super) fn cable_problem(item: &Item<'_>, source: neuropil_cable::ModelError) -> Problem {
    Problem::at(item.span(), Fault::Cable { place: item.place.clone(), source })
}
