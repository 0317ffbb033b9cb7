//! The synapses of one connection onto one panel.

use std::ops::Range;
use std::sync::Arc;

use neuropil_core::Clock;
use neuropil_core::random::{Stream, key};

use super::bits::Bits;
use super::release::Release;
use super::rows::Rows;
use super::shared::{SynapseCache, Wiring};
use super::timed::{Precision, Synapse, TimedRows};
use crate::connect::{Blocks, Drawn, LazySources, Sources};
use crate::description::{BlockMatrix, Connection, Delay, Geometry, Profile, Rule, Slice, Weight};
use crate::neurons::{BLOCK, Signs};

/// Above this share of all pairs a bit per pair is smaller than a list, and faster where many spike.
const DENSE: f64 = 1.0 / 16.0;

/// Up to so many pairs are kept while rows are built.
const KEPT: f64 = 2e6;

/// How synapses with one weight and one delay are kept. The choice cannot change a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Storage {
    /// Whatever is smaller and faster.
    #[default]
    Auto,
    /// A bit per pair.
    Bits,
    /// Lists of targets.
    Rows,
}

/// Which input channel a weight goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Always this one.
    Channel(usize),
    /// 0 for positive, 1 for negative weights.
    BySign,
}

impl Route {
    /// The route of a connection into a model.
    pub(crate) fn new(channel: Option<usize>, signs: Signs) -> Self {
        match (channel, signs) {
            (Some(channel), _) => Self::Channel(channel),
            (None, Signs::Together) => Self::Channel(0),
            (None, Signs::Apart) => Self::BySign,
        }
    }

    /// The channel for a weight.
    #[inline(always)]
    pub(crate) fn of(self, weight: f64) -> usize {
        match self {
            Self::Channel(channel) => channel,
            Self::BySign => usize::from(weight < 0.0),
        }
    }
}

/// How the synapses are kept.
#[derive(Debug)]
pub(crate) enum Store {
    /// One weight, one delay: bits for pairs that are joined once, rows for the rest.
    Counted { weight: f64, delay: u32, bits: Option<Arc<Bits>>, rows: Arc<Rows> },
    /// One delay, a weight per source and target block.
    Blocked {
        delay: u32,
        rows: Arc<Rows>,
        blocks: Blocks,
        /// Per source block, stretches of targets with one weight: `(end within the panel, weight)`.
        stretches: Vec<Vec<(u32, f64)>>,
    },
    /// Weights or delays per synapse.
    Timed(Arc<TimedRows>),
}

/// The synapses of one connection onto one panel, and how they are routed.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) source: Slice,
    pub(crate) route: Route,
    pub(crate) store: Store,
    pub(crate) synapses: usize,
    /// Whether synapses may fail.
    pub(crate) release: Option<Release>,
}

impl Incoming {
    /// Shortest and longest delay in steps; `None` if there is no synapse.
    pub(crate) fn delays(&self) -> Option<(u32, u32)> {
        (self.synapses > 0).then(|| match &self.store {
            Store::Counted { delay, .. } | Store::Blocked { delay, .. } => (*delay, *delay),
            Store::Timed(rows) => (*rows.delays().start(), *rows.delays().end()),
        })
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        match &self.store {
            Store::Counted { bits, rows, .. } => {
                bits.as_ref().map_or(0, |bits| bits.bytes()) + rows.bytes()
            }
            Store::Blocked { rows, .. } => rows.bytes(),
            Store::Timed(rows) => rows.bytes(),
        }
    }
}

/// Where a panel lies: the neurons `panel` of its population.
pub(crate) struct Place {
    pub(crate) panel: Range<u32>,
}

/// A connection, ready to be drawn.
pub(crate) struct Recipe<'a, 'c> {
    pub(crate) connection: &'a Connection,
    /// Its number: random weights and delays depend on it.
    pub(crate) index: usize,
    /// Made when they are first asked for.
    pub(crate) sources: &'a LazySources<'c>,
    /// How the target's model routes weights.
    pub(crate) signs: Signs,
    pub(crate) clock: Clock,
    pub(crate) seed: u64,
    pub(crate) storage: Storage,
    /// Where synapses are looked for before they are drawn.
    pub(crate) cache: Option<&'a SynapseCache>,
}

