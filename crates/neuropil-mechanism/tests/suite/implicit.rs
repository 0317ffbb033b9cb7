//! Implicit steps of second order, and what is said about spread along the cell.

use neuropil_mechanism::contract::Diffusing;
use neuropil_mechanism::{Source, compile};

use crate::world::{World, close, from_text, value};

/// Value of `name` after `steps` steps of second order over 2 ms.
fn after_two_ms(text: &str, name: &str, steps: usize) -> f64 {
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    world.dt_ms = 2.0 / steps as f64;
    let mut x = world.place(&mechanism);
    x.set_second_order(true);
    world.initialize(&mut x);
    world.advance(&mut x, steps);
    value(&x, name)
}

fn assert_second_order(text: &str, name: &str, exact: f64) {
    let error = |steps| (after_two_ms(text, name, steps) - exact).abs();
    let order = (error(32) / error(64)).log2();
    assert!((order - 2.0).abs() < 0.1, "{name}: order {order}");
}

#[test]
fn a_linear_scheme_is_stepped_with_second_order() {
    // a <-> b with 0.3 and 0.1 per ms: a = ¼ + ¾ e^(−0.4 t).
    let text = "NEURON { SUFFIX s } STATE { a b } INITIAL { a = 1 b = 0 }
        BREAKPOINT { SOLVE k METHOD sparse }
        KINETIC k { ~ a <-> b (0.3, 0.1) CONSERVE a + b = 1 }";
    assert_second_order(text, "a", 0.25 + 0.75 * (-0.8f64).exp());
}

#[test]
fn a_bimolecular_scheme_is_stepped_with_second_order() {
    // x + x -> with k = 0.7 per ms: x' = −2·k·x² from 1, so x = 1/(1 + 1.4 t).
    let text = "NEURON { SUFFIX s } STATE { x p } INITIAL { x = 1 p = 0 }
        BREAKPOINT { SOLVE k METHOD sparse }
        KINETIC k { ~ 2 x <-> p (0.7, 0) }";
    assert_second_order(text, "x", 1.0 / 3.8);
}

#[test]
fn derivimplicit_is_stepped_with_second_order() {
    let text = "NEURON { SUFFIX s } STATE { y } INITIAL { y = 2 }
        BREAKPOINT { SOLVE d METHOD derivimplicit } DERIVATIVE d { y' = -y^3 }";
    assert_second_order(text, "y", 1.0 / (0.25f64 + 4.0).sqrt());
}

#[test]
fn a_stiff_scheme_settles_at_once_and_conserves() {
    let text = "NEURON { SUFFIX s } STATE { a b c } INITIAL { a = 1 b = 0 c = 0 }
        BREAKPOINT { SOLVE k METHOD sparse }
        KINETIC k { ~ a <-> b (3e6, 1e6) ~ b <-> c (1e6, 1e6) CONSERVE a + b + c = 1 }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    world.dt_ms = 1.0;
    let mut x = world.place(&mechanism);
    x.set_second_order(true);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    // 1 : 3 : 3 at equilibrium; an L-stable step leaves about 1/(rate · dt) of the start
    close(value(&x, "a"), 1.0 / 7.0, 2e-5);
    close(value(&x, "b"), 3.0 / 7.0, 2e-5);
    close(value(&x, "a") + value(&x, "b") + value(&x, "c"), 1.0, 1e-15);
}

const SHELLS: &str = "NEURON { SUFFIX s RANGE D } PARAMETER { D = 0.5 (um2/ms) }
    STATE { ca[2] fixed } ASSIGNED { diam (um) vrat[2] }
    BREAKPOINT { SOLVE k METHOD sparse }
    INITIAL { vrat[0] = 0.25 vrat[1] = 0.75 }
    KINETIC k {
        COMPARTMENT i, diam*diam*vrat[i] { ca }
        LONGITUDINAL_DIFFUSION i, D*diam*diam*vrat[i] { ca }
        ~ ca[0] <-> ca[1] (0.1, 0.1)
        ~ fixed << (0)
    }";

#[test]
fn spread_along_the_cell_is_described_with_coefficient_and_volume() {
    let mechanism = from_text(SHELLS);
    let mut world = World::at(&[-50.0, -50.0], &mechanism);
    world.diam = vec![2.0, 3.0];
    let mut x = world.place(&mechanism);
    x.set_each("D", &[0.5, 0.25]).unwrap();
    world.initialize(&mut x);
    let species = mechanism.description().diffusion.clone();
    let state = |name| Diffusing::State(mechanism.description().variable(name).unwrap());
    let what: Vec<Diffusing> = species.iter().map(|s| s.what).collect();
    assert_eq!(what, [state("ca[0]"), state("ca[1]")]);
    for (species, share) in species.into_iter().zip([0.25, 0.75]) {
        let (coefficient, volume) = x.diffusion(species, &mut world.around()).unwrap();
        assert_eq!(volume, [4.0 * share, 9.0 * share]);
        assert_eq!(coefficient, [0.5 * 4.0 * share, 0.25 * 9.0 * share]);
    }
}

#[test]
fn a_coefficient_of_diffusion_that_moves_is_refused() {
    let text = SHELLS.replace("D*diam*diam*vrat[i]", "ca[0]*D");
    let error = compile(&Source::from_text("s.mod", &text)).unwrap_err();
    assert!(error.to_string().contains("changes in time"), "{error}");
}
