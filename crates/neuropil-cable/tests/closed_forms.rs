//! Cables with other ends, infinite cables, and single compartments, against closed forms and other
//! integrators.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{ALL, cable, inline, mechanism, order, run, watched};
use neuropil_cable::{CellModel, Density, Electrode, Point, Scheme, View, Waveform};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology};

const SOMA: Location = Location::new(0, 0.5);

/// Length constant of 1 µm cable with Ra 100 Ω·cm and Rm 40 kΩ·cm²: 1 mm.
const LAMBDA_UM: f64 = 1000.0;
/// Its input conductance if it were infinite `[µS]`: 1/1273.24 MΩ.
fn g_infinite_us() -> f64 {
    let resistance_mohm = 1e-2 * 100.0 * LAMBDA_UM / (PI * 0.25);
    1.0 / resistance_mohm
}

const SHUNT: &str = "
NEURON { POINT_PROCESS Shunt NONSPECIFIC_CURRENT i RANGE g, e }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) (uS) = (microsiemens) }
PARAMETER { g = 0 (uS) e = 0 (mV) }
ASSIGNED { v (mV) i (nA) }
BREAKPOINT { i = g*(v - e) }
";

/// A cable of one length constant with a conductance at its far end, and a speck of a cable behind it
/// so that there is a node at the very end.
fn cable_with_leak(leak_us: f64, n: usize) -> CellModel {
    let mut builder = Morphology::builder();
    let long = builder.cable(Kind::Dendrite, None, LAMBDA_UM, 1.0);
    builder.cable(Kind::Dendrite, Some(Location::new(long, 1.0)), 1e-4, 1.0);
    let morphology = Arc::new(builder.build().unwrap());
    let policy = Policy::Counts(vec![n, 1]);
    let mut cell = CellModel::new(morphology, View::Segments, &policy).unwrap();
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 2.5e-5).with("e", 0.0);
    cell.paint(&ALL, pas).unwrap();
    cell.set_initial_voltage(&ALL, 0.0).unwrap();
    let shunt = Point::new(&inline("shunt", SHUNT)).with("g", leak_us);
    cell.place(Location::new(0, 1.0), shunt).unwrap();
    cell
}

/// Steady potentials at the centres of a cable's compartments under a current into the first.
fn steady(cell: CellModel, at: &[Location]) -> Vec<f64> {
    let mut model = watched(cell, at, 40.0, 4000.0, Scheme::BackwardEuler);
    let current = Electrode::Current(Waveform::Constant(0.1));
    model.attach(0, Location::new(0, 0.0), current).unwrap();
    let memory = run(&model, 4000.0);
    memory.frames[0].last().unwrap().1.clone()
}

#[test]
fn killed_leaky_and_sealed_ends_attenuate_as_they_should() {
    // V(X) ∝ cosh(L − X) + B sinh(L − X) with B the conductance of the end over that of an infinite
    // cable (Rall 1959 and any textbook): B = ∞ is a killed end, B = 1 continues the cable.
    let n = 1000;
    for b in [0.0, 0.3, 1.0, 4.0, 1e9] {
        let center = |k: usize| (k as f64 + 0.5) / n as f64;
        let places: Vec<Location> =
            [0, n / 4, n / 2, 3 * n / 4].iter().map(|&k| Location::new(0, center(k))).collect();
        let found = steady(cable_with_leak(b * g_infinite_us(), n), &places);
        let shape = |x: f64| ((1.0 - x).cosh() + b * (1.0 - x).sinh()) / (1.0 + b);
        for (place, v) in places.iter().zip(&found).skip(1) {
            let exact = shape(place.fraction) / shape(places[0].fraction);
            assert!((v / found[0] / exact - 1.0).abs() < 1e-5, "B = {b}, X = {}", place.fraction);
        }
        // The current enters at the first centre, half a compartment from the sealed end.
        let slope = ((1.0f64).sinh() + b * (1.0f64).cosh()) / (1.0 + b);
        let input = 0.1 / g_infinite_us() * shape(center(0)) / slope;
        assert!((found[0] / input - 1.0).abs() < 1e-5, "B = {b}: {} {input}", found[0]);
    }
}

#[test]
fn a_potential_on_a_long_cable_falls_by_e_per_length_constant() {
    let (lengths, per_lambda) = (20, 100);
    let n = lengths * per_lambda;
    let mut cell = cable(LAMBDA_UM * lengths as f64, [1.0, 1.0], n);
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 2.5e-5).with("e", 0.0);
    cell.paint(&ALL, pas).unwrap();
    cell.set_initial_voltage(&ALL, 0.0).unwrap();
    let at = |k: usize| Location::new(0, (k as f64 + 0.5) / n as f64);
    let places: Vec<Location> = (0..4).map(|k| at(k * per_lambda)).collect();
    let found = steady(cell, &places);
    for (k, v) in found.iter().enumerate() {
        let exact = (-(k as f64)).exp();
        assert!((v / found[0] / exact - 1.0).abs() < 2e-5, "{k} length constants: {v}"); // h²k/24
    }
}

fn soma(mechanism: Density) -> CellModel {
    let mut cell = cable(20.0, [20.0, 20.0], 1);
    cell.paint(&ALL, mechanism).unwrap();
    cell
}

