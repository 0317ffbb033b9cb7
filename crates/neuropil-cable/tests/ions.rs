//! Ions: Nernst and Goldman–Hodgkin–Katz, concentrations that change, and who may say what of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

mod common;

use std::sync::Arc;

use common::{ALL, cable, inline, mechanism, order, run};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Density, Execution, Ion, Quantity, Reversal, Sampling,
    Scheme, Values,
};
use neuropil_mechanism::Mechanism;
use neuropil_morphology::Location;

const MIDDLE: Location = Location::new(0, 0.5);
/// SI of 2019.
const R: f64 = 8.314_462_618_153_24;
const F: f64 = 96_485.332_123_310_01;

const PROBE: &str = "
NEURON { SUFFIX probe USEION ca READ cai, cao RANGE flux, e }
UNITS { (mV) = (millivolt) (mM) = (milli/liter) }
ASSIGNED { v (mV) cai (mM) cao (mM) flux e (mV) }
INITIAL { flux = ghk(v, cai, cao, 2)  e = nernst(cai, cao, 2) }
BREAKPOINT { flux = ghk(v, cai, cao, 2)  e = nernst(cai, cao, 2) }
";

fn density(mechanism: &str, variable: &str) -> Quantity {
    Quantity::Density { mechanism: mechanism.into(), variable: variable.into() }
}

/// z²… written with the stable quotient u/(1 − e^−u).
fn ghk(v: f64, inside: f64, outside: f64, z: f64, celsius: f64) -> f64 {
    let u = z * v * 1e-3 * F / (R * (273.15 + celsius));
    let quotient = |u: f64| if u == 0.0 { 1.0 } else { u / u.exp_m1() };
    1e-3 * z * F * (inside * quotient(-u) - outside * quotient(u))
}

#[test]
fn ghk_and_nernst_in_a_file_are_exact_at_every_voltage() {
    // NEURON 9.0.2 at 6.3 °C, [Ca] 5e-5 and 2 mM (mC/cm³); it agrees with the formula to 1e-14.
    let table = [
        (-80.0, -2567.614824),
        (-65.0, -2092.939529),
        (-20.0, -791.3791702),
        (0.0, -385.9316800),
        (20.0, -150.2948821),
    ];
    let mut cell = cable(100.0, [1.0, 1.0], table.len());
    let start = Values::Each(table.iter().map(|t| t.0).collect());
    cell.set_initial_voltage(&ALL, start).unwrap();
    cell.paint(&ALL, Density::new(&inline("probe", PROBE))).unwrap();
    let mut model = CableModel::new(0.025).unwrap();
    model.add(cell);
    for variable in ["flux", "e"] {
        let probes = model.probes(0, &ALL, &density("probe", variable)).unwrap();
        model.record(probes, Sampling::every(0.025)).unwrap();
    }
    let memory = run(&model, 0.025);
    for (k, (v, published)) in table.into_iter().enumerate() {
        let exact = ghk(v, 5e-5, 2.0, 2.0, 6.3);
        assert!((exact / published - 1.0).abs() < 5e-10, "digits of the table: {exact}");
        let found = memory.at(0, k, 0);
        assert!((found / exact - 1.0).abs() < 1e-12, "{v} mV: {found} {exact}");
        let nernst = 1e3 * R * 279.45 / (2.0 * F) * (2.0f64 / 5e-5).ln();
        assert!((memory.at(1, k, 0) / nernst - 1.0).abs() < 1e-12);
    }
}

#[test]
fn reversal_potentials_follow_the_style_of_the_ion() {
    let hh = mechanism("hh");
    let reversal = |ion: Option<Ion>, celsius: f64| {
        let mut cell = cable(20.0, [20.0, 20.0], 1);
        cell.paint(&ALL, Density::new(&hh)).unwrap();
        if let Some(ion) = ion {
            cell.set_ion("na", ion).unwrap();
        }
        let mut model = CableModel::new(0.025).unwrap().with_celsius(celsius);
        model.add(cell);
        let probe = model.probe(0, MIDDLE, Quantity::Reversal("na".into())).unwrap();
        model.record(vec![probe], Sampling::every(0.025)).unwrap();
        run(&model, 0.025).at(0, 0, 1)
    };
    let known = Ion::known("na").unwrap();
    assert_eq!(reversal(None, 6.3), 50.0);
    assert_eq!(reversal(Some(Ion { reversal: Reversal::Fixed(44.0), ..known }), 6.3), 44.0);
    let nernst = Ion { reversal: Reversal::Nernst, ..known };
    // ENa(10, 140 mM) at 6.3 and 37 °C, evaluated with 30 digits.
    for (celsius, mv) in [(6.3, 63.55150322), (37.0, 70.53318563)] {
        assert!((reversal(Some(nernst), celsius) / mv - 1.0).abs() < 5e-10);
    }
}

