//! Runs that end early, by wish or by fault, and what is kept of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use neuropil::experiment::Experiment;
use neuropil::results::{ResultFile, Status};
use neuropil::run::{Progress, RunFailure, RunOptions};
use neuropil_record::reader::SpikeQuery;

const NETWORK: &str = r#"
[simulation]
duration = "2 s"
[populations.E]
model = "iaf_psc_delta"
size = 10
params = { I_e = "500 pA" }
"#;

fn experiment(more: &str) -> Experiment {
    Experiment::parse(&format!("{NETWORK}{more}"), "runs.toml").unwrap()
}

fn options(folder: &tempfile::TempDir) -> RunOptions {
    RunOptions { output: Some(folder.path().join("result.h5")), ..RunOptions::default() }
}

#[test]
fn an_interrupted_run_keeps_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let until = |limit: u64| move |progress: Progress| !matches!(progress, Progress::Simulating { step, .. } if step >= limit);
    let summary = experiment("").run(&options(&folder), &mut until(5000)).unwrap();
    assert!(summary.interrupted);
    assert!((500.0..700.0).contains(&summary.duration_ms), "{}", summary.duration_ms);
    let result = ResultFile::open(folder.path().join("result.h5")).unwrap();
    assert_eq!(result.metadata().status, Status::Interrupted);
    let spikes = result.spikes("E", &SpikeQuery::default()).unwrap();
    assert_eq!(spikes.times_ms.len() as u64, summary.spikes);
    // 18 spikes in 300 ms: the rate is over the time that was simulated.
    let rate = summary.populations[0].rate_hz.unwrap();
    assert!((rate - 60.0).abs() < 3.0, "{rate}");
}

#[test]
fn a_state_that_overflows_names_neuron_and_time_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let blow_up = r#"
[inputs.blow_up]
kind = "dc"
target = "E[7]"
amplitude = 1e308
start = "400 ms"
delay = "0.1 ms"
[connections.again]
source = "E"
target = "E"
weight = 0
delay = 1
"#;
    let mut experiment = experiment(blow_up);
    experiment.set("populations.E.params.C_m", "1e-3").unwrap();
    experiment.set("populations.E.params.I_e", "0.002").unwrap();
    let failure = experiment.run(&options(&folder), &mut |_| true).unwrap_err();
    assert!(matches!(failure, RunFailure::State(_)), "{failure}");
    let message = failure.to_string();
    assert!(message.starts_with("neuron 7 of E left the range of its model at 400."), "{message}");
    let result = ResultFile::open(folder.path().join("result.h5")).unwrap();
    assert_eq!(result.metadata().status, Status::Failed);
    assert_eq!(result.metadata().failure.as_deref(), Some(message.as_str()));
    assert!(result.spike_count("E").unwrap() > 0);
}

#[test]
fn json_experiments_are_toml_experiments_in_other_letters() {
    let text = r#"{
        "simulation": { "duration": "2 s" },
        "populations": { "E": { "model": "iaf_psc_delta", "size": 10, "params": { "I_e": "500 pA" } } }
    }"#;
    let run = |experiment: Experiment| {
        experiment.run(&RunOptions::default(), &mut |_| true).unwrap().spikes
    };
    assert_eq!(run(Experiment::parse(text, "x.json").unwrap()), run(experiment("")));
}

#[test]
fn the_warm_up_is_left_out_of_statistics_and_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut experiment = experiment("");
    experiment.set("simulation.duration", "300 ms").unwrap();
    experiment.set("simulation.warmup", "300 ms").unwrap();
    let summary = experiment.run(&options(&folder), &mut |_| true).unwrap();
    assert_eq!(summary.duration_ms, 300.0);
    let result = ResultFile::open(folder.path().join("result.h5")).unwrap();
    let spikes = result.spikes("E", &SpikeQuery::default()).unwrap();
    assert!(spikes.times_ms.iter().all(|t| *t > 300.0 && *t <= 600.0));
    assert_eq!(spikes.times_ms.len() as u64, summary.spikes);
    assert!(
        (summary.populations[0].rate_hz.unwrap() - summary.spikes as f64 / 10.0 / 0.3).abs() < 1e-9
    );
}

