//! The membrane MorphIO reports (version 3.5): the soma apart, neurites from their own first sample.

use super::assemble::{Lead, Rules, Start, assemble, sphere};
use crate::frustum::Point;
use crate::morphology::Morphology;
use crate::swc::error::SwcError;
use crate::swc::sample::{Sample, SampleTree};
use crate::swc::warning::SwcWarning;

const PROFILE: &str = "morphio";

fn refuse<T>(reason: String) -> Result<T, SwcError> {
    Err(SwcError::Profile { profile: PROFILE, reason })
}

pub(super) fn build(
    tree: &SampleTree,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    let samples = tree.samples();
    let tags: Vec<i64> = samples.iter().map(|sample| sample.tag).collect();
    let children = tree.children();
    for (index, &Sample { line, tag, .. }) in samples.iter().enumerate() {
        if tag > 19 {
            return refuse(format!("line {line}: type {tag}, expected 0 to 19"));
        }
        if let Some(parent) = tree.parents()[index] {
            let run = children[parent].len() == 1 && tags[parent] != 1;
            if run && tags[parent] != tag {
                return refuse(format!("line {line}: the type changes without a fork"));
            }
        } else if samples[index].parent == 0 {
            return refuse(format!("line {line}: parent 0 of the root, expected -1"));
        }
    }
    // The soma in the order of the file: a sphere, or cones from each sample to the next.
    let soma: Vec<usize> = (0..samples.len()).filter(|&index| tags[index] == 1).collect();
    for &index in soma.iter().filter(|&&index| tree.parents()[index].is_some()) {
        if children[index].iter().filter(|&&child| tags[child] == 1).count() > 1 {
            return refuse(format!("line {}: the soma forks", samples[index].line));
        }
    }
    let family: Vec<_> = soma.iter().map(|&s| (samples[s].id, samples[s].parent)).collect();
    let points: Vec<Point> = soma.iter().map(|&s| samples[s].point()).collect();
    let shape = match points[..] {
        [] => None,
        [centre] => Some(sphere(centre)),
        [centre, ..] if family == [(1, -1), (2, 1), (3, 1)] => Some(sphere(centre)),
        _ => Some(points),
    };
    let lead = |start: Start| match start {
        Start { on_soma: false, .. } => Lead::Parent,
        Start { lone: false, .. } => Lead::Own,
        _ => Lead::Nothing,
    };
    for (index, &Sample { line, id, .. }) in samples.iter().enumerate() {
        let on_soma = tree.parents()[index].is_some_and(|p| tags[p] == 1) && tags[index] != 1;
        if on_soma && children[index].is_empty() {
            let reason = "a neurite of one sample has no membrane there";
            warnings.push(SwcWarning::LeftOut { profile: PROFILE, line, id, reason });
        }
    }
    assemble(tree, &Rules { tags: &tags, soma: shape, steps: true, lead: &lead }, warnings)
}
