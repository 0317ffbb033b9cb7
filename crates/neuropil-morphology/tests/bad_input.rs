//! What is wrong with a text is said with its line and its remedy; what is odd, as a warning.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use neuropil_morphology::swc::{self, Options, SomaPolicy};

const GOOD: &str = "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 50 0 0 1 2\n4 3 100 0 0 1 3\n";

fn refusal(bytes: impl AsRef<[u8]>) -> String {
    match swc::load(bytes, &Options::default()) {
        Ok(cell) => format!("accepted with {} µm²", cell.value.area_um2()),
        Err(error) => error.to_string(),
    }
}

/// The good cell with its third line replaced.
fn third(line: &str) -> String {
    GOOD.replace("3 3 50 0 0 1 2", line)
}

#[test]
fn lines_that_are_not_samples() {
    for (line, expected) in [
        ("3 3 50 0 0 1", "line 3: an SWC sample has 7 fields, found 6"),
        (
            "3,3,50,0,0,1,2",
            "line 3: an SWC sample has 7 fields, found 1; separate them by blanks, not commas",
        ),
        (
            "3 3 50;0;0;1;2;0;0",
            "line 3: an SWC sample has 7 fields, found 3; separate them by blanks, not semicolons",
        ),
        ("3 3 5o 0 0 1 2", "line 3, column 5: x is not a number: \"5o\""),
        (
            "3 3 50 0,5 0 1 2",
            "line 3, column 8: y is not a number: \"0,5\"; a decimal comma? write 0.5",
        ),
        (
            "3 3 1,050.5 0 0 1 2",
            "line 3, column 5: x is not a number: \"1,050.5\"; a thousands mark? write 1050.5",
        ),
        (
            "3 3 5.0D1 0 0 1 2",
            "line 3, column 5: x is not a number: \"5.0D1\"; a Fortran exponent? write 5.0e1",
        ),
        ("3 3 50 NaN 0 1 2", "line 3, column 8: y is NaN, expected a finite number"),
        ("3 3 50 0 0 inf 2", "line 3, column 12: radius is inf, expected a finite number"),
        ("3 3.5 50 0 0 1 2", "line 3, column 3: type must be a whole number, found \"3.5\""),
        (
            "99999999999999999999 3 50 0 0 1 2",
            "line 3, column 1: id 99999999999999999999 does not fit in 64 bits",
        ),
    ] {
        assert_eq!(refusal(third(line)), expected);
    }
}

#[test]
fn samples_that_make_no_tree() {
    for (line, expected) in [
        ("2 3 50 0 0 1 2", "line 3: id 2 is defined already on line 2"),
        ("3 3 50 0 0 1 9", "line 3: sample 3 hangs from 9, which no line defines"),
        ("3 3 50 0 0 1 3", "line 3: sample 3 is its own parent"),
        ("3 3 50 0 0 1 4", "line 3: the samples 3, 4 hang from one another in a circle"),
        ("-3 3 50 0 0 1 2\n3 3 60 0 0 1 2", "line 3: negative id -3; ids count from 0"),
    ] {
        assert_eq!(refusal(third(line)), expected);
    }
    let roots = third("3 3 50 0 0 1 -1");
    let expected =
        "2 roots, at lines 1, 3; keep the first or largest tree, or join them, by a repair";
    assert_eq!(refusal(roots), expected);
    assert_eq!(
        refusal(GOOD.replace(" -1\n", " -7\n")),
        "line 1: root 1 has parent -7, expected -1"
    );
    let marks = "1 0 1 1 1 0 -1\n2 0 5 5 5 0 -1\n3 0 9 9 9 0 -1\n";
    assert!(refusal(marks).starts_with("all 3 samples are roots: this is a list of marks"));
}

