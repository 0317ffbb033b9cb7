//! Expressions as values.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::section::Location;

/// A section named in an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum SectionRef {
    /// By index.
    Index(usize),
    /// By name, such as `dend[2]`.
    Name(String),
}

/// A quantity that varies over the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Path distance from the origin `[µm]`.
    Distance,
    /// Straight distance from the origin `[µm]`.
    Euclidean,
    /// Radius `[µm]`.
    Radius,
    /// Branch order: soma 0, stems 1, one more after each fork.
    Order,
}

/// A part of a cell, not yet applied to one.
///
/// Syntax and meaning: [module page](crate::region).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Region {
    /// The whole cell.
    All,
    /// Sections of a kind.
    Kind(Kind),
    /// A section between two fractions.
    Section(SectionRef, f64, f64),
    /// Where a measure lies within bounds, both included.
    Range(Measure, f64, f64),
    /// Everything distal to any of the places.
    Beyond(Box<Places>),
    /// The ways from the origin to the places.
    Towards(Box<Places>),
    /// What a label stands for.
    Label(String),
    /// In both.
    And(Box<Region>, Box<Region>),
    /// In either.
    Or(Box<Region>, Box<Region>),
    /// Not in it.
    Not(Box<Region>),
}

/// How many points to place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Exactly so many.
    Count(usize),
    /// On average so many per µm.
    PerUm(f64),
}

/// Points on a cell, not yet applied to one.
///
/// Syntax and meaning: [module page](crate::region).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Places {
    /// A fraction of a section.
    At(SectionRef, f64),
    /// The [origin](crate::Morphology::origin) of path distances.
    Origin,
    /// Ends to which nothing is attached, soma apart.
    Terminals,
    /// Where neurites fork, soma apart.
    BranchPoints,
    /// The middle of each stretch.
    Midpoints(Region),
    /// Evenly along the length of a region.
    Uniform(Region, Amount),
    /// Evenly along the length of a region, those nearest to the origin first.
    Along(Region, Amount),
    /// At random, uniform in length; a [`Amount::PerUm`] is a Poisson process.
    Random(Region, Amount, u64),
    /// Those that lie in a region.
    On(Box<Places>, Region),
    /// What a label stands for.
    Label(String),
    /// One list after the other.
    Both(Box<Places>, Box<Places>),
}

/// What a label stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A part of the cell.
    Region(Region),
    /// Points on it.
    Places(Places),
}

/// Named regions and places, usable in expressions.
pub type Labels = BTreeMap<String, Label>;

impl Region {
    /// All sections of a kind.
    pub const fn kind(kind: Kind) -> Self {
        Self::Kind(kind)
    }

    /// A whole section.
    pub const fn section(index: usize) -> Self {
        Self::Section(SectionRef::Index(index), 0.0, 1.0)
    }

    /// Path distance from the origin within `[µm]`.
    pub const fn distance_um(from: f64, to: f64) -> Self {
        Self::Range(Measure::Distance, from, to)
    }

    /// In both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// In either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    /// Everything else.
    #[must_use]
    pub fn complement(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Everything distal to the places.
    pub fn beyond(places: Places) -> Self {
        Self::Beyond(Box::new(places))
    }
}

impl Places {
    /// One place.
    pub const fn at(place: Location) -> Self {
        Self::At(SectionRef::Index(place.section), place.fraction)
    }

    /// Those that lie in a region.
    #[must_use]
    pub fn within(self, region: Region) -> Self {
        Self::On(Box::new(self), region)
    }

    /// One list after the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::Both(Box::new(self), Box::new(other))
    }
}
