//! Why a result cannot be read.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a result, or a part of it, cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ReadError {
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is not an HDF5 file", path.display())]
    NotHdf5 { path: PathBuf },
    #[error("{} is being written by a running simulation; try again when it has finished", path.display())]
    Busy { path: PathBuf },
    #[error("{} was left unreadable by a run that was killed before its first flush", path.display())]
    NeverFlushed { path: PathBuf },
    #[error("{} is cut short: it has {found} of {expected} bytes; its copy, or the run that wrote it, was interrupted", path.display())]
    CutShort { path: PathBuf, found: u64, expected: u64 },
    #[error("{} is an HDF5 file, but not a result of this program: {hint}", path.display())]
    OtherLayout { path: PathBuf, hint: String },
    #[error("{} has result layout {found}; this version reads layout {supported}", path.display())]
    LayoutVersion { path: PathBuf, found: u32, supported: u32 },
    #[error("{}: {object} is damaged or missing ({reason})", path.display())]
    Damaged { path: PathBuf, object: String, reason: String },
    #[error("{}: no spikes of population {name:?} were recorded{suggestion}", path.display())]
    NoSpikes { path: PathBuf, name: String, suggestion: String },
    #[error("{}: {name:?} was not recorded{suggestion}", path.display())]
    NoReport { path: PathBuf, name: String, suggestion: String },
    #[error("{}: {name} has {columns} columns, column {column} was asked for", path.display())]
    NoColumn { path: PathBuf, name: String, columns: usize, column: usize },
}
