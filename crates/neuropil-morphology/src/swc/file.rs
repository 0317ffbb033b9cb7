//! Reading from a path.

use std::path::{Path, PathBuf};

use super::error::SwcError;
use super::options::Options;
use super::sample::SampleTree;
use super::warning::Loaded;
use crate::morphology::Morphology;

/// Why a file on disk gives no morphology.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum FileError {
    #[error("cannot read {path:?}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot use {path:?} as an SWC file")]
    Swc { path: PathBuf, source: SwcError },
}

/// Reads the samples of a file.
///
/// # Errors
/// [`FileError`], its source as for [`read`](super::read).
pub fn read_file(path: impl AsRef<Path>) -> Result<Loaded<SampleTree>, FileError> {
    let path = path.as_ref();
    let bytes =
        std::fs::read(path).map_err(|source| FileError::Read { path: path.into(), source })?;
    super::read(bytes).map_err(|source| FileError::Swc { path: path.into(), source })
}

/// Reads a file and builds the cell.
///
/// # Errors
/// [`FileError`], its source as for [`load`](super::load).
pub fn load_file(
    path: impl AsRef<Path>,
    options: &Options,
) -> Result<Loaded<Morphology>, FileError> {
    let path = path.as_ref();
    let bytes =
        std::fs::read(path).map_err(|source| FileError::Read { path: path.into(), source })?;
    super::load(bytes, options).map_err(|source| FileError::Swc { path: path.into(), source })
}