#[test]
fn a_single_passive_compartment_is_a_point_neuron() {
    // τ V' = −(V − E) + R I, as an integrate-and-fire neuron below threshold.
    let (tau, dt) = (10.0, 0.05);
    let area_cm2 = PI * 400e-8;
    let r_mohm = 1e-6 / (1e-4 * area_cm2);
    let pas = Density::new(&mechanism("pas")).with("g", 1e-4).with("e", -65.0);
    let error = |dt: f64| {
        let mut model = watched(soma(pas.clone()), &[SOMA], dt, dt, Scheme::CrankNicolson);
        model.attach(0, SOMA, Electrode::pulse(0.01, 2.0, 20.0)).unwrap();
        let memory = run(&model, 40.0);
        let rise = |t: f64| r_mohm * 0.01 * (1.0 - (-t / tau).exp());
        let point = |t: f64| match t {
            t if t <= 2.0 => 0.0,
            t if t <= 22.0 => rise(t - 2.0),
            t => rise(20.0) * (-(t - 22.0) / tau).exp(),
        };
        let frames = memory.frames[0].iter();
        frames.map(|(s, f)| (f[0] + 65.0 - point(*s as f64 * dt)).abs()).fold(0.0, f64::max)
    };
    assert!(error(dt) < 1e-4 * r_mohm * 0.01, "{}", error(dt));
    let slope = order(error(0.1), error(0.05));
    assert!((slope - 2.0).abs() < 0.1, "{slope}");
}

/// Potential of a Hodgkin–Huxley point neuron under a current density `[µA/cm²]` from 1 ms on, by
/// the classical Runge–Kutta method, at every 0.025 ms.
fn point_hodgkin_huxley(current: f64, ms: f64) -> Vec<f64> {
    let linoid = |x: f64, q: f64| if x == 0.0 { q } else { x / -(-x / q).exp_m1() };
    let slope = |t: f64, [v, m, h, n]: [f64; 4]| {
        let i = if t >= 1.0 { current } else { 0.0 };
        let ionic =
            120.0 * m.powi(3) * h * (v - 50.0) + 36.0 * n.powi(4) * (v + 77.0) + 0.3 * (v + 54.3);
        let gate = |x: f64, a: f64, b: f64| a * (1.0 - x) - b * x;
        [
            i - ionic,
            gate(m, 0.1 * linoid(v + 40.0, 10.0), 4.0 * (-(v + 65.0) / 18.0).exp()),
            gate(h, 0.07 * (-(v + 65.0) / 20.0).exp(), 1.0 / (1.0 + (-(v + 35.0) / 10.0).exp())),
            gate(n, 0.01 * linoid(v + 55.0, 10.0), 0.125 * (-(v + 65.0) / 80.0).exp()),
        ]
    };
    // Steady gates at −65 mV.
    let am = 0.1 * linoid(-25.0, 10.0);
    let an = 0.01 * linoid(-10.0, 10.0);
    let bh = 1.0 / (1.0 + 3.0f64.exp());
    let mut x = [-65.0, am / (am + 4.0), 0.07 / (0.07 + bh), an / (an + 0.125)];
    let (h, mut trace) = (0.0025, vec![-65.0]);
    for step in 0..(ms / h).round() as usize {
        // The jump of the current falls on a step.
        let t = step as f64 * h;
        let moved = |k: [f64; 4], h: f64| std::array::from_fn(|j| x[j] + h * k[j]);
        let k1 = slope(t + 1e-9, x);
        let k2 = slope(t + 0.5 * h, moved(k1, 0.5 * h));
        let k3 = slope(t + 0.5 * h, moved(k2, 0.5 * h));
        let k4 = slope(t + h - 1e-9, moved(k3, h));
        x = std::array::from_fn(|j| x[j] + h / 6.0 * (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]));
        if (step + 1) % 10 == 0 {
            trace.push(x[0]);
        }
    }
    trace
}

#[test]
fn a_single_active_compartment_is_a_point_neuron_with_the_same_channels() {
    let area_cm2 = PI * 400e-8;
    let exact = point_hodgkin_huxley(10.0, 30.0);
    assert!(exact.iter().any(|v| *v > 20.0), "the point neuron should fire");
    let error = |dt: f64| {
        let hh = Density::new(&mechanism("hh"));
        let mut model = watched(soma(hh), &[SOMA], dt, 0.025, Scheme::CrankNicolson);
        model.attach(0, SOMA, Electrode::pulse(10.0 * area_cm2 * 1e3, 1.0, 100.0)).unwrap();
        let found = run(&model, 30.0).column(0, 0);
        let differences = found.iter().zip(&exact).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f64::max)
    };
    let (coarse, fine) = (error(0.0125), error(0.00625));
    // 100 mV rise within a quarter of a millisecond: 0.1 mV is a shift by a fraction of a microsecond.
    assert!(fine < 0.1, "{fine} mV");
    let slope = order(coarse, fine);
    assert!((slope - 2.0).abs() < 0.1, "{slope}");
}

#[test]
fn an_almost_ideal_clamp_holds_a_compartment_against_its_channels() {
    let hh = Density::new(&mechanism("hh"));
    let mut model = watched(soma(hh), &[SOMA], 0.025, 0.025, Scheme::CrankNicolson);
    let command = Waveform::Steps([(0.0, -65.0), (2.0, 0.0)].into());
    model.attach(0, SOMA, Electrode::clamp(command, 1e-5)).unwrap();
    let memory = run(&model, 10.0);
    for (step, frame) in &memory.frames[0] {
        let t = *step as f64 * 0.025;
        let held = if t < 2.0 { -65.0 } else { 0.0 };
        // Two steps after a jump the remainder is (series time constant / step)².
        if (t - 2.0).abs() > 0.06 {
            assert!((frame[0] - held).abs() < 1e-2, "{t} ms: {}", frame[0]);
        }
    }
}
