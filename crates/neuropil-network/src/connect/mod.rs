//! Connection rules: who the sources of a target are.
//!
//! Every rule answers one question, [`Sources::of`]: the sources of one target, in a fixed order
//! that depends on nothing but (seed, connection, target). It can be asked again, by any thread,
//! for any target: connectivity is drawn in parallel, straight into its final layout, twice if
//! that saves memory. Definitions are those of NEST (Senk et al. 2022,
//! doi:10.1371/journal.pcbi.1010086).

mod bernoulli;
mod indegree;
mod listed;
mod spatial;
mod validate;

use std::sync::OnceLock;

use neuropil_core::random::key;

use crate::description::{BlockMatrix, Connection, Geometry, ModelError, Profile, Rule};
use bernoulli::Bernoulli;
use indegree::Indegree;
use listed::Listed;
use spatial::{Draw, Spatial};

/// The sources of one target.
#[derive(Debug, Default)]
pub struct Drawn {
    /// Source of each synapse, relative to the source slice.
    pub sources: Vec<u32>,
    /// Number of the first synapse of this target, for values that are listed target by target.
    pub first: usize,
    /// Number of each synapse in the user's list; empty if they are consecutive from `first`.
    pub ids: Vec<u32>,
}

impl Drawn {
    /// Number of the `k`-th synapse of this target in the order of listed weights and delays.
    pub fn id(&self, k: usize) -> usize {
        self.ids.get(k).map_or(self.first + k, |id| *id as usize)
    }
}

/// A rule, ready to be asked.
#[derive(Debug)]
pub enum Sources<'a> {
    /// All sources, perhaps without the neuron itself.
    All {
        /// Size of the source slice.
        count: u32,
        /// Position in the source slice of target 0 if autapses are excluded.
        skip: Option<i64>,
    },
    /// One source each.
    One,
    /// Fixed in-degree.
    Indegree(Indegree),
    /// Independent pairs.
    Bernoulli(Bernoulli),
    /// Pairs whose probability depends on distance.
    Spatial(Spatial<'a>),
    /// Listed or drawn from the source's side.
    Listed(Listed<'a>),
}

impl<'a> Sources<'a> {
    /// Checks a connection and makes it ready.
    ///
    /// # Errors
    /// [`ModelError::Connection`] for a request that cannot be satisfied.
    pub fn new(connection: &'a Connection, seed: u64, index: usize) -> Result<Self, ModelError> {
        validate::connection(connection)?;
        Ok(Self::of_checked(connection, seed, index))
    }

    fn of_checked(connection: &'a Connection, seed: u64, index: usize) -> Self {
        let (source, target) = (connection.source, connection.target);
        // Where target 0 would lie in the source slice, if the two share a population.
        let same = (source.population == target.population)
            .then(|| i64::from(target.first) - i64::from(source.first));
        let without_self = |autapses: bool| same.filter(|_| !autapses);
        let key = key(seed, "connect", index as u64);
        let spatial = |profile: &'a Profile, autapses: &bool, draw: Draw| {
            let skip = without_self(*autapses);
            match &connection.geometry {
                Some(geometry) => {
                    Self::Spatial(Spatial { geometry, profile, source, target, skip, draw, key })
                }
                // Refused when it was checked.
                None => Self::All { count: 0, skip: None },
            }
        };
        match &connection.rule {
            Rule::AllToAll { autapses } => {
                Self::All { count: source.count, skip: without_self(*autapses) }
            }
            Rule::OneToOne => Self::One,
            Rule::FixedIndegree { indegree, autapses, multapses } => {
                let skip = without_self(*autapses);
                let blocks = Blocks::new(indegree, source.count, target.count);
                Self::Indegree(Indegree { blocks, skip, multapses: *multapses, key })
            }
            Rule::PairwiseBernoulli { probability, autapses } => {
                let blocks = Blocks::new(probability, source.count, target.count);
                Self::Bernoulli(Bernoulli { blocks, skip: without_self(*autapses), key })
            }
            Rule::FixedOutdegree { outdegree, autapses, multapses } => {
                let skip = without_self(*autapses);
                Self::Listed(listed::outdegree(connection, *outdegree, skip, *multapses, key))
            }
            Rule::FixedTotalNumber { total, autapses, multapses } => {
                let skip = without_self(*autapses);
                Self::Listed(listed::total(connection, *total, skip, *multapses, key))
            }
            Rule::SpatialBernoulli { probability, autapses } => {
                spatial(probability, autapses, Draw::Independent)
            }
            Rule::SpatialIndegree { indegree, profile, autapses, multapses } => {
                let draw = Draw::Indegree { k: *indegree, multapses: *multapses };
                spatial(profile, autapses, draw)
            }
            Rule::SymmetricPairwiseBernoulli { probability } => {
                Self::Listed(listed::symmetric(source.count, *probability, key))
            }
            Rule::Pairs { sources, targets } => {
                Self::Listed(Listed::from_pairs(sources, targets, target.count))
            }
        }
    }

    /// The sources of `target` (relative to the target slice).
    pub fn of(&self, target: u32, drawn: &mut Drawn) {
        drawn.sources.clear();
        drawn.ids.clear();
        match self {
            Self::All { count, skip } => {
                drawn.first = target as usize * *count as usize;
                let own = skip.map(|skip| skip + i64::from(target));
                drawn.sources.extend((0..*count).filter(|s| own != Some(i64::from(*s))));
                if own.is_some() {
                    // Listed values are target × source, the diagonal included.
                    drawn.ids.extend(drawn.sources.iter().map(|s| drawn.first as u32 + s));
                }
            }
            Self::One => {
                drawn.first = target as usize;
                drawn.sources.push(target);
            }
            Self::Indegree(rule) => rule.of(target, drawn),
            Self::Bernoulli(rule) => rule.of(target, drawn),
            Self::Spatial(rule) => rule.of(target, drawn),
            Self::Listed(list) => list.of(target, drawn),
        }
    }
}

