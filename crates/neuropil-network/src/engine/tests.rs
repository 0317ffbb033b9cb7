//! Timing, determinism and faults of the whole engine.

use std::collections::BTreeMap;

use neuropil_core::random::{Stream, key};
use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};

use super::{Options, Simulation, SynapseCache};
use crate::delivery::Storage;
use crate::description::*;
use crate::neurons;

#[derive(Debug, Default, PartialEq)]
struct Memory {
    spikes: Vec<(usize, u64, u32)>,
    frames: Vec<(usize, u64)>,
    values: Vec<f64>,
    stop_at: Option<u64>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let each = block.steps.iter().zip(block.neurons);
        self.spikes.extend(each.map(|(step, neuron)| (block.recording, *step, *neuron)));
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.frames.extend(block.steps.iter().map(|step| (block.recording, *step)));
        self.values.extend_from_slice(block.values);
        Ok(())
    }

    fn progress(&mut self, step: u64) -> bool {
        self.stop_at.is_none_or(|stop| step < stop)
    }
}

fn population(name: &str, size: u32, model: &str, parameters: &[(&str, f64)]) -> Population {
    let model = neurons::find(model).unwrap().into();
    let column = |(k, v): &(&str, f64)| ((*k).to_string(), Column::Same(*v));
    let parameters = parameters.iter().map(column).collect();
    let dynamics = Dynamics::Model { model, parameters, initial: BTreeMap::new() };
    Population { name: name.into(), size, dynamics }
}

fn trains(size: u32, spikes: &[(u64, u32)]) -> Population {
    let (steps, neurons) = spikes.iter().copied().unzip();
    let dynamics = Dynamics::Trains(SpikeTrains { steps, neurons });
    Population { name: "trains".into(), size, dynamics }
}

fn empty(dt_ms: f64) -> Network {
    Network {
        clock: Clock::new(dt_ms).unwrap(),
        seed: 7,
        populations: vec![],
        connections: vec![],
        inputs: vec![],
        recordings: vec![],
    }
}

fn whole(population: usize, count: u32) -> Slice {
    Slice { population, first: 0, count }
}

fn connect(source: Slice, target: Slice, rule: Rule, weight: f64, delay: u32) -> Connection {
    Connection {
        name: "c".into(),
        source,
        target,
        rule,
        weight: Weight::Blocks(BlockMatrix::uniform(weight)),
        delay: Delay::Same(delay),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    }
}

fn sample(population: usize, variable: &str) -> Recording {
    Recording::Samples {
        population,
        neurons: Neurons::All,
        variables: vec![variable.into()],
        every: 1,
        offset: 0,
        window: Window::ALWAYS,
    }
}

fn spikes(population: usize) -> Recording {
    Recording::Spikes { population, neurons: Neurons::All, window: Window::ALWAYS }
}

fn run(network: &Network, threads: usize, steps: u64) -> Memory {
    let mut memory = Memory::default();
    Simulation::build(network, threads).unwrap().run(steps, &mut memory).unwrap();
    memory
}

/// First stamp at which a trace leaves its first value.
fn first_deviation(memory: &Memory) -> u64 {
    let start = memory.values[0];
    let k = memory.values.iter().position(|v| (v - start).abs() > 1e-12).unwrap();
    memory.frames[k].1
}

#[test]
fn a_delta_spike_is_seen_at_stamp_plus_delay() {
    let mut network = empty(0.1);
    network.populations = vec![trains(1, &[(10, 0)]), population("n", 1, "iaf_psc_delta", &[])];
    network.connections = vec![connect(whole(0, 1), whole(1, 1), Rule::OneToOne, 1.0, 10)];
    network.recordings = vec![sample(1, "V_m"), spikes(0)];
    let memory = run(&network, 1, 60);
    assert_eq!(first_deviation(&memory), 20);
    assert!((memory.values[19] - -69.0).abs() < 1e-12);
    assert!((memory.values[49] - -69.259_181_779).abs() < 1e-8); // NEST 3.10
    assert_eq!(memory.spikes, [(0, 10, 0)]);
}

