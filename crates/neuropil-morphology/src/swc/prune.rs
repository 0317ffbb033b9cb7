//! Taking parts of a cell away, such as its axon.

use super::error::SwcError;
use super::sample::SampleTree;

/// The tree without the samples of some types and all that hangs from them, and how many those were.
///
/// # Errors
/// [`SwcError`] if nothing is left.
///
/// ```
/// use neuropil_morphology::swc;
/// let text = "1 1 0 0 0 5 -1\n2 2 9 0 0 1 1\n3 3 9 9 0 1 2\n4 3 0 9 0 1 1\n";
/// let (tree, dropped) = swc::without(&swc::read(text)?.value, &[2])?;
/// assert_eq!((tree.samples().len(), dropped), (2, 2)); // the dendrite on the axon goes with it
/// # Ok::<(), neuropil_morphology::swc::SwcError>(())
/// ```
pub fn without(tree: &SampleTree, tags: &[i64]) -> Result<(SampleTree, usize), SwcError> {
    let mut kept = vec![true; tree.samples().len()];
    for &k in tree.order() {
        let hangs = tree.parents()[k].is_none_or(|parent| kept[parent]);
        kept[k] = hangs && !tags.contains(&tree.samples()[k].tag);
    }
    let samples = tree.samples().iter().zip(&kept).filter(|(_, kept)| **kept);
    let samples: Vec<_> = samples.map(|(sample, _)| *sample).collect();
    let dropped = kept.len() - samples.len();
    Ok((SampleTree::new(samples, tree.comments().to_vec())?, dropped))
}
