//! Times a transfer-function grid: `cargo run --release --example transfer_grid -- [side] [seconds]`.
//!
//! `side` × `side` points (40), 10 replicates of `seconds` (10) each, adaptive exponential neuron
//! with excitation up to 20 Hz × 200 synapses and inhibition up to 20 Hz × 50, 0.1 ms.

use neuropil_theory::characterise::Characterisation;
use neuropil_theory::simulator::Timing;
use neuropil_theory::{Neuron, Synapse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let side: usize = arguments.first().map_or(Ok(40), |text| text.parse())?;
    let seconds: f64 = arguments.get(1).map_or(Ok(10.0), |text| text.parse())?;
    let axis: Vec<f64> = (0..side).map(|k| 20.0 * (k + 1) as f64 / side as f64).collect();
    let protocol = Characterisation {
        neuron: Neuron { delta_mv: 2.0, b_pa: 40.0, ..Neuron::default() },
        inactivation: None,
        synapses: vec![
            Synapse::conductance(200.0, 1.0, 5.0, 0.0),
            Synapse::conductance(50.0, 4.0, 5.0, -80.0),
        ],
        axes_hz: vec![axis.clone(), axis],
        current_pa: 0.0,
        timing: Timing { duration_ms: 1e3 * seconds, ..Timing::default() },
        replicates: 10,
        seed: 1,
    };
    let start = std::time::Instant::now();
    let response = protocol.run()?;
    let elapsed = start.elapsed().as_secs_f64();
    let simulated = 10.0 * seconds * response.rate_hz.len() as f64;
    let mean = response.rate_hz.iter().sum::<f64>() / response.rate_hz.len() as f64;
    #[expect(clippy::print_stdout, reason = "an example shows its result")]
    {
        println!("{side} × {side} points, {simulated} s of one neuron: {elapsed:.2} s,");
        println!("{:.2} ns per step; mean rate {mean:.3} Hz", elapsed / simulated * 1e5);
    }
    Ok(())
}
