//! Clamps: a conductance that draws the potential to a given value.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod rig;

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::{
    Drive, Dynamics, Input, ModelError, Network, Neurons as Members, Population, Recording, Slice,
    Target, Waveform, Window,
};
use neuropil_network::engine::Simulation;
use neuropil_network::neurons::{MODELS, Model, find};
use rig::{Columns, same};

/// `V_m`, `I_clamp` and the spikes of a run.
#[derive(Default)]
struct Seen {
    frames: Vec<Vec<f64>>,
    spikes: Vec<(u64, u32)>,
}

impl Observer for Seen {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let own = block.steps.iter().copied().zip(block.neurons.iter().copied());
        self.spikes.extend(own);
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        let columns = block.values.len() / block.steps.len();
        self.frames.extend(block.values.chunks_exact(columns).map(<[f64]>::to_vec));
        Ok(())
    }
}

fn input(name: &str, (first, count): (u32, u32), drive: Drive) -> Input {
    let target = Target { slice: Slice { population: 0, first, count }, channel: None };
    Input { name: name.into(), target, drive, delay: 1, window: Window::ALWAYS }
}

fn clamp(conductance_ns: Waveform, potential_mv: f64) -> Drive {
    Drive::Clamp {
        conductance_ns,
        each: Vec::new(),
        potential_mv: Waveform::Constant(potential_mv),
    }
}

/// From `step` on, in that step.
fn from(step: u64, value: f64) -> Waveform {
    Waveform::Steps { steps: vec![step - 1], values: vec![value] }
}

fn simulate(
    (model, parameters): (&str, &Columns),
    size: u32,
    inputs: Vec<Input>,
    (dt_ms, steps, threads): (f64, u64, usize),
) -> Result<Seen, ModelError> {
    let dynamics = Dynamics::Model {
        model: find(model).unwrap().into(),
        parameters: parameters.clone(),
        initial: Columns::new(),
    };
    let all = Members::All;
    let network = Network {
        clock: Clock::new(dt_ms).unwrap(),
        seed: 1,
        populations: vec![Population { name: "cells".into(), size, dynamics }],
        connections: Vec::new(),
        inputs,
        recordings: vec![
            Recording::Spikes { population: 0, neurons: all.clone(), window: Window::ALWAYS },
            Recording::Samples {
                population: 0,
                neurons: all,
                variables: vec!["V_m".into(), "I_clamp".into()],
                every: 1,
                offset: 0,
                window: Window::ALWAYS,
            },
        ],
    };
    let mut seen = Seen::default();
    Simulation::build(&network, threads)?.run(steps, &mut seen).unwrap();
    Ok(seen)
}

/// Parameters of a leaky membrane of 200 pF, 10 nS, −70 mV, and of an adaptive one without spikes.
fn leaky(model: &str) -> Columns {
    let mut all = same(&[("C_m", 200.0), ("E_L", -70.0)]);
    let own: &[(&str, f64)] = match model {
        "iaf_psc_exp" | "iaf_psc_alpha" | "iaf_psc_delta" => &[("tau_m", 20.0), ("V_th", 1e3)],
        "iaf_cond_exp" | "iaf_cond_alpha" => {
            &[("g_L", 10.0), ("V_th", 1e3), ("gsl_error_tol", 1e-9)]
        }
        "iaf_cond_exp_midpoint" => &[("g_L", 10.0), ("V_th", 1e3)],
        "aeif_cond_exp_euler" => &[("g_L", 10.0), ("Delta_T", 0.0), ("V_th", 1e3), ("b", 0.0)],
        _ => &[
            ("g_L", 10.0),
            ("Delta_T", 0.0),
            ("V_th", 1e3),
            ("V_peak", 1e3),
            ("a", 0.0),
            ("b", 0.0),
            ("gsl_error_tol", 1e-9),
        ],
    };
    all.extend(same(own));
    all
}

const LEAKY: [&str; 10] = [
    "iaf_psc_exp",
    "iaf_psc_alpha",
    "iaf_psc_delta",
    "iaf_cond_exp",
    "iaf_cond_alpha",
    "iaf_cond_exp_midpoint",
    "aeif_cond_exp",
    "aeif_psc_exp",
    "aeif_psc_delta",
    "aeif_cond_exp_euler",
];

/// `V = E∞ + (E_L − E∞) e^(−t/τ)`, `τ = C/(g_L + g)`, `E∞ = (g_L E_L + g E + I)/(g_L + g)`.
#[test]
fn a_leaky_membrane_relaxes_to_the_clamp_as_in_closed_form() {
    let (c, g_l, e_l, current) = (200.0, 10.0, -70.0, 50.0);
    for model in LEAKY {
        for (g, e) in [(5.0, -90.0), (100.0, -40.0), (2000.0, -80.0)] {
            let inputs = vec![
                input("clamp", (0, 3), clamp(from(20, g), e)),
                input("current", (0, 3), Drive::Current(from(20, current))),
            ];
            let seen = simulate((model, &leaky(model)), 3, inputs, (0.1, 400, 1)).unwrap();
            let (tau, end) = (c / (g_l + g), (g_l * e_l + g * e + current) / (g_l + g));
            for (k, frame) in seen.frames.iter().enumerate() {
                let t = (k as f64 + 1.0 - 20.0) * 0.1;
                let expected = if t <= 0.0 { e_l } else { end + (e_l - end) * (-t / tau).exp() };
                // The tolerance of the adaptive integrators; Euler's is first order, in the leak only.
                let tolerance = match model {
                    "aeif_cond_exp_euler" => 0.05,
                    "iaf_cond_exp_midpoint" => 1e-11,
                    name if name.starts_with("iaf_psc") => 1e-11,
                    _ => 1e-6,
                };
                for n in 0..3 {
                    let error = (frame[n] - expected).abs();
                    assert!(error < tolerance, "{model} {g} nS, {t} ms: {} {expected}", frame[n]);
                }
                // What the clamp carries, at the potential of the same instant.
                let acting = if k + 1 < 20 { 0.0 } else { g };
                let carried = acting * (e - frame[1]);
                assert!((frame[4] - carried).abs() < 1e-9 * (1.0 + carried.abs()), "{model}");
            }
        }
    }
}

