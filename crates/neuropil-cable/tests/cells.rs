//! Spiking cells and synapses against converged reference times.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::sync::Arc;

use common::{ALL, Memory, cable, mechanism, run};
use neuropil_cable::{
    CableModel, CellModel, Connection, Density, Electrode, EventStream, Ion, Point, Quantity,
    Reversal, Sampling, SpikeSource, SynapseTarget, Timing, View,
};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology, Point as Place, Region};

const SOMA: Location = Location::new(0, 0.5);
/// At which the reference times were taken.
const THRESHOLD_MV: f64 = -10.0;

fn nernst_sodium_and_potassium(cell: &mut CellModel) {
    for name in ["na", "k"] {
        let ion = Ion { reversal: Reversal::Nernst, ..Ion::known(name).unwrap() };
        cell.set_ion(name, ion).unwrap();
    }
}

fn spikes_of(cell: CellModel, electrodes: &[(Location, Electrode)], dt: f64, ms: f64) -> Vec<f64> {
    let mut cell = cell;
    cell.detect(SOMA, THRESHOLD_MV).unwrap();
    let mut model = CableModel::new(dt).unwrap();
    model.add(cell);
    for (place, electrode) in electrodes {
        model.attach(0, *place, electrode.clone()).unwrap();
    }
    model.record_spikes(vec![SpikeSource::Detector { cell: 0, detector: 0 }]).unwrap();
    run(&model, ms).times(0, 0, dt)
}

fn assert_times(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < tolerance, "{found:?}");
    }
}

fn hh_soma(classic: bool) -> CellModel {
    let mut cell = cable(18.8, [18.8, 18.8], 1);
    if !classic {
        nernst_sodium_and_potassium(&mut cell);
    }
    cell.paint(&ALL, Density::new(&mechanism("hh"))).unwrap();
    cell
}

#[test]
fn a_hodgkin_huxley_soma_fires_when_it_should() {
    let times = [11.949582, 26.320633, 40.457431, 54.583924, 68.709755, 82.835542, 96.961327];
    let found =
        spikes_of(hh_soma(false), &[(SOMA, Electrode::pulse(0.1, 10.0, 90.0))], 0.025, 100.0);
    assert_times(&found, &times, 0.02);
    let fine =
        spikes_of(hh_soma(false), &[(SOMA, Electrode::pulse(0.1, 10.0, 90.0))], 0.0025, 27.0);
    assert_times(&fine, &times[..2], 5e-4); // a hundredth of the error at ten times the step
    let classic = [11.988924, 27.448698, 42.674940, 57.891461, 73.107288, 88.323065];
    let found =
        spikes_of(hh_soma(true), &[(SOMA, Electrode::pulse(0.1, 10.0, 90.0))], 0.025, 100.0);
    assert_times(&found, &classic, 0.02);
}

#[test]
fn spike_times_of_a_soma_converge_to_the_reference() {
    let at = |dt| {
        *spikes_of(hh_soma(true), &[(SOMA, Electrode::pulse(0.2, 5.0, 45.0))], dt, 43.0)
            .last()
            .unwrap()
    };
    let (coarse, fine) = (at(0.02), at(0.01));
    let limit = fine + (fine - coarse) / 3.0; // Richardson, second order
    assert!((limit - 42.673119).abs() < 5e-4, "{limit}");
}

/// Which dendrite it hangs from (the soma if none), and its points.
type Dendrite = (Option<usize>, Vec<(f64, f64)>);

