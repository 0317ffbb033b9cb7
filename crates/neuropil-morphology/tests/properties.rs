//! What holds for every tree, and for every text.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use neuropil_morphology::discretise::{Compartments, Forks, Policy, segments, volumes};
use neuropil_morphology::swc::{self, Options, Profile, Repairs, Sample, SampleTree, SomaPolicy};
use neuropil_morphology::{Morphology, Places, Region, region::Labels};
use proptest::prelude::*;

/// A soma and a tree of neurites hung on it at random; ids with gaps, lines shuffled.
fn trees() -> impl Strategy<Value = SampleTree> {
    let sample =
        (any::<prop::sample::Index>(), 2_i64..=4, prop::array::uniform3(-300.0..300.0), 0.05..4.0);
    (prop::collection::vec(sample, 1..60), any::<u64>()).prop_map(|(drafts, shuffle)| {
        let id = |k: usize| 3 * k as i64 + 1;
        let soma = Sample { line: 0, id: 1, tag: 1, xyz_um: [0.0; 3], radius_um: 7.5, parent: -1 };
        let mut samples = vec![soma];
        for (index, tag, xyz_um, radius_um) in drafts {
            let parent = index.index(samples.len());
            // A neurite keeps its type from the soma outwards.
            let tag = if parent == 0 { tag } else { samples[parent].tag };
            let next = id(samples.len());
            samples.push(Sample { line: 0, id: next, tag, xyz_um, radius_um, parent: id(parent) });
        }
        let mut state = shuffle | 1;
        for k in (1..samples.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            samples.swap(k, (state >> 33) as usize % (k + 1));
        }
        SampleTree::new(samples, vec![" made at random".into()]).unwrap()
    })
}

fn cell(tree: &SampleTree) -> Morphology {
    tree.build(&Options { trust_coordinates: true, ..Options::default() }).unwrap().value
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-10 * b.abs().max(1.0)
}

