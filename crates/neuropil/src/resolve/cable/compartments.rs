//! `compartments` of a cell: how finely it is cut.
//!
//! | written | compartments |
//! |---|---|
//! | `{ max_length = "20 um" }` | no longer than that |
//! | `{ d_lambda = 0.1 }`, with `frequency` (100 Hz) | no longer than that share of the length constant |
//! | `{ per_section = 3 }` | so many in every section |
//! | `"every_sample"` | one for each sample of the file |
//! | `{ error = "1 %" }`, with `frequency` (100 Hz) and `most` (20 000) | as many as that accuracy needs: see [`by_impedance`] |
//!
//! Without the key a tenth of the length constant at 100 Hz.

use neuropil_morphology::Morphology;
use neuropil_morphology::discretise::{ImpedanceGoal, Policy, by_impedance};

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use crate::experiment::Problem;

/// Reads the key.
pub(super) fn policy(
    fields: &Fields<'_>,
    morphology: &Morphology,
    ra_ohm_cm: f64,
    cm_uf_cm2: f64,
    context: &Context,
) -> Result<Policy, Problem> {
    let Some(item) = fields.get("compartments") else {
        return Ok(Policy::d_lambda(ra_ohm_cm, cm_uf_cm2));
    };
    if !item.is_table() {
        let name = item.text("\"every_sample\" or a table")?;
        return match name {
            "every_sample" => Ok(Policy::EverySample),
            _ => Err(item.unknown_name("policy", name, ["every_sample"])),
        };
    }
    let inner = item.fields()?;
    let scope = &context.scope;
    let above = |item: Item<'_>, unit| item.number_where(scope, unit, "above 0", |x| x > 0.0);
    let policy = if let Some(item) = inner.get("max_length") {
        Policy::MaxLength(above(item, "um")?)
    } else if let Some(item) = inner.get("per_section") {
        Policy::PerSection(item.whole(scope, 1, 1_000_000)? as usize)
    } else if let Some(item) = inner.get("error") {
        let mut goal = ImpedanceGoal::new(above(item.clone(), "")?, ra_ohm_cm, cm_uf_cm2);
        if let Some(item) = inner.get("frequency") {
            goal.frequency_hz = item.number_where(scope, "Hz", "at least 0", |f| f >= 0.0)?;
        }
        if let Some(item) = inner.get("most") {
            goal.most = item.whole(scope, 1, 10_000_000)? as usize;
        }
        let found = by_impedance(morphology, &goal)
            .map_err(|source| super::cable_problem(&item, source.into()))?;
        if !found.converged {
            let worst = found.errors.iter().copied().fold(0.0, f64::max);
            context.warn(format!(
                "{}: {} segments leave an error of {worst:.2e}; \"most\" allows no more",
                item.place,
                found.counts.iter().sum::<usize>()
            ));
        }
        Policy::Counts(found.counts)
    } else {
        let fraction = above(inner.need("d_lambda", "a fraction such as 0.1")?, "")?;
        let frequency_hz = inner.get("frequency").map_or(Ok(100.0), |item| above(item, "Hz"))?;
        Policy::DLambda { fraction, frequency_hz, ra_ohm_cm, cm_uf_cm2 }
    };
    inner.finish()?;
    Ok(policy)
}
