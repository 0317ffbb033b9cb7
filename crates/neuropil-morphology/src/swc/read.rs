//! From bytes to samples, and on to a cell.

use super::error::SwcError;
use super::lines;
use super::options::Options;
use super::sample::{Sample, SampleTree, Samples};
use super::warning::{Loaded, SwcWarning};
use crate::morphology::Morphology;

/// Reads lines into samples, without asking whether they form a tree: the start of a repair.
///
/// # Errors
/// [`SwcError`] for the first line that is not a sample.
pub fn read_samples(bytes: impl AsRef<[u8]>) -> Result<Loaded<Samples>, SwcError> {
    lines::read(bytes.as_ref())
}

/// Reads samples that form a tree (or several); nothing is assumed about what they depict.
///
/// # Errors
/// As [`read_samples`], and for the first sample whose place in the tree is not defined (duplicate
/// id, missing parent, cycle).
pub fn read(bytes: impl AsRef<[u8]>) -> Result<Loaded<SampleTree>, SwcError> {
    let Loaded { value, mut warnings } = read_samples(bytes)?;
    let tree = SampleTree::new(value.samples, value.comments)?;
    for root in tree.roots() {
        let Sample { line, id, parent, .. } = tree.samples()[root];
        if parent == 0 {
            warnings.push(SwcWarning::RootParentZero { line, id });
        }
    }
    Ok(Loaded { value: tree, warnings })
}

/// Reads samples and builds the cell.
///
/// # Errors
/// As [`read`] and [`SampleTree::build`].
pub fn load(bytes: impl AsRef<[u8]>, options: &Options) -> Result<Loaded<Morphology>, SwcError> {
    let Loaded { value, mut warnings } = read(bytes)?;
    let built = value.build(options)?;
    warnings.extend(built.warnings);
    Ok(Loaded { value: built.value, warnings })
}
