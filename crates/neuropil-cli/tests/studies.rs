//! The commands that study an experiment or a result, as a user meets them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::Value;
use support::{neuropil, text};

const SMALL: &str = r#"
[simulation]
duration = "400 ms"
warmup = "100 ms"
[parameters]
drive = "20 kHz"
[populations.E]
model = "iaf_psc_delta"
size = 50
params = { tau_m = 20, C_m = 1, E_L = 0, V_reset = 0, V_th = 20, t_ref = 2 }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "drive"
weight = "0.1 mV"
[record]
spikes = true
[record.traces]
target = "E[0:5]"
variables = ["V_m"]
every = "1 ms"
"#;

fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    folder
}

#[test]
fn scan_writes_one_row_per_point_and_goes_on() {
    let folder = small();
    let scan = |more: &[&str]| {
        let over = ["scan", "small.toml", "-q", "--over", "parameters.drive=10e3..30e3:3"];
        neuropil(folder.path(), &[&over, more].concat())
    };
    let done = scan(&["--results", "points"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), "small_scan.csv\nsmall_scan.h5\n");
    let table = std::fs::read_to_string(folder.path().join("small_scan.csv")).unwrap();
    let header = "point,seed,parameters.drive,synapses,spikes,build_s,simulate_s,E.rate_hz";
    assert!(table.starts_with(header), "{table}");
    assert_eq!(table.lines().count(), 4);
    assert!(folder.path().join("points/point_000002.h5").exists());
    let again = scan(&[]);
    assert!(text(&again.stderr).contains("3 points were there already"), "{}", text(&again.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join("small_scan.csv")).unwrap(), table);
    let drawn = text(&neuropil(folder.path(), &["plot", "small_scan.h5"]).stdout);
    assert_eq!(drawn, "small_scan_curve.png\nsmall_scan_curve.svg\n");
    let svg = std::fs::read_to_string(folder.path().join("small_scan_curve.svg")).unwrap();
    assert!(svg.contains("drive") && svg.contains("E rate (spikes/s)"), "{svg}");
    let kind = ["plot", "small_scan.h5", "--kind"];
    for (more, message) in [
        (&["scan_map"][..], "a map needs two scanned keys"),
        (&["raster"], "drawn of a run, not of a scan"),
        (&["scan_curve", "--with", "x=dirve"], "no key \"dirve\""),
        (&["scan_curve", "--with", "animate=true"], "animate"),
    ] {
        let refused = neuropil(folder.path(), &[&kind, more].concat());
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains(message), "{}", text(&refused.stderr));
    }
    let wrong = neuropil(folder.path(), &["scan", "small.toml", "--over", "parameters.drvie=1,2"]);
    assert_eq!(wrong.status.code(), Some(1));
    let message = text(&wrong.stderr);
    assert!(message.contains("did you mean \"parameters.drive\"?"), "{message}");
}

#[test]
fn analyze_answers_with_a_table_or_json() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let table = text(&neuropil(folder.path(), &["analyze", "small.h5"]).stdout);
    for part in ["window (ms)", "100–500", "CV of intervals", "\nE V_m (mV) "] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let done =
        neuropil(folder.path(), &["analyze", "small.h5", "--json", "--window", "200", "500"]);
    let json: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(json[0]["window_ms"], serde_json::json!([200.0, 500.0]));
    assert!(json[0]["rate_hz"].as_f64().unwrap() > 1.0);
    assert!(json[0]["variables"]["V_m"]["sd"].as_f64().unwrap() > 0.1);
    let with =
        ["--with", "modulation={ frequency = '10 Hz' }", "--with", "windows.early=[100, 200]"];
    let csv = text(
        &neuropil(folder.path(), &[&["analyze", "small.h5", "--csv"][..], &with].concat()).stdout,
    );
    assert!(
        csv.starts_with("population,start_ms,stop_ms,figure,value,unit\nE,100,500,neurons,50,")
    );
    for part in ["E,100,500,modulation.vector_strength,", "E,100,500,windows_hz.early,"] {
        assert!(csv.contains(part), "{part}: {csv}");
    }
    let other = neuropil(folder.path(), &["analyze", "small.toml"]);
    assert_eq!(other.status.code(), Some(1));
    let message = text(&other.stderr);
    assert!(message.contains("small.toml is not an HDF5 file"), "{message}");
}

