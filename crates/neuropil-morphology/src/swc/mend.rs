//! Repairs that need no decision, made without being asked and reported as warnings.
//!
//! Two defects of public files have only one reading:
//!
//! - a file that says in its header that its unit is the nanometre, and whose coordinates would be
//!   farther from the origin than any cell: lengths are multiplied by 0.001;
//! - pieces of axon that are joined to nothing, each with less than a tenth of the samples of the one
//!   tree that has the soma: the pieces are left out.
//!
//! Everything else that is wrong stays an error. Other profiles than ours mend nothing.

use super::check::FARTHEST_UM;
use super::error::SwcError;
use super::options::{Options, Profile};
use super::repair::{Change, Repairs, Roots, repair};
use super::sample::{SampleTree, Samples};

/// The tree with what was mended, and the changes; `None` if there is nothing to mend.
pub(super) fn mended(
    tree: &SampleTree,
    options: &Options,
) -> Option<Result<(SampleTree, Vec<Change>), SwcError>> {
    if options.profile != Profile::Neuropil {
        return None;
    }
    let in_nm = !options.trust_coordinates && says_nanometre(tree) && is_far(tree);
    let fragments = only_loose_axon(tree);
    if !in_nm && !fragments {
        return None;
    }
    let repairs = Repairs {
        scale: in_nm.then_some(1e-3),
        roots: if fragments { Roots::Largest } else { Roots::Keep },
        ..Repairs::default()
    };
    let (samples, comments) = (tree.samples().to_vec(), tree.comments().to_vec());
    Some(repair(Samples { samples, comments }, &repairs))
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

/// Whether one tree has the soma and every other one is a small piece of axon.
fn only_loose_axon(tree: &SampleTree) -> bool {
    let roots = tree.roots();
    if roots.len() < 2 {
        return false;
    }
    let (tags, parents) = (tree.tags(), tree.parents());
    // Tree of each sample, parents first.
    let mut tree_of = vec![0; parents.len()];
    let mut size = vec![0_usize; roots.len()];
    let (mut soma, mut axon_only) = (vec![false; roots.len()], vec![true; roots.len()]);
    for &index in tree.order() {
        let own = match parents[index] {
            Some(parent) => tree_of[parent],
            None => roots.iter().position(|root| *root == index).unwrap_or(0),
        };
        tree_of[index] = own;
        size[own] += 1;
        soma[own] |= tags[index] == 1;
        axon_only[own] &= tags[index] == 2;
    }
    let Some(main) = soma.iter().position(|has| *has) else { return false };
    (0..roots.len()).all(|k| k == main || (axon_only[k] && 10 * size[k] < size[main]))
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
    fn loose_axon_is_left_out_and_a_loose_dendrite_refused() {
        let mut cell = String::from("1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n");
        (3..=40).for_each(|k| cell += &format!("{k} 3 {} 0 0 1 {}\n", k + 3, k - 1));
        cell += "41 2 0 50 0 0.5 -1\n";
        let (length, said) = warned(&format!("{cell}42 2 0 90 0 0.5 41\n")).unwrap();
        assert!((length - 48.0).abs() < 1e-9, "{length}");
        let dropped = "line 41: tree of 2 samples from root 41 dropped";
        assert!(said.iter().any(|w| w == dropped), "{said:?}");
        assert!(warned(&format!("{cell}42 3 0 90 0 0.5 41\n")).unwrap_err().contains("2 roots"));
    }
}
