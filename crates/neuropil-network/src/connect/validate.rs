//! Requests that cannot be satisfied are refused before anything is drawn.

use crate::description::{BlockMatrix, Connection, Delay, ModelError, Rule, Weight};

/// Checks one connection for itself.
///
/// # Errors
/// [`ModelError::Connection`], saying what is impossible.
pub(super) fn connection(c: &Connection) -> Result<(), ModelError> {
    let fail = |what: String| Err(ModelError::Connection { name: c.name.clone(), what });
    let (sources, targets) = (c.source.count, c.target.count);
    let overlap = c.source.population == c.target.population;
    let pool = |autapses: bool| if overlap && !autapses { sources - 1 } else { sources };
    match &c.rule {
        Rule::AllToAll { .. } => {}
        Rule::OneToOne => {
            if sources != targets {
                return fail(format!(
                    "one_to_one needs equal sizes, found {sources} sources and {targets} targets"
                ));
            }
        }
        Rule::FixedIndegree { indegree, autapses, multapses } => {
            divides(c, indegree, "indegree")?;
            let per_block = sources / indegree.columns() as u32;
            for k in indegree.values() {
                if !(*k >= 0.0 && k.fract() == 0.0 && *k <= 65_535.0) {
                    return fail(format!("indegree must be a whole number up to 65535, found {k}"));
                }
                let own = sources - pool(*autapses);
                let pool = per_block - own;
                if !multapses && *k > f64::from(pool) {
                    return fail(format!(
                        "indegree {k} exceeds the {pool} possible sources, and multapses are \
                         excluded"
                    ));
                }
                if *k > 0.0 && pool == 0 {
                    return fail("no source is left without autapses".into());
                }
            }
        }
        Rule::SpatialBernoulli { .. } => {}
        Rule::SpatialIndegree { indegree, autapses, multapses, .. } => {
            let pool = pool(*autapses);
            if !multapses && *indegree > pool {
                return fail(format!(
                    "indegree {indegree} exceeds the {pool} possible sources, and multapses are \
                     excluded"
                ));
            }
        }
        Rule::FixedOutdegree { outdegree, autapses, multapses } => {
            let pool = if overlap && !autapses { targets - 1 } else { targets };
            if (!multapses && *outdegree > pool) || (*outdegree > 0 && pool == 0) {
                return fail(format!(
                    "outdegree {outdegree} exceeds the {pool} possible targets, and multapses are \
                     excluded"
                ));
            }
        }
        Rule::FixedTotalNumber { total, multapses, autapses } => {
            let pairs = u64::from(targets) * u64::from(pool(*autapses));
            if (!multapses && *total > pairs) || (*total > 0 && pairs == 0) {
                return fail(format!(
                    "{total} synapses exceed the {pairs} possible pairs, and multapses are excluded"
                ));
            }
            if *total > u64::from(u32::MAX) {
                return fail(format!("{total} synapses exceed the 2^32 - 1 of one connection"));
            }
        }
        Rule::PairwiseBernoulli { probability, .. } => {
            divides(c, probability, "p")?;
            // Above 1 a block matrix is realised by several passes; a plain probability is a slip.
            let most = if probability.single().is_some() { 1.0 } else { 255.0 };
            if let Some(p) = probability.values().iter().find(|p| !(**p >= 0.0 && **p <= most)) {
                return fail(format!("a probability must lie in [0, {most}], found {p}"));
            }
        }
        Rule::SymmetricPairwiseBernoulli { probability } => {
            if c.source != c.target {
                return fail(
                    "symmetric_pairwise_bernoulli needs the same neurons on both sides".into(),
                );
            }
            if !(*probability >= 0.0 && *probability <= 1.0) {
                return fail(format!("a probability must lie in [0, 1], found {probability}"));
            }
        }
        Rule::Pairs { sources: s, targets: t } => {
            if s.len() != t.len() {
                return fail(format!("{} sources but {} targets are listed", s.len(), t.len()));
            }
            for (side, list, size) in [("source", s, sources), ("target", t, targets)] {
                if let Some(row) = list.iter().position(|n| *n >= size) {
                    let found = list[row];
                    return fail(format!(
                        "{side} {found} in row {row} is out of range: there are {size} neurons, \
                         counted from 0"
                    ));
                }
            }
        }
    }
    space(c)?;
    values(c)
}

/// Positions on both sides, in one space, of everything that depends on distance.
fn space(c: &Connection) -> Result<(), ModelError> {
    let fail = |what: String| Err(ModelError::Connection { name: c.name.clone(), what });
    let p = c.release_probability;
    if !(0.0..=1.0).contains(&p) {
        return fail(format!("a release probability must lie in [0, 1], found {p}"));
    }
    let spatial = matches!(c.rule, Rule::SpatialBernoulli { .. } | Rule::SpatialIndegree { .. })
        || matches!(c.weight, Weight::OfDistance(_))
        || matches!(c.delay, Delay::OfDistance(_));
    if !spatial {
        return Ok(());
    }
    let geometry = super::geometry(c)?;
    let sides = [("source", &geometry.sources, c.source), ("target", &geometry.targets, c.target)];
    for (side, positions, slice) in sides {
        let end = slice.first as usize + slice.count as usize;
        if positions.len() < end {
            let n = positions.len();
            return fail(format!("{n} positions for {end} neurons of the {side}"));
        }
    }
    if !geometry.sources.shares_space_with(&geometry.targets) {
        return fail("the positions of its two sides lie in different spaces".into());
    }
    Ok(())
}

fn divides(c: &Connection, matrix: &BlockMatrix, what: &str) -> Result<(), ModelError> {
    for (side, count, blocks) in
        [("sources", c.source.count, matrix.columns()), ("targets", c.target.count, matrix.rows())]
    {
        if !(count as usize).is_multiple_of(blocks) {
            return Err(ModelError::Connection {
                name: c.name.clone(),
                what: format!("{blocks} blocks of {what} do not divide the {count} {side}"),
            });
        }
    }
    Ok(())
}

/// Weights and delays: finite, and as many as synapses where they are listed.
fn values(c: &Connection) -> Result<(), ModelError> {
    let fail = |what: String| Err(ModelError::Connection { name: c.name.clone(), what });
    let listed = match &c.rule {
        Rule::Pairs { sources, .. } => Some(sources.len()),
        Rule::OneToOne => Some(c.target.count as usize),
        Rule::AllToAll { .. } => Some(c.target.count as usize * c.source.count as usize),
        _ => None,
    };
    let lengths = |what: &str, found: usize| match listed {
        Some(n) if n == found => Ok(()),
        Some(n) => fail(format!("{found} {what} are listed for {n} synapses")),
        None => fail(format!("{what} can be listed only for pairs, one_to_one and all_to_all")),
    };
    match &c.weight {
        Weight::Blocks(matrix) => {
            divides(c, matrix, "weight")?;
            if let Some(w) = matrix.values().iter().find(|w| !w.is_finite()) {
                return fail(format!("weight must be finite, found {w}"));
            }
        }
        Weight::Each(list) => {
            lengths("weights", list.len())?;
            if let Some(row) = list.iter().position(|w| !w.is_finite()) {
                return fail(format!("weight in row {row} must be finite, found {}", list[row]));
            }
        }
        Weight::Drawn(_) | Weight::OfDistance(_) => {}
    }
    match &c.delay {
        Delay::Same(steps) if *steps < 1 => fail("a delay must be at least one step".into()),
        Delay::Each(list) => {
            lengths("delays", list.len())?;
            match list.iter().position(|d| *d < 1) {
                Some(row) => fail(format!("delay in row {row} must be at least one step")),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
