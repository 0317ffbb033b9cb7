//! The command `neuropil cell`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use support::{neuropil, text};

/// What a command says on standard output; it must succeed.
fn said(folder: &std::path::Path, arguments: &[&str]) -> String {
    let done = neuropil(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
    text(&done.stdout)
}

/// What a command that fails in the model says on standard error.
fn refused(folder: &std::path::Path, arguments: &[&str]) -> String {
    let done = neuropil(folder, arguments);
    assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", text(&done.stderr));
    text(&done.stderr)
}

/// Times of the spikes in the line of an amplitude.
fn times(report: &str, label: &str) -> Vec<f64> {
    let line = report.lines().find(|line| line.trim_start().starts_with(label)).unwrap();
    let list = line.split("spikes").nth(1).unwrap_or_default();
    list.split(',').filter_map(|t| t.trim().parse().ok()).collect()
}

#[test]
fn cells_are_listed_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let list = said(folder.path(), &["cell", "list"]);
    for name in ["LIF", "EIF", "AdExp", "RS", "FS", "LTS", "TC", "RE"] {
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(name));
        assert!(line.is_some_and(|line| line.contains("doi:") || name == "LIF"), "{name}: {list}");
    }
    let info = said(folder.path(), &["cell", "info", "RE", "--set", "b=20 pA"]);
    for line in
        ["model             aeif_cond_exp_euler", "a = 80 nS", "b = 20 pA", "tau_w = 600 ms"]
    {
        assert!(info.contains(line), "{line}: {info}");
    }
}

/// Destexhe (2009), doi:10.1007/s10827-009-0164-4: all three rebound with a burst after a
/// hyperpolarisation; a relay cell fires on through a depolarisation and adapts, a reticular cell
/// answers it with a burst and falls silent, a low-threshold-spiking cell slows down a little.
#[test]
fn thalamic_and_low_threshold_cells_burst_on_rebound() {
    let folder = tempfile::tempdir().unwrap();
    for (cell, rebound, first_intervals) in [("LTS", 2, 20.0), ("TC", 3, 21.0), ("RE", 2, 26.0)] {
        let report = said(
            folder.path(),
            &["cell", "pulse", cell, "--amplitudes=-250 pA,250", "--delay", "150 ms"],
        );
        let (down, up) = (times(&report, "-250 pA"), times(&report, "250 pA"));
        assert_eq!(down.len(), rebound, "{cell}: {report}");
        assert!(down.iter().all(|t| (550.0..700.0).contains(t)), "{cell} bursts on rebound");
        assert!((up[1] - up[0] - first_intervals).abs() < 1.0, "{cell}: {report}");
        let intervals: Vec<f64> = up.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(intervals.is_sorted(), "{cell} adapts: {intervals:?}");
        match cell {
            "RE" => assert!(up.len() == 3 && up[2] < 250.0, "a burst, then silence: {report}"),
            "TC" => assert!(intervals.last().unwrap() > &(1.3 * intervals[0]), "{report}"),
            _ => assert!(report.contains("17 spikes"), "{report}"),
        }
        assert!(folder.path().join(format!("{cell}_pulse.png")).exists());
    }
}

#[test]
fn curves_rise_from_the_rheobase_and_tables_hold_the_traces() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["cell", "curve", "LIF", "--from", "100 pA", "--to", "500 pA", "--points", "5"];
    let table = said(folder.path(), &arguments);
    let rows: Vec<Vec<f64>> = table
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        // C/g_L = 15 ms, 20 mV to go, 5 ms refractory: silent up to 200 pA.
        let current = row[0];
        let expected = match current > 200.0 {
            true => 1e3 / (5.0 + 15.0 * (current / (current - 200.0)).ln()),
            false => 0.0,
        };
        assert!((row[1] - expected).abs() < 0.02 * expected.max(1.0), "{current} pA: {row:?}");
    }
    said(folder.path(), &["cell", "pulse", "EIF", "--csv", "eif.csv", "--output", "eif.svg"]);
    let csv = std::fs::read_to_string(folder.path().join("eif.csv")).unwrap();
    assert!(csv.starts_with("t_ms,V_m_0_mV,I_0_pA,V_m_1_mV"), "{}", &csv[..80]);
    assert_eq!(csv.lines().count(), 1 + 7000);
    assert!(
        refused(folder.path(), &["cell", "pulse", "EIF", "--csv", "eif.csv"]).contains("eif.csv")
    );
}

