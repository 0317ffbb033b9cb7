//! What can keep a result from being written.

use std::io;
use std::path::PathBuf;

use hdf5::Error as Hdf5Error;
use thiserror::Error;

use crate::recording::RecordingsError;

/// Why a result file could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum CreateError {
    #[error("the output {} exists and is not replaced unless that is asked for (--force)", path.display())]
    Exists { path: PathBuf },
    #[error("the folder {} for the output {} does not exist", folder.display(), path.display())]
    Folder { path: PathBuf, folder: PathBuf },
    #[error("the output {} is a folder, not a file", path.display())]
    IsFolder { path: PathBuf },
    #[error(
        "{} is no result of a run, and only such a file is replaced; give another name",
        path.display()
    )]
    Foreign { path: PathBuf },
    #[error(transparent)]
    Recordings(#[from] RecordingsError),
    #[error("cannot create {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot create {}", path.display())]
    Hdf5 { path: PathBuf, source: WriteFault },
}

/// What went wrong while a run was being recorded: the source of
/// [`RecordError::Write`](neuropil_core::RecordError::Write).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum WriteFault {
    #[error(
        "no room for {needed} more bytes ({reason}); the file holds everything up to the last flush"
    )]
    Full { needed: u64, reason: String },
    #[error("HDF5: {0}")]
    Hdf5(String),
    #[error("the block belongs to {what} {recording}, but only {declared} are declared")]
    Undeclared { what: &'static str, recording: usize, declared: usize },
    #[error("{recording}: a block has {steps} steps but {other} {what}")]
    Uneven { recording: String, steps: usize, other: usize, what: &'static str },
    #[error("{recording}: expected a frame at step {expected}, found step {found}")]
    OffInterval { recording: String, expected: u64, found: u64 },
    #[error("{recording}: neuron {neuron} does not exist; the population has {size}")]
    NoSuchNeuron { recording: String, neuron: u32, size: u32 },
    #[error("cannot replace the older result: {reason}")]
    Replace { reason: String },
    #[error("the writing thread ended unexpectedly")]
    WriterGone,
}

impl From<Hdf5Error> for WriteFault {
    /// Keeps the innermost reason: HDF5 reports a full disk at the end of a long chain.
    fn from(error: Hdf5Error) -> Self {
        let Some(stack) = error.stack() else { return Self::Hdf5(error.to_string()) };
        let inner = stack.last().map(|frame| frame.desc().to_owned());
        Self::Hdf5(match (stack.top(), inner) {
            (Some(top), Some(inner)) if top.desc() != inner => format!("{}: {inner}", top.desc()),
            (Some(top), _) => top.desc().to_owned(),
            (None, _) => error.to_string(),
        })
    }
}
