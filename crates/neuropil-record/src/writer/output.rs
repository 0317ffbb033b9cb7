//! Where and how to write, and the name under which a file grows.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::CreateError;
use crate::layout::HDF5_SIGNATURE;

/// Where a result goes and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The result file.
    pub path: PathBuf,
    /// What to do if it exists.
    pub overwrite: Overwrite,
    /// How chunks are compressed.
    pub compression: Compression,
    /// Longest wall time between commits while data arrive.
    pub checkpoint: Duration,
    /// Bytes after which a commit starts early.
    pub commit_bytes: usize,
    /// Most bytes held in memory before the simulation has to wait.
    pub buffer_bytes: usize,
}

impl Output {
    /// `path` with the defaults: an existing file is refused, [`Compression::Packed`], a commit every
    /// second or 16 MiB, at most 64 MiB in memory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            overwrite: Overwrite::Refuse,
            compression: Compression::default(),
            checkpoint: Duration::from_secs(1),
            commit_bytes: 16 << 20,
            buffer_bytes: 64 << 20,
        }
    }

    /// Creates the empty file under a name of its own and returns that name.
    pub(super) fn claim(&self) -> Result<PathBuf, CreateError> {
        if self.path.is_dir() {
            return Err(CreateError::IsFolder { path: self.path.clone() });
        }
        let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|f| !f.is_dir()) {
            let (path, folder) = (self.path.clone(), folder.to_owned());
            return Err(CreateError::Folder { path, folder });
        }
        if try_claim(&self.path)? {
            return Ok(self.path.clone());
        }
        if self.overwrite == Overwrite::Refuse {
            return Err(CreateError::Exists { path: self.path.clone() });
        }
        if !replaceable(&self.path) {
            return Err(CreateError::Foreign { path: self.path.clone() });
        }
        let mut candidates = (1..).map(|k| self.partial(k));
        loop {
            // The sequence never ends, and a folder holds finitely many names.
            let Some(path) = candidates.next() else { continue };
            if try_claim(&path)? {
                return Ok(path);
            }
        }
    }

    /// `result.h5` → `result.partial.h5`, then `result.partial-2.h5`, …
    fn partial(&self, k: u32) -> PathBuf {
        let mut name = self.path.file_stem().unwrap_or_default().to_owned();
        name.push(if k == 1 { ".partial".into() } else { format!(".partial-{k}") });
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }
}

/// Whether a file may give way to a result: an HDF5 file or an empty one. An experiment whose name was
/// given by mistake, or a device, may not.
fn replaceable(path: &Path) -> bool {
    let mut start = Vec::new();
    path.metadata().is_ok_and(|data| data.is_file())
        && std::fs::File::open(path).is_ok_and(|file| {
            file.take(HDF5_SIGNATURE.len() as u64).read_to_end(&mut start).is_ok()
        })
        // A run that was killed at its start leaves zeros.
        && (start == HDF5_SIGNATURE || start.iter().all(|byte| *byte == 0))
}

/// Whether `path` was free and is now ours.
fn try_claim(path: &Path) -> Result<bool, CreateError> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(CreateError::Io { path: path.to_owned(), source }),
    }
}

/// What to do if the output exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// Refuse to start.
    #[default]
    Refuse,
    /// Write beside it and take its place once the run is complete.
    WhenComplete,
}

/// How chunks of data are compressed, always without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Stored as they are.
    None,
    /// Neuron numbers in as few bits as they need. Every HDF5 library can undo it, even one that
    /// was built without zlib, as in the `libsonata` package of PyPI.
    #[default]
    Packed,
    /// Byte shuffling, then deflate at this level, 1 to 9: spikes shrink to a tenth. Needs zlib to
    /// be read, which h5py, MATLAB and most others have.
    Gzip(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_result_keeps_the_extension() {
        let output = Output::new("runs/brunel.v2.h5");
        assert_eq!(output.partial(1), Path::new("runs/brunel.v2.partial.h5"));
        assert_eq!(output.partial(2), Path::new("runs/brunel.v2.partial-2.h5"));
    }
}
