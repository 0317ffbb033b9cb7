//! Models written as equations against the built-in models, step by step.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod rig;

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_core::Clock;
use neuropil_mechanism::equations::{Definition, compile};
use neuropil_network::description::{Column, ModelError};
use neuropil_network::neurons::{Arrivals, Build, Model, Neurons, Order, find};
use rig::{Columns, same};

/// Neurons of a model.
fn neurons(model: &Model, parameters: &Columns, size: usize, first: u32) -> Box<dyn Neurons> {
    let (clock, initial) = (Clock::new(0.1).unwrap(), BTreeMap::new());
    let build = Build { parameters, initial: &initial, size, first, clock, key: [3, 4] };
    model.build(&build).unwrap()
}

fn adex() -> Model {
    let equations = "
        dV_m/dt = (g_ex*(E_ex - V_m) + g_in*(E_in - V_m) + I_in - w
                   + g_L*Delta_T*exp((V_m - V_th)/Delta_T) + g_L*(E_L - V_m))/C_m : mV (unless refractory)
        dw/dt = (a*(V_m - E_L) - w)/tau_w : pA
        dg_ex/dt = -g_ex/tau_syn : nS
        dg_in/dt = -g_in/tau_syn : nS
        C_m : pF
        g_L : nS
        E_L : mV
        V_th : mV
        V_reset : mV
        Delta_T : mV
        a : nS
        b : pA
        tau_w : ms
        tau_syn : ms
        t_ref : ms
        E_ex : mV
        E_in : mV";
    let definition = Definition {
        name: "adex".into(),
        equations: equations.into(),
        threshold: Some("V_m > V_th + 5*Delta_T".into()),
        reset: Some("V_m = V_reset; w += b".into()),
        refractory: Some("t_ref".into()),
        method: Some("euler".into()),
        receptors: vec![
            ("ex".into(), "g_ex += weight".into()),
            ("in".into(), "g_in -= weight".into()),
        ],
        initial: vec![("V_m".into(), "E_L".into())],
        ..Definition::default()
    };
    Model::from(Arc::new(compile(&definition).unwrap()))
}

const ADEX: &[(&str, f64)] = &[
    ("C_m", 200.0),
    ("g_L", 10.0),
    ("E_L", -70.0),
    ("V_th", -50.0),
    ("V_reset", -70.0),
    ("Delta_T", 2.0),
    ("a", 2.0),
    ("b", 40.0),
    ("tau_w", 500.0),
    ("t_ref", 5.0),
    ("E_ex", 0.0),
    ("E_in", -80.0),
];

/// The input of a step: excitation of 2 nS every 3 ms, inhibition of 5 nS every 7 ms, 350 pA after
/// 20 ms.
fn drive(step: u64, n: usize) -> [Vec<f64>; 3] {
    let when =
        |every: u64, weight: f64| if step.is_multiple_of(every) { vec![weight; n] } else { vec![] };
    let current = if step > 200 { vec![350.0; n] } else { vec![] };
    [when(30, 2.0), when(70, -5.0), current]
}

fn advance(neurons: &mut dyn Neurons, step: u64, n: usize) -> Vec<u32> {
    let [ex, inh, current] = drive(step, n);
    let arrivals = Arrivals { channels: &[&ex, &inh], current: &current, ..Arrivals::default() };
    let mut spikes = Vec::new();
    neurons.advance(0..n, step, &arrivals, &mut spikes).unwrap();
    spikes
}

#[test]
fn the_adaptive_exponential_neuron_as_equations_is_the_built_in_one() {
    let mut own = same(ADEX);
    own.insert("tau_syn".into(), Column::Same(5.0));
    let mut built_in_values = same(ADEX);
    for name in ["tau_syn_ex", "tau_syn_in"] {
        built_in_values.insert(name.into(), Column::Same(5.0));
    }
    let built_in = Model::from(find("aeif_cond_exp_euler").unwrap());
    let mut theirs = neurons(&built_in, &built_in_values, 2, 0);
    let mut ours = neurons(&adex(), &own, 2, 0);
    let mut count = 0;
    for step in 0..10_000 {
        let (a, b) = (advance(&mut *theirs, step, 2), advance(&mut *ours, step, 2));
        assert_eq!(a, b, "spikes of step {step}");
        count += a.len();
        for variable in 0..4 {
            let (x, y) = (theirs.read(variable, 1), ours.read(variable, 1));
            assert!((x - y).abs() <= 1e-9 * x.abs().max(1.0), "step {step}, {variable}: {x} {y}");
        }
    }
    assert!(count > 10, "{count} spikes");
}