#[test]
fn currents_act_one_step_after_start_plus_delay() {
    // Measured with NEST 3.10: first deviation and peak of V for a current from 1 to 3 ms.
    for (delay, first, peak) in [(1, 12, 31), (10, 21, 40), (20, 31, 50)] {
        let mut network = empty(0.1);
        network.populations = vec![population("n", 1, "iaf_psc_delta", &[])];
        network.inputs = vec![Input {
            name: "dc".into(),
            target: Target { slice: whole(0, 1), channel: None },
            drive: Drive::Current(Waveform::Constant(100.0)),
            delay,
            window: Window { start: 10, stop: 30 },
        }];
        network.recordings = vec![sample(0, "V_m")];
        let memory = run(&network, 1, 80);
        assert_eq!(first_deviation(&memory), first);
        let top = memory.values.iter().copied().fold(f64::MIN, f64::max);
        let at = memory.values.iter().position(|v| v.to_bits() == top.to_bits()).unwrap();
        assert_eq!(memory.frames[at].1, peak);
    }
}

#[test]
fn a_step_current_changes_at_its_time_plus_delay_plus_a_step() {
    for (delay, first) in [(1, 22), (10, 31)] {
        let mut network = empty(0.1);
        network.populations = vec![population("n", 1, "iaf_psc_delta", &[])];
        network.inputs = vec![Input {
            name: "step".into(),
            target: Target { slice: whole(0, 1), channel: None },
            drive: Drive::Current(Waveform::Steps { steps: vec![20], values: vec![50.0] }),
            delay,
            window: Window::ALWAYS,
        }];
        network.recordings = vec![sample(0, "V_m")];
        assert_eq!(first_deviation(&run(&network, 1, 80)), first);
    }
}

#[test]
fn a_current_from_the_beginning_needs_a_step_to_be_sent() {
    let mut network = empty(0.1);
    network.populations = vec![population("n", 1, "iaf_psc_delta", &[])];
    network.inputs = vec![Input {
        name: "dc".into(),
        target: Target { slice: whole(0, 1), channel: None },
        drive: Drive::Current(Waveform::Constant(1000.0)),
        delay: 1,
        window: Window::ALWAYS,
    }];
    network.recordings = vec![sample(0, "V_m"), spikes(0)];
    let memory = run(&network, 1, 60);
    // NEST's test_iaf_psc_alpha: rest until 0.2 ms, −69.602 at 0.3, spike at 5.0.
    assert!((memory.values[1] - -70.0).abs() < 1e-12);
    assert!((memory.values[2] - -69.602).abs() < 1e-4);
    assert_eq!(memory.spikes[0].1, 50);
}

#[test]
fn poisson_input_arrives_within_its_window_only() {
    let mut network = empty(0.1);
    network.populations =
        vec![population("n", 2000, "iaf_psc_delta", &[("V_th", 1e9), ("tau_m", 1e9)])];
    network.inputs = vec![Input {
        name: "noise".into(),
        target: Target { slice: Slice { population: 0, first: 100, count: 1000 }, channel: None },
        drive: Drive::Poisson {
            rate_hz: Waveform::Constant(1000.0),
            weight: 1.0,
            at_most_one: false,
        },
        delay: 15,
        window: Window { start: 100, stop: 300 },
    }];
    network.recordings = vec![sample(0, "V_m")];
    let memory = run(&network, 2, 400);
    let frame = |stamp: usize| &memory.values[(stamp - 1) * 2000..stamp * 2000];
    let mean = |stamp| frame(stamp)[100..1100].iter().map(|v| v + 70.0).sum::<f64>() / 1000.0;
    assert!(mean(115).abs() < 1e-9 && mean(116) > 0.0);
    // 20 events each: four standard errors of a mean of 1000.
    assert!((mean(400) - 20.0).abs() < 4.0 * (20.0_f64 / 1000.0).sqrt());
    assert!((mean(315) - mean(400)).abs() < 1e-6 && mean(314) < mean(315));
    assert!(frame(400)[..100].iter().all(|v| (v + 70.0).abs() < 1e-9));
}

