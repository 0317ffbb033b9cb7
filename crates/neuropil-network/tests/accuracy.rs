//! Adaptive models against a solution that is exact to 1e-12, and against models that they contain.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use rig::{Columns, Input, Rig, same, trace};

/// Classical Runge–Kutta in steps so short that halving them changes nothing above 1e-12.
fn integrate<const N: usize>(
    mut y: [f64; N],
    f: impl Fn(&[f64; N]) -> [f64; N],
    ms: f64,
) -> [f64; N] {
    let steps = 200;
    let h = ms / f64::from(steps);
    let plus = |y: &[f64; N], k: &[f64; N], h: f64| -> [f64; N] {
        std::array::from_fn(|i| y[i] + h * k[i])
    };
    for _ in 0..steps {
        let a = f(&y);
        let b = f(&plus(&y, &a, 0.5 * h));
        let c = f(&plus(&y, &b, 0.5 * h));
        let d = f(&plus(&y, &c, h));
        for i in 0..N {
            y[i] += h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]);
        }
    }
    y
}

/// Input of the comparison: an excitatory event every 3 ms, an inhibitory one every 7 ms.
fn event(stamp: u64) -> f64 {
    if stamp % 30 == 5 {
        20.0
    } else if stamp % 70 == 40 {
        -10.0
    } else {
        0.0
    }
}

/// Largest deviation of V over 200 ms below threshold.
fn deviation<const N: usize>(
    model: &str,
    given: &[(&str, f64)],
    mut y: [f64; N],
    f: impl Fn(&[f64; N]) -> [f64; N],
) -> f64 {
    let mut rig = Rig::one(model, given);
    let mut worst: f64 = 0.0;
    for stamp in 1..=2000 {
        let weight = event(stamp);
        rig.advance(Input { weight, ..Input::default() }).unwrap();
        y = integrate(y, &f, 0.1);
        y[if weight > 0.0 { 1 } else { 2 }] += weight.abs();
        worst = worst.max((rig.v() - y[0]).abs());
    }
    assert!(rig.spikes.is_empty(), "{model} is to stay below threshold");
    worst
}

#[test]
fn adaptive_exponential_model_follows_the_exact_solution() {
    let f = |y: &[f64; 4]| {
        let [v, ex, inh, w] = *y;
        let spike = 30.0 * 2.0 * ((v + 50.4) / 2.0).exp();
        let current = 30.0 * (-70.6 - v) + spike + ex * (0.0 - v) + inh * (-85.0 - v) - w + 300.0;
        [current / 281.0, -ex / 0.2, -inh / 2.0, (4.0 * (v + 70.6) - w) / 144.0]
    };
    let start = [-70.6, 0.0, 0.0, 0.0];
    let worst =
        |tol: f64| deviation("aeif_cond_exp", &[("I_e", 300.0), ("gsl_error_tol", tol)], start, f);
    // At NEST's tolerance of 1e-6 a step of 0.1 ms is half of the fastest time constant.
    let (usual, strict, strictest) = (worst(1e-6), worst(1e-9), worst(1e-11));
    println!("aeif_cond_exp: {usual:e} {strict:e} {strictest:e} mV");
    assert!(usual < 1e-7 && strict < 1e-10 && strictest < 5e-12);
    assert!(strictest < strict && strict < usual);
}

#[test]
fn conductance_model_follows_the_exact_solution() {
    let f = |y: &[f64; 3]| {
        let [v, ex, inh] = *y;
        let current = 16.6667 * (-70.0 - v) + ex * (0.0 - v) + inh * (-85.0 - v);
        [current / 250.0, -ex / 0.2, -inh / 2.0]
    };
    let worst =
        |tol: f64| deviation("iaf_cond_exp", &[("gsl_error_tol", tol)], [-70.0, 0.0, 0.0], f);
    let (usual, strict, strictest) = (worst(1e-3), worst(1e-6), worst(1e-11));
    println!("iaf_cond_exp: {usual:e} {strict:e} {strictest:e} mV");
    // NEST's tolerance of 1e-3 moves V by up to 1e-4 mV.
    assert!(usual < 5e-5 && strict < 1e-7 && strictest < 1e-11);
}

/// Half the step, a quarter of the error; 0.1 ms are enough for 0.01 mV where inputs are strong.
#[test]
fn the_midpoint_rule_is_of_second_order() {
    let given = [("V_th", 1e3), ("tau_syn_ex", 3.0), ("tau_syn_in", 6.0), ("I_e", 100.0)];
    let f = |y: &[f64; 3]| {
        let [v, ex, inh] = *y;
        let current = 16.6667 * (-70.0 - v) + ex * (0.0 - v) + inh * (-85.0 - v) + 100.0;
        [current / 250.0, -ex / 3.0, -inh / 6.0]
    };
    let worst = |dt_ms: f64| {
        let mut rig =
            Rig::build("iaf_cond_exp_midpoint", &same(&given), &Columns::new(), 1, dt_ms).unwrap();
        let per = (0.4 / dt_ms).round() as u64;
        let (mut y, mut worst) = ([-70.0, 0.0, 0.0], 0.0f64);
        for stamp in 1..=500 * per {
            let weight = if stamp % per == 0 { 3.0 * event(stamp / per * 5) } else { 0.0 };
            rig.advance(Input { weight, ..Input::default() }).unwrap();
            y = integrate(y, f, dt_ms);
            y[if weight > 0.0 { 1 } else { 2 }] += weight.abs();
            worst = worst.max((rig.v() - y[0]).abs());
            assert!((rig.value("g_ex") - y[1]).abs() < 1e-9);
        }
        worst
    };
    let errors = [0.4, 0.2, 0.1, 0.05].map(worst);
    println!("iaf_cond_exp_midpoint: {errors:?} mV");
    for pair in errors.windows(2) {
        let order = (pair[0] / pair[1]).log2();
        assert!((1.8..2.2).contains(&order), "order {order} from {errors:?}");
    }
    assert!(errors[2] < 0.01);
}

