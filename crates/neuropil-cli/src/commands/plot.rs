//! `neuropil plot`

use std::path::PathBuf;

use anyhow::{Context, bail};
use neuropil::experiment::Experiment;
use neuropil::names::suggestion;
use neuropil::pictures;
use neuropil::resolve::{PlotKind, PlotRequest};
use neuropil::results::ResultFile;
use neuropil::scan::ScanResult;

use crate::args::Plot;
use crate::show;

/// Draws pictures of a result, of a run or of a scan.
pub fn plot(arguments: &Plot) -> anyhow::Result<()> {
    let cannot = || format!("cannot draw {}", arguments.file.display());
    if ScanResult::is_one(&arguments.file) {
        let scan = ScanResult::open(&arguments.file).with_context(cannot)?;
        let mut requests = of_scan(arguments, &scan)?;
        narrow(arguments, &mut requests)?;
        return save(arguments, &requests, &|paths| pictures::save_scan(&scan, &requests, paths));
    }
    let result = ResultFile::open(&arguments.file).with_context(cannot)?;
    let mut requests = of_run(arguments, &result)?;
    narrow(arguments, &mut requests)?;
    save(arguments, &requests, &|paths| pictures::save(&result, &requests, paths, &[]).map(drop))
}

/// Writes the pictures unless they are there already.
fn save(
    arguments: &Plot,
    requests: &[PlotRequest],
    write: &dyn Fn(&[PathBuf]) -> Result<(), pictures::PictureError>,
) -> anyhow::Result<()> {
    let beside = match &arguments.output {
        Some(folder) => folder.join(arguments.file.file_name().unwrap_or_default()),
        None => arguments.file.clone(),
    };
    let paths: Vec<PathBuf> = pictures::paths(&beside, requests);
    if let Some(path) = paths.iter().find(|path| path.exists() && !arguments.force) {
        bail!("{} exists and is not replaced without --force", path.display());
    }
    if let Some(folder) = &arguments.output {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot use the folder {}", folder.display()))?;
    }
    write(&paths)?;
    paths.iter().try_for_each(|path| show::line(path.display()))
}

/// What the command line asks for, else what the experiment does, else all that fits.
fn of_run(arguments: &Plot, result: &ResultFile) -> anyhow::Result<Vec<PlotRequest>> {
    let metadata = result.metadata();
    let provenance = &metadata.provenance;
    let names: Vec<&str> = provenance.populations.iter().map(|p| p.name.as_str()).collect();
    // A result from another program, or of an experiment with includes, may have no readable one.
    let written = Experiment::parse(&provenance.experiment, "experiment.toml").ok();
    let written = written.filter(|experiment| experiment.plot_requests(&names).is_ok());
    let asked = match written {
        Some(experiment) => requests(arguments, experiment, &names)?,
        None => requests(arguments, bare(metadata.dt_ms)?, &names)?,
    };
    let of_run: Vec<PlotRequest> =
        asked.iter().filter(|request| !request.kind.of_scan()).cloned().collect();
    Ok(match (asked.is_empty(), of_run.is_empty(), &arguments.kind) {
        (_, true, None) => pictures::all_that_fit(result),
        (false, true, Some(_)) => asked,
        _ => of_run,
    })
}

/// The same for a scan.
fn of_scan(arguments: &Plot, scan: &ScanResult) -> anyhow::Result<Vec<PlotRequest>> {
    let written = Experiment::parse(&scan.experiment, "experiment.toml").ok();
    let asked = match written.map(|experiment| requests(arguments, experiment, &[])) {
        Some(Ok(asked)) => asked,
        // Pictures of single runs may name populations.
        _ => requests(arguments, bare(0.1)?, &[])?,
    };
    let of_scan: Vec<PlotRequest> =
        asked.iter().filter(|request| request.kind.of_scan()).cloned().collect();
    Ok(match (of_scan.is_empty(), &arguments.kind) {
        (true, Some(_)) => asked,
        (true, None) => pictures::that_fit_scan(scan),
        _ => of_scan,
    })
}

/// An experiment without pictures.
fn bare(dt_ms: f64) -> anyhow::Result<Experiment> {
    let text = format!("simulation = {{ duration = {dt_ms}, dt = {dt_ms} }}");
    Ok(Experiment::parse(&text, "experiment.toml")?)
}

/// The pictures of an experiment, or the one of the kind asked for, changed by the command line.
fn requests(
    arguments: &Plot,
    mut experiment: Experiment,
    populations: &[&str],
) -> anyhow::Result<Vec<PlotRequest>> {
    if let Some(name) = &arguments.kind {
        if PlotKind::named(name).is_none() {
            let known: Vec<&str> = PlotKind::names().collect();
            let suggestion = suggestion(name, known.iter().copied());
            bail!("unknown kind of plot \"{name}\", known are {}{suggestion}", known.join(", "));
        }
        experiment.set(&format!("plots.{name}"), &format!("{{ kind = \"{name}\" }}"))?;
        for (key, value) in &arguments.with {
            experiment.set(&format!("plots.{name}.{key}"), value)?;
        }
    }
    let mut all = experiment.plot_requests(populations)?;
    if let Some(name) = &arguments.kind {
        all.retain(|request| request.name == *name);
    }
    Ok(all)
}

/// Narrows pictures to what the command line asks for.
fn narrow(arguments: &Plot, requests: &mut [PlotRequest]) -> anyhow::Result<()> {
    for request in requests {
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
            request.bin_ms = Some(bin);
        }
    }
    Ok(())
}
