//! Axial diffusion of ions and of mechanisms' states against closed forms.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{ALL, Memory, cable, inline, order, run, run_with};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Density, Execution, Ion, ModelError, Probe, Quantity,
    Sampling, Scheme, Values, View,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology, Region};

const LENGTH_UM: f64 = 100.0;
const D: f64 = 1.0;

fn cosine(x: f64, t_ms: f64) -> f64 {
    let k = PI / LENGTH_UM;
    2.0 * (1.0 + (k * x).cos() * (-D * k * k * t_ms).exp())
}

fn tracer(cell: &mut CellModel) {
    cell.set_ion("tracer", Ion::with_concentrations(1.0, 2.0, 1.0)).unwrap();
}

/// A sealed cable whose ion begins as half a cosine.
fn ion_cable(n: usize) -> CellModel {
    let mut cell = cable(LENGTH_UM, [2.0, 2.0], n);
    tracer(&mut cell);
    let start = Values::function(|site| cosine(site.place.fraction * LENGTH_UM, 0.0));
    cell.set_concentration(&ALL, "tracer", true, start).unwrap();
    cell.set_diffusion(&ALL, "tracer", D).unwrap();
    cell
}

fn sampled(
    cell: CellModel,
    quantity: &Quantity,
    dt: f64,
    every: f64,
    scheme: Scheme,
) -> CableModel {
    let mut model = CableModel::new(dt).unwrap().with_scheme(scheme);
    model.add(cell);
    let probes = model.probes(0, &ALL, quantity).unwrap();
    model.record(probes, Sampling::every(every)).unwrap();
    model
}

fn inside(ion: &str) -> Quantity {
    Quantity::Inside(ion.into())
}

#[test]
fn a_cosine_on_a_sealed_cable_decays_at_its_rate_and_keeps_its_mass() {
    // c = c0 (1 + cos(πx/L)·exp(−D (π/L)² t)), rate 9.8696e-4 per ms. Concentrations of stamp n are
    // half a step ahead of it, as all states are.
    let (n, dt) = (1000, 1.0);
    let model = sampled(ion_cable(n), &inside("tracer"), dt, 250.0, Scheme::CrankNicolson);
    let memory = run(&model, 1000.0);
    let mass = |frame: &[f64]| frame.iter().sum::<f64>();
    let start = mass(&memory.frames[0][0].1);
    for (step, frame) in &memory.frames[0] {
        let t = (*step as f64 + 0.5) * dt;
        for (k, found) in frame.iter().enumerate() {
            let exact = cosine((k as f64 + 0.5) * LENGTH_UM / n as f64, t);
            assert!((found - exact).abs() < 1e-6 * 2.0, "{t} ms, {k}: {found} {exact}");
        }
        assert!((mass(frame) / start - 1.0).abs() < 1e-12, "{t} ms");
    }
}

#[test]
fn diffusion_is_of_second_order_in_time_and_space() {
    let error = |n: usize, dt: f64, scheme| {
        let model = sampled(ion_cable(n), &inside("tracer"), dt, 800.0, scheme);
        let shift = if scheme == Scheme::CrankNicolson { 0.5 } else { 0.0 };
        let found = run(&model, 800.0).at(0, 0, (800.0 / dt) as u64);
        (found - cosine(0.5 * LENGTH_UM / n as f64, 800.0 + shift * dt)).abs()
    };
    let space = order(error(20, 1.0, Scheme::CrankNicolson), error(40, 1.0, Scheme::CrankNicolson));
    assert!((space - 2.0).abs() < 0.1, "{space}");
    // Against a fine grid in time, on one grid in space, so that only the step counts.
    let at = |dt: f64, scheme| {
        let model = sampled(ion_cable(10), &inside("tracer"), dt, 800.0, scheme);
        run(&model, 800.0).at(0, 0, (800.0 / dt) as u64)
    };
    let euler = |dt| at(dt, Scheme::BackwardEuler) - at(12.5, Scheme::UndampedCrankNicolson);
    let slope = order(euler(100.0), euler(50.0));
    assert!((slope - 1.0).abs() < 0.1, "{slope}");
    let centred =
        |dt| at(dt, Scheme::UndampedCrankNicolson) - at(3.125, Scheme::UndampedCrankNicolson);
    let slope = order(centred(100.0), centred(50.0));
    assert!((slope - 2.0).abs() < 0.1, "{slope}");
}

/// A state that spreads, in two shells of which the second is thicker.
const SHELLS: &str = "
NEURON { SUFFIX shells RANGE D }
UNITS { (um) = (micron) (mM) = (milli/liter) }
PARAMETER { D = 1 (um2/ms)  start = 0 (mM) }
ASSIGNED { diam (um) share[2] }
STATE { c[2] (mM) }
BREAKPOINT { SOLVE spreading METHOD sparse }
INITIAL {
    share[0] = 0.25  share[1] = 0.75
    c[0] = start  c[1] = 2*start
}
KINETIC spreading {
    COMPARTMENT i, diam*diam*share[i] { c }
    LONGITUDINAL_DIFFUSION i, D*diam*diam*share[i] { c }
}
";

