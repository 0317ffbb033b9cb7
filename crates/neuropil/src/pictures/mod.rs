//! Pictures of a result.

mod connectivity;
mod data;
mod distributions;
mod draw;
mod error;
mod inputs;
mod map;
mod rhythms;
mod scan;
mod spikes;
mod states;

use std::path::{Path, PathBuf};

pub use draw::{draw, draw_among};
pub use error::PictureError;
pub use map::CellShape;
pub use scan::{draw_scan, save_scan, that_fit as that_fit_scan};

use crate::resolve::{PlotKind, PlotRequest};
use crate::results::ResultFile;

/// Files of the pictures that belong to a result: `<stem>_<name>.png` and `.svg` beside it.
pub fn paths(result: &Path, requests: &[PlotRequest]) -> Vec<PathBuf> {
    let stem = result.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    requests
        .iter()
        .flat_map(|request| ["png", "svg"].map(|ending| (request, ending)))
        .map(|(request, ending)| result.with_file_name(format!("{stem}_{}.{ending}", request.name)))
        .collect()
}

/// A picture of each kind that the result has data for.
pub fn all_that_fit(result: &ResultFile) -> Vec<PlotRequest> {
    let mut requests = Vec::new();
    if !result.spike_recordings().is_empty() {
        requests.push(PlotRequest::new("raster", PlotKind::Raster));
    }
    if !result.reports().is_empty() {
        requests.push(PlotRequest::new("traces", PlotKind::Traces));
    }
    requests
}

/// Draws every request and writes it to each of its [`paths`]. Pictures over a morphology need the
/// `shapes` of the cells.
///
/// # Errors
/// [`PictureError`]; pictures written before it stay.
pub fn save(
    result: &ResultFile,
    requests: &[PlotRequest],
    paths: &[PathBuf],
    shapes: &[CellShape],
) -> Result<(), PictureError> {
    for (request, files) in requests.iter().zip(paths.chunks(2)) {
        if request.kind == PlotKind::Morphology {
            map::save(result, request, files, shapes)?;
            continue;
        }
        let figure = draw_among(result, request, requests)?;
        for file in files {
            figure.save(file)?;
        }
    }
    Ok(())
}
