//! `neuropil run`

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use neuropil::run::{Progress, RunOptions};

use crate::args::Run;
use crate::{show, signals};

/// Runs an experiment.
#[expect(clippy::print_stderr, reason = "warnings belong there")]
pub fn run(arguments: &Run) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    let output = (!arguments.no_output)
        .then(|| arguments.output.clone().unwrap_or_else(|| default_output(&arguments.file)));
    let options = RunOptions {
        output,
        force: arguments.force,
        threads: arguments.threads.map(usize::from),
        memory_limit_bytes: arguments.memory.map(|mb| mb * 1_000_000),
    };
    let stop = signals::interrupt_flag()?;
    let bar = progress_bar(arguments.quiet);
    let summary = experiment.run(&options, &mut |progress| {
        match progress {
            Progress::Building => bar.set_message("building"),
            Progress::Simulating { step, steps } => {
                bar.set_length(steps);
                bar.set_position(step);
                bar.set_message("simulating");
            }
            _ => {}
        }
        !stop.load(Ordering::Relaxed)
    });
    bar.finish_and_clear();
    let summary = summary?;
    if !arguments.quiet {
        for warning in &summary.warnings {
            eprintln!("warning: {warning}");
        }
        if summary.interrupted {
            eprintln!("interrupted: everything up to this point is kept");
        }
        show::line(show::summary(&summary))?;
        for remark in &summary.remarks {
            show::line(format!("\n{remark}"))?;
        }
        for one in &summary.analysis {
            show::line(super::analyze::text(one))?;
        }
    }
    if arguments.json {
        show::line(summary.json())?;
    }
    Ok(())
}

/// `brunel.toml` gives `brunel.h5` in the current folder.
fn default_output(file: &Path) -> PathBuf {
    PathBuf::from(file.file_stem().unwrap_or_default()).with_extension("h5")
}

/// A bar with the time left; invisible unless standard error is a terminal.
pub fn progress_bar(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) =
        ProgressStyle::with_template("{msg:10} {bar:40} {percent:>3} %  {elapsed} done, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}
