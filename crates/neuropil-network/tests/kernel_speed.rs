//! Time per neuron and step of each kernel; run with
//! `cargo test --release -p neuropil-network --test kernel_speed -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use std::time::Instant;

use neuropil_network::neurons::{Arrivals, BLOCK};
use rig::{Columns, Rig, same};

fn nanoseconds(model: &str, parameters: &Columns, current: bool) -> f64 {
    let mut rig = Rig::build(model, parameters, &Columns::new(), BLOCK, 0.1).unwrap();
    let weights: Vec<f64> = (0..BLOCK).map(|k| 1e-3 * (k % 7) as f64).collect();
    let negative: Vec<f64> = weights.iter().map(|w| -w).collect();
    let device = if current { weights.clone() } else { Vec::new() };
    let arrivals =
        Arrivals { channels: &[&weights, &negative], current: &device, ..Arrivals::default() };
    let mut spikes = Vec::new();
    let mut best = f64::INFINITY;
    let steps = 500;
    for round in 0..12 {
        let start = Instant::now();
        for step in 0..steps {
            spikes.clear();
            rig.neurons.advance(0..BLOCK, round * steps + step, &arrivals, &mut spikes).unwrap();
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e9 / (steps as f64 * BLOCK as f64));
    }
    best
}

#[test]
#[ignore = "a measurement, not a test"]
fn time_per_neuron_and_step() {
    for info in neuropil_network::neurons::MODELS.iter().filter(|m| m.name != "parrot_neuron") {
        let alike = nanoseconds(info.name, &Columns::new(), false);
        let driven = nanoseconds(info.name, &Columns::new(), true);
        let name = info.parameters.iter().find(|p| p.name == "C_m").map_or("", |p| p.name);
        let each = if name.is_empty() {
            f64::NAN
        } else {
            let c_m = info.parameters.iter().find(|p| p.name == "C_m").unwrap().default;
            let mut parameters = same(&[]);
            let values = (0..BLOCK).map(|k| c_m + k as f64 * 1e-3).collect();
            parameters.insert("C_m".into(), neuropil_network::description::Column::Each(values));
            nanoseconds(info.name, &parameters, false)
        };
        let slow = ["tau_syn_ex", "tau_syn_in"].map(|name| (name, 5.0));
        if info.parameters.iter().any(|p| p.name == "tau_syn_ex") {
            let ns = nanoseconds(info.name, &same(&slow), false);
            println!("{:24} {ns:7.3}  with synapses of 5 ms", info.name);
        }
        println!(
            "{:24} {alike:7.3}  with current {driven:7.3}  each its own {each:7.3}",
            info.name
        );
    }
}
