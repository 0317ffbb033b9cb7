//! Inputs of `kind = "clamp"`: a conductance that draws the potential to a given value.
//!
//! ```toml
//! [inputs.silencing]
//! kind = "clamp"
//! target = "I[0:200]"
//! conductance = "1 uS * pulse(t, 400 ms, 600 ms)"   # or a distribution over the neurons
//! potential = "-80 mV"
//! modulation = "…"                                  # optional factor on the conductance
//! ```

use neuropil_network::description::{Distribution, Drive, Slice, Waveform};
use neuropil_network::neurons::Model;

use super::context::Context;
use super::fields::{Amount, Fields, Item};
use super::{inputs, waveform};
use crate::experiment::{Problem, Written};

/// Reads a clamp on the neurons `slice` of a population of `model`.
pub(super) fn read(
    fields: &Fields<'_>,
    model: &Model,
    (slice, target): (&Slice, &Item<'_>),
    name: &str,
    context: &Context,
) -> Result<Drive, Problem> {
    if !model.takes_clamp() {
        let what = match model {
            Model::BuiltIn(info) => {
                format!("{} has no capacitance that a conductance could charge", info.name)
            }
            Model::Equations(model) => {
                format!("the equations of {} do not mention g_clamp", model.name())
            }
        };
        return Err(target.unsupported(what));
    }
    let potential = fields.need("potential", "the potential of the clamp, such as \"-80 mV\"")?;
    let potential_mv = waveform::read(&potential, "mV", context)?;
    let item = fields.need("conductance", "the conductance of the clamp, such as \"1 uS\"")?;
    let (each, course) = match drawn(&item, context)? {
        Some(distribution) => {
            let purpose = format!("conductance of {name}");
            let each = inputs::each(&distribution, slice, &purpose, context);
            (each, Waveform::Constant(1.0))
        }
        None => (Vec::new(), waveform::read(&item, "nS", context)?),
    };
    if let Waveform::Constant(found) = &course
        && *found < 0.0
    {
        return Err(item.out_of_range(format!("{found} nS"), "a conductance of at least 0"));
    }
    let conductance_ns = waveform::modulated(course, fields, context)?;
    Ok(Drive::Clamp { conductance_ns, each, potential_mv })
}

/// What a table must hold one of to be a distribution.
const SHAPES: [&str; 4] = ["normal", "uniform", "lognormal", "exponential"];

/// The distribution, if the item is one rather than a time course.
fn drawn(item: &Item<'_>, context: &Context) -> Result<Option<Distribution>, Problem> {
    let course = match &item.node.value {
        Written::Text(text) => {
            item.expression(text)?.names().contains("t") && context.scope.get("t").is_none()
        }
        Written::Table(table) => SHAPES.iter().all(|shape| table.get(shape).is_none()),
        _ => false,
    };
    if course {
        return Ok(None);
    }
    Ok(match item.amount(&context.scope, "nS")? {
        Amount::Fixed(_) => None,
        Amount::Drawn(distribution) => Some(distribution),
    })
}
