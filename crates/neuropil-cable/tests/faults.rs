//! What is wrong is said, with its place; what was recorded before is kept.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use common::{ALL, Memory, cable, inline, mechanism};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Connection, Density, Electrode, EventStream, Execution,
    Ion, ModelError, Point, Probe, Quantity, Reference, RunError, Sampling, SpikeSource,
    SynapseTarget, Timing,
};
use neuropil_morphology::{Kind, Location, Region};

const MIDDLE: Location = Location::new(0, 0.5);

fn model_of(cell: CellModel) -> CableModel {
    let mut model = CableModel::new(0.025).unwrap();
    model.add(cell);
    model
}

fn build_error(cell: CellModel) -> String {
    match CableSimulation::new(&model_of(cell), Execution::default()) {
        Ok(_) => panic!("should have been refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_region_that_matches_nothing_is_named() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let apical = Region::Kind(Kind::Apical);
    let error = cell.paint(&apical, Density::new(&mechanism("pas"))).unwrap_err();
    assert!(error.to_string().contains("apic"), "{error}");
    // A stretch between two centres: part of the cell, but of no compartment.
    let section = neuropil_morphology::region::SectionRef::Index(0);
    let sliver = Region::Section(section, 0.15, 0.25);
    let error = cell.paint(&sliver, Density::new(&mechanism("pas"))).unwrap_err();
    assert!(matches!(error, ModelError::EmptyRegion { .. }), "{error}");
}

#[test]
fn a_place_off_the_tree_is_named() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    for place in [Location::new(3, 0.5), Location::new(0, 1.5), Location::new(0, -0.1)] {
        let error = cell.detect(place, 0.0).unwrap_err();
        assert_eq!(error, ModelError::OffTree { place, sections: 1 });
    }
}

#[test]
fn a_negative_conductance_is_refused() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let error = cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", -1e-3)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"g\" of mechanism \"pas\" is -0.001 S/cm2: a conductance cannot be below zero"
    );
    assert!(cell.paint(&ALL, Density::new(&mechanism("pas")).with("e", -90.0)).is_ok());
}

#[test]
fn an_unknown_parameter_gets_a_suggestion() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let error = cell.paint(&ALL, Density::new(&mechanism("hh")).with("gnaber", 0.1)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("did you mean \"gnabar\"?"), "{text}");
}

#[test]
fn two_mechanisms_of_one_name_are_refused() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&mechanism("pas"))).unwrap();
    let error = cell.paint(&ALL, Density::new(&mechanism("pas"))).unwrap_err();
    assert!(matches!(&error, ModelError::TwoOfOneName { name, .. } if name == "pas"), "{error}");
}

const CHLORIDE: &str = "
NEURON { SUFFIX clc USEION cl READ ecl WRITE icl VALENCE -1 RANGE g }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 1e-4 (S/cm2) }
ASSIGNED { v (mV) ecl (mV) icl (mA/cm2) }
BREAKPOINT { icl = g*(v - ecl) }
";

#[test]
fn an_ion_that_nobody_provides_is_named() {
    let clc = inline("clc", CHLORIDE);
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&clc)).unwrap();
    assert_eq!(
        build_error(cell.clone()),
        "mechanism \"clc\" reads ecl of ion \"cl\", which nothing provides: declare the ion with its \
         reversal potential"
    );
    cell.set_ion("cl", Ion::with_reversal(-1.0, -70.0)).unwrap();
    assert!(CableSimulation::new(&model_of(cell), Execution::default()).is_ok());
}

const FOLLOWER: &str = "
NEURON { POINT_PROCESS Follower POINTER vpre RANGE g NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (nA) = (nanoamp) (uS) = (microsiemens) }
PARAMETER { g = 0.001 (uS) }
ASSIGNED { v (mV) vpre (mV) i (nA) }
BREAKPOINT { i = g*(v - vpre) }
";

