//! Impedances against closed forms.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use std::f64::consts::{PI, TAU};

use neuropil::experiment::Experiment;
use neuropil::impedance::{ImpedanceError, Protocol, impedance};

/// A complex number, as far as it is needed here.
#[derive(Clone, Copy)]
struct Complex(f64, f64);

impl Complex {
    fn times(self, b: Self) -> Self {
        Self(self.0 * b.0 - self.1 * b.1, self.0 * b.1 + self.1 * b.0)
    }

    fn inverse(self) -> Self {
        let square = self.0 * self.0 + self.1 * self.1;
        Self(self.0 / square, -self.1 / square)
    }

    fn root(self) -> Self {
        let (r, angle) = (self.0.hypot(self.1).sqrt(), 0.5 * self.1.atan2(self.0));
        Self(r * angle.cos(), r * angle.sin())
    }

    fn plus(self, b: Self) -> Self {
        Self(self.0 + b.0, self.1 + b.1)
    }

    fn scaled(self, k: f64) -> Self {
        Self(k * self.0, k * self.1)
    }

    fn sinh(self) -> Self {
        Self(self.0.sinh() * self.1.cos(), self.0.cosh() * self.1.sin())
    }

    fn cosh(self) -> Self {
        Self(self.0.cosh() * self.1.cos(), self.0.sinh() * self.1.sin())
    }

    fn magnitude(self) -> f64 {
        self.0.hypot(self.1)
    }

    fn degrees(self) -> f64 {
        self.1.atan2(self.0).to_degrees()
    }
}

fn experiment(text: &str) -> Experiment {
    Experiment::parse(text, "cell.toml").unwrap()
}

const CABLE: &str = r#"
[simulation]
duration = "1 ms"
[cells.dendrite]
morphology = { shape = "cable", length = "1 mm", diameter = "1 um" }
compartments = { max_length = "10 um" }
Ra = "100 Ohm cm"
cm = "1 uF/cm2"
[[cells.dendrite.paint]]
region = "all"
mechanism = "pas"
g = "2.5e-5 S/cm2"
e = "-65 mV"
"#;

#[test]
fn a_sealed_cable_has_the_impedance_of_its_equation() {
    // Z_in = R∞ coth(q)/q, Z_transfer = R∞ / (q sinh q), q² = (L/λ)² (1 + jωτ), R∞ = r_a L.
    let ra_mohm = 100.0 * 0.1 / (PI * 0.25e-8) * 1e-6;
    let length = (1.0f64 / (1e-4 / 4.0 / 2.5e-5 / 100.0) * 1e-2).sqrt();
    let protocol = Protocol {
        from: Some("at(0, 0)".into()),
        to: vec!["at(0, 1)".into()],
        frequencies_hz: vec![0.0, 1.0, 10.0, 100.0],
        ..Protocol::default()
    };
    let found = impedance(&experiment(CABLE), &protocol).unwrap();
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    for (k, frequency) in found.frequencies_hz.iter().enumerate() {
        let q = Complex(1.0, TAU * frequency * 1e-3 * 40.0).root().scaled(length);
        let sinh = q.times(q.sinh()).inverse().scaled(ra_mohm);
        let near = sinh.times(q.cosh());
        for (place, exact) in found.places.iter().zip([near, sinh]) {
            let gain = place.gains[k];
            let off = gain.magnitude / exact.magnitude() - 1.0;
            assert!(off.abs() < 1e-3, "{} at {frequency} Hz: {off}", place.label);
            let late = (gain.phase_deg - exact.degrees() + 540.0).rem_euclid(360.0) - 180.0;
            assert!(late.abs() < 0.2, "{} at {frequency} Hz: {late}°", place.label);
        }
    }
}

const HH: &str = r#"
[simulation]
duration = "1 ms"
dt = "0.01 ms"
celsius = 6.3
[cells.ball]
morphology = { shape = "cable", length = "20 um", diameter = "20 um" }
[[cells.ball.paint]]
region = "all"
mechanism = "hh"
"#;

