//! KINETIC schemes through the engine: against closed forms, against gates of which they are another
//! writing, and their conservation laws.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use common::{ALL, cable, inline, mechanism, order, run};
use neuropil_cable::{
    CableModel, CellModel, Density, Electrode, Quantity, Sampling, Scheme, SpikeSource, Waveform,
};
use neuropil_morphology::Location;

const SOMA: Location = Location::new(0, 0.5);

/// Arbor's test_kin1: two states that exchange, one of which carries current.
const KIN1: &str = "
NEURON { SUFFIX kin1 NONSPECIFIC_CURRENT il }
UNITS { (mA) = (milliamp) }
STATE { a b }
ASSIGNED { il (mA/cm2) }
BREAKPOINT { SOLVE exchange METHOD sparse  il = 0.01 (mA/cm2)*a }
INITIAL { a = 1  b = 0 }
KINETIC exchange { ~ a <-> b (2/3*0.1 (/ms), 1/3*0.1 (/ms))  CONSERVE a + b = 1 }
";

fn density(mechanism: &str, variable: &str) -> Quantity {
    Quantity::Density { mechanism: mechanism.into(), variable: variable.into() }
}

/// A sphere's worth of membrane of 10 µm radius with kin1, sampled as its current and both states.
fn kin1(dt: f64, scheme: Scheme) -> CableModel {
    let mut cell = cable(20.0, [20.0, 20.0], 1);
    cell.paint(&ALL, Density::new(&inline("kin1", KIN1))).unwrap();
    let mut model = CableModel::new(dt).unwrap().with_scheme(scheme).with_bound(1e4);
    model.add(cell);
    let names = ["il", "a", "b"];
    let probes = names.map(|n| model.probe(0, SOMA, density("kin1", n)).unwrap()).to_vec();
    model.record(probes, Sampling::every(dt)).unwrap();
    model
}

#[test]
fn a_two_state_scheme_relaxes_as_it_should() {
    // i = c/3 + (a0 − c/3)·e^(−t/10 ms) with a0 = c = 0.01 mA/cm². Under the staggered scheme the
    // current of stamp n is that of half a step later.
    let exact = |t: f64| 0.01 / 3.0 + (0.01 - 0.01 / 3.0) * (-t / 10.0).exp();
    let dt = 0.025;
    let memory = run(&kin1(dt, Scheme::CrankNicolson), 30.0);
    for (step, frame) in &memory.frames[0] {
        let t = (*step as f64 + 0.5) * dt;
        assert!((frame[0] / exact(t) - 1.0).abs() < 1e-6, "{t} ms: {} {}", frame[0], exact(t));
        assert!((frame[1] + frame[2] - 1.0).abs() < 1e-15, "{t} ms");
    }
    let error = |dt: f64, scheme| {
        let step = (10.0 / dt) as u64;
        let shift = if scheme == Scheme::BackwardEuler { 0.0 } else { 0.5 };
        let found = run(&kin1(dt, scheme), 10.0).at(0, 0, step);
        (found - exact((step as f64 + shift) * dt)).abs()
    };
    let slope = order(error(0.2, Scheme::CrankNicolson), error(0.1, Scheme::CrankNicolson));
    assert!((slope - 2.0).abs() < 0.1, "{slope}");
    let slope = order(error(0.2, Scheme::BackwardEuler), error(0.1, Scheme::BackwardEuler));
    assert!((slope - 1.0).abs() < 0.1, "{slope}");
}

/// The sodium channel of Hodgkin and Huxley as eight states: m gates times h gate. `mihj` has i
/// activation gates and j inactivation gates open.
const MARKOV: &str = "
NEURON { SUFFIX nam USEION na READ ena WRITE ina RANGE gbar, open }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { gbar = 0.12 (S/cm2) }
ASSIGNED { v (mV) celsius (degC) ena (mV) ina (mA/cm2) am (/ms) bm (/ms) ah (/ms) bh (/ms) open }
STATE { m0h0 m1h0 m2h0 m3h0 m0h1 m1h1 m2h1 m3h1 }
BREAKPOINT {
    SOLVE gating METHOD sparse
    open = m3h1
    ina = gbar*m3h1*(v - ena)
}
INITIAL { SOLVE gating STEADYSTATE sparse }
KINETIC gating {
    rates(v)
    ~ m0h0 <-> m1h0 (3*am, bm)
    ~ m1h0 <-> m2h0 (2*am, 2*bm)
    ~ m2h0 <-> m3h0 (am, 3*bm)
    ~ m0h1 <-> m1h1 (3*am, bm)
    ~ m1h1 <-> m2h1 (2*am, 2*bm)
    ~ m2h1 <-> m3h1 (am, 3*bm)
    ~ m0h0 <-> m0h1 (ah, bh)
    ~ m1h0 <-> m1h1 (ah, bh)
    ~ m2h0 <-> m2h1 (ah, bh)
    ~ m3h0 <-> m3h1 (ah, bh)
    CONSERVE m0h0 + m1h0 + m2h0 + m3h0 + m0h1 + m1h1 + m2h1 + m3h1 = 1
}
PROCEDURE rates(v (mV)) {
    am = 0.1 (/ms/mV)*(v + 40 (mV))/(1 - exp(-(v + 40 (mV))/10 (mV)))
    bm = 4 (/ms)*exp(-(v + 65 (mV))/18 (mV))
    ah = 0.07 (/ms)*exp(-(v + 65 (mV))/20 (mV))
    bh = 1 (/ms)/(1 + exp(-(v + 35 (mV))/10 (mV)))
}
";

