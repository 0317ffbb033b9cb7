//! Sealed ends: what is put there acts there, to second order in the length of compartments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::f64::consts::PI;

use common::{ALL, cable, mechanism, order, run, watched};
use neuropil_cable::{
    CableModel, CellModel, Density, Electrode, EventStream, Point, Quantity, Sampling, Scheme,
    SynapseTarget, Timing, Waveform,
};
use neuropil_morphology::Location;

const NEAR: Location = Location::new(0, 0.0);
const FAR: Location = Location::new(0, 1.0);
/// λ is 1000 µm, R∞ 4000/π MΩ.
fn passive(n: usize) -> CellModel {
    let mut cell = cable(1000.0, [1.0, 1.0], n);
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 2.5e-5).with("e", -65.0);
    cell.paint(&ALL, pas).unwrap();
    cell
}

/// Steady potentials at both ends above rest, with 0.1 nA into one of them.
fn steady(n: usize, into: Location) -> [f64; 2] {
    let mut model = watched(passive(n), &[NEAR, FAR], 20.0, 20.0, Scheme::BackwardEuler);
    model.attach(0, into, Electrode::Current(Waveform::Constant(0.1))).unwrap();
    let memory = run(&model, 4000.0);
    [0, 1].map(|column| memory.at(0, column, 200) + 65.0)
}

#[test]
fn input_and_transfer_resistance_of_a_sealed_cable_converge_to_second_order() {
    // R∞ coth L and R∞ / sinh L with L = 1 (Rall 1959, Exp. Neurol. 1:491).
    let (input, transfer) = (400.0 / PI / 1f64.tanh(), 400.0 / PI / 1f64.sinh());
    for into in [NEAR, FAR] {
        let errors = |n| {
            let [near, far] = steady(n, into);
            let (here, there) = if into == NEAR { (near, far) } else { (far, near) };
            [(here - input).abs(), (there - transfer).abs()]
        };
        let (coarse, fine) = (errors(10), errors(20));
        for k in 0..2 {
            let found = order(coarse[k], fine[k]);
            assert!((found - 2.0).abs() < 0.05, "order {found}: {coarse:?} {fine:?}");
        }
        assert!(errors(1000).iter().all(|e| e / input < 1e-6));
    }
}

#[test]
fn an_end_without_current_has_the_potential_of_the_last_compartment() {
    let mut model =
        watched(passive(11), &[FAR, Location::new(0, 0.99)], 0.025, 0.1, Scheme::default());
    model.attach(0, Location::new(0, 0.3), Electrode::pulse(0.1, 1.0, 5.0)).unwrap();
    let memory = run(&model, 10.0);
    for (end, last) in memory.column(0, 0).iter().zip(memory.column(0, 1)) {
        assert!((end - last).abs() < 1e-9, "{end} {last}");
    }
}

/// A synapse at an end, and the potential there.
fn synapse_at(place: Location, dt_ms: f64) -> Vec<f64> {
    let mut cell = passive(10);
    let synapse = Point::new(&mechanism("expsyn")).with("tau", 2.0);
    let point = cell.place(place, synapse).unwrap();
    let mut model = CableModel::new(dt_ms).unwrap();
    model.add(cell);
    let timing = Timing::Times([1.0, 3.0].into());
    let target = SynapseTarget { cell: 0, point };
    model.stimulate(EventStream { target, timing, arguments: vec![0.002] }).unwrap();
    let probe = model.probe(0, place, Quantity::Voltage).unwrap();
    model.record(vec![probe], Sampling::every(dt_ms)).unwrap();
    run(&model, 6.0).column(0, 0)
}

#[test]
fn a_synapse_at_an_end_does_not_make_it_ring() {
    for place in [NEAR, FAR] {
        let trace = synapse_at(place, 0.025);
        // A steady fall between the events: no second difference alternates.
        let late = &trace[160..];
        let swings = late.windows(3).filter(|w| (w[2] - w[1]) * (w[1] - w[0]) < 0.0).count();
        assert!(swings <= 1, "{swings} swings");
        // Exactly at an event the potential jumps; elsewhere the error is of second order in the step.
        let at = |dt: f64| synapse_at(place, dt)[(5.0 / dt).round() as usize];
        let exact = at(0.003_125);
        let found = order((at(0.05) - exact).abs(), (at(0.025) - exact).abs());
        assert!((found - 2.0).abs() < 0.15, "order {found}");
    }
}

#[test]
fn quantities_of_the_membrane_at_an_end_are_those_of_the_last_compartment() {
    let mut model = watched(passive(4), &[FAR], 0.025, 0.1, Scheme::default());
    let quantity = Quantity::Density { mechanism: "pas".into(), variable: "i".into() };
    assert_eq!(model.probe(0, FAR, quantity).unwrap().node, 3);
    assert_eq!(model.probe(0, FAR, Quantity::Voltage).unwrap().node, 4);
    assert_eq!(model.cell(0).unwrap().compartments().area_um2()[4], 0.0);
}
