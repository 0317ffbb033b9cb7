//! Running experiments with branching cells.

use std::time::Instant;

use neuropil_cable::{CableSimulation, Execution, RunError};
use neuropil_core::Observer;

use super::driver::RunOptions;
use super::failure::RunFailure;
use super::job::{Done, Job, Stopped, threads};
use super::progress::Progress;
use super::provenance;
use super::summary::Summary;
use crate::experiment::{Experiment, ExperimentError, Fault, Problem};
use crate::pictures::CellShape;
use crate::resolve::{CableSetup, PlotKind};

/// What would be built of an experiment with branching cells.
#[derive(Debug, Clone, PartialEq)]
pub struct CableCheck {
    /// Title of the experiment.
    pub title: Option<String>,
    /// Cells in all.
    pub cells: u64,
    /// Compartments in all, junctions included.
    pub compartments: u64,
    /// Connections between cells.
    pub connections: u64,
    /// Step `[ms]`.
    pub dt_ms: f64,
    /// Time before recording begins `[ms]`.
    pub warmup_ms: f64,
    /// Time after the warm-up `[ms]`.
    pub duration_ms: f64,
    /// Shortest delay `[ms]`, if there are connections.
    pub min_delay_ms: Option<f64>,
    /// Populations.
    pub populations: Vec<CellCheck>,
    /// Recordings, in words.
    pub recordings: Vec<String>,
    /// What was overlooked or changed.
    pub warnings: Vec<String>,
}

/// A population of branching cells.
#[derive(Debug, Clone, PartialEq)]
pub struct CellCheck {
    /// Name.
    pub name: String,
    /// Cells.
    pub size: u32,
    /// Compartments of one cell.
    pub compartments: usize,
    /// Membrane area of one cell `[µm²]`.
    pub area_um2: f64,
    /// Names of its mechanisms.
    pub mechanisms: Vec<String>,
    /// Point processes of one cell.
    pub points: usize,
}

impl Experiment {
    /// Says what would be built of an experiment with branching cells.
    ///
    /// # Errors
    /// The first fault of the experiment, with its place.
    pub fn check_cables(&self) -> Result<CableCheck, ExperimentError> {
        let setup = self.cables()?;
        let simulation = CableSimulation::new(&setup.model, Execution::default())
            .map_err(|source| self.error(whole(source)))?;
        let clock = setup.recordings.clock;
        let populations = setup.populations.iter().map(|p| CellCheck {
            name: p.name.clone(),
            size: p.size,
            compartments: p.model.compartments().len(),
            area_um2: p.model.compartments().area_um2().iter().sum(),
            mechanisms: p.model.mechanisms().iter().map(|m| m.name().to_owned()).collect(),
            points: p.model.points(),
        });
        let spikes = setup.recordings.spikes.iter();
        let samples = setup.recordings.samples.iter().map(|s| {
            let every = clock.ms(s.interval_steps);
            let places = s.columns.len();
            let word = if places == 1 { "place" } else { "places" };
            format!("{} at {places} {word}, every {every} ms", s.path())
        });
        Ok(CableCheck {
            title: setup.title.clone(),
            cells: setup.model.len() as u64,
            compartments: simulation.nodes() as u64,
            connections: setup.connections,
            dt_ms: clock.dt_ms(),
            warmup_ms: clock.ms(setup.warmup_steps),
            duration_ms: clock.ms(setup.duration_steps),
            min_delay_ms: simulation.min_delay().map(|steps| clock.ms(steps)),
            populations: populations.collect(),
            recordings: spikes
                .map(|s| format!("spikes of {}", s.population))
                .chain(samples)
                .collect(),
            warnings: setup.warnings.clone(),
        })
    }

    pub(super) fn run_cables(
        &self,
        options: &RunOptions,
        tell: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Summary, RunFailure> {
        let setup = self.cables()?;
        let job = Job {
            declared: setup.recordings.clone(),
            provenance: provenance::of_cells(self, &setup)?,
            plots: setup.plots.clone(),
            analysis: setup.analysis.clone(),
            shapes: shapes(&setup),
            clock: setup.recordings.clock,
            warmup_steps: setup.warmup_steps,
            steps: setup.warmup_steps + setup.duration_steps,
            neurons: setup.model.len() as u64,
            populations: setup.populations.iter().map(|p| (p.name.clone(), p.size)).collect(),
            warnings: setup.warnings.clone(),
        };
        let threads = threads(options, setup.threads);
        job.run(options, tell, |observer| self.simulate_cells(&setup, threads, observer))
    }

    fn simulate_cells(
        &self,
        setup: &CableSetup,
        threads: usize,
        observer: &mut dyn Observer,
    ) -> Result<Done, Stopped> {
        let begin = Instant::now();
        let execution = Execution { threads, ..Execution::default() };
        let mut simulation = CableSimulation::new(&setup.model, execution)
            .map_err(|source| (Box::new(self.error(whole(source)).into()), 0.0))?;
        let build_s = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let ran = simulation.run_steps(setup.warmup_steps + setup.duration_steps, observer);
        let simulate_s = begin.elapsed().as_secs_f64();
        ran.map_err(|error| {
            let reached_ms = simulation.time_ms();
            let failure = match error {
                RunError::Record(source) => RunFailure::Record { reached_ms, source },
                fault => RunFailure::Cells(Box::new(fault)),
            };
            (Box::new(failure), reached_ms)
        })?;
        let (step, synapses) = (simulation.step(), setup.connections);
        Ok(Done { step, synapses, threads, build_s, simulate_s })
    }
}

/// Shapes of the cells, if a picture needs them.
fn shapes(setup: &CableSetup) -> Vec<CellShape> {
    match setup.plots.iter().any(|plot| plot.kind == PlotKind::Morphology) {
        true => setup.populations.iter().map(CellShape::of).collect(),
        false => Vec::new(),
    }
}

/// A complaint about the whole of the cells.
fn whole(source: neuropil_cable::ModelError) -> Problem {
    Problem { fault: Box::new(Fault::Cable { place: "cells".into(), source }), span: None }
}
