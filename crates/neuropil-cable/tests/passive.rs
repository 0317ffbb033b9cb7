//! Passive cells against closed forms: tapers, impedance, Rall's equivalence, reciprocity.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use common::{ALL, cable, mechanism, run, watched};
use neuropil_cable::{
    CableModel, CellModel, Density, Electrode, Probe, Quantity, Sampling, Scheme, View, Waveform,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology};

fn paint(cell: &mut CellModel, g: f64, e: f64, ra: f64) {
    cell.set_axial_resistivity(&ALL, ra).unwrap();
    cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", g).with("e", e)).unwrap();
}

#[test]
fn a_tapered_cable_settles_where_it_should() {
    // NSuite's cable-steadystate: Ra 100, Rm 40 kΩ·cm², 0.1 nA into the right end; quarter points.
    let cases = [
        (1.7, [83.600055, 85.833971, 91.475480, 99.579546, 109.682229]),
        (1.5, [89.444160, 91.940788, 98.552123, 108.453427, 121.233362]),
    ];
    for (right, expected) in cases {
        let n = 1000;
        let mut cell = cable(1000.0, [1.0, right], n);
        paint(&mut cell, 2.5e-5, 0.0, 100.0);
        cell.set_initial_voltage(&ALL, 90.0).unwrap();
        let places = [0.0, 0.25, 0.5, 0.75, 1.0].map(|f| Location::new(0, f));
        let mut model = watched(cell, &places, 40.0, 40.0, Scheme::BackwardEuler);
        model.attach(0, places[4], Electrode::Current(Waveform::Constant(0.1))).unwrap();
        let memory = run(&model, 4000.0);
        for (k, exact) in expected.into_iter().enumerate() {
            let found = match k {
                0 | 4 => memory.at(0, k, 100),
                // Quarter points are boundaries: the potential there is midway between centres.
                _ => {
                    let ahead = memory.at(0, k, 100);
                    ahead - 0.5 * slope(&memory, k, n)
                }
            };
            assert!((found / exact - 1.0).abs() < 1e-5, "{right}, point {k}: {found}, {exact}");
        }
    }
}

/// Rise of the potential over one compartment near point `k`, from the differences of the points.
fn slope(memory: &common::Memory, k: usize, n: usize) -> f64 {
    let at = |j: usize| memory.at(0, j, 100);
    let quarter = n as f64 / 4.0;
    0.5 * ((at(k + 1) - at(k)) + (at(k) - at(k - 1))) / quarter
}

#[test]
fn alternating_current_meets_the_impedance_of_the_cable() {
    // Sealed cable one length constant long: Z_in = R∞ coth(q)/q, Z_transfer = R∞ / (q sinh q).
    let (frequency, transfer_mohm, phase_deg) = (10.0, 389.247170, -90.60767);
    let mut cell = cable(1000.0, [1.0, 1.0], 250);
    paint(&mut cell, 2.5e-5, -65.0, 100.0);
    let far = Location::new(0, 1.0);
    let dt = 0.1;
    let mut model = watched(cell, &[far], dt, dt, Scheme::CrankNicolson);
    let wave = Waveform::Sine {
        offset: 0.0,
        amplitude: 0.1,
        frequency_hz: frequency,
        phase: 0.0,
        start_ms: 0.0,
        stop_ms: f64::INFINITY,
    };
    model.attach(0, Location::new(0, 0.0), Electrode::Current(wave)).unwrap();
    let memory = run(&model, 600.0);
    // The last whole period, projected on sine and cosine; transients have decayed to e^−12.
    let (mut sine, mut cosine) = (0.0, 0.0);
    for step in 5000..6000u64 {
        let angle = TAU * frequency * 1e-3 * step as f64 * dt;
        sine += 2e-3 * memory.at(0, 0, step) * angle.sin();
        cosine += 2e-3 * memory.at(0, 0, step) * angle.cos();
    }
    let magnitude = sine.hypot(cosine) / 0.1;
    let phase = cosine.atan2(sine).to_degrees();
    assert!((magnitude / transfer_mohm - 1.0).abs() < 1e-3, "{magnitude}");
    assert!((phase - phase_deg).abs() < 0.1, "{phase}");
}

/// A trunk with two equal daughters that keep the 3/2 rule, each piece `n` compartments of the same
/// electrotonic length; or the equivalent cylinder.
fn rall(n: usize, forked: bool) -> CellModel {
    let (diameter, length) = (4.0f64, 200.0);
    let mut builder = Morphology::builder();
    let trunk = builder.cable(Kind::Dendrite, None, length, diameter);
    let thin = if forked { diameter / 2f64.powf(2.0 / 3.0) } else { diameter };
    let shorter = length * (thin / diameter).sqrt();
    for _ in 0..if forked { 2 } else { 1 } {
        builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), shorter, thin);
    }
    let morphology = Arc::new(builder.build().unwrap());
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::PerSection(n)).unwrap();
    paint(&mut cell, 1e-4, -70.0, 150.0);
    cell
}

