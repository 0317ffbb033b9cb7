//! Experiments with branching cells, from file to spikes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use neuropil::experiment::Experiment;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;
use neuropil_record::reader::{SpikeQuery, TraceQuery};

fn example(name: &str) -> Experiment {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    Experiment::read(folder.join(name)).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn run(experiment: &Experiment, threads: usize) -> (tempfile::TempDir, ResultFile) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("result.h5");
    let options = RunOptions {
        output: Some(output.clone()),
        threads: Some(threads),
        ..RunOptions::default()
    };
    experiment.run(&options, &mut |_| true).unwrap_or_else(|error| panic!("{error}"));
    (folder, ResultFile::open(output).unwrap())
}

#[test]
fn a_spike_travels_round_the_ring_at_one_pace() {
    let mut ring = example("ring_of_cells.toml");
    ring.set("plots", "{}").unwrap();
    let (_folder, result) = run(&ring, 1);
    let spikes = result.spikes("ring", &SpikeQuery::default()).unwrap();
    let order: Vec<u32> = spikes.neurons.iter().copied().take(10).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    // The first cell starts from rest, all later ones alike: once round takes the same every time.
    let times = &spikes.times_ms;
    let lap = times[6] - times[1];
    assert!((times[11] - times[6] - lap).abs() < 0.026, "one step of 0.025 ms: {times:?}");
    let (_folder, again) = run(&ring, 3);
    assert_eq!(again.spikes("ring", &SpikeQuery::default()).unwrap(), spikes);
}

#[test]
fn the_clamp_shows_sodium_before_potassium() {
    let mut clamp = example("single_channel/hodgkin_huxley.toml");
    clamp.set("plots", "{}").unwrap();
    let (_folder, result) = run(&clamp, 1);
    let read = |variable: &str| {
        let traces = result.traces("patch", variable, &TraceQuery::default()).unwrap();
        let times = traces.times_ms();
        times.into_iter().zip(traces.values[0].clone()).collect::<Vec<(f64, f64)>>()
    };
    let at = |variable: &str, ms: f64| {
        let trace = read(variable);
        trace.iter().min_by(|a, b| (a.0 - ms).abs().total_cmp(&(b.0 - ms).abs())).unwrap().1
    };
    assert!((at("v", 4.0) + 65.0).abs() < 0.1 && at("v", 20.0).abs() < 0.5);
    // m∞(0) = α/(α+β) with α = 0.1·40/(e^{4}−1)·e^{4}... evaluated: 0.9743; h∞(0) = 0.0028.
    assert!((at("hh.m", 20.0) - 0.974).abs() < 0.002, "{}", at("hh.m", 20.0));
    assert!((at("hh.h", 20.0) - 0.003).abs() < 0.002, "{}", at("hh.h", 20.0));
    let peak = |variable: &str, sign: f64| {
        let during = read(variable).into_iter().filter(|(t, _)| (5.0..25.0).contains(t));
        during.max_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1))).unwrap()
    };
    let (sodium, potassium) = (peak("ina", -1.0), peak("ik", 1.0));
    assert!(sodium.1 < 0.0 && sodium.0 < 6.0, "{sodium:?}");
    assert!(potassium.1 > 0.0 && potassium.0 > 10.0, "{potassium:?}");
}

const TWO_BALLS: &str = r#"
[simulation]
duration = "2 ms"
[cells.ball]
morphology = { shape = "ball_and_stick", soma_diameter = "20 um", length = "200 um", diameter = "2 um" }
compartments = { max_length = "50 um" }
[[cells.ball.paint]]
region = "all"
mechanism = "pas"
e = "-65 mV"
[populations.balls]
cell = "ball"
size = 2
[inputs.push]
kind = "dc"
target = "balls[1]"
amplitude = "50 pA"
[record.traces.soma]
target = "balls"
variables = ["v"]
at = "soma"
every = "0.1 ms"
"#;

