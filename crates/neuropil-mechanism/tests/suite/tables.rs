//! Gating curves of the catalogue against numbers computed from the published formulas apart from it, at
//! seven voltages.

use neuropil_mechanism::inspect::{Conditions, GatingCurve, gating_curves};

use crate::world::{World, built_in, value};

const V_MV: [f64; 7] = [-90.0, -70.0, -50.0, -30.0, -10.0, 10.0, 30.0];

/// Mechanism, temperature, state; steady state and time constant `[ms]` at the first voltages of
/// [`V_MV`].
struct Row {
    mechanism: &'static str,
    celsius: f64,
    state: &'static str,
    steady: &'static [f64],
    tau_ms: &'static [f64],
}

const fn row(
    mechanism: &'static str,
    celsius: f64,
    state: &'static str,
    steady: &'static [f64],
    tau_ms: &'static [f64],
) -> Row {
    Row { mechanism, celsius, state, steady, tau_ms }
}

#[rustfmt::skip]
const ROWS: [Row; 19] = [
    row("traub_miles", 34.0, "m",
        &[2.169e-6, 2.632e-4, 0.02208, 0.3832, 0.8908, 0.9951, 0.9999],
        &[0.05704, 0.07669, 0.1144, 0.1483, 0.1195, 0.07906, 0.05641]),
    row("traub_miles", 34.0, "h", &[1.0, 1.0, 0.9933, 0.4768, 0.01315, 0.002652, 8.641e-4], &[]),
    row("traub_miles", 34.0, "n",
        &[2.546e-5, 0.001427, 0.05182, 0.4453, 0.7944, 0.9169, 0.9629],
        &[0.7504, 1.235, 1.934, 1.866, 1.14, 0.7594, 0.5595]),
    // the numbers are those of 24 °C
    row("ca_t", 24.0, "m", &[0.004472, 0.06281, 0.5, 0.9372, 0.9955],
        &[4.811, 7.154, 6.104, 4.269, 3.472, 3.174, 3.064]),
    row("ca_t", 24.0, "h", &[0.9168, 0.168, 0.003684, 6.772e-5],
        &[624.7, 354.6, 87.71, 85.02, 85.0, 85.0, 85.0]),
    row("ca_hva", 34.0, "m", &[9.621e-8, 4.112e-5, 0.01362, 0.6733, 0.9787, 0.9969, 0.9994],
        &[0.1761, 0.5711, 1.827, 1.962, 0.414, 0.196, 0.1275]),
    row("ca_hva", 34.0, "h", &[0.8362, 0.6412, 0.3982, 0.2111, 0.1084, 0.05888, 0.03448],
        &[156.9, 179.5, 166.3, 131.5, 100.8, 81.64, 71.33]),
    row("kv_mainen", 34.0, "n", &[2.823e-5, 2.604e-4, 0.002398, 0.0217, 0.1699, 0.6538, 0.9457],
        &[1.739, 2.105, 2.66, 3.55, 4.647, 3.744, 1.613]),
    row("kdr_durstewitz", 34.0, "n", &[0.04777, 0.1003, 0.2007, 0.3682, 0.5903, 0.7997, 0.9285],
        &[1.56, 1.791, 2.023, 2.181, 2.152, 1.888, 1.497]),
    row("ks_durstewitz", 34.0, "a", &[1.813e-4, 0.003917, 0.0786, 0.6492, 0.9757], &[10.0; 7]),
    row("ks_durstewitz", 34.0, "b", &[0.9779, 0.6808, 0.09341, 0.004952],
        &[204.3, 737.5, 3297.0, 3399.0, 3400.0]),
    row("na_mainen", 34.0, "m", &[0.001071, 0.009793, 0.08363, 0.4571, 0.886, 0.9862, 0.9985],
        &[0.04954, 0.07051, 0.1109, 0.1493, 0.1053, 0.06067, 0.03981]),
    row("na_mainen", 34.0, "h", &[0.9965, 0.9183, 0.3086, 0.01743, 7.04e-4],
        &[1.746, 5.423, 8.946, 1.44, 0.5542, 0.3333, 0.2381]),
    row("ih_magee", 34.0, "l", &[0.7768, 0.3975, 0.1112, 0.02315, 0.004472],
        &[36.89, 36.72, 19.97, 8.091, 3.04, 1.125, 0.4149]),
    row("ih_poirazi", 34.0, "n", &[0.5, 0.1192, 0.01799, 0.002473],
        &[56.36, 57.35, 34.48, 24.44, 21.32, 1.0, 1.0]),
    row("kap", 34.0, "n", &[7.205e-5, 4.796e-4, 0.004127, 0.07531, 0.2329, 0.4858, 0.7459],
        &[0.1, 0.1283, 0.3374, 1.197, 1.795, 2.005, 1.65]),
    row("kap", 34.0, "l", &[0.9792, 0.8301, 0.3363, 0.0499, 0.005416], &[]),
    row("kad", 34.0, "n", &[8.161e-5, 6.806e-4, 0.006949, 0.1089, 0.3514, 0.6787, 0.8917],
        &[0.1, 0.1, 0.1, 0.4943, 0.8926, 1.014, 0.7838]),
    row("kad", 34.0, "l", &[], &[2.0, 2.0, 2.0, 5.2, 10.4, 15.6, 20.8]),
];