#[test]
fn a_pointer_left_unset_is_named_and_one_that_is_set_works() {
    let follower = inline("follower", FOLLOWER);
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let mut connected = cell.clone();
    cell.place(MIDDLE, Point::new(&follower)).unwrap();
    assert_eq!(build_error(cell), "POINTER \"vpre\" of mechanism \"Follower\" is not connected");
    let far = Location::new(0, 0.9);
    let point = Point::new(&follower).with_pointer("vpre", Reference::Voltage(far));
    connected.place(Location::new(0, 0.1), point).unwrap();
    connected
        .set_initial_voltage(
            &Region::Section(neuropil_morphology::region::SectionRef::Index(0), 0.8, 1.0),
            -50.0,
        )
        .unwrap();
    let mut model = model_of(connected);
    let probe = model.probe(0, far, Quantity::Point { point: 0, variable: "i".into() }).unwrap();
    model.record(vec![probe], Sampling::every(0.025)).unwrap();
    let memory = common::run(&model, 0.025);
    assert!((memory.at(0, 0, 0) - 0.001 * (-65.0 + 50.0)).abs() < 1e-12);
}

/// A current that grows with the potential: it blows up.
const UNSTABLE: &str = "
NEURON { SUFFIX blowup NONSPECIFIC_CURRENT i RANGE g }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 0.01 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = -g*(v + 65)*(v + 65)/10 }
";

#[test]
fn a_runaway_is_named_and_what_was_recorded_is_kept() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", 1e-4).with("e", -65.0)).unwrap();
    let unstable = Density::new(&inline("blowup", UNSTABLE));
    let end = Region::Section(neuropil_morphology::region::SectionRef::Index(0), 0.8, 1.0);
    cell.paint(&end, unstable).unwrap();
    let mut model = model_of(cell);
    model.attach(0, Location::new(0, 0.9), Electrode::pulse(0.05, 1.0, 100.0)).unwrap();
    let probe = model.probe(0, MIDDLE, Quantity::Voltage).unwrap();
    model.record(vec![probe], Sampling::every(0.025)).unwrap();
    let mut memory = Memory::default();
    let mut simulation = CableSimulation::new(&model, Execution::default()).unwrap();
    let error = simulation.run(50.0, &mut memory).unwrap_err();
    let RunError::Runaway { t_ms, cell, section, fraction, mechanism, .. } = &error else {
        panic!("{error}");
    };
    assert!(*t_ms > 1.0 && *t_ms < 20.0, "{error}");
    assert_eq!((*cell, section.as_str(), mechanism.as_str()), (0, "dend", "blowup"));
    assert!((fraction - 0.9).abs() < 1e-12);
    let last = memory.frames[0].last().unwrap().0;
    assert_eq!(last, (t_ms / 0.025).round() as u64 - 1);
    assert!(memory.column(0, 0).iter().all(|v| v.is_finite()));
    assert!(matches!(simulation.run(1.0, &mut memory), Err(RunError::Ended { .. })));
}

#[test]
fn mistakes_in_a_network_are_refused_where_they_are_made() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&mechanism("pas"))).unwrap();
    let point = cell.place(MIDDLE, Point::new(&mechanism("expsyn"))).unwrap();
    let density_as_point = cell.place(MIDDLE, Point::new(&mechanism("hh")));
    assert!(matches!(density_as_point, Err(ModelError::Kind { .. })));
    cell.detect(MIDDLE, 0.0).unwrap();
    let mut model = model_of(cell);
    let source = SpikeSource::Detector { cell: 0, detector: 0 };
    let target = SynapseTarget { cell: 0, point };
    let connection =
        |target, arguments, delay_ms| Connection { source, target, arguments, delay_ms };
    let nobody = SynapseTarget { cell: 0, point: 7 };
    assert!(matches!(
        model.connect(connection(nobody, vec![1.0], 1.0)),
        Err(ModelError::NoSuch { what: "point process", index: 7, count: 1 })
    ));
    assert!(matches!(
        model.connect(connection(target, vec![1.0, 2.0], 1.0)),
        Err(ModelError::Arguments { expected: 1, found: 2, .. })
    ));
    assert!(matches!(
        model.connect(connection(target, vec![1.0], 0.01)),
        Err(ModelError::Clock(_))
    ));
    let timing = Timing::Times([f64::NAN].into());
    assert!(matches!(
        model.stimulate(EventStream { target, timing, arguments: vec![1.0] }),
        Err(ModelError::OutOfRange { .. })
    ));
    let probe = Probe {
        cell: 0,
        quantity: Quantity::Density { mechanism: "hh".into(), variable: "m".into() },
        node: 0,
    };
    assert!(matches!(
        model.record(vec![probe], Sampling::every(0.1)),
        Err(ModelError::UnknownMechanism { .. })
    ));
    assert_eq!(model.record(vec![], Sampling::every(0.1)), Err(ModelError::EmptyRecording));
}