#[test]
fn a_variable_may_be_asked_for_at_several_places_on_their_own() {
    let text = |every: &str| {
        let tip = "target = \"balls\"\nvariables = [\"v\"]\nat = \"terminals\"";
        format!("{TWO_BALLS}[record.traces.tip]\n{tip}\nevery = \"{every}\"\n")
    };
    let (_folder, result) = run(&Experiment::parse(&text("0.1 ms"), "x.toml").unwrap(), 1);
    let report = result.report("balls", "v").unwrap();
    let neurons: Vec<u32> = report.columns.iter().map(|column| column.neuron).collect();
    assert_eq!(neurons, [0, 0, 1, 1]);
    let sections = report.labels.iter().map(|label| label.split('(').next().unwrap());
    assert!(sections.eq(["0 soma", "0 dend", "1 soma", "1 dend"]), "{:?}", report.labels);
    let traces = result.traces("balls", "v", &TraceQuery::default()).unwrap().values;
    let rise = |k: usize| traces[k].last().unwrap() - traces[k][0];
    assert!(rise(0).abs() < 1e-9 && rise(2) > rise(3) && rise(3) > 0.1, "{traces:?}");

    let other = Experiment::parse(&text("0.2 ms"), "x.toml").unwrap();
    let refused = other.check_cables().unwrap_err().render(false);
    let expected = "record.traces.tip.variables[0]: v of \"balls\" is asked for twice, with another interval or window";
    assert!(refused.contains(expected), "{refused}");
}

/// Variables at 5 ms of a ball and stick with a synapse on the stick and a point process that points.
fn pointed(pointers: &str) -> Result<Vec<f64>, String> {
    let text = format!(
        r#"
mechanisms = ["follows.mod"]
simulation = {{ duration = "10 ms", dt = "0.025 ms" }}
[cells.c]
morphology = {{ shape = "ball_and_stick", length = "200 um", diameter = "1 um" }}
compartments = {{ per_section = 3 }}
paint = [
  {{ region = "soma", mechanism = "hh" }},
  {{ region = "dend", mechanism = "pas" }},
]
[cells.c.synapses.excitation]
mechanism = "expsyn"
at = "at(1, 0.5)"
[cells.c.synapses.watch]
mechanism = "follows"
at = "soma"
pointers = {pointers}
[inputs.shot]
kind = "spikes"
target = "c.excitation"
times = ["1 ms"]
weight = "1 nS"
[record]
traces = [
  {{ target = "c", variables = ["watch.seen", "v", "excitation.g", "hh.m"], every = "1 ms" }},
]
"#
    );
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files/mechanisms/pointing.toml");
    let experiment = Experiment::parse(&text, folder).map_err(|error| error.to_string())?;
    experiment.cables().map_err(|error| error.render(false))?;
    let (_folder, result) = run(&experiment, 1);
    let at = |variable: &str| {
        let traces = result.traces("c", variable, &TraceQuery::default()).unwrap();
        let now = traces.times_ms().iter().position(|t| (t - 5.0).abs() < 1e-9).unwrap();
        traces.values[0][now]
    };
    Ok(["watch.seen", "v", "excitation.g", "hh.m"].map(at).into())
}

#[test]
fn pointers_read_what_the_experiment_says() {
    // What is read is that of the beginning of the last call, up to one step before the sample.
    for (pointers, column, slack) in [
        (r#"{ x = "v" }"#, 1, 0.2),
        (r#"{ x = { variable = "v", at = "soma" } }"#, 1, 0.2),
        (r#"{ x = "excitation.g" }"#, 2, 1e-4),
        (r#"{ x = "hh.m" }"#, 3, 0.01),
        (r#"{ x = { variable = "hh.m", at = "soma" } }"#, 3, 0.01),
    ] {
        let values = pointed(pointers).unwrap();
        let (seen, own) = (values[0], values[column]);
        assert!((seen - own).abs() < slack && seen != 0.0, "{pointers}: {values:?}");
    }
}

#[test]
fn pointers_to_nothing_are_named() {
    for (pointers, expected) in [
        (r#"{ y = "v" }"#, "has no key \"y\""),
        (r#"{ x = "hh.mm" }"#, "unknown variable \"mm\"; did you mean \"m\"?"),
        (r#"{ x = "hhh.m" }"#, "\"hhh\""),
        (r#"{ x = "hh" }"#, "\"v\" or a variable such as \"hh.m\""),
        (r#"{ x = { variable = "v" } }"#, "at"),
    ] {
        let message = pointed(pointers).unwrap_err();
        assert!(message.contains(expected), "{pointers}: {message}");
    }
}
