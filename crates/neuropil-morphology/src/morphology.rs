//! The tree of sections.

use crate::builder::MorphologyBuilder;
use crate::kind::Kind;
use crate::section::{Location, Section};

/// A neuron's shape: sections joined into one tree.
///
/// Sections are stored with every parent before its children, so a loop over them needs no
/// recursion. Built by [`MorphologyBuilder`], by a generator, or from an SWC file.
///
/// ```
/// use neuropil_morphology::{Kind, Location, Morphology};
/// let mut builder = Morphology::builder();
/// let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
/// builder.cable(Kind::Dendrite, Some(Location::new(soma, 0.5)), 100.0, 2.0);
/// let cell = builder.build()?;
/// assert!((cell.area_um2() - std::f64::consts::PI * 600.0).abs() < 1e-9);
/// assert_eq!(cell.distance_um(Location::new(1, 0.25)), 25.0);
/// # Ok::<(), neuropil_morphology::MorphologyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Morphology {
    sections: Vec<Section>,
    children: Vec<Vec<usize>>,
    start_um: Vec<f64>,
    origin: Location,
}

impl Morphology {
    /// A builder with no sections.
    pub fn builder() -> MorphologyBuilder {
        MorphologyBuilder::new()
    }

    /// Parents before children, exactly one root, attachments checked by the caller.
    pub(crate) fn from_sections(sections: Vec<Section>) -> Self {
        let mut children = vec![Vec::new(); sections.len()];
        for (index, section) in sections.iter().enumerate() {
            if let Some(parent) = section.parent() {
                children[parent.section].push(index);
            }
        }
        let origin = Location::new(0, origin_fraction(&sections, &children[0]));
        let mut start_um = vec![0.0; sections.len()];
        for (index, section) in sections.iter().enumerate() {
            if let Some(at) = section.parent() {
                start_um[index] = from_origin(&sections, &start_um, origin, at);
            }
        }
        Self { sections, children, start_um, origin }
    }

    /// All sections, parents before children; section 0 is the root.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The sections attached to a section, in order.
    ///
    /// # Panics
    /// If `section` is not an index of [`sections`](Self::sections).
    pub fn children(&self, section: usize) -> &[usize] {
        &self.children[section]
    }

    /// Index of the section with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.sections.iter().position(|section| section.name() == name)
    }

    /// Where path distances count from: the middle of the root if it is a soma, else its 0-end; the
    /// 0-end also of a soma drawn from its middle, in two sections.
    pub const fn origin(&self) -> Location {
        self.origin
    }

    /// Path distance from the [`origin`](Self::origin) to a place `[µm]`.
    ///
    /// A neurite attached to the middle of the soma starts at distance 0 (as NEURON's `distance`
    /// counts from `soma(0.5)`).
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn distance_um(&self, place: Location) -> f64 {
        from_origin(&self.sections, &self.start_um, self.origin, place)
    }

    /// Path distance of the 0-end of each section `[µm]`.
    pub fn start_um(&self) -> &[f64] {
        &self.start_um
    }

    /// Total membrane area `[µm²]`.
    pub fn area_um2(&self) -> f64 {
        self.sections.iter().map(Section::area_um2).sum()
    }

    /// Total length of all sections `[µm]`, the soma's included.
    pub fn length_um(&self) -> f64 {
        self.sections.iter().map(Section::length_um).sum()
    }

    /// Total volume `[µm³]`.
    pub fn volume_um3(&self) -> f64 {
        self.sections.iter().map(Section::volume_um3).sum()
    }
}

fn origin_fraction(sections: &[Section], children: &[usize]) -> f64 {
    let soma = |index: usize| sections[index].kind() == Kind::Soma;
    let goes_both_ways = children
        .iter()
        .any(|&child| soma(child) && sections[child].parent().is_some_and(|at| at.fraction == 0.0));
    if soma(0) && !goes_both_ways { 0.5 } else { 0.0 }
}

fn from_origin(sections: &[Section], start_um: &[f64], origin: Location, at: Location) -> f64 {
    let length = sections[at.section].length_um();
    if at.section == origin.section {
        (at.fraction - origin.fraction).abs() * length
    } else {
        start_um[at.section] + at.fraction * length
    }
}
