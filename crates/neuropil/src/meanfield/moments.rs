//! A projection as a mean field sees it: how many synapses a target has, and how strong they are.
//!
//! Of weights that differ, two sums matter: `K ⟨J⟩` for the mean of the input and `K ⟨J²⟩` for its
//! variance. [`Synapses`] are the equal synapses that have the same two.

use neuropil_core::random::{Stream, key};
use neuropil_network::delivery::expected_synapses;
use neuropil_network::description::{BlockMatrix, Connection, Network, Rule, Weight};

use super::MeanFieldError;

/// Values drawn to know the moments of a distribution.
const DRAWS: usize = 100_000;

/// Equal synapses that stand for those of one target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Synapses {
    /// Synapses of one neuron of the target population, mean over all of them.
    pub count: f64,
    /// Weight, negative for inhibition.
    pub weight: f64,
}

/// The synapses of a connection; `None` if it has no effect.
pub(super) fn synapses(
    network: &Network,
    connection: &Connection,
) -> Result<Option<Synapses>, MeanFieldError> {
    let fault = |what: &str| MeanFieldError::Connection {
        name: connection.name.clone(),
        what: what.to_owned(),
    };
    // Neurons of the target population beyond the slice have none of these synapses.
    let size = f64::from(network.populations[connection.target.population].size);
    let share = f64::from(connection.target.count) / size;
    let counts = counts(connection);
    let (first, second) = match &connection.weight {
        Weight::Blocks(weights) => over_blocks(&counts, weights)
            .ok_or_else(|| fault("its blocks of weights do not fit"))?,
        Weight::Each(values) => {
            let n = values.len().max(1) as f64;
            let count = total(&counts);
            let mean = values.iter().sum::<f64>() / n;
            (count * mean, count * values.iter().map(|w| w * w).sum::<f64>() / n)
        }
        Weight::OfDistance(_) => {
            return Err(fault("its weights depend on distance, which the theory knows nothing of"));
        }
        Weight::Drawn(distribution) => {
            let mut stream = Stream::new(key(0, "moments of a weight", 0), 0);
            let draws: Vec<f64> = (0..DRAWS).map(|_| distribution.draw(&mut stream)).collect();
            let (n, count) = (DRAWS as f64, total(&counts));
            let mean = draws.iter().sum::<f64>() / n;
            (count * mean, count * draws.iter().map(|w| w * w).sum::<f64>() / n)
        }
    };
    if second == 0.0 || connection.release_probability == 0.0 {
        return Ok(None);
    }
    if first == 0.0 {
        return Err(fault("its weights cancel, which equal synapses cannot stand for"));
    }
    // Synapses that fail thin the spikes that arrive.
    let count = connection.release_probability * share * first * first / second;
    Ok(Some(Synapses { count, weight: second / first }))
}

/// Synapses of a target in each pair of blocks.
fn counts(connection: &Connection) -> BlockMatrix {
    let (sources, targets) =
        (f64::from(connection.source.count), f64::from(connection.target.count.max(1)));
    let overlap = connection.source == connection.target;
    let pool = |autapses: bool| if overlap && !autapses { sources - 1.0 } else { sources };
    let uniform = BlockMatrix::uniform;
    match &connection.rule {
        Rule::AllToAll { autapses } => uniform(pool(*autapses)),
        Rule::OneToOne => uniform(1.0),
        Rule::FixedIndegree { indegree, .. } => indegree.clone(),
        Rule::FixedOutdegree { outdegree, .. } => {
            uniform(f64::from(*outdegree) * sources / targets)
        }
        Rule::FixedTotalNumber { total, .. } => uniform(*total as f64 / targets),
        Rule::PairwiseBernoulli { probability, autapses } => {
            let each = pool(*autapses) / probability.columns() as f64;
            let values = probability.values().iter().map(|p| p * each).collect();
            BlockMatrix::new(probability.rows(), probability.columns(), values)
                .unwrap_or_else(|| uniform(0.0))
        }
        Rule::SpatialBernoulli { .. } | Rule::SpatialIndegree { .. } => {
            uniform(expected_synapses(connection) / targets)
        }
        Rule::SymmetricPairwiseBernoulli { probability } => uniform(probability * (sources - 1.0)),
        Rule::Pairs { targets: listed, .. } => uniform(listed.len() as f64 / targets),
    }
}

/// Synapses of one target, mean over the blocks of targets.
fn total(counts: &BlockMatrix) -> f64 {
    counts.values().iter().sum::<f64>() / counts.rows() as f64
}

/// `Σ K J` and `Σ K J²` over blocks of sources, mean over blocks of targets; `None` if the blocks of
/// counts and weights differ in number.
fn over_blocks(counts: &BlockMatrix, weights: &BlockMatrix) -> Option<(f64, f64)> {
    let (rows, columns) =
        (counts.rows().max(weights.rows()), counts.columns().max(weights.columns()));
    let fits = |m: &BlockMatrix| m.single().is_some() || (m.rows(), m.columns()) == (rows, columns);
    if !fits(counts) || !fits(weights) {
        return None;
    }
    let (mut first, mut second) = (0.0, 0.0);
    for row in 0..rows {
        for column in 0..columns {
            // One count for all blocks of sources is shared by them.
            let count =
                counts.single().map_or_else(|| counts.at(row, column), |k| k / columns as f64);
            let weight = weights.single().unwrap_or_else(|| weights.at(row, column));
            first += count * weight / rows as f64;
            second += count * weight * weight / rows as f64;
        }
    }
    Some((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_add_up_over_sources_and_average_over_targets() {
        // Clusters of 2: 10 synapses of weight 3 within, 20 of weight 1 from the other.
        let counts = BlockMatrix::clustered(2, 10.0, 20.0);
        let weights = BlockMatrix::clustered(2, 3.0, 1.0);
        assert_eq!(over_blocks(&counts, &weights), Some((50.0, 110.0)));
        assert_eq!(over_blocks(&BlockMatrix::uniform(30.0), &weights), Some((60.0, 150.0)));
        assert_eq!(
            over_blocks(&BlockMatrix::uniform(7.0), &BlockMatrix::uniform(2.0)),
            Some((14.0, 28.0))
        );
        assert_eq!(over_blocks(&BlockMatrix::clustered(3, 1.0, 1.0), &weights), None);
    }
}
