//! Brunel's random balanced network with delta synapses, straight on the engine: build and
//! simulation time without any file.

#![allow(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::time::Instant;

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::*;
use neuropil_network::{engine::Simulation, neurons};

#[derive(Default)]
struct Sum {
    spikes: u64,
    hash: u64,
}

impl Observer for Sum {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.spikes += block.neurons.len() as u64;
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |k: usize, default: f64| {
        std::env::args().nth(k).and_then(|a| a.parse().ok()).unwrap_or(default)
    };
    let (threads, order, ms) = (argument(1, 1.0), argument(2, 2500.0), argument(3, 1000.0));
    let model = neurons::find("iaf_psc_delta").ok_or("no such model")?;
    let parameters: BTreeMap<String, Column> = [
        ("C_m", 1.0),
        ("tau_m", 20.0),
        ("t_ref", 2.0),
        ("E_L", 0.0),
        ("V_reset", 0.0),
        ("V_th", 20.0),
    ]
    .map(|(name, value)| (name.to_string(), Column::Same(value)))
    .into();
    let (ne, ni) = (4 * order as u32, order as u32);
    let population = |name: &str, size| Population {
        name: name.into(),
        size,
        dynamics: Dynamics::Model {
            model: model.into(),
            parameters: parameters.clone(),
            initial: BTreeMap::new(),
        },
    };
    let slice = |population, count| Slice { population, first: 0, count };
    let join = |s: usize, t: usize, k: f64, weight: f64| Connection {
        name: format!("{s}-{t}"),
        source: slice(s, [ne, ni][s]),
        target: slice(t, [ne, ni][t]),
        rule: Rule::FixedIndegree {
            indegree: BlockMatrix::uniform(k),
            autapses: true,
            multapses: true,
        },
        weight: Weight::Blocks(BlockMatrix::uniform(weight)),
        delay: Delay::Same(15),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    };
    let (ce, ci) = (argument(4, 1000.0), argument(4, 1000.0) / 4.0);
    let noise = |t: usize| Input {
        name: "noise".into(),
        target: Target { slice: slice(t, [ne, ni][t]), channel: None },
        drive: Drive::Poisson {
            rate_hz: Waveform::Constant(20_000.0),
            weight: 0.1 * 1000.0 / ce,
            at_most_one: false,
        },
        delay: 15,
        window: Window::ALWAYS,
    };
    let j = 0.1 * 1000.0 / ce;
    let network = Network {
        clock: Clock::new(0.1)?,
        seed: 1,
        populations: vec![population("E", ne), population("I", ni)],
        connections: vec![
            join(0, 0, ce, j),
            join(0, 1, ce, j),
            join(1, 0, ci, -5.0 * j),
            join(1, 1, ci, -5.0 * j),
        ],
        inputs: vec![noise(0), noise(1)],
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
    let rate = sum.spikes as f64 / f64::from(ne + ni) / ms * 1e3;
    let s = simulation.statistics();
    println!(
        "build {built:.3} s, run {ran:.3} s, {rate:.2} Hz, {} synapses, {:.2} B each, hash {:016x}",
        s.synapses,
        s.synapse_bytes as f64 / s.synapses as f64,
        sum.hash
    );
    Ok(())
}
