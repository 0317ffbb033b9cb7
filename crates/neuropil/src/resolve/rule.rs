//! Connection rules.

use neuropil_network::description::{BlockMatrix, Rule, Slice};

use super::blocks;
use super::context::Context;
use super::fields::{Fields, Item};
use super::space;
use crate::experiment::Problem;

/// Every rule by name.
pub(super) const RULES: &[&str] = &[
    "all_to_all",
    "one_to_one",
    "fixed_indegree",
    "fixed_outdegree",
    "fixed_total_number",
    "pairwise_bernoulli",
    "symmetric_pairwise_bernoulli",
    "pairs",
];

/// Reads every rule but `pairs`.
pub(super) fn read(
    name: &str,
    fields: &Fields<'_>,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Rule, Problem> {
    let scope = &context.scope;
    let flag = |key| fields.get(key).map_or(Ok(true), |item| item.boolean());
    let overlap = source.population == target.population;
    Ok(match name {
        "all_to_all" => Rule::AllToAll { autapses: flag("autapses")? },
        "one_to_one" => Rule::OneToOne,
        "fixed_indegree" => {
            let item = fields.need("indegree", "the number of sources of each target")?;
            let (autapses, multapses) = (flag("autapses")?, flag("multapses")?);
            if let Some(profile) = fields.get("profile") {
                let indegree = item.whole(scope, 0, 65_535)? as u32;
                let pool = source.count - u32::from(overlap && !autapses);
                if !multapses && indegree > pool {
                    return Err(item.out_of_range(
                        indegree,
                        format!("at most the {pool} possible sources, as multapses are excluded"),
                    ));
                }
                let profile = space::relative(&profile, source, target, context)?;
                return Ok(Rule::SpatialIndegree { indegree, profile, autapses, multapses });
            }
            let indegree = match blocks::read(&item, scope, "")? {
                Some(matrix) => {
                    blocks::fits(&item, &matrix, target.count, source.count)?;
                    matrix
                }
                None => BlockMatrix::uniform(item.whole(scope, 0, 65_535)? as f64),
            };
            let itself = u32::from(overlap && !autapses && indegree.columns() == 1);
            let pool = source.count / indegree.columns() as u32 - itself;
            let most = indegree.values().iter().copied().fold(0.0, f64::max);
            if !multapses && most > f64::from(pool) {
                return Err(item.out_of_range(
                    most,
                    format!("at most the {pool} possible sources, as multapses are excluded"),
                ));
            }
            Rule::FixedIndegree { indegree, autapses, multapses }
        }
        "fixed_outdegree" => {
            let item = fields.need("outdegree", "the number of targets of each source")?;
            let (autapses, multapses) = (flag("autapses")?, flag("multapses")?);
            let outdegree = item.whole(scope, 0, u64::from(u32::MAX))? as u32;
            let pool = target.count - u32::from(overlap && !autapses);
            if !multapses && outdegree > pool {
                return Err(item.out_of_range(
                    outdegree,
                    format!("at most the {pool} possible targets, as multapses are excluded"),
                ));
            }
            Rule::FixedOutdegree { outdegree, autapses, multapses }
        }
        "fixed_total_number" => {
            let item = fields.need("number", "the number of synapses")?;
            let total = item.whole(scope, 0, u64::from(u32::MAX))?;
            let (autapses, multapses) = (flag("autapses")?, flag("multapses")?);
            Rule::FixedTotalNumber { total, autapses, multapses }
        }
        "pairwise_bernoulli" => {
            let item = fields.need("p", "a probability")?;
            let autapses = flag("autapses")?;
            if let Some(probability) = space::probability(&item, source, target, context)? {
                return Ok(Rule::SpatialBernoulli { probability, autapses });
            }
            let probability = match blocks::read(&item, scope, "")? {
                Some(matrix) => {
                    blocks::fits(&item, &matrix, target.count, source.count)?;
                    for value in matrix.values() {
                        probability(&item, *value)?;
                    }
                    matrix
                }
                None => BlockMatrix::uniform(probability(&item, item.number(scope, "")?)?),
            };
            Rule::PairwiseBernoulli { probability, autapses }
        }
        _ => {
            let item = fields.need("p", "a probability")?;
            let probability = probability(&item, item.number(scope, "")?)?;
            Rule::SymmetricPairwiseBernoulli { probability }
        }
    })
}

fn probability(item: &Item<'_>, p: f64) -> Result<f64, Problem> {
    if (0.0..=1.0).contains(&p) {
        return Ok(p);
    }
    Err(item.out_of_range(p, "a probability between 0 and 1"))
}