#[test]
fn export_writes_tables_of_what_was_recorded() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let done = neuropil(folder.path(), &["export", "small.h5", "-o", "tables"]);
    let said = text(&done.stdout);
    assert_eq!(
        said,
        "tables/small_spikes_E.csv\ntables/small_E_V_m.csv\n",
        "{}",
        text(&done.stderr)
    );
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("tables").join(name)).unwrap();
    let (spikes, traces) = (read("small_spikes_E.csv"), read("small_E_V_m.csv"));
    let header = "time_ms,V_m[0] (mV),V_m[1] (mV),V_m[2] (mV),V_m[3] (mV),V_m[4] (mV)\n101,";
    assert!(traces.starts_with(header) && traces.lines().count() == 401, "{traces}");
    let json = neuropil(folder.path(), &["analyze", "small.h5", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    // A spike at the very end of the recording is in the table, not in the statistics.
    let counted = json[0]["spikes"].as_u64().unwrap();
    assert_eq!(spikes.lines().count() as u64 - 1, counted);
    let again = neuropil(folder.path(), &["export", "small.h5", "-o", "tables"]);
    assert!(text(&again.stderr).contains("not replaced"), "{}", text(&again.stderr));
    let narrow = ["export", "small.h5", "-o", "tables", "-f", "--window", "200", "300"];
    assert!(neuropil(folder.path(), &narrow).status.success());
    assert!(read("small_spikes_E.csv").len() < spikes.len());
}

#[test]
fn meanfield_predicts_and_compares() {
    let folder = small();
    assert!(neuropil(folder.path(), &["run", "small.toml", "-q"]).status.success());
    let arguments = ["meanfield", "small.toml", "--result", "small.h5"];
    let done = neuropil(folder.path(), &arguments);
    let output = text(&done.stdout);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(output.contains("Siegert") && output.contains("small_meanfield.png"), "{output}");
    assert!(folder.path().join("small_meanfield.png").exists());
    let again = neuropil(folder.path(), &arguments);
    assert!(text(&again.stderr).contains("not replaced without --force"));
    let done = neuropil(folder.path(), &[&arguments[..], &["--json", "--force"]].concat());
    let json: Value = serde_json::from_slice(&done.stdout).unwrap();
    let [predicted, simulated] =
        ["rate_hz", "simulated_hz"].map(|key| json["populations"]["E"][key].as_f64().unwrap());
    assert!((predicted / simulated - 1.0).abs() < 0.1, "{predicted} against {simulated}");
}

/// Adaptive neurons with conductance synapses whose excitation changes in time.
const DRIVEN: &str = r#"
[simulation]
duration = "1 s"
[parameters]
F = "2.2 kHz"
[populations.RS]
model = "aeif_cond_exp_euler"
size = 300
params = { b = "20 pA", tau_w = "100 ms" }
[inputs.excitation]
kind = "poisson"
target = "RS"
rate = "F + 400 Hz * gaussian(t, 600 ms, 100 ms)"
weight = "1 nS"
[inputs.inhibition]
kind = "poisson"
target = "RS"
rate = "300 Hz"
weight = "-4 nS"
[record]
spikes = true
"#;

fn driven() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("driven.toml"), DRIVEN).unwrap();
    folder
}

#[test]
fn transfer_functions_are_measured_fitted_named_and_used() {
    let folder = driven();
    let transfer = ["transfer", "driven.toml", "--seeds", "2", "--time", "1000"];
    let done = neuropil(folder.path(), &transfer);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let output = text(&done.stdout);
    assert!(output.contains("points visited") && output.contains("half of the rates within"));
    assert!(output.ends_with("driven_transfer.toml\ndriven_transfer_RS.png\n"), "{output}");
    let written = std::fs::read_to_string(folder.path().join("driven_transfer.toml")).unwrap();
    for part in ["[transfer.\"RS\"]", "skewness = [", "relative_error = "] {
        assert!(written.contains(part), "{part}: {written}");
    }
    let refused = neuropil(folder.path(), &transfer);
    assert!(text(&refused.stderr).contains("not replaced without --force"));
    let wrong = neuropil(
        folder.path(),
        &["transfer", "driven.toml", "--force", "--over", "excitatoin=1,2"],
    );
    let message = text(&wrong.stderr);
    assert!(message.contains("receives nothing from \"excitatoin\""), "{message}");
    assert!(message.contains("did you mean \"excitation\"?"), "{message}");
    // far above what the inputs do in the run, it says so, with the population and the range
    let named = ["--set", "meanfield.transfer.RS=\"driven_transfer.toml\"", "--at", "100"];
    let over = ["meanfield", "driven.toml", "--over", "parameters.F=\"2200 Hz\",\"12000 Hz\""];
    let done = neuropil(folder.path(), &[&over, &named[..]].concat());
    let output = text(&done.stdout);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(output.contains("transfer function of RS:"), "{output}");
    assert!(output.contains("lies outside the fitted range"), "{output}");
    assert!(output.contains("driven_meanfield.png"), "{output}");
}

