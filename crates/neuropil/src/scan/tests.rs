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
fn figures_of(path: &Path) -> Vec<Vec<String>> {
    let row = |row: &csv::StringRecord| {
        let timed = |k: usize| (6..=7).contains(&k);
        row.iter().enumerate().filter(|(k, _)| !timed(*k)).map(|(_, cell)| cell.into()).collect()
    };
    rows(path).iter().map(row).collect()
}

#[test]
fn a_scan_that_was_ended_goes_on_and_ends_the_same() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole = options(folder.path());
    let outcome = experiment.scan(&whole, &|_| true).unwrap();
    // 3 drives, 2 refractory times of which one is refused, 2 seeds
    assert_eq!((outcome.points, outcome.kept, outcome.failed), (12, 0, 6));
    assert!(!outcome.interrupted && outcome.failure.unwrap().contains("t_ref"));

    let table = folder.path().join("again.csv");
    let parts = ScanOptions { table: table.clone(), threads: 1, ..whole.clone() };
    let calls = AtomicUsize::new(0);
    let ended = |progress: ScanProgress| {
        calls.fetch_add(1, Ordering::Relaxed);
        progress.done < 5
    };
    let outcome = experiment.scan(&parts, &ended).unwrap();
    assert!(outcome.interrupted && calls.load(Ordering::Relaxed) > 5);
    assert_eq!(rows(&table).len() + rows(&failed_path(&table)).len(), 5);
    let outcome = experiment.scan(&parts, &|_| true).unwrap();
    assert_eq!((outcome.kept, outcome.points, outcome.failed), (5, 12, 6));
    assert_eq!(figures_of(&table), figures_of(&whole.table));
    assert_eq!(rows(&failed_path(&table)), rows(&failed_path(&whole.table)));
}

#[test]
fn rows_hold_rates_or_the_reason_why_not() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    experiment.scan(&options, &|_| true).unwrap();
    let rows = rows(&options.table);
    let rate = |row: &csv::StringRecord| row[8].parse::<f64>().unwrap();
    let good = &rows;
    assert_eq!(
        good.iter().map(|row| &row[2]).collect::<Vec<_>>(),
        ["10 kHz", "10 kHz", "20 kHz", "20 kHz", "40 kHz", "40 kHz"]
    );
    assert!(rate(&good[0]) < rate(&good[2]) && rate(&good[2]) < rate(&good[4]));
    let failed = self::rows(&failed_path(&options.table));
    assert_eq!(failed.len(), 6);
    assert!(failed[0][4].contains("t_ref"), "{}", &failed[0][4]);
    // The first point is the experiment itself, run by itself.
    let mut same = experiment.clone();
    same.set("parameters.drive", "\"10 kHz\"").unwrap();
    let summary = same.run(&RunOptions::default(), &mut |_| true).unwrap();
    assert_eq!(rate(&good[0]), summary.populations[0].rate_hz.unwrap());
}

#[test]
fn failed_points_can_be_tried_again_and_results_kept() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("points");
    let options = ScanOptions { results: Some(results.clone()), ..options(folder.path()) };
    experiment.scan(&options, &|_| true).unwrap();
    let names = std::fs::read_dir(&results).unwrap();
    assert_eq!(names.count(), 6, "one result for each good point, and no picture");
    assert!(neuropil_record::ResultFile::open(results.join("point_000000.h5")).is_ok());
    let outcome =
        experiment.scan(&ScanOptions { retry: true, ..options.clone() }, &|_| true).unwrap();
    assert_eq!((outcome.kept, outcome.failed), (6, 6));
    assert_eq!((rows(&options.table).len(), rows(&failed_path(&options.table)).len()), (6, 6));
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
    experiment.scan(&options, &|_| true).unwrap();
    let before = std::fs::read(&options.table).unwrap();
    let mut other = experiment.clone();
    other.over("parameters.drive", "10, 20, 30").unwrap();
    let error = other.scan(&options, &|_| true).unwrap_err();
    assert!(error.to_string().contains("is the table of another scan"), "{error}");
    assert_eq!(std::fs::read(&options.table).unwrap(), before);
}

