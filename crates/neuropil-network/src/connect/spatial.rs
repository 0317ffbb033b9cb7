//! Pairs whose probability depends on their distance.
//!
//! Distances, then the profile, are evaluated for many sources at a time. In-degrees without
//! multapses are drawn one source after another with probabilities in proportion to what is left:
//! first by trial, then, where trials keep hitting what is taken, by the equivalent race of
//! exponential variables (Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).

use neuropil_core::random::Stream;

use super::Drawn;
use crate::description::{Geometry, Profile, Slice};

/// See [`crate::description::Rule::SpatialBernoulli`] and
/// [`crate::description::Rule::SpatialIndegree`].
#[derive(Debug)]
pub struct Spatial<'a> {
    pub(super) geometry: &'a Geometry,
    pub(super) profile: &'a Profile,
    pub(super) source: Slice,
    pub(super) target: Slice,
    pub(super) skip: Option<i64>,
    pub(super) draw: Draw,
    pub(super) key: [u32; 2],
}

/// What is drawn for a target.
#[derive(Debug, Clone, Copy)]
pub(super) enum Draw {
    /// Every pair by itself.
    Independent,
    /// A number of sources.
    Indegree { k: u32, multapses: bool },
}

/// Sources that are evaluated together.
const TOGETHER: usize = 256;

impl Spatial<'_> {
    pub(super) fn of(&self, target: u32, drawn: &mut Drawn) {
        drawn.first = 0;
        let mut stream = Stream::new(self.key, u64::from(target));
        match self.draw {
            Draw::Independent => self.independent(target, &mut stream, &mut drawn.sources),
            Draw::Indegree { k, multapses } => {
                let weights = self.weights(target);
                let out = &mut drawn.sources;
                if multapses {
                    with_repetition(weights, k, &mut stream, out);
                } else {
                    without_repetition(weights, k, &mut stream, out);
                }
            }
        }
    }

    fn own(&self, target: u32) -> Option<usize> {
        self.skip.and_then(|skip| usize::try_from(skip + i64::from(target)).ok())
    }

    /// Calls `visit(first, values)` for stretch after stretch of sources.
    fn each(&self, target: u32, mut visit: impl FnMut(usize, &[f64])) {
        let (mut distances, mut values) = ([0.0; TOGETHER], [0.0; TOGETHER]);
        let own = (self.target.first + target) as usize;
        for first in (0..self.source.count as usize).step_by(TOGETHER) {
            let n = TOGETHER.min(self.source.count as usize - first);
            let begin = self.source.first as usize + first;
            let Geometry { sources, targets } = self.geometry;
            sources.distances(begin, targets, own, &mut distances[..n]);
            self.profile.fill(&distances[..n], &mut values[..n]);
            visit(first, &values[..n]);
        }
    }

    /// A pair is decided by 32 bits: its probability is honoured to 2⁻³².
    fn independent(&self, target: u32, stream: &mut Stream, out: &mut Vec<u32>) {
        let own = self.own(target);
        let mut draws = [0u32; TOGETHER];
        self.each(target, |first, values| {
            stream.fill(&mut draws);
            for (k, (p, draw)) in values.iter().zip(&draws).enumerate() {
                let hit = f64::from(*draw) < p.clamp(0.0, 1.0) * 4_294_967_296.0;
                if hit && Some(first + k) != own {
                    out.push((first + k) as u32);
                }
            }
        });
    }

    /// Relative probabilities of all sources; 0 for the neuron itself where it is excluded.
    fn weights(&self, target: u32) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.source.count as usize);
        self.each(target, |_, values| weights.extend(values.iter().map(|w| w.max(0.0))));
        if let Some(own) = self.own(target).and_then(|own| weights.get_mut(own)) {
            *own = 0.0;
        }
        weights
    }
}

/// Running sums; a draw below the last one falls on the first sum that exceeds it.
fn cumulative(weights: &[f64]) -> Vec<f64> {
    weights
        .iter()
        .scan(0.0, |sum, w| {
            *sum += w;
            Some(*sum)
        })
        .collect()
}

fn with_repetition(weights: Vec<f64>, k: u32, stream: &mut Stream, out: &mut Vec<u32>) {
    let sums = cumulative(&weights);
    let Some(total) = sums.last().copied().filter(|total| *total > 0.0) else { return };
    for _ in 0..k {
        let draw = stream.uniform() * total;
        let at = sums.partition_point(|sum| *sum <= draw).min(weights.len() - 1);
        out.push(at as u32);
    }
}

fn without_repetition(mut weights: Vec<f64>, k: u32, stream: &mut Stream, out: &mut Vec<u32>) {
    let sums = cumulative(&weights);
    let Some(total) = sums.last().copied().filter(|total| *total > 0.0) else { return };
    let begin = out.len();
    for _ in 0..2 * k {
        if out.len() - begin == k as usize {
            return;
        }
        let draw = stream.uniform() * total;
        let at = sums.partition_point(|sum| *sum <= draw).min(weights.len() - 1);
        if weights[at] > 0.0 {
            weights[at] = 0.0;
            out.push(at as u32);
        }
    }
    let missing = k as usize - (out.len() - begin);
    if missing == 0 {
        return;
    }
    let mut race: Vec<(f64, u32)> = (0..)
        .zip(&weights)
        .filter(|(_, w)| **w > 0.0)
        .map(|(s, w)| (stream.exponential() / w, s))
        .collect();
    race.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    out.extend(race.iter().take(missing).map(|(_, s)| *s));
}
