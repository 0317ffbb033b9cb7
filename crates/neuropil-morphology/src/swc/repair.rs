//! Mending what is wrong with samples, on request, each change reported.

use std::collections::{BTreeMap, BTreeSet};

use super::error::SwcError;
use super::sample::{Sample, SampleTree, Samples};

/// Which tree to keep where there are several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Roots {
    /// All, as they are.
    #[default]
    Keep,
    /// The one whose root comes first in the file.
    First,
    /// The one with the most samples (the first such).
    Largest,
    /// All, further roots hanging from the first one; on a soma no piece of cable joins them.
    Join,
}

/// Repairs to make, in the order of the fields. The default makes none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Repairs {
    /// Multiplies coordinates and radii, for example by 0.001 for nanometres.
    pub scale: Option<f64>,
    /// Drops a sample whose id an earlier line has.
    pub drop_duplicate_ids: bool,
    /// Makes a root of a sample whose parent is missing, is itself, or comes round in a circle.
    pub free_orphans: bool,
    /// Turns negative radii positive.
    pub absolute_radii: bool,
    /// Raises smaller radii to this `[µm]`.
    pub min_radius_um: Option<f64>,
    /// Which trees to keep.
    pub roots: Roots,
    /// Gives soma samples inside a neurite, or apart from the first soma, their parent's type (or 0
    /// at a root).
    pub one_soma: bool,
    /// Drops a sample that repeats its parent's place, type and radius.
    pub merge_repeated: bool,
    /// Numbers samples from 1, parents before children.
    pub renumber: bool,
}

impl Repairs {
    /// Everything that mends a defect without choosing a number: scale and minimum radius stay unset,
    /// the largest tree is kept.
    pub fn all() -> Self {
        Self {
            scale: None,
            drop_duplicate_ids: true,
            free_orphans: true,
            absolute_radii: true,
            min_radius_um: None,
            roots: Roots::Largest,
            one_soma: true,
            merge_repeated: true,
            renumber: true,
        }
    }
}

/// A change made by [`repair`]. Lines are those of the file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum Change {
    #[error("coordinates and radii of {samples} samples multiplied by {factor}")]
    Scaled { samples: usize, factor: f64 },
    #[error("line {line}: second sample with id {id} dropped")]
    DuplicateDropped { line: usize, id: i64 },
    #[error("line {line}: sample {id} made a root, its parent was {parent}")]
    Freed { line: usize, id: i64, parent: i64 },
    #[error("line {line}: radius of sample {id} changed from {from} to {to} µm")]
    Radius { line: usize, id: i64, from: f64, to: f64 },
    #[error("line {line}: tree of {samples} samples from root {id} dropped")]
    TreeDropped { line: usize, id: i64, samples: usize },
    #[error("line {line}: root {id} hung from {to}")]
    Joined { line: usize, id: i64, to: i64 },
    #[error("line {line}: type of sample {id} changed from 1 to {to}")]
    Retyped { line: usize, id: i64, to: i64 },
    #[error("line {line}: sample {id} repeats its parent and is dropped")]
    RepeatDropped { line: usize, id: i64 },
    #[error("{samples} samples numbered from 1, parents first")]
    Renumbered { samples: usize },
}

