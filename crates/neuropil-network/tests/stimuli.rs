//! Sources of spikes, synapses that fail, connectivity in space, and what is recorded of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::*;
use neuropil_network::engine::Simulation;
use neuropil_network::neurons;

#[derive(Debug, Default, PartialEq)]
struct Memory {
    /// Recording, stamp, neuron.
    spikes: Vec<(usize, u64, u32)>,
    /// Values of every sampled recording, frame after frame.
    values: BTreeMap<usize, Vec<f64>>,
    stamps: BTreeMap<usize, Vec<u64>>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let all = block.steps.iter().zip(block.neurons);
        self.spikes.extend(all.map(|(step, neuron)| (block.recording, *step, *neuron)));
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.values.entry(block.recording).or_default().extend_from_slice(block.values);
        self.stamps.entry(block.recording).or_default().extend_from_slice(block.steps);
        Ok(())
    }
}

fn run(network: &Network, threads: usize, steps: u64) -> Memory {
    let mut memory = Memory::default();
    Simulation::build(network, threads).unwrap().run(steps, &mut memory).unwrap();
    memory.spikes.sort_by_key(|(recording, ..)| *recording);
    memory
}

fn network(populations: Vec<Population>) -> Network {
    Network {
        clock: Clock::new(0.1).unwrap(),
        seed: 5,
        populations,
        connections: vec![],
        inputs: vec![],
        recordings: vec![],
    }
}

fn neurons(name: &str, model: &str, size: u32, params: &[(&str, f64)]) -> Population {
    let parameters =
        params.iter().map(|(name, value)| ((*name).into(), Column::Same(*value))).collect();
    let model = neurons::find(model).unwrap().into();
    let dynamics = Dynamics::Model { model, parameters, initial: BTreeMap::new() };
    Population { name: name.into(), size, dynamics }
}

fn source(name: &str, size: u32, process: Process) -> Population {
    let dynamics = Dynamics::Generator(Generator { process, window: Window::ALWAYS });
    Population { name: name.into(), size, dynamics }
}

fn poisson(rate: f64) -> Process {
    Process::Poisson { rate_hz: Waveform::Constant(rate), at_most_one: false }
}

fn whole(population: usize, count: u32) -> Slice {
    Slice { population, first: 0, count }
}

fn join(source: Slice, target: Slice, rule: Rule) -> Connection {
    Connection {
        name: "c".into(),
        source,
        target,
        rule,
        weight: Weight::Blocks(BlockMatrix::uniform(1.0)),
        delay: Delay::Same(2),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    }
}

fn spikes(population: usize) -> Recording {
    Recording::Spikes { population, neurons: Neurons::All, window: Window::ALWAYS }
}

/// Parrots count and repeat what arrives.
fn parrots(size: u32) -> Population {
    neurons("parrots", "parrot_neuron", size, &[])
}

#[test]
fn targets_share_the_spikes_of_a_source_population() {
    let mut net = network(vec![source("aff", 50, poisson(20.0)), parrots(4)]);
    let indegree = BlockMatrix::uniform(50.0);
    let rule = Rule::FixedIndegree { indegree, autapses: true, multapses: false };
    net.connections = vec![join(whole(0, 50), whole(1, 4), rule)];
    net.recordings = vec![spikes(0), spikes(1)];
    let memory = run(&net, 1, 5000);
    let sent: Vec<u64> =
        memory.spikes.iter().filter(|(r, t, _)| *r == 0 && *t <= 4998).map(|s| s.1 + 2).collect();
    for parrot in 0..4 {
        let heard: Vec<u64> =
            memory.spikes.iter().filter(|s| s.0 == 1 && s.2 == parrot).map(|s| s.1).collect();
        assert_eq!(heard, sent, "parrot {parrot}");
    }
    // 50 sources, 20 Hz, 0.5 s.
    assert!((sent.len() as f64 - 500.0).abs() < 4.0 * 500.0f64.sqrt(), "{} spikes", sent.len());
}

