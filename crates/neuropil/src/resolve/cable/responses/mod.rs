//! `[plots.NAME]` of what cells answer to an input: `response`, `family`, `profile`.
//!
//! A population of copies of one cell, each with an input of its own, is an experiment with many
//! trials; these pictures compare the trials. Everything is resolved here to columns of the result.

mod plot;
mod series;

use std::sync::Arc;

use super::super::fields::{Fields, Item};
use super::super::plots::{PlotKind, PlotRequest};
use super::super::window;
use super::Tissue;
use crate::experiment::{Problem, Written};

pub use plot::{Form, Measure, Quantity, ResponsePlot, Series};

/// Reads one picture; `None` if it is of another kind.
pub(super) fn read(
    name: &str,
    item: &Item<'_>,
    tissue: &Tissue<'_>,
) -> Result<Option<PlotRequest>, Problem> {
    let fields = item.fields()?;
    let kind = match fields.get("kind").map(|item| &item.node.value) {
        Some(Written::Text(kind)) => PlotKind::named(kind),
        _ => None,
    };
    let (kind, form) = match kind {
        Some(kind @ PlotKind::Response) => (kind, Form::Curves),
        Some(kind @ PlotKind::Family) => (kind, Form::Family),
        Some(kind @ PlotKind::Profile) => (kind, Form::Profile),
        _ => return Ok(None),
    };
    let mut request = PlotRequest::new(name, kind);
    if let Some(item) = fields.get("title") {
        request.title = item.text("a text")?.into();
    }
    let plot = picture(form, &fields, tissue)?;
    fields.finish()?;
    request.responses = Some(Arc::new(plot));
    Ok(Some(request))
}

fn picture(form: Form, fields: &Fields<'_>, tissue: &Tissue<'_>) -> Result<ResponsePlot, Problem> {
    let context = tissue.context;
    let pair = |item: Item<'_>| {
        let found = window::of_pair(&item, &context.scope, context.clock)?;
        Ok((context.clock.ms(found.start), context.clock.ms(found.stop)))
    };
    let whole = (context.clock.ms(context.warmup_step), context.clock.ms(context.end_step));
    let (x_label, x_unit) = x_axis(form, fields)?;
    let series = series::read(form, fields, &x_unit, tissue)?;
    Ok(ResponsePlot {
        form,
        variable: match fields.get("variable") {
            Some(item) => item.text("the name of a recorded variable")?.into(),
            None => "v".into(),
        },
        measures: measures(fields)?,
        series,
        x_label: match x_unit.as_str() {
            "" => x_label,
            unit => format!("{x_label} ({})", unit.replace("um", "µm")),
        },
        log: log(fields)?,
        baseline_ms: fields.get("baseline").map(pair).transpose()?,
        window_ms: fields.get("window").map_or(Ok(whole), pair)?,
        shift: fields.get("shift").map(|item| item.number(&context.scope, "mV")).transpose()?,
    })
}

/// Label and unit of the horizontal axis.
fn x_axis(form: Form, fields: &Fields<'_>) -> Result<(String, String), Problem> {
    let (label, unit) = match (form, fields.get("x").map(|item| &item.node.value)) {
        (Form::Profile, Some(Written::Text(x))) if x == "electrotonic" => {
            ("electrotonic distance from the soma", "")
        }
        (Form::Profile, _) => ("path distance from the soma", "um"),
        (_, Some(Written::Text(x))) if x.trim() == "distance" => {
            ("path distance of the input", "um")
        }
        _ => ("cell", ""),
    };
    let text = |key, default: &str| match fields.get(key) {
        Some(item) => item.text("a text").map(str::to_owned),
        None => Ok(default.to_owned()),
    };
    Ok((text("x_label", label)?, text("x_unit", unit)?))
}

fn measures(fields: &Fields<'_>) -> Result<Vec<Measure>, Problem> {
    let item = fields.get("measure");
    let items = item.as_ref().map(Item::items).unwrap_or_default();
    let label_item = fields.get("y_label");
    let labels = label_item.as_ref().map(Item::items).unwrap_or_default();
    let mut measures = Vec::new();
    for item in &items {
        let name = item.text("a measure such as \"amplitude\"")?;
        let found = Measure::named(name);
        measures.push(found.ok_or_else(|| item.unknown_name("measure", name, Measure::names()))?);
    }
    if measures.is_empty() {
        measures.extend(Measure::named("amplitude"));
    }
    for (measure, label) in measures.iter_mut().zip(labels) {
        measure.label = label.text("a text")?.into();
    }
    Ok(measures)
}

/// `log = "x"`, `"y"` or `["x", "y"]`.
fn log(fields: &Fields<'_>) -> Result<(bool, bool), Problem> {
    let mut log = (false, false);
    for item in fields.get("log").iter().flat_map(Item::items) {
        match item.text("\"x\" or \"y\"")? {
            "x" => log.0 = true,
            "y" => log.1 = true,
            name => return Err(item.unknown_name("axis", name, ["x", "y"])),
        }
    }
    Ok(log)
}
