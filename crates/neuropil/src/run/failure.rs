//! Why a run did not come to its end.

use std::path::PathBuf;

use neuropil_core::RecordError;
use neuropil_network::engine::RunError;
use neuropil_record::CreateError;
use thiserror::Error;

use crate::analyze::AnalyzeError;
use crate::experiment::ExperimentError;
use crate::pictures::PictureError;

/// Why a run failed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RunFailure {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(
        "the network needs about {needed_mb:.0} MB, this machine allows {limit_mb:.0} MB; \
         nothing was built"
    )]
    Memory { needed_mb: f64, limit_mb: f64 },
    #[error("cannot begin the result")]
    Create(#[from] CreateError),
    #[error("{0}")]
    State(RunError),
    #[error("{0}")]
    Cells(Box<neuropil_cable::RunError>),
    #[error("the run ended at {reached_ms} ms, because what it produced could not be kept")]
    Record { reached_ms: f64, source: RecordError },
    #[error("the run is done and kept, but a picture could not be made")]
    Picture(#[from] PictureError),
    #[error("the run is done and kept, but its statistics could not be computed")]
    Analysis(#[from] AnalyzeError),
    #[error("cannot read {path} again", path = path.display())]
    Input { path: PathBuf, source: std::io::Error },
}

impl RunFailure {
    /// Whether the fault lies with the system (a disk that is full, a folder that is missing) and
    /// not with the model or the request.
    pub fn is_system(&self) -> bool {
        match self {
            Self::Record { .. } | Self::Input { .. } => true,
            Self::Create(error) => {
                matches!(error, CreateError::Io { .. } | CreateError::Hdf5 { .. })
            }
            _ => false,
        }
    }
}
