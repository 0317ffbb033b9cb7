//! The examples are read and resolved, and the short ones run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use neuropil::experiment::Experiment;
use neuropil::run::RunOptions;

fn example(name: &str) -> Experiment {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    Experiment::read(folder.join(name)).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn check(name: &str) -> neuropil::run::Check {
    example(name).check().unwrap_or_else(|error| panic!("{}", error.render(false)))
}

#[test]
fn hello_fires_four_times() {
    let summary = example("hello.toml").run(&RunOptions::default(), &mut |_| true).unwrap();
    assert_eq!(summary.spikes, 4);
}

#[test]
fn both_brunel_networks_have_all_their_synapses() {
    for name in ["brunel_delta.toml", "brunel_alpha.toml"] {
        let check = check(name);
        assert_eq!((check.neurons, check.synapses), (12_500, 15_625_000.0), "{name}");
        assert!((check.min_delay_ms.unwrap() - 1.5).abs() < 1e-12);
        assert!(check.warnings.is_empty(), "{:?}", check.warnings);
    }
}

#[test]
fn the_alpha_network_has_the_published_weights_and_rate() {
    use neuropil_network::description::{Drive, Waveform, Weight};
    let model = example("brunel_alpha.toml").network().unwrap();
    let Weight::Blocks(weight) = &model.network.connections[0].weight else { panic!("weight") };
    assert!((weight.single().unwrap() - 20.680_155_243_678_46).abs() < 1e-9);
    let Weight::Blocks(weight) = &model.network.connections[2].weight else { panic!("weight") };
    assert!((weight.single().unwrap() + 103.400_776_218_392_28).abs() < 1e-8);
    let Drive::Poisson { rate_hz: Waveform::Constant(rate), weight, .. } =
        &model.network.inputs[0].drive
    else {
        panic!("drive")
    };
    assert!((rate - 17_789.007_7).abs() < 1e-4, "{rate}");
    assert!((weight - 20.680_155_243_678_46).abs() < 1e-9);
}

#[test]
fn the_delta_network_has_the_rate_of_the_published_script_to_the_bit() {
    use neuropil_network::description::{Drive, Waveform};
    let model = example("brunel_delta.toml").network().unwrap();
    let Drive::Poisson { rate_hz: Waveform::Constant(rate), .. } = &model.network.inputs[0].drive
    else {
        panic!("drive")
    };
    assert_eq!(*rate, 20_000.0);
}

#[test]
fn the_four_regimes_differ_in_two_parameters() {
    use neuropil::expression::Value;
    for (name, g, eta) in
        [("sr", 3.0, 2.0), ("si_fast", 6.0, 4.0), ("ai", 5.0, 2.0), ("si_slow", 4.5, 0.9)]
    {
        let model = example(&format!("brunel_regimes/{name}.toml")).network().unwrap();
        let value = |name: &str| match model.parameters.get(name) {
            Some(Value::Number(quantity)) => quantity.value,
            other => panic!("{other:?}"),
        };
        assert_eq!((value("g"), value("eta")), (g, eta));
        assert_eq!(model.network.connections.len(), 4);
    }
}

#[test]
fn the_clustered_network_is_the_published_one() {
    use neuropil_network::description::{Column, Drive, Dynamics, Waveform, Weight};
    let model = example("ei_clustered.toml").network().unwrap();
    let network = &model.network;
    let clock = network.clock;
    assert_eq!(network.populations.iter().map(|p| p.size).collect::<Vec<_>>(), [4000, 1000]);
    let Weight::Blocks(weight) = &network.connections[0].weight else { panic!("weight") };
    assert!((weight.at(0, 0) - 1.346_954_46).abs() < 6e-9);
    // The device's own delay and the warm-up shift the stimulus.
    let stimulus = &network.inputs[0];
    assert_eq!(
        (stimulus.delay, stimulus.target.slice.first, stimulus.target.slice.count),
        (10, 400, 200)
    );
    let Drive::Current(Waveform::Steps { steps, values }) = &stimulus.drive else {
        panic!("drive")
    };
    assert_eq!(
        steps.iter().map(|s| clock.ms(*s).round()).collect::<Vec<_>>(),
        [3000.0, 4500.0, 7000.0, 8500.0]
    );
    assert_eq!(values, &[0.15, 0.0, 0.15, 0.0]);
    // Drive and initial potentials.
    let Dynamics::Model { parameters, initial, .. } = &network.populations[1].dynamics else {
        panic!("model")
    };
    assert_eq!(parameters["I_e"], Column::Same(1.56));
    let Column::Each(potentials) = &initial["V_m"] else { panic!("potentials") };
    assert!(potentials.iter().all(|v| *v < 20.0));
    let below = potentials.iter().filter(|v| **v < 0.0).count();
    assert!((400..600).contains(&below), "median is 0: {below} of 1000 below");
}

#[test]
fn probabilities_with_fixed_indegree_are_warned_of() {
    let mut experiment = example("ei_clustered.toml");
    experiment.set("networks.clustered.clustering", "probabilities").unwrap();
    experiment.set("networks.clustered.fixed_indegree", "true").unwrap();
    let check = experiment.check().unwrap();
    assert!(check.warnings[0].contains("synchrony"), "{:?}", check.warnings);
    // 4000·(20·29 − 29 + 240 …) by hand: in-degrees 240 + 19·29 and 117 + 19·20, 474 + 19·80, 117 + 19·20.
    assert_eq!(
        check.synapses,
        f64::from(4000 * (240 + 551 + 117 + 380) + 1000 * (474 + 1520 + 117 + 380))
    );
}
