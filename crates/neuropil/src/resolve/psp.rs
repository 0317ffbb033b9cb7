//! Weights given by the peak potential that one spike should cause: `{ psp = "0.1 mV" }`.

use std::collections::BTreeMap;

use neuropil_network::description::{Column, Dynamics, Population};
use neuropil_network::neurons::ModelInfo;

use super::context::Context;
use super::fields::Item;
use crate::experiment::Problem;
use crate::expression::{psp_alpha_ms, psp_exp_ms};

/// The weight, if the value is such a table. A negative peak gives an inhibitory weight.
pub(super) fn weight(
    item: &Item<'_>,
    target: &Population,
    model: &'static ModelInfo,
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
    let inhibitory = peak_mv < 0.0;
    unit_mv(model, parameters, inhibitory)
        .map(|unit_mv| Some(peak_mv / unit_mv))
        .map_err(|what| psp.unsupported(what))
}

/// Peak potential `[mV]` caused by one spike of weight 1, or why there is none.
fn unit_mv(
    model: &'static ModelInfo,
    parameters: &BTreeMap<String, Column>,
    inhibitory: bool,
) -> Result<f64, String> {
    let value = |name: &str| match parameters.get(name) {
        Some(Column::Same(value)) => Ok(*value),
        Some(Column::Each(_)) => {
            Err(format!("psp needs one value of {name} for the whole target population"))
        }
        None => {
            let default = model.parameters.iter().find(|p| p.name == name).map(|p| p.default);
            default.ok_or_else(|| format!("{} has no {name}", model.name))
        }
    };
    let tau_syn = if inhibitory { "tau_syn_in" } else { "tau_syn_ex" };
    match model.name {
        "iaf_psc_delta" => Ok(1.0),
        "iaf_psc_exp" => Ok(psp_exp_ms(value("tau_m")?, value(tau_syn)?) / value("C_m")?),
        "iaf_psc_alpha" => Ok(psp_alpha_ms(value("tau_m")?, value(tau_syn)?) / value("C_m")?),
        name => Err(format!(
            "the peak potential of {name} depends on its state; psp needs iaf_psc_delta, \
             iaf_psc_exp or iaf_psc_alpha"
        )),
    }
}
