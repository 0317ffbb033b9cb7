//! Segments, areas and axial resistances against those NEURON makes of the same files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use neuropil_morphology::discretise::{Policy, segments};
use neuropil_morphology::swc::{self, Options, Profile};

/// Files of the project, or public ones in a folder `shared` that may lie beside it.
fn find(file: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [project.join("morphologies"), project.join("../shared/morphologies")];
    folders.iter().map(|folder| folder.join(file)).find(|path| path.exists())
}

#[test]
fn segments_are_neurons_to_twelve_digits() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/neuron_segments.tsv");
    let table = std::fs::read_to_string(table).unwrap();
    let mut compared = 0;
    for row in table.lines().filter(|row| !row.starts_with('#')).skip(1) {
        let mut columns = row.split('\t');
        let file = columns.next().unwrap();
        let expected: Vec<f64> = columns.map(|text| text.parse().unwrap()).collect();
        let Some(path) = find(file) else {
            println!("skipped: {file} is not here");
            continue;
        };
        let found = measure(&path);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found / expected - 1.0).abs() < 1e-12, "{file}: {found} against {expected}");
        }
        compared += 1;
    }
    assert!(compared >= 5, "the project's own cells are there");
}

/// The columns of the table.
fn measure(path: &Path) -> [f64; 7] {
    let cell = swc::load_file(path, &Options::profile(Profile::Neuron)).unwrap().value;
    let nodes = segments(&cell, &Policy::MaxLength(10.0).counts(&cell).unwrap());
    let ri_mohm = nodes.axial_resistance_mohm(|_| 100.0);
    let mut names: Vec<(String, usize)> = (cell.sections().iter().enumerate())
        .map(|(index, section)| {
            let name = section.name();
            let numbered = if name.contains('[') { name.into() } else { format!("{name}[0]") };
            (numbered, index)
        })
        .collect();
    names.sort();
    let (mut k, mut area_sum, mut ri_sum) = (0.0, 0.0, 0.0);
    for (_, section) in names {
        for &node in nodes.nodes_of(section) {
            k += 1.0;
            area_sum += k * nodes.area_um2()[node];
            if (section, node) != (0, nodes.nodes_of(0)[0]) {
                ri_sum += k * ri_mohm[node];
            }
        }
    }
    let area: f64 = nodes.area_um2().iter().sum();
    let d_lambda: usize = Policy::d_lambda(100.0, 1.0).counts(&cell).unwrap().iter().sum();
    let sections = cell.sections().len() as f64;
    [sections, k, area, cell.length_um(), area_sum, ri_sum, d_lambda as f64]
}
