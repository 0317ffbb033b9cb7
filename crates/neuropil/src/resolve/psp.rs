//! Weights given by the peak potential that one spike should cause: `{ psp = "0.1 mV" }`.

use std::collections::BTreeMap;

use neuropil_network::description::{Column, Dynamics, Population};
use neuropil_network::neurons::{Model, Signs, unit_psp};

use super::context::Context;
use super::fields::Item;
use crate::experiment::Problem;

/// Parameters that may differ between neurons without changing their response at rest.
const HARMLESS: &[&str] = &["I_e", "V_th", "V_reset", "V_peak", "V_min", "t_ref", "rho", "delta"];

/// The weight, if the value is such a table. A negative peak gives an inhibitory weight.
pub(super) fn weight(
    item: &Item<'_>,
    target: &Population,
    model: &Model,
    context: &Context,
) -> Result<Option<f64>, Problem> {
    if !item.is_table() {
        return Ok(None);
    }
    let fields = item.fields()?;
    let Some(psp) = fields.get("psp") else { return Ok(None) };
    fields.finish()?;
    let peak_mv = psp.number_where(&context.scope, "mV", "a finite potential", |_| true)?;
    let Dynamics::Model { parameters, .. } = &target.dynamics else { return Ok(None) };
    refuse_varied(&psp, parameters)?;
    let Some(model) = model.built_in() else {
        let what = format!("{} is written as equations: give the weight itself", model.name());
        return Err(psp.unsupported(what));
    };
    let channel = usize::from(model.signs == Signs::Apart && peak_mv < 0.0);
    match unit_psp(model, parameters, 0, channel) {
        Ok(Some(unit_mv)) if unit_mv != 0.0 => Ok(Some(peak_mv / unit_mv)),
        Ok(_) => Err(psp.unsupported(format!("{} has no postsynaptic potential", model.name))),
        Err(error) => Err(psp.unsupported(error.to_string())),
    }
}

fn refuse_varied(psp: &Item<'_>, parameters: &BTreeMap<String, Column>) -> Result<(), Problem> {
    let varied = parameters.iter().find(|(name, column)| {
        matches!(column, Column::Each(_)) && !HARMLESS.contains(&name.as_str())
    });
    match varied {
        None => Ok(()),
        Some((name, _)) => {
            Err(psp
                .unsupported(format!("needs one value of {name} for the whole target population")))
        }
    }
}