#[test]
fn the_labelled_table_holds_the_columns_of_the_text() {
    let experiment = Experiment::parse(TEXT, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    experiment.scan(&options(folder.path()), &|_| true).unwrap();
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
    assert_eq!(labelled.dataset("failed/error").unwrap().size(), 6);
}

/// An experiment with a network, whose points draw values at random.
const DRAWN: &str = r#"
[simulation]
duration = "60 ms"
[populations.E]
model = "iaf_psc_delta"
size = 60
params = { tau_m = 20, C_m = 1, E_L = 0, V_reset = 0, V_th = 20, t_ref = 2 }
[connections.EE]
source = "E"
target = "E"
rule = "fixed_indegree"
indegree = 10
weight = "0.5 mV"
delay = "1 ms"
[inputs.noise]
kind = "poisson"
target = "E"
rate = "10 kHz"
weight = "0.1 mV"
[analysis]
smoothing = "5 ms"
[analysis.windows]
late = ["30 ms", "60 ms"]
[scan]
draws = 40
seed = 3
[scan.values]
"inputs.noise.rate" = { loguniform = ["5 kHz", "40 kHz"] }
"connections.EE.weight" = { normal = [0.2, 0.1], min = 0, max = 0.4, unit = "mV" }
"populations.E.size" = { uniform = [50, 70], whole = true }
"#;

#[test]
fn draws_follow_their_laws_and_nothing_else() {
    let plan = |text: &str| Plan::of(&Experiment::parse(text, "drawn.toml").unwrap()).unwrap();
    let first = plan(DRAWN);
    assert_eq!((first.points.len(), &first.drawn[..]), (40, &[true; 3][..]));
    for point in &first.points {
        let [rate, weight, size] = &point.values[..] else { panic!("three keys") };
        let number = |text: &str, unit: &str| {
            let (value, found) = values::number_and_unit(text.trim_matches('"')).unwrap();
            assert_eq!(found, unit);
            value
        };
        assert!((5.0..40.0).contains(&number(rate, "kHz")));
        assert!((0.0..=0.4).contains(&number(weight, "mV")));
        assert!((50..=70).contains(&size.parse::<i64>().unwrap()), "{size}");
    }
    let rates = |plan: &Plan| plan.points.iter().map(|p| p.values[0].clone()).collect::<Vec<_>>();
    // Half of them lie below the geometric mean of the ends.
    let below = rates(&first)
        .iter()
        .filter(|rate| values::number_and_unit(rate.trim_matches('"')).unwrap().0 < 200f64.sqrt())
        .count();
    assert!((10..=30).contains(&below), "{below} of 40"); // 3 standard deviations
    // Neither another key nor more draws change a value; the seed does.
    let more = plan(&DRAWN.replace("draws = 40", "draws = 50"));
    assert_eq!(rates(&more)[..40], rates(&first)[..]);
    let fewer = plan(&DRAWN.replace("\"populations.E.size\"", "# \"populations.E.size\""));
    assert_eq!(rates(&fewer), rates(&first));
    assert_ne!(rates(&plan(&DRAWN.replace("seed = 3", "seed = 4"))), rates(&first));
}

#[test]
fn laws_that_make_no_sense_are_refused() {
    for (from, to, message) in [
        ("draws = 40", "", "draws"),
        ("[\"5 kHz\", \"40 kHz\"]", "[\"5 kHz\", \"40 Hz\"]", "the unit of the others"),
        ("[\"5 kHz\", \"40 kHz\"]", "[0, 4]", "ends above 0"),
        ("[0.2, 0.1]", "[0.2, -0.1]", "spread"),
        ("loguniform", "logunifrom", "from"),
    ] {
        let experiment = Experiment::parse(&DRAWN.replace(from, to), "drawn.toml").unwrap();
        let error = Plan::of(&experiment).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn points_that_share_synapses_are_as_if_run_alone() {
    let text = DRAWN.replace("draws = 40", "draws = 3\nrepeat = 2");
    let text = text.replace("\"populations.E.size\"", "# \"populations.E.size\"");
    let experiment = Experiment::parse(&text, "drawn.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let outcome = experiment.scan(&options(folder.path()), &|_| true).unwrap();
    assert_eq!((outcome.points, outcome.failed), (6, 0));
    let result = ScanResult::open(folder.path().join("table.h5")).unwrap();
    let plan = Plan::of(&experiment).unwrap();
    for point in &plan.points {
        let mut alone = experiment.clone();
        for (path, value) in plan.paths.iter().zip(&point.values) {
            alone.set(path, value).unwrap();
        }
        alone.set("simulation.seed", &point.seed.to_string()).unwrap();
        let output = folder.path().join("alone.h5");
        let options = RunOptions { output: Some(output), force: true, ..RunOptions::default() };
        let summary = alone.run(&options, &mut |_| true).unwrap();
        // Every figure of the analysis is a column, under its own name.
        for figure in &result.figures {
            if matches!(figure.name.as_str(), "build_s" | "simulate_s") {
                continue;
            }
            let expected = figures::value(&summary, &figure.name).unwrap_or(f64::NAN);
            let found = figure.values[point.number];
            assert!(found == expected || found.is_nan() && expected.is_nan(), "{}", figure.name);
        }
        for figure in summary.analysis[0].figures() {
            let name = format!("E.{}", figure.key);
            assert!(result.figure(&name).is_ok(), "{name} is no column");
        }
    }
    assert!(!folder.path().join("table.points").exists(), "single results are not kept");
}

#[test]
fn a_finished_scan_is_read_back_with_its_labels() {
    let text = TEXT.replace("[2, -1]", "[2, 4]");
    let experiment = Experiment::parse(&text, "scan.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    experiment.scan(&options(folder.path()), &|_| true).unwrap();
    let path = folder.path().join("table.h5");
    let scan = ScanResult::open(&path).unwrap();
    assert_eq!((scan.seeds.len(), scan.failed, scan.experiment.as_str()), (12, 0, text.as_str()));
    let drive = scan.key("drive").unwrap();
    assert_eq!((drive.path.as_str(), drive.unit.as_str()), ("parameters.drive", "kHz"));
    assert_eq!(drive.values[..5], [10.0, 10.0, 10.0, 10.0, 20.0]);
    let rate = scan.figure("E.rate_hz").unwrap();
    assert_eq!((rate.words.as_str(), rate.unit.as_str()), ("E rate", "spikes/s"));
    // The same values as a grid over drives, refractory times and seeds.
    let file = hdf5::File::open(&path).unwrap();
    let grid = file.dataset("grid/E.rate_hz").unwrap();
    assert_eq!(grid.shape(), [3, 2, 2]);
    assert_eq!(grid.read_raw::<f64>().unwrap(), rate.values);
    let axis = file.dataset("axes/populations.E.params.t_ref").unwrap();
    assert_eq!(axis.read_raw::<f64>().unwrap(), [2.0, 4.0]);
    let error = scan.figure("E.rate_h").unwrap_err().to_string();
    assert_eq!(error, "the scan has no figure \"E.rate_h\"; did you mean \"E.rate_hz\"?");
    let other = folder.path().join("other.h5");
    hdf5::File::create(&other).unwrap();
    assert!(matches!(ScanResult::open(&other), Err(ScanReadError::Other { .. })));
}
