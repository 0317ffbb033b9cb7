//! The simulator as a whole behaves as NEST does, case by case: what its test suite checks without
//! random numbers (paths are those of NEST 3.10, `testsuite/pytests`; every test here is written
//! anew, against closed forms or against itself).

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::*;
use neuropil_network::engine::Simulation;
use neuropil_network::neurons;

#[derive(Default)]
struct Memory {
    spikes: Vec<(u64, u32)>,
    stamps: Vec<u64>,
    values: Vec<f64>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.spikes.extend(block.steps.iter().copied().zip(block.neurons.iter().copied()));
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.stamps.extend_from_slice(block.steps);
        self.values.extend_from_slice(block.values);
        Ok(())
    }
}

fn neurons_of(name: &str, size: u32, model: &str, parameters: &[(&str, f64)]) -> Population {
    let model = neurons::find(model).unwrap().into();
    let column = |(k, v): &(&str, f64)| ((*k).to_string(), Column::Same(*v));
    let parameters = parameters.iter().map(column).collect();
    let dynamics = Dynamics::Model { model, parameters, initial: BTreeMap::new() };
    Population { name: name.into(), size, dynamics }
}

fn listed(spikes: &[u64]) -> Population {
    let trains = SpikeTrains { steps: spikes.to_vec(), neurons: vec![0; spikes.len()] };
    Population { name: "generator".into(), size: 1, dynamics: Dynamics::Trains(trains) }
}

fn network(dt_ms: f64, populations: Vec<Population>) -> Network {
    let clock = Clock::new(dt_ms).unwrap();
    let (connections, inputs, recordings) = (vec![], vec![], vec![]);
    Network { clock, seed: 1, populations, connections, inputs, recordings }
}

fn one(population: usize, neuron: u32) -> Slice {
    Slice { population, first: neuron, count: 1 }
}

fn join(source: Slice, target: Slice, weight: f64, delay: u32) -> Connection {
    Connection {
        name: "c".into(),
        source,
        target,
        rule: Rule::OneToOne,
        weight: Weight::Blocks(BlockMatrix::uniform(weight)),
        delay: Delay::Same(delay),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    }
}

fn current(target: Slice, waveform: Waveform, delay: u32, window: Window) -> Input {
    let target = Target { slice: target, channel: None };
    Input { name: "current".into(), target, drive: Drive::Current(waveform), delay, window }
}

fn potential(population: usize) -> Recording {
    sampled(population, 1, 0, Window::ALWAYS)
}

fn sampled(population: usize, every: u64, offset: u64, window: Window) -> Recording {
    let (neurons, variables) = (Neurons::All, vec!["V_m".into()]);
    Recording::Samples { population, neurons, variables, every, offset, window }
}

fn spikes_of(population: usize, window: Window) -> Recording {
    Recording::Spikes { population, neurons: Neurons::All, window }
}

fn run(network: &Network, threads: usize, steps: u64) -> Memory {
    let mut memory = Memory::default();
    Simulation::build(network, threads).unwrap().run(steps, &mut memory).unwrap();
    memory
}

fn close(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance, "sample {k}: {a} against {b}");
    }
}

/// V of an alpha current of `w` pA (its peak) that begins at t = 0, C in pF, times in ms.
fn alpha_psp(t: f64, w: f64, tau_m: f64, tau_s: f64, c: f64) -> f64 {
    if t <= 0.0 {
        return 0.0;
    }
    let b = 1.0 / tau_s - 1.0 / tau_m;
    let (em, es) = ((-t / tau_m).exp(), (-t / tau_s).exp());
    w * std::f64::consts::E / (tau_s * c * b) * ((em - es) / b - t * es)
}

#[test]
fn one_neuron_excites_another_by_the_closed_form() {
    // neurons/test_iaf_psc_alpha_1to2.py: the spike at 3.0 ms acts after its delay, at every step.
    for (dt, delay_ms) in
        [(0.1, 1.0), (0.1, 0.1), (0.2, 1.0), (0.5, 1.0), (0.5, 2.5), (1.0, 1.0), (1.0, 2.0)]
    {
        let delay = f64::round(delay_ms / dt) as u32;
        let driven = neurons_of("pre", 1, "iaf_psc_alpha", &[("I_e", 1450.0)]);
        let mut net = network(dt, vec![driven, neurons_of("post", 1, "iaf_psc_alpha", &[])]);
        net.connections = vec![join(one(0, 0), one(1, 0), 100.0, delay)];
        net.recordings = vec![spikes_of(0, Window::ALWAYS), potential(1)];
        let steps = f64::round(8.0 / dt) as u64;
        let memory = run(&net, 1, steps);
        assert_eq!(memory.spikes[0].0, f64::round(3.0 / dt) as u64, "dt {dt}");
        let expected: Vec<f64> = (1..=steps)
            .map(|k| -70.0 + alpha_psp(k as f64 * dt - 3.0 - delay_ms, 100.0, 10.0, 2.0, 250.0))
            .collect();
        let second = memory.spikes.get(1).map_or(steps, |s| s.0);
        let before = second.min(steps) as usize;
        close(&memory.values[..before], &expected[..before], 70.0 * 1e-12);
    }
}