#[test]
fn states_with_longitudinal_diffusion_spread_as_ions_do() {
    let (n, dt, every) = (50, 1.0, 400.0);
    let mut cell = ion_cable(n);
    let shells = inline("shells", &SHELLS.replace("RANGE D", "RANGE D, start"));
    let start = Values::function(|site| cosine(site.place.fraction * LENGTH_UM, 0.0));
    cell.paint(&ALL, Density::new(&shells).with("start", start)).unwrap();
    let mut model = sampled(cell, &inside("tracer"), dt, every, Scheme::CrankNicolson);
    for shell in ["c[0]", "c[1]"] {
        let quantity = Quantity::Density { mechanism: "shells".into(), variable: shell.into() };
        let probes = model.probes(0, &ALL, &quantity).unwrap();
        model.record(probes, Sampling::every(every)).unwrap();
    }
    let memory = run(&model, 800.0);
    for (k, (_, frame)) in memory.frames[0].iter().enumerate() {
        for (shell, factor) in [(1, 1.0), (2, 2.0)] {
            for (ion, state) in frame.iter().zip(&memory.frames[shell][k].1) {
                assert!((factor * ion / state - 1.0).abs() < 1e-11, "{ion} {state}");
            }
        }
    }
    assert!((memory.at(0, 0, 800) - memory.at(0, 0, 0)).abs() > 0.1, "something should move");
}

/// A branched cell with tapering dendrites of different thickness.
fn tree(view: View) -> CellModel {
    let mut builder = Morphology::builder();
    let soma = builder.cable(Kind::Soma, None, 12.0, 12.0);
    let trunk = builder.taper(Kind::Dendrite, Some(Location::new(soma, 1.0)), 40.0, [3.0, 1.0]);
    builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 30.0, 1.0);
    builder.taper(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 20.0, [1.0, 0.4]);
    builder.cable(Kind::Axon, Some(Location::new(soma, 0.5)), 25.0, 0.7);
    let morphology = Arc::new(builder.build().unwrap());
    CellModel::new(morphology, view, &Policy::MaxLength(5.0)).unwrap()
}

/// Amount of the ion in each frame.
fn amounts(cell: &CellModel, memory: &Memory, probes: &[Probe]) -> Vec<f64> {
    let volume = cell.compartments().volume_um3();
    let amount = |frame: &Vec<f64>| frame.iter().zip(probes).map(|(c, p)| c * volume[p.node]).sum();
    memory.frames[0].iter().map(|(_, frame)| amount(frame)).collect()
}

#[test]
fn what_spreads_on_a_tree_evens_out_and_none_is_lost() {
    for view in [View::Segments, View::Volumes] {
        let mut cell = tree(view);
        tracer(&mut cell);
        cell.set_concentration(&Region::Kind(Kind::Soma), "tracer", true, 10.0).unwrap();
        cell.set_diffusion(&ALL, "tracer", Values::function(|s| 0.5 + 0.01 * s.distance_um))
            .unwrap();
        let dt = 0.5;
        let mut model = CableModel::new(dt).unwrap();
        model.add(cell.clone());
        let probes = model.probes(0, &ALL, &inside("tracer")).unwrap();
        model.record(probes.clone(), Sampling::every(100.0)).unwrap();
        let memory = run(&model, 20_000.0);
        let amounts = amounts(&cell, &memory, &probes);
        let drift = amounts.iter().map(|a| (a / amounts[0] - 1.0).abs()).fold(0.0, f64::max);
        assert!(drift < 1e-12, "{view:?}: {drift}");
        let last = &memory.frames[0].last().unwrap().1;
        let volume: f64 = probes.iter().map(|p| cell.compartments().volume_um3()[p.node]).sum();
        for c in last {
            assert!((c / (amounts[0] / volume) - 1.0).abs() < 1e-6, "{view:?}: {c}");
        }
    }
}

#[test]
fn where_nothing_spreads_nothing_changes() {
    let mut cell = tree(View::Segments);
    tracer(&mut cell);
    cell.set_concentration(&Region::Kind(Kind::Soma), "tracer", true, 10.0).unwrap();
    cell.set_concentration(&Region::Kind(Kind::Axon), "tracer", true, 0.3).unwrap();
    cell.set_diffusion(&Region::Kind(Kind::Dendrite), "tracer", 1.0).unwrap();
    let mut still = tree(View::Segments);
    tracer(&mut still);
    let mut model = CableModel::new(0.5).unwrap();
    model.add(cell);
    model.add(still);
    let axon = model.probes(0, &Region::Kind(Kind::Axon), &inside("tracer")).unwrap();
    let soma = model.probes(0, &Region::Kind(Kind::Soma), &inside("tracer")).unwrap();
    model.record([axon, soma].concat(), Sampling::every(0.5)).unwrap();
    let memory = run_with(&model, 500.0, Execution::default()).unwrap();
    let (first, last) = (&memory.frames[0][0].1, &memory.frames[0].last().unwrap().1);
    assert_eq!(first, last);
}

#[test]
fn a_coefficient_below_zero_and_an_unknown_concentration_are_refused() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let error = cell.set_diffusion(&ALL, "ca", -0.1).unwrap_err();
    assert!(matches!(&error, ModelError::OutOfRange { value, .. } if *value == -0.1), "{error}");
    cell.set_ion("mg", Ion::with_reversal(2.0, 0.0)).unwrap();
    cell.set_diffusion(&ALL, "mg", 0.5).unwrap();
    let mut model = CableModel::new(0.025).unwrap();
    model.add(cell);
    let error = CableSimulation::new(&model, Execution::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ion \"mg\" is to spread, but its concentration inside is not known: declare the ion with its \
         concentrations"
    );
}
