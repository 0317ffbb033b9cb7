//! `neuropil info`

use anyhow::Context;
use neuropil::experiment::Experiment;
use neuropil::results::{ResultFile, Status};

use crate::args::{Info, Mechanism, MechanismFile, Morphology, MorphologyFile};
use crate::show;

/// Says what is in a file.
pub fn info(arguments: &Info) -> anyhow::Result<()> {
    let ending = arguments.file.extension().and_then(|e| e.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "toml" | "json" => {
            let experiment = Experiment::read(&arguments.file)?;
            if arguments.experiment {
                show::line(experiment.text())?;
            } else {
                show::line(format!("experiment        {}", arguments.file.display()))?;
                let text = match experiment.has_cells() {
                    true => super::check::cells_text(&experiment.check_cables()?),
                    false => super::check::text(&experiment.check()?),
                };
                show::line(text)?;
            }
            Ok(())
        }
        "swc" => {
            let (file, profile) = (arguments.file.clone(), "neuropil".into());
            super::morphology::morphology(&Morphology::Info(MorphologyFile { file, profile }))
        }
        "mod" => {
            let mechanism = arguments.file.display().to_string();
            super::mechanism::mechanism(&Mechanism::Info(MechanismFile { mechanism }))
        }
        _ => {
            let result = ResultFile::open(&arguments.file)
                .with_context(|| format!("cannot describe {}", arguments.file.display()))?;
            if arguments.experiment {
                show::line(&result.metadata().provenance.experiment)?;
            } else {
                show::line(describe(&result)?)?;
            }
            Ok(())
        }
    }
}

fn describe(result: &ResultFile) -> anyhow::Result<String> {
    let metadata = result.metadata();
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| lines.push(format!("{name:<18}{value}"));
    line("result", result.path().display().to_string());
    // A file that can be opened is not being written.
    let status = match metadata.status {
        Status::Running => "killed; what had been flushed is here",
        other => other.name(),
    };
    line(
        "status",
        metadata.failure.as_ref().map_or(status.into(), |why| format!("{status}: {why}")),
    );
    let simulated = show::milliseconds(metadata.simulated_ms);
    line("simulated", format!("{simulated} in steps of {} ms", metadata.dt_ms));
    line("seed", metadata.provenance.seed.to_string());
    line("version", metadata.provenance.version.clone());
    for population in &metadata.provenance.populations {
        let size = show::count(population.size);
        line("population", format!("{}: {size} × {}", population.name, population.model));
    }
    for recording in result.spike_recordings() {
        let spikes = show::count(result.spike_count(&recording.population)? as u64);
        let recorded = show::count(recording.recorded() as u64);
        line("spikes", format!("{}: {spikes} of {recorded} neurons", recording.population));
    }
    for report in result.reports() {
        let name = format!("{}/{}", report.population, report.variable);
        let unit = &report.unit;
        let (columns, frames) = (report.columns.len(), report.frames);
        let every = show::milliseconds(report.step_ms);
        line("trace", format!("{name} [{unit}]: {columns} × {frames} frames, every {every}"));
    }
    for input in &metadata.provenance.inputs {
        line("input file", format!("{}  sha256 {}", input.path, input.sha256));
    }
    for (phase, seconds) in &metadata.timings_s {
        line("time spent", format!("{phase}: {seconds:.3} s"));
    }
    for warning in &metadata.provenance.warnings {
        line("warning", warning.clone());
    }
    Ok(lines.join("\n"))
}
