//! Copies of a cell as trials: inputs by index, responses measured, pictures with tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use neuropil::experiment::Experiment;
use neuropil::run::{RunOptions, Summary};

fn read(text: &str) -> Experiment {
    Experiment::parse(text, "x.toml").unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn run(experiment: &Experiment, folder: &Path) -> Summary {
    let options =
        RunOptions { output: Some(folder.join("r.h5")), threads: Some(1), ..RunOptions::default() };
    experiment.run(&options, &mut |_| true).unwrap_or_else(|error| panic!("{error}"))
}

/// Series, x and measures of a table.
fn table(path: PathBuf) -> Vec<(String, Vec<f64>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let mut cells = line.split(',');
        let name = cells.next().unwrap().to_owned();
        (name, cells.skip(2).map(|cell| cell.parse().unwrap()).collect())
    };
    text.lines().skip(1).map(row).collect()
}

const TREE: &str = r#"
[simulation]
duration = "100 ms"
dt = "0.05 ms"

[cells.stick]
morphology = { shape = "ball_and_stick", soma_diameter = "12 um", length = "150 um", diameter = "0.6 um" }
compartments = { max_length = "10 um" }
Ra = "150 Ohm cm"
v_init = "-70 mV"

[[cells.stick.paint]]
region = "all"
mechanism = "pas"
g = "1e-4 S/cm2"
e = "-70 mV"

[cells.stick.synapses.ampa]
mechanism = "exp2syn"
at = "along(dend, n = 6)"
tau1 = "0.2 ms"
tau2 = "2 ms"

[cells.stick.synapses.nmda]
mechanism = "nmda"
at = "along(dend, n = 6)"
tau1 = "2 ms"
tau2 = "30 ms"
"#;

#[test]
fn responses_shrink_on_the_way_to_the_soma_and_grow_on_the_spot() {
    let text = format!(
        r#"{TREE}
[populations.one]
cell = "stick"
size = 6

[inputs.event]
kind = "spikes"
target = "one.ampa[index]"
times = ["10 ms"]
weight = "0.3 nS"

[record.traces]
target = "one"
variables = ["v"]
at = "soma, along(dend, n = 6)"
every = "0.1 ms"

[plots.location]
kind = "response"
at = ["synapse", "soma"]
synapses = "ampa"
x = "distance"
measure = ["amplitude", "time_to_peak"]
baseline = ["0 ms", "10 ms"]
window = ["10 ms", "60 ms"]
"#
    );
    let folder = tempfile::tempdir().unwrap();
    let summary = run(&read(&text), folder.path());
    assert!(summary.remarks[0].contains("path distance of the input"), "{:?}", summary.remarks);
    let rows = table(folder.path().join("r_location.csv"));
    assert_eq!(rows.len(), 12);
    let values = |name: &str, k: usize| -> Vec<f64> {
        rows.iter().filter(|row| row.0 == name).map(|row| row.1[k]).collect()
    };
    // Six places in the middles of sixths of 150 µm, nearest first.
    assert_eq!(values("soma", 0), [12.5, 37.5, 62.5, 87.5, 112.5, 137.5]);
    let [local, somatic] = ["synapse", "soma"].map(|name| values(name, 1));
    assert!(local.is_sorted() && local[5] > 1.5 * local[0], "{local:?}");
    assert!(somatic.is_sorted_by(|a, b| a > b), "{somatic:?}");
    assert!(values("soma", 2).is_sorted(), "later from farther");
    for picture in ["r_location.png", "r_location.svg"] {
        assert!(folder.path().join(picture).metadata().unwrap().len() > 1000);
    }
}

