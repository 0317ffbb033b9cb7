//! Gap junctions against closed forms, and whatever the work is cut into.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use common::{ALL, Memory, cable, mechanism, order, run, run_with};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Density, Electrode, Execution, GapJunction, ModelError,
    Quantity, Sampling, Scheme, SpikeSource, Waveform,
};
use neuropil_morphology::Location;

const SOMA: Location = Location::new(0, 0.5);

fn passive(length_um: f64, diameter_um: f64, n: usize) -> CellModel {
    let mut cell = cable(length_um, [diameter_um, diameter_um], n);
    let pas = Density::new(&mechanism("pas")).with("g", 1e-4).with("e", -70.0);
    cell.paint(&ALL, pas).unwrap();
    cell.set_initial_voltage(&ALL, -70.0).unwrap();
    cell
}

fn join(a: (usize, Location), b: (usize, Location), conductance_us: f64) -> GapJunction {
    GapJunction { a, b, conductance_us }
}

fn voltages(model: &mut CableModel, places: &[(usize, Location)], every: f64) {
    let probe =
        |&(cell, place): &(usize, Location)| model.probe(cell, place, Quantity::Voltage).unwrap();
    let probes = places.iter().map(probe).collect();
    model.record(probes, Sampling::every(every)).unwrap();
}

/// Two equal spheres of 20 µm (as cylinders of the same area), joined by a conductance.
fn pair(g_us: f64, dt: f64, scheme: Scheme) -> CableModel {
    let mut model = CableModel::new(dt).unwrap().with_scheme(scheme);
    model.add(passive(20.0, 20.0, 1));
    model.add(passive(20.0, 20.0, 1));
    model.couple(join((0, SOMA), (1, SOMA), g_us)).unwrap();
    model.attach(0, SOMA, Electrode::Current(Waveform::Constant(0.01))).unwrap();
    voltages(&mut model, &[(0, SOMA), (1, SOMA)], dt);
    model
}

/// Depolarisation of both cells of the pair at a time.
fn exact(g_us: f64, t_ms: f64) -> [f64; 2] {
    let area_cm2 = std::f64::consts::PI * 20.0 * 20.0 * 1e-8;
    let (c_nf, g_leak) = (1e3 * area_cm2, 1e-4 * area_cm2 * 1e6);
    let mode = |g: f64| 0.01 / g * (1.0 - (-t_ms * g / c_nf).exp());
    let (sum, difference) = (mode(g_leak), mode(g_leak + 2.0 * g_us));
    [0.5 * (sum + difference), 0.5 * (sum - difference)]
}

#[test]
fn a_coupled_pair_follows_the_closed_form() {
    // Two RC circuits joined by 1 nS: time constants 10 ms and 3.858695 ms.
    let table = [
        (1.0, [0.7291496, 0.0281302]),
        (5.0, [2.6806940, 0.4504355]),
        (10.0, [3.9354520, 1.0948036]),
        (50.0, [5.4873867, 2.4167416]),
    ];
    let memory = run(&pair(1e-3, 0.025, Scheme::CrankNicolson), 50.0);
    for (t, values) in table {
        for (cell, value) in values.into_iter().enumerate() {
            assert!((exact(1e-3, t)[cell] - value).abs() < 1e-7, "closed form at {t}");
            let found = memory.at(0, cell, (t / 0.025_f64).round() as u64) + 70.0;
            assert!((found - value).abs() < 1e-4, "{t} ms, cell {cell}: {found} {value}");
        }
    }
}

#[test]
fn coupling_keeps_the_order_of_the_scheme_even_where_it_is_stiff() {
    // 1 µS makes the difference relax with 6 µs, a fraction of a step.
    for (g_us, scheme, expected) in [
        (1e-3, Scheme::CrankNicolson, 2.0),
        (1e-3, Scheme::UndampedCrankNicolson, 2.0),
        (1e-3, Scheme::BackwardEuler, 1.0),
        (1.0, Scheme::CrankNicolson, 2.0),
    ] {
        let error = |dt: f64| {
            let memory = run(&pair(g_us, dt, scheme), 5.0);
            (memory.at(0, 1, (5.0 / dt).round() as u64) + 70.0 - exact(g_us, 5.0)[1]).abs()
        };
        let slope = order(error(0.25), error(0.125));
        assert!((slope - expected).abs() < 0.1, "{g_us} µS, {scheme:?}: {slope}");
    }
}