#[test]
fn weights_may_be_added_to_the_state_instead_of_arriving() {
    let mut own = same(ADEX);
    own.insert("tau_syn".into(), Column::Same(5.0));
    let size = 40;
    let mut arriving = neurons(&adex(), &own, size, 0);
    let mut added = neurons(&adex(), &own, size, 0);
    let mut count = 0;
    for step in 0..4000 {
        // a few targets in every third step; the inhibitory receptor subtracts
        let mut weights = [vec![0.0; size], vec![0.0; size]];
        let few = if step % 3 == 0 { 0..size } else { 0..0 };
        for k in few.filter(|k| (k + step as usize) % 5 < 2) {
            weights[0][k] = 1.3 + 0.1 * k as f64;
            weights[1][k] = -0.7;
        }
        let channels = [weights[0].as_slice(), weights[1].as_slice()];
        let current = vec![300.0; size];
        let mut spikes = [Vec::new(), Vec::new()];
        let arrivals = Arrivals { channels: &channels, current: &current, ..Arrivals::default() };
        arriving.advance(0..size, step, &arrivals, &mut spikes[0]).unwrap();
        for (channel, weights) in weights.iter().enumerate() {
            let sink = added.sink(channel).unwrap();
            assert_eq!(sink.order, Order::Before);
            for (x, w) in sink.column.iter_mut().zip(weights).filter(|(_, w)| **w != 0.0) {
                *x += sink.factor * w;
            }
        }
        let arrivals = Arrivals { current: &current, ..Arrivals::default() };
        added.advance(0..size, step, &arrivals, &mut spikes[1]).unwrap();
        assert_eq!(spikes[0], spikes[1], "step {step}");
        count += spikes[0].len();
        for variable in 0..4 {
            let bits = [&arriving, &added].map(|n| n.read(variable, size - 1).to_bits());
            assert_eq!(bits[0], bits[1], "step {step}, variable {variable}");
        }
    }
    assert!(count > 100, "{count} spikes");
}

#[test]
fn only_a_receptor_that_does_nothing_else_takes_weights_without_their_arrival() {
    let model = |receptors: [&str; 2]| {
        let receptors = ["a", "b"].map(String::from).into_iter().zip(receptors.map(String::from));
        let definition = Definition {
            equations: "dg/dt = -g/(5 ms) : nS\n dh/dt = -h/(5 ms) : nS".into(),
            receptors: receptors.collect(),
            ..Definition::default()
        };
        Model::from(Arc::new(compile(&definition).unwrap()))
    };
    for (receptors, expected) in [
        (["g += weight", "h -= weight"], [Some(1.0), Some(-1.0)]),
        // two sums must keep their order
        (["g += weight", "g -= weight"], [None, None]),
        (["g += 2*weight", "h += weight"], [None, None]),
        (["g += weight*(1 nS - g)/nS", "h += weight"], [None, None]),
        (["g += weight; h += weight", "h += weight"], [None, None]),
    ] {
        let mut cells = neurons(&model(receptors), &Columns::new(), 3, 0);
        let found = [0, 1].map(|channel| cells.sink(channel).map(|sink| sink.factor));
        assert_eq!(found, expected, "{receptors:?}");
    }
}

#[test]
fn noise_does_not_depend_on_how_a_population_is_divided() {
    let definition = Definition {
        name: "noisy".into(),
        equations: "dv/dt = -v/tau + sigma*sqrt(2/tau)*xi : mV\n tau : ms\n sigma : mV".into(),
        threshold: Some("v > 2 mV or rand() < 1e-3".into()),
        reset: Some("v = 0 mV".into()),
        ..Definition::default()
    };
    let model = Model::from(Arc::new(compile(&definition).unwrap()));
    let values = same(&[("tau", 10.0), ("sigma", 2.0)]);
    let mut whole = neurons(&model, &values, 600, 0);
    let mut parts = [neurons(&model, &values, 512, 0), neurons(&model, &values, 88, 512)];
    for step in 0..300 {
        let mut spikes = [Vec::new(), Vec::new()];
        let none = Arrivals::default();
        whole.advance(0..512, step, &none, &mut spikes[0]).unwrap();
        whole.advance(512..600, step, &none, &mut spikes[0]).unwrap();
        parts[0].advance(0..512, step, &none, &mut spikes[1]).unwrap();
        let mut last = Vec::new();
        parts[1].advance(0..88, step, &none, &mut last).unwrap();
        spikes[1].extend(last.iter().map(|n| n + 512));
        assert_eq!(spikes[0], spikes[1], "step {step}");
    }
    for n in 0..600 {
        let divided = if n < 512 { parts[0].read(0, n) } else { parts[1].read(0, n - 512) };
        assert_eq!(whole.read(0, n).to_bits(), divided.to_bits(), "neuron {n}");
    }
}

#[test]
fn what_equations_were_not_given_or_do_not_know_is_named() {
    let (clock, initial) = (Clock::new(0.1).unwrap(), BTreeMap::new());
    let fault = |parameters: &Columns| {
        let build = Build { parameters, initial: &initial, size: 1, first: 0, clock, key: [0; 2] };
        adex().build(&build).err().unwrap()
    };
    let missing = fault(&same(ADEX));
    assert_eq!(missing.to_string(), "adex has no value for parameter \"tau_syn\" (ms)");
    let mut values = same(ADEX);
    values.insert("tau_sin".into(), Column::Same(1.0));
    assert!(fault(&values).to_string().ends_with("did you mean \"tau_syn\"?"));
    let mut values = same(ADEX);
    values.insert("C_m".into(), Column::Same(f64::NAN));
    assert!(matches!(fault(&values), ModelError::Parameter { name, .. } if name == "C_m"));
}

#[test]
fn a_state_that_leaves_the_numbers_is_named() {
    let definition = Definition {
        name: "explosive".into(),
        equations: "dx/dt = x**2/ms : 1".into(),
        initial: vec![("x".into(), "1e200".into())],
        ..Definition::default()
    };
    let model = Model::from(Arc::new(compile(&definition).unwrap()));
    let mut cells = neurons(&model, &Columns::new(), 3, 0);
    let run = |step| cells.advance(0..3, step, &Arrivals::default(), &mut Vec::new());
    let fault = (0..600).map(run).find_map(Result::err).unwrap();
    assert_eq!((fault.neuron, &*fault.variable), (0, "x"));
}
