//! Samples to text.

use std::fmt::Write;

use super::sample::SampleTree;

/// SWC text that [`read`](super::read) turns back into equal samples, bit for bit.
///
/// Comments come first, then the samples in their order. Numbers are the shortest decimals that read
/// back to the same 64-bit value.
///
/// ```
/// use neuropil_morphology::swc;
/// let tree = swc::read("1 1 0 0 0 0.1 -1\n2 3 1e-7 0 0 2 1\n")?.value;
/// assert_eq!(swc::write(&tree), "1 1 0 0 0 0.1 -1\n2 3 0.0000001 0 0 2 1\n");
/// # Ok::<(), neuropil_morphology::swc::SwcError>(())
/// ```
pub fn write(tree: &SampleTree) -> String {
    let mut text = String::new();
    for comment in tree.comments() {
        text.push('#');
        // A line break inside a comment would end it.
        text.push_str(&comment.replace(['\n', '\r'], " "));
        text.push('\n');
    }
    for sample in tree.samples() {
        let [x, y, z] = sample.xyz_um;
        let (id, tag, radius, parent) = (sample.id, sample.tag, sample.radius_um, sample.parent);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id} {tag} {x} {y} {z} {radius} {parent}");
    }
    text
}