#[test]
fn two_halves_joined_are_one_cable() {
    // A cable of 500 µm cut in the middle and joined by the conductance that was there. The halves'
    // compartments next to the cut are joined centre to centre.
    let (n, dt) = (20, 0.025);
    let clamp = || Electrode::pulse(0.2, 1.0, 3.0);
    let mut whole = CableModel::new(dt).unwrap();
    whole.add(passive(500.0, 1.0, 2 * n));
    whole.attach(0, Location::new(0, 0.01), clamp()).unwrap();
    voltages(&mut whole, &[(0, Location::new(0, 0.1)), (0, Location::new(0, 0.9))], dt);
    let mut halves = CableModel::new(dt).unwrap();
    halves.add(passive(250.0, 1.0, n));
    halves.add(passive(250.0, 1.0, n));
    halves.attach(0, Location::new(0, 0.02), clamp()).unwrap();
    let r_mohm = 1e-2 * 35.4 * (500.0 / (2 * n) as f64) / (std::f64::consts::PI * 0.25);
    let (left, right) = ((0, Location::new(0, 0.99)), (1, Location::new(0, 0.01)));
    halves.couple(join(left, right, 1.0 / r_mohm)).unwrap();
    voltages(&mut halves, &[(0, Location::new(0, 0.2)), (1, Location::new(0, 0.8))], dt);
    let (whole, halves) = (run(&whole, 10.0), run(&halves, 10.0));
    for column in 0..2 {
        for (a, b) in whole.column(0, column).iter().zip(halves.column(0, column)) {
            assert!((a - b).abs() < 1e-8, "{a} {b}");
        }
    }
    assert!(whole.column(0, 1).iter().any(|v| *v > -69.0), "the far end should see the pulse");
}

/// Spiking cells of two kinds in a ring of junctions, two of them strong, and a pair apart.
fn net() -> CableModel {
    let mut model = CableModel::new(0.025).unwrap();
    for k in 0..8 {
        let mut cell = passive(60.0 + 10.0 * (k % 3) as f64, 10.0, 4 + k % 3);
        if k % 2 == 0 {
            cell.paint(&ALL, Density::new(&mechanism("hh"))).unwrap();
        }
        cell.detect(SOMA, -20.0).unwrap();
        model.add(cell);
    }
    for k in 0..6 {
        let far = ((k + 1) % 6, Location::new(0, 0.1));
        model.couple(join((k, Location::new(0, 0.9)), far, 2e-3 * (k + 1) as f64)).unwrap();
    }
    model.couple(join((6, SOMA), (7, SOMA), 0.5)).unwrap();
    model.couple(join((6, Location::new(0, 0.1)), (6, Location::new(0, 0.9)), 0.01)).unwrap();
    model.attach(0, SOMA, Electrode::pulse(1.0, 1.0, 20.0)).unwrap();
    model.attach(6, SOMA, Electrode::pulse(0.8, 2.0, 20.0)).unwrap();
    model
        .record_spikes((0..8).map(|cell| SpikeSource::Detector { cell, detector: 0 }).collect())
        .unwrap();
    let places: Vec<_> = (0..8).map(|k| (k, SOMA)).collect();
    voltages(&mut model, &places, 0.1);
    model
}

fn bits(memory: &Memory) -> Vec<u64> {
    let spikes = memory.spikes.iter().flatten().flat_map(|s| [s.0, s.1.to_bits()]);
    spikes
        .chain(memory.frames.iter().flatten().flat_map(|f| f.1.iter().map(|v| v.to_bits())))
        .collect()
}

#[test]
fn threads_and_groups_do_not_change_a_bit_of_coupled_cells() {
    let model = net();
    let reference = run(&model, 15.0);
    assert!(reference.spikes[0].len() >= 4, "{:?}", reference.spikes);
    for (threads, nodes_per_group) in [(1, 1), (2, 1), (3, 12), (2, 100_000)] {
        let found = run_with(&model, 15.0, Execution { threads, nodes_per_group }).unwrap();
        assert!(bits(&found) == bits(&reference), "{threads} threads, {nodes_per_group} nodes");
    }
}