/// The same spikes as the adaptive integrator finds, but for a step now and then.
#[test]
fn the_midpoint_rule_finds_the_spikes_of_the_adaptive_model() {
    let stamps = |model: &str, more: &[(&str, f64)]| {
        let mut given = vec![("tau_syn_ex", 3.0), ("tau_syn_in", 6.0), ("I_e", 350.0)];
        given.extend(more);
        let mut rig = Rig::one(model, &given);
        for stamp in 1..=20_000 {
            rig.advance(Input { weight: 0.3 * event(stamp), ..Input::default() }).unwrap();
        }
        rig.stamps()
    };
    let adaptive = stamps("iaf_cond_exp", &[("gsl_error_tol", 1e-9)]);
    let midpoint = stamps("iaf_cond_exp_midpoint", &[]);
    assert!(adaptive.len() > 50 && adaptive.len() == midpoint.len(), "{}", adaptive.len());
    let apart = adaptive.iter().zip(&midpoint).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(apart.unwrap() <= 1, "{apart:?} steps");
}

/// Without exponential and adaptation, the adaptive model is a leaky integrate-and-fire neuron.
#[test]
fn no_slope_factor_leaves_an_integrate_and_fire_neuron() {
    let cell =
        [("C_m", 250.0), ("E_L", -70.0), ("V_th", -55.0), ("V_reset", -70.0), ("t_ref", 2.0)];
    let more = [("g_L", 25.0), ("a", 0.0), ("b", 0.0), ("Delta_T", 0.0), ("I_e", 500.0)];
    let aeif: Vec<_> = cell.iter().chain(&more).copied().collect();
    let iaf: Vec<_> = cell.iter().copied().chain([("tau_m", 10.0), ("I_e", 500.0)]).collect();
    for (adaptive, linear) in [
        ("aeif_psc_delta", "iaf_psc_delta"),
        ("aeif_psc_exp", "iaf_psc_exp"),
        ("aeif_psc_alpha", "iaf_psc_alpha"),
    ] {
        let synapses = |given: &[(&'static str, f64)]| -> Vec<(&'static str, f64)> {
            let tau = [("tau_syn_ex", 2.0), ("tau_syn_in", 2.0)];
            let tau = if linear == "iaf_psc_delta" { &[][..] } else { &tau[..] };
            given.iter().chain(tau).copied().collect()
        };
        let (mut a, mut b) =
            (Rig::one(adaptive, &synapses(&aeif)), Rig::one(linear, &synapses(&iaf)));
        let weight = if linear == "iaf_psc_delta" { 0.5 } else { 100.0 };
        let input = |stamp: u64| Input {
            weight: if stamp.is_multiple_of(37) { weight } else { 0.0 },
            ..Input::default()
        };
        let (first, second) =
            (trace(&mut a, "V_m", 3000, input), trace(&mut b, "V_m", 3000, input));
        assert!(b.stamps().len() > 15, "{linear}");
        assert_eq!(a.stamps(), b.stamps(), "{adaptive}");
        for (x, y) in first.iter().zip(&second) {
            assert!((x - y).abs() < 1e-5, "{adaptive}: {x} {y}"); // 1e-6 per sub-step, accumulated
        }
    }
}

/// The documented scheme, written out once more, step by step.
#[test]
fn euler_variant_does_what_it_says() {
    let given = [("I_e", 350.0), ("a", 2.0)];
    let mut rig =
        Rig::build("aeif_cond_exp_euler", &same(&given), &Columns::new(), 1, 0.1).unwrap();
    let (mut v, mut w, mut ex, mut inh) = (-70.0, 0.0, 0.0, 0.0);
    let (mut last, mut spikes) = (i64::MIN / 2, Vec::new());
    for stamp in 1..=4000_i64 {
        let weight = event(stamp as u64) * 0.1;
        rig.advance(Input { weight, ..Input::default() }).unwrap();
        if weight > 0.0 {
            ex += weight
        } else {
            inh -= weight
        }
        let current = 10.0 * (-70.0 - v)
            + 10.0 * 2.0 * f64::exp((v + 50.0) / 2.0)
            + ex * (0.0 - v)
            + inh * (-80.0 - v)
            - w
            + 350.0;
        let slope_w = (2.0 * (v + 70.0) - w) / 500.0;
        // Brian2 integrates again as soon as 5 ms = 50 steps have passed.
        let free = stamp - last >= 50;
        v += if free { 0.1 * current / 200.0 } else { 0.0 };
        w += 0.1 * slope_w;
        ex -= 0.1 * ex / 5.0;
        inh -= 0.1 * inh / 5.0;
        if free && v > -40.0 {
            (v, last) = (-70.0, stamp);
            w += 40.0;
            spikes.push(stamp as u64);
        }
        assert!((rig.v() - v).abs() < 1e-9 && (rig.value("w") - w).abs() < 1e-9, "{stamp}");
        assert!((rig.value("g_ex") - ex).abs() < 1e-12 && (rig.value("g_in") - inh).abs() < 1e-12);
    }
    assert_eq!(rig.stamps(), spikes);
    assert!(spikes.len() > 3);
}