fn curve(mechanism: &str, state: &str, conditions: Conditions) -> GatingCurve {
    let curves = gating_curves(&built_in(mechanism), &V_MV, conditions).unwrap();
    curves.into_iter().find(|curve| curve.state == state).unwrap()
}

#[test]
fn gating_curves_are_those_of_an_independent_computation() {
    let mut wrong = Vec::new();
    for Row { mechanism, celsius, state, steady, tau_ms } in ROWS {
        let found = curve(mechanism, state, Conditions { celsius, ..Conditions::default() });
        let pairs = steady.iter().zip(&found.steady).chain(tau_ms.iter().zip(&found.tau_ms));
        for (expected, found) in pairs {
            // four digits are given; those of the A-type currents were computed with R = 8.315 J/(mol K),
            // F = 96 480 C/mol and 273.16 K, which moves exponents of up to 10 by 1.5e-4
            let tolerance = if mechanism.starts_with("ka") { 1.8e-3 } else { 6e-4 };
            if (found / expected - 1.0).abs() > tolerance {
                wrong.push(format!("{mechanism} {state}: {found} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn calcium_opens_the_potassium_gate_as_computed_apart() {
    for (um, steady, tau_ms) in
        [(0.1, 0.04762, 19.05), (0.5, 0.2, 16.00), (1.0, 0.3333, 13.33), (5.0, 0.7143, 5.715)]
    {
        let conditions = Conditions { celsius: 34.0, calcium_mm: 1e-3 * um };
        let found = curve("kca_mainen", "n", conditions);
        assert!((found.steady[0] / steady - 1.0).abs() < 2e-4, "{um}: {:?}", found.steady);
        assert!((found.tau_ms[0] / tau_ms - 1.0).abs() < 6e-4, "{um}: {:?}", found.tau_ms);
    }
}

/// Both rates of the published gate depend on voltage, a/b = exp((v + 30)/9); with a constant closing rate
/// the gate would be open by 0.9 at −30 mV.
#[test]
fn the_muscarinic_gate_is_half_open_where_its_rates_meet() {
    let found = curve("km_mainen", "n", Conditions { celsius: 34.0, ..Conditions::default() });
    for (v, steady) in V_MV.iter().zip(&found.steady) {
        let expected = 1.0 / (1.0 + (-(v + 30.0) / 9.0).exp());
        assert!((steady / expected - 1.0).abs() < 1e-6, "{v}: {steady}");
    }
}

/// With η = 0.33 /mM and V₀ = 12.5 mV.
#[test]
fn magnesium_unblocks_with_the_constants_of_the_demos() {
    let v = [-75.0, -60.0, -40.0, -20.0, 0.0];
    for (v, expected) in v.into_iter().zip([0.007455, 0.02433, 0.1099, 0.3796, 0.7519]) {
        let mechanism = built_in("nmda");
        let mut world = World::at(&[v], &mechanism);
        let mut x = world.place(&mechanism);
        x.set("eta", 0.33).unwrap();
        x.set("v0", 12.5).unwrap();
        world.initialize(&mut x);
        world.event(&mut x, 0.0, 0.0, &mut [0.001]);
        world.advance(&mut x, 100);
        world.currents(&mut x);
        let share = value(&x, "g") / (value(&x, "b") - value(&x, "a"));
        assert!((share / expected - 1.0).abs() < 1e-3, "{v}: {share}");
    }
}
