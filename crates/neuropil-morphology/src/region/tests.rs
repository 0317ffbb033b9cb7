//! What each expression means, by hand, on one small cell.

use super::*;
use crate::builder::MorphologyBuilder;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::Location;

/// Soma (0), trunk of 100 µm tapering from radius 2 to 1 (1) that forks into 50 (2) and 150 µm (3), a
/// spur of 20 µm from the middle of section 3 (4), and an axon of 60 µm at the soma (5).
fn cell() -> Morphology {
    let mut builder = MorphologyBuilder::new();
    let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
    let trunk = builder.taper(Kind::Apical, Some(Location::new(soma, 0.5)), 100.0, [4.0, 2.0]);
    builder.cable(Kind::Apical, Some(Location::new(trunk, 1.0)), 50.0, 1.0);
    let long = builder.cable(Kind::Apical, Some(Location::new(trunk, 1.0)), 150.0, 1.0);
    builder.cable(Kind::Dendrite, Some(Location::new(long, 0.5)), 20.0, 0.5);
    builder.cable(Kind::Axon, Some(Location::new(soma, 0.5)), 60.0, 1.0);
    builder.build().unwrap()
}

fn region(text: &str) -> Vec<(usize, f64, f64)> {
    let extent = Region::parse(text).unwrap().on(&cell(), &labels()).unwrap();
    extent.stretches().iter().map(|s| (s.section, s.from, s.to)).collect()
}

fn places(text: &str) -> Vec<(usize, f64)> {
    let places = Places::parse(text).unwrap().on(&cell(), &labels()).unwrap();
    places.iter().map(|place| (place.section, place.fraction)).collect()
}

fn labels() -> Labels {
    let mut labels = Labels::new();
    labels.insert("tuft".into(), Label::Region(Region::parse("beyond(fork)").unwrap()));
    labels.insert("fork".into(), Label::Places(Places::parse("at(1, 1)").unwrap()));
    labels.insert("loop".into(), Label::Region(Region::parse("not loop").unwrap()));
    labels
}

#[test]
fn types_sections_and_set_operations() {
    assert_eq!(region("soma or axon"), [(0, 0.0, 1.0), (5, 0.0, 1.0)]);
    assert_eq!(region("apic and not section(3)"), [(1, 0.0, 1.0), (2, 0.0, 1.0)]);
    assert_eq!(region("section(3, 0.2, 0.8) and section(3, 0.5, 1)"), [(3, 0.5, 0.8)]);
    assert_eq!(region("section(\"apic[2]\")"), [(3, 0.0, 1.0)]);
    assert_eq!(region("not (soma or apic or axon)"), [(4, 0.0, 1.0)]);
    assert_eq!(region("section(2, 0, 0.5) or section(2, 0.5, 1)"), [(2, 0.0, 1.0)]);
}

#[test]
fn distances_radii_and_orders() {
    assert_eq!(
        region("apic and distance(50, 125)"),
        [(1, 0.5, 1.0), (2, 0.0, 0.5), (3, 0.0, 25.0 / 150.0)]
    );
    assert_eq!(region("soma and distance < 5"), [(0, 0.25, 0.75)]);
    assert_eq!(region("section(1) and radius > 1.5"), [(1, 0.0, 0.5)]);
    assert_eq!(region("order(1, 1)"), [(1, 0.0, 1.0), (5, 0.0, 1.0)]);
    assert_eq!(region("order > 2"), [(4, 0.0, 1.0)]);
    // The trunk starts at the soma's middle and runs along x.
    assert_eq!(region("section(1) and euclidean < 25"), [(1, 0.0, 0.25)]);
}

#[test]
fn beyond_and_towards() {
    assert_eq!(region("beyond(at(3, 0.5))"), [(3, 0.5, 1.0), (4, 0.0, 1.0)]);
    assert_eq!(region("beyond(at(3, 0.6))"), [(3, 0.6, 1.0)]);
    assert_eq!(region("tuft"), [(2, 0.0, 1.0), (3, 0.0, 1.0), (4, 0.0, 1.0)]);
    assert_eq!(region("towards(at(4, 0.5))"), [(1, 0.0, 1.0), (3, 0.0, 0.5), (4, 0.0, 0.5)]);
}

#[test]
fn named_places() {
    assert_eq!(places("origin"), [(0, 0.5)]);
    assert_eq!(places("soma"), [(0, 0.5)]);
    assert_eq!(places("terminals"), [(2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0)]);
    assert_eq!(places("terminals on apic"), [(2, 1.0), (3, 1.0)]);
    assert_eq!(places("branch_points"), [(1, 1.0), (3, 0.5)]);
    assert_eq!(places("midpoints(section(2) or section(3, 0, 0.5))"), [(2, 0.5), (3, 0.25)]);
    assert_eq!(places("at(1, 0.25), fork"), [(1, 0.25), (1, 1.0)]);
}