#[test]
fn sources_do_not_share_their_randomness() {
    // Two populations and two inputs with the same numbers: no two trains may coincide.
    let mut net = network(vec![
        source("a", 3, poisson(50.0)),
        source("b", 3, poisson(50.0)),
        parrots(3),
        parrots(3),
    ]);
    for target in [2, 3] {
        net.inputs.push(Input {
            name: "noise".into(),
            target: Target { slice: whole(target, 3), channel: None },
            drive: Drive::Poisson {
                rate_hz: Waveform::Constant(50.0),
                weight: 1.0,
                at_most_one: false,
            },
            delay: 1,
            window: Window::ALWAYS,
        });
    }
    net.recordings = (0..4).map(spikes).collect();
    let memory = run(&net, 1, 100_000);
    let mut trains: BTreeMap<(usize, u32), Vec<u64>> = BTreeMap::new();
    for (recording, stamp, neuron) in &memory.spikes {
        trains.entry((*recording, *neuron)).or_default().push(*stamp);
    }
    assert_eq!(trains.len(), 12);
    for (a, first) in &trains {
        for (b, second) in trains.iter().filter(|(b, _)| *b > a) {
            let common = first.iter().filter(|t| second.binary_search(t).is_ok()).count() as f64;
            // 500 spikes each in 10⁵ steps: 2.5 coincidences by chance.
            assert!(common < 15.0, "{a:?} and {b:?} share {common} of {} spikes", first.len());
        }
    }
    // Another seed, other trains.
    net.seed = 6;
    assert_ne!(run(&net, 1, 1000).spikes, memory.spikes);
}

/// A network in which every kind of storage has synapses that fail.
fn unreliable(p: f64) -> Network {
    let size = 1500;
    let mut net = network(vec![
        source("aff", 300, poisson(40.0)),
        neurons("n", "iaf_psc_delta", size, &[("V_th", 1e6)]),
    ]);
    let bernoulli = |probability| Rule::PairwiseBernoulli {
        probability: BlockMatrix::uniform(probability),
        autapses: true,
    };
    let (from, to) = (whole(0, 300), whole(1, size));
    let sparse = join(from, to, bernoulli(0.03));
    let dense = join(from, to, bernoulli(0.3));
    let mut blocked = join(from, to, bernoulli(0.1));
    blocked.weight = Weight::Blocks(BlockMatrix::clustered(3, 2.0, 0.5));
    let mut timed = join(from, to, bernoulli(0.1));
    timed.delay = Delay::Drawn(Shape::Uniform { low: 0.5, high: 3.0 }.into());
    let mut weighed = join(from, to, bernoulli(0.1));
    weighed.weight = Weight::Drawn(Shape::Uniform { low: 0.5, high: 1.5 }.into());
    net.connections = vec![sparse, dense, blocked, timed, weighed];
    for c in &mut net.connections {
        c.release_probability = p;
    }
    net.recordings = vec![Recording::Samples {
        population: 1,
        neurons: Neurons::All,
        variables: vec!["V_m".into()],
        every: 10,
        offset: 0,
        window: Window::ALWAYS,
    }];
    net
}

#[test]
fn failing_synapses_give_the_same_bits_for_any_number_of_threads() {
    let net = unreliable(0.4);
    let one = run(&net, 1, 600);
    for threads in [2, 3] {
        assert_eq!(run(&net, threads, 600), one, "{threads} threads");
    }
}

#[test]
fn a_synapse_transmits_its_share() {
    // Parrots with one source each: what arrives is a thinned train.
    for (p, delay) in
        [(0.25, Delay::Same(3)), (0.8, Delay::Each((0..600).map(|k| 1 + k % 7).collect()))]
    {
        let mut net = network(vec![source("aff", 600, poisson(50.0)), parrots(600)]);
        let mut c = join(whole(0, 600), whole(1, 600), Rule::OneToOne);
        (c.release_probability, c.delay) = (p, delay);
        net.connections = vec![c];
        net.recordings = vec![spikes(0), spikes(1)];
        let memory = run(&net, 1, 10_000);
        let count = |r: usize| memory.spikes.iter().filter(|s| s.0 == r).count() as f64;
        let (sent, heard) = (count(0), count(1));
        let sd = (sent * p * (1.0 - p)).sqrt();
        assert!((heard - p * sent).abs() < 4.0 * sd + 3.0, "p {p}: {heard} of {sent}");
    }
    let mean = |p: f64| {
        let memory = run(&unreliable(p), 1, 400);
        let last = &memory.values[&0][39 * 1500..];
        last.iter().sum::<f64>() / 1500.0 + 70.0
    };
    // The mean displacement of a linear neuron is proportional to p.
    assert!((mean(0.5) / mean(1.0) - 0.5).abs() < 0.02, "{} {}", mean(0.5), mean(1.0));
    assert!(mean(0.0).abs() < 1e-12);
}