#[test]
fn somata_that_are_none() {
    let somata = "1 1 0 0 0 5 -1\n2 3 9 0 0 1 1\n3 1 90 0 0 5 2\n4 3 100 0 0 1 3\n";
    assert!(refusal(somata).starts_with("2 somata, at lines 1, 3"));
    let inside = "1 3 0 0 0 1 -1\n2 1 9 0 0 4 1\n3 3 90 0 0 1 2\n";
    assert!(refusal(inside).starts_with("line 2: soma sample 2 lies between neurite samples"));
    let forked = "1 1 0 0 0 5 -1\n2 1 5 0 0 4 1\n3 1 9 3 0 3 2\n4 1 9 -3 0 3 2\n";
    assert!(refusal(forked).starts_with("line 2: the soma forks at sample 2"));
    let off = "1 1 0 0 0 5 -1\n2 1 0 -5 0 4 1\n3 1 0 5 0 5 1\n";
    assert!(refusal(off).contains("the second has radius 4 µm, the first 5 µm"));
    let far = "1 1 0 0 0 5 -1\n2 1 0 -9 0 5 1\n3 1 0 5 0 5 1\n";
    assert!(refusal(far).contains("lie 14 µm apart by way of the first, expected 10 µm"));
}

#[test]
fn numbers_that_no_neuron_has() {
    for (line, expected) in [
        ("3 3 50 0 0 -1 2", "line 3: negative radius -1 of sample 3"),
        (
            "3 3 50 0 0 0 2",
            "line 3: radius 0 of neurite sample 3; give a minimum radius to replace it",
        ),
        ("3 -1 50 0 0 1 2", "line 3: negative type -1 of sample 3"),
        (
            "3 3 500000 0 0 1 2",
            "line 3: x is 500000, further than 1e5 µm from the origin; if these are nanometres \
             rescale by 0.001, else trust the coordinates",
        ),
    ] {
        assert_eq!(refusal(third(line)), expected);
    }
    let soma = GOOD.replace("0 0 0 5 -1", "0 0 0 0 -1");
    assert!(refusal(soma).starts_with("line 1: radius 0 of soma sample 1"));
    let skeleton = "1 1 0 0 0 0 -1\n2 3 5 0 0 0 1\n3 3 50 0 0 0 2\n4 3 100 0 0 0 3\n";
    assert_eq!(
        refusal(skeleton),
        "line 1: radius 0 of soma sample 1 and of all others: a skeleton without radii; give a \
         minimum radius to replace it"
    );
    let sphere = Options { soma: SomaPolicy::Sphere, ..Options::default() };
    let pointed = "1 1 0 0 0 0 -1\n2 1 5 0 0 5 1\n3 3 9 0 0 1 2\n4 3 50 0 0 1 3\n";
    assert!(swc::load(pointed, &sphere).unwrap_err().to_string().contains("radius 0 of soma"));
    assert!(refusal("1 3 1 1 1 1 -1\n2 3 1 1 1 1 1\n").starts_with("the samples have no length"));
    assert!(refusal("1 3 1 1 1 1 -1\n").starts_with("the samples have no length"));
}

