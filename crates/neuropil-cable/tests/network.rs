//! Networks of cells: a ring, and results that do not depend on how the work is cut up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::sync::Arc;

use common::{ALL, Memory, cable, inline, mechanism, run, run_with};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Connection, Density, Electrode, EventStream, Execution,
    Point, Probe, Quantity, Sampling, Scheme, SpikeSource, SynapseTarget, Timing, Values, View,
    Waveform,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology, Region};

const SOMA: Location = Location::new(0, 0.5);

fn detector(cell: usize) -> SpikeSource {
    SpikeSource::Detector { cell, detector: 0 }
}

/// A cell with a soma and a few dendrites whose number and length depend on `kind`.
fn branching(kind: usize) -> CellModel {
    let mut builder = Morphology::builder();
    let soma = builder.cable(Kind::Soma, None, 15.0, 15.0);
    for k in 0..2 + kind {
        let trunk = builder.cable(
            Kind::Dendrite,
            Some(Location::new(soma, 1.0)),
            60.0 + 10.0 * k as f64,
            2.0,
        );
        for _ in 0..k % 3 {
            builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 50.0, 1.0);
        }
    }
    let morphology = Arc::new(builder.build().unwrap());
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::MaxLength(20.0)).unwrap();
    cell.paint(&Region::Kind(Kind::Soma), Density::new(&hh())).unwrap();
    let g = Values::function(|site| 3e-4 * (1.0 + 0.002 * site.distance_um));
    cell.paint(&Region::Kind(Kind::Dendrite), Density::new(&pas()).with("g", g).with("e", -65.0))
        .unwrap();
    for section in [1, 2] {
        let synapse = Point::new(&expsyn()).with("tau", 1.5 + 0.25 * section as f64);
        cell.place(Location::new(section, 0.6), synapse).unwrap();
    }
    cell.detect(SOMA, -10.0).unwrap();
    cell
}

thread_local! {
    static MECHANISMS: [Arc<neuropil_mechanism::Mechanism>; 3] =
        [mechanism("hh"), mechanism("pas"), mechanism("expsyn")];
}

fn hh() -> Arc<neuropil_mechanism::Mechanism> {
    MECHANISMS.with(|m| Arc::clone(&m[0]))
}

fn pas() -> Arc<neuropil_mechanism::Mechanism> {
    MECHANISMS.with(|m| Arc::clone(&m[1]))
}

fn expsyn() -> Arc<neuropil_mechanism::Mechanism> {
    MECHANISMS.with(|m| Arc::clone(&m[2]))
}

/// Cells of four kinds that excite one another, with Poisson input, noise and a clamp.
fn network(n: usize) -> CableModel {
    let kinds: Vec<Arc<CellModel>> = (0..4).map(|k| Arc::new(branching(k))).collect();
    let mut model = CableModel::new(0.025).unwrap().with_seed(11);
    for k in 0..n {
        model.add(Arc::clone(&kinds[(k / 2) % 4]));
    }
    for k in 0..n {
        let arguments = vec![0.02];
        let target = SynapseTarget { cell: (k + 1) % n, point: k % 2 };
        let delay_ms = 1.0 + 0.3 * (k % 3) as f64;
        model.connect(Connection { source: detector(k), target, arguments, delay_ms }).unwrap();
        let timing = Timing::Poisson { rate_hz: 300.0, start_ms: 0.0, stop_ms: f64::INFINITY };
        let target = SynapseTarget { cell: k, point: 1 };
        model.stimulate(EventStream { target, timing, arguments: vec![0.01] }).unwrap();
    }
    let noise = Waveform::Noise {
        mean: 0.05,
        deviation: 0.05,
        tau_ms: 2.0,
        start_ms: 2.0,
        stop_ms: f64::INFINITY,
    };
    model.attach(0, SOMA, Electrode::Current(noise)).unwrap();
    model.attach(1, SOMA, Electrode::pulse(0.4, 3.0, 10.0)).unwrap();
    model.record_spikes((0..n).map(detector).collect()).unwrap();
    let mut probes: Vec<Probe> = Vec::new();
    for k in 0..n {
        probes.push(model.probe(k, Location::new(1, 0.5), Quantity::Voltage).unwrap());
        let gate = Quantity::Density { mechanism: "hh".into(), variable: "m".into() };
        probes.push(model.probe(k, SOMA, gate).unwrap());
        probes.push(model.probe(k, SOMA, Quantity::MembraneCurrent).unwrap());
    }
    model.record(probes, Sampling { every_ms: 0.1, from_ms: 1.0, until_ms: 25.0 }).unwrap();
    model
}

fn bits(memory: &Memory) -> Vec<u64> {
    let spikes = memory.spikes.iter().flatten();
    let spikes = spikes.flat_map(|s| [s.0, s.1.to_bits(), u64::from(s.2)]);
    let frames = memory.frames.iter().flatten();
    spikes.chain(frames.flat_map(|f| f.1.iter().map(|v| v.to_bits()))).collect()
}

#[test]
fn threads_and_groups_do_not_change_a_bit() {
    let model = network(14);
    let reference = run(&model, 20.0);
    assert!(reference.spikes[0].len() > 20, "{}", reference.spikes[0].len());
    let expected = bits(&reference);
    for (threads, nodes_per_group) in [(1, 1), (2, 1), (3, 60), (4, 150), (2, 100_000)] {
        let execution = Execution { threads, nodes_per_group };
        let found = run_with(&model, 20.0, execution).unwrap();
        assert!(bits(&found) == expected, "{execution:?}");
    }
}

