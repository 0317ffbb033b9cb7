//! Why a picture cannot be drawn.

use neuropil_plot::PlotError;
use neuropil_record::ReadError;
use thiserror::Error;

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
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Plot(#[from] PlotError),
}
