//! Scans, statistics and theory over experiments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use neuropil::experiment::Experiment;

const SCAN: &str = r#"
[simulation]
duration = "100 ms"
[populations.E]
model = "iaf_psc_delta"
size = 20
[inputs.noise]
kind = "poisson"
target = "E"
rate = "5 kHz"
weight = "1 mV"
[scan]
repeat = 2
[scan.values]
"inputs.noise.rate" = ["2 kHz", "5 kHz"]
"populations.E.params" = []
"#;

fn scan(text: &str) -> Experiment {
    Experiment::parse(text, "scan.toml").unwrap()
}

#[test]
fn a_scan_that_was_stopped_goes_on_where_it_stopped() {
    let text = SCAN.replace("\"populations.E.params\" = []\n", "");
    let experiment = scan(&text);
    let folder = tempfile::tempdir().unwrap();
    let (whole, parts) = (folder.path().join("whole.csv"), folder.path().join("parts.csv"));
    let done = experiment.scan(&whole, 2, &|_, _| true).unwrap();
    assert_eq!((done.points, done.kept, done.failed, done.interrupted), (4, 0, 0, false));
    let calls = AtomicUsize::new(0);
    let stopped =
        experiment.scan(&parts, 1, &|_, _| calls.fetch_add(1, Ordering::Relaxed) < 2).unwrap();
    assert!(stopped.interrupted);
    let resumed = experiment.scan(&parts, 2, &|_, _| true).unwrap();
    assert_eq!((resumed.points, resumed.kept, resumed.interrupted), (4, 2, false));
    // All but the measured times agree.
    let rows = |path: &PathBuf| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let timed = |k: usize| ![6, 7].contains(&k);
        let keep = |row: csv::StringRecord| {
            row.iter().enumerate().filter(|(k, _)| timed(*k)).map(|(_, c)| c.to_owned()).collect()
        };
        reader.records().map(|row| keep(row.unwrap())).collect()
    };
    assert_eq!(rows(&whole), rows(&parts));
    let labelled = hdf5::File::open(folder.path().join("whole.h5")).unwrap();
    let column = labelled.dataset("scan/E.rate_hz").unwrap().read_raw::<f64>().unwrap();
    let rates: Vec<f64> = rows(&whole).iter().map(|row| row[6].parse().unwrap()).collect();
    assert!(rates[0] < rates[2] && rates[1] < rates[3], "{rates:?}");
    assert_ne!(rates[2], rates[3], "seeds differ");
    assert_eq!(column, rates);
}

#[test]
fn a_failing_point_is_a_row_with_its_reason() {
    let text = SCAN
        .replace("\"populations.E.params\" = []\n", "\"populations.E.size\" = [20, -3]\n")
        .replace("repeat = 2", "repeat = 1");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    let done = scan(&text).scan(&path, 2, &|_, _| true).unwrap();
    assert_eq!((done.points, done.failed), (4, 2));
    let table = std::fs::read_to_string(&path).unwrap();
    assert!(table.contains("populations.E.size: found -3"), "{table}");
    // The table of another scan is not added to.
    let other = text.replace("5 kHz\"]", "6 kHz\"]");
    let error = scan(&other).scan(&path, 1, &|_, _| true).unwrap_err().to_string();
    assert!(error.contains("is the table of another scan"), "{error}");
}

#[test]
fn theory_predicts_the_rates_of_the_brunel_networks() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    // Self-consistent rates of the diffusion approximation, reset at 0 and at 10 mV.
    for (file, rate) in [
        ("brunel_delta.toml", 32.03),
        ("brunel_regimes/ai.toml", 37.95),
        ("brunel_regimes/si_fast.toml", 55.84),
        ("brunel_regimes/si_slow.toml", 6.52),
        ("brunel_regimes/sr.toml", 327.0),
    ] {
        let predicted = Experiment::read(folder.join(file)).unwrap().mean_field().unwrap();
        for population in &predicted.populations {
            let found = population.rate_hz;
            // Two decimals are given; the synchronous regular state to four digits.
            assert!((found - rate).abs() < 0.006 * rate.max(10.0) / 10.0, "{file}: {found}");
        }
    }
}

#[test]
fn theory_refuses_what_it_does_not_cover() {
    let text = "
[simulation]
duration = 1
[populations.E]
model = 'aeif_cond_exp'
";
    let error = scan(text).mean_field().unwrap_err().to_string();
    assert!(
        error.starts_with("population \"E\": there is no stationary theory of aeif_cond_exp"),
        "{error}"
    );
}
