//! Everything that cannot be run says so, with its line and a remedy.

use neuropil_mechanism::contract::{KernelFault, Placement, SetError};
use neuropil_mechanism::{Library, LibraryError, Source, compile};

use crate::world::{World, built_in, from_text};

/// Line, message and help of the first finding.
#[track_caller]
fn refused(text: &str) -> (usize, String, String) {
    let error = compile(&Source::from_text("bad.mod", text)).unwrap_err();
    let first = &error.diagnostics[0];
    assert!(error.to_string().starts_with(&format!("bad.mod:{}:", first.line)), "{error}");
    (first.line, first.message.clone(), first.help.clone())
}

#[test]
fn unsupported_features_name_their_line_and_a_remedy() {
    let head = "NEURON { SUFFIX s RANGE y }\nASSIGNED { y v }\n";
    for (text, line, message) in [
        ("INITIAL {\n y = scop_random(1) }", 4, "random numbers inside a mechanism"),
        ("INITIAL {\n VERBATIM\n y = 3;\nENDVERBATIM }", 4, "VERBATIM"),
        ("INITIAL { WHILE (y < 3) { y = y + 1 } }", 3, "WHILE is not supported"),
        ("INITIAL { y = atan(v) }", 3, "atan() is not supported"),
        ("FUNCTION_TABLE tab(v)\nINITIAL { y = 1 }", 3, "FUNCTION_TABLE tab"),
        ("BEFORE STEP { y = 1 }", 3, "BEFORE is not supported"),
        (
            "INITIAL { FROM i = 0 TO v { y = i } }",
            3,
            "not a number known when the file is compiled",
        ),
        ("INITIAL { y = f(v) }\nFUNCTION f(x) { f = f(x) }", 4, "f() calls itself"),
        ("BREAKPOINT { SOLVE states METHOD cnexp }", 3, "SOLVE of \"states\""),
        ("INCLUDE \"nowhere.inc\"", 3, "INCLUDEd file \"nowhere.inc\" not found"),
        ("INITIAL { y = yy + 1 }", 3, "\"yy\" is not declared; did you mean \"y\"?"),
        ("INITIAL { y = 1 + }", 3, "expected an expression, found '}'"),
        ("INITIAL { y = 1", 3, "block without '}'"),
        ("%Name% { }", 3, "expected a block"),
    ] {
        let (found_line, found, help) = refused(&format!("{head}{text}"));
        assert!(found.contains(message), "{found}, expected {message}");
        assert_eq!(found_line, line, "{found}");
        let self_evident = ["expected", "block without"].iter().any(|m| message.contains(m));
        assert!(self_evident || !help.is_empty(), "{found} has no remedy");
    }
}

#[test]
fn names_of_ions_and_pointers_are_checked() {
    let (line, message, help) = refused("NEURON { SUFFIX s\n USEION na READ naa }");
    assert_eq!((line, message.as_str()), (2, "\"naa\" is not a quantity of ion na"));
    assert_eq!(help, "expected ena, ina, nai or nao");
    let pointer = "NEURON { SUFFIX s POINTER p } ASSIGNED { p } INITIAL { p = 1 }";
    assert_eq!(refused(pointer).1, "POINTER \"p\" is written");
    let text = "NEURON { POINT_PROCESS s POINTER p RANGE y } ASSIGNED { p y } INITIAL { y = 2*p }";
    let mechanism = from_text(text);
    let mut world = World::at(&[0.0], &mechanism);
    let mut x = world.place(&mechanism);
    let fault = x.initialize(&mut world.around(), &mut Vec::new()).unwrap_err();
    let unset = KernelFault::PointerUnset { mechanism: "s".into(), pointer: "p".into() };
    assert_eq!(fault, unset);
    x.pointer_mut(0)[0] = 4.0;
    world.initialize(&mut x);
    assert_eq!(crate::world::value(&x, "y"), 8.0);
}

#[test]
fn two_mechanisms_of_one_name_are_refused() {
    let mut library = Library::new();
    let source = |name: &str| Source::from_text(name, "NEURON { SUFFIX twin }");
    library.add(&source("a.mod")).unwrap();
    let error = library.add(&source("b.mod")).unwrap_err();
    assert!(matches!(error, LibraryError::Duplicate { .. }));
    let text = "two mechanisms are named \"twin\": a.mod and b.mod; rename one of them";
    assert_eq!(error.to_string(), text);
}

#[test]
fn settings_are_checked() {
    let mechanism = built_in("hh");
    let world = World::at(&[0.0, 1.0], &mechanism);
    let mut x = world.place(&mechanism);
    let unknown = x.set("gnabr", 1.0).unwrap_err().to_string();
    assert_eq!(unknown, "mechanism \"hh\" has no variable \"gnabr\"; did you mean \"gnabar\"?");
    assert!(matches!(x.set("gnabar", -1.0), Err(SetError::Limits { .. })));
    assert!(matches!(x.set("m", 0.5), Err(SetError::NotAParameter { role: "state", .. })));
    assert!(matches!(x.set_each("gl", &[1.0]), Err(SetError::Length { .. })));
    let place = Placement::density(vec![0]);
    assert!(matches!(mechanism.instantiate(place), Err(SetError::Ions { expected: 2, .. })));
}

#[test]
fn a_step_too_large_for_newton_names_the_instance() {
    let text = "NEURON { SUFFIX s } STATE { y } BREAKPOINT { SOLVE d METHOD derivimplicit }
        INITIAL { y = 1 } DERIVATIVE d { y' = y*y + 1 }";
    let mechanism = from_text(text);
    let mut world = World::at(&[0.0], &mechanism);
    world.dt_ms = 10.0; // y = 1 + 10·(y² + 1) has no real solution
    let mut x = world.place(&mechanism);
    world.initialize(&mut x);
    let fault = x.advance(&mut world.around()).unwrap_err();
    assert!(matches!(fault, KernelFault::NoConvergence { instance: 0, node: 0, .. }));
    assert!(fault.to_string().contains("use a smaller time step"));
}