#[test]
fn synapses_on_a_thin_branch_add_up_below_their_sum_and_with_nmda_above() {
    let mut text = format!("{TREE}\n[populations]\n");
    for name in ["alone", "together", "alone_nmda", "together_nmda"] {
        text += &format!("{name} = {{ cell = \"stick\", size = 6 }}\n");
    }
    for (population, part) in [("alone", "index"), ("together", "0:index + 1")] {
        for (suffix, group, weight) in
            [("", "ampa", 0.3), ("_nmda", "ampa", 0.3), ("_nmda", "nmda", 2.4)]
        {
            text += &format!(
                "[inputs.{population}{suffix}_{group}]\nkind = \"spikes\"\n\
                 target = \"{population}{suffix}.{group}[{part}]\"\n\
                 times = [\"10 ms\"]\nweight = \"{weight} nS\"\n"
            );
        }
    }
    for name in ["alone", "together", "alone_nmda", "together_nmda"] {
        text += &format!(
            "[[record.traces]]\ntarget = \"{name}\"\nvariables = [\"v\"]\nevery = \"0.1 ms\"\n"
        );
    }
    text += r#"
[plots.number]
kind = "response"
populations = ["together", "together_nmda"]
singles = ["alone", "alone_nmda"]
baseline = ["0 ms", "10 ms"]
window = ["10 ms", "100 ms"]
"#;
    let folder = tempfile::tempdir().unwrap();
    run(&read(&text), folder.path());
    let rows = table(folder.path().join("r_number.csv"));
    let gain = |name: &str| -> Vec<f64> {
        rows.iter().filter(|row| row.0 == name).map(|row| row.1[1] / row.1[0]).collect()
    };
    let (ampa, nmda) = (gain("together"), gain("together_nmda"));
    // One input is its own sum.
    assert!((ampa[0] - 1.0).abs() < 1e-9 && (nmda[0] - 1.0).abs() < 1e-9);
    assert!(ampa.is_sorted_by(|a, b| a > b) && ampa[5] < 0.85, "{ampa:?}");
    assert!(nmda.iter().copied().fold(0.0, f64::max) > 1.1, "{nmda:?}");
}

#[test]
fn copies_may_differ_in_their_channels_and_their_currents() {
    let text = r#"
[simulation]
duration = "60 ms"

[cells.soma]
morphology = { shape = "cable", length = "20 um", diameter = "20 um" }
compartments = { per_section = 1 }

[[cells.soma.paint]]
region = "all"
mechanism = "pas"
g = "1e-4 S/cm2 * (index + 1)"
e = "-65 mV"

[populations.one]
cell = "soma"
size = 4

[inputs.step]
kind = "dc"
target = "one"
amplitude = "10 pA * (index + 1)^2"

[record.traces]
target = "one"
variables = ["v"]
every = "0.1 ms"

[plots.last]
kind = "response"
measure = "last"
x = "10 pA * (index + 1)^2"
x_unit = "pA"
baseline = ["0 ms", "0.1 ms"]
"#;
    let folder = tempfile::tempdir().unwrap();
    let mut experiment = read(text);
    experiment.set("plots.last.baseline", "[\"0 ms\", \"0.025 ms\"]").unwrap();
    run(&experiment, folder.path());
    let rows = table(folder.path().join("r_last.csv"));
    // I/(g A), with A = π·20·20 µm²; τ is 10, 5, … ms, so 60 ms leave e⁻⁶ of the first.
    let area_cm2 = std::f64::consts::PI * 400e-8;
    for (k, (_, row)) in rows.iter().enumerate() {
        let n = (k + 1) as f64;
        assert_eq!(row[0], 10.0 * n * n);
        let tau_ms = 10.0 / n;
        let settled = 10e-9 * n * n / (1e-4 * n * area_cm2) * (1.0 - (-60.0 / tau_ms).exp());
        // mV; the baseline includes the first step.
        assert!((row[1] / (1e-0 * settled) - 1.0).abs() < 4e-3, "{k}: {} {settled}", row[1]);
    }
}

#[test]
fn an_electrotonic_profile_of_a_rall_tree_is_that_of_its_cylinder() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut tree = Experiment::read(folder.join("rall_tree.toml")).unwrap();
    tree.set("cells.tree.morphology.levels", "5").unwrap();
    tree.set("cells.cylinder.morphology.length", "100 um * (2^(5/3) - 1) / (2^(1/3) - 1)").unwrap();
    tree.set("cells.tree.compartments.per_section", "9").unwrap();
    tree.set("cells.cylinder.compartments.max_length", "5 um").unwrap();
    let folder = tempfile::tempdir().unwrap();
    run(&tree, folder.path());
    let rows = table(folder.path().join("r_profile.csv"));
    let cylinder: Vec<&Vec<f64>> =
        rows.iter().filter(|row| row.0 == "cylinder").map(|row| &row.1).collect();
    let end = cylinder.last().unwrap()[0];
    let mut compared = 0;
    for (_, row) in rows.iter().filter(|row| row.0 == "tree" && row.1[0] < end && row.1[0] > 0.01) {
        let k = cylinder.partition_point(|c| c[0] < row[0]);
        let (a, b) = (cylinder[k - 1], cylinder[k]);
        let there = a[1] + (row[0] - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
        assert!((row[1] / there - 1.0).abs() < 1e-3, "{row:?} {there}");
        compared += 1;
    }
    assert!(compared > 250, "{compared}");
}