#[test]
fn a_tree_with_the_three_halves_rule_is_its_equivalent_cylinder() {
    let places = [Location::new(0, 0.05), Location::new(0, 0.95), Location::new(1, 0.95)];
    let trace = |forked| {
        let cell = rall(10, forked);
        let mut model = watched(cell, &places, 0.05, 1.0, Scheme::CrankNicolson);
        model.attach(0, places[0], Electrode::pulse(0.5, 1.0, 10.0)).unwrap();
        run(&model, 30.0)
    };
    let (tree, cylinder) = (trace(true), trace(false));
    for column in 0..3 {
        for (a, b) in tree.column(0, column).iter().zip(cylinder.column(0, column)) {
            assert!((a - b).abs() < 1e-9 * b.abs(), "{a} {b}"); // an identity but for rounding
        }
    }
}

#[test]
fn transfer_is_reciprocal() {
    let (a, b) = (Location::new(0, 0.05), Location::new(2, 0.75));
    let from_to = |from, to| {
        let mut model = watched(rall(10, true), &[to], 0.05, 0.5, Scheme::CrankNicolson);
        model.attach(0, from, Electrode::pulse(0.2, 0.0, 5.0)).unwrap();
        run(&model, 20.0).column(0, 0)
    };
    for (forth, back) in from_to(a, b).iter().zip(from_to(b, a)) {
        assert!((forth - back).abs() < 1e-10, "{forth} {back}"); // the matrix is symmetric
    }
}

#[test]
fn membrane_currents_of_a_cell_add_up_to_what_is_injected() {
    let mut model = CableModel::new(0.025).unwrap();
    model.add(rall(7, true));
    model.attach(0, Location::new(1, 0.5), Electrode::pulse(0.3, 1.0, 2.0)).unwrap();
    model
        .attach(0, Location::new(0, 0.1), Electrode::clamp(Waveform::Constant(-60.0), 20.0))
        .unwrap();
    let nodes = model.cell(0).unwrap().compartments().len();
    let all = |q: Quantity| -> Vec<Probe> {
        (0..nodes).map(|node| Probe { cell: 0, quantity: q.clone(), node }).collect()
    };
    let mut probes = all(Quantity::MembraneCurrent);
    probes.extend(all(Quantity::Voltage));
    model.record(probes, Sampling::every(0.025)).unwrap();
    let clamped = model.cell(0).unwrap().node_at(Location::new(0, 0.1)).unwrap();
    let memory = run(&model, 5.0);
    for step in 1..=200u64 {
        let (from, to) =
            (memory.at(0, nodes + clamped, step - 1), memory.at(0, nodes + clamped, step));
        // The implicit current: at the mean potential, or in damped steps at the mean of two half steps;
        // those are the first and the one after each of the pulse's edges.
        if [1, 41, 121].contains(&step) {
            continue;
        }
        let clamp = (-60.0 - 0.5 * (from + to)) / 20.0;
        let pulse = if (41..=120).contains(&step) { 0.3 } else { 0.0 };
        let sum: f64 = (0..nodes).map(|k| memory.at(0, k, step)).sum();
        assert!((sum - clamp - pulse).abs() < 1e-9 * 0.5, "step {step}: {sum} {}", clamp + pulse);
    }
}

#[test]
fn a_voltage_clamp_charges_through_its_series_resistance() {
    let mut cell = cable(20.0, [20.0, 20.0], 1);
    paint(&mut cell, 1e-4, -65.0, 100.0);
    let mut model = watched(cell, &[Location::new(0, 0.5)], 0.001, 0.5, Scheme::CrankNicolson);
    model
        .attach(0, Location::new(0, 0.5), Electrode::clamp(Waveform::Constant(-20.0), 10.0))
        .unwrap();
    let memory = run(&model, 1.0);
    let area = PI * 400.0;
    let (g_leak, g_clamp, c) = (1e-6 * area, 0.1, 1e-5 * area); // µS, µS, nF
    let end = (g_leak * -65.0 + g_clamp * -20.0) / (g_leak + g_clamp);
    let exact = end + (-65.0 - end) * (-0.5 * (g_leak + g_clamp) / c).exp();
    assert!((memory.at(0, 0, 500) - exact).abs() < 1e-4, "{} {exact}", memory.at(0, 0, 500));
}