#[test]
fn a_pair_does_not_feel_other_pairs() {
    let alone = run(&pair(1e-3, 0.025, Scheme::CrankNicolson), 5.0);
    let mut model = CableModel::new(0.025).unwrap();
    for _ in 0..4 {
        model.add(passive(20.0, 20.0, 1));
    }
    model.couple(join((2, SOMA), (3, SOMA), 0.3)).unwrap(); // settles more slowly
    model.couple(join((0, SOMA), (1, SOMA), 1e-3)).unwrap();
    model.attach(3, SOMA, Electrode::pulse(0.1, 0.0, 2.0)).unwrap();
    model.attach(0, SOMA, Electrode::Current(Waveform::Constant(0.01))).unwrap();
    model.attach(2, SOMA, Electrode::pulse(0.0, 2.0, 1.0)).unwrap();
    voltages(&mut model, &[(0, SOMA), (1, SOMA)], 0.025);
    let together = run(&model, 1.0);
    for column in 0..2 {
        let (a, b) = (alone.column(0, column), together.column(0, column));
        assert!(b.iter().zip(a).all(|(b, a)| b.to_bits() == a.to_bits()));
    }
}

#[test]
fn what_leaves_one_cell_enters_the_other() {
    let dt = 0.025;
    let mut model = pair(2e-3, dt, Scheme::CrankNicolson);
    let mut probe = |cell| model.probe(cell, SOMA, Quantity::MembraneCurrent).unwrap();
    let probes = vec![probe(0), probe(1)];
    model.record(probes, Sampling::every(dt)).unwrap();
    let memory = run(&model, 5.0);
    let (v, i) = ([0, 1].map(|c| memory.column(0, c)), [0, 1].map(|c| memory.column(1, c)));
    for k in 2..v[0].len() {
        // All that is injected leaves through the two membranes …
        assert!((i[0][k] + i[1][k] - 0.01).abs() < 1e-12, "step {k}");
        // … and what leaves through the second came through the junction, at its mean over the step.
        let mean = |c: usize| 0.5 * (v[c][k] + v[c][k - 1]);
        assert!((i[1][k] - 2e-3 * (mean(0) - mean(1))).abs() < 1e-11, "step {k}");
    }
}

#[test]
fn junctions_that_cannot_be_are_refused() {
    let mut model = CableModel::new(0.025).unwrap();
    model.add(passive(20.0, 20.0, 1));
    model.add(passive(20.0, 20.0, 1));
    let refused = |m: &mut CableModel, j| m.couple(j).unwrap_err();
    assert!(matches!(
        refused(&mut model, join((0, SOMA), (2, SOMA), 1e-3)),
        ModelError::NoSuch { what: "cell", index: 2, count: 2 }
    ));
    assert!(matches!(
        refused(&mut model, join((0, Location::new(1, 0.5)), (1, SOMA), 1e-3)),
        ModelError::OffTree { .. }
    ));
    for g in [0.0, -1e-3, f64::NAN, f64::INFINITY] {
        let error = refused(&mut model, join((0, SOMA), (1, SOMA), g));
        assert!(matches!(error, ModelError::OutOfRange { .. }), "{error}");
    }
    assert_eq!(
        refused(&mut model, join((0, SOMA), (0, SOMA), 1e-3)).to_string(),
        "both ends of a gap junction are compartment 0 of cell 0"
    );
    assert_eq!(model.gap_junctions(), 0);
}

#[test]
fn a_run_of_coupled_cells_in_pieces_and_a_clone_go_on_exactly() {
    let model = net();
    let whole = run(&model, 15.0);
    let mut memory = Memory::default();
    let mut simulation = CableSimulation::new(&model, Execution::default()).unwrap();
    simulation.run(3.075, &mut memory).unwrap();
    let mut clone = simulation.clone();
    let mut other = memory.clone();
    simulation.run(11.925, &mut memory).unwrap();
    clone.run(11.925, &mut other).unwrap();
    assert!(bits(&memory) == bits(&whole) && bits(&other) == bits(&whole));
}
