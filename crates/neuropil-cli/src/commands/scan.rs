//! `neuropil scan`

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::Context;
use neuropil::scan::{ScanError, ScanOptions};

use crate::args::Scan;
use crate::show;

/// Runs every point of a scan.
#[expect(clippy::print_stderr, reason = "what became of the points belongs there")]
pub fn scan(arguments: &Scan) -> anyhow::Result<()> {
    let mut experiment = super::read(&arguments.file, &arguments.changes)?;
    for (path, values) in &arguments.over {
        experiment.over(path, values)?;
    }
    let table = arguments.output.clone().unwrap_or_else(|| {
        let stem = arguments.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        PathBuf::from(format!("{stem}_scan.csv"))
    });
    if arguments.force && table.exists() {
        std::fs::remove_file(&table)
            .with_context(|| format!("cannot replace {}", table.display()))?;
    }
    let stop = super::run::interrupt_flag()?;
    let bar = super::run::progress_bar(arguments.quiet);
    bar.set_message("scanning");
    let threads = arguments.threads.map_or_else(processors, usize::from);
    let options = ScanOptions {
        table: table.clone(),
        results: arguments.results.clone(),
        threads,
        retry: arguments.retry,
    };
    let outcome = experiment.scan(&options, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| match error {
        ScanError::Experiment(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })?;
    if outcome.interrupted {
        eprintln!("interrupted: run the same command again to go on");
    }
    if outcome.failed > 0 {
        eprintln!(
            "{} of {} points failed: the column \"error\" says why; --retry runs them again",
            outcome.failed, outcome.points
        );
    }
    if outcome.kept > 0 {
        eprintln!("{} points were there already", outcome.kept);
    }
    show::line(table.display())
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