#[test]
fn a_run_that_runs_away_keeps_what_was_recorded() {
    let text = r#"
[simulation]
duration = "20 ms"

[cells.soma]
morphology = { shape = "cable", length = "20 um", diameter = "20 um" }

[inputs.lightning]
kind = "dc"
target = "soma"
amplitude = "10 uA"
start = "10 ms"

[record.traces]
target = "soma"
variables = ["v"]
every = "1 ms"
"#;
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("r.h5");
    let options = RunOptions { output: Some(output.clone()), ..RunOptions::default() };
    let failure = read(text).run(&options, &mut |_| true).unwrap_err().to_string();
    assert!(failure.contains("ran away"), "{failure}");
    let result = neuropil::results::ResultFile::open(output).unwrap();
    let query = neuropil_record::reader::TraceQuery::default();
    let frames = result.traces("soma", "v", &query).unwrap().frames();
    assert!((10..=11).contains(&frames), "{frames}");
}

#[test]
fn events_come_at_the_rate_that_is_asked_for_and_from_a_file_to_the_synapses_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.csv"), "synapse,time\n0,5\n2,15\n2,25\n").unwrap();
    let text = r#"
[simulation]
duration = "40 ms"
tables = true
scheme = "backward_euler"

[cells.c]
morphology = { shape = "ball_and_stick", length = "100 um", diameter = "1 um" }
compartments = { error = "1 %" }
v_init = "-70 mV"

[[cells.c.paint]]
region = "all"
mechanism = "pas"
g = "1e-4 S/cm2"
e = "-70 mV"

[cells.c.synapses.s]
mechanism = "expsyn"
at = "along(dend, n = 3)"
tau = "0.5 ms"

[cells.c.synapses.counter]
mechanism = "expsyn"
at = "soma, soma"
tau = "1e6 ms"

[populations.c]
cell = "c"

[inputs.file]
kind = "spikes"
target = "c.s"
file = "events.csv:time"
synapses = "events.csv:synapse"
weight = "1 nS"

[inputs.rate]
kind = "poisson"
target = "c.counter[0]"
rate = "100 kHz * t / (40 ms)"
weight = "1e-6 nS"

[inputs.half]
kind = "poisson"
target = "c.counter[1]"
rate = "100 kHz * t / (40 ms)"
stop = "20 ms"
weight = "1e-6 nS"

[record.traces]
target = "c"
variables = ["s.g", "counter.g", "v", "i_membrane"]
at = "soma"
every = "0.025 ms"
"#;
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let experiment = Experiment::read(file).unwrap();
    run(&experiment, folder.path());
    let result = neuropil::results::ResultFile::open(folder.path().join("r.h5")).unwrap();
    let query = neuropil_record::reader::TraceQuery::default();
    let traces = result.traces("c", "s.g", &query).unwrap();
    let opened: Vec<Vec<f64>> = traces
        .values
        .iter()
        .map(|g| {
            let jumps = (1..g.len()).filter(|&k| g[k] > g[k - 1] + 0.0005);
            jumps.map(|k| (traces.times_ms()[k]).round()).collect()
        })
        .collect();
    assert_eq!(opened, [vec![5.0], vec![], vec![15.0, 25.0]]);
    // A ramp to 100 per ms within 40 ms: 2000 events in all, a quarter of them in its first half.
    let counter = result.traces("c", "counter.g", &query).unwrap();
    let events = |k: usize| counter.values[k].last().unwrap() / 1e-9;
    assert!((events(0) - 2000.0).abs() < 4.0 * 2000f64.sqrt(), "{}", events(0));
    assert!((events(1) - 500.0).abs() < 4.0 * 500f64.sqrt(), "{}", events(1));
}
