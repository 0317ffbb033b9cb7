//! What the samples of type 1 are, and the cell built on that decision.

use super::assemble::{Lead, Rules, Start, assemble, sphere};
use crate::frustum::{Point, area_um2};
use crate::morphology::Morphology;
use crate::swc::error::SwcError;
use crate::swc::options::{Options, SomaPolicy};
use crate::swc::sample::SampleTree;
use crate::swc::warning::SwcWarning;

/// How far a NeuroMorpho three-sample soma may be off, relative to its diameter.
const THREE_POINT_TOLERANCE: f64 = 0.01;

/// What the soma samples turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Absent,
    Sphere(Point, &'static str),
    Stack,
    AsNeurite,
}

/// Soma samples in depth-first order.
pub(super) fn soma_samples(tree: &SampleTree, tags: &[i64]) -> Vec<usize> {
    tree.order().iter().copied().filter(|&index| tags[index] == 1).collect()
}

/// Defects of the soma under the policy asked for; profiles other than ours go by `auto`.
pub(super) fn defects(tree: &SampleTree, options: &Options) -> Vec<SwcError> {
    let tags = tree.tags();
    let soma = soma_samples(tree, &tags);
    let mut errors = Vec::new();
    if options.soma == SomaPolicy::None {
        return errors;
    }
    let samples = tree.samples();
    let tops: Vec<usize> = soma
        .iter()
        .copied()
        .filter(|&index| tree.parents()[index].is_none_or(|parent| tags[parent] != 1))
        .collect();
    if tops.len() > 1 {
        let mut lines: Vec<usize> = tops.iter().map(|&index| samples[index].line).collect();
        lines.sort_unstable();
        errors.push(SwcError::SeveralSomata { lines });
    } else if let Some(&top) = tops.iter().find(|&&index| tree.parents()[index].is_some()) {
        let (line, id) = (samples[top].line, samples[top].id);
        errors.push(SwcError::SomaInNeurite { line, id });
    }
    if errors.is_empty()
        && let Err(error) = decide(tree, &tags, &soma, options.soma)
    {
        errors.push(error);
    }
    errors
}

/// What the soma is taken for, in words.
pub(super) fn decision(tree: &SampleTree, options: &Options) -> String {
    let tags = tree.tags();
    let soma = soma_samples(tree, &tags);
    match decide(tree, &tags, &soma, options.soma) {
        Ok(Shape::Absent) => "none".into(),
        Ok(Shape::Sphere(centre, words)) => format!("{words} of radius {} µm", centre.radius_um),
        Ok(Shape::Stack) => format!("{} samples: a stack of truncated cones", soma.len()),
        Ok(Shape::AsNeurite) => format!("{} samples, taken as neurite", soma.len()),
        Err(error) => format!("undecided: {error}"),
    }
}

fn decide(
    tree: &SampleTree,
    tags: &[i64],
    soma: &[usize],
    policy: SomaPolicy,
) -> Result<Shape, SwcError> {
    let samples = tree.samples();
    let Some(&root) = soma.first() else { return Ok(Shape::Absent) };
    let centre = samples[root].point();
    match policy {
        SomaPolicy::None => Ok(Shape::AsNeurite),
        SomaPolicy::Sphere => Ok(Shape::Sphere(centre, "a sphere, as asked for")),
        SomaPolicy::Stack if soma.len() > 1 => Ok(Shape::Stack),
        SomaPolicy::Stack => mismatch(policy, "the soma has a single sample"),
        SomaPolicy::Contour => match outline(tree, soma) {
            Some(sphere) => Ok(Shape::Sphere(sphere, "the sphere of an outline's area")),
            None => {
                mismatch(policy, "an outline needs at least three samples in a row around an area")
            }
        },
        SomaPolicy::ThreePoint => match three_point(tree, soma) {
            Some(Ok(())) => Ok(Shape::Sphere(centre, "NeuroMorpho's three samples: a sphere")),
            Some(Err(reason)) => Err(SwcError::ThreePoint { reason }),
            None => {
                mismatch(policy, "the soma is not three samples, two of them children of the first")
            }
        },
        SomaPolicy::Auto => auto(tree, tags, soma, centre),
    }
}

fn mismatch(policy: SomaPolicy, reason: &str) -> Result<Shape, SwcError> {
    Err(SwcError::PolicyMismatch { policy: policy.name(), reason: reason.into() })
}

fn auto(tree: &SampleTree, tags: &[i64], soma: &[usize], centre: Point) -> Result<Shape, SwcError> {
    let samples = tree.samples();
    if soma.len() == 1 {
        return Ok(Shape::Sphere(centre, "a single sample: a sphere"));
    }
    match three_point(tree, soma) {
        Some(Ok(())) => {
            return Ok(Shape::Sphere(centre, "NeuroMorpho's three samples: a sphere"));
        }
        Some(Err(reason)) => return Err(SwcError::ThreePoint { reason }),
        None => {}
    }
    // A stack may be traced from its middle: what matters is that no sample has three soma neighbours.
    let children = tree.children();
    let fork = soma.iter().find(|&&s| {
        let ahead = children[s].iter().filter(|&&child| tags[child] == 1).count();
        ahead + usize::from(s != soma[0]) > 2
    });
    if let Some(&fork) = fork {
        let (line, id) = (samples[fork].line, samples[fork].id);
        return Err(SwcError::BranchedSoma { line, id });
    }
    if is_outline(tree, soma) {
        let points: Vec<Point> = soma.iter().map(|&s| samples[s].point()).collect();
        let piece = |p: &[Point]| area_um2(p[0].distance_um(&p[1]), p[0].radius_um, p[1].radius_um);
        let stack_um2 = points.windows(2).map(piece).sum();
        return Err(SwcError::Contour { samples: soma.len(), stack_um2 });
    }
    Ok(Shape::Stack)
}

