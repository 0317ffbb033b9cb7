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

#[test]
fn what_may_not_be_meant_is_warned_of() {
    let text = "
[simulation]
duration = '100 ms'
[populations.E]
preset = 'LIF'
[inputs.falling]
kind = 'poisson'
target = 'E'
rate = '100 Hz * cos(t / (10 ms))'
weight = '1 nS'
[inputs.fast]
kind = 'poisson'
target = 'E'
rate = '30 kHz'
counts = 'bernoulli'
weight = '1 nS'
[inputs.later]
kind = 'poisson'
target = 'E'
rate = '1 kHz * (t / (10 ms) - 1)'
start = '50 ms'
weight = '1 nS'
[analysis]
window = ['200 ms', '300 ms']
[plots.spikes]
kind = 'raster'
window = ['100 ms', '300 ms']
";
    let check = Experiment::parse(text, "x.toml").unwrap().check().unwrap();
    let found: Vec<&str> = check.warnings.iter().map(String::as_str).collect();
    let [falling, fast, analysis, spikes] = found[..] else { panic!("{found:?}") };
    // The cosine is least after half a turn, 31.4 ms; an input that begins later is not warned of.
    assert!(falling.starts_with("inputs.falling.rate: -99.99") && falling.contains("31.4"));
    assert!(falling.ends_with("ms; below 0 it counts as 0"), "{falling}");
    assert_eq!(
        fast,
        "inputs.fast.rate: 30000 Hz at 0 ms; with counts = \"bernoulli\" a neuron has at most 10000 a second"
    );
    assert_eq!(analysis, "analysis.window begins at 200 ms, the run ends at 100 ms");
    assert_eq!(spikes, "plots.spikes.window begins at 100 ms, the run ends at 100 ms");
}