#[test]
fn a_clamp_silences_any_neuron_with_a_capacitance() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = "
        [simulation]
        duration = '1 s'
        [models.own]
        equations = 'dV_m/dt = ((-70 mV - V_m)*10 nS + I_in + g_clamp*(E_clamp - V_m))/(200 pF) : mV'
        threshold = 'V_m > -50 mV'
        reset = 'V_m = -60 mV'
        [populations.own]
        model = 'own'
        [populations.alpha]
        model = 'iaf_psc_alpha'
        [populations.deaf]
        model = 'izhikevich'
        ";
    std::fs::write(folder.path().join("cells.toml"), experiment).unwrap();
    let ways: [&[&str]; 3] =
        [&["RS"], &["cells.toml", "--population", "own"], &["cells.toml", "--population", "alpha"]];
    for (k, way) in ways.into_iter().enumerate() {
        let (csv, png) = (format!("{k}.csv"), format!("{k}.png"));
        let tail = ["--amplitude", "500 pA", "--duration", "300 ms", "--csv", &csv, "-o", &png];
        let report = said(folder.path(), &[&["cell", "clamp"], way, &tail].concat());
        let spikes = times(&report, "");
        // Rest to 100 ms, the step to 400 ms, the clamp from 200 to 300 ms.
        let silent = spikes.iter().all(|t| !(202.0..301.0).contains(t));
        assert!(silent && spikes.iter().any(|t| *t < 200.0), "{way:?}: {report}");
        let csv = std::fs::read_to_string(folder.path().join(csv)).unwrap();
        let at = |step: usize| -> f64 {
            csv.lines().nth(step).unwrap().split(',').nth(1).unwrap().parse().unwrap()
        };
        assert!((at(2900) + 80.0).abs() < 1.0, "{way:?} is held at -80 mV: {}", at(2900));
        assert!(at(3900) > -72.0, "{way:?} is free again");
    }
    let error = refused(folder.path(), &["cell", "clamp", "cells.toml", "--population", "deaf"]);
    assert!(error.contains("deaf cannot be clamped: izhikevich has no capacitance"), "{error}");
}

#[test]
fn slips_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["cell", "info", "Lts"][..], "there is no cell \"Lts\"; did you mean \"LTS\"?"),
        (&["cell", "info", "RS", "--set", "C=300 pF"], "RS has no parameter \"C\""),
        (
            &["cell", "pulse", "RS", "--set", "C_m=300 mV"],
            "C_m = 300 mV: expected one number in pF",
        ),
        (&["cell", "pulse", "RS", "--amplitudes", "20 mV"], "expected one number in pA"),
        (&["cell", "pulse", "RS", "--set", "C_m=-3 pF"], "C_m = -3 pF of neuron 0"),
        (
            &["cell", "clamp", "RS", "--conductance=-1 nS"],
            "expected a conductance of at least 0 nS",
        ),
        (&["cell", "curve", "missing.toml"], "missing.toml"),
    ] {
        let done = neuropil(folder.path(), arguments);
        let error = text(&done.stderr);
        assert!(!done.status.success() && error.contains(expected), "{arguments:?}: {error}");
    }
}

#[test]
fn impedance_of_a_branching_cell_is_measured_drawn_and_tabulated() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
[simulation]
duration = "1 ms"
[cells.ball]
morphology = { shape = "ball_and_stick", soma_diameter = "20 um", length = "300 um", diameter = "2 um" }
compartments = { max_length = "20 um" }
[[cells.ball.paint]]
region = "all"
mechanism = "pas"
g = "1e-4 S/cm2"
e = "-70 mV"
"#;
    std::fs::write(folder.path().join("ball.toml"), text).unwrap();
    let command =
        ["impedance", "ball.toml", "--to", "terminals", "--csv", "z.csv", "--step", "200 ms"];
    let report = said(folder.path(), &command);
    let row = |name: &str| -> Vec<String> {
        let line = report.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().map(String::from).collect()
    };
    let (soma, end) = (row("soma"), row("terminals"));
    let near: f64 = soma[2].parse().unwrap();
    let far: f64 = end[2].parse().unwrap();
    assert!((200.0..800.0).contains(&near) && far < near, "{report}");
    assert!(report.contains("ball_impedance.png"), "{report}");
    let table = std::fs::read_to_string(folder.path().join("z.csv")).unwrap();
    assert!(table.starts_with("frequency_Hz,\"|Z| soma (MOhm)\",\"phase soma (deg)\","), "{table}");
    assert_eq!(table.lines().count(), 69);
    let again = refused(folder.path(), &command);
    assert!(again.contains("ball_impedance.png exists"), "{again}");
    let wrong = refused(folder.path(), &["impedance", "ball.toml", "-f", "--from", "aplc"]);
    assert!(wrong.contains("aplc"), "{wrong}");
}
