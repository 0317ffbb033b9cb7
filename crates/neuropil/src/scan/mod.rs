//! Scans: the same experiment with many values.
//!
//! ```toml
//! [scan]
//! repeat = 3                                   # each point with that many seeds
//! mode = "grid"                                # or "together": the lists side by side
//! [scan.values]
//! "parameters.g" = [3, 4, 5, 6]
//! "parameters.eta" = { from = 0.5, to = 4, steps = 8 }
//! "connections.EE.delay" = ["1 ms", "2 ms"]
//! ```
//!
//! Points run side by side, each on one thread, and every finished one is appended to a table (CSV)
//! at once: a scan that was killed goes on where it stopped. A point that fails is a row too, with
//! the reason. At the end the table is also written as HDF5, a dataset for every column; on request
//! the result of every point is kept, in a folder.

mod labelled;
mod plan;
mod table;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use thiserror::Error;

pub use plan::{Plan, Point};
pub use table::{Row, ScanTableError, Table};

use crate::experiment::{Experiment, ExperimentError};
use crate::run::{RunOptions, Summary};

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
}

impl ScanOptions {
    /// The result file of a point.
    fn result(&self, point: &Point) -> Option<PathBuf> {
        let folder = self.results.as_deref()?;
        Some(folder.join(format!("point_{:06}.h5", point.number)))
    }
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
    /// Whether it was ended early at the user's wish.
    pub interrupted: bool,
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
    /// how many are done, and ends the scan by returning `false`.
    ///
    /// # Errors
    /// [`ScanError`]. A point that fails does not end the scan.
    pub fn scan(
        &self,
        options: &ScanOptions,
        tell: &(dyn Fn(usize, usize) -> bool + Sync),
    ) -> Result<ScanOutcome, ScanError> {
        let plan = Plan::of(self)?;
        if let Some(folder) = &options.results {
            let fault = |source| ScanError::Folder { path: folder.clone(), source };
            std::fs::create_dir_all(folder).map_err(fault)?;
        }
        let (table, kept) = Table::open(&options.table, &plan, options.retry)?;
        let done = AtomicUsize::new(kept.len());
        let stop = AtomicBool::new(false);
        let table = Mutex::new((table, None));
        let threads = options.threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|_| ScanError::Threads { threads })?;
        let run = |point: &Point| {
            if stop.load(Ordering::Relaxed)
                || !tell(done.load(Ordering::Relaxed), plan.points.len())
            {
                stop.store(true, Ordering::Relaxed);
                return;
            }
            let goes_on = || {
                if !tell(done.load(Ordering::Relaxed), plan.points.len()) {
                    stop.store(true, Ordering::Relaxed);
                }
                !stop.load(Ordering::Relaxed)
            };
            let row = self.point(&plan, point, options, &goes_on);
            let cut_short = row.outcome.as_ref().is_ok_and(|summary| summary.interrupted);
            if cut_short {
                return; // the point is not done
            }
            if let Ok(mut guard) = table.lock()
                && let Err(error) = guard.0.append(&row)
            {
                guard.1.get_or_insert(error);
                stop.store(true, Ordering::Relaxed);
            }
            done.fetch_add(1, Ordering::Relaxed);
        };
        pool.scope(|scope| {
            for point in plan.points.iter().filter(|point| !kept.contains(&point.number)) {
                scope.spawn(move |_| run(point));
            }
        });
        let (mut table, fault) =
            table.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = fault {
            return Err(error.into());
        }
        let failed = table.sort()?;
        let interrupted = stop.load(Ordering::Relaxed);
        Ok(ScanOutcome { points: plan.points.len(), kept: kept.len(), failed, interrupted })
    }

    /// One point.
    fn point(
        &self,
        plan: &Plan,
        point: &Point,
        options: &ScanOptions,
        goes_on: &dyn Fn() -> bool,
    ) -> Row {
        let run = || -> Result<Summary, String> {
            let mut experiment = self.clone();
            experiment.drop_section("plots");
            for (path, value) in plan.paths.iter().zip(&point.values) {
                experiment.set(path, value).map_err(|error| error.to_string())?;
            }
            experiment
                .set("simulation.seed", &point.seed.to_string())
                .map_err(|error| error.to_string())?;
            let options = RunOptions {
                threads: Some(1),
                output: options.result(point),
                force: true,
                ..RunOptions::default()
            };
            experiment.run(&options, &mut |_| goes_on()).map_err(|error| error.to_string())
        };
        Row { point: point.clone(), outcome: run() }
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
