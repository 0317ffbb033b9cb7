//! Why a file is refused.

use super::sample::Sample;

/// Why an SWC text is refused. Lines count from 1; every message ends in a remedy where there is one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum SwcError {
    #[error("no samples: {what}")]
    Empty { what: &'static str },
    #[error("not an SWC text: {format}")]
    OtherFormat { format: &'static str },
    #[error("line {line}: an SWC sample has 7 fields, found {found}{hint}")]
    FieldCount { line: usize, found: usize, hint: String },
    #[error("line {line}, column {column}: {field} is not a number: {text:?}{hint}")]
    NotANumber { line: usize, column: usize, field: &'static str, text: String, hint: String },
    #[error("line {line}, column {column}: {field} must be a whole number, found {text:?}")]
    NotWhole { line: usize, column: usize, field: &'static str, text: String },
    #[error("line {line}, column {column}: {field} is {text}, expected a finite number")]
    NotFinite { line: usize, column: usize, field: &'static str, text: String },
    #[error("line {line}, column {column}: {field} {text} does not fit in 64 bits")]
    Overflow { line: usize, column: usize, field: &'static str, text: String },
    #[error("line {line}: negative id {id}; ids count from 0")]
    NegativeId { line: usize, id: i64 },
    #[error("line {line}: id {id} is defined already on line {first}")]
    DuplicateId { line: usize, first: usize, id: i64 },
    #[error("line {line}: sample {id} hangs from {parent}, which no line defines")]
    MissingParent { line: usize, id: i64, parent: i64 },
    #[error("line {line}: sample {id} is its own parent")]
    OwnParent { line: usize, id: i64 },
    #[error("line {line}: the samples {} hang from one another in a circle", list(ids))]
    Cycle { line: usize, ids: Vec<i64> },
    #[error("line {line}: root {id} has parent {parent}, expected -1")]
    RootParent { line: usize, id: i64, parent: i64 },
    #[error("line {line}: negative type {tag} of sample {id}")]
    NegativeType { line: usize, id: i64, tag: i64 },
    #[error(
        "all {samples} samples are roots: this is a list of marks (such as the *_marker files \
         of the Allen Institute), not a cell"
    )]
    Markers { samples: usize },
    #[error(
        "{} roots, at lines {}; keep the first or largest tree, or join them, by a repair",
        lines.len(),
        list(lines)
    )]
    SeveralRoots { lines: Vec<usize> },
    #[error(
        "{} somata, at lines {}; keep one, or mark the other samples as neurite",
        lines.len(),
        list(lines)
    )]
    SeveralSomata { lines: Vec<usize> },
    #[error(
        "line {line}: soma sample {id} lies between neurite samples; mark it as neurite or make \
         it the root"
    )]
    SomaInNeurite { line: usize, id: i64 },
    #[error(
        "line {line}: the soma forks at sample {id}; choose the soma policy \"stack\" or \
         \"sphere\" if this is meant"
    )]
    BranchedSoma { line: usize, id: i64 },
    #[error(
        "the soma's three samples are not the NeuroMorpho form: {reason}; choose the soma \
         policy \"stack\" or \"sphere\""
    )]
    ThreePoint { reason: String },
    #[error(
        "the soma's {samples} samples are an outline, not a stack (their radii would give \
         {stack_um2:.1} µm² of membrane); choose the soma policy \"contour\" or, if it is a \
         stack, \"stack\""
    )]
    Contour { samples: usize, stack_um2: f64 },
    #[error("the soma policy {policy:?} does not fit: {reason}")]
    PolicyMismatch { policy: &'static str, reason: String },
    #[error("line {line}: negative radius {radius_um} of sample {id}")]
    NegativeRadius { line: usize, id: i64, radius_um: f64 },
    #[error(
        "line {line}: radius 0 of {what} sample {id}{among}; give a minimum radius to replace it"
    )]
    ZeroRadius { line: usize, id: i64, what: &'static str, among: Among },
    #[error("the samples have no length: all lie in one place")]
    NoLength,
    #[error(
        "line {line}: {axis} is {value}, further than 1e5 µm from the origin; if these are \
         nanometres rescale by 0.001, else trust the coordinates"
    )]
    FarAway { line: usize, axis: char, value: f64 },
    #[error("line {line}: {what} is {value} µm, expected at most {limit:e} in size")]
    OutOfRange { line: usize, what: &'static str, value: f64, limit: f64 },
    #[error("the {profile} profile refuses this: {reason}")]
    Profile { profile: &'static str, reason: String },
    #[error("nothing is left to build: {reason}")]
    NothingLeft { reason: &'static str },
}

/// How many samples of a file share a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Among {
    /// Samples with the defect.
    pub affected: usize,
    /// All samples.
    pub samples: usize,
}

impl Among {
    pub(super) fn radii_of_0(samples: &[Sample]) -> Self {
        let affected = samples.iter().filter(|sample| sample.radius_um == 0.0).count();
        Self { affected, samples: samples.len() }
    }
}

impl std::fmt::Display for Among {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self { affected, .. } if affected < 2 => Ok(()),
            Self { affected, samples } if affected == samples => {
                f.write_str(" and of all others: a skeleton without radii")
            }
            Self { affected, samples } => write!(f, " and of {} others of {samples}", affected - 1),
        }
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = items.iter().take(MOST).map(T::to_string).collect();
    let more = if items.len() > MOST { ", …" } else { "" };
    shown.join(", ") + more
}

impl SwcError {
    /// The line it is about, if it is about one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::FieldCount { line, .. }
            | Self::NotANumber { line, .. }
            | Self::NotWhole { line, .. }
            | Self::NotFinite { line, .. }
            | Self::Overflow { line, .. }
            | Self::NegativeId { line, .. }
            | Self::DuplicateId { line, .. }
            | Self::MissingParent { line, .. }
            | Self::OwnParent { line, .. }
            | Self::Cycle { line, .. }
            | Self::RootParent { line, .. }
            | Self::NegativeType { line, .. }
            | Self::SomaInNeurite { line, .. }
            | Self::BranchedSoma { line, .. }
            | Self::NegativeRadius { line, .. }
            | Self::ZeroRadius { line, .. }
            | Self::OutOfRange { line, .. }
            | Self::FarAway { line, .. } => Some(*line),
            Self::SeveralRoots { lines } | Self::SeveralSomata { lines } => {
                lines.get(1).or(lines.first()).copied()
            }
            _ => None,
        }
    }
}
