//! Scans: the same experiment with many values.
//!
//! ```toml
//! [scan]
//! repeat = 3                                   # each point with that many seeds
//! mode = "grid"                                # or "together": the lists side by side
//! draws = 20                                   # of every key that is drawn at random
//! seed = 1                                     # of the draws; else the experiment's
//! [scan.values]
//! "parameters.g" = [3, 4, 5, 6]
//! "parameters.eta" = { from = 0.5, to = 4, steps = 8 }
//! "connections.EE.delay" = ["1 ms", "2 ms"]
//! "inputs.noise.rate" = { loguniform = ["1 kHz", "20 kHz"] }
//! ```
//!
//! Keys that are drawn (`uniform`, `loguniform`, `normal`, `lognormal`) are drawn together, `draws`
//! times for every combination of the other values.
//!
//! Points run side by side, each on one thread that takes the next one when it is done, and every
//! finished one is appended to a table (CSV) at once: a scan that was killed goes on where it stopped.
//! Points that fail are listed in a table of their own, with the reason. At the end everything is
//! written as one HDF5 file; on request the result of every point is kept, in a folder. Synapses are
//! drawn once for all points whose connections are alike, with results as if each had drawn its own.

mod figures;
mod labelled;
mod plan;
mod result;
mod table;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use neuropil_network::engine::SynapseCache;
use thiserror::Error;

pub use plan::{Plan, Point};
pub use result::{FigureColumn, Key, ScanReadError, ScanResult};
pub use table::{Held, Opening, Row, ScanTableError, Table, failed_path, labelled_path};
pub(crate) use values::number_and_unit;

use crate::experiment::{Experiment, ExperimentError};
use crate::pictures::{self, PictureError};
use crate::resolve::PlotRequest;
use crate::run::{Progress, RunOptions, Summary, memory_limit_bytes};

/// Why a scan did not come to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ScanError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Table(#[from] ScanTableError),
    #[error("cannot use the folder {path}", path = path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("cannot start {threads} threads")]
    Threads { threads: usize },
    #[error("the scan is done, but a picture of it cannot be drawn")]
    Picture(#[from] PictureError),
}

/// How to scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanOptions {
    /// The table of results.
    pub table: PathBuf,
    /// Folder to keep the result of every point in, named by its number; none is kept if `None`.
    pub results: Option<PathBuf>,
    /// Points at a time; at least one.
    pub threads: usize,
    /// Runs the points again that failed before.
    pub retry: bool,
    /// Runs every point again.
    pub force: bool,
}

/// How far a scan has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScanProgress {
    /// Points done, those that the table held included.
    pub done: usize,
    /// Points in all.
    pub points: usize,
    /// Points that failed now.
    pub failed: usize,
    /// Work done of what this scan has to do, from 0 to 1, parts of points included.
    pub share: f64,
}

/// How a scan ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanOutcome {
    /// Points in all.
    pub points: usize,
    /// Points that were in the table already.
    pub kept: usize,
    /// Points that failed, now or before.
    pub failed: usize,
    /// Why the first of those that failed now did.
    pub failure: Option<String>,
    /// Whether it was ended early at the user's wish.
    pub interrupted: bool,
    /// Pictures that were drawn.
    pub pictures: Vec<PathBuf>,
}

impl Experiment {
    /// Adds a value to scan over, as if the `[scan.values]` section had it: a list `1, 2, 3`, a range
    /// `FROM..TO:STEPS` or anything that the section takes.
    ///
    /// # Errors
    /// [`Fault::WrongType`](crate::experiment::Fault::WrongType) for values that are none of these.
    ///
    /// ```
    /// use neuropil::prelude::*;
    /// let text = "simulation = { duration = '1 s' }\npopulations = { E = { model = 'iaf_psc_delta' } }";
    /// let mut experiment = Experiment::parse(text, "one.toml")?;
    /// experiment.over("populations.E.params.I_e", "300..500:5")?;
    /// assert_eq!(neuropil::scan::Plan::of(&experiment)?.points.len(), 5);
    /// # Ok::<(), neuropil::experiment::ExperimentError>(())
    /// ```
    pub fn over(&mut self, path: &str, values: &str) -> Result<(), ExperimentError> {
        self.scan_over(path, &written(values))
    }

