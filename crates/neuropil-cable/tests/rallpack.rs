//! Rallpacks 1 to 3 (Bhalla, Bilitch & Bower 1992, doi:10.1016/0166-2236(92)90009-W), against the
//! exact series for the passive ones and the converged spike times for the active one.

mod common;

use common::{ALL, cable, mechanism, order, run, watched};
use neuropil_cable::{
    CableModel, CellModel, Density, Electrode, Ion, Reversal, Scheme, SpikeSource, View,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology};
use std::sync::Arc;

const FOREVER_MS: f64 = 1e9;

fn near() -> Location {
    Location::new(0, 0.0)
}

fn far() -> Location {
    Location::new(0, 1.0)
}

fn make_passive(cell: &mut CellModel) {
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", 2.5e-5).with("e", -65.0)).unwrap();
}

/// Potentials at the centres of the first and last compartment of Rallpack 1 at some stamps.
fn rallpack1(n: usize, dt_ms: f64, scheme: Scheme, times_ms: &[f64]) -> Vec<[f64; 2]> {
    let mut cell = cable(1000.0, [1.0, 1.0], n);
    make_passive(&mut cell);
    let mut model = watched(cell, &[near(), far()], dt_ms, dt_ms, scheme);
    model.attach(0, near(), Electrode::pulse(0.1, 0.0, FOREVER_MS)).unwrap();
    let last = times_ms.iter().fold(0.0f64, |a, &b| a.max(b));
    let memory = run(&model, last);
    let at = |t: f64| (t / dt_ms).round() as u64;
    times_ms.iter().map(|&t| [0, 1].map(|c| memory.at(0, c, at(t)))).collect()
}

/// Exact potential at position x of a sealed cable with a current into x = 0, sampled and injected
/// at points: the series of its eigenfunctions (Rall 1969; L = λ = 1 mm, τ = 40 ms).
fn sealed_cable_mv(x: f64, t_ms: f64) -> f64 {
    let r_mohm = 4.0 * 40_000.0 / (std::f64::consts::PI * 1.0 * 1000.0) * 1e-6 * 1e8; // Rm/(π d L)
    let steady = (1.0 - x).cosh() / 1f64.sinh();
    let mut sum = (-t_ms / 40.0).exp();
    for n in 1..2000 {
        let k = std::f64::consts::PI * f64::from(n);
        sum += 2.0 * (k * x).cos() * (-(1.0 + k * k) * t_ms / 40.0).exp() / (1.0 + k * k);
    }
    -65.0 + 0.1 * 0.25 * r_mohm * (steady - sum)
}

#[test]
fn the_series_agrees_with_the_published_values() {
    for (t, near, far) in [
        (1.0, -42.471716, -64.999911),
        (10.0, 1.473298, -54.270689),
        (50.0, 65.701892, 6.863367),
        (250.0, 101.935052, 43.096468),
    ] {
        assert!((sealed_cable_mv(0.0, t) - near).abs() < 1e-5, "{t}: {}", sealed_cable_mv(0.0, t));
        assert!((sealed_cable_mv(1.0, t) - far).abs() < 1e-5);
    }
}

#[test]
fn rallpack_1_is_within_a_microvolt_scale_of_the_series() {
    let times = [1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 250.0];
    let found = rallpack1(1000, 0.05, Scheme::CrankNicolson, &times);
    for (&t, [near, far]) in times.iter().zip(found) {
        // Current enters and is measured half a compartment from the ends.
        assert!((near - sealed_cable_mv(0.0005, t)).abs() < 0.05, "{t} ms: {near}");
        assert!((far - sealed_cable_mv(0.9995, t)).abs() < 0.05, "{t} ms: {far}");
    }
}