fn decay(length: f64) -> Profile {
    Profile::new(move |distances, out| {
        out.iter_mut().zip(distances).for_each(|(y, d)| *y = (-(d / length).powi(2)).exp());
    })
}

#[test]
fn a_ring_of_neurons_prefers_its_neighbours_on_both_sides_of_the_seam() {
    let n = 400u32;
    let ring = Arc::new(Positions::ring(n, 400.0).unwrap());
    for multapses in [true, false] {
        let rule = Rule::SpatialIndegree {
            indegree: 40,
            profile: decay(30.0),
            autapses: false,
            multapses,
        };
        let mut c = join(whole(0, n), whole(0, n), rule);
        c.geometry = Some(Geometry { sources: Arc::clone(&ring), targets: Arc::clone(&ring) });
        let sources = neuropil_network::connect::Sources::new(&c, 3, 0).unwrap();
        let mut drawn = neuropil_network::connect::Drawn::default();
        let (mut near, mut seam, mut total) = (0.0, 0.0, 0.0);
        for t in 0..n {
            sources.of(t, &mut drawn);
            assert_eq!(drawn.sources.len(), 40);
            assert!(!drawn.sources.contains(&t));
            let mut distinct = drawn.sources.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert!(multapses || distinct.len() == 40);
            for s in &drawn.sources {
                let d = (i64::from(*s) - i64::from(t))
                    .rem_euclid(400)
                    .min((i64::from(t) - i64::from(*s)).rem_euclid(400));
                near += f64::from(u8::from(d <= 15));
                total += 1.0;
                let across = s.abs_diff(t) > 200;
                seam += f64::from(u8::from(across));
            }
        }
        // With repetition the share within 15 neurons is that of the profile.
        let weight = |d: i32| f64::exp(-(f64::from(d) / 30.0).powi(2));
        let inner: f64 = (1..=15).map(weight).sum();
        let all: f64 = (1..=200).map(weight).sum();
        let expected = inner / all;
        if multapses {
            let sd = (expected * (1.0 - expected) / total).sqrt();
            assert!((near / total - expected).abs() < 4.0 * sd, "{} {expected}", near / total);
        } else {
            assert!(near / total < expected, "{}", near / total);
        }
        // Mean |d|/n of the pairs lie across the seam.
        let mean: f64 = (1..=200).map(|d| f64::from(d) * weight(d)).sum::<f64>() / all / 400.0;
        assert!((seam / total - mean).abs() < 0.03, "{} across the seam, {mean}", seam / total);
    }
}

#[test]
fn probabilities_of_distance_are_honoured_at_every_distance() {
    let (n, m) = (300u32, 900u32);
    let (few, many) = (Positions::ring(n, 90.0).unwrap(), Positions::ring(m, 90.0).unwrap());
    let probability = decay(12.0);
    let mut c = join(
        whole(0, n),
        whole(1, m),
        Rule::SpatialBernoulli { probability: probability.clone(), autapses: true },
    );
    c.geometry = Some(Geometry { sources: Arc::new(few), targets: Arc::new(many) });
    let sources = neuropil_network::connect::Sources::new(&c, 3, 0).unwrap();
    let mut drawn = neuropil_network::connect::Drawn::default();
    let (mut hits, mut expected, mut variance) = ([0.0; 9], [0.0; 9], [0.0; 9]);
    for t in 0..m {
        sources.of(t, &mut drawn);
        for s in 0..n {
            let d = (f64::from(s) * 0.3 - f64::from(t) * 0.1).abs();
            let d = d.min(90.0 - d);
            let (bin, p) = ((d / 5.0) as usize, probability.at(d));
            expected[bin.min(8)] += p;
            variance[bin.min(8)] += p * (1.0 - p);
        }
        for s in &drawn.sources {
            let d = (f64::from(*s) * 0.3 - f64::from(t) * 0.1).abs();
            hits[((d.min(90.0 - d)) / 5.0) as usize] += 1.0;
        }
    }
    for bin in 0..9 {
        let sd = f64::sqrt(variance[bin]);
        assert!(
            (hits[bin] - expected[bin]).abs() < 4.0 * sd + 1.0,
            "bin {bin}: {} for {} ± {sd}",
            hits[bin],
            expected[bin]
        );
    }
}

