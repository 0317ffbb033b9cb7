//! Connections: who projects to whom, how strongly and how late.

use super::{Distribution, Geometry, Profile, Slice};

/// A matrix over equal, contiguous blocks of targets (rows) and sources (columns).
///
/// With one row and one column it is a single value for the whole projection; with more it is how
/// clustered networks say that a value depends on the clusters that a synapse joins.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockMatrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl BlockMatrix {
    /// One value for all.
    pub fn uniform(value: f64) -> Self {
        Self { rows: 1, columns: 1, values: vec![value] }
    }

    /// `within` on the diagonal of an `n × n` matrix, `between` elsewhere.
    pub fn clustered(n: usize, within: f64, between: f64) -> Self {
        let value = |k: usize| if k / n == k % n { within } else { between };
        Self { rows: n, columns: n, values: (0..n * n).map(value).collect() }
    }

    /// Row-major values; `None` unless their number is `rows × columns` and neither is 0.
    pub fn new(rows: usize, columns: usize, values: Vec<f64>) -> Option<Self> {
        (rows * columns == values.len() && !values.is_empty()).then_some(Self {
            rows,
            columns,
            values,
        })
    }

    /// Number of target blocks.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of source blocks.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value for a target block and a source block.
    ///
    /// # Panics
    /// If either is out of range.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// The only value, if there is only one.
    pub fn single(&self) -> Option<f64> {
        (self.values.len() == 1).then(|| self.values[0])
    }
}

/// How pairs are chosen. Definitions and names are NEST's.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Every source to every target.
    AllToAll {
        /// Whether a neuron may project to itself.
        autapses: bool,
    },
    /// Source `k` to target `k`.
    OneToOne,
    /// Each target draws its sources uniformly.
    FixedIndegree {
        /// Sources per target; per source block if the matrix has several columns.
        indegree: BlockMatrix,
        /// Whether a neuron may project to itself.
        autapses: bool,
        /// Whether a pair may be joined more than once.
        multapses: bool,
    },
    /// Each source draws its targets uniformly.
    FixedOutdegree {
        /// Targets per source.
        outdegree: u32,
        /// Whether a neuron may project to itself.
        autapses: bool,
        /// Whether a pair may be joined more than once.
        multapses: bool,
    },
    /// A number of pairs, drawn uniformly.
    FixedTotalNumber {
        /// Synapses in all.
        total: u64,
        /// Whether a neuron may project to itself.
        autapses: bool,
        /// Whether a pair may be joined more than once.
        multapses: bool,
    },
    /// Every pair is joined with probability `p`, independently.
    PairwiseBernoulli {
        /// Probability; above 1 it is realised by ⌈p⌉ independent passes with p/⌈p⌉ each.
        probability: BlockMatrix,
        /// Whether a neuron may project to itself.
        autapses: bool,
    },
    /// Every pair is joined with a probability that depends on its distance, independently. Needs
    /// [`Connection::geometry`].
    SpatialBernoulli {
        /// Probability at a distance; values outside `[0, 1]` are moved to its ends.
        probability: Profile,
        /// Whether a neuron may project to itself.
        autapses: bool,
    },
    /// Each target draws its sources with probabilities in proportion to a function of distance.
    /// Without multapses sources are drawn one after another from those that are left. Needs
    /// [`Connection::geometry`].
    SpatialIndegree {
        /// Sources per target.
        indegree: u32,
        /// Relative probability at a distance; negative values count as 0.
        profile: Profile,
        /// Whether a neuron may project to itself.
        autapses: bool,
        /// Whether a pair may be joined more than once.
        multapses: bool,
    },
    /// Every unordered pair of one slice is joined both ways with probability `p`.
    SymmetricPairwiseBernoulli {
        /// Probability.
        probability: f64,
    },
    /// Pairs given one by one, indices relative to the two slices.
    Pairs {
        /// Source of each synapse.
        sources: Vec<u32>,
        /// Target of each synapse.
        targets: Vec<u32>,
    },
}

/// Synaptic weight, in the unit of the target model's input (mV, pA or nS).
#[derive(Debug, Clone, PartialEq)]
pub enum Weight {
    /// By target and source block; one value for a homogeneous projection.
    Blocks(BlockMatrix),
    /// Drawn per synapse.
    Drawn(Distribution),
    /// A function of distance. Needs [`Connection::geometry`].
    OfDistance(Profile),
    /// One per synapse, in the order of [`Rule::Pairs`], or target-major for the other
    /// deterministic rules.
    Each(Vec<f64>),
}

impl Weight {
    /// The same weights with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Blocks(mut matrix) => {
                matrix.values.iter_mut().for_each(|value| *value = -*value);
                Self::Blocks(matrix)
            }
            Self::Drawn(distribution) => Self::Drawn(distribution.negated()),
            Self::OfDistance(profile) => Self::OfDistance(Profile::new(move |distances, out| {
                profile.fill(distances, out);
                out.iter_mut().for_each(|value| *value = -*value);
            })),
            Self::Each(values) => Self::Each(values.into_iter().map(|value| -value).collect()),
        }
    }
}

/// Synaptic delay.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    /// The same for all, in steps ≥ 1.
    Same(u32),
    /// Drawn per synapse in ms, rounded to steps, not below one step.
    Drawn(Distribution),
    /// A function of distance in ms, rounded to steps, not below one step. Needs
    /// [`Connection::geometry`].
    OfDistance(Profile),
    /// One per synapse in steps ≥ 1, ordered as [`Weight::Each`].
    Each(Vec<u32>),
}

/// A projection.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Name in the experiment, for messages.
    pub name: String,
    /// Presynaptic neurons.
    pub source: Slice,
    /// Postsynaptic neurons.
    pub target: Slice,
    /// Which pairs.
    pub rule: Rule,
    /// How strong.
    pub weight: Weight,
    /// How late.
    pub delay: Delay,
    /// Input channel of the target model; `None` lets the sign of the weight choose.
    pub channel: Option<usize>,
    /// Probability that a spike is transmitted, for every synapse independently; 1 for always.
    pub release_probability: f64,
    /// Where neurons lie, if anything depends on it.
    pub geometry: Option<Geometry>,
}
