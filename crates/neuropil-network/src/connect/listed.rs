//! Pairs that are listed, or drawn from the source's side, brought into target order.

use std::borrow::Cow;

use neuropil_core::random::Stream;

use super::Drawn;
use super::bernoulli::successes;
use super::indegree::draw;
use crate::description::Connection;

/// Pairs grouped by target.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Where the synapses of each target begin; one entry more than targets.
    begin: Vec<u32>,
    sources: Cow<'a, [u32]>,
    /// Number of each synapse in the user's list, unless it came grouped already.
    ids: Vec<u32>,
}

impl<'a> Listed<'a> {
    /// Groups pairs by target, keeping the order within a target. A list that is grouped already
    /// is used as it is.
    pub(super) fn from_pairs(sources: &'a [u32], targets: &[u32], count: u32) -> Self {
        let mut begin = vec![0u32; count as usize + 1];
        for target in targets {
            begin[*target as usize + 1] += 1;
        }
        for k in 1..begin.len() {
            begin[k] += begin[k - 1];
        }
        if targets.is_sorted() {
            return Self { begin, sources: Cow::Borrowed(sources), ids: Vec::new() };
        }
        let mut next = begin.clone();
        let mut grouped = vec![0; sources.len()];
        let mut ids = vec![0; sources.len()];
        for (id, (source, target)) in sources.iter().zip(targets).enumerate() {
            let slot = &mut next[*target as usize];
            grouped[*slot as usize] = *source;
            ids[*slot as usize] = id as u32;
            *slot += 1;
        }
        Self { begin, sources: Cow::Owned(grouped), ids }
    }

    fn owned(sources: &[u32], targets: &[u32], count: u32) -> Listed<'static> {
        let grouped = Listed::from_pairs(sources, targets, count);
        Listed {
            begin: grouped.begin,
            sources: Cow::Owned(grouped.sources.into_owned()),
            ids: grouped.ids,
        }
    }

    pub(super) fn of(&self, target: u32, drawn: &mut Drawn) {
        let range = self.begin[target as usize] as usize..self.begin[target as usize + 1] as usize;
        drawn.first = range.start;
        if !self.ids.is_empty() {
            drawn.ids.extend_from_slice(&self.ids[range.clone()]);
        }
        drawn.sources.extend_from_slice(&self.sources[range]);
    }
}

/// Every source draws its targets.
pub(super) fn outdegree(
    connection: &Connection,
    outdegree: u32,
    skip: Option<i64>,
    multapses: bool,
    key: [u32; 2],
) -> Listed<'static> {
    let (n_sources, n_targets) = (connection.source.count, connection.target.count);
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    for source in 0..n_sources {
        let mut stream = Stream::new(key, u64::from(source));
        let own = skip.and_then(|skip| u32::try_from(i64::from(source) - skip).ok());
        let own = own.filter(|own| *own < n_targets);
        draw(&mut stream, n_targets, outdegree as usize, own, multapses, &mut targets);
        sources.resize(targets.len(), source);
    }
    Listed::owned(&sources, &targets, n_targets)
}

/// A number of pairs, drawn one after another.
pub(super) fn total(
    connection: &Connection,
    total: u64,
    skip: Option<i64>,
    multapses: bool,
    key: [u32; 2],
) -> Listed<'static> {
    let (n_sources, n_targets) = (connection.source.count, connection.target.count);
    let mut stream = Stream::new(key, 0);
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    let own = |source: u32, target: u32| {
        skip.is_some_and(|skip| i64::from(source) == skip + i64::from(target))
    };
    if multapses {
        while (sources.len() as u64) < total {
            let (source, target) = (stream.below(n_sources), stream.below(n_targets));
            if !own(source, target) {
                sources.push(source);
                targets.push(target);
            }
        }
    } else {
        // Selection sampling over all pairs: exact, whatever the share of pairs that is asked for.
        let autapses = (0..n_targets)
            .filter(|t| {
                skip.is_some_and(|s| (0..i64::from(n_sources)).contains(&(s + i64::from(*t))))
            })
            .count() as u64;
        let mut left = u64::from(n_sources) * u64::from(n_targets) - autapses;
        let mut wanted = total;
        for target in 0..n_targets {
            for source in 0..n_sources {
                if wanted > 0 && !own(source, target) {
                    if (stream.uniform() * left as f64) < wanted as f64 {
                        sources.push(source);
                        targets.push(target);
                        wanted -= 1;
                    }
                    left -= 1;
                }
            }
        }
    }
    Listed::owned(&sources, &targets, n_targets)
}

/// Unordered pairs, each joined both ways.
pub(super) fn symmetric(count: u32, p: f64, key: [u32; 2]) -> Listed<'static> {
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    let mut partners = Vec::new();
    for a in 0..count {
        partners.clear();
        successes(&mut Stream::new(key, u64::from(a)), 0, a, p, &mut partners);
        for b in &partners {
            sources.extend([a, *b]);
            targets.extend([*b, a]);
        }
    }
    Listed::owned(&sources, &targets, count)
}