#[test]
fn delays_and_weights_follow_distance() {
    // One spike of neuron 0 on a ring of 40 neurons 10 µm apart; 0.2 ms + 10 µm/ms.
    let n = 40u32;
    let ring = Arc::new(Positions::ring(n, 400.0).unwrap());
    let trains = SpikeTrains { steps: vec![5], neurons: vec![0] };
    let first = Population { name: "s".into(), size: n, dynamics: Dynamics::Trains(trains) };
    let mut net = network(vec![first, neurons("n", "iaf_psc_delta", n, &[("tau_m", 1e9)])]);
    let mut c = join(whole(0, n), whole(1, n), Rule::AllToAll { autapses: true });
    c.geometry = Some(Geometry { sources: Arc::clone(&ring), targets: ring });
    c.delay = Delay::OfDistance(Profile::new(|d, out| {
        out.iter_mut().zip(d).for_each(|(y, d)| *y = 0.2 + d / 10.0);
    }));
    c.weight = Weight::OfDistance(Profile::new(|d, out| {
        out.iter_mut().zip(d).for_each(|(y, d)| *y = 1.0 + d / 100.0);
    }));
    net.connections = vec![c];
    net.recordings = vec![Recording::Samples {
        population: 1,
        neurons: Neurons::All,
        variables: vec!["V_m".into()],
        every: 1,
        offset: 0,
        window: Window::ALWAYS,
    }];
    let memory = run(&net, 2, 300);
    let values = &memory.values[&0];
    for neuron in 0..n as usize {
        let distance = 10.0 * neuron.min(40 - neuron) as f64;
        let arrival = (0..300).find(|k| values[k * 40 + neuron] > -69.9).unwrap() + 1;
        assert_eq!(arrival, 5 + 2 + distance as usize, "neuron {neuron}");
        let jump = values[299 * 40 + neuron] + 70.0;
        assert!((jump - (1.0 + distance / 100.0)).abs() < 1e-5, "neuron {neuron}: {jump}");
    }
}

#[test]
fn an_in_degree_out_of_reach_is_refused() {
    let ring = Arc::new(Positions::ring(100, 100.0).unwrap());
    let profile = Profile::new(|d, out| {
        out.iter_mut().zip(d).for_each(|(y, d)| *y = if *d <= 5.0 { 1.0 } else { 0.0 });
    });
    let rule = Rule::SpatialIndegree { indegree: 11, profile, autapses: false, multapses: false };
    let mut net = network(vec![parrots(100)]);
    let mut c = join(whole(0, 100), whole(0, 100), rule);
    let refused = |net: &Network| Simulation::build(net, 1).err().unwrap().to_string();
    net.connections = vec![c.clone()];
    assert!(refused(&net).contains("needs positions"));
    c.geometry = Some(Geometry { sources: Arc::clone(&ring), targets: ring });
    net.connections = vec![c.clone()];
    assert!(refused(&net).contains("100 synapses find no source"), "{}", refused(&net));
    let other = Arc::new(Positions::ring(100, 200.0).unwrap());
    if let Some(geometry) = &mut c.geometry {
        geometry.sources = other;
    }
    net.connections = vec![c];
    assert!(refused(&net).contains("different spaces"));
}

