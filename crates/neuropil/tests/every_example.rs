//! Every example, whatever its folder, checks without a warning and runs in a short form with all its
//! pictures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use neuropil::experiment::{Experiment, Written};
use neuropil::run::RunOptions;

/// Examples that need files which a script makes first.
const MADE_BY_SCRIPTS: &[&str] = &["brunel_alpha_arrays"];

fn examples() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples"), &mut files);
    files.sort();
    assert!(files.len() >= 34, "only {}", files.len());
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !MADE_BY_SCRIPTS.contains(&name.as_str()) {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let written = std::fs::read_to_string(&path).unwrap();
            // a folder may hold tables that experiments name
            if written.contains("[simulation]") || written.contains("include") {
                files.push(path);
            }
        }
    }
}

#[test]
fn every_example_checks() {
    for file in examples() {
        let experiment = Experiment::read(&file).unwrap();
        let done = match experiment.has_cells() {
            true => experiment.check_cables().map(|check| check.warnings),
            false => experiment.check().map(|check| check.warnings),
        };
        match done {
            Ok(mut warnings) => {
                warnings.retain(|warning| !warning.ends_with("there is no soma")); // bare cables
                assert!(warnings.is_empty(), "{}: {warnings:?}", file.display());
            }
            Err(error) => panic!("{}", error.render(false)),
        }
    }
}

#[test]
fn every_example_runs_for_a_moment_and_draws_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    for (rank, file) in examples().iter().enumerate() {
        let mut experiment = Experiment::read(file).unwrap();
        let moment = if experiment.has_cells() { "2 ms" } else { "10 ms" };
        for (path, value) in [
            ("simulation.duration", format!("\"{moment}\"")),
            ("simulation.warmup", "0".to_owned()),
        ] {
            experiment.set(path, &value).unwrap();
        }
        let mut plots = Vec::new();
        let mut windows = Vec::new();
        if let Some(Written::Table(table)) = experiment.root().get("plots").map(|item| &item.value)
        {
            for entry in &table.entries {
                let Written::Table(plot) = &entry.node.value else {
                    panic!("a picture is a table")
                };
                // Pictures of a scan are not drawn by a run.
                match plot.get("kind").map(|kind| &kind.value) {
                    Some(Written::Text(kind)) if kind.starts_with("scan_") => continue,
                    _ => plots.push(entry.key.clone()),
                }
                if plot.get("window").is_some() {
                    windows.push(entry.key.clone());
                }
            }
        }
        for plot in &windows {
            let window = format!("[\"0 ms\", \"{moment}\"]");
            experiment.set(&format!("plots.{plot}.window"), &window).unwrap();
        }
        let output = folder.path().join(format!("example_{rank}.h5"));
        let options = RunOptions { output: Some(output.clone()), ..RunOptions::default() };
        let summary = experiment
            .run(&options, &mut |_| true)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(!summary.interrupted, "{}", file.display());
        for plot in &plots {
            let picture = folder.path().join(format!("example_{rank}_{plot}.png"));
            assert!(picture.exists(), "{}: no {}", file.display(), picture.display());
        }
        std::fs::remove_file(output).unwrap();
    }
}
