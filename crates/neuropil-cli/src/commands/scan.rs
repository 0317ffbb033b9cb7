//! `neuropil scan`

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use indicatif::ProgressStyle;
use neuropil::scan::{ScanError, ScanOptions, failed_path, labelled_path};

use crate::args::Scan;
use crate::{show, signals};

/// Fineness of the progress bar.
const PARTS: u64 = 10_000;

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
    super::refuse_itself(&table, &arguments.file)?;
    let stop = signals::interrupt_flag()?;
    let bar = super::run::progress_bar(arguments.quiet);
    let style = "{msg} {bar:40} {percent:>3} %  {elapsed} done, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.set_length(PARTS);
    let options = ScanOptions {
        table: table.clone(),
        results: arguments.results.clone(),
        threads: arguments.threads.map_or_else(processors, usize::from),
        retry: arguments.retry,
        force: arguments.force,
    };
    let outcome = experiment.scan(&options, &|progress| {
        let failed = match progress.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        bar.set_message(format!("{} of {} points{failed}", progress.done, progress.points));
        bar.set_position((progress.share * PARTS as f64) as u64);
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| match error {
        ScanError::Experiment(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })?;
    if outcome.kept > 0 {
        eprintln!("{} points were there already", outcome.kept);
    }
    if outcome.failed > 0 {
        let (failed, points) = (outcome.failed, outcome.points);
        let list = failed_path(&table);
        eprintln!("{failed} of {points} points failed, listed in {}", list.display());
        eprintln!("--retry runs them again");
    }
    if let Some(failure) = &outcome.failure {
        eprintln!("the first: {failure}");
    }
    if outcome.interrupted {
        eprintln!("interrupted: run the same command again to go on");
    }
    show::line(table.display())?;
    show::line(labelled_path(&table).display())?;
    for picture in &outcome.pictures {
        show::line(picture.display())?;
    }
    Ok(())
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
