//! Synapses between conductance and current: `I = g [α (E − V) + (1 − α)(E − V_ref)]`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod rig;

use std::sync::Arc;

use neuropil_core::Clock;
use neuropil_mechanism::equations::{Definition, compile};
use neuropil_network::description::recordables;
use neuropil_network::neurons::{Arrivals, Build, MODELS, Model, Neurons, find};
use rig::{Columns, same};

const DT_MS: f64 = 0.01;

fn neurons(model: &Model, parameters: &Columns) -> Box<dyn Neurons> {
    let (initial, clock) = (Columns::new(), Clock::new(DT_MS).unwrap());
    let build = Build { parameters, initial: &initial, size: 1, first: 0, clock, key: [1, 2] };
    model.build(&build).unwrap()
}

/// Regular excitation and inhibition of a model and, `lag` steps later, of another: the largest
/// difference of their `V_m`.
fn largest_difference(
    (a, a_values): (&Model, &Columns),
    (b, b_values): (&Model, &Columns),
    lag: u64,
) -> f64 {
    let (mut one, mut other) = (neurons(a, a_values), neurons(b, b_values));
    let place = |model: &Model| model.variables().iter().position(|v| v.name == "V_m").unwrap();
    let (at_one, at_other) = (place(a), place(b));
    let (mut largest, mut spikes) = (0.0_f64, Vec::new());
    let weights = |step: u64| {
        let every = |n: u64, weight: f64| [if step % n == 5 { weight } else { 0.0 }];
        [every(310, 6.0), every(530, -4.0)]
    };
    for step in 0..30_000_u64 {
        for (neuron, step_of) in [(&mut one, step), (&mut other, step.wrapping_sub(lag))] {
            let [ex, inh] = weights(step_of);
            let arrivals = Arrivals { channels: &[&ex, &inh], ..Arrivals::default() };
            neuron.advance(0..1, step, &arrivals, &mut spikes).unwrap();
        }
        largest = largest.max((one.read(at_one, 0) - other.read(at_other, 0)).abs());
    }
    assert!(spikes.is_empty());
    largest
}

/// Model, method of the equations, tolerance `[mV]`, further parameters of the model.
type Case = (&'static str, &'static str, f64, &'static [(&'static str, f64)]);

const EQUATIONS: &str = "
    dV_m/dt = (g_L*(E_L - V_m) + I_exc + I_inh)/C_m : mV
    dg_ex/dt = -g_ex/tau_syn_ex : nS
    dg_in/dt = -g_in/tau_syn_in : nS
    I_exc = g_ex*(alpha_ex*(E_ex - V_m) + (1 - alpha_ex)*(E_ex - V_ref)) : pA
    I_inh = g_in*(alpha_in*(E_in - V_m) + (1 - alpha_in)*(E_in - V_ref)) : pA
    C_m : pF
    g_L : nS
    E_L : mV
    E_ex : mV
    E_in : mV
    V_ref : mV
    tau_syn_ex : ms
    tau_syn_in : ms
    alpha_ex : 1
    alpha_in : 1";

fn passive(method: &str) -> Model {
    let definition = Definition {
        name: "passive".into(),
        equations: EQUATIONS.into(),
        method: Some(method.into()),
        receptors: vec![
            ("ex".into(), "g_ex += weight".into()),
            ("in".into(), "g_in -= weight".into()),
        ],
        initial: vec![("V_m".into(), "E_L".into())],
        ..Definition::default()
    };
    Arc::new(compile(&definition).unwrap()).into()
}