#[test]
fn meanfield_follows_inputs_over_time_beside_the_simulation() {
    let folder = driven();
    assert!(neuropil(folder.path(), &["run", "driven.toml", "-q"]).status.success());
    let arguments =
        ["meanfield", "driven.toml", "--result", "driven.h5", "--window", "200", "1000"];
    let done = neuropil(folder.path(), &[&arguments[..], &["--json"]].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    let json: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(json["order"], 2, "{json}");
    let rs = &json["populations"]["RS"];
    let [predicted, simulated] =
        ["predicted", "simulated"].map(|key| rs[key]["mean_hz"].as_f64().unwrap());
    assert!((predicted / simulated - 1.0).abs() < 0.12, "{json}");
    assert!((rs["predicted"]["peak_ms"].as_f64().unwrap() - 600.0).abs() < 80.0, "{json}");
    let table = std::fs::read_to_string(folder.path().join("driven_meanfield.csv")).unwrap();
    assert!(
        table.starts_with("t_ms,excitation/RS.input_hz,inhibition/RS.input_hz,RS.rate_hz,"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 1002);
    for name in ["driven_meanfield.png", "driven_meanfield.h5"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
    let done = neuropil(folder.path(), &["meanfield", "driven.toml", "--at", "100"]);
    assert!(text(&done.stdout).contains("at 100 ms"), "{}", text(&done.stdout));
}

#[test]
fn convert_writes_an_experiment_or_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let invented = r#"{
        "REC_POPS": ["Pyr", "Inh"], "AFF_POPS": ["Aff"],
        "N_Pyr": 80, "N_Inh": 20, "N_Aff": 30, "F_Aff": 6.0, "dt": 0.1, "tstop": 300, "SEED": 4,
        "Erev_Pyr": 0, "Erev_Inh": -80, "Erev_Aff": 0, "Tsyn_Pyr": 5, "Tsyn_Inh": 5, "Tsyn_Aff": 5,
        "p_Pyr_Pyr": 0.1, "Q_Pyr_Pyr": 2.0, "p_Inh_Pyr": 0.2, "Q_Inh_Pyr": 8.0,
        "p_Aff_Pyr": 0.3, "Q_Aff_Pyr": 3.0,
        "Pyr_Gl": 10, "Pyr_Cm": 200, "Pyr_Trefrac": 5, "Pyr_El": -70, "Pyr_Vthre": -50,
        "Pyr_Vreset": -70, "Pyr_deltaV": 0, "Pyr_a": 0, "Pyr_b": 0, "Pyr_tauw": 1e9,
        "Inh_Gl": 10, "Inh_Cm": 200, "Inh_Trefrac": 5, "Inh_El": -70, "Inh_Vthre": -53,
        "Inh_Vreset": -70, "Inh_deltaV": 0, "Inh_a": 0, "Inh_b": 0, "Inh_tauw": 1e9
    }"#;
    std::fs::write(folder.path().join("invented.json"), invented).unwrap();
    let done = neuropil(folder.path(), &["convert", "invented.json", "-o", "invented.toml"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let checked = neuropil(folder.path(), &["check", "invented.toml"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let without = invented.replace(", \"Q_Inh_Pyr\": 8.0", "");
    std::fs::write(folder.path().join("without.json"), without).unwrap();
    let refused = neuropil(folder.path(), &["convert", "without.json"]);
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    assert!(message.contains("p_Inh_Pyr") && message.contains("Q_Inh_Pyr"), "{message}");
}
