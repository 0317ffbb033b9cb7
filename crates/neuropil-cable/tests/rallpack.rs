//! Rallpacks 1 to 3 (Bhalla, Bilitch & Bower 1992, doi:10.1016/0166-2236(92)90009-W): the passive
//! ones against their exact solutions, the active one against its converged spike times.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{ALL, cable, mechanism, order, run, watched};
use neuropil_cable::{CellModel, Density, Electrode, Scheme, View, Waveform};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology};

const NEAR: Location = Location::new(0, 0.0);
const FAR: Location = Location::new(0, 1.0);
/// Input resistance of a semi-infinite cable of 1 µm, 100 Ω·cm, 40 kΩ·cm²: (2/π)√(Rm Ra)/d^1.5.
const R_INF_MOHM: f64 = 4000.0 / PI;

fn passive(cell: &mut CellModel) {
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 2.5e-5).with("e", -65.0);
    cell.paint(&ALL, pas).unwrap();
}

/// Potentials at both ends of Rallpack 1, at some times.
fn rallpack_1(n: usize, dt_ms: f64, scheme: Scheme, times_ms: &[f64]) -> Vec<[f64; 2]> {
    let mut cell = cable(1000.0, [1.0, 1.0], n);
    passive(&mut cell);
    let mut model = watched(cell, &[NEAR, FAR], dt_ms, dt_ms, scheme);
    model.attach(0, NEAR, Electrode::Current(Waveform::Constant(0.1))).unwrap();
    let last = times_ms.iter().fold(0.0f64, |a, &b| a.max(b));
    let memory = run(&model, last);
    let at = |t: f64| (t / dt_ms).round() as u64;
    let both = |&t: &f64| [memory.at(0, 0, at(t)), memory.at(0, 1, at(t))];
    times_ms.iter().map(both).collect()
}

/// Exact potential at x (in length constants) of a sealed cable one length constant long with a
/// constant current into x = 0, as a sum over its eigenfunctions (Rall 1969, Biophys. J. 9:1483).
fn sealed_cable_mv(x: f64, t_ms: f64) -> f64 {
    let mut sum = 1.0;
    for n in 1..4000 {
        let k2 = (PI * f64::from(n)).powi(2);
        sum += 2.0 * (PI * f64::from(n) * x).cos() * (-k2 * t_ms / 40.0).exp() / (1.0 + k2);
    }
    let steady = (1.0 - x).cosh() / 1f64.sinh();
    -65.0 + 0.1 * R_INF_MOHM * (steady - (-t_ms / 40.0).exp() * sum)
}

#[test]
fn the_series_gives_the_published_values() {
    for (t, near, far) in [
        (1.0, -42.471716, -64.999911),
        (10.0, 1.473298, -54.270689),
        (50.0, 65.701892, 6.863367),
        (250.0, 101.935052, 43.096468),
    ] {
        assert!((sealed_cable_mv(0.0, t) - near).abs() < 1e-6, "{}", sealed_cable_mv(0.0, t));
        assert!((sealed_cable_mv(1.0, t) - far).abs() < 1e-6, "{}", sealed_cable_mv(1.0, t));
    }
}

