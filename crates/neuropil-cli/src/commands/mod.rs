//! One file for each command.

pub mod analyze;
pub mod cell;
pub mod check;
pub mod connectivity;
pub mod convert;
pub mod export;
pub mod impedance;
pub mod info;
pub mod meanfield;
pub mod mechanism;
pub mod morphology;
pub mod new;
pub mod plot;
pub mod run;
pub mod scan;
pub mod transfer;

use std::path::Path;

use neuropil::experiment::Experiment;

use crate::args::Changes;

/// Reads an experiment and applies the changes of the command line.
fn read(file: &Path, changes: &Changes) -> anyhow::Result<Experiment> {
    let mut experiment = Experiment::read(file)?;
    for (path, value) in &changes.set {
        experiment.set(path, value)?;
    }
    if let Some(seed) = changes.seed {
        experiment.set("simulation.seed", &seed.to_string())?;
    }
    if let Some(duration) = &changes.duration {
        experiment.set("simulation.duration", duration)?;
    }
    Ok(experiment)
}

/// Refuses to write over the file that is read, even if replacing is asked for.
fn refuse_itself(output: &Path, input: &Path) -> anyhow::Result<()> {
    let same = |(a, b): (std::path::PathBuf, std::path::PathBuf)| a == b;
    if output.canonicalize().ok().zip(input.canonicalize().ok()).is_some_and(same) {
        anyhow::bail!("{} is the file that is read; give another name", output.display());
    }
    Ok(())
}

/// Refuses to write over a file unless that is asked for.
fn refuse_existing(path: &Path, force: bool) -> anyhow::Result<()> {
    if path.exists() && !force {
        anyhow::bail!("{} exists and is not replaced without --force", path.display());
    }
    Ok(())
}
