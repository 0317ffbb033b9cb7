//! Whether there is room: asked of the file system before HDF5 is let loose.
//!
//! HDF5 cannot undo a half-written commit. So the bytes that a commit may need are first appended
//! to the file as zeros and cut off again; a full disk, a quota or a size limit shows here, where
//! nothing is lost.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::error::WriteFault;

/// Makes sure that `path` can grow by `bytes`.
pub(super) fn reserve(path: &Path, bytes: u64) -> Result<(), WriteFault> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let full = |e: std::io::Error| WriteFault::Full { needed: bytes, reason: e.to_string() };
    let mut file = OpenOptions::new().write(true).open(path).map_err(full)?;
    let end = file.seek(SeekFrom::End(0)).map_err(full)?;
    let mut left = bytes;
    let written = loop {
        if left == 0 {
            break file.flush();
        }
        let part = left.min(ZEROS.len() as u64);
        match file.write_all(&ZEROS[..part as usize]) {
            Ok(()) => left -= part,
            Err(error) => break Err(error),
        }
    };
    let cut = file.set_len(end);
    written.and(cut).map_err(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_as_before() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"content").unwrap();
        reserve(file.path(), 200_000).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"content");
    }
}
