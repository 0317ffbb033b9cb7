//! The small benchmark networks straight on the engine: COBA, CUBA (Vogels & Abbott 2005) and the network of regular-
//! and fast-spiking neurons (Zerlaut et al. 2018), without any file.
//!
//! `small [coba|cuba|rs_fs] [threads] [repetitions]`

#![allow(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::time::Instant;

use neuropil_core::random::{Stream, key};
use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::*;
use neuropil_network::{engine::Simulation, neurons};

#[derive(Default)]
struct Sum {
    spikes: [u64; 2],
    hash: u64,
}

impl Observer for Sum {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.spikes[block.recording] += block.neurons.len() as u64;
        for (step, neuron) in block.steps.iter().zip(block.neurons) {
            self.hash =
                (self.hash ^ (step << 32 | u64::from(*neuron))).wrapping_mul(0x100_0000_01b3);
        }
        Ok(())
    }

    fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }
}

/// One of the networks: sizes, model, parameters, initial values, connection rule and weights.
struct Case {
    sizes: [u32; 2],
    model: &'static str,
    parameters: Vec<(&'static str, f64)>,
    /// Of inhibitory neurons, where they differ.
    inhibitory: Vec<(&'static str, f64)>,
    /// Mean and SD.
    initial: Vec<(&'static str, f64, f64)>,
    rule: fn(f64) -> Rule,
    p: f64,
    weights: [f64; 2],
    poisson_hz: Option<Waveform>,
    ms: f64,
}

fn case(name: &str) -> Option<Case> {
    let membrane = [("C_m", 200.0), ("V_th", -50.0), ("t_ref", 5.0), ("tau_syn_ex", 5.0)];
    let bernoulli =
        |p| Rule::PairwiseBernoulli { probability: BlockMatrix::uniform(p), autapses: true };
    Some(match name {
        "coba" => Case {
            sizes: [3200, 800],
            model: "aeif_cond_exp_euler",
            parameters: membrane
                .into_iter()
                .chain([
                    ("g_L", 10.0),
                    ("E_L", -60.0),
                    ("V_reset", -60.0),
                    ("Delta_T", 0.0),
                    ("a", 0.0),
                    ("b", 0.0),
                    ("E_ex", 0.0),
                    ("E_in", -80.0),
                    ("tau_syn_in", 10.0),
                ])
                .collect(),
            inhibitory: vec![],
            initial: vec![("V_m", -65.0, 5.0), ("g_ex", 40.0, 15.0), ("g_in", 200.0, 120.0)],
            rule: bernoulli,
            p: 0.02,
            weights: [6.0, -67.0],
            poisson_hz: None,
            ms: 1000.0,
        },
        "cuba" => Case {
            sizes: [3200, 800],
            model: "iaf_psc_exp",
            parameters: membrane
                .into_iter()
                .chain([("tau_m", 20.0), ("E_L", -49.0), ("V_reset", -60.0), ("tau_syn_in", 10.0)])
                .collect(),
            inhibitory: vec![],
            initial: vec![("V_m", -56.0, 2.0)],
            rule: bernoulli,
            p: 0.02,
            weights: [16.2, -90.0],
            poisson_hz: None,
            ms: 1000.0,
        },
        "rs_fs" => {
            let rate = |t: f64| 200.0 * (4.0 + 4.0 * (-((t - 1000.0) / 100.0).powi(2) / 2.0).exp());
            let values = (0..15_001).map(|k| rate(f64::from(k) * 0.1)).collect();
            Case {
                sizes: [4000, 1000],
                model: "aeif_cond_exp_euler",
                parameters: membrane
                    .into_iter()
                    .chain([
                        ("g_L", 10.0),
                        ("E_L", -70.0),
                        ("V_reset", -70.0),
                        ("Delta_T", 2.0),
                        ("a", 0.0),
                        ("b", 40.0),
                        ("tau_w", 500.0),
                        ("E_ex", 0.0),
                        ("E_in", -80.0),
                        ("tau_syn_in", 5.0),
                    ])
                    .collect(),
                inhibitory: vec![("Delta_T", 0.5), ("b", 0.0)],
                initial: vec![],
                rule: |p| Rule::FixedIndegree {
                    indegree: BlockMatrix::uniform(p),
                    autapses: false,
                    multapses: true,
                },
                p: 0.05,
                weights: [1.0, -4.0],
                poisson_hz: Some(Waveform::Sampled { every_ms: 0.1, values }),
                ms: 1500.0,
            }
        }
        _ => return None,
    })
}

fn network(case: &Case) -> Result<Network, Box<dyn std::error::Error>> {
    let model = neurons::find(case.model).ok_or("no such model")?;
    let column = |name: &str, size: u32, p: u64, (mean, sd): (f64, f64)| {
        let mut stream = Stream::new(key(1, name, p), 0);
        Column::Each((0..size).map(|_| mean + sd * stream.normal()).collect())
    };
    let population = |p: usize| {
        let own = if p == 0 { [].as_slice() } else { &case.inhibitory };
        let parameters: BTreeMap<_, _> = (case.parameters.iter().chain(own))
            .map(|(name, value)| (name.to_string(), Column::Same(*value)))
            .collect();
        let initial = case.initial.iter();
        Population {
            name: ["E", "I"][p].into(),
            size: case.sizes[p],
            dynamics: Dynamics::Model {
                model: model.into(),
                parameters,
                initial: initial
                    .map(|(name, mean, sd)| {
                        (name.to_string(), column(name, case.sizes[p], p as u64, (*mean, *sd)))
                    })
                    .collect(),
            },
        }
    };
    let slice = |population: usize| Slice { population, first: 0, count: case.sizes[population] };
    let join = |s: usize, t: usize| {
        let fixed = matches!((case.rule)(0.5), Rule::FixedIndegree { .. });
        let p = if fixed { case.p * f64::from(case.sizes[s]) } else { case.p };
        Connection {
            name: format!("{s}-{t}"),
            source: slice(s),
            target: slice(t),
            rule: (case.rule)(p),
            weight: Weight::Blocks(BlockMatrix::uniform(case.weights[s])),
            delay: Delay::Same(1),
            channel: None,
            release_probability: 1.0,
            geometry: None,
        }
    };
    let input = |t: usize| {
        case.poisson_hz.clone().map(|rate_hz| Input {
            name: "afferents".into(),
            target: Target { slice: slice(t), channel: None },
            drive: Drive::Poisson { rate_hz, weight: 1.0, at_most_one: false },
            delay: 1,
            window: Window::ALWAYS,
        })
    };
    let spikes = |population| Recording::Spikes {
        population,
        neurons: Neurons::All,
        window: Window::ALWAYS,
    };
    Ok(Network {
        clock: Clock::new(0.1)?,
        seed: 1,
        populations: vec![population(0), population(1)],
        connections: vec![join(0, 0), join(0, 1), join(1, 0), join(1, 1)],
        inputs: (0..2).filter_map(input).collect(),
        recordings: vec![spikes(0), spikes(1)],
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("rs_fs", String::as_str);
    let number = |k: usize| arguments.get(k).and_then(|a| a.parse().ok());
    let (threads, repetitions): (usize, usize) = (number(1).unwrap_or(1), number(2).unwrap_or(1));
    let case = case(name).ok_or("coba, cuba or rs_fs")?;
    let network = network(&case)?;
    let mut times = Vec::new();
    let mut sum = Sum::default();
    for _ in 0..repetitions.max(1) {
        sum = Sum::default();
        let mut simulation = Simulation::build(&network, threads)?;
        let start = Instant::now();
        simulation.run((case.ms * 10.0) as u64, &mut sum)?;
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let rate = |p: usize| sum.spikes[p] as f64 / f64::from(case.sizes[p]) / case.ms * 1e3;
    println!(
        "{name} {threads} threads: {:.4} s (least {:.4}), {:.2} and {:.2} Hz, hash {:016x}",
        times[times.len() / 2],
        times[0],
        rate(0),
        rate(1),
        sum.hash
    );
    Ok(())
}
