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
//! the reason. At the end the table is also written as HDF5, a dataset for every column.

mod labelled;
mod plan;
mod table;

use std::path::Path;
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
    #[error("cannot start {threads} threads")]
    Threads { threads: usize },
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
    /// Runs every point of the experiment's `[scan]` that `table` does not hold yet, `threads` at a
    /// time. `tell` hears how many are done, and ends the scan by returning `false`.
    ///
    /// # Errors
    /// [`ScanError`]. A point that fails does not end the scan.
    pub fn scan(
        &self,
        table: &Path,
        threads: usize,
        tell: &(dyn Fn(usize, usize) -> bool + Sync),
    ) -> Result<ScanOutcome, ScanError> {
        let plan = Plan::of(self)?;
        let (table, kept) = Table::open(table, &plan)?;
        let done = AtomicUsize::new(kept.len());
        let stop = AtomicBool::new(false);
        let table = Mutex::new((table, None));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .build()
            .map_err(|_| ScanError::Threads { threads })?;
        let run = |point: &Point| {
            if stop.load(Ordering::Relaxed)
                || !tell(done.load(Ordering::Relaxed), plan.points.len())
            {
                stop.store(true, Ordering::Relaxed);
                return;
            }
            let row = self.point(&plan, point, &stop);
            if stop.load(Ordering::Relaxed) {
                return; // cut short: the point is not done
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
    fn point(&self, plan: &Plan, point: &Point, stop: &AtomicBool) -> Row {
        let run = || -> Result<Summary, String> {
            let mut experiment = self.clone();
            for (path, value) in plan.paths.iter().zip(&point.values) {
                experiment.set(path, value).map_err(|error| error.to_string())?;
            }
            experiment
                .set("simulation.seed", &point.seed.to_string())
                .map_err(|error| error.to_string())?;
            let options = RunOptions { threads: Some(1), ..RunOptions::default() };
            experiment
                .run(&options, &mut |_| !stop.load(Ordering::Relaxed))
                .map_err(|error| error.to_string())
        };
        Row { point: point.clone(), outcome: run() }
    }
}
