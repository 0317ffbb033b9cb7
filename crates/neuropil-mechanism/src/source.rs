//! The text of a mechanism and where it came from.

use std::path::{Path, PathBuf};

/// A source text with the name it is known by in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File or catalogue path shown in messages.
    pub name: String,
    /// The text.
    pub text: String,
    /// Folders searched for `INCLUDE`d files, in order.
    pub include_dirs: Vec<PathBuf>,
}

impl Source {
    /// A text that did not come from a file.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), include_dirs: Vec::new() }
    }

    /// Reads a file; bytes that are not UTF-8 (Latin-1 comments of older files) are kept as the
    /// characters they stand for. `INCLUDE`s are looked for beside the file.
    ///
    /// # Errors
    /// Whatever the file system reports.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let include_dirs = path.parent().map(Path::to_path_buf).into_iter().collect();
        Ok(Self { name: path.display().to_string(), text: decode(bytes), include_dirs })
    }
}

pub(crate) fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|e| e.into_bytes().iter().map(|&b| char::from(b)).collect())
}