#[test]
fn a_clamp_of_any_strength_is_stable() {
    for model in LEAKY {
        // 1 mS on 200 pF: the membrane relaxes 500 times within a step.
        let inputs = vec![input("clamp", (0, 1), clamp(Waveform::Constant(1e6), -65.0))];
        let seen = simulate((model, &leaky(model)), 1, inputs, (0.1, 50, 1)).unwrap();
        let last = seen.frames.last().unwrap()[0];
        let expected = (10.0 * -70.0 + 1e6 * -65.0) / (10.0 + 1e6);
        assert!((last - expected).abs() < 1e-6, "{model}: {last} {expected}");
    }
}

#[test]
fn a_clamp_silences_its_part_of_a_population_and_no_other() {
    for info in MODELS.iter().filter(|info| Model::from(**info).takes_clamp()) {
        let strong = if info.name.starts_with("hh") { 800.0 } else { 1500.0 };
        let size = 1100;
        let inputs = |with: bool| {
            let mut all =
                vec![input("current", (0, size), Drive::Current(Waveform::Constant(strong)))];
            if with {
                let drive = clamp(Waveform::Constant(2000.0), -75.0);
                all.push(input("clamp", (400, 300), drive));
            }
            all
        };
        let run = |with: bool, threads| {
            let cells = (info.name, &Columns::new());
            simulate(cells, size, inputs(with), (0.1, 300, threads)).unwrap()
        };
        let (free, some, again) = (run(false, 1), run(true, 1), run(true, 2));
        let outside = |seen: &Seen| -> Vec<(u64, u32)> {
            seen.spikes.iter().copied().filter(|(_, n)| !(400..700).contains(n)).collect()
        };
        assert!(!outside(&free).is_empty(), "{} fires", info.name);
        assert_eq!(outside(&free), outside(&some), "{}: others are not touched", info.name);
        assert_eq!(outside(&some).len(), some.spikes.len(), "{}: the part is silent", info.name);
        let bits = |seen: &Seen| -> Vec<u64> {
            seen.frames.iter().flatten().map(|x| x.to_bits()).collect()
        };
        assert_eq!(bits(&some), bits(&again), "{}: one or two workers", info.name);
        assert_eq!(some.spikes, again.spikes);
    }
}

#[test]
fn clamps_add_up_and_their_conductance_may_differ_between_neurons() {
    let each = vec![0.0, 4.0, 12.0];
    let course = Waveform::Constant(2.0);
    let uneven = Drive::Clamp {
        conductance_ns: course,
        each: each.clone(),
        potential_mv: Waveform::Constant(-90.0),
    };
    let inputs = vec![
        input("uneven", (0, 3), uneven),
        input("even", (0, 3), clamp(Waveform::Constant(30.0), -50.0)),
    ];
    let cells = ("iaf_psc_exp", &leaky("iaf_psc_exp"));
    let seen = simulate(cells, 3, inputs, (0.1, 3000, 1)).unwrap();
    for (n, each) in each.iter().enumerate() {
        let g = 2.0 * each;
        let expected = (10.0 * -70.0 + g * -90.0 + 30.0 * -50.0) / (40.0 + g);
        let found = seen.frames.last().unwrap()[n];
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
}

#[test]
fn a_potential_course_is_followed() {
    let potential_mv = Waveform::Steps { steps: vec![0, 99], values: vec![-80.0, -60.0] };
    let drive =
        Drive::Clamp { conductance_ns: Waveform::Constant(1e5), each: Vec::new(), potential_mv };
    let cells = ("aeif_cond_exp_euler", &leaky("aeif_cond_exp_euler"));
    let seen = simulate(cells, 1, vec![input("clamp", (0, 1), drive)], (0.1, 200, 1)).unwrap();
    assert!((seen.frames[90][0] + 80.0).abs() < 1e-2, "{}", seen.frames[90][0]);
    assert!((seen.frames[199][0] + 60.0).abs() < 1e-2, "{}", seen.frames[199][0]);
}

#[test]
fn models_without_a_capacitance_refuse_a_clamp() {
    for model in ["izhikevich", "parrot_neuron"] {
        assert!(!Model::from(find(model).unwrap()).takes_clamp());
    }
    let dynamics = Dynamics::Model {
        model: find("izhikevich").unwrap().into(),
        parameters: Columns::new(),
        initial: Columns::new(),
    };
    let network = Network {
        clock: Clock::new(0.1).unwrap(),
        seed: 1,
        populations: vec![Population { name: "cells".into(), size: 1, dynamics }],
        connections: Vec::new(),
        inputs: vec![input("clamp", (0, 1), clamp(Waveform::Constant(1.0), -80.0))],
        recordings: Vec::new(),
    };
    let error = Simulation::build(&network, 1).map(drop).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("izhikevich has no capacitance that a clamp could charge"), "{text}");
}
