//! `neuropil scan`

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::Context;

use crate::args::Scan;
use crate::show;

/// Runs every point of a scan.
#[expect(clippy::print_stderr, reason = "what became of the points belongs there")]
pub fn scan(arguments: &Scan) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
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
    let outcome = experiment.scan(&table, threads, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let outcome = outcome?;
    if outcome.interrupted {
        eprintln!("interrupted: run the same command again to go on");
    }
    if outcome.failed > 0 {
        eprintln!(
            "{} of {} points failed; see the column \"error\"",
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