/// The synapses of a connection onto a panel.
pub(crate) fn build(recipe: &Recipe<'_, '_>, place: &Place) -> Incoming {
    let wiring = match recipe.cache {
        Some(cache) => cache.wiring(recipe, &place.panel, || draw(recipe, place)),
        None => draw(recipe, place),
    };
    let connection = recipe.connection;
    let (target, panel) = (connection.target, &place.panel);
    let size = panel.end - panel.start;
    let (store, synapses) = match (wiring, &connection.weight, &connection.delay) {
        (Wiring::Timed(rows), ..) => {
            let synapses = rows.len();
            (Store::Timed(rows), synapses)
        }
        (Wiring::Pairs { rows, synapses, bits }, weight, delay) => {
            let delay = match delay {
                Delay::Same(delay) => *delay,
                _ => 1,
            };
            let store = match (single_weight(weight), weight) {
                (None, Weight::Blocks(matrix)) => {
                    let blocks = Blocks::new(matrix, connection.source.count, target.count);
                    let stretches = (0..matrix.columns())
                        .map(|column| stretches(matrix, column, target, panel.start, size))
                        .collect();
                    Store::Blocked { delay, rows, stretches, blocks }
                }
                (weight, _) => Store::Counted { weight: weight.unwrap_or(0.0), delay, bits, rows },
            };
            (store, synapses)
        }
    };
    let route = Route::new(connection.channel, recipe.signs);
    let key = key(recipe.seed, "release", recipe.index as u64);
    let release = Release::new(key, connection.release_probability, panel.start);
    Incoming { source: connection.source, route, store, synapses, release }
}

/// Draws the pairs of a connection within a panel.
fn draw(recipe: &Recipe<'_, '_>, place: &Place) -> Wiring {
    let connection = recipe.connection;
    let target = connection.target;
    let from = place.panel.start.max(target.first);
    let to = place.panel.end.min(target.first + target.count);
    let targets = from..to.max(from);
    let sources = recipe.sources.get();
    let walk = Walk { sources, targets, target, panel: place.panel.start };
    let n_sources = connection.source.count as usize;
    let size = (place.panel.end - place.panel.start) as usize;
    match (single_weight(&connection.weight), &connection.weight, &connection.delay) {
        (Some(_), _, Delay::Same(_)) => counted(recipe, &walk, (n_sources, size)),
        (None, Weight::Blocks(_), Delay::Same(_)) => {
            let rows = walk.rows(n_sources, expected_synapses(connection) * walk.share());
            Wiring::Pairs { bits: None, synapses: rows.len(), rows: Arc::new(rows) }
        }
        _ => Wiring::Timed(Arc::new(timed(recipe, &walk, n_sources))),
    }
}

/// Where the weight of one source block changes along the targets of a panel.
fn stretches(
    matrix: &BlockMatrix,
    column: usize,
    target: Slice,
    panel: u32,
    size: u32,
) -> Vec<(u32, f64)> {
    let per = target.count / matrix.rows() as u32;
    let mut found: Vec<(u32, f64)> = Vec::new();
    for row in 0..matrix.rows() {
        let end = (target.first + (row as u32 + 1) * per).saturating_sub(panel).min(size);
        let weight = matrix.at(row, column);
        match found.last_mut() {
            Some(last) if last.1.to_bits() == weight.to_bits() => last.0 = end,
            _ => found.push((end, weight)),
        }
    }
    found
}

/// Walks over the targets of a panel and their sources.
struct Walk<'a> {
    sources: &'a Sources<'a>,
    /// Neurons of the population that lie in the panel and in the target slice.
    targets: Range<u32>,
    target: Slice,
    panel: u32,
}

impl Walk<'_> {
    /// Part of the connection's targets that lie in the panel.
    fn share(&self) -> f64 {
        f64::from(self.targets.end - self.targets.start) / f64::from(self.target.count)
    }

    fn each(&self, visit: &mut dyn FnMut(u32, u16, &Drawn)) {
        let mut drawn = Drawn::default();
        for neuron in self.targets.clone() {
            let target = neuron - self.target.first;
            self.sources.of(target, &mut drawn);
            visit(target, (neuron - self.panel) as u16, &drawn);
        }
    }

    /// Rows of all pairs. Pairs are drawn once if there is room to keep them, else twice.
    fn rows(&self, n_sources: usize, expected: f64) -> Rows {
        if expected > KEPT {
            return Rows::build(n_sources, |pair| self.pairs(pair));
        }
        let mut all: Vec<u32> = Vec::with_capacity((expected * 1.02) as usize);
        let mut ends: Vec<(u16, u32)> = Vec::with_capacity(self.targets.len());
        self.each(&mut |_, t, drawn| {
            all.extend_from_slice(&drawn.sources);
            ends.push((t, all.len() as u32));
        });
        Rows::build(n_sources, |pair| {
            let mut begin = 0;
            for (t, end) in &ends {
                all[begin..*end as usize].iter().for_each(|s| pair(*s, *t));
                begin = *end as usize;
            }
        })
    }

    fn pairs(&self, pair: &mut dyn FnMut(u32, u16)) {
        self.each(&mut |_, t, drawn| drawn.sources.iter().for_each(|s| pair(*s, t)));
    }
}

