//! What can be wrong with an array file.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why an array cannot be read. Rows count from 0, as NumPy's do; lines of text from 1.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ArrayError {
    #[error("cannot read {path}: {reason}", path = path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{path}: unknown kind of file, expected .npy, .csv or .h5", path = path.display())]
    Format { path: PathBuf },
    #[error("{path} is no NumPy array: {what}", path = path.display())]
    Npy { path: PathBuf, what: String },
    #[error("{path}: holds {found}, expected {expected}", path = path.display())]
    Type { path: PathBuf, found: String, expected: &'static str },
    #[error("{path}: ends after {found} of {expected} bytes", path = path.display())]
    Truncated { path: PathBuf, found: u64, expected: u64 },
    #[error("{path}: row {row} is {found}, expected {expected}", path = path.display())]
    Value { path: PathBuf, row: usize, found: String, expected: &'static str },
    #[error("{path}, line {line}: found \"{found}\", expected {expected}", path = path.display())]
    Line { path: PathBuf, line: u64, found: String, expected: &'static str },
    #[error("{path} has no {kind} \"{name}\"{suggestion}", path = path.display())]
    Part { path: PathBuf, kind: &'static str, name: String, suggestion: String },
}

impl ArrayError {
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Unreadable { path: path.into(), reason: crate::experiment::reason(error) }
    }
}