#[test]
fn the_shortest_delay_of_the_network_changes_nothing() {
    // neurons/test_iaf_psc_alpha_mindelay.py
    let traces: Vec<Vec<f64>> = [1, 2, 3, 5, 7, 10, 15, 20]
        .into_iter()
        .map(|shortest| {
            let neuron = neurons_of("n", 2, "iaf_psc_alpha", &[]);
            let mut net = network(0.1, vec![neuron, listed(&[7, 31])]);
            net.inputs = vec![current(one(0, 0), Waveform::Constant(1000.0), 10, Window::ALWAYS)];
            net.connections = vec![
                join(one(1, 0), one(0, 0), 50.0, 20),
                join(one(0, 0), one(0, 1), 0.0, shortest),
            ];
            net.recordings = vec![potential(0)];
            run(&net, 2, 100).values
        })
        .collect();
    assert!(traces.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_weight_given_as_a_potential_causes_that_potential() {
    // neurons/test_iaf_psp_normalized.py, test_iaf_psc_alpha_fudge.py
    type Case<'a> = (&'a str, &'a [(&'a str, f64)], f64);
    let given: [Case<'_>; 4] = [
        ("iaf_psc_alpha", &[("tau_m", 20.0), ("tau_syn_ex", 0.5), ("C_m", 250.0)], 0.1),
        ("iaf_psc_alpha", &[("tau_m", 10.0), ("tau_syn_ex", 2.0)], 1.0),
        ("iaf_psc_exp", &[("tau_m", 20.0), ("tau_syn_ex", 5.0), ("C_m", 1.0)], 0.5),
        ("iaf_psc_delta", &[], 0.7),
    ];
    for (model, parameters, size) in given {
        let info = neurons::find(model).unwrap();
        let columns =
            parameters.iter().map(|(k, v)| ((*k).to_string(), Column::Same(*v))).collect();
        let unit = neurons::unit_psp(info, &columns, 0, 0).unwrap().unwrap();
        let mut net = network(0.01, vec![neurons_of("n", 1, model, parameters), listed(&[100])]);
        net.connections = vec![join(one(1, 0), one(0, 0), size / unit, 100)];
        net.recordings = vec![potential(0)];
        let trace = run(&net, 1, 3000).values;
        let peak = trace.iter().copied().fold(f64::MIN, f64::max) + 70.0;
        // The grid of 0.01 ms misses the peak by up to half a step.
        assert!((peak - size).abs() < 1e-5 * size, "{model}: {peak} mV");
    }
}

#[test]
fn constant_current_follows_the_closed_form() {
    // neurons/test_iaf_psc_exp.py, stimulating/test_dcgen_versus_I_e.py
    for model in ["iaf_psc_delta", "iaf_psc_exp", "iaf_psc_alpha"] {
        let mut net = network(0.1, vec![neurons_of("n", 1, model, &[("I_e", 250.0)])]);
        net.recordings = vec![potential(0)];
        let trace = run(&net, 1, 500).values;
        let v = |t: f64| -70.0 + 250.0 * 10.0 / 250.0 * (1.0 - (-t / 10.0).exp());
        let expected: Vec<f64> = (1..=500).map(|k| v(f64::from(k) * 0.1)).collect();
        close(&trace, &expected, 1e-9);

        // A device does the same, later by its delay and one step.
        let mut net = network(0.1, vec![neurons_of("n", 1, model, &[])]);
        net.inputs = vec![current(one(0, 0), Waveform::Constant(250.0), 10, Window::ALWAYS)];
        net.recordings = vec![potential(0)];
        let late = run(&net, 1, 500).values;
        close(&late[11..], &trace[..489], 1e-9);
        assert!(late[..11].iter().all(|v| (v + 70.0).abs() < 1e-12));
    }
}

#[test]
fn a_step_current_follows_the_closed_form_within_its_window() {
    // stimulating/test_step_current_generator.py
    let waveform = Waveform::Steps { steps: vec![20, 80, 120], values: vec![100.0, -50.0, 200.0] };
    let mut net = network(0.1, vec![neurons_of("n", 1, "iaf_psc_exp", &[])]);
    let window = Window { start: 50, stop: 150 };
    net.inputs = vec![current(one(0, 0), waveform.clone(), 1, window)];
    net.recordings = vec![potential(0)];
    let trace = run(&net, 1, 200).values;
    let mut v = 0.0;
    let decay = (-0.01_f64).exp();
    let expected: Vec<f64> = (1..=200_u64)
        .map(|stamp| {
            // Emitted two steps before the stamp that shows it: the delay, and the step it acts in.
            let emitted = stamp.saturating_sub(2);
            let on = (50..150).contains(&emitted);
            let i = if on { waveform.at(emitted, 0.1) } else { 0.0 };
            v = v * decay + 10.0 / 250.0 * i * (1.0 - decay);
            v - 70.0
        })
        .collect();
    close(&trace, &expected, 1e-9);
}