/// Makes the repairs asked for; what is still wrong afterwards is the error.
///
/// # Errors
/// [`SwcError`] as for [`SampleTree::new`].
///
/// ```
/// use neuropil_morphology::swc::{self, Repairs};
/// let text = "5 1 0 0 0 5 -1\n6 3 5 0 0 -1 5\n6 3 9 0 0 1 5\n7 3 50 0 0 1 6\n";
/// let (tree, changes) = swc::repair(swc::read_samples(text)?.value, &Repairs::all())?;
/// let said: Vec<String> = changes.iter().map(ToString::to_string).collect();
/// assert_eq!(said, [
///     "line 3: second sample with id 6 dropped",
///     "line 2: radius of sample 6 changed from -1 to 1 µm",
///     "3 samples numbered from 1, parents first",
/// ]);
/// assert_eq!(tree.samples()[2].parent, 2);
/// # Ok::<(), neuropil_morphology::swc::SwcError>(())
/// ```
pub fn repair(samples: Samples, repairs: &Repairs) -> Result<(SampleTree, Vec<Change>), SwcError> {
    let Samples { mut samples, comments } = samples;
    let mut changes = Vec::new();
    if let Some(factor) = repairs.scale.filter(|factor| *factor != 1.0) {
        for sample in &mut samples {
            sample.xyz_um = sample.xyz_um.map(|x| x * factor);
            sample.radius_um *= factor;
        }
        changes.push(Change::Scaled { samples: samples.len(), factor });
    }
    if repairs.drop_duplicate_ids {
        drop_duplicate_ids(&mut samples, &mut changes);
    }
    if repairs.free_orphans {
        free_orphans(&mut samples, &mut changes);
    }
    mend_radii(&mut samples, repairs, &mut changes);
    let mut tree = SampleTree::new(samples, comments)?;
    if repairs.roots != Roots::Keep {
        tree = choose_roots(&tree, repairs.roots, &mut changes)?;
    }
    if repairs.one_soma {
        tree = one_soma(&tree, &mut changes)?;
    }
    if repairs.merge_repeated {
        tree = merge_repeated(&tree, &mut changes)?;
    }
    if repairs.renumber {
        tree = renumber(&tree, &mut changes)?;
    }
    Ok((tree, changes))
}

fn drop_duplicate_ids(samples: &mut Vec<Sample>, changes: &mut Vec<Change>) {
    let mut seen = BTreeSet::new();
    samples.retain(|&Sample { line, id, .. }| {
        let new = seen.insert(id);
        if !new {
            changes.push(Change::DuplicateDropped { line, id });
        }
        new
    });
}

fn free_orphans(samples: &mut [Sample], changes: &mut Vec<Change>) {
    let index: BTreeMap<i64, usize> = samples.iter().enumerate().map(|(k, s)| (s.id, k)).collect();
    let mut free = |sample: &mut Sample| {
        let Sample { line, id, parent, .. } = *sample;
        changes.push(Change::Freed { line, id, parent });
        sample.parent = -1;
    };
    for sample in samples.iter_mut() {
        let lost = !index.contains_key(&sample.parent) && sample.parent != 0;
        if sample.parent >= 0 && (lost || sample.parent == sample.id) || sample.parent < -1 {
            free(sample);
        }
    }
    // 0: not looked at; a walk's number: on that walk; done: leads to a root.
    let done = usize::MAX;
    let mut mark = vec![0; samples.len()];
    for start in 0..samples.len() {
        let (mut here, mut way) = (Some(start), Vec::new());
        while let Some(k) = here.filter(|&k| mark[k] == 0) {
            mark[k] = start + 1;
            way.push(k);
            here = index.get(&samples[k].parent).copied();
        }
        if let Some(k) = here.filter(|&k| mark[k] == start + 1) {
            free(&mut samples[k]);
        }
        for k in way {
            mark[k] = done;
        }
    }
}

fn mend_radii(samples: &mut [Sample], repairs: &Repairs, changes: &mut Vec<Change>) {
    for sample in samples {
        let from = sample.radius_um;
        let mut to = if repairs.absolute_radii { from.abs() } else { from };
        if let Some(least) = repairs.min_radius_um.filter(|_| to >= 0.0) {
            to = to.max(least);
        }
        if to != from {
            sample.radius_um = to;
            changes.push(Change::Radius { line: sample.line, id: sample.id, from, to });
        }
    }
}

/// The root above each sample, and the number of samples of each root's tree.
pub(super) fn trees(tree: &SampleTree) -> (Vec<usize>, BTreeMap<usize, usize>) {
    let mut root_of = vec![0; tree.samples().len()];
    let mut sizes = BTreeMap::new();
    for &index in tree.order() {
        root_of[index] = tree.parents()[index].map_or(index, |parent| root_of[parent]);
        *sizes.entry(root_of[index]).or_insert(0) += 1;
    }
    (root_of, sizes)
}

