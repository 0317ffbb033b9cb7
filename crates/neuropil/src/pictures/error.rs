//! Why a picture cannot be drawn.

use neuropil_analysis::AnalysisError;
use neuropil_plot::PlotError;
use neuropil_record::ReadError;
use thiserror::Error;

use crate::scan::ScanReadError;

/// Why a picture cannot be drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum PictureError {
    #[error("picture \"{name}\": {what} were not recorded")]
    NotRecorded { name: String, what: &'static str },
    #[error(
        "picture \"{name}\": the result has no recorded population \"{population}\"{suggestion}"
    )]
    Population { name: String, population: String, suggestion: String },
    #[error(
        "picture \"{name}\": a picture over the morphology needs the cells, which a result does not \
         hold; it is drawn by a run"
    )]
    NoShape { name: String },
    #[error("picture \"{name}\": pictures of kind \"{kind}\" are drawn of a run, not of a scan")]
    OfRun { name: String, kind: &'static str },
    #[error("picture \"{name}\": pictures of kind \"{kind}\" are drawn of a scan, not of a run")]
    OfScan { name: String, kind: &'static str },
    #[error("picture \"{name}\": a map needs two scanned keys, a curve one")]
    TooFewKeys { name: String },
    #[error("picture \"{name}\": {curves} curves, at most {most} are told apart; draw a scan_map")]
    TooManyCurves { name: String, curves: usize, most: usize },
    #[error("picture \"{name}\": the result has no recorded variable \"{variable}\"{suggestion}")]
    Variable { name: String, variable: String, suggestion: String },
    #[error("picture \"{name}\": \"{key}\" of no stimulus has a list of values{suggestion}")]
    Untuned { name: String, key: String, suggestion: String },
    #[error("picture \"{name}\" needs two variables, one along each axis, found {found}")]
    TwoVariables { name: String, found: usize },
    #[error("picture \"{name}\" is made of panels and cannot be a panel itself")]
    Nested { name: String },
    #[error("there is no picture \"{name}\" and no kind of that name")]
    NoPicture { name: String },
    #[error("cannot write {path}: {source}")]
    Table { path: String, source: std::io::Error },
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    #[error(transparent)]
    Scan(#[from] ScanReadError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Plot(#[from] PlotError),
}