#[test]
fn rallpack_1_is_exact_to_a_microvolt() {
    let times = [1.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    let found = rallpack_1(1000, 0.025, Scheme::CrankNicolson, &times);
    for (&t, [near, far]) in times.iter().zip(found) {
        assert!((near - sealed_cable_mv(0.0, t)).abs() < 1e-3, "{t} ms: {near}");
        assert!((far - sealed_cable_mv(1.0, t)).abs() < 1e-3, "{t} ms: {far}");
    }
}

#[test]
fn crank_nicolson_is_of_second_order_in_time_and_euler_of_first() {
    let times = [20.0];
    let run = |scheme, dt| rallpack_1(20, dt, scheme, &times)[0][1];
    let exact = run(Scheme::CrankNicolson, 0.01);
    for (scheme, expected) in [(Scheme::CrankNicolson, 2.0), (Scheme::BackwardEuler, 1.0)] {
        let found = order((run(scheme, 1.0) - exact).abs(), (run(scheme, 0.5) - exact).abs());
        assert!((found - expected).abs() < 0.1, "{scheme:?}: order {found}");
    }
}

/// Potential at the far end in the steady state, for a cable with the given diameters.
fn steady_mv(diameters: [f64; 2], n: usize) -> f64 {
    let mut cell = cable(1000.0, diameters, n);
    passive(&mut cell);
    let mut model = watched(cell, &[FAR], 20.0, 20.0, Scheme::BackwardEuler);
    model.attach(0, NEAR, Electrode::Current(Waveform::Constant(0.1))).unwrap();
    run(&model, 4000.0).at(0, 0, 200)
}

#[test]
fn space_is_resolved_to_second_order_in_uniform_and_tapered_cables() {
    for diameters in [[1.0, 1.0], [1.0, 3.0]] {
        let fine = steady_mv(diameters, 2560);
        let [coarse, half] = [20, 40].map(|n| (steady_mv(diameters, n) - fine).abs());
        let found = order(coarse, half);
        assert!((found - 2.0).abs() < 0.1, "{diameters:?}: order {found}");
    }
}

/// Rallpack 2: 1023 cylinders in a symmetric binary tree.
const TREE: [(f64, f64); 10] = [
    (32.0, 16.0),
    (25.4, 10.08),
    (20.16, 6.35),
    (16.0, 4.0),
    (12.7, 2.52),
    (10.08, 1.587),
    (8.0, 1.0),
    (6.35, 0.63),
    (5.04, 0.397),
    (4.0, 0.25),
];

#[test]
fn rallpack_2_agrees_with_its_equivalent_cylinder() {
    let mut builder = Morphology::builder();
    let mut level = vec![builder.cable(Kind::Dendrite, None, TREE[0].0, TREE[0].1)];
    for (length, diameter) in &TREE[1..] {
        let parents = std::mem::take(&mut level);
        for parent in parents {
            for _ in 0..2 {
                let at = Some(Location::new(parent, 1.0));
                level.push(builder.cable(Kind::Dendrite, at, *length, *diameter));
            }
        }
    }
    let morphology = Arc::new(builder.build().unwrap());
    let tip = Location::new(level[0], 1.0);
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::PerSection(1)).unwrap();
    passive(&mut cell);
    let mut model = watched(cell, &[NEAR, tip], 0.1, 1.0, Scheme::CrankNicolson);
    model.attach(0, NEAR, Electrode::Current(Waveform::Constant(0.1))).unwrap();
    let memory = run(&model, 100.0);
    for (t, root, terminal) in [
        (5, -62.024909, -62.104444),
        (10, -59.446198, -59.525733),
        (50, -47.203801, -47.283336),
        (100, -42.120298, -42.199833),
    ] {
        let found = [memory.at(0, 0, t * 10), memory.at(0, 1, t * 10)];
        for (found, exact) in found.into_iter().zip([root, terminal]) {
            // The published diameters are rounded to three or four figures.
            assert!((found / exact - 1.0).abs() < 1e-3, "{t} ms: {found}, {exact}");
        }
    }
}

/// Potential at the far end of Rallpack 3 at every step.
fn rallpack_3_mv(n: usize, dt_ms: f64, ms: f64, scheme: Scheme) -> Vec<f64> {
    let mut cell = cable(1000.0, [1.0, 1.0], n);
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    let hh = Density::new(&mechanism("hh")).with("gl", 2.5e-5).with("el", -65.0);
    cell.paint(&ALL, hh).unwrap();
    let mut model = watched(cell, &[FAR], dt_ms, dt_ms, scheme);
    model.attach(0, NEAR, Electrode::Current(Waveform::Constant(0.1))).unwrap();
    run(&model, ms).column(0, 0)
}

/// Times of the peaks at the far end of Rallpack 3, from parabolas through three samples.
fn rallpack_3(n: usize, dt_ms: f64, ms: f64, scheme: Scheme) -> Vec<f64> {
    let v = rallpack_3_mv(n, dt_ms, ms, scheme);
    let peak = |k: usize| {
        let (a, b, c) = (v[k - 1], v[k], v[k + 1]);
        (b > 0.0 && b >= a && b > c).then(|| dt_ms * (k as f64 + 0.5 * (a - c) / (a - 2.0 * b + c)))
    };
    (1..v.len() - 1).filter_map(peak).collect()
}

#[test]
fn rallpack_3_begins_with_the_converged_spikes() {
    let spikes = rallpack_3(200, 0.025, 36.0, Scheme::CrankNicolson);
    // First spike 4.2903 ms and interval 14.5314 ms in the limit; 200 compartments and 0.025 ms
    // are within 0.02 ms of it.
    assert!((spikes[0] - 4.2903).abs() < 0.02, "{spikes:?}");
    assert_eq!(spikes.len(), 3, "{spikes:?}");
}

#[test]
#[ignore = "1000 compartments for 250 ms: half a minute without optimisation"]
fn rallpack_3_ends_within_a_twentieth_of_a_millisecond() {
    let spikes = rallpack_3(1000, 0.025, 250.0, Scheme::UndampedCrankNicolson);
    let last = *spikes.last().unwrap();
    assert_eq!(spikes.len(), 17);
    assert!((last - 236.891).abs() < 0.05, "{last}");
    // NEURON 9.0.2's Crank–Nicolson at the same step and segments: 236.9337.
    assert!((last - 236.9337).abs() < 1e-4, "{last}");
}

#[test]
fn an_active_cable_converges_with_the_order_of_its_scheme() {
    for (scheme, expected) in [(Scheme::CrankNicolson, 2.0), (Scheme::BackwardEuler, 1.0)] {
        // In the middle of the second upstroke, at one time on all grids; differences between runs,
        // so that no reference is needed.
        let [a, b, c] = [0.01, 0.005, 0.0025]
            .map(|dt| rallpack_3_mv(50, dt, 18.4, scheme).last().copied().unwrap());
        let found = order((a - b).abs(), (b - c).abs());
        assert!((found - expected).abs() < 0.1, "{scheme:?}: order {found}");
    }
}