    /// Runs every point of the experiment's `[scan]` that the table does not hold yet. `tell` hears
    /// how far it has come, and ends the scan by returning `false`.
    ///
    /// # Errors
    /// [`ScanError`]. A point that fails does not end the scan.
    pub fn scan(
        &self,
        options: &ScanOptions,
        tell: &(dyn Fn(ScanProgress) -> bool + Sync),
    ) -> Result<ScanOutcome, ScanError> {
        let plan = Plan::of(self)?;
        let keeping = Keeping::new(self, options)?;
        let opening = Opening { anew: options.force, retry: options.retry };
        let (table, held) = Table::open(&options.table, &plan, opening)?;
        let mut left: Vec<&Point> =
            plan.points.iter().filter(|point| !held.contains(point.number)).collect();
        // Points of one seed follow each other: they may have their synapses in common.
        left.sort_by_key(|point| (point.seed, point.number));
        let course = Course {
            tell,
            done: AtomicUsize::new(held.len()),
            failed: AtomicUsize::new(0),
            parts: AtomicU64::new(0),
            points: plan.points.len(),
            left: left.len(),
            stop: AtomicBool::new(false),
        };
        let results = Mutex::new(Results { table, fault: None, failure: None });
        let threads = options.threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|_| ScanError::Threads { threads })?;
        let wiring = SynapseCache::with_limit(memory_limit_bytes().unwrap_or(4 << 30) / 4);
        let next = AtomicUsize::new(0);
        pool.broadcast(|_| {
            while let Some(point) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                if !course.goes_on() {
                    return;
                }
                let row = self.point(&plan, point, &keeping, &wiring, &course);
                if row.outcome.as_ref().is_ok_and(|summary| summary.interrupted) {
                    return; // the point is not done
                }
                if let Ok(mut results) = results.lock() {
                    results.take(&row, &course);
                }
                course.done.fetch_add(1, Ordering::Relaxed);
            }
        });
        keeping.clear();
        let Results { mut table, fault, failure } =
            results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = fault {
            return Err(error.into());
        }
        let failed = table.finish(self.text())?;
        let interrupted = course.stop.load(Ordering::Relaxed);
        let pictures = if interrupted { Vec::new() } else { self.scan_pictures(&options.table)? };
        let (points, kept) = (plan.points.len(), held.len());
        Ok(ScanOutcome { points, kept, failed, failure, interrupted, pictures })
    }

    /// Draws the pictures of a scan that the experiment asks for.
    fn scan_pictures(&self, table: &Path) -> Result<Vec<PathBuf>, ScanError> {
        let requests = self.scan_plot_requests()?;
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let result = labelled_path(table);
        let paths = pictures::paths(&result, &requests);
        let scan = ScanResult::open(&result).map_err(PictureError::from)?;
        pictures::save_scan(&scan, &requests, &paths)?;
        Ok(paths)
    }

    /// The pictures of the experiment, whatever populations they name.
    ///
    /// # Errors
    /// The first fault of the sections that matter to pictures.
    pub fn scan_plot_requests(&self) -> Result<Vec<PlotRequest>, ExperimentError> {
        let figures = if self.has_cells() {
            self.cables()?.populations.into_iter().map(|p| p.name).collect()
        } else {
            let model = self.network()?;
            model.network.populations.into_iter().map(|p| p.name).collect::<Vec<_>>()
        };
        let names: Vec<&str> = figures.iter().map(String::as_str).collect();
        let mut requests = self.plot_requests(&names)?;
        requests.retain(|request| request.kind.of_scan());
        Ok(requests)
    }

    /// One point.
    fn point(
        &self,
        plan: &Plan,
        point: &Point,
        keeping: &Keeping,
        wiring: &SynapseCache,
        course: &Course<'_>,
    ) -> Row {
        let mut told = 0;
        let mut tell = |progress: Progress| {
            if let Progress::Simulating { step, steps } = progress {
                let part = (PARTS as f64 * step as f64 / steps.max(1) as f64) as u64;
                course.parts.fetch_add(part.saturating_sub(told), Ordering::Relaxed);
                told = told.max(part);
            }
            course.goes_on()
        };
        let mut run = || -> Result<Summary, String> {
            let mut experiment = self.clone();
            experiment.drop_section("plots");
            for (path, value) in plan.paths.iter().zip(&point.values) {
                experiment.set(path, value).map_err(|error| error.to_string())?;
            }
            experiment
                .set("simulation.seed", &point.seed.to_string())
                .map_err(|error| error.to_string())?;
            let output = keeping.result(point);
            let options = RunOptions {
                threads: Some(1),
                output: output.clone(),
                force: true,
                ..RunOptions::default()
            };
            let ran = experiment.run_sharing(&options, wiring, &mut tell);
            keeping.release(output.as_deref());
            ran.map_err(|error| error.to_string())
        };
        let outcome = run();
        course.parts.fetch_add(PARTS - told.min(PARTS), Ordering::Relaxed);
        Row { point: point.clone(), outcome }
    }
}