/// Two populations, every storage, drawn weights and delays, noise: a network that spikes.
fn mixed() -> Network {
    let mut network = empty(0.1);
    let parameters = [("tau_m", 20.0), ("E_L", 0.0), ("V_reset", 0.0), ("V_th", 20.0)];
    network.populations = vec![
        population("E", 2300, "iaf_psc_delta", &parameters),
        population("I", 700, "iaf_psc_delta", &parameters),
    ];
    let (e, i) = (whole(0, 2300), whole(1, 700));
    let indegree = |k: f64| Rule::FixedIndegree {
        indegree: BlockMatrix::uniform(k),
        autapses: true,
        multapses: true,
    };
    let bernoulli = |p: BlockMatrix| Rule::PairwiseBernoulli { probability: p, autapses: false };
    network.connections = vec![
        connect(e, e, indegree(230.0), 0.2, 15),
        connect(e, i, indegree(40.0), 0.2, 15),
        connect(i, e, bernoulli(BlockMatrix::uniform(0.1)), -1.0, 12),
        connect(i, i, bernoulli(BlockMatrix::clustered(7, 0.3, 0.05)), -1.0, 20),
    ];
    network.connections[3].weight = Weight::Blocks(BlockMatrix::clustered(7, -1.5, -0.7));
    let normal = Distribution::from(Shape::Normal { mean: 0.1, sd: 0.01 });
    let mut timed = connect(e, i, indegree(20.0), 0.1, 1);
    timed.weight = Weight::Drawn(normal);
    timed.delay = Delay::Drawn(Distribution::from(Shape::Uniform { low: 1.1, high: 4.0 }));
    network.connections.push(timed);
    for (p, size) in [(0, 2300), (1, 700)] {
        network.inputs.push(Input {
            name: "noise".into(),
            target: Target { slice: whole(p, size), channel: None },
            drive: Drive::Poisson {
                rate_hz: Waveform::Constant(12_000.0),
                weight: 0.11,
                at_most_one: false,
            },
            delay: 15,
            window: Window::ALWAYS,
        });
        network.recordings.push(spikes(p));
        network.recordings.push(Recording::Samples {
            population: p,
            neurons: Neurons::Range(500..620),
            variables: vec!["V_m".into()],
            every: 5,
            offset: 0,
            window: Window::ALWAYS,
        });
    }
    network
}

#[test]
fn results_are_identical_for_any_threads_and_storage() {
    let network = mixed();
    let reference = run(&network, 1, 1500);
    assert!(reference.spikes.len() > 2000, "only {} spikes", reference.spikes.len());
    for recording in 0..2 {
        let own: Vec<_> = reference.spikes.iter().filter(|s| s.0 == recording).collect();
        assert!(own.is_sorted(), "spikes come in order of time and neuron");
    }
    for threads in [2, 3, 4] {
        for storage in [Storage::Auto, Storage::Bits, Storage::Rows] {
            let mut memory = Memory::default();
            let options = Options { threads, storage };
            Simulation::build_with(&network, options).unwrap().run(1500, &mut memory).unwrap();
            assert!(memory == reference, "{threads} threads, {storage:?}");
        }
    }
    let mut other = network.clone();
    other.seed += 1;
    assert_ne!(run(&other, 2, 1500).spikes, reference.spikes);
}