/// A soma of 12.6157 µm with Hodgkin–Huxley channels and passive dendrites with the given points
/// (position and diameter along x), each hanging from the soma's end or from another dendrite's.
fn ball_and(dendrites: &[Dendrite], n: usize) -> CellModel {
    let mut builder = Morphology::builder();
    let soma = builder.cable(Kind::Soma, None, 12.6157, 12.6157);
    for (parent, points) in dendrites {
        let parent = parent.map_or(soma, |p| p + 1);
        let points = points.iter().map(|&(x, d)| Place::new(x, 0.0, 0.0, 0.5 * d));
        builder.section(Kind::Dendrite, Some(Location::new(parent, 1.0)), points);
    }
    let morphology = Arc::new(builder.build().unwrap());
    let mut counts = vec![n; dendrites.len() + 1];
    counts[0] = 1;
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::Counts(counts)).unwrap();
    cell.set_axial_resistivity(&ALL, 100.0).unwrap();
    nernst_sodium_and_potassium(&mut cell);
    cell.paint(&Region::Kind(Kind::Soma), Density::new(&mechanism("hh"))).unwrap();
    let pas = Density::new(&mechanism("pas")).with("g", 0.001).with("e", -65.0);
    cell.paint(&Region::Kind(Kind::Dendrite), pas).unwrap();
    cell
}

fn stick() -> CellModel {
    ball_and(&[(None, vec![(0.0, 1.0), (200.0, 1.0)])], 101)
}

fn driven_at_the_tip(cell: CellModel) -> Vec<f64> {
    spikes_of(cell, &[(Location::new(1, 1.0), Electrode::pulse(0.3, 5.0, 80.0))], 0.025, 100.0)
}

#[test]
fn ball_and_stick_fires_when_it_should() {
    let times = [6.813, 19.579, 31.830, 44.046, 56.258, 68.470, 80.681];
    assert_times(&driven_at_the_tip(stick()), &times, 0.02);
}

#[test]
fn ball_and_taper_fires_when_it_should() {
    let cell = ball_and(&[(None, vec![(0.0, 1.0), (200.0, 0.4)])], 101);
    let times = [6.774, 18.972, 30.621, 42.230, 53.835, 65.438, 77.042];
    assert_times(&driven_at_the_tip(cell), &times, 0.02);
}

#[test]
fn ball_and_squiggle_fires_when_it_should() {
    // 200 points along 100 µm, radius e^(−x)(0.05 sin 40x + 0.1) + 0.1 with x from 0 to 1.
    let radius = |x: f64| (-x).exp() * ((40.0 * x).sin() * 0.05 + 0.1) + 0.1;
    let x = |i: u32| f64::from(i) / 199.0;
    let points = (0..200).map(|i| (100.0 * x(i), 2.0 * radius(x(i)))).collect();
    let cell = ball_and(&[(None, points)], 201);
    let times = [6.211, 16.460, 26.030, 35.538, 45.037, 54.534, 64.031, 73.528, 83.025];
    assert_times(&driven_at_the_tip(cell), &times, 0.03);
}

#[test]
fn ball_and_three_sticks_fires_when_it_should() {
    let straight = || vec![(0.0, 1.0), (100.0, 1.0)];
    let cell = ball_and(&[(None, straight()), (Some(0), straight()), (Some(0), straight())], 51);
    let electrodes = [
        (Location::new(2, 1.0), Electrode::pulse(0.45, 5.0, 80.0)),
        (Location::new(3, 1.0), Electrode::pulse(-0.2, 40.0, 10.0)),
    ];
    let times = [6.777, 19.070, 30.804, 52.010, 63.851, 75.549];
    assert_times(&spikes_of(cell, &electrodes, 0.025, 100.0), &times, 0.02);
}

#[test]
fn synapses_make_a_ball_and_stick_fire_when_they_should() {
    let cases = [
        (Point::new(&mechanism("expsyn")).with("tau", 2.0), [10.912, 21.288, 40.938]),
        (
            Point::new(&mechanism("exp2syn")).with("tau1", 0.5).with("tau2", 2.0),
            [11.049, 21.455, 41.082],
        ),
    ];
    for (synapse, times) in cases {
        let mut cell = stick();
        let point = cell.place(Location::new(1, 0.5), synapse).unwrap();
        cell.detect(SOMA, THRESHOLD_MV).unwrap();
        let mut model = CableModel::new(0.025).unwrap();
        model.add(cell);
        let target = SynapseTarget { cell: 0, point };
        let timing = Timing::Times([10.0, 20.0, 40.0].into());
        model.stimulate(EventStream { target, timing, arguments: vec![0.04] }).unwrap();
        model.record_spikes(vec![SpikeSource::Detector { cell: 0, detector: 0 }]).unwrap();
        assert_times(&run(&model, 70.0).times(0, 0, 0.025), &times, 0.02);
    }
}

