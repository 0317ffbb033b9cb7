//! Models that are integrated exactly: spike times and potentials against published or closed forms.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use rig::{Columns, Input, Rig, same, trace};

const LINEAR: [&str; 3] = ["iaf_psc_delta", "iaf_psc_exp", "iaf_psc_alpha"];

fn weight_at(stamp: u64, weight: f64) -> impl Fn(u64) -> Input {
    move |now| Input { weight: if now == stamp { weight } else { 0.0 }, ..Input::default() }
}

/// Stamps NEST 3.10 finds for I_e = 500 pA (also ln(4)·τ_m rounded up to the grid).
#[test]
fn constant_current_gives_the_known_spike_train() {
    for model in LINEAR {
        let mut rig = Rig::one(model, &[("I_e", 500.0)]);
        let stamps = rig.rest(3000).stamps();
        assert_eq!(stamps.len(), 18, "{model}");
        assert_eq!(&stamps[..6], [139, 298, 457, 616, 775, 934], "{model}");
        assert_eq!(stamps[17], 2842, "{model}");
    }
}

/// A spike at 1 ms with delay 1 ms arrives in the step that ends at 2 ms; NEST 3.10 values.
#[test]
fn one_event_gives_the_known_response() {
    let cases = [
        ("iaf_psc_delta", 1.0, 1.0, 20, -69.259_181_779),
        ("iaf_psc_exp", 100.0, 0.534_984_763, 60, -69.482_311_939),
        ("iaf_psc_exp", -100.0, -0.534_984_763, 60, -70.517_688_061),
        ("iaf_psc_alpha", 100.0, 1.300_012_014, 87, -69.150_768_430),
    ];
    for (model, weight, peak, at, v_5ms) in cases {
        let mut rig = Rig::one(model, &[]);
        let v = trace(&mut rig, "V_m", 400, weight_at(20, weight));
        let deviation = |k: &usize| (v[*k] + 70.0).abs();
        let largest = (0..400).max_by(|a, b| deviation(a).total_cmp(&deviation(b))).unwrap();
        assert_eq!(largest + 1, at, "{model}");
        assert!((v[largest] + 70.0 - peak).abs() < 1e-9, "{model} {}", v[largest] + 70.0);
        assert!((v[49] - v_5ms).abs() < 1e-9, "{model} {}", v[49]);
    }
}

/// Delta input moves V in the step it arrives in, currents one step later.
#[test]
fn first_deviation_is_where_it_should_be() {
    for (model, first) in LINEAR.into_iter().zip([20, 21, 21]) {
        let mut rig = Rig::one(model, &[]);
        let v = trace(&mut rig, "V_m", 30, weight_at(20, 1.0));
        assert_eq!(v.iter().position(|v| *v != -70.0), Some(first - 1), "{model}");
        let mut rig = Rig::one(model, &[]);
        let v = trace(&mut rig, "V_m", 30, |now| Input {
            current: if now == 20 { 1.0 } else { 0.0 },
            ..Input::default()
        });
        assert_eq!(v.iter().position(|v| *v != -70.0), Some(20), "{model}: device current");
    }
}

/// The table of NEST's own test of this model: 1000 pA that begins to act in the third step.
#[test]
fn alpha_model_follows_the_table_under_dc() {
    let mut rig = Rig::one("iaf_psc_alpha", &[]);
    let v = trace(&mut rig, "V_m", 80, |now| Input {
        current: if now >= 2 { 1000.0 } else { 0.0 },
        ..Input::default()
    });
    let close = |at: usize, expected: f64| {
        assert!((v[at - 1] / expected - 1.0).abs() < 1e-6, "V({at}) = {}", v[at - 1]);
    };
    assert_eq!(v[1], -70.0);
    close(3, -69.602);
    close(49, -55.0001);
    assert_eq!(rig.stamps(), [50]);
    assert!(v[49..70].iter().all(|v| *v == -70.0)); // held for 2 ms
    assert!(v[70] > -70.0);
    close(71, -69.602);
}

#[test]
fn spike_times_do_not_depend_on_the_step() {
    for model in LINEAR {
        for dt_ms in [0.1, 0.2, 0.5, 1.0] {
            let given = same(&[("I_e", 1450.0)]);
            let mut rig = Rig::build(model, &given, &Columns::new(), 1, dt_ms).unwrap();
            rig.rest((4.0 / dt_ms) as u64);
            let first = rig.stamps()[0] as f64 * dt_ms;
            assert!((first - 3.0).abs() < 1e-9, "{model} at {dt_ms}: {first}");
        }
        let mut rig = Rig::one(model, &[("I_e", 1000.0)]);
        assert_eq!(rig.rest(60).stamps(), [48], "{model}");
    }
}

/// Closed forms for one event of 1 pA at t = 0, potentials on the grid.
#[test]
fn responses_are_exact_for_any_step() {
    let (c_m, tau_m, tau_s) = (250.0, 10.0, 2.0);
    let rate = 1.0 / tau_s - 1.0 / tau_m;
    let decay = |t: f64, tau: f64| (-t / tau).exp();
    let exponential = |t: f64| (decay(t, tau_m) - decay(t, tau_s)) / (rate * c_m);
    let alpha = |t: f64| {
        let e = std::f64::consts::E;
        e / (tau_s * c_m * rate)
            * ((decay(t, tau_m) - decay(t, tau_s)) / rate - t * decay(t, tau_s))
    };
    for dt_ms in [0.1, 0.2, 0.5, 1.0, 2.0] {
        let cases: [(&str, &dyn Fn(f64) -> f64); 2] =
            [("iaf_psc_exp", &exponential), ("iaf_psc_alpha", &alpha)];
        for (model, form) in cases {
            let none = Columns::new();
            let mut rig = Rig::build(model, &none, &none, 1, dt_ms).unwrap();
            let v = trace(&mut rig, "V_m", 60, weight_at(1, 1.0));
            for (k, v) in v.iter().enumerate() {
                let expected = -70.0 + form(k as f64 * dt_ms);
                assert!((v - expected).abs() < 1e-13, "{model} {dt_ms} {k}: {v} {expected}");
            }
        }
    }
}

