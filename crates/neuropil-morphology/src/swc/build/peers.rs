//! What Arbor's two readers make of the samples (arborio, version 0.12).

use super::assemble::{Lead, Rules, Start, assemble, sphere};
use super::soma::soma_samples;
use crate::morphology::Morphology;
use crate::swc::error::SwcError;
use crate::swc::sample::SampleTree;
use crate::swc::warning::SwcWarning;

fn refuse<T>(profile: &'static str, reason: String) -> Result<T, SwcError> {
    Err(SwcError::Profile { profile, reason })
}

/// What both readers insist on: one root, of the lowest id and parent −1, and falling parents.
fn check(tree: &SampleTree, profile: &'static str) -> Result<(), SwcError> {
    for sample in tree.samples() {
        let (line, id, parent) = (sample.line, sample.id, sample.parent);
        if parent >= id {
            return refuse(
                profile,
                format!("line {line}: parent {parent} is not less than id {id}"),
            );
        }
    }
    for root in tree.roots() {
        let sample = &tree.samples()[root];
        if sample.parent != -1 {
            let (line, parent) = (sample.line, sample.parent);
            return refuse(
                profile,
                format!("line {line}: parent {parent} of the root, expected -1"),
            );
        }
    }
    Ok(())
}

/// `load_swc_arbor`: a frustum from every sample to its parent, with both their radii.
pub(super) fn arbor(
    tree: &SampleTree,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    const PROFILE: &str = "arbor";
    check(tree, PROFILE)?;
    let tags: Vec<i64> = tree.samples().iter().map(|sample| sample.tag).collect();
    let root = tree.roots()[0];
    let own = |(child, parent): (usize, &Option<usize>)| {
        *parent == Some(root) && tags[child] == tags[root]
    };
    if !tree.parents().iter().enumerate().any(own) {
        let id = tree.samples()[root].id;
        return refuse(
            PROFILE,
            format!("root {id} has no child of its own type: a spherical soma"),
        );
    }
    let lead = |_: Start| Lead::Parent;
    assemble(tree, &Rules { tags: &tags, soma: None, steps: false, lead: &lead }, warnings)
}

/// `load_swc_neuron`: a single-sample soma is a cylinder, neurites begin with their own first sample.
pub(super) fn arbor_neuron(
    tree: &SampleTree,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    const PROFILE: &str = "arbor_neuron";
    check(tree, PROFILE)?;
    let samples = tree.samples();
    let tags: Vec<i64> = samples.iter().map(|sample| sample.tag).collect();
    let root = tree.roots()[0];
    if tags[root] != 1 {
        if tags.contains(&1) {
            return refuse(PROFILE, "a soma sample hangs from a neurite".into());
        }
        return arbor(tree, warnings);
    }
    for (index, sample) in samples.iter().enumerate() {
        let (line, tag) = (sample.line, sample.tag);
        if !(1..=4).contains(&tag) {
            return refuse(PROFILE, format!("line {line}: type {tag}, expected 1 to 4"));
        }
        let before = tree.parents()[index].map(|parent| tags[parent]);
        if before.is_some_and(|before| before != 1 && before != tag) {
            return refuse(
                PROFILE,
                format!("line {line}: type {tag} hangs from another, not the soma"),
            );
        }
    }
    let soma = soma_samples(tree, &tags);
    let round = (soma.len() == 1).then(|| sphere(samples[root].point()));
    let children = tree.children();
    let lead = |start: Start| match start {
        Start { on_soma: false, .. } => Lead::Parent,
        Start { lone: false, .. } => Lead::Own,
        // A fork at the first sample hands its place on; a neurite of one sample is joined.
        Start { sample, .. } if children[sample].is_empty() => Lead::ParentOwnRadius,
        _ => Lead::Nothing,
    };
    assemble(tree, &Rules { tags: &tags, soma: round, steps: false, lead: &lead }, warnings)
}
