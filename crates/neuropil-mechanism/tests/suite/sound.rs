//! Implicit steps that are too large for their equations are refused by name.

use neuropil_mechanism::contract::KernelFault;

use crate::world::{World, from_text};

/// The fault of the first step of a mechanism at two voltages.
fn fault(text: &str, dt_ms: f64, second_order: bool) -> KernelFault {
    let mechanism = from_text(text);
    let mut world = World::at(&[-70.0, -50.0], &mechanism);
    world.dt_ms = dt_ms;
    let mut x = world.place(&mechanism);
    x.set_second_order(second_order);
    world.initialize(&mut x);
    x.advance(&mut world.around()).unwrap_err()
}

#[test]
fn an_amount_that_becomes_negative_is_named() {
    // At −50 mV more flows out in 1 ms than there is.
    let text = "NEURON { SUFFIX pool } STATE { c d } ASSIGNED { v } INITIAL { c = 1 d = 1 }
        BREAKPOINT { SOLVE k METHOD sparse }
        KINETIC k { ~ c << (-0.1*(v + 70)) ~ d << (0.5) }";
    let found = fault(text, 1.0, false);
    let KernelFault::Unsound { mechanism, block, state, value, instance, node, .. } = &found else {
        panic!("{found}")
    };
    assert_eq!((mechanism.as_str(), block.as_str(), state.as_str()), ("pool", "k", "c"));
    assert_eq!((*value, *instance, *node), (-1.0, 1, 1));
    assert_eq!(
        found.to_string(),
        "mechanism \"pool\", instance 1 (compartment 1) at 0 ms: k leaves \"c\" at -1; \
         the step of 1 ms is too large for it"
    );
}

#[test]
fn a_singular_implicit_step_is_named_with_either_order() {
    // 1 − dt·40 = 0 for backward Euler.
    let text = "NEURON { SUFFIX grow } STATE { y } INITIAL { y = 1 }
        BREAKPOINT { SOLVE d METHOD derivimplicit } DERIVATIVE d { y' = 40*y }";
    let found = fault(text, 0.025, false);
    assert!(matches!(&found, KernelFault::Unsound { state, .. } if state == "y"), "{found}");
    // Both stages divide by 1 − γ·dt·k.
    let k = "y' = y/(1 - 0.70710678118654752440)";
    let found = fault(&text.replace("y' = 40*y", k), 1.0, true);
    let KernelFault::Unsound { value, .. } = &found else { panic!("{found}") };
    assert!(!value.is_finite() || value.abs() > 1e12, "{value}");
}

#[test]
fn an_exhausted_amount_may_overshoot_in_a_step_of_second_order() {
    let text = "NEURON { SUFFIX s } STATE { a b } INITIAL { a = 1 b = 0 }
        BREAKPOINT { SOLVE k METHOD sparse } KINETIC k { ~ a <-> b (400, 0) }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    let mut x = world.place(&mechanism);
    x.set_second_order(true);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    let a = crate::world::value(&x, "a");
    assert!((-0.21..0.0).contains(&a), "{a}");
}

#[test]
fn an_equation_without_solution_does_not_converge() {
    let text = "NEURON { SUFFIX none } STATE { y } INITIAL { y = 1 }
        BREAKPOINT { SOLVE d METHOD derivimplicit } DERIVATIVE d { y' = 1 + y*y }";
    let found = fault(text, 10.0, false);
    assert!(matches!(&found, KernelFault::NoConvergence { block, .. } if block == "d"), "{found}");
}
