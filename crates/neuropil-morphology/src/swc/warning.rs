//! What was odd but accepted.

use super::error::SwcError;
use super::repair::Change;

/// A value and everything that was overlooked to obtain it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<T> {
    /// What was read.
    pub value: T,
    /// Empty for a clean file. Printing or refusing them is the caller's choice.
    pub warnings: Vec<SwcWarning>,
}

/// Something odd that was accepted. Lines count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum SwcWarning {
    #[error("line 1: byte order mark skipped")]
    ByteOrderMark,
    #[error("line {line}: {found} columns; those after the seventh are ignored, here and below")]
    ExtraColumns { line: usize, found: usize },
    #[error("line {line}: root {id} has parent 0, which no line defines; taken as -1")]
    RootParentZero { line: usize, id: i64 },
    #[error(
        "line {line}: type {tag} of sample {id} says where it lies; it takes its parent's type"
    )]
    StructuralType { line: usize, id: i64, tag: i64 },
    #[error("line {line}: type {tag} is none of the standard ones (0 to 4); kept as its own kind")]
    UnknownType { line: usize, tag: i64 },
    #[error("line {line}: type changes from {from} to {to} without a fork; a new section begins")]
    TypeChange { line: usize, from: i64, to: i64 },
    #[error("line {line}: sample {id} lies where its parent does; a piece of no length")]
    ZeroLengthPiece { line: usize, id: i64 },
    #[error("line {line}: sample {id} ends a section of no length, which is left out")]
    ZeroLengthSection { line: usize, id: i64 },
    #[error(
        "line {line}: sample {id} lies inside the soma, {distance_um} µm from the centre of a \
         sphere of radius {soma_radius_um} µm"
    )]
    InsideSoma { line: usize, id: i64, distance_um: f64, soma_radius_um: f64 },
    #[error(
        "line {line}: the neurite at sample {id} begins {distance_um} µm from the centre of a soma \
         of radius {soma_radius_um} µm"
    )]
    FarFromSoma { line: usize, id: i64, distance_um: f64, soma_radius_um: f64 },
    #[error(
        "line {line}: radius {radius_um} µm of sample {id}; is it a diameter, or in nanometres?"
    )]
    LargeRadius { line: usize, id: i64, radius_um: f64 },
    #[error(
        "line {line}: radius {radius_um} µm of sample {id} is ten times its neighbours' or more; \
         is it a diameter, or a misplaced point?"
    )]
    RadiusJump { line: usize, id: i64, radius_um: f64 },
    #[error("line {line}: radius 0 of the tip sample {id}; the neurite ends in a point")]
    PointedTip { line: usize, id: i64 },
    #[error("line {line}: radius 0 of soma sample {id}; the stack ends in a point")]
    PointedSoma { line: usize, id: i64 },
    #[error("there is no soma")]
    NoSoma,
    #[error(
        "the neurite at sample {id} (line {line}) has a single sample and becomes a piece from \
         the soma's centre"
    )]
    SingleSampleNeurite { line: usize, id: i64 },
    #[error("soma: {decision}")]
    Soma { decision: String },
    #[error("{change}")]
    Mended { change: Change },
    #[error("the {profile} profile goes on where this is refused otherwise: {error}")]
    Tolerated { profile: &'static str, error: SwcError },
    #[error("line {line}: sample {id} is left out by the {profile} profile: {reason}")]
    LeftOut { profile: &'static str, line: usize, id: i64, reason: &'static str },
}

impl SwcWarning {
    /// The line it is about, if it is about one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::ByteOrderMark => Some(1),
            Self::ExtraColumns { line, .. }
            | Self::RootParentZero { line, .. }
            | Self::StructuralType { line, .. }
            | Self::UnknownType { line, .. }
            | Self::TypeChange { line, .. }
            | Self::ZeroLengthPiece { line, .. }
            | Self::ZeroLengthSection { line, .. }
            | Self::InsideSoma { line, .. }
            | Self::FarFromSoma { line, .. }
            | Self::LargeRadius { line, .. }
            | Self::RadiusJump { line, .. }
            | Self::PointedTip { line, .. }
            | Self::PointedSoma { line, .. }
            | Self::SingleSampleNeurite { line, .. }
            | Self::LeftOut { line, .. } => Some(*line),
            Self::Tolerated { error, .. } => error.line(),
            Self::Mended { change } => match *change {
                Change::DuplicateDropped { line, .. }
                | Change::Freed { line, .. }
                | Change::Radius { line, .. }
                | Change::TreeDropped { line, .. }
                | Change::Joined { line, .. }
                | Change::Retyped { line, .. }
                | Change::RepeatDropped { line, .. } => Some(line),
                Change::Scaled { .. } | Change::Renumbered { .. } => None,
            },
            Self::NoSoma | Self::Soma { .. } => None,
        }
    }
}