#[test]
fn a_step_too_large_for_a_kinetic_scheme_names_cell_place_mechanism_and_state() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let text = "NEURON { SUFFIX pool } STATE { c } ASSIGNED { v } INITIAL { c = 1 }
        BREAKPOINT { SOLVE k METHOD sparse } KINETIC k { ~ c << (-60) }";
    cell.paint(&ALL, Density::new(&mechanism("pas"))).unwrap();
    cell.paint(&ALL, Density::new(&inline("pool", text))).unwrap();
    let mut simulation = CableSimulation::new(&model_of(cell), Execution::default()).unwrap();
    let error = simulation.run(1.0, &mut Memory::default()).unwrap_err();
    let text = error.to_string();
    for part in ["cell 0", "section", "\"pool\"", "\"c\"", "too large"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A reaction so violent that Newton's iteration overshoots for ever at a large step.
const VIOLENT: &str = "
NEURON { SUFFIX violent RANGE k }
PARAMETER { k = 1 }
STATE { x }
ASSIGNED { v }
BREAKPOINT { SOLVE reaction METHOD derivimplicit }
INITIAL { x = 0.1 }
DERIVATIVE reaction { x' = k*sin(1000*x) + k }
";

#[test]
fn a_step_too_large_for_implicit_equations_names_mechanism_place_and_time() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let violent = inline("violent", VIOLENT);
    let last = Region::Section(neuropil_morphology::region::SectionRef::Index(0), 0.8, 1.0);
    cell.paint(&last, Density::new(&violent).with("k", 1e6)).unwrap();
    let mut model = model_of(cell);
    let probe = model.probe(0, MIDDLE, Quantity::Voltage).unwrap();
    model.record(vec![probe], Sampling::every(0.025)).unwrap();
    let mut memory = Memory::default();
    let mut simulation = CableSimulation::new(&model, Execution::default()).unwrap();
    let error = simulation.run(5.0, &mut memory).unwrap_err();
    let text = error.to_string();
    for part in [
        "cell 0",
        "section \"dend\" at fraction 0.9000",
        "violent",
        "reaction",
        "smaller time step",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(matches!(error, RunError::Mechanism { .. }), "{text}");
    assert!(matches!(simulation.run(1.0, &mut memory), Err(RunError::Ended { .. })));
}

#[test]
fn a_conductance_below_zero_is_refused_wherever_it_is_said() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    let by_place = neuropil_cable::Values::function(|site| 1e-3 - 1e-4 * site.distance_um);
    let error = cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", by_place)).unwrap_err();
    assert!(matches!(error, ModelError::NegativeConductance { .. }), "{error}");
    let follower = Point::new(&inline("follower", FOLLOWER)).with("g", -0.001);
    let error = cell.place(MIDDLE, follower).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"g\" of mechanism \"Follower\" is -0.001 uS: a conductance cannot be below zero"
    );
    // Nothing of what was refused is on the cell.
    assert!(cell.mechanisms().is_empty() && cell.points() == 0);
}

#[test]
fn a_density_and_a_point_process_of_one_name_are_refused() {
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&mechanism("pas"))).unwrap();
    let text = FOLLOWER.replace("POINT_PROCESS Follower", "POINT_PROCESS pas");
    let error = cell.place(MIDDLE, Point::new(&inline("other", &text))).unwrap_err();
    assert!(matches!(&error, ModelError::TwoOfOneName { name, .. } if name == "pas"), "{error}");
}

#[test]
fn a_potential_that_is_no_number_names_the_mechanism_that_made_it() {
    let nan = inline(
        "broken",
        "NEURON { SUFFIX broken NONSPECIFIC_CURRENT i } ASSIGNED { v i }
         BREAKPOINT { i = log(v + 64.99) }",
    );
    let mut cell = cable(100.0, [1.0, 1.0], 5);
    cell.paint(&ALL, Density::new(&mechanism("pas")).with("g", 1e-4).with("e", -65.0)).unwrap();
    cell.paint(&ALL, Density::new(&nan)).unwrap();
    let mut simulation = CableSimulation::new(&model_of(cell), Execution::default()).unwrap();
    let error = simulation.run(1.0, &mut Memory::default()).unwrap_err();
    let RunError::Runaway { t_ms, mechanism, .. } = &error else { panic!("{error}") };
    assert_eq!((*t_ms, mechanism.as_str()), (0.025, "broken"), "{error}");
}
