//! Neuron models written as equations, clamps and mixtures: from the experiment to the result.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use neuropil::experiment::Experiment;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;
use neuropil_record::reader::{SpikeQuery, TraceQuery};

fn run(text: &str) -> (tempfile::TempDir, ResultFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.h5");
    let options = RunOptions { output: Some(path.clone()), ..RunOptions::default() };
    let experiment = Experiment::parse(text, "models.toml").unwrap();
    if let Err(error) = experiment.run(&options, &mut |_| true) {
        panic!("{error}");
    }
    (folder, ResultFile::open(path).unwrap())
}

/// All traces of a variable, one list per neuron.
fn traces(result: &ResultFile, population: &str, variable: &str) -> Vec<Vec<f64>> {
    result.traces(population, variable, &TraceQuery::default()).unwrap().values
}

fn spikes(result: &ResultFile, population: &str) -> Vec<(f64, u32)> {
    let spikes = result.spikes(population, &SpikeQuery::default()).unwrap();
    spikes.times_ms.into_iter().zip(spikes.neurons).collect()
}

/// Three receptors, each with a trace of its own; one neuron per receptor is struck, by name.
#[test]
fn synapses_choose_among_any_number_of_receptors_by_name() {
    let (_folder, result) = run("
        [simulation]
        duration = '60 ms'
        [models.three]
        equations = '''
        dv/dt = (E_L - v)/tau + (I_ampa + I_nmda + I_gaba)/C : mV
        da/dt = -a/tau_a : nS
        dn/dt = -n/tau_n : nS
        dg/dt = -g/tau_g : nS
        I_ampa = a*(0 mV - v) : pA
        I_nmda = n*(0 mV - v)/(1 + 0.3*exp(-0.062*v/(1 mV))) : pA
        I_gaba = g*(-80 mV - v) : pA
        I_all = I_ampa + I_nmda + I_gaba : pA
        '''
        receptors = { ampa = 'a += weight', nmda = 'n += 0.5*weight', gaba = 'g -= weight' }
        parameters = { E_L = '-70 mV', tau = '20 ms', C = '200 pF', tau_a = '2 ms', tau_n = '100 ms', tau_g = '10 ms' }
        initial = { v = 'E_L' }
        [populations.cells]
        model = 'three'
        size = 3
        [inputs.event]
        kind = 'spikes'
        times = ['10 ms']
        neurons = [0]
        size = 1
        [connections.fast]
        source = 'event'
        target = 'cells[0:1]'
        receptor = 'ampa'
        weight = '4 nS'
        delay = '0.1 ms'
        [connections.slow]
        source = 'event'
        target = 'cells[1:2]'
        receptor = 'nmda'
        weight = '4 nS'
        delay = '0.1 ms'
        [connections.inhibitory]
        source = 'event'
        target = 'cells[2:3]'
        receptor = 'gaba'
        weight = '-4 nS'
        delay = '0.1 ms'
        [record.traces]
        target = 'cells'
        variables = ['v', 'a', 'n', 'g', 'I_ampa', 'I_nmda', 'I_gaba', 'I_all']
        every = '0.1 ms'
        ");
    let at = |variable: &str, neuron: usize, ms: f64| {
        traces(&result, "cells", variable)[neuron][(ms / 0.1).round() as usize - 1]
    };
    // Each event opens its own conductance, which decays with its own time constant.
    for (variable, neuron, peak, tau) in
        [("a", 0, 4.0, 2.0), ("n", 1, 2.0, 100.0), ("g", 2, 4.0, 10.0)]
    {
        for other in 0..3 {
            assert_eq!(at(variable, other, 9.9), 0.0);
            let expected = if other == neuron { peak * f64::exp(-10.0 / tau) } else { 0.0 };
            // Euler's rule, for the model is not linear: (1 − h/τ)^n.
            let steps = 100.0 * (1.0f64 - 0.1 / tau).ln();
            let expected_euler = expected * (steps + 10.0 / tau).exp();
            let found = at(variable, other, 20.1);
            assert!((found - expected_euler).abs() <= 0.06 * expected, "{variable}: {found}");
        }
    }
    // Computed variables are recorded, and are what the equations say of the states recorded.
    for neuron in 0..3 {
        let [v, a, n, g] = ["v", "a", "n", "g"].map(|name| at(name, neuron, 20.0));
        let block = 1.0 / (1.0 + 0.3 * (-0.062 * v).exp());
        let parts = [a * (0.0 - v), n * (0.0 - v) * block, g * (-80.0 - v)];
        for (name, expected) in ["I_ampa", "I_nmda", "I_gaba"].into_iter().zip(parts) {
            let found = at(name, neuron, 20.0);
            // Traces are stored in single precision.
            assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0), "{name}: {found}");
        }
        let all = at("I_all", neuron, 20.0);
        assert!((all - parts.iter().sum::<f64>()).abs() < 1e-3);
    }
    assert!(at("v", 0, 15.0) > -69.0 && at("v", 1, 40.0) > -69.9 && at("v", 2, 20.0) < -70.2);
}