#[test]
fn networks_that_share_synapses_run_as_if_each_had_its_own() {
    let base = mixed();
    let changed = |change: &dyn Fn(&mut Network)| {
        let mut network = base.clone();
        change(&mut network);
        network
    };
    let single = |c: &mut Connection| {
        if let (Weight::Blocks(matrix), Delay::Same(steps)) = (&mut c.weight, &mut c.delay) {
            let twice = matrix.values().iter().map(|w| 2.0 * w).collect();
            *matrix = BlockMatrix::new(matrix.rows(), matrix.columns(), twice).unwrap();
            *steps += 1;
        }
    };
    // Who is joined stays as it is …
    let alike = [
        changed(&|n| n.inputs[0].drive = n.inputs[1].drive.clone()),
        changed(&|n| n.connections.iter_mut().for_each(single)),
        changed(&|n| n.connections[0].name = "another".into()),
    ];
    // … or not.
    let others = [
        changed(&|n| n.seed += 1),
        changed(&|n| n.connections[0].rule = Rule::AllToAll { autapses: true }),
        changed(&|n| n.connections.reverse()),
        changed(&|n| n.clock = Clock::new(0.2).unwrap()),
    ];
    let cache = SynapseCache::with_limit(1 << 30);
    let share = |network: &Network, threads| {
        let mut memory = Memory::default();
        let options = Options { threads, ..Options::default() };
        let mut simulation = Simulation::build_sharing(network, options, &cache).unwrap();
        simulation.run(400, &mut memory).unwrap();
        assert!(memory == run(network, 1, 400));
    };
    share(&base, 1);
    let bytes = cache.bytes();
    assert_eq!(bytes, Simulation::build(&base, 1).unwrap().statistics().synapse_bytes);
    for network in &alike {
        share(network, 1);
        assert_eq!(cache.bytes(), bytes, "nothing was drawn again");
    }
    for network in &others {
        let before = cache.bytes();
        share(network, 2);
        share(network, 1);
        assert!(cache.bytes() > before);
    }
    let small = SynapseCache::with_limit(bytes / 2);
    for network in [&base, &alike[1], &base] {
        Simulation::build_sharing(network, Options::default(), &small).unwrap();
        assert!(small.bytes() <= bytes / 2);
    }
}

#[test]
fn many_short_runs_are_one_long_run() {
    let network = mixed();
    let mut simulation = Simulation::build(&network, 2).unwrap();
    let mut memory = Memory::default();
    for steps in [1, 7, 100, 392, 13, 487] {
        simulation.run(steps, &mut memory).unwrap();
    }
    let of = |m: &Memory, r| m.spikes.iter().filter(|s| s.0 == r).copied().collect::<Vec<_>>();
    let whole = run(&network, 1, 1000);
    assert!((0..2).all(|r| of(&memory, r) == of(&whole, r)));
}

#[test]
fn counting_by_hand_agrees_with_delivery() {
    // 300 sources spike at random, 700 targets count: every storage against a dense sum.
    let mut stream = Stream::new(key(3, "test", 0), 0);
    let listed: Vec<(u64, u32)> =
        (1..80).flat_map(|t| [(t, stream.below(300)), (t, stream.below(300))]).collect();
    let (sources, targets): (Vec<u32>, Vec<u32>) =
        (0..30_000).map(|_| (stream.below(300), stream.below(700))).unzip();
    let weights: Vec<f64> = (0..30_000).map(|_| stream.uniform() - 0.3).collect();
    let delays: Vec<u32> = (0..30_000).map(|_| 2 + stream.below(30)).collect();
    let quiet = [("V_th", 1e9), ("tau_m", 1e12), ("E_L", 0.0), ("V_reset", 0.0)];
    let cases: [(Weight, Delay); 3] = [
        (Weight::Blocks(BlockMatrix::uniform(0.5)), Delay::Same(3)),
        (Weight::Each(weights.clone()), Delay::Same(3)),
        (Weight::Each(weights), Delay::Each(delays)),
    ];
    for (weight, delay) in cases {
        for storage in [Storage::Bits, Storage::Rows] {
            let mut network = empty(0.1);
            network.populations =
                vec![trains(300, &listed), population("n", 700, "iaf_psc_delta", &quiet)];
            let rule = Rule::Pairs { sources: sources.clone(), targets: targets.clone() };
            let mut connection = connect(whole(0, 300), whole(1, 700), rule, 0.5, 3);
            (connection.weight, connection.delay) = (weight.clone(), delay.clone());
            network.connections = vec![connection];
            network.recordings = vec![sample(1, "V_m")];
            let mut memory = Memory::default();
            let options = Options { threads: 2, storage };
            Simulation::build_with(&network, options).unwrap().run(60, &mut memory).unwrap();

            let mut expected = vec![0.0; 700];
            for k in 0..30_000 {
                let w = match &weight {
                    Weight::Each(list) => list[k],
                    _ => 0.5,
                };
                let d = match &delay {
                    Delay::Each(list) => u64::from(list[k]),
                    _ => 3,
                };
                let hits = listed.iter().filter(|(t, s)| *s == sources[k] && t + d <= 60).count();
                expected[targets[k] as usize] += w * hits as f64;
            }
            let last = &memory.values[59 * 700..];
            let worst = last.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-9, "{worst}"); // rounding of a few hundred sums
        }
    }
}