/// A sphere of 100 MΩ and 0.01 nF resting at −65 mV.
fn rc_cell() -> CellModel {
    let side = (1000.0 / std::f64::consts::PI).sqrt(); // 1000 µm²
    let mut cell = cable(side, [side, side], 1);
    let pas = Density::new(&mechanism("pas")).with("g", 0.001).with("e", -65.0);
    cell.paint(&ALL, pas).unwrap();
    cell
}

/// Trace of an RC cell with one exponential synapse of peak `g_us` at time 0.
fn rc_expsyn(g_us: f64, dt: f64) -> Memory {
    let mut cell = rc_cell();
    let point = cell.place(SOMA, Point::new(&mechanism("expsyn")).with("tau", 1.0)).unwrap();
    let mut model = CableModel::new(dt).unwrap();
    model.add(cell);
    let target = SynapseTarget { cell: 0, point };
    let timing = Timing::Times([0.0].into());
    model.stimulate(EventStream { target, timing, arguments: vec![g_us] }).unwrap();
    let probe = model.probe(0, SOMA, Quantity::Voltage).unwrap();
    model.record(vec![probe], Sampling::every(dt)).unwrap();
    run(&model, 10.0)
}

#[test]
fn an_exponential_synapse_on_an_rc_cell_follows_the_exact_course() {
    let dt = 0.0025;
    let low = rc_expsyn(0.1, dt);
    for (t, exact) in [
        (0.5, -8.980404),
        (1.0, -12.094570),
        (2.0, -22.519391),
        (5.0, -54.756596),
        (10.0, -64.789775),
    ] {
        let found = low.at(0, 0, (t / dt).round() as u64);
        assert!((found / exact - 1.0).abs() < 1e-4, "{t}: {found} {exact}");
    }
}

#[test]
fn a_spike_reaches_the_next_cells_after_their_delays() {
    // NSuite's rc-exp2syn-spike: cell 0 is driven at 0 and fires at 0.5562716 ms; 100 others fire
    // as long after the arrival of its spike. A spike leaves at the end of the step in which it was
    // found, so that it arrives late by up to a step; given the arrival, nothing is late.
    let exact = 0.556_271_6;
    let synapse = Point::new(&mechanism("exp2syn")).with("tau1", 0.5).with("tau2", 4.0);
    let mut cell = rc_cell();
    cell.place(SOMA, synapse).unwrap();
    cell.detect(SOMA, -10.0).unwrap();
    let cell = Arc::new(cell);
    for dt in [0.01, 0.001] {
        let mut model = CableModel::new(dt).unwrap();
        for _ in 0..101 {
            model.add(Arc::clone(&cell));
        }
        let target = |cell| SynapseTarget { cell, point: 0 };
        let timing = Timing::Times([0.0].into());
        model.stimulate(EventStream { target: target(0), timing, arguments: vec![0.1] }).unwrap();
        let source = |cell| SpikeSource::Detector { cell, detector: 0 };
        let delay = |k: usize| 3.3 + 0.05 * k as f64;
        for k in 1..101 {
            let (source, target, delay_ms) = (source(0), target(k), delay(k));
            model.connect(Connection { source, target, arguments: vec![0.1], delay_ms }).unwrap();
        }
        model.record_spikes((0..101).map(source).collect()).unwrap();
        let memory = run(&model, 12.0);
        let first = memory.times(0, 0, dt)[0];
        assert!((first - exact).abs() < 1e-3, "{dt}: {first}");
        let left = (exact / dt).ceil() * dt;
        for k in 1..101u32 {
            let found = memory.times(0, k, dt)[0];
            let wanted = left + delay(k as usize) + exact;
            assert!((found - wanted).abs() < 1e-3, "{dt}, cell {k}: {found}, {wanted}");
        }
    }
}
