//! The built-in mechanisms: closed forms, promises, limits.

use neuropil_mechanism::contract::{Kind, Role};
use neuropil_mechanism::{Library, Severity, catalogue, compile_with_findings};

use crate::world::{World, built_in, close, value};

/// Voltages that include every singular point of the published rates.
fn sweep() -> Vec<f64> {
    (-1300..=800).map(|k| f64::from(k) * 0.1).map(|v| (v * 10.0).round() / 10.0).collect()
}

#[test]
fn every_file_compiles_without_warnings_and_is_named_after_its_mechanism() {
    let entries = catalogue::entries();
    assert!(entries.len() >= 32, "{}", entries.len());
    for entry in entries {
        let (mechanism, findings) = compile_with_findings(&entry.source()).unwrap();
        assert_eq!(mechanism.name(), entry.file);
        let loud: Vec<_> = findings.iter().filter(|f| f.severity > Severity::Note).collect();
        assert!(loud.is_empty(), "{loud:?}");
        let readme = catalogue::readme(entry.publication).unwrap_or_default();
        assert!(readme.contains(&format!("`{}`", entry.file)), "{} in README", entry.file);
    }
}

#[test]
fn first_currents_are_those_that_are_added_to_nothing() {
    let mut tried = 0;
    for entry in catalogue::entries() {
        let mechanism = built_in(entry.file);
        let d = mechanism.description();
        if d.kind != Kind::Density || d.currents.is_empty() {
            continue;
        }
        let mut world = World::at(&sweep(), &mechanism);
        let mut x = world.place(&mechanism);
        world.initialize(&mut x);
        let bits = |world: &World| {
            world.i.iter().chain(&world.g).map(|x| x.to_bits()).collect::<Vec<u64>>()
        };
        world.i.fill(0.0);
        world.g.fill(0.0);
        x.currents(&mut world.around()).unwrap();
        let added = bits(&world);
        world.i.fill(f64::NAN);
        world.g.fill(f64::NAN);
        x.first_currents(&mut world.around()).unwrap();
        assert!(bits(&world) == added, "{}", entry.file);
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn steady_states_stay_put_and_everything_is_finite_at_every_voltage() {
    for entry in catalogue::entries() {
        let mechanism = built_in(entry.file);
        let mut world = World::at(&sweep(), &mechanism);
        world.celsius = 34.0;
        let mut x = world.place(&mechanism);
        world.initialize(&mut x);
        world.currents(&mut x);
        let states: Vec<usize> = {
            let variables = &mechanism.description().variables;
            (0..variables.len()).filter(|k| variables[*k].role == Role::State).collect()
        };
        let before: Vec<Vec<f64>> = states.iter().map(|k| x.column_mut(*k).to_vec()).collect();
        world.advance(&mut x, 20);
        for (k, before) in states.iter().zip(&before) {
            for (at, (a, b)) in before.iter().zip(x.column_mut(*k)).enumerate() {
                let v = world.v[at];
                assert!(b.is_finite(), "{} state {k} at {v} mV", entry.file);
                assert!((a - *b).abs() <= 1e-12, "{} state {k} at {v} mV: {a} {b}", entry.file);
            }
        }
        world.currents(&mut x);
        assert!(world.i.iter().chain(&world.g).all(|x| x.is_finite()), "{}", entry.file);
    }
}

#[test]
fn conductance_is_the_slope_of_the_current_with_states_held() {
    for entry in catalogue::entries() {
        let mechanism = built_in(entry.file);
        let mut world = World::at(&[-71.3, -44.2, 3.7], &mechanism);
        world.celsius = 34.0;
        world.t_ms = 0.5;
        let mut x = world.place(&mechanism);
        if entry.file == "vclamp" {
            x.set("dur1", 10.0).unwrap();
        }
        world.initialize(&mut x);
        if let Some(port) = mechanism.description().events.clone() {
            let mut arguments = vec![0.5; port.arguments.len()];
            world.event(&mut x, 0.5, 0.0, &mut arguments);
            world.advance(&mut x, 40);
        }
        world.currents(&mut x);
        let (g, v) = (world.g.clone(), world.v.clone());
        let h = 1e-4;
        let mut currents_at = |shift: f64| {
            world.v = v.iter().map(|v| v + shift).collect();
            world.currents(&mut x);
            world.i.clone()
        };
        let (up, down) = (currents_at(h), currents_at(-h));
        for k in 0..v.len() {
            let slope = (up[k] - down[k]) / (2.0 * h);
            // error of the central difference: rounding of the current over the step
            let tolerance = 1e-7 * slope.abs() + 1e-11 * up[k].abs() / h + 1e-15;
            assert!((g[k] - slope).abs() <= tolerance, "{}: {} {slope}", entry.file, g[k]);
        }
    }
}

#[test]
fn hodgkin_huxley_rates_are_the_published_ones() {
    let hh = built_in("hh");
    for v in [-90.0, -65.0, -40.0, -55.0, 20.0] {
        let mut world = World::at(&[v], &hh);
        let mut x = world.place(&hh);
        world.initialize(&mut x);
        let rate = |x: f64| if x == 0.0 { 1.0 } else { x / -(-x).exp_m1() };
        let am = rate((v + 40.0) / 10.0);
        let bm = 4.0 * (-(v + 65.0) / 18.0).exp();
        let ah = 0.07 * (-(v + 65.0) / 20.0).exp();
        let bh = 1.0 / (1.0 + (-(v + 35.0) / 10.0).exp());
        let an = 0.1 * rate((v + 55.0) / 10.0);
        let bn = 0.125 * (-(v + 65.0) / 80.0).exp();
        close(value(&x, "m"), am / (am + bm), 1e-14);
        close(value(&x, "h"), ah / (ah + bh), 1e-14);
        close(value(&x, "n"), an / (an + bn), 1e-14);
        // one step of 0.025 ms after a jump: the exponential approach
        let m = value(&x, "m");
        let jump = v + 1.0;
        world.v[0] = jump;
        world.advance(&mut x, 1);
        let (a, b) = (rate((jump + 40.0) / 10.0), 4.0 * (-(jump + 65.0) / 18.0).exp());
        let limit = a / (a + b);
        close(value(&x, "m"), limit + (m - limit) * (-0.025 * (a + b)).exp(), 1e-14);
    }
}

#[test]
fn a_double_exponential_synapse_peaks_at_its_weight() {
    let mechanism = built_in("exp2syn");
    let mut world = World::at(&[-65.0], &mechanism);
    world.dt_ms = 0.001;
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.event(&mut x, 0.0, 0.0, &mut [0.002]);
    let mut peak: f64 = 0.0;
    for _ in 0..5000 {
        world.advance(&mut x, 1);
        world.currents(&mut x);
        peak = peak.max(value(&x, "g"));
    }
    close(peak, 0.002, 1e-6); // sampled every microsecond: 1 − (dt/τ)²/8
}

#[test]
fn magnesium_blocks_as_jahr_and_stevens_measured() {
    let mechanism = built_in("nmda");
    let mut world = World::at(&[-60.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.event(&mut x, 0.0, 0.0, &mut [0.001]);
    world.advance(&mut x, 100);
    world.currents(&mut x);
    let unblocked = value(&x, "b") - value(&x, "a");
    close(value(&x, "g"), unblocked / (1.0 + (0.062f64 * 60.0).exp() / 3.57), 1e-12);
    // 1 nA over 100 µm² is 1 mA/cm²
    close(world.i[0], value(&x, "i"), 1e-15);
}

#[test]
fn calcium_relaxes_to_the_analytic_plateau() {
    let mechanism = built_in("ca_shell");
    let mut world = World::at(&[-65.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    assert_eq!(world.ions[0].inside_mm[0], 1e-4);
    world.ions[0].current_ma_cm2[0] = -1e-3;
    world.advance(&mut x, 40 * 100);
    let drive = 10_000.0 * 1e-3 / (2.0 * 96_485.332_123_310_01 * 0.1);
    let expected = 1e-4 + drive * 200.0 * -(-100.0f64 / 200.0).exp_m1();
    close(world.ions[0].inside_mm[0], expected, 1e-12);
    // an outward current is not pumped
    world.ions[0].current_ma_cm2[0] = 1.0;
    world.advance(&mut x, 40 * 8000);
    close(world.ions[0].inside_mm[0], 1e-4, 1e-9);
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest() {
    let error = Library::new().find("expsin").unwrap_err().to_string();
    assert_eq!(error, "no mechanism \"expsin\"; did you mean \"expsyn\"?");
    assert_eq!(Library::new().find("hodgkin_huxley_1952/hh").unwrap().name(), "hh");
}