#[test]
fn every_mixture_follows_its_equations() {
    let membrane = [
        ("C_m", 200.0),
        ("g_L", 10.0),
        ("E_L", -70.0),
        ("E_ex", 0.0),
        ("E_in", -80.0),
        ("tau_syn_ex", 3.0),
        ("tau_syn_in", 8.0),
        ("V_ref", -63.0),
    ];
    // Without spikes; a step of 0.01 ms leaves Runge and Kutta's rule an error below 1e-9 mV.
    let silent: [Case; 4] = [
        ("iaf_cond_exp_midpoint", "rk4", 1e-4, &[("V_th", 1e3)]),
        ("iaf_cond_exp", "rk4", 1e-6, &[("V_th", 1e3), ("gsl_error_tol", 1e-10)]),
        (
            "aeif_cond_exp",
            "rk4",
            1e-6,
            &[
                ("V_th", 1e3),
                ("V_peak", 1e3),
                ("Delta_T", 0.0),
                ("a", 0.0),
                ("gsl_error_tol", 1e-10),
            ],
        ),
        ("aeif_cond_exp_euler", "euler", 1e-9, &[("V_th", 1e3), ("Delta_T", 0.0)]),
    ];
    for (name, method, tolerance, more) in silent {
        let own = passive(method);
        let model = Model::from(find(name).unwrap());
        for shares in [[1.0, 1.0], [0.0, 0.0], [0.35, 0.8]] {
            let mut values = same(&membrane);
            values.extend(same(&[("alpha_ex", shares[0]), ("alpha_in", shares[1])]));
            let own_values = values.clone();
            values.extend(same(more));
            // The adaptive models take arriving weights at the end of a step, the others at its beginning.
            let lag = u64::from(method == "rk4");
            let (native, equations) = ((&model, &values), (&own, &own_values));
            let difference = largest_difference(native, equations, lag);
            assert!(difference < tolerance, "{name} {shares:?}: {difference} mV");
        }
    }
}

/// A current `g (E − V_ref)` has the closed response of a current synapse, and leaves the time constant
/// as it is; a conductance does neither.
#[test]
fn a_share_of_zero_is_a_current_synapse() {
    let (c_m, g_l, tau_s, weight) = (200.0, 10.0, 3.0, 30.0);
    let tau_m = c_m / g_l;
    for name in ["iaf_cond_exp", "aeif_cond_exp"] {
        let mut values = same(&[
            ("C_m", c_m),
            ("g_L", g_l),
            ("E_L", -70.0),
            ("E_ex", 0.0),
            ("tau_syn_ex", tau_s),
            ("alpha_ex", 0.0),
            ("V_ref", -60.0),
            ("V_th", 1e3),
            ("gsl_error_tol", 1e-10),
        ]);
        if name.starts_with("aeif") {
            values.extend(same(&[("V_peak", 1e3), ("Delta_T", 0.0), ("a", 0.0)]));
        }
        let mut neuron = neurons(&Model::from(find(name).unwrap()), &values);
        for step in 0..4000_u64 {
            let ex = [if step == 0 { weight } else { 0.0 }];
            let arrivals = Arrivals { channels: &[&ex], ..Arrivals::default() };
            neuron.advance(0..1, step, &arrivals, &mut Vec::new()).unwrap();
            let t = step as f64 * DT_MS;
            let current = weight * (0.0 - -60.0);
            let shape = tau_s / (tau_m - tau_s) * ((-t / tau_m).exp() - (-t / tau_s).exp());
            let expected = -70.0 + current / g_l * shape;
            let found = neuron.read(0, 0);
            assert!((found - expected).abs() < 1e-6, "{name} at {t} ms: {found} {expected}");
        }
    }
}

#[test]
fn every_conductance_model_has_the_share_and_refuses_nonsense() {
    for info in MODELS.iter().filter(|info| info.weight_unit == "nS") {
        for name in ["alpha_ex", "alpha_in", "V_ref"] {
            assert!(info.parameters.iter().any(|p| p.name == name), "{} {name}", info.name);
        }
        assert!(recordables(&Model::from(*info)).iter().any(|r| r.name == "I_ex"));
        let values = same(&[("alpha_in", 1.2)]);
        let (initial, clock) = (Columns::new(), Clock::new(0.1).unwrap());
        let build =
            Build { parameters: &values, initial: &initial, size: 1, first: 0, clock, key: [0; 2] };
        let error = (info.build)(&build).map(drop).unwrap_err().to_string();
        assert!(error.contains("alpha_in") && error.contains("must be between 0 and 1"), "{error}");
    }
}