#[test]
fn even_placement() {
    assert_eq!(places("uniform(section(2), n = 2)"), [(2, 0.25), (2, 0.75)]);
    assert_eq!(
        places("uniform(section(2) or section(5), spacing = 40)"),
        [(2, 0.4), (5, 10.0 / 60.0), (5, 50.0 / 60.0)]
    );
    assert_eq!(places("uniform(section(2), density = 0.1)").len(), 5);
    assert_eq!(places("along(section(2), n = 2)"), [(2, 0.25), (2, 0.75)]);
}

#[test]
fn places_along_a_path_are_ordered_by_their_distance() {
    let found = Places::parse("along(all, n = 40)").unwrap().on(&cell(), &labels()).unwrap();
    let distances: Vec<f64> = found.iter().map(|place| cell().distance_um(*place)).collect();
    assert!(distances.is_sorted() && found.len() == 40, "{distances:?}");
    let mut sorted = places("along(all, n = 40)");
    let mut even = places("uniform(all, n = 40)");
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    even.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(sorted, even);
}

#[test]
fn random_placement_is_uniform_in_length_and_keeps_its_beginning() {
    let many = places("random(apic, n = 3000, seed = 4)");
    assert_eq!(places("random(apic, n = 10, seed = 4)"), many[..10]);
    assert_ne!(places("random(apic, n = 10, seed = 5)"), many[..10]);
    // Of 300 µm of apical dendrite 100 are the trunk: 1000 ± 26 of 3000 (one standard deviation).
    let on_trunk = many.iter().filter(|place| place.0 == 1).count() as f64;
    assert!((on_trunk - 1000.0).abs() < 4.0 * 26.0, "{on_trunk}");
    let drawn = places("random(apic, density = 2, seed = 1)").len() as f64;
    assert!((drawn - 600.0).abs() < 4.0 * 600.0_f64.sqrt(), "{drawn}");
}

#[test]
fn what_means_nothing_is_an_error() {
    let region =
        |text: &str| Region::parse(text).unwrap().on(&cell(), &labels()).unwrap_err().to_string();
    let places =
        |text: &str| Places::parse(text).unwrap().on(&cell(), &labels()).unwrap_err().to_string();
    assert_eq!(
        region("apic and distance > 900"),
        "region \"(apic and distance(900.0, inf))\" matches nothing; the cell has soma, axon, dend, apic \
         and distances from 0 to 250.0 µm"
    );
    assert_eq!(region("section(9)"), "section 9 is off the tree: the cell has sections 0 to 5");
    assert_eq!(
        region("section(\"apik[1]\")"),
        "section \"apik[1]\" is off the tree: the cell has sections 0 to 5; did you mean \"apic[1]\"?"
    );
    assert_eq!(region("tufts"), "no label \"tufts\"; did you mean \"tuft\"?");
    assert_eq!(region("apci"), "no label \"apci\"; did you mean \"apic\"?");
    assert_eq!(region("fork"), "label \"fork\" names places, expected a region");
    assert_eq!(region("loop"), "label \"loop\" refers to itself");
    assert!(
        places("terminals on soma").starts_with("places \"(terminals) on soma\" match nothing")
    );
    assert!(places("uniform(type(9), n = 3)").starts_with("region \"type(9)\" matches nothing"));
    assert!(
        places("random(all, n = 99999999999, seed = 1)").contains("more than the 10000000 allowed")
    );
    let off = Places::at(Location::new(1, 1.5)).on(&cell(), &labels()).unwrap_err().to_string();
    assert_eq!(off, "location 1, 1.5 is off the tree: expected a fraction from 0 to 1");
}

#[test]
fn coverage_is_the_part_of_each_compartment() {
    let cell = cell();
    let nodes = crate::discretise::segments(&cell, &[1, 4, 1, 1, 1, 1]);
    let extent = Region::parse("section(1, 0.125, 0.75)").unwrap().on(&cell, &labels()).unwrap();
    let parts: Vec<f64> = extent.coverage(&cell, &nodes).iter().map(|(_, part)| *part).collect();
    assert_eq!(parts, [0.5, 1.0, 1.0]);
    // A centre on the very border belongs to the region.
    assert_eq!(extent.nodes(&nodes), nodes.nodes_of(1)[..3]);
}
