//! Pictures of a result.

mod connectivity;
mod data;
mod distributions;
mod draw;
mod error;
mod inputs;
mod map;
mod responses;
mod rhythms;
mod scan;
mod spikes;
mod states;
mod vision;

use std::path::{Path, PathBuf};

pub use draw::{draw, draw_among};
pub use error::PictureError;
pub use map::CellShape;
pub use scan::{draw_scan, save_scan, that_fit as that_fit_scan};

use crate::resolve::{PlotKind, PlotRequest};
use crate::results::ResultFile;

/// Files of one picture; those of responses have the numbers behind them in a `.csv`.
fn endings(request: &PlotRequest) -> &'static [&'static str] {
    match request.kind {
        PlotKind::Response | PlotKind::Profile => &["png", "svg", "csv"],
        _ => &["png", "svg"],
    }
}

/// Files of the pictures that belong to a result: `<stem>_<name>.png` and `.svg` beside it, and
/// `.csv` for pictures of measured responses.
pub fn paths(result: &Path, requests: &[PlotRequest]) -> Vec<PathBuf> {
    let stem = result.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    requests
        .iter()
        .flat_map(|request| endings(request).iter().map(move |ending| (request, ending)))
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

/// Draws every request and writes it to each of its [`paths`]; returns what there is to say of them,
/// such as the table behind a picture of responses. Pictures over a morphology need the `shapes` of
/// the cells.
///
/// # Errors
/// [`PictureError`]; pictures written before it stay.
pub fn save(
    result: &ResultFile,
    requests: &[PlotRequest],
    paths: &[PathBuf],
    shapes: &[CellShape],
) -> Result<Vec<String>, PictureError> {
    let (mut remarks, mut rest) = (Vec::new(), paths);
    for request in requests {
        let (files, others) = rest.split_at(endings(request).len().min(rest.len()));
        rest = others;
        if request.kind == PlotKind::Morphology {
            map::save(result, request, files, shapes)?;
            continue;
        }
        if let Some(plot) = &request.responses {
            let drawn = responses::draw(result, request, plot)?;
            for file in files {
                if file.extension().is_some_and(|ending| ending == "csv") {
                    let unwritten =
                        |source| PictureError::Table { path: file.display().to_string(), source };
                    std::fs::write(file, &drawn.table).map_err(unwritten)?;
                }
            }
            remarks.extend((!drawn.remark.is_empty()).then_some(drawn.remark));
        }
        let figure = draw_among(result, request, requests)?;
        for file in files {
            if file.extension().is_none_or(|ending| ending != "csv") {
                figure.save(file)?;
            }
        }
    }
    Ok(remarks)
}