#[test]
fn a_state_that_is_no_number_names_neuron_and_time() {
    let mut network = mixed();
    network.inputs.push(Input {
        name: "bad".into(),
        target: Target { slice: Slice { population: 0, first: 1234, count: 2 }, channel: None },
        drive: Drive::Current(Waveform::Steps { steps: vec![50], values: vec![f64::NAN] }),
        delay: 10,
        window: Window::ALWAYS,
    });
    for threads in [1, 2] {
        let mut memory = Memory::default();
        let mut simulation = Simulation::build(&network, threads).unwrap();
        let error = simulation.run(1000, &mut memory).unwrap_err().to_string();
        assert!(
            error.starts_with("neuron 1234 of E left the range of its model at 6.1"),
            "{error}"
        );
        assert!(memory.frames.iter().any(|f| f.1 >= 45), "what was recorded is kept");
    }
}

#[test]
fn an_observer_can_end_a_run() {
    let network = mixed();
    for threads in [1, 2] {
        let mut memory = Memory { stop_at: Some(300), ..Memory::default() };
        let mut simulation = Simulation::build(&network, threads).unwrap();
        let outcome = simulation.run(1500, &mut memory).unwrap();
        assert!(outcome.interrupted && (300..400).contains(&outcome.step), "{outcome:?}");
    }
}

#[test]
fn weights_of_few_spikes_target_by_target_give_what_a_pass_over_all_neurons_gives() {
    let models = [
        "iaf_psc_exp",
        "iaf_psc_alpha",
        "iaf_cond_exp",
        "iaf_cond_alpha",
        "iaf_cond_exp_midpoint",
        "aeif_cond_exp",
        "aeif_cond_exp_euler",
        "hh_psc_alpha",
    ];
    let (sources, size) = (200, 700);
    // With random input on the same channel there must be a buffer; its targets are few all the same.
    for (model, noisy) in models.into_iter().flat_map(|model| [(model, false), (model, true)]) {
        let mut stream = Stream::new(key(4, "few", 0), 0);
        let mut fire = |per_step: u32| -> Vec<(u64, u32)> {
            let steps = (1..300).flat_map(|step| (0..per_step).map(move |_| step));
            steps.map(|step| (step, stream.below(sources))).collect()
        };
        let mut network = empty(0.1);
        network.populations = vec![
            trains(sources, &fire(6)),
            trains(sources, &fire(3)),
            population("n", size, model, &[]),
        ];
        let rule = |indegree| Rule::FixedIndegree {
            indegree: BlockMatrix::uniform(indegree),
            autapses: true,
            multapses: true,
        };
        let onto = |source, indegree, weight| {
            connect(whole(source, sources), whole(2, size), rule(indegree), weight, 1)
        };
        // Two projections on one channel, one on the other.
        network.connections = vec![onto(0, 4.0, 30.1), onto(1, 3.0, 7.3), onto(1, 2.0, -11.7)];
        network.recordings = vec![spikes(2), sample(2, "V_m")];
        network.inputs.extend(noisy.then(|| Input {
            name: "noise".into(),
            target: Target { slice: whole(2, size), channel: None },
            drive: Drive::Poisson {
                rate_hz: Waveform::Constant(600.0),
                weight: 3.7,
                at_most_one: false,
            },
            delay: 1,
            window: Window::ALWAYS,
        }));
        let [few, dense] = [Storage::Rows, Storage::Bits].map(|storage| {
            let mut memory = Memory::default();
            let options = Options { threads: 1, storage };
            let mut simulation = Simulation::build_with(&network, options).unwrap();
            simulation.run(400, &mut memory).unwrap();
            memory
        });
        assert!(few.values.iter().any(|v| (v - few.values[0]).abs() > 1.0), "{model} is driven");
        assert!(few == dense, "{model}");
    }
}
