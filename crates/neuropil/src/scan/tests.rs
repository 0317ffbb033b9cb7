use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const TEXT: &str = r#"
[simulation]
duration = "100 ms"
seed = 7
[parameters]
drive = "20 kHz"
[populations.E]
model = "iaf_psc_delta"
size = 20
params = { tau_m = 20, C_m = 1, E_L = 0, V_reset = 0, V_th = 20, t_ref = 2 }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "drive"
weight = "0.1 mV"
[plots.raster]
kind = "raster"
[scan]
repeat = 2
[scan.values]
"parameters.drive" = ["10 kHz", "20 kHz", "40 kHz"]
"populations.E.params.t_ref" = [2, -1]
"#;

fn options(folder: &Path) -> ScanOptions {
    ScanOptions { table: folder.join("table.csv"), threads: 2, ..ScanOptions::default() }
}

fn rows(path: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(|row| row.unwrap()).collect()
}

/// The rows without wall times.
fn figures(path: &Path) -> Vec<Vec<String>> {
    let row = |row: &csv::StringRecord| {
        let timed = |k: usize| (7..=8).contains(&k);
        row.iter().enumerate().filter(|(k, _)| !timed(*k)).map(|(_, cell)| cell.into()).collect()
    };
    rows(path).iter().map(row).collect()
}

#[test]
fn a_scan_that_was_ended_goes_on_and_ends_the_same() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole = options(folder.path());
    let outcome = experiment.scan(&whole, &|_, _| true).unwrap();
    // 3 drives, 2 refractory times of which one is refused, 2 seeds
    let expected = ScanOutcome { points: 12, kept: 0, failed: 6, interrupted: false };
    assert_eq!(outcome, expected);

    let table = folder.path().join("again.csv");
    let parts = ScanOptions { table: table.clone(), threads: 1, ..whole.clone() };
    let calls = AtomicUsize::new(0);
    let ended = |done: usize, _: usize| {
        calls.fetch_add(1, Ordering::Relaxed);
        done < 5
    };
    let outcome = experiment.scan(&parts, &ended).unwrap();
    assert!(outcome.interrupted && calls.load(Ordering::Relaxed) > 5);
    assert_eq!(rows(&table).len(), 5);
    let outcome = experiment.scan(&parts, &|_, _| true).unwrap();
    assert_eq!((outcome.kept, outcome.points, outcome.failed), (5, 12, 6));
    assert_eq!(figures(&table), figures(&whole.table));
}

#[test]
fn rows_hold_rates_or_the_reason_why_not() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    experiment.scan(&options, &|_, _| true).unwrap();
    let rows = rows(&options.table);
    let rate = |row: &csv::StringRecord| row[9].parse::<f64>().unwrap();
    let good: Vec<_> = rows.iter().filter(|row| row[4].is_empty()).collect();
    assert_eq!(
        good.iter().map(|row| &row[2]).collect::<Vec<_>>(),
        ["10 kHz", "10 kHz", "20 kHz", "20 kHz", "40 kHz", "40 kHz"]
    );
    assert!(rate(good[0]) < rate(good[2]) && rate(good[2]) < rate(good[4]));
    assert!(rows[2][4].contains("t_ref"), "{}", &rows[2][4]);
    // The first point is the experiment itself, run by itself.
    let mut same = experiment.clone();
    same.set("parameters.drive", "\"10 kHz\"").unwrap();
    let summary = same.run(&RunOptions::default(), &mut |_| true).unwrap();
    assert_eq!(rate(good[0]), summary.populations[0].rate_hz.unwrap());
}

#[test]
fn failed_points_can_be_tried_again_and_results_kept() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("points");
    let options = ScanOptions { results: Some(results.clone()), ..options(folder.path()) };
    experiment.scan(&options, &|_, _| true).unwrap();
    let names = std::fs::read_dir(&results).unwrap();
    assert_eq!(names.count(), 6, "one result for each good point, and no picture");
    assert!(neuropil_record::ResultFile::open(results.join("point_000000.h5")).is_ok());
    let outcome =
        experiment.scan(&ScanOptions { retry: true, ..options.clone() }, &|_, _| true).unwrap();
    assert_eq!((outcome.kept, outcome.failed), (6, 6));
    assert_eq!(rows(&options.table).len(), 12);
}

#[test]
fn a_key_that_does_not_exist_is_answered_with_the_nearest() {
    for (path, nearest) in [
        ("parameters.drvie", Some("parameters.drive")),
        ("populations.E.szie", Some("populations.E.size")),
        ("simulation.duratoin", Some("simulation.duration")),
        ("populations.E.params.t_reff", Some("populations.E.params.t_ref")),
        ("parameters.unrelated_thing", None),
    ] {
        let mut experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
        experiment.over(path, "1, 2").unwrap();
        let message = Plan::of(&experiment).unwrap_err().to_string();
        assert!(message.contains(&format!("\"{path}\"")), "{message}");
        if let Some(nearest) = nearest {
            assert!(message.contains(&format!("did you mean \"{nearest}\"?")), "{message}");
        }
    }
    let mut experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    experiment.over("populations.E.params.I_e", "0..100:3").unwrap();
    let plan = Plan::of(&experiment).unwrap();
    assert_eq!(plan.points.len(), 36, "a parameter that was left at its default can be scanned");
}

#[test]
fn a_table_of_another_scan_is_left_alone() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    experiment.scan(&options, &|_, _| true).unwrap();
    let before = std::fs::read(&options.table).unwrap();
    let mut other = experiment.clone();
    other.over("parameters.drive", "10, 20, 30").unwrap();
    let error = other.scan(&options, &|_, _| true).unwrap_err();
    assert!(error.to_string().contains("is the table of another scan"), "{error}");
    assert_eq!(std::fs::read(&options.table).unwrap(), before);
}

#[test]
fn the_labelled_table_holds_the_columns_of_the_text() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    experiment.scan(&options(folder.path()), &|_, _| true).unwrap();
    let mut reader = csv::Reader::from_path(folder.path().join("table.csv")).unwrap();
    let column = reader.headers().unwrap().iter().position(|name| name == "E.rate_hz").unwrap();
    let text: Vec<f64> = rows(&folder.path().join("table.csv"))
        .iter()
        .map(|row| row[column].parse().unwrap_or(f64::NAN))
        .collect();
    let labelled = hdf5::File::open(folder.path().join("table.h5")).unwrap();
    let found = labelled.dataset("scan/E.rate_hz").unwrap().read_raw::<f64>().unwrap();
    assert_eq!(found.len(), text.len());
    assert!(
        found
            .iter()
            .zip(&text)
            .all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
    );
    assert!(text.iter().filter(|rate| **rate > 0.0).count() >= 4);
}
