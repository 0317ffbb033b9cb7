//! Time per neuron and step of each kernel; run with
//! `cargo test --release -p neuropil-network --test kernel_speed -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use std::sync::Arc;
use std::time::Instant;

use neuropil_core::Clock;
use neuropil_mechanism::equations::{Definition, compile};
use neuropil_network::description::Column;
use neuropil_network::neurons::{Arrivals, BLOCK, Build, Model, Neurons};
use rig::{Columns, Rig, same};

fn nanoseconds(model: &str, parameters: &Columns, current: bool) -> f64 {
    let mut rig = Rig::build(model, parameters, &Columns::new(), BLOCK, 0.1).unwrap();
    of(&mut *rig.neurons, current)
}

fn of(neurons: &mut dyn Neurons, current: bool) -> f64 {
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
            neurons.advance(0..BLOCK, round * steps + step, &arrivals, &mut spikes).unwrap();
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

const CONDUCTANCES: &str = "
    dg_ex/dt = -g_ex/tau_ex : nS
    dg_in/dt = -g_in/tau_in : nS
    C_m : pF
    g_L : nS
    E_L : mV
    tau_ex : ms
    tau_in : ms";

const CURRENTS: &str = "
    dv/dt = (E_L - v)/tau_m + (i_ex + i_in)/C_m : mV (unless refractory)
    di_ex/dt = -i_ex/tau_ex : pA
    di_in/dt = -i_in/tau_in : pA
    C_m : pF
    tau_m : ms
    E_L : mV
    tau_ex : ms
    tau_in : ms";

/// Name, equations, method, threshold, receptors.
type Case = (&'static str, String, Option<&'static str>, &'static str, [&'static str; 2]);

fn equations() -> [Case; 4] {
    let conductances = ["g_ex += weight", "g_in -= weight"];
    let coba = "dv/dt = (g_L*(E_L - v) - g_ex*v + g_in*(-80 mV - v))/C_m : mV (unless refractory)";
    let adex =
        "dv/dt = (g_L*(E_L - v) + g_L*D*exp((v + 50 mV)/D) - g_ex*v + g_in*(-80 mV - v) - w)/C_m \
                : mV (unless refractory)
                dw/dt = (a*(v - E_L) - w)/tau_w : pA
                D : mV
                a : nS
                tau_w : ms";
    [
        (
            "cuba, exact (iaf_psc_exp)",
            CURRENTS.into(),
            None,
            "v > 0 mV",
            ["i_ex += weight", "i_in += weight"],
        ),
        (
            "coba, exponential_euler",
            format!("{coba}{CONDUCTANCES}"),
            Some("exponential_euler"),
            "v > 0 mV",
            conductances,
        ),
        ("coba, euler", format!("{coba}{CONDUCTANCES}"), Some("euler"), "v > 0 mV", conductances),
        (
            "adex, euler (aeif_cond_exp_euler)",
            format!("{adex}{CONDUCTANCES}"),
            Some("euler"),
            "v > -40 mV",
            conductances,
        ),
    ]
}

#[test]
#[ignore = "a measurement, not a test"]
fn time_of_equations_per_neuron_and_step() {
    for (name, text, method, threshold, receptors) in equations() {
        let definition = Definition {
            name: "own".into(),
            equations: text,
            threshold: Some(threshold.into()),
            reset: Some("v = E_L".into()),
            refractory: Some("5 ms".into()),
            method: method.map(Into::into),
            receptors: ["ex", "in"]
                .map(String::from)
                .into_iter()
                .zip(receptors.map(Into::into))
                .collect(),
            initial: vec![("v".into(), "E_L".into())],
            ..Definition::default()
        };
        let model = Model::from(Arc::new(compile(&definition).unwrap()));
        let value = |name: &str| match name {
            "C_m" => 200.0,
            "g_L" => 10.0,
            "E_L" => -70.0,
            "D" | "a" => 2.0,
            "tau_w" => 500.0,
            "tau_m" => 20.0,
            _ => 5.0,
        };
        let measured = |each: bool| {
            let column = |name: &str| match each {
                false => Column::Same(value(name)),
                true => Column::Each(
                    (0..BLOCK).map(|k| value(name) * (1.0 + 1e-5 * k as f64)).collect(),
                ),
            };
            let parameters: Columns =
                model.parameters().iter().map(|p| (p.name.to_owned(), column(p.name))).collect();
            let initial = Columns::new();
            let build = Build {
                parameters: &parameters,
                initial: &initial,
                size: BLOCK,
                first: 0,
                clock: Clock::new(0.1).unwrap(),
                key: [0; 2],
            };
            of(&mut *model.build(&build).unwrap(), false)
        };
        println!(
            "{name:36} {:7.3}  every parameter per neuron {:7.3}",
            measured(false),
            measured(true)
        );
    }
}
