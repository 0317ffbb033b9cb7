//! `neuropil plot`

use std::path::PathBuf;

use anyhow::{Context, bail};
use neuropil::experiment::Experiment;
use neuropil::names::suggestion;
use neuropil::pictures;
use neuropil::resolve::{PlotKind, PlotRequest};
use neuropil::results::ResultFile;

use crate::args::Plot;
use crate::show;

/// Draws pictures of a result.
pub fn plot(arguments: &Plot) -> anyhow::Result<()> {
    let result = ResultFile::open(&arguments.file)
        .with_context(|| format!("cannot draw {}", arguments.file.display()))?;
    let mut requests = requests(arguments, &result)?;
    for request in &mut requests {
        if !arguments.populations.is_empty() {
            request.populations.clone_from(&arguments.populations);
        }
        if let Some([start, stop]) = arguments.window.as_deref() {
            if !(start < stop) {
                bail!("--window: found {start} to {stop}, expected a start before a stop");
            }
            request.window_ms = Some((*start, *stop));
        }
        if let Some(bin) = arguments.bin {
            if !(bin > 0.0 && bin.is_finite()) {
                bail!("--bin: found {bin}, expected a time above 0 ms");
            }
            request.bin_ms = bin;
        }
    }
    let beside = match &arguments.output {
        Some(folder) => folder.join(arguments.file.file_name().unwrap_or_default()),
        None => arguments.file.clone(),
    };
    let paths: Vec<PathBuf> = pictures::paths(&beside, &requests);
    if let Some(path) = paths.iter().find(|path| path.exists() && !arguments.force) {
        bail!("{} exists and is not replaced without --force", path.display());
    }
    pictures::save(&result, &requests, &paths, &[])?;
    for path in paths {
        show::line(path.display())?;
    }
    Ok(())
}

/// What the command line asks for, else what the experiment does, else all that fits.
fn requests(arguments: &Plot, result: &ResultFile) -> anyhow::Result<Vec<PlotRequest>> {
    if let Some(name) = &arguments.kind {
        let Some(kind) = PlotKind::named(name) else {
            let known: Vec<&str> = PlotKind::names().collect();
            let suggestion = suggestion(name, known.iter().copied());
            bail!("unknown kind of plot \"{name}\", known are {}{suggestion}", known.join(", "));
        };
        return Ok(vec![PlotRequest::new(name, kind)]);
    }
    let provenance = &result.metadata().provenance;
    let names: Vec<&str> = provenance.populations.iter().map(|p| p.name.as_str()).collect();
    // A result from another program, or of an experiment with includes, may have no readable one.
    let asked = Experiment::parse(&provenance.experiment, "experiment.toml")
        .and_then(|experiment| experiment.plot_requests(&names))
        .unwrap_or_default();
    Ok(if asked.is_empty() { pictures::all_that_fit(result) } else { asked })
}
