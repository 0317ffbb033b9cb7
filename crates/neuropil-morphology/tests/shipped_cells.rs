//! The cells in the top-level `morphologies` folder are what their generators make.
//!
//! `NEUROPIL_BLESS=1 cargo test -p neuropil-morphology --test shipped_cells` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use neuropil_morphology::SampleTree;
use neuropil_morphology::generate::{BallAndStick, Growth, Pyramidal, RallTree, Stellate};
use neuropil_morphology::swc::{self, Options};

fn shipped() -> Vec<(&'static str, SampleTree)> {
    let layer_23 = Pyramidal {
        soma_radius_um: 7.0,
        basal_targets: 50,
        basal_reach_um: 120.0,
        trunk_um: 140.0,
        oblique_targets: 20,
        oblique_reach_um: 80.0,
        tuft_targets: 30,
        tuft_um: [120.0, 110.0],
        axon_um: [40.0, 1.0],
        growth: Growth { max_radius_um: 1.5, ..Growth::default() },
        seed: 23,
    };
    vec![
        ("ball_and_stick", BallAndStick::default().samples()),
        ("rall_tree", RallTree::default().samples()),
        ("pyramidal_layer5", Pyramidal { seed: 5, ..Pyramidal::default() }.samples().unwrap()),
        ("pyramidal_layer23", layer_23.samples().unwrap()),
        ("stellate_layer4", Stellate { seed: 4, ..Stellate::default() }.samples().unwrap()),
    ]
}

fn folder(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../morphologies").join(slug)
}

#[test]
fn shipped_cells_are_regenerated_identically() {
    for (slug, tree) in shipped() {
        let text = swc::write(&tree);
        let path = folder(slug).join("cell.swc");
        if std::env::var_os("NEUROPIL_BLESS").is_some() {
            std::fs::create_dir_all(folder(slug)).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == text, "{slug} has changed");
    }
}

#[test]
fn shipped_cells_are_clean_and_described() {
    for (slug, tree) in shipped() {
        let read = swc::read_file(folder(slug).join("cell.swc")).unwrap();
        assert_eq!(read.value, tree, "{slug}");
        let cell = read.value.build(&Options::default()).unwrap();
        let summary = cell.value.summary();
        println!("{slug}: {:?}", summary.total);
        let readme = std::fs::read_to_string(folder(slug).join("README.md")).unwrap();
        // The parameters stand in the first comment of the file.
        assert!(readme.contains(tree.comments()[0].trim()), "{slug}: README without parameters");
        let sections = format!("{} sections", summary.total.sections);
        assert!(readme.contains(&sections), "{slug}: README without {sections}");
    }
}

#[test]
fn synthetic_cells_have_the_proportions_of_their_kind() {
    let cell = Pyramidal::default().samples().unwrap().build(&Options::default()).unwrap();
    assert!(cell.warnings.is_empty(), "{:?}", cell.warnings);
    let summary = cell.value.summary();
    // 3–8 basal stems, one apical, one axon; nothing beyond the top of the tuft.
    assert!((5..=14).contains(&summary.stems), "{}", summary.stems);
    assert!(summary.total.length_um > 3000.0 && summary.total.length_um < 12_000.0);
    assert!(summary.max_euclidean_um <= 8.0 + 500.0 + 200.0 + 150.0);
    let all = summary.total.tips + 1;
    assert!(summary.total.branch_points < all, "a fork has at least two branches");
}

#[test]
fn another_seed_gives_another_cell_and_the_same_seed_the_same() {
    let of = |seed| Stellate { seed, ..Stellate::default() }.samples().unwrap();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