#[test]
fn a_run_in_pieces_and_a_clone_go_on_exactly() {
    let model = network(6);
    let whole = run(&model, 20.0);
    let mut simulation = CableSimulation::new(&model, Execution::default()).unwrap();
    let mut memory = Memory::default();
    simulation.run(7.25, &mut memory).unwrap();
    simulation.run(0.025, &mut memory).unwrap();
    let (mut branch, mut branch_memory) = (simulation.clone(), memory.clone());
    simulation.run(12.725, &mut memory).unwrap();
    branch.run(12.725, &mut branch_memory).unwrap();
    assert!(bits(&memory) == bits(&whole));
    assert!(bits(&branch_memory) == bits(&whole));
    assert_eq!(simulation.time_ms(), 20.0);
}

#[test]
fn frames_come_at_the_stamps_asked_for() {
    let memory = run(&network(2), 30.0);
    let steps: Vec<u64> = memory.frames[0].iter().map(|f| f.0).collect();
    assert_eq!(steps.first(), Some(&40));
    assert_eq!(steps.last(), Some(&1000));
    assert!(steps.windows(2).all(|w| w[1] - w[0] == 4));
}

/// A point process that answers an event by a spike, an event to itself, and one put off.
const RELAY: &str = "
NEURON { POINT_PROCESS Relay RANGE seen, late }
PARAMETER { wait = 1.5 (ms) }
ASSIGNED { seen late (ms) }
INITIAL { seen = 0 late = 0 }
NET_RECEIVE(weight) {
    IF (flag == 0) {
        seen = seen + weight
        net_event(t)
        net_send(wait, 3)
    } ELSE {
        late = t
    }
}
";

#[test]
fn point_processes_may_fire_and_remind_themselves() {
    let relay = inline("relay", RELAY);
    let mut cell = cable(20.0, [20.0, 20.0], 1);
    cell.place(SOMA, Point::new(&relay)).unwrap();
    let cell = Arc::new(cell);
    let mut model = CableModel::new(0.1).unwrap();
    model.add(Arc::clone(&cell));
    model.add(cell);
    let target = |cell| SynapseTarget { cell, point: 0 };
    let timing = Timing::Regular { start_ms: 1.0, interval_ms: 4.0, stop_ms: 6.0 };
    model.stimulate(EventStream { target: target(0), timing, arguments: vec![2.0] }).unwrap();
    let source = SpikeSource::Point { cell: 0, point: 0 };
    let arguments = vec![0.5];
    model.connect(Connection { source, target: target(1), arguments, delay_ms: 2.0 }).unwrap();
    model.record_spikes(vec![source, SpikeSource::Point { cell: 1, point: 0 }]).unwrap();
    let value = |cell, variable: &str| Probe {
        cell,
        quantity: Quantity::Point { point: 0, variable: variable.into() },
        node: 0,
    };
    let probes = vec![value(0, "seen"), value(1, "seen"), value(1, "late")];
    model.record(probes, Sampling::every(0.1)).unwrap();
    let memory = run(&model, 10.0);
    assert_eq!(memory.times(0, 0, 0.1).len(), 2);
    assert!((memory.times(0, 0, 0.1)[1] - 5.0).abs() < 1e-12);
    assert!((memory.times(0, 1, 0.1)[0] - 3.0).abs() < 1e-12);
    assert_eq!(memory.at(0, 0, 100), 4.0);
    assert_eq!(memory.at(0, 1, 100), 1.0);
    assert!((memory.at(0, 2, 100) - 8.5).abs() < 1e-9, "{}", memory.at(0, 2, 100));
}

#[test]
fn both_schemes_and_views_agree_where_the_grid_is_fine() {
    let at = |view, scheme| {
        let mut builder = Morphology::builder();
        let trunk = builder.cable(Kind::Dendrite, None, 100.0, 2.0);
        for _ in 0..2 {
            builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 50.0, 1.0);
        }
        let morphology = Arc::new(builder.build().unwrap());
        let mut cell = CellModel::new(morphology, view, &Policy::MaxLength(1.0)).unwrap();
        cell.paint(&ALL, Density::new(&pas()).with("g", 1e-4).with("e", -65.0)).unwrap();
        let mut model = common::watched(cell, &[Location::new(1, 0.501)], 0.005, 1.0, scheme);
        model.attach(0, Location::new(0, 0.501), Electrode::pulse(0.1, 0.0, 100.0)).unwrap();
        run(&model, 5.0).at(0, 0, 1000)
    };
    let reference = at(View::Segments, Scheme::CrankNicolson);
    assert!((at(View::Volumes, Scheme::CrankNicolson) - reference).abs() < 1e-6);
    assert!((at(View::Segments, Scheme::BackwardEuler) - reference).abs() < 1e-2);
}

#[test]
fn tables_change_a_trace_by_less_than_a_millionth_and_not_with_grouping() {
    let model = |tables| {
        let mut model = network(4).with_tables(tables);
        let probe = model.probe(0, SOMA, Quantity::Voltage).unwrap();
        model.record(vec![probe], Sampling::every(0.025)).unwrap();
        model
    };
    let (exact, tabulated) = (run(&model(false), 8.0), run(&model(true), 8.0));
    assert!(bits(&exact) != bits(&tabulated), "the channels should have been tabulated");
    let (exact, found) = (exact.column(1, 0), tabulated.column(1, 0));
    assert!(exact.iter().any(|v| *v > 0.0), "there should be a spike");
    for (a, b) in exact.iter().zip(found) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
    let execution = Execution { threads: 2, nodes_per_group: 1 };
    let apart = run_with(&model(true), 8.0, execution).unwrap();
    assert!(bits(&apart) == bits(&tabulated));
}
