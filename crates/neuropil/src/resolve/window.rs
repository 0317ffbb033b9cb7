//! When something is active.

use neuropil_core::Clock;
use neuropil_network::description::Window;

use super::context::{Context, on_grid};
use super::fields::{Fields, Item};
use crate::experiment::Problem;
use crate::expression::Scope;

/// `start`, `stop` and `origin` of a device; `origin` shifts the other two.
pub(super) fn of_device(fields: &Fields<'_>, context: &Context) -> Result<Window, Problem> {
    let step = |key, what| {
        fields
            .get(key)
            .map(|item| context.on_grid(&item, what).map(|step| (item, step)))
            .transpose()
    };
    let origin = step("origin", "origin")?.map_or(0, |(_, step)| step);
    let start = step("start", "start")?.map_or(0, |(_, step)| step) + origin;
    let stop = step("stop", "stop")?;
    match stop {
        None => Ok(Window { start, stop: u64::MAX }),
        Some((_, stop)) if stop + origin >= start => Ok(Window { start, stop: stop + origin }),
        Some((item, stop)) => {
            let found = format!("{} ms", context.clock.ms(stop));
            let start = context.clock.ms(start - origin.min(start));
            Err(item.out_of_range(found, format!("a time not before start, {start} ms")))
        }
    }
}

/// `[start, stop]`.
pub(super) fn of_pair(item: &Item<'_>, scope: &Scope, clock: Clock) -> Result<Window, Problem> {
    let items = item.items();
    let [first, last] = items.as_slice() else {
        return Err(item.wrong("a list of two times: start and stop"));
    };
    let start = on_grid(first, "start", scope, clock)?;
    let stop = on_grid(last, "stop", scope, clock)?;
    if stop <= start {
        let found = format!("{} ms", clock.ms(stop));
        return Err(last.out_of_range(found, "a time after the start of the window"));
    }
    Ok(Window { start, stop })
}
