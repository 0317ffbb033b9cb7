//! Small files, one property each, under every profile: the area, or the refusal.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use neuropil_morphology::swc::{self, Options, Profile, SomaPolicy, SwcError};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn load(file: &str, options: &Options) -> Result<f64, SwcError> {
    let bytes = std::fs::read(folder().join("swc").join(file)).unwrap();
    swc::load(bytes, options).map(|cell| cell.value.area_um2())
}

#[test]
fn every_file_has_its_area_or_refusal_under_every_profile() {
    let table = std::fs::read_to_string(folder().join("swc_areas.tsv")).unwrap();
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let [file, profile, expected, origin] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {row}");
        };
        rows += 1;
        let found = load(file, &Options::profile(profile.parse().unwrap()));
        let right = match (&found, expected.strip_prefix("refused: ")) {
            (Err(error), Some(part)) => error.to_string().contains(part),
            (Ok(area), None) => {
                let expected: f64 = expected.parse().unwrap();
                (area / expected - 1.0).abs() < 1e-6
            }
            _ => false,
        };
        if !right {
            wrong.push(format!("{file} {profile}: {found:?}, expected {expected} ({origin})"));
        }
    }
    assert_eq!(rows, 58 * Profile::ALL.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_soma_can_be_told_what_it_is() {
    let with = |soma| Options { soma, ..Options::default() };
    let area = |file, soma| load(file, &with(soma)).unwrap();
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-6;
    // The 12-gon of radius 5, its corners given to four decimals, has 74.99953 µm², and so stands
    // for a sphere of four times that.
    assert!(close(
        area("08_contour_soma12.swc", SomaPolicy::Contour),
        299.998_128_1 + 590.619_418_9
    ));
    assert!(close(area("08_contour_soma12.swc", SomaPolicy::Stack), 614.790_827_5));
    assert!(close(area("04_3pt_soma_wrong_radius.swc", SomaPolicy::Sphere), 911.061_869_5));
    assert!(close(area("04_3pt_soma_wrong_radius.swc", SomaPolicy::Stack), 962.840_840_1));
    assert!(close(area("27_branched_soma.swc", SomaPolicy::Stack), 1_410.365_0));
    assert!(close(area("03_3pt_soma_neuromorpho.swc", SomaPolicy::ThreePoint), 911.061_869_5));
    // As Arbor's native reading.
    assert!(close(area("03_3pt_soma_neuromorpho.swc", SomaPolicy::None), 1_031.757_918));
    let wrong = load("07_5pt_soma_dend_middle.swc", &with(SomaPolicy::ThreePoint)).unwrap_err();
    assert!(matches!(wrong, SwcError::PolicyMismatch { policy: "three-point", .. }));
}

#[test]
fn a_profile_that_departs_from_the_file_says_so() {
    for file in ["04_3pt_soma_wrong_radius.swc", "08_contour_soma12.swc", "18b_two_somata.swc"] {
        let bytes = std::fs::read(folder().join("swc").join(file)).unwrap();
        let cell = swc::load(bytes, &Options::profile(Profile::Neuron)).unwrap();
        let said =
            cell.warnings.iter().any(|w| w.to_string().contains("the neuron profile goes on"));
        assert!(said, "{file}");
    }
}