#[test]
fn potential_is_smooth_as_time_constants_meet() {
    for model in ["iaf_psc_exp", "iaf_psc_alpha"] {
        let v_at = |tau: f64| {
            let mut rig = Rig::one(model, &[("tau_syn_ex", tau), ("tau_syn_in", tau)]);
            *trace(&mut rig, "V_m", 200, weight_at(1, 100.0)).last().unwrap()
        };
        let equal = v_at(10.0);
        assert!(equal.is_finite());
        for k in 2..14 {
            let d = 10f64.powi(-k);
            let (below, above) = (v_at(10.0 - d), v_at(10.0 + d));
            // Linear to first order; rounding of some 1e-13 for the rest.
            assert!((below + above - 2.0 * equal).abs() < d * d + 1e-12, "{model} {d}");
        }
    }
}

#[test]
fn device_current_equals_constant_current_one_step_later() {
    for model in LINEAR {
        let mut constant = Rig::one(model, &[("I_e", 400.0)]);
        let mut device = Rig::one(model, &[]);
        let a = trace(&mut constant, "V_m", 500, |_| Input::default());
        let b = trace(&mut device, "V_m", 501, |_| Input { current: 400.0, ..Input::default() });
        assert_eq!(a, b[1..], "{model}");
    }
}

/// While refractory, currents go on but V is held; delta input is lost or kept, as asked.
#[test]
fn refractory_input_is_treated_as_documented() {
    let keep = |keep: f64| {
        let mut rig = Rig::one("iaf_psc_delta", &[("refractory_input", keep)]);
        // Spike at stamp 10; input at stamp 15 finds 16 refractory steps left; free at stamp 31.
        let v = trace(&mut rig, "V_m", 31, |now| Input {
            weight: if now == 10 {
                20.0
            } else if now == 15 {
                2.0
            } else {
                0.0
            },
            ..Input::default()
        });
        assert_eq!(rig.stamps(), [10]);
        v
    };
    assert_eq!(keep(0.0)[30], -70.0);
    let kept = keep(1.0);
    assert_eq!(kept[29], -70.0);
    assert!((kept[30] + 70.0 - 2.0 * (-1.6f64 / 10.0).exp()).abs() < 1e-12, "{}", kept[30]);

    let mut rig = Rig::one("iaf_psc_exp", &[("V_th", -69.0)]);
    trace(&mut rig, "V_m", 3, |now| Input {
        current: if now == 1 { 1e4 } else { 0.0 },
        weight: if now == 3 { 50.0 } else { 0.0 },
        ..Input::default()
    });
    assert_eq!(rig.stamps(), [2]);
    assert_eq!(rig.v(), -70.0);
    assert_eq!(rig.value("I_syn_ex"), 50.0);
}

/// A current on receptor port 1 is low-pass filtered by the excitatory synapse.
#[test]
fn port_1_of_the_exponential_model_is_filtered() {
    let mut rig = Rig::one("iaf_psc_exp", &[]);
    let i = trace(&mut rig, "I_syn_ex", 50, |_| Input { port1: 100.0, ..Input::default() });
    for (k, i) in i.iter().enumerate() {
        let expected = 100.0 * (1.0 - (-(k as f64) * 0.1 / 2.0).exp());
        assert!((i - expected).abs() < 1e-11, "{k}: {i} {expected}");
    }
}

#[test]
fn lower_bound_holds() {
    for model in ["iaf_psc_delta", "iaf_psc_alpha"] {
        let mut rig = Rig::one(model, &[("V_min", -75.0), ("I_e", -1e4)]);
        let v = trace(&mut rig, "V_m", 100, |_| Input::default());
        assert_eq!(v[99], -75.0, "{model}");
    }
}

/// With V held at threshold by a huge capacitance the escape rate is ρ.
#[test]
fn escape_noise_has_the_rate_asked_for() {
    let given = same(&[
        ("rho", 50.0),
        ("delta", 2.0),
        ("C_m", 1e12),
        ("tau_m", 1e9),
        ("t_ref", 0.0),
        ("V_reset", -55.001),
    ]);
    let initial = same(&[("V_m", -55.0)]);
    let mut rig = Rig::build("iaf_psc_exp", &given, &initial, 1000, 0.1).unwrap();
    let count = rig.rest(2000).spikes.len() as f64;
    let expected = 50.0 * 0.2 * 1000.0;
    assert!((count - expected).abs() < 5.0 * expected.sqrt(), "{count} spikes, not {expected}");
    // The numbers drawn belong to the neuron, not to the part it is in.
    let mut part = Rig::part("iaf_psc_exp", &given, &initial, 488, 512, 0.1).unwrap();
    let of_part: Vec<_> = part.rest(2000).spikes.clone();
    let of_whole: Vec<_> =
        rig.spikes.iter().filter(|(_, n)| *n >= 512).map(|(t, n)| (*t, n - 512)).collect();
    assert_eq!(of_part, of_whole);
}
