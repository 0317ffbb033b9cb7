//! Opening, and telling what a file is if it is not a result.

use std::io::{ErrorKind, Read};
use std::path::Path;

use hdf5::{File, Group};

use super::ReadError;
use crate::layout::{HDF5_SIGNATURE, LAYOUT_VERSION, NEUROPIL};

pub(super) fn open(path: &Path) -> Result<File, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    let mut start = [0; 8];
    match std::fs::File::open(path).map_err(io)?.read_exact(&mut start) {
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(io(error)),
        _ if start == [0; 8] => {
            return Err(ReadError::NeverFlushed { path: path.to_owned() });
        }
        _ if start != HDF5_SIGNATURE => return Err(ReadError::NotHdf5 { path: path.to_owned() }),
        _ => {}
    }
    File::open(path).map_err(|error| {
        let text = error.stack().map_or_else(
            || error.to_string(),
            |stack| stack.iter().map(hdf5::ErrorFrame::desc).collect::<Vec<_>>().join(": "),
        );
        let path = path.to_owned();
        if text.contains("unable to lock file") || text.contains("already open for write") {
            ReadError::Busy { path }
        } else if let Some((found, expected)) = cut_short(&text) {
            ReadError::CutShort { path, found, expected }
        } else {
            ReadError::Damaged { path, object: "the file".into(), reason: text }
        }
    })
}

/// Length of the file and the length that its first block states, from the library's description of a
/// truncated file.
fn cut_short(text: &str) -> Option<(u64, u64)> {
    let (_, text) = text.split_once("truncated file")?;
    let number = |name: &str| {
        let (_, rest) = text.split_once(name)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    let (expected, found): (u64, u64) = (number("stored_eof = ")?, number("eof = ")?);
    (found < expected).then_some((found, expected))
}

/// The group `/neuropil` of a file with a layout that can be read.
pub(super) fn layout(path: &Path, file: &File) -> Result<Group, ReadError> {
    let path = || path.to_owned();
    if !file.link_exists(NEUROPIL) {
        return Err(ReadError::OtherLayout { path: path(), hint: hint(file) });
    }
    let group = file.group(NEUROPIL).ok();
    let found = group.as_ref().and_then(|g| g.attr("layout").ok()?.read_scalar::<u32>().ok());
    match (group, found) {
        (Some(group), Some(LAYOUT_VERSION)) => Ok(group),
        (_, Some(found)) => {
            Err(ReadError::LayoutVersion { path: path(), found, supported: LAYOUT_VERSION })
        }
        _ => {
            let hint =
                "its group /neuropil does not say which layout it has; was its run killed at the \
                        start?"
                    .into();
            Err(ReadError::OtherLayout { path: path(), hint })
        }
    }
}

fn hint(file: &File) -> String {
    let names = file.member_names().unwrap_or_default();
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("spikes") || has("report") {
        "it looks like a SONATA file of another simulator".into()
    } else if has("REC_POPS")
        || names.iter().any(|n| n.starts_with("tRASTER_") || n.starts_with("POP_ACT_"))
    {
        "it looks like a file of the ntwk package".into()
    } else if has("scan") && has("experiment") {
        "it is the result of a scan, which can be drawn".into()
    } else if names.is_empty() {
        "it is empty".into()
    } else {
        format!("there is no group /neuropil, but {}", names[..names.len().min(5)].join(", "))
    }
}
