//! Repairs that need no decision, made without being asked and reported as warnings.
//!
//! Four defects of public files have only one reading:
//!
//! - a file that says in its header that its unit is the nanometre, and whose coordinates would be
//!   farther from the origin than any cell: lengths are multiplied by 0.001;
//! - a radius of 0 inside a run whose neighbours have one, in at most one sample of a hundred: it was
//!   not measured, and is interpolated along the path (as it stands it would cut off what lies beyond);
//! - pieces of axon that are joined to nothing, each with less than half the samples of the tree
//!   that has the soma: no current reaches them, they are left out;
//! - a root without children beside the tree that has the soma: it has no length and is left out.
//!
//! Everything else that is wrong stays an error (`docs/adr/0007-what-swc-files-are-mended.md`). Other
//! profiles than ours mend nothing.

use std::collections::BTreeSet;

use super::check::FARTHEST_UM;
use super::error::SwcError;
use super::options::{Options, Profile};
use super::repair::{Change, trees};
use super::sample::{Sample, SampleTree};

/// Radii of 0 to be interpolated are at most one in so many samples.
const RARE: usize = 100;

/// The tree with what was mended, and the changes; `None` if there is nothing to mend.
pub(super) fn mended(
    tree: &SampleTree,
    options: &Options,
) -> Option<Result<(SampleTree, Vec<Change>), SwcError>> {
    if options.profile != Profile::Neuropil {
        return None;
    }
    let in_nm = !options.trust_coordinates && says_nanometre(tree) && is_far(tree);
    let unmeasured = unmeasured(tree);
    let loose = loose_pieces(tree);
    if !in_nm && unmeasured.is_empty() && loose.is_empty() {
        return None;
    }
    let mut samples = tree.samples().to_vec();
    let mut changes = Vec::new();
    let factor = if in_nm { 1e-3 } else { 1.0 };
    if in_nm {
        for sample in &mut samples {
            sample.xyz_um = sample.xyz_um.map(|x| x * factor);
            sample.radius_um *= factor;
        }
        changes.push(Change::Scaled { samples: samples.len(), factor });
    }
    for (index, radius) in unmeasured {
        let Sample { line, id, radius_um: from, .. } = samples[index];
        let to = radius * factor;
        samples[index].radius_um = to;
        changes.push(Change::Radius { line, id, from, to });
    }
    if !loose.is_empty() {
        let (root_of, sizes) = trees(tree);
        for &root in &loose {
            let Sample { line, id, .. } = samples[root];
            changes.push(Change::TreeDropped { line, id, samples: sizes[&root] });
        }
        let mut kept = root_of.iter().map(|root| !loose.contains(root));
        samples.retain(|_| kept.next().unwrap_or(true));
    }
    Some(SampleTree::new(samples, tree.comments().to_vec()).map(|tree| (tree, changes)))
}

fn says_nanometre(tree: &SampleTree) -> bool {
    tree.comments().iter().any(|comment| {
        let comment = comment.to_lowercase();
        comment.contains("unit") && (comment.contains("nanomet") || comment.contains("\"nm\""))
    })
}

fn is_far(tree: &SampleTree) -> bool {
    tree.samples().iter().any(|sample| sample.xyz_um.iter().any(|x| x.abs() > FARTHEST_UM))
}

/// Samples of radius 0 inside a run of a neurite, with the radius interpolated between their two
/// neighbours; none if they are not rare.
fn unmeasured(tree: &SampleTree) -> Vec<(usize, f64)> {
    let (samples, tags, children) = (tree.samples(), tree.tags(), tree.children());
    let mut found = Vec::new();
    for (index, sample) in samples.iter().enumerate().filter(|(_, s)| s.radius_um == 0.0) {
        let (Some(before), &[after]) = (tree.parents()[index], &children[index][..]) else {
            continue;
        };
        let ends = [before, after].map(|k| samples[k]);
        let on_neurite = [before, index, after].iter().all(|&k| tags[k] != 1);
        if on_neurite && ends.iter().all(|end| end.radius_um > 0.0) {
            let [a, b] = ends.map(|end| sample.point().distance_um(&end.point()));
            let along = if a + b > 0.0 { a / (a + b) } else { 0.5 };
            let radius = (1.0 - along) * ends[0].radius_um + along * ends[1].radius_um;
            found.push((index, radius));
        }
    }
    if RARE * found.len() <= samples.len() { found } else { Vec::new() }
}