/// Area, length, volume and the order of nodes.
fn conserved(cell: &Morphology, nodes: &Compartments) {
    let pieces = || (0..nodes.len()).flat_map(|node| nodes.pieces(node));
    let length: f64 =
        pieces().map(|p| (p.to - p.from) * cell.sections()[p.section].length_um()).sum();
    assert!(close(nodes.area_um2().iter().sum(), cell.area_um2()));
    assert!(close(pieces().map(|p| p.area_um2).sum(), cell.area_um2()));
    assert!(close(nodes.volume_um3().iter().sum(), cell.volume_um3()));
    assert!(close(length, cell.length_um()));
    assert!(nodes.parent().iter().enumerate().skip(1).all(|(node, parent)| *parent < node));
    let resistance = nodes.axial_resistance_mohm(|_| 100.0);
    assert!(resistance.iter().skip(1).all(|r| *r > 0.0 && r.is_finite()));
    for (section, s) in cell.sections().iter().enumerate() {
        for fraction in [0.0, 0.31, 1.0] {
            let place = neuropil_morphology::Location::new(section, fraction);
            assert!(nodes.node_at(place) < nodes.len(), "{}", s.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writing_and_reading_gives_the_same_samples_and_the_same_cell(tree in trees()) {
        let again = swc::read(swc::write(&tree)).unwrap().value;
        prop_assert_eq!(&again, &tree);
        prop_assert_eq!(cell(&again), cell(&tree));
    }

    #[test]
    fn a_cell_drawn_as_samples_is_the_same_cell(tree in trees()) {
        let cell = cell(&tree);
        let options = Options { trust_coordinates: true, ..Options::default() };
        let again = swc::draw(&cell).unwrap().build(&options).unwrap().value;
        prop_assert!(close(again.area_um2(), cell.area_um2()));
        prop_assert!(close(again.length_um(), cell.length_um()));
        prop_assert_eq!(again.sections().len(), cell.sections().len());
    }

    #[test]
    fn the_order_of_lines_does_not_matter(tree in trees()) {
        let mut samples = tree.samples().to_vec();
        samples.reverse();
        let reversed = SampleTree::new(samples, Vec::new()).unwrap();
        let (a, b) = (cell(&tree), cell(&reversed));
        prop_assert!(close(a.area_um2(), b.area_um2()) && close(a.length_um(), b.length_um()));
        prop_assert_eq!(a.sections().len(), b.sections().len());
    }

    #[test]
    fn segments_conserve_area_length_and_volume(tree in trees(), longest in 3.0_f64..200.0) {
        let cell = cell(&tree);
        conserved(&cell, &segments(&cell, &Policy::MaxLength(longest).counts(&cell).unwrap()));
        conserved(&cell, &segments(&cell, &Policy::d_lambda(150.0, 1.0).counts(&cell).unwrap()));
    }

    #[test]
    fn volumes_conserve_area_length_and_volume(
        tree in trees(),
        cuts in prop::collection::vec(prop::collection::btree_set(0_u8..=20, 0..6), 100),
    ) {
        let cell = cell(&tree);
        let cuts: Vec<Vec<f64>> = (0..cell.sections().len())
            .map(|section| cuts[section].iter().map(|cut| f64::from(*cut) / 20.0).collect())
            .collect();
        conserved(&cell, &volumes(&cell, &cuts).unwrap());
        for forks in [Forks::Apart, Forks::Inside] {
            let cuts = Policy::EverySample.cuts(&cell, forks).unwrap();
            conserved(&cell, &volumes(&cell, &cuts).unwrap());
        }
    }

    #[test]
    fn a_region_and_its_complement_are_the_cell(tree in trees(), at in 1.0_f64..300.0, r in 0.1_f64..4.0) {
        let cell = cell(&tree);
        for text in [
            format!("distance > {at}"), format!("radius < {r}"), format!("euclidean < {at}"),
            "dend".into(), "order > 2".into(), "beyond(terminals)".into(), "towards(terminals)".into(),
            format!("beyond(random(all, n = 5, seed = 3)) and radius > {r}"),
        ] {
            let length = |text: &str| {
                Region::parse(text).unwrap().on(&cell, &Labels::new()).map_or(0.0, |e| e.length_um(&cell))
            };
            let both = length(&text) + length(&format!("not ({text})"));
            prop_assert!(close(both, cell.length_um()), "{text}: {both} of {}", cell.length_um());
        }
        let places = Places::parse("random(all, n = 20, seed = 1), uniform(all, spacing = 30)").unwrap();
        for place in places.on(&cell, &Labels::new()).unwrap() {
            prop_assert!(place.section < cell.sections().len() && (0.0..=1.0).contains(&place.fraction));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        try_everything(&bytes);
    }

    #[test]
    fn no_text_like_swc_makes_the_reader_panic(text in "([0-9. #\t\r\n-]|1 1 0 0 0 5 -1\n|[0-9] [1-7] [0-9]{1,3} 0 [0-9] [0-3] [0-9]\n){0,40}") {
        try_everything(text.as_bytes());
    }

    #[test]
    fn no_mutation_of_a_file_makes_the_reader_panic(
        tree in trees(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[0-9 .\n#e,-]"), 1..8),
    ) {
        let mut bytes = swc::write(&tree).into_bytes();
        for (index, with) in edits {
            let at = index.index(bytes.len());
            bytes[at] = with.as_bytes()[0];
        }
        try_everything(&bytes);
    }
}

/// Every way to read; whatever is built must be usable.
fn try_everything(bytes: &[u8]) {
    for profile in Profile::ALL {
        for soma in SomaPolicy::ALL {
            let options = Options { profile, soma, trust_coordinates: true };
            if let Ok(cell) = swc::load(bytes, &options) {
                assert!(cell.value.area_um2().is_finite());
                let nodes = segments(&cell.value, &vec![3; cell.value.sections().len()]);
                assert!(nodes.area_um2().iter().all(|area| area.is_finite()));
                cell.value.summary();
            }
        }
    }
    neuropil_morphology::report::report(bytes, &Options::default());
    if let Ok(read) = swc::read_samples(bytes)
        && let Ok((tree, _)) =
            swc::repair(read.value, &Repairs { min_radius_um: Some(0.1), ..Repairs::all() })
    {
        assert_eq!(tree.roots().len(), 1);
        let again = swc::read(swc::write(&tree)).unwrap().value;
        assert_eq!(again.samples(), tree.samples());
    }
}