fn choose_roots(
    tree: &SampleTree,
    roots: Roots,
    changes: &mut Vec<Change>,
) -> Result<SampleTree, SwcError> {
    let (root_of, sizes) = trees(tree);
    let mut samples = tree.samples().to_vec();
    // The last of equals wins `max_by_key`, so count from behind.
    let largest = sizes.iter().rev().max_by_key(|(_, size)| **size).map(|(root, _)| *root);
    let chosen = match roots {
        Roots::Largest => largest,
        _ => sizes.keys().next().copied(),
    };
    let Some(chosen) = chosen else { return Ok(tree.clone()) };
    if roots == Roots::Join {
        let to = samples[chosen].id;
        for &root in sizes.keys().filter(|&&root| root != chosen) {
            let Sample { line, id, .. } = samples[root];
            changes.push(Change::Joined { line, id, to });
            samples[root].parent = to;
        }
    } else {
        for (&root, &size) in sizes.iter().filter(|&(&root, _)| root != chosen) {
            let Sample { line, id, .. } = samples[root];
            changes.push(Change::TreeDropped { line, id, samples: size });
        }
        let mut kept = root_of.iter().map(|&root| root == chosen);
        samples.retain(|_| kept.next().unwrap_or(false));
    }
    SampleTree::new(samples, tree.comments().to_vec())
}

fn one_soma(tree: &SampleTree, changes: &mut Vec<Change>) -> Result<SampleTree, SwcError> {
    let mut samples = tree.samples().to_vec();
    let mut first = None;
    for &index in tree.order() {
        if samples[index].tag != 1 {
            continue;
        }
        let before = tree.parents()[index].map(|parent| samples[parent].tag);
        if before == Some(1) || (before.is_none() && first.is_none()) {
            first = first.or(Some(index));
            continue;
        }
        let to = before.unwrap_or(0);
        let Sample { line, id, .. } = samples[index];
        changes.push(Change::Retyped { line, id, to });
        samples[index].tag = to;
    }
    SampleTree::new(samples, tree.comments().to_vec())
}

fn merge_repeated(tree: &SampleTree, changes: &mut Vec<Change>) -> Result<SampleTree, SwcError> {
    let samples = tree.samples();
    // What stands for each sample: itself, or the ancestor it repeats.
    let mut stands: Vec<usize> = (0..samples.len()).collect();
    for &index in tree.order() {
        let Some(parent) = tree.parents()[index].map(|parent| stands[parent]) else { continue };
        let (a, b) = (&samples[parent], &samples[index]);
        if a.xyz_um == b.xyz_um && a.radius_um == b.radius_um && a.tag == b.tag {
            changes.push(Change::RepeatDropped { line: b.line, id: b.id });
            stands[index] = parent;
        }
    }
    let kept = (0..samples.len()).filter(|&index| stands[index] == index).map(|index| {
        let parent = tree.parents()[index].map(|parent| samples[stands[parent]].id);
        Sample { parent: parent.unwrap_or(samples[index].parent), ..samples[index] }
    });
    SampleTree::new(kept.collect(), tree.comments().to_vec())
}

fn renumber(tree: &SampleTree, changes: &mut Vec<Change>) -> Result<SampleTree, SwcError> {
    let mut number = vec![0_i64; tree.samples().len()];
    for (id, &index) in (1..).zip(tree.order()) {
        number[index] = id;
    }
    let renumbered: Vec<Sample> = tree
        .order()
        .iter()
        .map(|&index| {
            let parent = tree.parents()[index].map_or(-1, |parent| number[parent]);
            Sample { id: number[index], parent, ..tree.samples()[index] }
        })
        .collect();
    if renumbered != tree.samples() {
        changes.push(Change::Renumbered { samples: renumbered.len() });
    }
    SampleTree::new(renumbered, tree.comments().to_vec())
}
