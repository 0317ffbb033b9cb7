//! What every model promises: independence of neighbours and blocks, refractory times, multiplicity,
//! faults and errors that say what is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use neuropil_network::description::{Column, ModelError};
use neuropil_network::neurons::{Arrivals, Build, MODELS, ModelInfo};
use rig::{Columns, Input, Rig, same};

const SIZE: usize = 600;

fn membranes() -> impl Iterator<Item = &'static ModelInfo> {
    MODELS.iter().copied().filter(|info| info.name != "parrot_neuron")
}

/// A current that makes neurons of this model fire.
fn strong(model: &str) -> f64 {
    match model {
        "izhikevich" => 10.0,
        _ => 1000.0,
    }
}

/// Weights that arrive at neuron n in a step: pseudo-random, both signs, mostly none.
fn weights(info: &ModelInfo, step: u64, n: usize) -> [f64; 2] {
    let mix = (step * 7919 + n as u64 * 104_729).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let scale = match info.weight_unit {
        "mV" => 1.0,
        "pA" => 100.0,
        _ => 3.0,
    };
    match mix % 23 {
        0 | 1 => [scale * (1.0 + (mix % 7) as f64), 0.0],
        2 if info.channels.len() == 2 => [0.0, -scale],
        2 => [-scale, 0.0],
        _ => [0.0, 0.0],
    }
}

/// Runs neurons `first..first + size` of a population in blocks of the given length; spikes as (stamp, neuron of
/// the population) and bits of all variables at the end.
fn run(
    info: &'static ModelInfo,
    given: &Columns,
    range: std::ops::Range<usize>,
    block: usize,
) -> (Vec<(u64, usize)>, Vec<u64>) {
    let given: Columns = given.iter().map(|(k, c)| (k.clone(), c.part(range.clone()))).collect();
    let size = range.len();
    let initial = Columns::new();
    let build = Build {
        parameters: &given,
        initial: &initial,
        size,
        first: range.start as u32,
        clock: neuropil_core::Clock::new(0.1).unwrap(),
        key: [3, 4],
    };
    let mut neurons = (info.build)(&build).unwrap();
    let mut all = Vec::new();
    for step in 0..100 {
        let arriving: Vec<[f64; 2]> = range.clone().map(|n| weights(info, step, n)).collect();
        let channel = |c: usize| -> Vec<f64> { arriving.iter().map(|w| w[c]).collect() };
        let (a, b) = (channel(0), channel(1));
        let current: Vec<f64> =
            range.clone().map(|n| strong(info.name) * ((n % 5) as f64) * 0.3).collect();
        let mut spikes = Vec::new();
        for start in (0..size).step_by(block) {
            let part = start..(start + block).min(size);
            let arrivals = Arrivals {
                channels: &[&a[part.clone()], &b[part.clone()]],
                current: &current[part.clone()],
                current_port1: &[],
                ..Arrivals::default()
            };
            neurons.advance(part, step, &arrivals, &mut spikes).unwrap();
        }
        assert!(spikes.is_sorted(), "{}", info.name);
        all.extend(spikes.iter().map(|n| (step + 1, *n as usize + range.start)));
    }
    let bits = (0..size)
        .flat_map(|n| (0..info.variables.len()).map(move |v| (n, v)))
        .map(|(n, v)| neurons.read(v, n).to_bits())
        .collect();
    (all, bits)
}

#[test]
fn results_do_not_depend_on_blocks_or_parts() {
    for info in membranes() {
        let given = Columns::new();
        let whole = run(info, &given, 0..SIZE, 512);
        assert!(whole.0.len() > 50, "{} spiked {} times", info.name, whole.0.len());
        assert_eq!(whole, run(info, &given, 0..SIZE, 97), "{}: other blocks", info.name);
        let (low, high) = (run(info, &given, 0..512, 512), run(info, &given, 512..SIZE, 512));
        let mut spikes = [low.0, high.0].concat();
        spikes.sort_unstable();
        assert_eq!(whole.0, spikes, "{}: parts", info.name);
        assert_eq!(whole.1, [low.1, high.1].concat(), "{}: parts", info.name);
    }
}

#[test]
fn parameters_of_each_neuron_give_the_same_bits_as_shared_ones() {
    for info in membranes() {
        let given: Columns = info
            .parameters
            .iter()
            .map(|p| (p.name.to_string(), Column::Each(vec![p.default; SIZE])))
            .collect();
        let shared = run(info, &Columns::new(), 0..SIZE, 512);
        assert_eq!(shared, run(info, &given, 0..SIZE, 512), "{}", info.name);
    }
}

#[test]
fn a_different_neuron_leaves_its_neighbours_alone() {
    for info in membranes() {
        let name = if info.name == "izhikevich" { "a" } else { "C_m" };
        let default = info.parameters.iter().find(|p| p.name == name).unwrap().default;
        let mut values = vec![default; SIZE];
        values[41] *= 1.3;
        let given = Columns::from([(name.to_string(), Column::Each(values))]);
        let (shared, other) =
            (run(info, &Columns::new(), 0..SIZE, 512), run(info, &given, 0..SIZE, 512));
        let variables = info.variables.len();
        for n in (0..SIZE).filter(|n| *n != 41) {
            let at = n * variables..(n + 1) * variables;
            assert_eq!(shared.1[at.clone()], other.1[at], "{} neuron {n}", info.name);
        }
        assert_ne!(shared, other, "{}", info.name);
    }
}

