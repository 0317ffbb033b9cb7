//! What the language means, one feature at a time.

use crate::world::{World, close, from_text, value};

/// The value of `y` after `INITIAL`.
fn y(blocks: &str, body: &str) -> f64 {
    let text =
        format!("NEURON {{ SUFFIX s RANGE y }} ASSIGNED {{ v y }} {blocks} INITIAL {{ {body} }}");
    let mechanism = from_text(&text);
    let mut world = World::at(&[-50.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    value(&x, "y")
}

#[test]
fn expressions_follow_the_rules_of_precedence() {
    for (text, expected) in [
        ("2 + 3*4 - 6/3", 12.0),
        ("-2^2", -4.0),
        ("2^3^2", 512.0),
        ("2^-1", 0.5),
        ("(1e-3)*5", 0.005),
        ("1 < 2 && !(3 <= 2)", 1.0),
        ("fabs(-3) + sqrt(16) + pow(2, 5)", 39.0),
        ("fmod(7, 4) + floor(-0.5) + ceil(0.2)", 3.0),
        ("5 (mV)/2 (ms)", 2.5),
        ("v", -50.0),
    ] {
        close(y("", &format!("y = {text}")), expected, 1e-15);
    }
}

#[test]
fn loops_arrays_and_defined_lengths_work() {
    let blocks = "DEFINE N 4 ASSIGNED { a[N] }";
    let body = "LOCAL s FROM i=0 TO N-1 { a[i] = i*i } s = 0 FROM i=0 TO N-1 BY 2 { s = s + a[i] }
        y = s + a[3]";
    assert_eq!(y(blocks, body), 13.0);
}

#[test]
fn procedures_share_variables_and_functions_return_values() {
    let blocks = "ASSIGNED { b } PROCEDURE p(x) { LOCAL y2 y2 = x*2 b = y2 + v }
        FUNCTION f(v, k) { if (v > k) { f = v - k } else { f = g(k) - v } }
        FUNCTION g(x) { g = x*x }";
    assert_eq!(y(blocks, "p(3) y = f(b, 4)"), 16.0 + 44.0);
}

#[test]
fn constants_come_from_units() {
    let blocks = "UNITS { F = (faraday) (coulomb) R = (k-mole) (joule/degC) PI = (pi) (1)
        KF = (faraday) (kilocoulombs) (mV) = (millivolt) } CONSTANT { two = 2 }";
    close(y(blocks, "y = F"), 96_485.332_12, 1e-10);
    close(y(blocks, "y = R*two"), 2.0 * 8.314_462_618, 1e-10);
    close(y(blocks, "y = PI"), std::f64::consts::PI, 1e-16);
    close(y(blocks, "y = KF"), 96.485_332_12, 1e-10);
}

#[test]
fn nernst_and_goldman_hodgkin_katz_follow_their_formulas() {
    let rt_f = 8.314_462_618 * 279.45 / 96_485.332_12 * 1e3;
    close(y("", "y = nernst(5, 140, 1)"), rt_f * (140.0f64 / 5.0).ln(), 1e-9);
    let u = -50.0 * 2.0 / rt_f;
    let ghk = 1e-3 * 2.0 * 96_485.332_12 * u * (0.1 - 2.0 * (-u).exp()) / (1.0 - (-u).exp());
    close(y("", "y = ghk(v, 0.1, 2, 2)"), ghk, 1e-9);
    assert!(y("", "y = ghk(0, 0.1, 2, 2)").is_finite());
}

const DECAY: &str = "NEURON { SUFFIX s RANGE r } PARAMETER { r = 0.3 (/ms) } STATE { a b c }
    BREAKPOINT { SOLVE k METHOD sparse } INITIAL { a = 1 b = 0 c = 0 }
    KINETIC k { ~ a <-> b (r, 0.1) ~ b -> c (0.2) CONSERVE a + b + c = 1 }";

#[test]
fn a_kinetic_scheme_is_an_exact_implicit_step_and_conserves() {
    let mechanism = from_text(DECAY);
    let mut world = World::at(&[-50.0], &mechanism);
    world.dt_ms = 0.5;
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    // (1 + h r) a − h 0.1 b = 1;  −h r a + (1 + h 0.3) b = 0
    let (h, r) = (0.5, 0.3);
    let determinant = (1.0 + h * r) * (1.0 + h * 0.3) - h * 0.1 * h * r;
    let (a, b) = ((1.0 + h * 0.3) / determinant, h * r / determinant);
    close(value(&x, "a"), a, 1e-15);
    close(value(&x, "b"), b, 1e-15);
    close(value(&x, "c"), 1.0 - a - b, 1e-14);
    world.advance(&mut x, 10_000);
    close(value(&x, "a") + value(&x, "b") + value(&x, "c"), 1.0, 1e-14);
}

#[test]
fn a_steady_state_solves_the_balance() {
    let text = "NEURON { SUFFIX s } STATE { o c } ASSIGNED { v }
        BREAKPOINT { SOLVE k METHOD sparse } INITIAL { SOLVE k STEADYSTATE sparse }
        KINETIC k { ~ c <-> o (exp(v/20), 2*exp(-v/30)) CONSERVE o + c = 1 }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    let (a, b) = ((-50.0f64 / 20.0).exp(), 2.0 * (50.0f64 / 30.0).exp());
    close(value(&x, "o"), a / (a + b), 1e-9); // "forever" is 1e9 ms
    close(value(&x, "o") + value(&x, "c"), 1.0, 1e-14);
}

#[test]
fn a_bimolecular_reaction_is_solved_by_newton_to_the_implicit_equation() {
    let text = "NEURON { SUFFIX s } STATE { ca buf bound } PARAMETER { kf = 20 kb = 0.5 }
        BREAKPOINT { SOLVE k METHOD sparse } INITIAL { ca = 0.2 buf = 0.3 bound = 0.01 }
        KINETIC k { ~ ca + buf <-> bound (kf, kb) }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    let [ca, buf, bound] = ["ca", "buf", "bound"].map(|n| value(&x, n));
    let flux = 20.0 * ca * buf - 0.5 * bound;
    close(ca, 0.2 - 0.025 * flux, 1e-13);
    close(buf, 0.3 - 0.025 * flux, 1e-13);
    close(bound, 0.01 + 0.025 * flux, 1e-13);
}

#[test]
fn derivimplicit_satisfies_its_own_equation() {
    let text = "NEURON { SUFFIX s } STATE { y } ASSIGNED { v }
        BREAKPOINT { SOLVE d METHOD derivimplicit } INITIAL { y = 2 }
        DERIVATIVE d { y' = -y^3 + sin(y) }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    world.dt_ms = 0.5;
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    let new = value(&x, "y");
    close(new, 2.0 + 0.5 * (-new.powi(3) + new.sin()), 1e-13);
}

#[test]
fn explicit_methods_converge_with_their_order() {
    for (method, order) in [("euler", 1.0), ("runge", 4.0)] {
        let text = format!(
            "NEURON {{ SUFFIX s }} STATE {{ y z }} BREAKPOINT {{ SOLVE d METHOD {method} }}
             INITIAL {{ y = 1 z = 0 }} DERIVATIVE d {{ y' = -z z' = y }}"
        );
        let mechanism = from_text(&text);
        let error = |steps: usize| {
            let mut world = World::at(&[0.0], &mechanism);
            world.dt_ms = 1.0 / steps as f64;
            let mut x = world.place(&mechanism);
            world.initialize(&mut x);
            world.advance(&mut x, steps);
            (value(&x, "y") - 1f64.cos()).abs()
        };
        let observed = (error(40) / error(80)).log2();
        assert!((observed - order).abs() < 0.1, "{method}: {observed}");
    }
}

#[test]
fn a_linear_block_solves_its_equations() {
    let text = "NEURON { SUFFIX s } STATE { p q } INITIAL { SOLVE l }
        LINEAR l { ~ 0*p + 2*q = 6 ~ 4*p - q = 1 }";
    let mechanism = from_text(text);
    let mut world = World::at(&[0.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    close(value(&x, "q"), 3.0, 1e-15);
    close(value(&x, "p"), 1.0, 1e-15);
}

#[test]
fn a_procedure_without_a_method_runs_once_per_step() {
    let text = "NEURON { SUFFIX s } STATE { m } ASSIGNED { v minf mexp dt }
        BREAKPOINT { SOLVE states } INITIAL { m = 0 }
        PROCEDURE states() { rate(v) m = m + mexp*(minf - m) VERBATIM
            return 0; ENDVERBATIM }
        PROCEDURE rate(v) { TABLE minf, mexp DEPEND dt FROM -100 TO 100 WITH 200
            minf = 1/(1 + exp(-v/10)) mexp = 1 - exp(-dt/5) }";
    let mechanism = from_text(text);
    let mut world = World::at(&[10.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 40);
    let limit = 1.0 / (1.0 + (-1f64).exp());
    close(value(&x, "m"), limit * -(-1.0f64 / 5.0).exp_m1(), 1e-13);
}

#[test]
fn an_electrode_current_depolarises() {
    let mechanism = crate::world::built_in("iclamp");
    let mut world = World::at(&[-65.0], &mechanism);
    let mut x = world.place(&mechanism);
    for (name, number) in [("del", 1.0), ("dur", 2.0), ("amp", 0.3)] {
        x.set(name, number).unwrap();
    }
    world.initialize(&mut x);
    for (t, expected) in [(0.5, 0.0), (1.0, -0.3), (2.9, -0.3), (3.0, 0.0)] {
        world.t_ms = t;
        world.currents(&mut x);
        assert_eq!(world.i[0], expected, "{t} ms");
    }
}

#[test]
fn variables_that_are_not_kept_read_as_not_a_number_and_change_nothing_else() {
    let mechanism = crate::world::built_in("hh");
    let mut world = World::at(&[-65.0, -40.0], &mechanism);
    let (mut all, mut few) = (world.place(&mechanism), world.place(&mechanism));
    few.keep_only(&[mechanism.description().variable("gk").unwrap()]);
    let mut sums = Vec::new();
    for x in [&mut all, &mut few] {
        world.initialize(x);
        world.advance(x, 3);
        world.currents(x);
        sums.push((world.i.clone(), world.g.clone()));
    }
    assert_eq!(sums[0], sums[1]);
    for name in ["m", "gk"] {
        assert_eq!(value(&few, name), value(&all, name));
    }
    assert!(value(&few, "gna").is_nan());
}

#[test]
fn units_that_do_not_fit_are_warned_about_with_their_line() {
    let text = "NEURON { SUFFIX s NONSPECIFIC_CURRENT i }\nUNITS { (mV) = (millivolt) }
        PARAMETER { g = 1 (S/cm2) k = 2 (ms) }\nASSIGNED { v (mV) i (mA/cm2) }
        BREAKPOINT { \n i = g*v + k\nUNITSOFF i = g*k UNITSON\n i = 1e-3*g*v\n i = (1e3)*g*v }";
    let source = neuropil_mechanism::Source::from_text("u.mod", text);
    let (_, findings) = neuropil_mechanism::compile_with_findings(&source).unwrap();
    let lines: Vec<usize> = findings.iter().map(|f| f.line).collect();
    // line 6 adds a time to a current; the last line states a factor that does not hold
    assert_eq!(lines, [6, 9], "{findings:?}");
    assert!(findings[1].message.contains("factor of 1000"), "{}", findings[1].message);
}

#[test]
fn cnexp_takes_what_was_computed_before_the_equation_as_constant() {
    let text = "NEURON { SUFFIX s } STATE { m } ASSIGNED { v tau }
        BREAKPOINT { SOLVE d METHOD cnexp } INITIAL { m = 0.2 }
        DERIVATIVE d { if (m < 0.7) { tau = 3 } else { tau = 9 } m' = (0.7 - m)/tau }";
    let mechanism = from_text(text);
    let mut world = World::at(&[0.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 40);
    close(value(&x, "m"), 0.7 - 0.5 * (-1.0f64 / 3.0).exp(), 1e-14);
}

#[test]
fn a_function_in_a_rate_equation_may_assign_to_variables() {
    let text = "NEURON { SUFFIX x RANGE seen, at, own } STATE { y z } ASSIGNED { v seen at own }
        INITIAL { y = 0.5 z = 0 }
        BREAKPOINT { SOLVE s METHOD cnexp }
        DERIVATIVE s { y' = rate(v)*(1 - y) z' = level(y) - keep(z) }
        FUNCTION rate(v) { seen = 2*v rate = 0.1 }
        FUNCTION level(y) { at = y level = y } FUNCTION keep(z) { own = z keep = z }";
    let mechanism = from_text(text);
    let mut world = World::at(&[-50.0], &mechanism);
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    world.advance(&mut x, 1);
    assert_eq!(value(&x, "seen"), -100.0);
    let y = 1.0 - 0.5 * (-0.1f64 * 0.025).exp();
    close(value(&x, "y"), y, 1e-14);
    // the state of an earlier equation is the new one, its own the old one
    close(value(&x, "at"), y, 1e-14);
    assert_eq!(value(&x, "own"), 0.0);
}
