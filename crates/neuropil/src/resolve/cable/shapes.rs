//! `morphology` of a cell: the name of an SWC file, or a shape made here.
//!
//! | written | shape |
//! |---|---|
//! | `"cell.swc"` | that file |
//! | `{ shape = "cable", length, diameter }` | one dendrite |
//! | `{ shape = "ball_and_stick", soma_diameter, length, diameter }` | a soma with a dendrite |
//! | `{ shape = "rall_tree", levels, length, diameter, soma_diameter, diameter_ratio, length_ratio, angle, angle_jitter, seed }` | a binary tree; by default each fork keeps the sum of d^(3/2) |
//!
//! `diameter` of a cable or stick may be a list: at its beginning and at its end.

use std::sync::Arc;

use neuropil_morphology::generate::{BallAndStick, RallTree};
use neuropil_morphology::swc::{Loaded, Options, SampleTree, load_file};
use neuropil_morphology::{Kind, Morphology};

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use super::super::waveform::degrees;
use crate::experiment::{Fault, Problem};

const SHAPES: &[&str] = &["cable", "ball_and_stick", "rall_tree"];

/// Reads or makes the morphology.
pub(super) fn read(
    item: &Item<'_>,
    options: &Options,
    context: &Context,
) -> Result<Arc<Morphology>, Problem> {
    if item.is_table() {
        return made(&item.fields()?, context).map(Arc::new);
    }
    item.text("the name of an SWC file, or a table with a \"shape\"")?;
    let path = context.existing(item)?;
    let loaded: Loaded<Morphology> = load_file(&path, options).map_err(|source| {
        Problem::at(item.span(), Fault::Morphology { place: item.place.clone(), source })
    })?;
    for warning in &loaded.warnings {
        context.warn(format!("{}: {warning}", path.display()));
    }
    context.note_file(path);
    Ok(Arc::new(loaded.value))
}

fn made(fields: &Fields<'_>, context: &Context) -> Result<Morphology, Problem> {
    let shape = fields.need("shape", "the name of a shape such as \"cable\"")?;
    let um = |item: Item<'_>| item.number_where(&context.scope, "um", "above 0", |x| x > 0.0);
    let length = || um(fields.need("length", "a length such as \"100 um\"")?);
    let cable = match shape.text("the name of a shape")? {
        "cable" => {
            let mut builder = Morphology::builder();
            builder.taper(Kind::Dendrite, None, length()?, diameters(fields, context)?);
            builder.build()
        }
        "ball_and_stick" => {
            let default = BallAndStick::default().soma_diameter_um;
            let soma_diameter_um = fields.get("soma_diameter").map_or(Ok(default), um)?;
            let (length_um, diameters_um) = (length()?, diameters(fields, context)?);
            fields.finish()?;
            let ball = BallAndStick { soma_diameter_um, length_um, diameters_um };
            return built(&ball.samples(), &shape);
        }
        "rall_tree" => return tree(fields, context),
        other => return Err(shape.unknown_name("shape", other, SHAPES.iter().copied())),
    };
    fields.finish()?;
    cable.map_err(|error| shape.unsupported(error.to_string()))
}

fn diameters(fields: &Fields<'_>, context: &Context) -> Result<[f64; 2], Problem> {
    let item = fields.need("diameter", "a length such as \"1 um\", or one for each end")?;
    let um = |item: &Item<'_>| item.number_where(&context.scope, "um", "above 0", |x| x > 0.0);
    match item.items().as_slice() {
        [both] => um(both).map(|d| [d, d]),
        [begin, end] => Ok([um(begin)?, um(end)?]),
        _ => Err(item.wrong("one diameter, or one for each end")),
    }
}

fn tree(fields: &Fields<'_>, context: &Context) -> Result<Morphology, Problem> {
    let scope = &context.scope;
    let default = RallTree::default();
    let number = |key, unit, default: f64| match fields.get(key) {
        Some(item) => item.number_where(scope, unit, "above 0", |x| x > 0.0),
        None => Ok(default),
    };
    let angle = |key, default: f64| match fields.get(key) {
        Some(item) => degrees(&item, context).map(f64::to_radians),
        None => Ok(default),
    };
    let levels = fields.need("levels", "the number of levels, such as 5")?;
    let tree = RallTree {
        levels: levels.whole(scope, 1, 14)? as u32,
        length_um: number("length", "um", default.length_um)?,
        diameter_um: number("diameter", "um", default.diameter_um)?,
        soma_radius_um: 0.5 * number("soma_diameter", "um", 2.0 * default.soma_radius_um)?,
        diameter_ratio: number("diameter_ratio", "", default.diameter_ratio)?,
        length_ratio: number("length_ratio", "", default.length_ratio)?,
        angle: angle("angle", default.angle)?,
        angle_jitter: angle("angle_jitter", default.angle_jitter)?,
        seed: match fields.get("seed") {
            Some(item) => item.whole(scope, 0, i64::MAX as u64)?,
            None => default.seed,
        },
    };
    fields.finish()?;
    built(&tree.samples(), &levels)
}

fn built(samples: &SampleTree, item: &Item<'_>) -> Result<Morphology, Problem> {
    let built = samples.build(&Options::default());
    built.map(|loaded| loaded.value).map_err(|error| item.unsupported(error.to_string()))
}