/// From the spike on V is held for t_ref, then the neuron needs one step to fire again at the
/// earliest: with an overwhelming current the interval is t_ref + h.
#[test]
fn refractory_times_are_kept_to_the_step() {
    for info in membranes().filter(|info| !info.name.starts_with("hh") && info.name != "izhikevich")
    {
        let i_e = if info.name.starts_with("iaf_psc") { 1e7 } else { 1e6 };
        let mut rig = Rig::one(info.name, &[("t_ref", 1.7), ("I_e", i_e)]);
        let stamps = rig.rest(100).stamps();
        // Brian2's rule lets a neuron go t_ref after the spike, NEST's one step later.
        let interval = if info.name.ends_with("euler") { 17 } else { 18 };
        assert!(stamps.len() >= 5, "{}", info.name);
        for pair in stamps.windows(2) {
            assert_eq!(pair[1] - pair[0], interval, "{} {stamps:?}", info.name);
        }
    }
    // Spikes of the Hodgkin–Huxley type have an interval of their own; a longer t_ref silences some.
    for model in ["hh_psc_alpha", "hh_cond_exp_traub"] {
        let mut rig = Rig::one(model, &[("t_ref", 20.0), ("I_e", 1000.0)]);
        let stamps = rig.rest(3000).stamps();
        assert!(stamps.len() > 3);
        assert!(stamps.windows(2).all(|pair| pair[1] - pair[0] > 200), "{model} {stamps:?}");
    }
}

/// One event of weight k·w and k events of weight w are the same to a neuron: both arrive as a sum.
#[test]
fn weight_times_multiplicity_is_what_counts() {
    for info in membranes() {
        let respond = |pieces: usize| {
            let mut rig = Rig::one(info.name, &[]);
            let weight = (0..pieces).map(|_| 0.5 / pieces as f64).sum::<f64>();
            rig.advance(Input { weight, ..Input::default() }).unwrap();
            rig.rest(50).v()
        };
        let (one, four) = (respond(1), respond(4));
        assert!((one - four).abs() <= 1e-9 * one.abs(), "{}", info.name);
    }
    let mut relay = Rig::one("parrot_neuron", &[]);
    for weight in [0.0, 1.0, 3.0] {
        relay.advance(Input { weight, ..Input::default() }).unwrap();
    }
    assert_eq!(relay.stamps(), [2, 3, 3, 3]);
    let fault = relay.advance(Input { weight: 0.5, ..Input::default() }).unwrap_err();
    assert_eq!((fault.neuron, &*fault.variable, fault.value), (0, "spikes", 0.5));
}

#[test]
fn a_state_that_is_no_number_is_a_fault() {
    for info in membranes() {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut rig = Rig::build(info.name, &same(&[]), &same(&[]), 600, 0.1).unwrap();
            let mut input = vec![0.0; 600];
            input[555] = bad;
            let fault = (0..10)
                .find_map(|_| rig.advance_each([&input, &[]], &[], &[]).err())
                .unwrap_or_else(|| panic!("{} takes {bad}", info.name));
            assert_eq!(fault.neuron, 555, "{}", info.name);
            assert_eq!(fault.variable, "V_m", "{}", info.name);
        }
    }
}

#[test]
fn a_runaway_adaptive_neuron_is_a_fault() {
    let mut rig = Rig::one("aeif_cond_exp", &[("I_e", -1e7)]);
    let fault = (0..100).find_map(|_| rig.advance(Input::default()).err()).unwrap();
    assert_eq!(fault.variable, "V_m");
    assert!(fault.value < -1000.0);
    let mut rig = Rig::one("aeif_cond_exp", &[("I_e", 1e5), ("b", 1e7)]);
    let fault = (0..100).find_map(|_| rig.advance(Input::default()).err()).unwrap();
    assert_eq!(fault.variable, "w");
    assert!(fault.value > 1e6);
}

#[test]
fn wrong_parameters_are_named() {
    let message = |model: &str, name: &str, value: f64| {
        Rig::build(model, &same(&[(name, value)]), &Columns::new(), 1, 0.1)
            .map(|_| String::new())
            .unwrap_or_else(|error| error.to_string())
    };
    assert_eq!(
        message("iaf_psc_exp", "tau_m", -1.0),
        "iaf_psc_exp: tau_m = -1 ms of neuron 0: must be finite and above 0"
    );
    assert_eq!(
        message("aeif_cond_exp", "tau_sin_ex", 1.0),
        "aeif_cond_exp has no parameter \"tau_sin_ex\"; did you mean \"tau_syn_ex\"?"
    );
    assert!(message("aeif_psc_exp", "Delta_T", 0.01).contains("overflows"));
    for info in membranes() {
        for parameter in info.parameters {
            let text = message(info.name, parameter.name, f64::NAN);
            assert!(text.contains("NaN") && text.contains(parameter.name), "{}: {text}", info.name);
        }
        let mut values = vec![1.0; 20];
        values[7] = f64::INFINITY;
        let given = Columns::from([("I_e".to_string(), Column::Each(values))]);
        let error = Rig::part(info.name, &given, &Columns::new(), 20, 512, 0.1).err();
        assert!(
            matches!(&error, Some(ModelError::Parameter { name, neuron: 519, .. }) if name == "I_e"),
            "{}: {error:?}",
            info.name
        );
        let error = Rig::build(info.name, &Columns::new(), &same(&[("V_m", f64::NAN)]), 1, 0.1);
        assert!(error.is_err_and(|e| e.to_string().contains("V_m")), "{}", info.name);
    }
}
