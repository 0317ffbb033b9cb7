//! The command as a user meets it: output, files, exit codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::{neuropil, text};

fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// A small network, quick to run.
const SMALL: &str = r#"
[simulation]
duration = "100 ms"
warmup = "20 ms"
[populations.E]
model = "iaf_psc_delta"
size = 20
params = { tau_m = 20, C_m = 1, E_L = 0, V_reset = 0, V_th = 20, t_ref = 2 }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "20 kHz"
weight = "0.1 mV"
[record]
spikes = "E[0:10]"
[record.traces]
target = "E[::10]"
variables = ["V_m"]
every = "1 ms"
[plots.raster]
kind = "raster"
"#;

fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    folder
}

#[test]
fn run_writes_result_and_pictures_and_ends_with_one_json_object() {
    let folder = small();
    let done = neuropil(folder.path(), &["run", "small.toml", "--json", "--threads", "2"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let output = text(&done.stdout);
    let summary: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
    let keys: Vec<&str> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "neurons",
        "synapses",
        "duration_ms",
        "build_s",
        "simulate_s",
        "real_time_factor",
        "peak_memory_mb",
        "spikes",
        "threads",
        "seed",
        "output",
        "populations",
    ];
    assert_eq!(keys, expected);
    assert_eq!(summary["neurons"], 20);
    assert_eq!(summary["duration_ms"], 100.0);
    assert_eq!(summary["threads"], 2);
    assert_eq!(summary["output"], "small.h5");
    // 10 recorded neurons over 0.1 s: as many spikes as the rate says.
    let rate = summary["populations"]["E"]["rate_hz"].as_f64().unwrap();
    assert!((rate - summary["spikes"].as_f64().unwrap()).abs() < 1e-9);
    assert!(rate > 10.0);
    for file in ["small.h5", "small_raster.png", "small_raster.svg"] {
        assert!(folder.path().join(file).metadata().unwrap().len() > 100, "{file}");
    }
}

#[test]
fn a_result_is_not_written_over_without_force() {
    let folder = small();
    let path = folder.path().join("small.h5");
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let first = std::fs::read(&path).unwrap();
    let refused = neuropil(folder.path(), &["run", "small.toml", "--seed", "9"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("exists and is not"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read(&path).unwrap(), first);
    let anew = neuropil(folder.path(), &["run", "small.toml", "--seed", "9", "--force", "-q"]);
    assert!(anew.status.success(), "{}", text(&anew.stderr));
    assert_ne!(std::fs::read(&path).unwrap(), first);
    // What is no result is not replaced even so.
    std::fs::write(&path, "precious").unwrap();
    let kept = neuropil(folder.path(), &["run", "small.toml", "--force", "-q"]);
    assert_eq!(kept.status.code(), Some(1));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn spikes_do_not_depend_on_the_number_of_threads() {
    let folder = small();
    let spikes = |threads: &str| {
        let arguments = ["run", "small.toml", "-q", "--json", "--no-output", "--threads", threads];
        let done = neuropil(folder.path(), &arguments);
        let summary: Value = serde_json::from_slice(&done.stdout).unwrap();
        (summary["spikes"].clone(), summary["populations"].clone())
    };
    assert_eq!(spikes("1"), spikes("3"));
    assert!(!folder.path().join("small.h5").exists());
}

#[test]
fn seed_set_and_duration_change_the_experiment() {
    let folder = small();
    let run = |more: &[&str]| {
        let all = [&["run", "small.toml", "-q", "--json", "--no-output"], more].concat();
        let done = neuropil(folder.path(), &all);
        assert!(done.status.success(), "{}", text(&done.stderr));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let irregularity = |summary: Value| summary["populations"]["E"]["cv_isi"].clone();
    assert_ne!(irregularity(run(&[])), irregularity(run(&["--seed", "2"])));
    assert_eq!(run(&["--duration", "0.05 s"])["duration_ms"], 50.0);
    assert_eq!(run(&["--set", "populations.E.size=40"])["neurons"], 40);
    let silent = run(&["--set", "inputs.noise.rate=0 Hz"]);
    assert_eq!(
        (&silent["spikes"], &silent["populations"]["E"]["cv_isi"]),
        (&0.into(), &Value::Null)
    );
}

#[test]
fn check_counts_without_building() {
    let done = neuropil(&examples(), &["check", "brunel_delta.toml", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&report["neurons"], &report["synapses"]), (&12_500.into(), &15_625_000.0.into()));
    assert_eq!(report["connections"].as_array().unwrap().len(), 4);
}

#[test]
fn info_describes_experiments_and_results() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let described = text(&neuropil(folder.path(), &["info", "small.h5"]).stdout);
    for part in ["complete", "20 × iaf_psc_delta", "of 10 neurons", "E/V_m [mV]: 2 × 100 frames"]
    {
        assert!(described.contains(part), "{part}: {described}");
    }
    let experiment = text(&neuropil(folder.path(), &["info", "small.h5", "--experiment"]).stdout);
    assert_eq!(experiment.trim(), SMALL.trim());
    let described = text(&neuropil(folder.path(), &["info", "small.toml"]).stdout);
    assert!(described.contains("iaf_psc_delta"), "{described}");
}

#[test]
fn plot_draws_what_is_asked_for() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let done = neuropil(folder.path(), &["plot", "small.h5", "--kind", "traces"]);
    assert_eq!(
        text(&done.stdout),
        "small_traces.png\nsmall_traces.svg\n",
        "{}",
        text(&done.stderr)
    );
    let again = neuropil(folder.path(), &["plot", "small.h5", "--kind", "traces"]);
    assert_eq!(again.status.code(), Some(1));
    let unknown = neuropil(folder.path(), &["plot", "small.h5", "--kind", "rastr"]);
    assert!(
        text(&unknown.stderr).contains("did you mean \"raster\"?"),
        "{}",
        text(&unknown.stderr)
    );
}

#[test]
fn new_experiments_check_and_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["network", "neuron", "cell"] {
        let done = neuropil(folder.path(), &["new", kind, "--kind", kind]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let checked = neuropil(folder.path(), &["check", &format!("{kind}.toml")]);
        assert!(checked.status.success(), "{}", text(&checked.stderr));
        assert_eq!(neuropil(folder.path(), &["new", kind]).status.code(), Some(1));
    }
    for kind in ["neuron", "cell"] {
        let done = neuropil(folder.path(), &["run", &format!("{kind}.toml"), "-q"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
}

#[test]
fn connectivity_that_is_written_and_read_gives_the_same_network() {
    let folder = tempfile::tempdir().unwrap();
    let common = r#"
[simulation]
duration = "100 ms"
[populations.E]
model = "iaf_psc_delta"
size = 60
params = { I_e = "450 pA" }
initial = { V_m = { uniform = [-70, -55] } }
[populations.I]
model = "iaf_psc_delta"
size = 30
[connections.drive]
source = "E"
target = ["E", "I"]
weight = "1.5 mV"
delay = "1.5 ms"
"#;
    let drawn = format!("{common}rule = \"fixed_indegree\"\nindegree = 20\n");
    let listed = format!("{common}rule = \"pairs\"\nsources = \"drive_sources.npy\"\n");
    std::fs::write(folder.path().join("drawn.toml"), drawn).unwrap();
    std::fs::write(folder.path().join("listed.toml"), listed).unwrap();
    let done = neuropil(folder.path(), &["connectivity", "drawn.toml"]);
    assert_eq!(text(&done.stdout).trim(), "./drive_sources.npy", "{}", text(&done.stderr));
    let figures = |file: &str| {
        let done = neuropil(folder.path(), &["run", file, "-q", "--json", "--no-output"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let summary: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(summary["synapses"], 1800);
        assert!(summary["populations"]["I"]["rate_hz"].as_f64().unwrap() > 0.0);
        summary["populations"].clone()
    };
    assert_eq!(figures("drawn.toml"), figures("listed.toml"));
}

#[test]
fn exit_codes_tell_model_usage_and_system_apart() {
    let folder = small();
    let bad = SMALL.replace("iaf_psc_delta", "iaf_psc_dleta");
    std::fs::write(folder.path().join("bad.toml"), bad).unwrap();
    let model = neuropil(folder.path(), &["run", "bad.toml"]);
    assert_eq!(model.status.code(), Some(1));
    let message = text(&model.stderr);
    assert!(message.contains("did you mean \"iaf_psc_delta\"?"), "{message}");
    assert!(message.contains("bad.toml:6:9"), "{message}");
    assert!(!folder.path().join("bad.h5").exists());
    assert_eq!(neuropil(folder.path(), &["run"]).status.code(), Some(2));
    assert_eq!(
        neuropil(folder.path(), &["run", "small.toml", "--threads", "0"]).status.code(),
        Some(2)
    );
    let huge = ["run", "small.toml", "--no-output", "--memory", "0"];
    let memory = neuropil(folder.path(), &huge);
    assert_eq!(memory.status.code(), Some(1), "{}", text(&memory.stderr));
    assert!(text(&memory.stderr).contains("nothing was built"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_failed_write_is_a_system_fault() {
    let folder = small();
    let done = neuropil(folder.path(), &["run", "small.toml", "--output", "/proc/nothing.h5"]);
    assert_eq!(done.status.code(), Some(3), "{}", text(&done.stderr));
}

#[test]
fn statistics_scans_and_theory_answer_in_json_and_tables() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let done = neuropil(folder.path(), &["analyze", "small.h5", "--json"]);
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&found[0]["population"], &found[0]["neurons"]), (&"E".into(), &10.into()));
    assert!(found[0]["cv"].as_f64().unwrap() > 0.0);
    let theory =
        neuropil(folder.path(), &["meanfield", "small.toml", "--json", "--result", "small.h5"]);
    let theory: Value = serde_json::from_slice(&theory.stdout).unwrap();
    let rate = |key: &str| theory["populations"]["E"][key].as_f64().unwrap();
    // 10 neurons over 0.1 s of a drive of 40 mV with 3 mV of noise: a few spikes of difference.
    assert!((rate("rate_hz") - rate("simulated_hz")).abs() < 5.0, "{theory}");
    let scan =
        format!("{SMALL}\n[scan.values]\n\"inputs.noise.rate\" = [\"15 kHz\", \"20 kHz\"]\n");
    std::fs::write(folder.path().join("many.toml"), scan).unwrap();
    let done = neuropil(folder.path(), &["scan", "many.toml", "-q"]);
    assert_eq!(text(&done.stdout), "many_scan.csv\nmany_scan.h5\n", "{}", text(&done.stderr));
    let table = std::fs::read_to_string(folder.path().join("many_scan.csv")).unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn morphologies_are_checked_described_and_drawn() {
    let cell = examples().join("../morphologies/pyramidal_layer5/cell.swc");
    let cell = cell.canonicalize().unwrap();
    let cell = cell.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let of = |arguments: &[&str]| neuropil(folder.path(), &[&["morphology"], arguments].concat());
    assert!(of(&["check", cell]).status.success());
    let info = text(&of(&["info", cell]).stdout);
    assert!(info.contains("apic") && info.contains("area by profile"), "{info}");
    assert_eq!(text(&of(&["plot", cell]).stdout), "cell.png\n");
    assert_eq!(of(&["plot", cell]).status.code(), Some(1), "not written over");
    assert!(of(&["convert", cell, "--output", "again.swc"]).status.success());
    let area = |file: &str| {
        let info = text(&of(&["info", file]).stdout);
        info.lines()
            .find(|l| l.starts_with("all"))
            .unwrap()
            .split_whitespace()
            .nth(5)
            .unwrap()
            .to_owned()
    };
    assert_eq!(area(cell), area("again.swc"));
    let bare = of(&["repair", cell, "--without", "axon,apic", "--output", "bare.swc"]);
    assert!(text(&bare.stdout).contains("samples taken away"), "{}", text(&bare.stderr));
    let info = text(&of(&["info", "bare.swc"]).stdout);
    assert!(info.contains("dend") && !info.contains("apic") && !info.contains("axon"), "{info}");
    let first = std::fs::read_to_string(folder.path().join("bare.swc")).unwrap();
    assert!(first.lines().any(|line| line.starts_with("1 1 ")), "numbered from 1");
    std::fs::write(folder.path().join("bad.swc"), "1 1 0 0 0 5 -1\n2 3 9 0 0 1 7\n").unwrap();
    let bad = of(&["check", "bad.swc"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).contains("line 2"), "{}", text(&bad.stdout));
}

#[test]
fn mechanisms_are_checked_described_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let of = |arguments: &[&str]| neuropil(folder.path(), &[&["mechanism"], arguments].concat());
    assert!(text(&of(&["list"]).stdout).contains("hodgkin_huxley_1952"));
    let info = text(&of(&["info", "hh"]).stdout);
    assert!(info.contains("gnabar = 0.12 S/cm2") && info.contains("writes ina"), "{info}");
    assert_eq!(text(&of(&["plot", "hh"]).stdout), "hh.png\n");
    std::fs::write(folder.path().join("bad.mod"), "NEURON { SUFFIX bad }\nBREAKPOINT { x = y }\n")
        .unwrap();
    let bad = of(&["check", "bad.mod"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stdout).contains("bad.mod:2"), "{}", text(&bad.stdout));
    let unknown = text(&of(&["info", "hhh"]).stderr);
    assert!(unknown.contains("did you mean \"hh\"?"), "{unknown}");
}