#[test]
fn files_that_are_something_else() {
    let utf16: Vec<u8> =
        "\u{feff}1 1 0 0 0 5 -1".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, part) in [
        (b"".to_vec(), "no samples: the file is empty"),
        (b"# nothing\n\n# here\n".to_vec(), "no samples: only comments"),
        (utf16, "UTF-16 text; save it as UTF-8"),
        (b"\x89HDF\r\n\x1a\n\0\0".to_vec(), "an HDF5 file"),
        (b"1 1 0 0\0 0 5 -1".to_vec(), "binary"),
        (b"<?xml version=\"1.0\"?><neuroml/>".to_vec(), "XML (NeuroML?)"),
        (b"; V3 text file\n(\"Soma\")".to_vec(), "a Neurolucida ASC text"),
        (b"{\"cell\": 1}".to_vec(), "JSON"),
        (b"##x,y,z,radius,shape,name,comment\n540,378,12,0,1,10,\n".to_vec(), "a list of marks"),
    ] {
        let message = refusal(bytes);
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn what_is_odd_is_said_once_with_its_line() {
    for (text, expected) in [
        (
            third("3 3 50 0 0 1 2 8 9"),
            "line 3: 9 columns; those after the seventh are ignored, here and below",
        ),
        (format!("\u{feff}{GOOD}"), "line 1: byte order mark skipped"),
        (
            GOOD.replace(" -1\n", " 0\n"),
            "line 1: root 1 has parent 0, which no line defines; taken as -1",
        ),
        (
            third("3 5 50 0 0 1 2"),
            "line 3: type 5 of sample 3 says where it lies; it takes its parent's type",
        ),
        (
            GOOD.replace(" 3 ", " 12 "),
            "line 2: type 12 is none of the standard ones (0 to 4); kept as its own kind",
        ),
        (
            third("3 4 50 0 0 1 2").replace("4 3", "4 4"),
            "line 3: type changes from 3 to 4 without a fork; a new section begins",
        ),
        (
            third("3 3 5 0 0 1 2"),
            "line 3: sample 3 lies where its parent does; a piece of no length",
        ),
        (
            third("3 3 50 0 0 120 2"),
            "line 3: radius 120 µm of sample 3; is it a diameter, or in nanometres?",
        ),
        (
            third("3 3 50 0 0 10 2"),
            "line 3: radius 10 µm of sample 3 is ten times its neighbours' or more; is it a diameter, \
             or a misplaced point?",
        ),
        (
            GOOD.replace("2 3 5 0", "2 3 2 0"),
            "line 2: sample 2 lies inside the soma, 2 µm from the centre of a sphere of radius 5 µm",
        ),
        (
            GOOD.replace("2 3 5 0", "2 3 20 0"),
            "line 2: the neurite at sample 2 begins 20 µm from the centre of a soma of radius 5 µm",
        ),
        (
            GOOD.replace("4 3 100 0 0 1", "4 3 100 0 0 0"),
            "line 4: radius 0 of the tip sample 4; the neurite ends in a point",
        ),
        (
            "1 1 0 0 0 0 -1\n2 1 5 0 0 5 1\n3 3 9 0 0 1 2\n4 3 50 0 0 1 3\n".into(),
            "line 1: radius 0 of soma sample 1; the stack ends in a point",
        ),
    ] {
        let said: Vec<String> = swc::load(&text, &Options::default())
            .unwrap()
            .warnings
            .iter()
            .map(|w| w.to_string())
            .collect();
        assert_eq!(said.iter().filter(|said| *said == expected).count(), 1, "{said:#?}");
    }
    let no_soma = swc::load("1 3 0 0 0 1 -1\n2 3 9 0 0 1 1\n", &Options::default()).unwrap();
    assert_eq!(no_soma.warnings, [swc::SwcWarning::NoSoma]);
}

#[test]
fn a_remedy_that_is_named_works() {
    let far = third("3 3 500000 0 0 1 2");
    let trusted = Options { trust_coordinates: true, ..Options::default() };
    assert!(swc::load(&far, &trusted).is_ok());
    let forked = "1 1 0 0 0 5 -1\n2 1 5 0 0 4 1\n3 1 9 3 0 3 2\n4 1 9 -3 0 3 2\n";
    for soma in [SomaPolicy::Stack, SomaPolicy::Sphere, SomaPolicy::None] {
        assert!(swc::load(forked, &Options { soma, ..Options::default() }).is_ok());
    }
    let roots = swc::read_samples(third("3 3 50 0 0 1 -1")).unwrap().value;
    for roots_kept in [swc::Roots::First, swc::Roots::Largest, swc::Roots::Join] {
        let repairs = swc::Repairs { roots: roots_kept, ..swc::Repairs::default() };
        let (tree, changes) = swc::repair(roots.clone(), &repairs).unwrap();
        assert!(tree.build(&Options::default()).is_ok() && changes.len() == 1);
    }
}
