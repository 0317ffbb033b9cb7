//! Regions applied to a morphology.

use neuropil_core::names::suggestion;

use super::ast::{Label, Labels, Measure, Region, SectionRef};
use super::extent::{Extent, Stretch};
use crate::frustum::distance_um;
use crate::morphology::Morphology;
use crate::section::{Location, Section};

/// Why an expression means nothing on a morphology.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RegionError {
    #[error("region {region:?} matches nothing; {fact}")]
    Empty { region: String, fact: String },
    #[error("places {places:?} match nothing; {fact}")]
    NoPlaces { places: String, fact: String },
    #[error("section {section} is off the tree: the cell has sections 0 to {last}{hint}")]
    UnknownSection { section: String, last: usize, hint: String },
    #[error("location {section}, {fraction} is off the tree: expected a fraction from 0 to 1")]
    OffTheTree { section: String, fraction: f64 },
    #[error("no label {name:?}{hint}")]
    UnknownLabel { name: String, hint: String },
    #[error("label {name:?} names {found}, expected {expected}")]
    WrongLabel { name: String, found: &'static str, expected: &'static str },
    #[error("label {name:?} refers to itself")]
    Circular { name: String },
    #[error("{what} is {value}, expected {expected}")]
    BadNumber { what: &'static str, value: f64, expected: &'static str },
    #[error("{places:?} asks for {count} points, more than the {limit} allowed")]
    TooManyPlaces { places: String, count: f64, limit: usize },
}

impl Region {
    /// The stretches of `morphology` it means.
    ///
    /// # Errors
    /// [`RegionError`]: unknown sections or labels, and a region that matches nothing.
    pub fn on(&self, morphology: &Morphology, labels: &Labels) -> Result<Extent, RegionError> {
        let extent = Scope::new(morphology, labels).region(self)?;
        if extent.is_empty() {
            let region = self.to_string();
            return Err(RegionError::Empty { region, fact: describe(morphology) });
        }
        Ok(extent)
    }
}