/// Parts in which the work of a point is counted.
const PARTS: u64 = 1000;

/// What the threads of a scan share of its progress.
struct Course<'a> {
    tell: &'a (dyn Fn(ScanProgress) -> bool + Sync),
    done: AtomicUsize,
    failed: AtomicUsize,
    parts: AtomicU64,
    points: usize,
    left: usize,
    stop: AtomicBool,
}

impl Course<'_> {
    /// Tells how far the scan is, and whether it goes on.
    fn goes_on(&self) -> bool {
        let parts = self.parts.load(Ordering::Relaxed) as f64;
        let progress = ScanProgress {
            done: self.done.load(Ordering::Relaxed),
            points: self.points,
            failed: self.failed.load(Ordering::Relaxed),
            share: parts / (PARTS * self.left.max(1) as u64) as f64,
        };
        if !(self.tell)(progress) {
            self.stop.store(true, Ordering::Relaxed);
        }
        !self.stop.load(Ordering::Relaxed)
    }
}

/// Where the rows go.
struct Results {
    table: Table,
    fault: Option<ScanTableError>,
    failure: Option<String>,
}

impl Results {
    fn take(&mut self, row: &Row, course: &Course<'_>) {
        if let Err(reason) = &row.outcome {
            course.failed.fetch_add(1, Ordering::Relaxed);
            self.failure.get_or_insert_with(|| format!("point {}: {reason}", row.point.number));
        }
        if let Err(error) = self.table.append(row) {
            self.fault.get_or_insert(error);
            course.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// What becomes of the results of single points.
struct Keeping {
    folder: Option<PathBuf>,
    /// They are there for their statistics only.
    passing: bool,
}

impl Keeping {
    fn new(experiment: &Experiment, options: &ScanOptions) -> Result<Self, ScanError> {
        let asked = experiment.root().get("analysis").is_some();
        let (folder, passing) = match &options.results {
            Some(folder) => (Some(folder.clone()), false),
            None => (asked.then(|| options.table.with_extension("points")), true),
        };
        if let Some(folder) = &folder {
            let fault = |source| ScanError::Folder { path: folder.clone(), source };
            std::fs::create_dir_all(folder).map_err(fault)?;
        }
        Ok(Self { folder, passing })
    }

    /// The result file of a point.
    fn result(&self, point: &Point) -> Option<PathBuf> {
        let folder = self.folder.as_deref()?;
        Some(folder.join(format!("point_{:06}.h5", point.number)))
    }

    /// Removes the result of a point that is not kept.
    fn release(&self, result: Option<&Path>) {
        if let Some(path) = result.filter(|_| self.passing) {
            // What cannot be removed now is removed with the folder, or found there by the user.
            let _ = std::fs::remove_file(path);
        }
    }

    fn clear(&self) {
        if let Some(folder) = self.folder.as_deref().filter(|_| self.passing) {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Values as the `[scan.values]` section would have them.
fn written(values: &str) -> String {
    let values = values.trim();
    let range = values.split_once("..").and_then(|(from, rest)| {
        let (to, steps) = rest.split_once(':')?;
        let number = |text: &str| text.trim().parse::<f64>().is_ok();
        let whole = steps.trim().parse::<u64>().is_ok();
        (number(from) && number(to) && whole)
            .then(|| format!("{{ from = {from}, to = {to}, steps = {steps} }}"))
    });
    match range {
        Some(range) => range,
        None if values.starts_with(['[', '{']) => values.to_owned(),
        None => format!("[{values}]"),
    }
}

#[cfg(test)]
mod tests;