/// Whether three soma samples, two hanging from the first, have NeuroMorpho's form: `None` if they
/// are arranged otherwise, else what is off.
///
/// The form (NeuroMorpho.org, "SomaFormat"): second and third sample one radius to either side of
/// the first, all of one radius; it stands for a sphere.
pub(super) fn three_point(tree: &SampleTree, soma: &[usize]) -> Option<Result<(), String>> {
    let &[a, b, c] = soma else { return None };
    if tree.parents()[b] != Some(a) || tree.parents()[c] != Some(a) {
        return None;
    }
    let [a, b, c] = [a, b, c].map(|s| tree.samples()[s].point());
    let r = a.radius_um;
    let tolerance = THREE_POINT_TOLERANCE * 2.0 * r;
    for (what, p) in [("second", b), ("third", c)] {
        if (p.radius_um - r).abs() > tolerance {
            let found = p.radius_um;
            return Some(Err(format!("the {what} has radius {found} µm, the first {r} µm")));
        }
    }
    let apart = a.distance_um(&b) + a.distance_um(&c);
    if (apart - 2.0 * r).abs() > tolerance {
        return Some(Err(format!(
            "second and third lie {apart} µm apart by way of the first, expected {} µm",
            2.0 * r
        )));
    }
    Some(Ok(()))
}

/// Whether a run of soma samples goes round an area rather than along an axis.
///
/// It does when it comes back to where it began (the gap is less than a third of the way round and
/// no wider than three typical steps) and the samples are thinner than the figure they enclose.
fn is_outline(tree: &SampleTree, soma: &[usize]) -> bool {
    if soma.len() < 5 {
        return false;
    }
    let points: Vec<Point> = soma.iter().map(|&s| tree.samples()[s].point()).collect();
    let way: f64 = points.windows(2).map(|p| p[0].distance_um(&p[1])).sum();
    let gap = points[0].distance_um(&points[points.len() - 1]);
    let step = way / (points.len() - 1) as f64;
    let radius = (polygon_area_um2(&points) / std::f64::consts::PI).sqrt();
    let thickest = points.iter().map(|p| p.radius_um).fold(0.0, f64::max);
    gap < way / 3.0 && gap <= 3.0 * step && thickest < 0.5 * radius
}

/// The sphere with the centroid of the samples and the area π r² of the polygon they form.
fn outline(tree: &SampleTree, soma: &[usize]) -> Option<Point> {
    if soma.len() < 3 {
        return None;
    }
    let points: Vec<Point> = soma.iter().map(|&s| tree.samples()[s].point()).collect();
    let area = polygon_area_um2(&points);
    let n = points.len() as f64;
    let xyz_um = std::array::from_fn(|k| points.iter().map(|p| p.xyz_um[k]).sum::<f64>() / n);
    (area > 0.0).then(|| Point { xyz_um, radius_um: (area / std::f64::consts::PI).sqrt() })
}

/// Area of a closed polygon in space: half the length of its vector area.
fn polygon_area_um2(points: &[Point]) -> f64 {
    let origin = points[0].xyz_um;
    let mut sum = [0.0; 3];
    for pair in points.windows(2) {
        let [a, b]: [[f64; 3]; 2] =
            [0, 1].map(|i| std::array::from_fn(|k| pair[i].xyz_um[k] - origin[k]));
        for k in 0..3 {
            let (i, j) = ((k + 1) % 3, (k + 2) % 3);
            sum[k] += a[i] * b[j] - a[j] * b[i];
        }
    }
    0.5 * (sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]).sqrt()
}

/// Builds under our own profile.
pub(super) fn build(
    tree: &SampleTree,
    options: &Options,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    let tags = tree.tags();
    let soma = soma_samples(tree, &tags);
    let shape = decide(tree, &tags, &soma, options.soma)?;
    let samples = tree.samples();
    let lead = |start: Start| match shape {
        _ if !start.on_soma || shape == Shape::AsNeurite => Lead::Parent,
        _ if start.lone => Lead::ParentOwnRadius,
        Shape::Stack if start.at_end && !start.soma_fork => Lead::ParentOwnRadius,
        _ => Lead::Own,
    };
    let round = match shape {
        Shape::Sphere(centre, decision) => {
            if soma.len() > 1 {
                warnings.push(SwcWarning::Soma { decision: decision.into() });
            }
            let children = tree.children();
            for (index, sample) in samples.iter().enumerate() {
                let stem = tree.parents()[index].is_some_and(|p| tags[p] == 1) && tags[index] != 1;
                if stem && children[index].len() != 1 {
                    let (line, id) = (sample.line, sample.id);
                    warnings.push(SwcWarning::SingleSampleNeurite { line, id });
                }
            }
            Some(sphere(centre))
        }
        Shape::Stack => {
            let decision = format!("{} samples: a stack of truncated cones", soma.len());
            warnings.push(SwcWarning::Soma { decision });
            None
        }
        Shape::Absent | Shape::AsNeurite => None,
    };
    assemble(tree, &Rules { tags: &tags, soma: round, steps: true, lead: &lead }, warnings)
}
