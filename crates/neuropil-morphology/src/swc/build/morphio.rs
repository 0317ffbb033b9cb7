//! The membrane MorphIO reports (version 3.5): the soma apart, neurites from their own first sample.

use super::assemble::{Lead, Rules, Start, assemble};
use super::soma::soma_samples;
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
    let soma = soma_samples(tree, &tags);
    let serial_or_three = soma.len() == 3
        || soma.iter().all(|&s| children[s].iter().filter(|&&c| tags[c] == 1).count() < 2);
    if !serial_or_three {
        return refuse("the soma forks".into());
    }
    // One sample, or three of which two hang from the first: a sphere; else a stack.
    let is_sphere = soma.len() == 1
        || (soma.len() == 3 && soma[1..].iter().all(|&s| tree.parents()[s] == Some(soma[0])));
    let sphere = is_sphere.then(|| samples[soma[0]].point());
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
    assemble(tree, &Rules { tags: &tags, sphere, steps: false, lead: &lead }, warnings)
}