/// Rates of Hodgkin & Huxley (1952), doi:10.1113/jphysiol.1952.sp004764, at 6.3 °C, rest near −65 mV:
/// opening and closing of m, h, n `[1/ms]`.
fn rates(v: f64) -> [(f64, f64); 3] {
    let linoid = |x: f64| x / (1.0 - (-x).exp());
    [
        (linoid((v + 40.0) / 10.0), 4.0 * (-(v + 65.0) / 18.0).exp()),
        (0.07 * (-(v + 65.0) / 20.0).exp(), 1.0 / ((-(v + 35.0) / 10.0).exp() + 1.0)),
        (0.1 * linoid((v + 55.0) / 10.0), 0.125 * (-(v + 65.0) / 80.0).exp()),
    ]
}

#[test]
fn channels_make_the_membrane_resonate_as_its_linearisation_says() {
    let found = impedance(&experiment(HH), &Protocol::default()).unwrap();
    let place = &found.places[0];
    let v = place.rest_mv;
    let steady = |v: f64| rates(v).map(|(a, b)| a / (a + b));
    let tau = rates(v).map(|(a, b)| 1.0 / (a + b));
    let [m, h, n] = steady(v);
    let (up, down) = (steady(v + 1e-4), steady(v - 1e-4));
    let slope = |k: usize| (up[k] - down[k]) / 2e-4;
    let (g_na, g_k, g_l) = (0.12, 0.036, 0.0003);
    let (to_na, to_k) = (v - 50.0, v + 77.0);
    // Change of current with each gate [mA/cm²].
    let by_gate =
        [3.0 * g_na * m * m * h * to_na, g_na * m * m * m * to_na, 4.0 * g_k * n * n * n * to_k];
    let chord = g_na * m * m * m * h + g_k * n.powi(4) + g_l;
    let area_cm2 = 400.0 * PI * 1e-8;
    for (k, frequency) in found.frequencies_hz.iter().enumerate().filter(|(_, f)| **f <= 400.0) {
        let omega = TAU * frequency * 1e-3;
        // 1 µF/cm² is 1e-3 S ms/cm².
        let mut admittance = Complex(chord, 1e-3 * omega);
        for (gate, by_gate) in by_gate.iter().enumerate() {
            let lag = Complex(1.0, omega * tau[gate]).inverse();
            admittance = admittance.plus(lag.scaled(by_gate * slope(gate)));
        }
        let exact = admittance.scaled(area_cm2).inverse().scaled(1e-6);
        let gain = place.gains[k];
        let off = gain.magnitude / exact.magnitude() - 1.0;
        assert!(off.abs() < 1e-3, "{frequency} Hz: {off}");
        assert!((gain.phase_deg - exact.degrees()).abs() < 0.2, "{frequency} Hz: {gain:?}");
    }
    // The squid membrane resonates near 60 Hz at this temperature.
    let resonance = found.frequencies_hz[place.resonance().unwrap()];
    assert!((50.0..80.0).contains(&resonance), "{resonance}");
}

#[test]
fn what_cannot_be_measured_is_named() {
    let refused = |text: &str, protocol: &Protocol| {
        impedance(&experiment(text), protocol).unwrap_err().to_string()
    };
    let plain = Protocol::default();
    let population = Protocol { population: Some("dendrit".into()), ..plain.clone() };
    assert_eq!(
        refused(CABLE, &population),
        "there is no population \"dendrit\"; did you mean \"dendrite\"?"
    );
    let nowhere = Protocol { from: Some("at(0, 0.2), at(0, 0.8)".into()), ..plain.clone() };
    let message = refused(CABLE, &nowhere);
    assert_eq!(message, "\"at(0, 0.2), at(0, 0.8)\": expected exactly one place, found 2 places");
    let wrong = Protocol { to: vec!["terminal".into()], ..plain.clone() };
    assert!(refused(CABLE, &wrong).contains("terminal"), "{}", refused(CABLE, &wrong));
    let negative = Protocol { amplitude_pa: -1.0, ..plain.clone() };
    assert_eq!(refused(CABLE, &negative), "amplitude [pA] = -1: expected a current above 0");
    // Too little potassium conductance: it fires of itself.
    let firing = format!("{HH}gkbar = \"0.004 S/cm2\"\n");
    let message = refused(&firing, &plain);
    assert!(message.contains("the cell is not at rest"), "{message}");
    let points =
        "[simulation]\nduration = 1\n[populations.E]\nmodel = \"iaf_psc_delta\"\nsize = 1\n";
    let error = impedance(&experiment(points), &plain).unwrap_err();
    assert!(matches!(error, ImpedanceError::NoCell { .. }), "{error}");
}