#[test]
fn activity_is_what_counting_the_spikes_gives() {
    let mut net = network(vec![source("aff", 700, poisson(30.0))]);
    let window = Window { start: 30, stop: 1040 };
    net.recordings = vec![
        spikes(0),
        Recording::Activity { population: 0, neurons: Neurons::All, every: 20, window },
        Recording::Activity { population: 0, neurons: Neurons::Range(10..110), every: 50, window },
    ];
    let memory = run(&net, 1, 1200);
    for (k, every, wanted) in [(0, 20, 0..700), (1, 50, 10..110)] {
        let bins = 1010 / every;
        assert_eq!(memory.values[&k].len(), bins as usize);
        for (bin, value) in (0..).zip(&memory.values[&k]) {
            let (from, to) = (30 + bin * every, 30 + (bin + 1) * every);
            assert_eq!(memory.stamps[&k][bin as usize], to);
            let inside = |s: &&(usize, u64, u32)| from < s.1 && s.1 <= to && wanted.contains(&s.2);
            let count = memory.spikes.iter().filter(inside).count() as f64;
            let rate = count / (wanted.len() as f64 * every as f64 * 1e-4);
            assert!((value - rate).abs() < 1e-9 * rate.max(1.0), "bin {bin}: {value} {rate}");
        }
    }
}

#[test]
fn recorded_events_are_those_that_arrive() {
    for at_most_one in [false, true] {
        let mut net = network(vec![parrots(700)]);
        let rate_hz =
            Waveform::Sine { offset: 90.0, amplitude: 60.0, frequency_hz: 20.0, phase_deg: 0.0 };
        net.inputs = vec![Input {
            name: "noise".into(),
            target: Target { slice: Slice { population: 0, first: 37, count: 600 }, channel: None },
            drive: Drive::Poisson { rate_hz: rate_hz.clone(), weight: 1.0, at_most_one },
            delay: 4,
            window: Window { start: 11, stop: 900 },
        }];
        let neurons = Neurons::Range(30..500);
        net.recordings = vec![
            spikes(0),
            Recording::Events { input: 0, neurons, window: Window::ALWAYS },
            Recording::Course {
                name: "noise".into(),
                unit: "Hz",
                course: rate_hz.clone(),
                every: 10,
                window: Window::ALWAYS,
            },
        ];
        let memory = run(&net, 2, 1000);
        let part = |r: usize, shift: u64| -> Vec<(u64, u32)> {
            let wanted = memory.spikes.iter().filter(|s| s.0 == r && (30..500).contains(&s.2));
            wanted.map(|s| (s.1 + shift, s.2)).collect()
        };
        assert_eq!(part(0, 0), part(1, 4));
        assert!(part(1, 0).len() > 2000);
        let course: Vec<f64> = (1..=100).map(|k| rate_hz.at(10 * k, 0.1)).collect();
        assert_eq!(memory.values[&0], course);
    }
}

#[test]
fn synaptic_currents_are_conductance_times_driving_force() {
    let params = [("E_ex", 10.0), ("V_th", 100.0)];
    let mut net = network(vec![
        source("aff", 100, poisson(50.0)),
        neurons("n", "aeif_cond_exp_euler", 3, &params),
    ]);
    let all = Rule::AllToAll { autapses: true };
    let mut inhibition = join(whole(0, 100), whole(1, 3), all.clone());
    inhibition.weight = Weight::Blocks(BlockMatrix::uniform(-2.0));
    net.connections = vec![join(whole(0, 100), whole(1, 3), all), inhibition];
    let sample = |name: &str| Recording::Samples {
        population: 1,
        neurons: Neurons::All,
        variables: vec![name.into()],
        every: 7,
        offset: 0,
        window: Window::ALWAYS,
    };
    net.recordings = ["V_m", "g_ex", "g_in", "I_ex", "I_in", "I_syn"].map(sample).into();
    let memory = run(&net, 1, 2000);
    for k in 0..memory.values[&0].len() {
        let [v, g_ex, g_in, i_ex, i_in, i_syn] = [0, 1, 2, 3, 4, 5].map(|r| memory.values[&r][k]);
        assert_eq!(i_ex, g_ex * (10.0 - v));
        assert_eq!(i_in, g_in * (-80.0 - v));
        assert_eq!(i_syn, i_ex + i_in);
    }
    assert!(memory.values[&3].iter().any(|i| *i > 10.0));
    assert!(memory.values[&4].iter().any(|i| *i < -10.0));
    net.recordings = vec![sample("I_exc")];
    let error = Simulation::build(&net, 1).err().unwrap().to_string();
    assert!(error.contains("did you mean \"I_ex\""), "{error}");
}
