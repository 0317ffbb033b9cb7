//! What must not matter: the numbering of sections, where the tree is held, and when a run is interrupted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::sync::Arc;

use common::{ALL, Memory, mechanism, run, run_with};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Connection, Density, Electrode, EventStream, Execution,
    GapJunction, Point, Quantity, Sampling, Scheme, SpikeSource, SynapseTarget, Timing, View,
    Waveform,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology};

/// An unbranched stretch of the tree by name: length, diameters from its near to its far end.
const STRETCHES: [(&str, f64, [f64; 2]); 5] = [
    ("a", 60.0, [3.0, 2.0]),
    ("b", 40.0, [2.0, 1.0]),
    ("c", 50.0, [1.5, 1.5]),
    ("d", 30.0, [1.0, 0.6]),
    ("e", 45.0, [1.0, 0.8]),
];

/// Sections in some order, each with the one it hangs from by its near end (its far end for `true`).
fn tree(
    order: &[(&str, Option<&str>, bool)],
) -> (CellModel, impl Fn(&str, f64) -> Location + use<>) {
    let mut builder = Morphology::builder();
    let mut known: Vec<(String, bool)> = Vec::new();
    for &(name, parent, reversed) in order {
        let (_, length, [near, far]) = STRETCHES.into_iter().find(|s| s.0 == name).unwrap();
        let at = parent.map(|p| Location::new(known.iter().position(|k| k.0 == p).unwrap(), 1.0));
        let diameters = if reversed { [far, near] } else { [near, far] };
        builder.taper(Kind::Dendrite, at, length, diameters);
        known.push((name.into(), reversed));
    }
    let morphology = Arc::new(builder.build().unwrap());
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::PerSection(9)).unwrap();
    cell.set_axial_resistivity(&ALL, 120.0).unwrap();
    cell.paint(&ALL, Density::new(&mechanism("hh"))).unwrap();
    let place = move |name: &str, fraction: f64| {
        let section = known.iter().position(|k| k.0 == name).unwrap();
        Location::new(section, if known[section].1 { 1.0 - fraction } else { fraction })
    };
    (cell, place)
}

/// Potentials at the same places of the same tree.
fn traces(order: &[(&str, Option<&str>, bool)]) -> Vec<Vec<f64>> {
    let (mut cell, place) = tree(order);
    let synapse = Point::new(&mechanism("expsyn")).with("tau", 2.0);
    let point = cell.place(place("d", 0.5), synapse).unwrap();
    let mut model = CableModel::new(0.025).unwrap();
    model.add(cell);
    model.attach(0, place("a", 0.5), Electrode::pulse(0.5, 1.0, 5.0)).unwrap();
    let target = SynapseTarget { cell: 0, point };
    let timing = Timing::Times([8.0].into());
    model.stimulate(EventStream { target, timing, arguments: vec![0.02] }).unwrap();
    let places = [("a", 0.5), ("b", 0.5), ("c", 0.9), ("d", 0.1), ("e", 0.7)];
    let probe = |(name, x)| model.probe(0, place(name, x), Quantity::Voltage).unwrap();
    let probes = places.map(probe).to_vec();
    model.record(probes, Sampling::every(0.025)).unwrap();
    let memory = run(&model, 15.0);
    (0..places.len()).map(|k| memory.column(0, k)).collect()
}

#[test]
fn neither_the_numbers_of_sections_nor_the_root_of_the_tree_matter() {
    // a forks into b and c; b into d and e.
    let plain = [
        ("a", None, false),
        ("b", Some("a"), false),
        ("c", Some("a"), false),
        ("d", Some("b"), false),
        ("e", Some("b"), false),
    ];
    let renumbered = [
        ("a", None, false),
        ("c", Some("a"), false),
        ("b", Some("a"), false),
        ("e", Some("b"), false),
        ("d", Some("b"), false),
    ];
    // Held by the tip of d: d and b run backwards, a hangs from b by its far end.
    let from_the_tip = [
        ("d", None, true),
        ("e", Some("d"), false),
        ("b", Some("d"), true),
        ("c", Some("b"), false),
        ("a", Some("b"), true),
    ];
    let expected = traces(&plain);
    assert!(expected[4].iter().any(|v| *v > 0.0), "there should be a spike");
    for order in [renumbered, from_the_tip] {
        for (found, expected) in traces(&order).iter().zip(&expected) {
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-9 * 100.0, "{order:?}: {a} {b}"); // of a spike's height
            }
        }
    }
}