/// Names, units and values of parameters that differ between neurons.
#[test]
fn parameters_may_differ_between_neurons() {
    let (_folder, result) = run("
        [simulation]
        duration = '20 ms'
        [models.leaky]
        equations = 'dv/dt = (E_L - v)/tau : mV'
        parameters = { E_L = '-70 mV', tau = '10 ms' }
        [populations.cells]
        model = 'leaky'
        size = 3
        params = { tau = ['5 ms', '10 ms', '20 ms'], E_L = { uniform = ['-60 mV', '-60 mV'] } }
        initial = { v = ['0 mV', '-10 mV', '-20 mV'] }
        [record.traces]
        target = 'cells'
        variables = ['v']
        every = '0.1 ms'
        ");
    let found = traces(&result, "cells", "v");
    for (neuron, (tau, start)) in [(5.0, 0.0), (10.0, -10.0), (20.0, -20.0)].into_iter().enumerate()
    {
        for (k, v) in found[neuron].iter().enumerate() {
            let t = (k + 1) as f64 * 0.1;
            let expected = -60.0 + (start + 60.0) * f64::exp(-t / tau);
            assert!((v - expected).abs() < 1e-5, "{neuron} at {t} ms: {v} {expected}");
        }
    }
}

/// The same clamp on the built-in neuron and on the same neuron as equations.
#[test]
fn a_clamp_acts_on_equations_that_mention_it_as_on_built_in_neurons() {
    let (_folder, result) = run("
        [simulation]
        duration = '100 ms'
        [models.own]
        equations = '''
        dV_m/dt = (g_L*(E_L - V_m) + I_in + I_clamp)/C_m : mV (unless refractory)
        I_clamp = g_clamp*(E_clamp - V_m) : pA
        '''
        method = 'exponential_euler'
        threshold = 'V_m > V_th'
        reset = 'V_m = V_reset'
        refractory = '2 ms'
        parameters = { g_L = '10 nS', E_L = '-70 mV', C_m = '200 pF', V_th = '-50 mV', V_reset = '-60 mV' }
        initial = { V_m = 'E_L' }
        [populations.own]
        model = 'own'
        size = 4
        [populations.built_in]
        model = 'iaf_cond_exp'
        size = 4
        params = { g_L = '10 nS', E_L = '-70 mV', C_m = '200 pF', V_th = '-50 mV', V_reset = '-60 mV', gsl_error_tol = 1e-9 }
        [inputs.drive]
        kind = 'dc'
        target = ['own', 'built_in']
        amplitude = '350 pA'
        [inputs.silencing]
        kind = 'clamp'
        target = ['own[0:2]', 'built_in[0:2]']
        conductance = '500 nS * pulse(t, 40 ms, 70 ms)'
        potential = '-75 mV'
        [record]
        inputs = { target = 'silencing', every = '1 ms' }
        spikes = true
        [record.traces]
        target = ['own', 'built_in']
        variables = ['V_m', 'I_clamp']
        every = '0.1 ms'
        ");
    for variable in ["V_m", "I_clamp"] {
        let (own, built_in) =
            (traces(&result, "own", variable), traces(&result, "built_in", variable));
        for neuron in [0, 3] {
            let at = |ms: f64| (ms / 0.1).round() as usize - 1;
            let pairs = own[neuron].iter().zip(&built_in[neuron]);
            // Before the first spike and in the clamp both are exact.
            for (k, (a, b)) in pairs.enumerate().filter(|(k, _)| *k < at(15.0)) {
                assert!((a - b).abs() < 2e-3, "{variable} of {neuron} at step {k}: {a} {b}");
            }
            let (a, b) = (own[neuron][at(65.0)], built_in[neuron][at(65.0)]);
            if neuron == 0 {
                assert!((a - b).abs() < 2e-3, "{variable} in the clamp: {a} {b}");
            }
        }
    }
    let held = (10.0 * -70.0 + 500.0 * -75.0 + 350.0) / 510.0;
    let clamped = &traces(&result, "built_in", "V_m")[0];
    assert!((clamped[649] - held).abs() < 1e-4, "{} {held}", clamped[649]);
    for population in ["own", "built_in"] {
        let all = spikes(&result, population);
        let within = |clamped: bool| {
            let inside = |n: u32| (n < 2) == clamped;
            all.iter().filter(|(t, n)| inside(*n) && (41.0..71.0).contains(t)).count()
        };
        assert_eq!(within(true), 0, "{population} is silent");
        assert!(within(false) >= 2, "{population}: the others fire");
    }
    // The conductance itself is recorded as it was asked for.
    let course = &traces(&result, "silencing", "input_conductance")[0];
    assert!((course[50] - 500.0).abs() < 1e-3 && course[20] == 0.0, "{course:?}");
}

/// Synapses between conductance and current show in the recorded currents.
#[test]
fn recorded_currents_know_the_share_of_conductance() {
    let (_folder, result) = run("
        [simulation]
        duration = '30 ms'
        [populations.cells]
        model = 'aeif_cond_exp_euler'
        size = 2
        params = { alpha_ex = [1, 0.25], V_ref = '-60 mV' }
        initial = { g_ex = '20 nS' }
        [record.traces]
        target = 'cells'
        variables = ['V_m', 'g_ex', 'I_ex', 'I_syn']
        every = '0.1 ms'
        ");
    let [v, g, i, all] =
        ["V_m", "g_ex", "I_ex", "I_syn"].map(|name| traces(&result, "cells", name));
    for (neuron, alpha) in [(0, 1.0), (1, 0.25)] {
        for k in 0..300 {
            let seen = alpha * v[neuron][k] + (1.0 - alpha) * -60.0;
            let expected = g[neuron][k] * (0.0 - seen);
            let found = i[neuron][k];
            assert!(
                (found - expected).abs() < 1e-4 * expected.abs().max(1.0),
                "{found} {expected}"
            );
            assert_eq!(all[neuron][k], found);
        }
    }
}