/// [`Sources`] that are made when they are first asked for: rules that are drawn from the source's
/// side list all their pairs then.
pub(crate) struct LazySources<'a> {
    connection: &'a Connection,
    seed: u64,
    index: usize,
    made: OnceLock<Sources<'a>>,
}

impl<'a> LazySources<'a> {
    /// Checks a connection.
    ///
    /// # Errors
    /// [`ModelError::Connection`] for a request that cannot be satisfied.
    pub(crate) fn new(
        connection: &'a Connection,
        seed: u64,
        index: usize,
    ) -> Result<Self, ModelError> {
        validate::connection(connection)?;
        Ok(Self { connection, seed, index, made: OnceLock::new() })
    }

    pub(crate) fn get(&self) -> &Sources<'a> {
        self.made.get_or_init(|| Sources::of_checked(self.connection, self.seed, self.index))
    }
}

/// The geometry of a connection that depends on distance.
///
/// # Errors
/// [`ModelError::Connection`] if there is none.
pub(crate) fn geometry(connection: &Connection) -> Result<&Geometry, ModelError> {
    connection.geometry.as_ref().ok_or_else(|| ModelError::Connection {
        name: connection.name.clone(),
        what: "what depends on distance needs positions on both sides".into(),
    })
}

/// A [`BlockMatrix`] laid over two slices.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    matrix: BlockMatrix,
    sources_per_block: u32,
    targets_per_block: u32,
}

impl Blocks {
    /// Lays `matrix` over `sources × targets` neurons, which its blocks must divide.
    pub(crate) fn new(matrix: &BlockMatrix, sources: u32, targets: u32) -> Self {
        Self {
            matrix: matrix.clone(),
            sources_per_block: (sources / matrix.columns() as u32).max(1),
            targets_per_block: (targets / matrix.rows() as u32).max(1),
        }
    }

    /// `(first source, number of sources, value)` of every source block, for one target.
    fn of_target(&self, target: u32) -> impl Iterator<Item = (u32, u32, f64)> {
        let row = (target / self.targets_per_block) as usize;
        let per = self.sources_per_block;
        (0..self.matrix.columns()).map(move |c| (c as u32 * per, per, self.matrix.at(row, c)))
    }

    /// Block of a source.
    pub(crate) fn source_block(&self, source: u32) -> usize {
        (source / self.sources_per_block) as usize
    }

    /// Block of a target.
    pub(crate) fn target_block(&self, target: u32) -> usize {
        (target / self.targets_per_block) as usize
    }
}

#[cfg(test)]
mod tests;