/// A calcium conductance or permeability, and a shell that takes the current and pumps it out.
fn shell(current: &str) -> [Arc<Mechanism>; 2] {
    let channel = format!(
        "NEURON {{ SUFFIX channel USEION ca READ eca, cai, cao WRITE ica RANGE g }}
         UNITS {{ (mV) = (millivolt) (mM) = (milli/liter) (mA) = (milliamp) (S) = (siemens) }}
         PARAMETER {{ g = 2e-5 }}
         ASSIGNED {{ v (mV) eca (mV) cai (mM) cao (mM) ica (mA/cm2) }}
         BREAKPOINT {{ ica = {current} }}"
    );
    let pool = "
        NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai RANGE depth, tau }
        UNITS { (um) = (micron) (mM) = (milli/liter) (mA) = (milliamp) FARADAY = (faraday) (coulomb) }
        PARAMETER { depth = 0.1 (um)  tau = 20 (ms)  rest = 1e-4 (mM) }
        STATE { cai (mM) }
        ASSIGNED { ica (mA/cm2) }
        INITIAL { cai = rest }
        BREAKPOINT { SOLVE change METHOD cnexp }
        DERIVATIVE change { cai' = -(10000)*ica/(2*FARADAY*depth) + (rest - cai)/tau }";
    [inline("channel", &channel), inline("pool", pool)]
}

fn calcium_cell(mechanisms: &[Arc<Mechanism>]) -> CellModel {
    let mut cell = cable(20.0, [20.0, 20.0], 1);
    let pas = Density::new(&mechanism("pas")).with("g", 1e-4).with("e", -65.0);
    cell.paint(&ALL, pas).unwrap();
    for mechanism in mechanisms {
        cell.paint(&ALL, Density::new(mechanism)).unwrap();
    }
    cell
}

/// Potential and calcium of the cell after some time, by the classical Runge–Kutta method.
fn reference(ica: impl Fn(f64, f64) -> f64, ms: f64) -> [f64; 2] {
    let slope = |[v, c]: [f64; 2]| {
        let i = ica(v, c);
        // mA/cm² over µF/cm² is V/ms.
        [-1e3 * (1e-4 * (v + 65.0) + i), -1e4 * i / (2.0 * F * 0.1) + (1e-4 - c) / 20.0]
    };
    let (mut x, n) = ([-65.0, 1e-4], 20_000);
    let h = ms / f64::from(n);
    for _ in 0..n {
        let moved = |k: [f64; 2], h: f64| [x[0] + h * k[0], x[1] + h * k[1]];
        let k1 = slope(x);
        let k2 = slope(moved(k1, 0.5 * h));
        let k3 = slope(moved(k2, 0.5 * h));
        let k4 = slope(moved(k3, h));
        x = [0, 1].map(|j| x[j] + h / 6.0 * (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]));
    }
    x
}

#[test]
fn a_pool_under_nernst_and_ghk_currents_follows_its_differential_equation() {
    let nernst = |c: f64| 1e3 * R * 279.45 / (2.0 * F) * (2.0 / c).ln();
    let cases: [(&str, [f64; 2]); 2] = [
        ("g*(v - eca)", reference(|v, c| 2e-5 * (v - nernst(c)), 5.0)),
        ("g*1e-2*ghk(v, cai, cao, 2)", reference(|v, c| 2e-7 * ghk(v, c, 2.0, 2.0, 6.3), 5.0)),
    ];
    for (current, exact) in cases {
        let mechanisms = shell(current);
        let at = |dt: f64| {
            let mut model = CableModel::new(dt).unwrap();
            model.add(calcium_cell(&mechanisms));
            let inside = Quantity::Inside("ca".into());
            let probes = [Quantity::Voltage, inside].map(|q| model.probe(0, MIDDLE, q).unwrap());
            model.record(probes.to_vec(), Sampling::every(dt)).unwrap();
            let memory = run(&model, 5.0 + dt);
            let end = (5.0 / dt).round() as u64;
            // The concentration of a stamp is half a step ahead of it.
            let inside = 0.5 * (memory.at(0, 1, end) + memory.at(0, 1, end - 1));
            [memory.at(0, 0, end), inside]
        };
        // Calcium rises tenfold within the first steps, so that the order shows at fine steps only.
        let (coarse, fine) = (at(0.0025), at(0.00125));
        for k in 0..2 {
            let slope = order((coarse[k] - exact[k]).abs(), (fine[k] - exact[k]).abs());
            assert!((slope - 2.0).abs() < 0.15, "{current}, {k}: order {slope}");
            let error = (fine[k] / exact[k] - 1.0).abs();
            assert!(error < 1e-5, "{current}, {k}: {} {}", fine[k], exact[k]);
        }
    }
}