pub(super) fn single_weight(weight: &Weight) -> Option<f64> {
    match weight {
        Weight::Blocks(matrix) => matrix.single(),
        Weight::Each(list) => {
            let first = *list.first()?;
            list.iter().all(|w| w.to_bits() == first.to_bits()).then_some(first)
        }
        Weight::Drawn(_) | Weight::OfDistance(_) => None,
    }
}

fn counted(recipe: &Recipe<'_, '_>, walk: &Walk<'_>, (n_sources, size): (usize, usize)) -> Wiring {
    let connection = recipe.connection;
    let pairs = f64::from(connection.source.count) * f64::from(connection.target.count);
    let dense = connection.release_probability >= 1.0
        && match recipe.storage {
            Storage::Auto => expected_synapses(connection) >= DENSE * pairs,
            Storage::Bits => true,
            Storage::Rows => false,
        };
    if !dense {
        let rows = walk.rows(n_sources, expected_synapses(connection) * walk.share());
        return Wiring::Pairs { bits: None, synapses: rows.len(), rows: Arc::new(rows) };
    }
    let mut bits = Bits::new(n_sources, size);
    let mut again: Vec<(u32, u16)> = Vec::new();
    let mut synapses = 0;
    walk.pairs(&mut |source, target| {
        synapses += 1;
        if !bits.set(source as usize, target as usize) {
            again.push((source, target));
        }
    });
    let rows = if again.is_empty() {
        Rows::default()
    } else {
        Rows::build(n_sources, |pair| again.iter().for_each(|(s, t)| pair(*s, *t)))
    };
    Wiring::Pairs { bits: Some(Arc::new(bits)), rows: Arc::new(rows), synapses }
}

fn timed(recipe: &Recipe<'_, '_>, walk: &Walk<'_>, n_sources: usize) -> TimedRows {
    let Recipe { connection, index, clock, seed, .. } = *recipe;
    let precision = match (&connection.weight, single_weight(&connection.weight)) {
        (_, Some(weight)) => Precision::One(weight),
        (Weight::Drawn(_) | Weight::OfDistance(_), _) => Precision::Single,
        _ => Precision::Double,
    };
    let weight_key = key(seed, "weight", index as u64);
    let delay_key = key(seed, "delay", index as u64);
    let blocks = match &connection.weight {
        Weight::Blocks(m) => {
            Some((m, Blocks::new(m, connection.source.count, connection.target.count)))
        }
        _ => None,
    };
    let most = u32::from(u16::MAX);
    let space = Space { connection };
    let synapses = |visit: &mut dyn FnMut(Synapse)| {
        walk.each(&mut |target, t, drawn| {
            let mut weights = Stream::new(weight_key, u64::from(target));
            let mut delays = Stream::new(delay_key, u64::from(target));
            let of_distance = |profile: Option<&Profile>| {
                profile.map_or_else(Vec::new, |profile| space.values(profile, target, drawn))
            };
            let weight_of = match &connection.weight {
                Weight::OfDistance(profile) => of_distance(Some(profile)),
                _ => of_distance(None),
            };
            let delay_of = match &connection.delay {
                Delay::OfDistance(profile) => of_distance(Some(profile)),
                _ => of_distance(None),
            };
            for (k, source) in drawn.sources.iter().enumerate() {
                let weight = match (&connection.weight, &blocks) {
                    (Weight::Drawn(law), _) => law.draw(&mut weights),
                    (Weight::OfDistance(_), _) => weight_of[k],
                    (Weight::Each(list), _) => list[drawn.id(k)],
                    (_, Some((m, b))) => m.at(b.target_block(target), b.source_block(*source)),
                    _ => 0.0,
                };
                let delay = match &connection.delay {
                    Delay::Same(steps) => *steps,
                    Delay::Drawn(law) => {
                        (clock.nearest(law.draw(&mut delays)) as u32).clamp(1, most)
                    }
                    Delay::Each(list) => list[drawn.id(k)],
                    Delay::OfDistance(_) => (clock.nearest(delay_of[k]) as u32).clamp(1, most),
                };
                visit(Synapse { source: *source, target: t, delay, weight });
            }
        });
    };
    TimedRows::build(n_sources, precision, synapses)
}