/// What is there instead, for messages about what is not.
pub(super) fn describe(morphology: &Morphology) -> String {
    let mut kinds: Vec<_> = morphology.sections().iter().map(Section::kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kinds: Vec<_> = kinds.into_iter().map(|kind| Region::Kind(kind).to_string()).collect();
    let ends =
        (0..morphology.sections().len()).map(|s| morphology.distance_um(Location::new(s, 1.0)));
    let farthest = ends.fold(0.0, f64::max);
    format!("the cell has {} and distances from 0 to {farthest:.1} µm", kinds.join(", "))
}

/// A morphology, its labels, and the labels being looked into.
pub(super) struct Scope<'a> {
    pub(super) morphology: &'a Morphology,
    labels: &'a Labels,
    open: Vec<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) const fn new(morphology: &'a Morphology, labels: &'a Labels) -> Self {
        Self { morphology, labels, open: Vec::new() }
    }

    pub(super) fn region(&mut self, region: &Region) -> Result<Extent, RegionError> {
        let sections = self.morphology.sections();
        Ok(match region {
            Region::All => Extent::whole(self.morphology),
            Region::Kind(kind) => {
                let of_kind = (0..sections.len()).filter(|&s| sections[s].kind() == *kind);
                Extent::new(
                    of_kind.map(|section| Stretch { section, from: 0.0, to: 1.0 }).collect(),
                )
            }
            Region::Section(name, from, to) => {
                let section = self.section(name)?;
                for fraction in [*from, *to] {
                    check_fraction(name, fraction)?;
                }
                Extent::new(vec![Stretch { section, from: *from, to: *to }])
            }
            Region::Range(measure, from, to) => self.range(*measure, *from, *to),
            Region::Beyond(places) => {
                let places = self.places(places)?;
                self.beyond(&places)
            }
            Region::Towards(places) => {
                let places = self.places(places)?;
                self.towards(&places)
            }
            Region::Label(name) => self.labelled_region(name)?,
            Region::And(a, b) => self.region(a)?.and(&self.region(b)?),
            Region::Or(a, b) => self.region(a)?.or(&self.region(b)?),
            Region::Not(a) => self.region(a)?.complement(self.morphology),
        })
    }

    pub(super) fn section(&self, name: &SectionRef) -> Result<usize, RegionError> {
        let sections = self.morphology.sections();
        let found = match name {
            SectionRef::Index(index) => Some(*index).filter(|index| *index < sections.len()),
            SectionRef::Name(name) => self.morphology.find(name),
        };
        found.ok_or_else(|| RegionError::UnknownSection {
            section: name.to_string(),
            last: sections.len() - 1,
            hint: match name {
                SectionRef::Index(_) => String::new(),
                SectionRef::Name(name) => suggestion(name, sections.iter().map(Section::name)),
            },
        })
    }

    fn labelled_region(&mut self, name: &str) -> Result<Extent, RegionError> {
        match self.open_label(name)? {
            Label::Region(region) => {
                let extent = self.region(region);
                self.open.pop();
                extent
            }
            Label::Places(_) => {
                let (found, expected) = ("places", "a region");
                Err(RegionError::WrongLabel { name: name.into(), found, expected })
            }
        }
    }

    pub(super) fn labelled_places(&mut self, name: &str) -> Result<Vec<Location>, RegionError> {
        match self.open_label(name)? {
            Label::Places(places) => {
                let found = self.places(places);
                self.open.pop();
                found
            }
            Label::Region(_) => {
                let (found, expected) = ("a region", "places");
                Err(RegionError::WrongLabel { name: name.into(), found, expected })
            }
        }
    }

    fn open_label(&mut self, name: &str) -> Result<&'a Label, RegionError> {
        if self.open.contains(&name) {
            return Err(RegionError::Circular { name: name.into() });
        }
        let Some((key, label)) = self.labels.get_key_value(name) else {
            let known = self.labels.keys().map(String::as_str);
            let words =
                ["all", "soma", "axon", "dend", "apic", "terminals", "branch_points", "origin"];
            let hint = suggestion(name, known.chain(words));
            return Err(RegionError::UnknownLabel { name: name.into(), hint });
        };
        self.open.push(key);
        Ok(label)
    }

    fn range(&self, measure: Measure, low: f64, high: f64) -> Extent {
        let sections = self.morphology.sections();
        let mut found = Vec::new();
        let orders = (measure == Measure::Order).then(|| self.morphology.orders());
        for (index, section) in sections.iter().enumerate() {
            let mut add = |from, to| found.push(Stretch { section: index, from, to });
            match measure {
                Measure::Order => {
                    let order = orders.as_ref().map_or(0.0, |orders| orders[index] as f64);
                    if (low..=high).contains(&order) {
                        add(0.0, 1.0);
                    }
                }
                Measure::Distance => self.distances(index, low, high, &mut add),
                Measure::Radius => {
                    for (ends, [a, b]) in frustum_fractions(section) {
                        linear(ends, [a.radius_um, b.radius_um], low, high, &mut add);
                    }
                }
                Measure::Euclidean => {
                    let origin = self.morphology.origin();
                    let centre = sections[origin.section].point_at(origin.fraction).xyz_um;
                    for (ends, [a, b]) in frustum_fractions(section) {
                        spherical(ends, [a.xyz_um, b.xyz_um], centre, [low, high], &mut add);
                    }
                }
            }
        }
        Extent::new(found)
    }

    fn distances(&self, index: usize, low: f64, high: f64, add: &mut impl FnMut(f64, f64)) {
        let origin = self.morphology.origin();
        let at = |fraction| self.morphology.distance_um(Location::new(index, fraction));
        let middle = if index == origin.section { origin.fraction } else { 0.0 };
        for pair in [0.0, middle, 1.0].windows(2) {
            linear([pair[0], pair[1]], [at(pair[0]), at(pair[1])], low, high, add);
        }
    }

    fn beyond(&self, places: &[Location]) -> Extent {
        let sections = self.morphology.sections();
        // From which fraction on each section is distal; 2: nowhere.
        let mut start = vec![2.0_f64; sections.len()];
        for place in places {
            start[place.section] = start[place.section].min(place.fraction);
        }
        let mut found = Vec::new();
        for (section, s) in sections.iter().enumerate() {
            if s.parent().is_some_and(|at| at.fraction >= start[at.section]) {
                start[section] = 0.0;
            }
            if start[section] < 1.0 {
                found.push(Stretch { section, from: start[section], to: 1.0 });
            }
        }
        Extent::new(found)
    }

    fn towards(&self, places: &[Location]) -> Extent {
        let origin = self.morphology.origin();
        let mut found = Vec::new();
        for &place in places {
            let mut here = Some(place);
            while let Some(at) = here {
                if at.section == origin.section {
                    let (a, b) = (at.fraction, origin.fraction);
                    found.push(Stretch { section: at.section, from: a.min(b), to: a.max(b) });
                    break;
                }
                found.push(Stretch { section: at.section, from: 0.0, to: at.fraction });
                here = self.morphology.sections()[at.section].parent();
            }
        }
        Extent::new(found)
    }
}