#[test]
fn a_sine_current_is_the_step_current_made_from_it() {
    // stimulating/test_ac_generator.py
    let sine =
        Waveform::Sine { offset: 60.0, amplitude: 80.0, frequency_hz: 35.0, phase_deg: 60.0 };
    let steps: Vec<u64> = (1..400).collect();
    let values = steps.iter().map(|s| sine.at(*s, 0.1)).collect();
    let window = Window { start: 30, stop: 250 };
    let traces = [sine, Waveform::Steps { steps, values }].map(|waveform| {
        let mut net = network(0.1, vec![neurons_of("n", 1, "iaf_psc_alpha", &[])]);
        net.inputs = vec![current(one(0, 0), waveform, 10, window)];
        net.recordings = vec![potential(0)];
        run(&net, 1, 400).values
    });
    assert_eq!(traces[0], traces[1]);
    assert!(traces[0].iter().any(|v| *v > -69.0));
}

#[test]
fn a_spike_arrives_after_the_sum_of_its_delays_for_any_threads() {
    // other/test_spike_transmission.py
    for threads in 1..=4 {
        for delay in [1, 5, 13] {
            let parrots = |name| neurons_of(name, 1, "parrot_neuron", &[]);
            let mut net = network(0.1, vec![listed(&[5]), parrots("a"), parrots("b")]);
            net.connections = vec![
                join(one(0, 0), one(1, 0), 1.0, delay),
                join(one(1, 0), one(2, 0), 1.0, delay),
            ];
            net.recordings = vec![spikes_of(2, Window::ALWAYS)];
            let memory = run(&net, threads, 60);
            assert_eq!(memory.spikes, [(5 + 2 * u64::from(delay), 0)], "{threads} threads");
        }
    }
}

#[test]
fn the_extremes_of_all_delays_are_known() {
    // other/test_min_max_delay.py
    let mut net = network(0.1, vec![neurons_of("n", 600, "iaf_psc_delta", &[])]);
    let all = Slice { population: 0, first: 0, count: 600 };
    net.connections = vec![join(all, all, 0.1, 7)];
    let law = Distribution::from(Shape::Uniform { low: 1.0, high: 2.0 });
    let mut drawn = join(all, all, 0.1, 1);
    drawn.delay = Delay::Drawn(law);
    net.connections.push(drawn);
    for threads in 1..=3 {
        let statistics = Simulation::build(&net, threads).unwrap().statistics();
        assert_eq!((statistics.min_delay, statistics.max_delay), (Some(7), Some(20)));
        assert_eq!(statistics.synapses, 1200);
    }
}

#[test]
fn samples_lie_on_their_grid() {
    // recording/test_multimeter.py, test_multimeter_offset.py, test_multimeter_stepping.py
    let mut net = network(0.1, vec![neurons_of("n", 3, "iaf_psc_exp", &[("I_e", 100.0)])]);
    net.recordings = vec![potential(0)];
    let every_step = run(&net, 1, 200);
    for (every, offset) in [(10, 0), (10, 3), (7, 0), (50, 20)] {
        net.recordings = vec![sampled(0, every, offset, Window::ALWAYS)];
        for threads in [1, 3] {
            let memory = run(&net, threads, 200);
            let grid: Vec<u64> = (1..=200).filter(|s| s % every == offset).collect();
            assert_eq!(memory.stamps, grid);
            let expected: Vec<f64> = grid
                .iter()
                .flat_map(|s| every_step.values[(*s as usize - 1) * 3..*s as usize * 3].to_vec())
                .collect();
            assert_eq!(memory.values, expected);
        }
    }
}

#[test]
fn windows_open_after_their_start_and_close_with_their_stop() {
    // recording/test_set_start_stop_origin.py: start < stamp ≤ stop
    let mut net = network(0.1, vec![listed(&[10, 20, 21, 30, 40, 41, 50])]);
    for (window, expected) in [
        (Window { start: 20, stop: 40 }, vec![21, 30, 40]),
        (Window { start: 0, stop: 10 }, vec![10]),
        (Window { start: 41, stop: u64::MAX }, vec![50]),
        (Window { start: 50, stop: 20 }, vec![]),
    ] {
        net.recordings = vec![spikes_of(0, window)];
        let stamps: Vec<u64> = run(&net, 1, 60).spikes.iter().map(|s| s.0).collect();
        assert_eq!(stamps, expected);
    }
}

#[test]
fn a_repeated_spike_counts_as_often_as_it_is_listed() {
    // stimulating/test_spike_generator.py, neurons/test_neurons_handle_multiplicity.py
    let trace = |spikes: &[u64], weight: f64| {
        let mut net = network(0.1, vec![neurons_of("n", 1, "iaf_psc_exp", &[]), listed(spikes)]);
        net.connections = vec![join(one(1, 0), one(0, 0), weight, 10)];
        net.recordings = vec![potential(0)];
        run(&net, 1, 100).values
    };
    close(&trace(&[10, 10, 10], 40.0), &trace(&[10], 120.0), 1e-12);
    close(&trace(&[10, 30], -40.0), &trace(&[30, 10], -40.0), 0.0);
}