/// What depends on distance, for the synapses that were drawn.
struct Space<'a> {
    connection: &'a Connection,
}

impl Space<'_> {
    /// A profile at the distances of the synapses of one target; nothing without positions.
    fn values(&self, profile: &Profile, target: u32, drawn: &Drawn) -> Vec<f64> {
        let Connection { source, target: targets, geometry, .. } = self.connection;
        let Some(Geometry { sources, targets: positions }) = geometry else {
            return vec![0.0; drawn.sources.len()];
        };
        let own = (targets.first + target) as usize;
        let distance = |s: &u32| {
            let mut d = [0.0];
            sources.distances((source.first + s) as usize, positions, own, &mut d);
            d[0]
        };
        let distances: Vec<f64> = drawn.sources.iter().map(distance).collect();
        let mut values = vec![0.0; distances.len()];
        profile.fill(&distances, &mut values);
        values
    }
}

/// Mean of a profile over all pairs of a connection that has positions, from about two million of
/// them; 0 if it has none.
pub fn mean_over_pairs(profile: &Profile, connection: &Connection) -> f64 {
    const MOST: usize = 1 << 21;
    let Some(Geometry { sources, targets }) = &connection.geometry else { return 0.0 };
    let (n, m) = (connection.source.count as usize, connection.target.count as usize);
    let some = (MOST / n).clamp(1, m);
    let (mut distances, mut values) = (vec![0.0; n], vec![0.0; n]);
    let mut sum = 0.0;
    for k in 0..some {
        let own = connection.target.first as usize + k * m / some;
        sources.distances(connection.source.first as usize, targets, own, &mut distances);
        profile.fill(&distances, &mut values);
        sum += values.iter().sum::<f64>();
    }
    sum / (some * n) as f64
}

/// How many synapses a connection will have, on average.
pub fn expected_synapses(connection: &Connection) -> f64 {
    let (s, t) = (f64::from(connection.source.count), f64::from(connection.target.count));
    let mean = |m: &BlockMatrix| m.values().iter().sum::<f64>() / m.values().len() as f64;
    match &connection.rule {
        Rule::AllToAll { .. } => s * t,
        Rule::OneToOne => t,
        Rule::FixedIndegree { indegree, .. } => t * mean(indegree) * indegree.columns() as f64,
        Rule::FixedOutdegree { outdegree, .. } => s * f64::from(*outdegree),
        Rule::FixedTotalNumber { total, .. } => *total as f64,
        Rule::PairwiseBernoulli { probability, .. } => s * t * mean(probability),
        Rule::SpatialBernoulli { probability, .. } => {
            s * t * mean_over_pairs(probability, connection)
        }
        Rule::SpatialIndegree { indegree, .. } => t * f64::from(*indegree),
        Rule::SymmetricPairwiseBernoulli { probability } => s * (t - 1.0) * probability,
        Rule::Pairs { sources, .. } => sources.len() as f64,
    }
}

/// How many bytes the synapses of a connection will take, on average.
pub(crate) fn storage_bytes(connection: &Connection) -> f64 {
    let n = expected_synapses(connection);
    let (s, t) = (f64::from(connection.source.count), f64::from(connection.target.count));
    let index = 4.0 * s * (t / super::PANEL as f64).ceil();
    match (single_weight(&connection.weight), &connection.weight, &connection.delay) {
        (Some(_), _, Delay::Same(_))
            if n >= DENSE * s * t && connection.release_probability >= 1.0 =>
        {
            // Pairs that are drawn twice stay in rows: half the squared density, if they may be.
            s * (t / BLOCK as f64).ceil() * 64.0 + index + n * n / (s * t)
        }
        (Some(_), _, Delay::Same(_)) | (None, Weight::Blocks(_), Delay::Same(_)) => 2.0 * n + index,
        (Some(_), ..) => 2.0 * n + 60.0 * index,
        (None, Weight::Each(_), _) => 10.0 * n + 60.0 * index,
        _ => {
            6.0 * n + if matches!(connection.delay, Delay::Same(_)) { index } else { 60.0 * index }
        }
    }
}
