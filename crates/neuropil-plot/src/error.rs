//! Why a figure was not made.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a figure was not made.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum PlotError {
    #[error("a figure is saved as .png or .svg, not {found:?} (in {})", path.display())]
    Extension { path: PathBuf, found: String },
    #[error("an animation is saved as .png, not {found:?} (in {})", path.display())]
    AnimationExtension { path: PathBuf, found: String },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{what}: {a_name} has {a} values, {b_name} has {b}")]
    Lengths { what: String, a_name: &'static str, a: usize, b_name: &'static str, b: usize },
    #[error("a figure needs at least one panel")]
    Empty,
    #[error("the frames of an animation must have one size")]
    Frames,
    #[error("the figure could not be rendered: {reason}")]
    Render { reason: String },
}