#[test]
fn listed_pairs_with_their_own_weights_reach_the_right_neurons() {
    use neuropil_network::description::{Delay, Rule, Weight};
    let text = r#"
[simulation]
duration = "1 ms"
[populations.E]
model = "iaf_psc_delta"
size = 3
[populations.I]
model = "iaf_psc_delta"
size = 2
[connections.all]
source = ["E", "I"]
target = ["E", "I"]
rule = "pairs"
sources = [0, 4, 2, 3]
targets = [1, 0, 3, 4]
weight = [0.1, 0.2, 0.3, 0.4]
delay = [1, 2, 3, 4]
"#;
    let model = Experiment::parse(text, "pairs.toml").unwrap().network().unwrap();
    let found: Vec<_> = model
        .network
        .connections
        .iter()
        .map(|c| match (&c.rule, &c.weight, &c.delay) {
            (Rule::Pairs { sources, targets }, Weight::Each(w), Delay::Each(d)) => {
                (c.source.population, c.target.population, sources[0], targets[0], w[0], d[0])
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (0, 0, 0, 1, 0.1, 10),
        (0, 1, 2, 0, 0.3, 30),
        (1, 0, 1, 0, 0.2, 20),
        (1, 1, 0, 1, 0.4, 40),
    ];
    assert_eq!(found, expected);
}

#[test]
fn distributions_reach_weights_delays_and_parameters() {
    use neuropil_network::description::{
        Bounds, Column, Delay, Distribution, Dynamics, Shape, Weight,
    };
    let text = r#"
[simulation]
duration = "1 ms"
[parameters]
w = "87.8 pA"
[populations.E]
model = "iaf_psc_exp"
size = 2000
params = { tau_m = { normal = ["20 ms", "1 ms"], min = "18 ms", max = "22 ms" } }
initial = { V_m = "-70 mV + uniform(0 mV, 10 mV)" }
[connections.EE]
source = "E"
target = "E"
rule = "fixed_indegree"
indegree = 5
weight = "redraw(normal(w, 0.1 * w), 0 pA, inf)"
delay = { normal = ["1.5 ms", "0.75 ms"], min = "0.1 ms", redraw = true }
"#;
    let model = Experiment::parse(text, "drawn.toml").unwrap().network().unwrap();
    let connection = &model.network.connections[0];
    let bounds = |min: f64, max: f64| Bounds::Redraw { min, max };
    let weight = Distribution {
        bounds: bounds(0.0, f64::INFINITY),
        ..Shape::Normal { mean: 87.8, sd: 0.1 * 87.8 }.into()
    };
    assert_eq!(connection.weight, Weight::Drawn(weight));
    let delay = Distribution {
        bounds: bounds(0.1, f64::INFINITY),
        ..Shape::Normal { mean: 1.5, sd: 0.75 }.into()
    };
    assert_eq!(connection.delay, Delay::Drawn(delay));
    let Dynamics::Model { parameters, initial, .. } = &model.network.populations[0].dynamics else {
        panic!("no model")
    };
    let (Column::Each(tau), Column::Each(v)) = (&parameters["tau_m"], &initial["V_m"]) else {
        panic!("not drawn")
    };
    assert!(tau.iter().all(|tau| (18.0..=22.0).contains(tau)) && tau.contains(&18.0));
    let mean = v.iter().sum::<f64>() / 2000.0;
    assert!(v.iter().all(|v| (-70.0..-60.0).contains(v)));
    // The mean of 2000 uniform numbers over 10 mV has a standard error of 0.065 mV.
    assert!((mean + 65.0).abs() < 0.3, "{mean}");
}

#[test]
fn the_spikes_of_an_experiment_are_the_same_on_any_number_of_threads() {
    let text = r#"
[simulation]
duration = "200 ms"
[populations.E]
model = "iaf_psc_exp"
size = 300
initial = { V_m = { uniform = [-70, -55] } }
[connections.EE]
source = "E"
target = "E"
rule = "pairwise_bernoulli"
p = 0.1
weight = { normal = [20, 5] }
delay = { uniform = [0.5, 3] }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "8 kHz"
weight = "45 pA"
"#;
    let spikes = |threads: usize| {
        let folder = tempfile::tempdir().unwrap();
        let options = RunOptions { threads: Some(threads), ..options(&folder) };
        let experiment = Experiment::parse(text, "threads.toml").unwrap();
        let summary = experiment.run(&options, &mut |_| true).unwrap();
        let result = ResultFile::open(folder.path().join("result.h5")).unwrap();
        assert!(summary.spikes > 100, "{}", summary.spikes);
        result.spikes("E", &SpikeQuery::default()).unwrap()
    };
    let one = spikes(1);
    assert!((2..=4).all(|threads| spikes(threads) == one));
}
