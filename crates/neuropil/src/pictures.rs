//! Pictures of a result: which files, and (soon) what they show.

use std::path::{Path, PathBuf};

use crate::resolve::PlotRequest;

/// Files of the pictures that belong to a result: `<stem>_<name>.png` and `.svg` beside it.
pub fn paths(result: &Path, requests: &[PlotRequest]) -> Vec<PathBuf> {
    let stem = result.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    requests
        .iter()
        .flat_map(|request| ["png", "svg"].map(|ending| (request, ending)))
        .map(|(request, ending)| result.with_file_name(format!("{stem}_{}.{ending}", request.name)))
        .collect()
}
