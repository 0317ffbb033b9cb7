//! What every section needs to know of the others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use neuropil_core::names::suggestion;
use neuropil_core::{Clock, ClockError};
use neuropil_network::description::Positions;

use super::fields::Item;
use super::models::OwnModels;
use super::simulation::Simulation;
use super::vision::{Stage, VisualPopulation};
use crate::arrays::{Array, ArrayError, Place, read_indices, read_numbers};
use crate::experiment::{Experiment, Fault, Problem};
use crate::expression::{Scope, Value};

/// Parameters, time grid, seed; and what is gathered on the way.
#[derive(Debug)]
pub(super) struct Context {
    pub scope: Scope,
    /// The user's own neuron models.
    pub models: OwnModels,
    pub clock: Clock,
    pub seed: u64,
    pub folder: PathBuf,
    /// End of the simulation.
    pub end_step: u64,
    /// Beginning of the recording.
    pub warmup_step: u64,
    pub warnings: RefCell<Vec<String>>,
    pub files: RefCell<Vec<PathBuf>>,
    /// Where the neurons of populations lie, by number of the population.
    pub positions: RefCell<BTreeMap<usize, Arc<Positions>>>,
    /// What the screen shows.
    pub stage: RefCell<Option<Arc<Stage>>>,
    /// Afferents that see it, so far.
    pub seen: RefCell<Vec<VisualPopulation>>,
}

impl Context {
    pub fn new(
        experiment: &Experiment,
        scope: Scope,
        models: OwnModels,
        simulation: &Simulation,
    ) -> Self {
        Self {
            scope,
            models,
            clock: simulation.clock,
            seed: simulation.seed,
            folder: experiment.folder(),
            end_step: simulation.warmup_steps + simulation.duration_steps,
            warmup_step: simulation.warmup_steps,
            warnings: RefCell::default(),
            files: RefCell::default(),
            positions: RefCell::default(),
            stage: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// The same with more names, for values that differ from cell to cell or synapse to synapse.
    /// What is gathered there goes back by [`gather`](Self::gather).
    pub fn with_names(&self, names: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let mut scope = self.scope.clone();
        for (name, value) in names {
            scope.define(name, value);
        }
        Self {
            scope,
            folder: self.folder.clone(),
            models: self.models.clone(),
            positions: self.positions.clone(),
            stage: self.stage.clone(),
            seen: self.seen.clone(),
            warnings: RefCell::default(),
            files: RefCell::default(),
            ..*self
        }
    }

    /// Takes over the warnings and files of a context that [`with_names`](Self::with_names) made.
    pub fn gather(&self, other: Self) {
        for warning in other.warnings.into_inner() {
            self.warn(warning);
        }
        for file in other.files.into_inner() {
            self.note_file(file);
        }
    }

    pub fn warn(&self, warning: impl Into<String>) {
        let warning = warning.into();
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// A duration or instant that must lie on the grid.
    pub fn on_grid(&self, item: &Item<'_>, what: &'static str) -> Result<u64, Problem> {
        on_grid(item, what, &self.scope, self.clock)
    }

    /// As [`on_grid`](Self::on_grid), at least one step.
    pub fn interval(&self, item: &Item<'_>, what: &'static str) -> Result<u64, Problem> {
        match self.on_grid(item, what)? {
            0 => Err(item.out_of_range("0 ms", format!("at least {} ms", self.clock.dt_ms()))),
            steps => Ok(steps),
        }
    }

    /// A delay, rounded to the grid; says so if that changes it.
    pub fn delay(&self, item: &Item<'_>) -> Result<u32, Problem> {
        let ms = item.number(&self.scope, "ms")?;
        self.delay_of(item, ms)
    }

    pub fn delay_of(&self, item: &Item<'_>, ms: f64) -> Result<u32, Problem> {
        let steps = self.clock.delay_steps(ms).map_err(|source| clock_problem(item, source))?;
        let rounded = self.clock.ms(u64::from(steps));
        if (rounded - ms).abs() > 1e-6 * self.clock.dt_ms() {
            let rounded = (rounded * 1e9).round() / 1e9;
            self.warn(format!("{}: {ms} ms is rounded to {rounded} ms", item.place));
        }
        Ok(steps)
    }

    /// The delay of a device that says none: 1 ms, as in NEST, or one step if that is longer.
    pub fn device_delay(&self) -> u32 {
        self.clock.delay_steps(1.0).unwrap_or(1)
    }

    /// Index array of a file; the file is noted.
    pub fn indices(&self, item: &Item<'_>) -> Result<Array<u32>, Problem> {
        self.array(item, read_indices)
    }

    /// Array of numbers of a file; the file is noted.
    pub fn numbers(&self, item: &Item<'_>) -> Result<Array<f64>, Problem> {
        self.array(item, read_numbers)
    }

    fn array<T>(
        &self,
        item: &Item<'_>,
        read: impl Fn(&Place) -> Result<Array<T>, ArrayError>,
    ) -> Result<Array<T>, Problem> {
        let name = item.text("the name of an array file")?;
        let place = Place::parse(name, &self.folder);
        let array = read(&place).map_err(|source| array_problem(item, source))?;
        self.note_file(place.file);
        Ok(array)
    }

    /// The path of a file that an item names, or the fault that says which file comes nearest.
    pub fn existing(&self, item: &Item<'_>) -> Result<PathBuf, Problem> {
        let name = item.text("the name of a file")?;
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(path);
        }
        let (folder, ending) = (path.parent().map(PathBuf::from), path.extension());
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        let mut beside: Vec<String> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|other| other.extension() == ending)
            .filter_map(|other| {
                let file = other.file_name()?.to_string_lossy().into_owned();
                // Written as the item writes it: with the folder before it.
                let folder = &name[..name.rfind('/').map_or(0, |k| k + 1)];
                Some(format!("{folder}{file}"))
            })
            .collect();
        beside.sort();
        let suggestion = suggestion(name, beside.iter().map(String::as_str));
        Err(item.unsupported(format!("there is no file \"{}\"{suggestion}", path.display())))
    }

    pub fn note_file(&self, file: PathBuf) {
        let mut files = self.files.borrow_mut();
        if !files.contains(&file) {
            files.push(file);
        }
    }
}

/// Steps of a duration or instant that must lie on the grid.
pub(super) fn on_grid(
    item: &Item<'_>,
    what: &'static str,
    scope: &Scope,
    clock: Clock,
) -> Result<u64, Problem> {
    let ms = item.number(scope, "ms")?;
    clock.on_grid(what, ms).map_err(|source| clock_problem(item, source))
}

pub(super) fn clock_problem(item: &Item<'_>, source: ClockError) -> Problem {
    Problem::at(item.span(), Fault::Clock { place: item.place.clone(), source })
}

pub(super) fn array_problem(item: &Item<'_>, source: ArrayError) -> Problem {
    Problem::at(item.span(), Fault::Array { place: item.place.clone(), source })
}
