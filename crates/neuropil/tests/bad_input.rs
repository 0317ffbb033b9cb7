//! Every file in `files/bad` is refused with the message that its first comment says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use neuropil::experiment::Experiment;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files/bad")
}

#[test]
fn bad_experiments_name_place_and_fault() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let here = folder().display().to_string();
        let expected =
            text.lines().next().unwrap().trim_start_matches("# ").replace("{here}", &here);
        let resolved = Experiment::read(file).and_then(|experiment| {
            if experiment.has_cells() {
                experiment.check_cables().map(drop)
            } else if experiment.root().get("scan").is_some() {
                neuropil::scan::Plan::of(&experiment).map(drop)
            } else {
                experiment.check().map(drop)
            }
        });
        let found = match resolved {
            Ok(()) => "accepted".to_owned(),
            Err(error) => match error.place() {
                Some((path, line, column)) => {
                    assert_eq!(&path, file);
                    format!("line {line}, column {column}: {}", error.fault())
                }
                None => error.to_string(),
            },
        };
        if found != expected {
            let name = file.file_name().unwrap().to_string_lossy();
            wrong.push(format!("{name}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(files.len() >= 25, "only {} files", files.len());
}

#[test]
fn a_message_shows_the_line_it_is_about() {
    let error = Experiment::read(folder().join("wrong_unit.toml")).unwrap().check().unwrap_err();
    let shown = error.render(false);
    for part in [
        "error: populations.E.params.tau_m: found a conductance",
        ":7:20",
        "params = { tau_m = \"20 nS\" }",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn values_from_the_command_line_have_a_place_too() {
    let text = "[simulation]\nduration = 100\n[populations.E]\nmodel = \"iaf_psc_delta\"\n";
    let mut experiment = Experiment::parse(text, "x.toml").unwrap();
    experiment.set("populations.E.size", "-1").unwrap();
    let error = experiment.check().unwrap_err().to_string();
    assert!(error.starts_with("--set:1:22: populations.E.size: found -1"), "{error}");
    assert!(experiment.set("populations.E.model.x", "1").is_err());
}
