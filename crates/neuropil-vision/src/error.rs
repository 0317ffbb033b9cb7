//! What can be wrong with a picture file.

use std::path::PathBuf;

use thiserror::Error;

/// Why a picture cannot be shown.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum VisionError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is no PNG picture that can be read: {reason}")]
    Picture { path: PathBuf, reason: String },
}