/// A soma with Hodgkin–Huxley channels; sodium by gates, or by the scheme of its states.
fn soma(markov: bool) -> CellModel {
    let mut cell = cable(18.8, [18.8, 18.8], 1);
    let hh = Density::new(&mechanism("hh"));
    if markov {
        cell.paint(&ALL, hh.with("gnabar", 0.0)).unwrap();
        cell.paint(&ALL, Density::new(&inline("nam", MARKOV))).unwrap();
    } else {
        cell.paint(&ALL, hh).unwrap();
    }
    cell.detect(SOMA, -10.0).unwrap();
    cell
}

fn spikes(markov: bool, dt: f64) -> Vec<f64> {
    let mut model = CableModel::new(dt).unwrap();
    model.add(soma(markov));
    model.attach(0, SOMA, Electrode::pulse(0.2, 5.0, 45.0)).unwrap();
    model.record_spikes(vec![SpikeSource::Detector { cell: 0, detector: 0 }]).unwrap();
    run(&model, 45.0).times(0, 0, dt)
}

#[test]
fn a_markov_sodium_channel_fires_as_its_gates_do() {
    // Independent gates and their eight-state scheme are the same equations. Reference: converged
    // times of the gates (integrator of tolerance 1e-11).
    let reference = [6.309659, 18.716535, 30.707468, 42.673119];
    let found = spikes(true, 0.025);
    assert_eq!(found.len(), reference.len(), "{found:?}");
    for (found, reference) in found.iter().zip(reference) {
        assert!((found - reference).abs() < 0.02, "{found} {reference}");
    }
    let error = |dt: f64| (spikes(true, dt)[3] - reference[3]).abs();
    let slope = order(error(0.02), error(0.01));
    assert!((slope - 2.0).abs() < 0.2, "{slope}");
}

#[test]
fn a_markov_scheme_under_clamp_opens_as_the_product_of_its_gates() {
    let dt = 0.01;
    let mut cell = cable(18.8, [18.8, 18.8], 1);
    for (name, text) in [("nam", MARKOV), ("hh", include_str!("mechanisms/hh.mod"))] {
        cell.paint(&ALL, Density::new(&inline(name, text))).unwrap();
    }
    let mut model = CableModel::new(dt).unwrap();
    model.add(cell);
    let step = Waveform::Steps([(0.0, -65.0), (2.0, -10.0)].into());
    model.attach(0, SOMA, Electrode::clamp(step, 1e-6)).unwrap();
    let probes = [("nam", "open"), ("hh", "m"), ("hh", "h"), ("nam", "m0h0"), ("nam", "m3h0")];
    let mut probes = probes.map(|(m, v)| model.probe(0, SOMA, density(m, v)).unwrap()).to_vec();
    for state in ["m1h0", "m2h0", "m0h1", "m1h1", "m2h1", "m3h1"] {
        probes.push(model.probe(0, SOMA, density("nam", state)).unwrap());
    }
    model.record(probes, Sampling::every(dt)).unwrap();
    let memory = run(&model, 6.0);
    let mut largest = 0.0f64;
    for (step, frame) in &memory.frames[0] {
        let (open, product) = (frame[0], frame[1].powi(3) * frame[2]);
        largest = largest.max(open);
        assert!((open - product).abs() < 1e-4, "step {step}: {open} {product}"); // dt² · rates²
        let sum: f64 = frame[3..].iter().sum();
        assert!((sum - 1.0).abs() < 1e-14, "step {step}: {sum}");
    }
    assert!(largest > 0.1, "the channel should open");
}