#[test]
fn a_constant_current_fills_a_pool_exactly() {
    let constant = "NEURON { SUFFIX inflow USEION ca WRITE ica } UNITS { (mA) = (milliamp) }
        ASSIGNED { ica (mA/cm2) } BREAKPOINT { ica = -1e-5 }";
    let [_, pool] = shell("0");
    let mut model = CableModel::new(0.025).unwrap();
    model.add(calcium_cell(&[inline("inflow", constant), pool]));
    let probe = model.probe(0, MIDDLE, Quantity::Inside("ca".into())).unwrap();
    model.record(vec![probe], Sampling::every(0.025)).unwrap();
    let memory = run(&model, 50.0);
    let plateau = 1e4 * 1e-5 / (2.0 * F * 0.1) * 20.0;
    for (step, frame) in &memory.frames[0] {
        // The concentration of a stamp is half a step ahead of it.
        let t = (*step as f64 + 0.5) * 0.025;
        let exact = 1e-4 + plateau * (1.0 - (-t / 20.0).exp());
        assert!((frame[0] / exact - 1.0).abs() < 1e-12, "{t} ms: {} {exact}", frame[0]);
    }
}

#[test]
fn several_writers_act_one_after_the_other_in_the_order_of_painting() {
    // One adds, the other halves: the outcome tells which came first.
    let text = |name: &str, equation: &str| {
        inline(name, &format!(
            "NEURON {{ SUFFIX {name} USEION ca READ cai WRITE cai }} STATE {{ cai (mM) }}
             UNITS {{ (mM) = (milli/liter) }} BREAKPOINT {{ SOLVE change }} PROCEDURE change() {{ cai = {equation} }}"
        ))
    };
    let (add, halve) = (text("add", "cai + 1"), text("halve", "0.5*cai"));
    let after = |mechanisms: &[Arc<Mechanism>]| {
        let mut model = CableModel::new(0.025).unwrap().with_scheme(Scheme::BackwardEuler);
        model.add(calcium_cell(mechanisms));
        let probe = model.probe(0, MIDDLE, Quantity::Inside("ca".into())).unwrap();
        model.record(vec![probe], Sampling::every(0.025)).unwrap();
        run(&model, 0.025).at(0, 0, 1)
    };
    assert_eq!(after(&[add.clone(), halve.clone()]), 0.5 * (5e-5 + 1.0));
    assert_eq!(after(&[halve, add]), 0.5 * 5e-5 + 1.0);
}

#[test]
fn what_nobody_provides_is_named() {
    let error = |text: &str, ion: Option<(&str, Ion)>| {
        let mut cell = cable(20.0, [20.0, 20.0], 1);
        if let Some((name, ion)) = ion {
            cell.set_ion(name, ion).unwrap();
        }
        cell.paint(&ALL, Density::new(&inline("m", text))).unwrap();
        let mut model = CableModel::new(0.025).unwrap();
        model.add(cell);
        CableSimulation::new(&model, Execution::default()).unwrap_err().to_string()
    };
    let reads = |what: &str| {
        format!(
            "NEURON {{ SUFFIX m USEION mg READ {what} RANGE y }} ASSIGNED {{ {what} y v }}
             BREAKPOINT {{ y = {what} }}"
        )
    };
    let reversal_only = || Some(("mg", Ion::with_reversal(2.0, 10.0)));
    assert_eq!(
        error(&reads("mgi"), reversal_only()),
        "mechanism \"m\" reads mgi of ion \"mg\", which nothing provides: declare the ion with its \
         concentrations"
    );
    assert_eq!(
        error(&reads("img"), reversal_only()),
        "mechanism \"m\" reads img of ion \"mg\", which nothing provides: declare the ion with its \
         current, by some mechanism"
    );
    assert_eq!(
        error(&reads("emg"), None),
        "ion \"mg\" has no known charge: declare it, or give VALENCE in \"m\""
    );
}