/// Cells with everything that has a state of its own: synapses, streams, noise, junctions, spreading.
fn everything(scheme: Scheme) -> CableModel {
    let mut model = CableModel::new(0.025).unwrap().with_scheme(scheme).with_seed(5);
    let plain = [("a", None, false), ("b", Some("a"), false), ("c", Some("a"), false)];
    let (mut cell, place) = tree(&plain);
    let point = cell.place(place("b", 0.5), Point::new(&mechanism("exp2syn"))).unwrap();
    cell.detect(place("a", 0.5), -20.0).unwrap();
    cell.set_diffusion(&ALL, "na", 0.6).unwrap();
    let cell = Arc::new(cell);
    for _ in 0..5 {
        model.add(Arc::clone(&cell));
    }
    let source = |cell| SpikeSource::Detector { cell, detector: 0 };
    for k in 0..5 {
        let target = SynapseTarget { cell: (k + 1) % 5, point };
        let (source, arguments, delay_ms) = (source(k), vec![0.02], 1.3);
        model.connect(Connection { source, target, arguments, delay_ms }).unwrap();
        let timing = Timing::Poisson { rate_hz: 400.0, start_ms: 0.0, stop_ms: f64::INFINITY };
        let target = SynapseTarget { cell: k, point };
        model.stimulate(EventStream { target, timing, arguments: vec![0.01] }).unwrap();
    }
    let (a, b) = ((0, place("c", 0.9)), (3, place("c", 0.9)));
    model.couple(GapJunction { a, b, conductance_us: 3e-3 }).unwrap();
    let (start_ms, stop_ms) = (0.0, f64::INFINITY);
    let noise = Waveform::Noise { mean: 0.1, deviation: 0.1, tau_ms: 3.0, start_ms, stop_ms };
    model.attach(1, place("a", 0.5), Electrode::Current(noise)).unwrap();
    model.record_spikes((0..5).map(source).collect()).unwrap();
    let mut probes = Vec::new();
    for k in 0..5 {
        for quantity in
            [Quantity::Voltage, Quantity::Inside("na".into()), Quantity::MembraneCurrent]
        {
            probes.push(model.probe(k, place("c", 0.3), quantity).unwrap());
        }
    }
    model.record(probes, Sampling::every(0.05)).unwrap();
    model
}

fn bits(memory: &Memory) -> Vec<u64> {
    let spikes = memory.spikes.iter().flatten();
    let spikes = spikes.flat_map(|s| [s.0, s.1.to_bits(), u64::from(s.2)]);
    let frames = memory.frames.iter().flatten();
    spikes.chain(frames.flat_map(|f| f.1.iter().map(|v| v.to_bits()))).collect()
}

#[test]
fn a_state_kept_at_any_time_is_resumed_to_the_last_bit() {
    for scheme in [Scheme::CrankNicolson, Scheme::BackwardEuler] {
        let model = everything(scheme);
        let whole = run(&model, 12.0);
        assert!(whole.spikes[0].len() > 5, "{:?}", whole.spikes);
        for kept_at in [0.0, 0.025, 1.3, 4.775, 11.975] {
            for threads in [1, 2] {
                let execution = Execution { threads, nodes_per_group: 60 };
                let mut memory = Memory::default();
                let mut simulation = CableSimulation::new(&model, execution).unwrap();
                simulation.run(kept_at, &mut memory).unwrap();
                let kept = simulation.clone();
                // Going on, failing or being dropped does not touch what is kept.
                simulation.run(2.0, &mut Memory::default()).unwrap();
                drop(simulation);
                let mut resumed = kept.clone();
                resumed.run(12.0 - kept_at, &mut memory).unwrap();
                assert!(bits(&memory) == bits(&whole), "{scheme:?} kept at {kept_at} ms");
            }
        }
    }
}

#[test]
fn branches_of_one_state_differ_only_by_what_is_done_to_them() {
    let model = everything(Scheme::CrankNicolson);
    let mut simulation = CableSimulation::new(&model, Execution::default()).unwrap();
    simulation.run(3.0, &mut Memory::default()).unwrap();
    let mut left = simulation.clone();
    let mut right = simulation;
    right.deliver(SynapseTarget { cell: 2, point: 0 }, 130, &[0.05]).unwrap();
    let (mut a, mut b) = (Memory::default(), Memory::default());
    left.run(2.0, &mut a).unwrap();
    right.run(2.0, &mut b).unwrap();
    let first_difference = a.frames[0].iter().zip(&b.frames[0]).find(|(a, b)| a != b).unwrap().0.0;
    // The event acts on the step from 130 to 131; frames come every second step.
    assert!((131..=132).contains(&first_difference), "{first_difference}");
}

#[test]
fn the_order_of_the_cells_does_not_matter() {
    let traces = |flip: bool| {
        let mut model = CableModel::new(0.025).unwrap();
        let plain = [("a", None, false), ("b", Some("a"), false), ("c", Some("a"), false)];
        let place = tree(&plain).1;
        let long = [("a", None, false), ("b", Some("a"), false), ("d", Some("b"), false)];
        let cells: [CellModel; 2] = [tree(&plain).0, tree(&long).0];
        let numbers = if flip { [1, 0] } else { [0, 1] };
        for k in numbers {
            model.add(cells[k].clone());
        }
        for (k, amplitude) in [(0, 0.5), (1, 0.3)] {
            let electrode = Electrode::pulse(amplitude, 1.0, 5.0);
            model.attach(numbers[k], place("a", 0.5), electrode).unwrap();
        }
        let mut probe =
            |k: usize| model.probe(numbers[k], place("b", 0.5), Quantity::Voltage).unwrap();
        let probes = vec![probe(0), probe(1)];
        model.record(probes, Sampling::every(0.025)).unwrap();
        let memory = run_with(&model, 8.0, Execution::default()).unwrap();
        [memory.column(0, 0), memory.column(0, 1)]
    };
    assert!(traces(false) == traces(true));
}