pub(super) fn check_fraction(section: &SectionRef, fraction: f64) -> Result<(), RegionError> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    Err(RegionError::OffTheTree { section: section.to_string(), fraction })
}

/// Each frustum of a section as (fractions of its ends, its two points).
fn frustum_fractions(
    section: &Section,
) -> impl Iterator<Item = ([f64; 2], [crate::frustum::Point; 2])> + '_ {
    let length = section.length_um();
    let pieces = section.points().windows(2).zip(section.arc_um().windows(2));
    pieces
        .filter(|(_, arc)| arc[1] > arc[0])
        .map(move |(p, arc)| ([arc[0] / length, arc[1] / length], [p[0], p[1]]))
}

/// Adds the part of `ends` where a quantity linear between its end values lies in [low, high].
fn linear(ends: [f64; 2], values: [f64; 2], low: f64, high: f64, add: &mut impl FnMut(f64, f64)) {
    let [a, b] = values;
    if a == b {
        if (low..=high).contains(&a) {
            add(ends[0], ends[1]);
        }
        return;
    }
    let cross =
        |bound: f64| ends[0] + (ends[1] - ends[0]) * ((bound - a) / (b - a)).clamp(0.0, 1.0);
    let (from, to) = (cross(low), cross(high));
    add(from.min(to), from.max(to));
}

/// Adds the parts of a straight piece whose distance from `centre` lies within the bounds.
fn spherical(
    ends: [f64; 2],
    xyz: [[f64; 3]; 2],
    centre: [f64; 3],
    bounds: [f64; 2],
    add: &mut impl FnMut(f64, f64),
) {
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let along: [f64; 3] = std::array::from_fn(|k| xyz[1][k] - xyz[0][k]);
    let offset: [f64; 3] = std::array::from_fn(|k| xyz[0][k] - centre[k]);
    let (a, b) = (dot(along, along), dot(along, offset));
    let mut turns = vec![0.0, 1.0];
    for bound in bounds.into_iter().filter(|bound| bound.is_finite()) {
        let c = dot(offset, offset) - bound * bound;
        let root = (b * b - a * c).max(0.0).sqrt();
        turns.extend([(-b - root) / a, (-b + root) / a]);
    }
    turns.retain(|t| (0.0..=1.0).contains(t));
    turns.sort_by(f64::total_cmp);
    for pair in turns.windows(2) {
        let middle = 0.5 * (pair[0] + pair[1]);
        let at: [f64; 3] = std::array::from_fn(|k| xyz[0][k] + middle * along[k]);
        if (bounds[0]..=bounds[1]).contains(&distance_um(at, centre)) {
            let to_section = |t: f64| ends[0] + t * (ends[1] - ends[0]);
            add(to_section(pair[0]), to_section(pair[1]));
        }
    }
}
