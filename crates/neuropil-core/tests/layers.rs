//! Crates depend on lower levels only. The table is that of `ARCHITECTURE.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const LEVELS: &[(&str, u8)] = &[
    ("neuropil-core", 0),
    ("neuropil-morphology", 1),
    ("neuropil-mechanism", 1),
    ("neuropil-record", 1),
    ("neuropil-vision", 1),
    ("neuropil-network", 2),
    ("neuropil-cable", 2),
    ("neuropil-analysis", 2),
    ("neuropil-theory", 2),
    ("neuropil-plot", 2),
    ("neuropil", 3),
    ("neuropil-cli", 4),
];

/// Crates of ours that a manifest depends on, for the product itself (not for its tests).
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && line.starts_with("neuropil") {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            found.push(name.to_string());
        }
    }
    found
}

#[test]
fn every_dependency_points_to_a_lower_level() {
    let levels: BTreeMap<_, _> = LEVELS.iter().copied().collect();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen = 0;
    for entry in fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path().join("Cargo.toml");
        let Ok(manifest) = fs::read_to_string(&path) else { continue };
        let name = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        let level = *levels.get(name).unwrap_or_else(|| panic!("{name} has no level"));
        seen += 1;
        for dependency in dependencies(&manifest) {
            let below = levels[dependency.as_str()];
            assert!(below < level, "{name} (level {level}) depends on {dependency} ({below})");
        }
    }
    assert_eq!(seen, LEVELS.len(), "every crate of the table exists");
}
