//! Inputs of kind `visual`: afferents whose rates follow from what they see.

use neuropil_network::description::{Dynamics, Generator, Population, Process};
use neuropil_vision::{Screen, field};

use super::{VisualPopulation, answer, rates_hz, units};
use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::Fields;
use crate::resolve::window;
use crate::run::memory_limit_bytes;

/// Asks for every key, so that none counts as unknown.
pub(in crate::resolve) fn known_keys(fields: &Fields<'_>) {
    let own = ["size", "every", "start", "stop", "origin", "position"];
    for key in own.iter().chain(units::KEYS).chain(answer::KEYS) {
        fields.get(key);
    }
}

/// Reads the afferents and computes their rates.
pub(in crate::resolve) fn population(
    name: &str,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Population, Problem> {
    let size_item = fields.need("size", "the number of units")?;
    let size = size_item.whole(&context.scope, 1, u64::from(u32::MAX))? as u32;
    let every_item = fields.get("every");
    let every = match &every_item {
        Some(item) => context.interval(item, "every")?,
        None => context.clock.on_grid("every", 1.0).unwrap_or(1).max(1),
    };
    let samples = context.end_step.div_ceil(every).max(1);
    refuse_unholdable(&every_item.unwrap_or_else(|| size_item.clone()), size, samples)?;
    let Some(stage) = context.stage.borrow().clone() else {
        let what = "it sees nothing: the experiment has no [screen] and no [stimuli.NAME]";
        return Err(fields.need("kind", "")?.unsupported(what));
    };
    let seen = VisualPopulation {
        name: name.into(),
        units: units::read(name, size, fields, context)?,
        temporal: answer::temporal(fields, context)?,
        nonlinearity: answer::nonlinearity(fields, context)?,
    };
    refuse_unseeable(&seen, &stage.scene.screen, fields)?;
    let window = window::of_device(fields, context)?;
    let rates_hz = rates_hz(&stage.scene, &seen, context.clock.ms(every), samples as usize);
    context.seen.borrow_mut().push(seen);
    let process = Process::Frames { every, rates_hz };
    let dynamics = Dynamics::Generator(Generator { process, window });
    Ok(Population { name: name.into(), size, dynamics })
}

/// Most pixels of the part of the visual field that a population sees.
const MOST_PIXELS: f64 = 2e7;

/// Refuses fields that cover more pixels than can be looked at.
fn refuse_unseeable(
    seen: &VisualPopulation,
    screen: &Screen,
    fields: &Fields<'_>,
) -> Result<(), Problem> {
    let [pixels, weights] = field::pixels(screen, &seen.units);
    let item = fields.need("sigma", "the width of the receptive field")?;
    if pixels > MOST_PIXELS {
        let found = format!("fields that cover {pixels:.3e} pixels");
        let expected = format!("at most {MOST_PIXELS:.0e}: smaller fields, or a coarser screen");
        return Err(item.out_of_range(found, expected));
    }
    match memory_limit_bytes() {
        Some(limit) if 8.0 * weights > limit as f64 => {
            let found = format!("fields of {weights:.3e} pixels together");
            let expected =
                format!("at most {:.3e}, for which this machine has memory", limit as f64 / 8.0);
            Err(item.out_of_range(found, expected))
        }
        _ => Ok(()),
    }
}

/// Refuses rates that this machine has no memory for; they are held twice.
fn refuse_unholdable(
    item: &crate::resolve::fields::Item<'_>,
    size: u32,
    samples: u64,
) -> Result<(), Problem> {
    // Each moment has a place in a timetable besides.
    let bytes = samples.saturating_mul(16 * u64::from(size) + 80);
    match memory_limit_bytes() {
        Some(limit) if bytes > limit => {
            let found = format!("{samples} rates of {size} units, {} MB", bytes / 1_000_000);
            let expected =
                format!("at most {} MB: a longer \"every\" has fewer", limit / 1_000_000);
            Err(item.out_of_range(found, expected))
        }
        _ => Ok(()),
    }
}
