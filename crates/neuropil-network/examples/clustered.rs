//! A clustered E/I network with a delay of one step (Rostami et al. 2024), straight on the engine.

#![allow(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::time::Instant;

use neuropil_core::random::{Stream, key};
use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::*;
use neuropil_network::{engine::Simulation, neurons};

#[derive(Default)]
struct Sum([u64; 2]);

impl Observer for Sum {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.0[block.recording] += block.neurons.len() as u64;
        Ok(())
    }

    fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |k: usize, default: f64| {
        std::env::args().nth(k).and_then(|a| a.parse().ok()).unwrap_or(default)
    };
    let (threads, ms) = (argument(1, 1.0), argument(2, 2000.0));
    let model = neurons::find("iaf_psc_exp").ok_or("no such model")?;
    let population = |name: &str, size: u32, tau: f64, i_e: f64| {
        let parameters: BTreeMap<String, Column> = [
            ("C_m", 1.0),
            ("tau_m", tau),
            ("t_ref", 5.0),
            ("E_L", 0.0),
            ("V_reset", 0.0),
            ("V_th", 20.0),
            ("tau_syn_ex", 5.0),
            ("tau_syn_in", 5.0),
            ("I_e", i_e),
        ]
        .map(|(name, value)| (name.to_string(), Column::Same(value)))
        .into();
        let mut stream = Stream::new(key(1, name, 0), 0);
        let v = (0..size).map(|_| 20.0 - 20.0 * stream.normal().exp()).collect();
        let initial = BTreeMap::from([("V_m".to_string(), Column::Each(v))]);
        Population {
            name: name.into(),
            size,
            dynamics: Dynamics::Model { model: model.into(), parameters, initial },
        }
    };
    let sizes = [4000, 1000];
    let slice = |population: usize| Slice { population, first: 0, count: sizes[population] };
    let join = |s: usize, t: usize, p: f64, within: f64, between: f64| Connection {
        name: format!("{s}-{t}"),
        source: slice(s),
        target: slice(t),
        rule: Rule::PairwiseBernoulli { probability: BlockMatrix::uniform(p), autapses: false },
        weight: Weight::Blocks(BlockMatrix::clustered(20, within, between)),
        delay: Delay::Same(1),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    };
    let network = Network {
        clock: Clock::new(0.1)?,
        seed: argument(3, 1.0) as u64,
        populations: vec![
            population("E", 4000, 20.0, 1.25),
            population("I", 1000, 10.0, 0.78 * 2.0),
        ],
        connections: vec![
            join(0, 0, 0.2, 1.346_954_46, 0.165_415_46),
            join(1, 0, 0.5, -2.198_229_68, -0.338_014_68),
            join(0, 1, 0.5, 0.912_315_73, 0.140_283_84),
            join(1, 1, 0.5, -3.649_262_94, -0.561_135_37),
        ],
        inputs: vec![],
        recordings: (0..2)
            .map(|population| Recording::Spikes {
                population,
                neurons: Neurons::All,
                window: Window::ALWAYS,
            })
            .collect(),
    };
    let start = Instant::now();
    let mut simulation = Simulation::build(&network, threads as usize)?;
    let built = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut sum = Sum::default();
    simulation.run((ms * 10.0) as u64, &mut sum)?;
    let ran = start.elapsed().as_secs_f64();
    let rate = |p: usize| sum.0[p] as f64 / f64::from(sizes[p]) / ms * 1e3;
    let synapses = simulation.statistics().synapses;
    println!(
        "build {built:.3} s, run {ran:.3} s ({:.2} us a step), E {:.2} I {:.2} Hz, {synapses} synapses",
        ran * 1e5 / ms,
        rate(0),
        rate(1)
    );
    Ok(())
}
