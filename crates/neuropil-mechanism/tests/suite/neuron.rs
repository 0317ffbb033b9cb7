//! States and currents against NEURON 9.0.2 under voltage clamp.
//!
//! Reference: one section with its built-in `hh` (`usetable_hh = 0`), `ExpSyn` and `Exp2Syn`,
//! capacitance so large that the voltage stays; initialised at −65 mV, stepped to a level, 40 steps
//! of 0.025 ms. NEURON's levels are exact to 2e-12 mV only, its gate `vtrap` is a two-term series
//! within 1e-6 of the singular point.

use crate::world::{World, built_in, close, value};

/// Temperature, level, and m, h, n, ina, ik of NEURON.
const HH: [(f64, f64, [f64; 5]); 10] = [
    (
        6.3,
        -100.0,
        [
            0.0005329778846541455,
            0.7292047961620091,
            0.2650256164138327,
            -1.9798421134775568e-09,
            -0.004158942026150601,
        ],
    ),
    (
        6.3,
        -55.0,
        [
            0.15116795734745378,
            0.5463410387031316,
            0.34760793993926076,
            -0.02360123806469577,
            0.011473918226132775,
        ],
    ),
    (
        6.3,
        -40.0,
        [
            0.4398996331971286,
            0.41710163041662035,
            0.40705208203281856,
            -0.3786849930211532,
            0.03587663432565985,
        ],
    ),
    (
        6.3,
        -20.0,
        [
            0.8170609639409669,
            0.2662773513522911,
            0.49925226577324283,
            -1.226416129641249,
            0.12379841167130422,
        ],
    ),
    (
        6.3,
        35.0,
        [
            0.9974310349592944,
            0.21969514880440233,
            0.7091204941012679,
            -0.4021913306400464,
            0.985571167866984,
        ],
    ),
    (
        20.0,
        -100.0,
        [
            0.0005329778846169563,
            0.9315350867661828,
            0.14486859965033197,
            -2.5304087012991402e-09,
            -0.00039266982095990233,
        ],
    ),
    (
        20.0,
        -55.0,
        [
            0.15805190028041688,
            0.4236306801765153,
            0.4142927784478416,
            -0.02122156765493698,
            0.023003517428169397,
        ],
    ),
    (
        20.0,
        -40.0,
        [
            0.5005932421239839,
            0.14145617800620042,
            0.578415224929516,
            -0.1972764670574545,
            0.1457601387494604,
        ],
    ),
    (
        20.0,
        -20.0,
        [
            0.8756879499072082,
            0.02322900925014352,
            0.7612956210676385,
            -0.13886999805651704,
            0.6760256550939697,
        ],
    ),
    (
        20.0,
        35.0,
        [
            0.9979435539731135,
            0.007071614207345998,
            0.9522299655062885,
            -0.01405721950899411,
            3.3003452978614347,
        ],
    ),
];

#[test]
fn hodgkin_huxley_states_and_currents_under_voltage_clamp_are_those_of_neuron() {
    for (celsius, level, [m, h, n, ina, ik]) in HH {
        let hh = built_in("hh");
        let mut world = World::at(&[-65.0], &hh);
        world.celsius = celsius;
        let mut x = world.place(&hh);
        world.initialize(&mut x);
        world.v[0] = level;
        world.advance(&mut x, 39);
        world.currents(&mut x); // currents of a step are those of the states before it
        let currents = [value(&x, "ina"), value(&x, "ik")];
        world.advance(&mut x, 1);
        // the level of the reference is exact to 1e-14 relative; its effect on a rate is 1e-13
        for (name, expected) in [("m", m), ("h", h), ("n", n)] {
            close(value(&x, name), expected, 1e-12);
        }
        close(currents[0], ina, 1e-12);
        close(currents[1], ik, 1e-12);
    }
}

#[test]
fn exponential_synapses_are_those_of_neuron() {
    for (name, set, weight, expected) in [
        ("expsyn", vec![("tau", 3.0)], 0.002, vec![("g", 0.0014330626211475784)]),
        (
            "exp2syn",
            vec![("tau1", 0.7), ("tau2", 4.0)],
            0.003,
            vec![("a", 0.0012612881177424826), ("b", 0.004098843837110445)],
        ),
    ] {
        let mechanism = built_in(name);
        let mut world = World::at(&[-65.0], &mechanism);
        let mut x = world.place(&mechanism);
        set.iter().for_each(|(name, value)| x.set(name, *value).unwrap());
        world.initialize(&mut x);
        world.event(&mut x, 0.0, 0.0, &mut [weight]);
        world.advance(&mut x, 40);
        expected.iter().for_each(|(name, expected)| close(value(&x, name), *expected, 1e-13));
    }
}