/// Roots of the trees to leave out: axon, or a single sample, beside a tree twice as large that has
/// the soma. None if any tree is something else.
fn loose_pieces(tree: &SampleTree) -> Vec<usize> {
    let (root_of, sizes) = trees(tree);
    let with = |is: fn(i64) -> bool| -> BTreeSet<usize> {
        let found = root_of.iter().zip(tree.tags()).filter(|&(_, tag)| is(tag));
        found.map(|(&root, _)| root).collect()
    };
    let (with_soma, not_axon) = (with(|tag| tag == 1), with(|tag| tag != 2));
    let (Some(main), 1) = (with_soma.first(), with_soma.len()) else { return Vec::new() };
    let others = || sizes.iter().filter(|&(root, _)| root != main);
    let is_loose = |(root, &size): (&usize, &usize)| {
        size == 1 && !with_soma.contains(root) || 2 * size < sizes[main] && !not_axon.contains(root)
    };
    if others().all(is_loose) { others().map(|(&root, _)| root).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::swc::{Options, Profile, load};

    fn warned(text: &str) -> Result<(f64, Vec<String>), String> {
        let loaded = load(text, &Options::default()).map_err(|error| error.to_string())?;
        let said = loaded.warnings.iter().map(ToString::to_string).collect();
        Ok((loaded.value.length_um(), said))
    }

    #[test]
    fn nanometres_that_the_header_names_are_mended_and_others_refused() {
        let body = "1 1 400000 0 0 5000 -1\n2 3 405000 0 0 500 1\n3 3 505000 0 0 500 2\n";
        let header = "# Meta: {\"units\": \"1 nanometer\"}\n";
        let (length, said) = warned(&format!("{header}{body}")).unwrap();
        assert!((length - 110.0).abs() < 1e-9, "{length}"); // soma 10, dendrite 100
        assert!(said.iter().any(|w| w.contains("multiplied by 0.001")), "{said:?}");
        assert!(warned(body).unwrap_err().contains("nanometres"));
        let other = Options::profile(Profile::Arbor);
        assert!(load(format!("{header}{body}"), &other).is_err());
    }

    #[test]
    fn a_radius_that_was_not_measured_is_interpolated_if_that_is_rare() {
        let line = |k: usize, radius: f64| format!("{k} 3 {} 0 0 {radius} {}\n", k + 3, k - 1);
        let cell = |n: usize| {
            let dendrite: String =
                (2..=n).map(|k| line(k, if k == 9 { 0.0 } else { k as f64 })).collect();
            format!("1 1 0 0 0 5 -1\n{dendrite}")
        };
        let (_, said) = warned(&cell(100)).unwrap();
        let expected = "line 9: radius of sample 9 changed from 0 to 9 µm";
        assert!(said.iter().any(|w| w == expected), "{said:?}");
        assert!(warned(&cell(99)).unwrap_err().starts_with("line 9: radius 0 of neurite sample 9"));
        let fork = format!("{}{}", cell(200), "201 3 12 9 0 1 9\n");
        assert!(warned(&fork).is_err());
    }

    #[test]
    fn a_sample_joined_to_nothing_is_left_out() {
        let cell = "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 50 0 0 1 2\n";
        let (length, said) = warned(&format!("{cell}4 3 0 90 0 0.5 -1\n")).unwrap();
        assert!((length - 55.0).abs() < 1e-9, "{length}");
        assert!(
            said.iter().any(|w| w == "line 4: tree of 1 samples from root 4 dropped"),
            "{said:?}"
        );
        assert!(warned(&format!("{cell}4 1 0 90 0 0.5 -1\n")).unwrap_err().contains("2 roots"));
    }

    #[test]
    fn loose_axon_is_left_out_and_a_loose_dendrite_refused() {
        let mut cell = String::from("1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n");
        (3..=40).for_each(|k| cell += &format!("{k} 3 {} 0 0 1 {}\n", k + 3, k - 1));
        cell += "41 2 0 50 0 0.5 -1\n";
        let (length, said) = warned(&format!("{cell}42 2 0 90 0 0.5 41\n")).unwrap();
        assert!((length - 48.0).abs() < 1e-9, "{length}");
        let dropped = "line 41: tree of 2 samples from root 41 dropped";
        assert!(said.iter().any(|w| w == dropped), "{said:?}");
        assert!(warned(&format!("{cell}42 3 0 90 0 0.5 41\n")).unwrap_err().contains("2 roots"));
        (42..=90).for_each(|k| cell += &format!("{k} 2 0 {} 0 0.5 {}\n", k + 8, k - 1));
        assert!(warned(&cell).unwrap_err().contains("2 roots")); // more axon than cell
    }
}
