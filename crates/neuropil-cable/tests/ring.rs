//! NEURON's own ring network, spike by spike.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::sync::Arc;

use common::{ALL, mechanism, run_with};
use neuropil_cable::{
    CableModel, CellModel, Connection, Density, Electrode, Execution, Point, Scheme, SpikeSource,
    SynapseTarget, View,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology, Region};

/// The ball and stick of NEURON's test/ringtest: 1 and 7 segments (its d_lambda rule), an excitatory
/// and an inhibitory synapse, and the threshold of 10 mV at the end of the soma.
fn ball_and_stick() -> CellModel {
    let mut builder = Morphology::builder();
    let soma = builder.cable(Kind::Soma, None, 12.6157, 12.6157);
    builder.cable(Kind::Dendrite, Some(Location::new(soma, 1.0)), 200.0, 1.0);
    let morphology = Arc::new(builder.build().unwrap());
    let policy = Policy::Counts(vec![1, 7]);
    let mut cell = CellModel::new(morphology, View::Segments, &policy).unwrap();
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    cell.paint(&Region::Kind(Kind::Soma), Density::new(&mechanism("hh"))).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 0.001).with("e", -65.0);
    cell.paint(&Region::Kind(Kind::Dendrite), pas).unwrap();
    let expsyn = mechanism("expsyn");
    cell.place(Location::new(1, 0.8), Point::new(&expsyn).with("tau", 2.0)).unwrap();
    let inhibitory = Point::new(&expsyn).with("tau", 5.0).with("e", -80.0);
    cell.place(Location::new(1, 0.1), inhibitory).unwrap();
    cell.detect(Location::new(0, 1.0), 10.0).unwrap();
    cell
}

#[test]
fn the_ring_of_twenty_fires_as_in_neuron() {
    // NEURON 9.0.2 (and the reference file of its test): 33 spikes, 0.475 ms on cell 0, then each next
    // cell 3.05 ms later; backward Euler at 0.025 ms, times at the ends of steps.
    let (n, dt) = (20, 0.025);
    let cell = Arc::new(ball_and_stick());
    let mut model = CableModel::new(dt).unwrap().with_scheme(Scheme::BackwardEuler);
    for _ in 0..n {
        model.add(Arc::clone(&cell));
    }
    let source = |cell| SpikeSource::Detector { cell, detector: 0 };
    for k in 0..n {
        let target = SynapseTarget { cell: (k + 1) % n, point: 0 };
        let (source, arguments, delay_ms) = (source(k), vec![0.01], 1.0);
        model.connect(Connection { source, target, arguments, delay_ms }).unwrap();
    }
    model.attach(0, Location::new(0, 0.5), Electrode::pulse(1.0, 0.0, 1.0)).unwrap();
    model.record_spikes((0..n).map(source).collect()).unwrap();
    for threads in [1, 2, 4] {
        let execution = Execution { threads, nodes_per_group: 40 };
        let memory = run_with(&model, 100.0, execution).unwrap();
        let found: Vec<(u64, u32)> = memory.spikes[0].iter().map(|s| (s.0, s.2)).collect();
        let expected: Vec<(u64, u32)> =
            (0..33u64).map(|k| (19 + 122 * k, (k % 20) as u32)).collect();
        assert_eq!(found, expected, "{threads} threads");
    }
}
