//! `[screen]` and `[gaze]`.
//!
//! ```toml
//! [screen]
//! width = "40 deg"
//! height = "30 deg"
//! resolution = "3 pixel/deg"
//! refresh = "60 Hz"
//! background = 0.5                  # luminance, from 0 to 1
//! reference = 0.5                   # against which contrast is measured
//!
//! [gaze]
//! kind = "saccades"                 # or "fixed", with "at"
//! at = ["0 deg", "0 deg"]           # at the beginning
//! extent = ["20 deg", "10 deg"]     # targets are drawn from this rectangle
//! fixation = "150 ms"               # shortest
//! further = "100 ms"                # mean of what is added to it
//! duration = "63 ms"                # of a saccade, and what each degree adds
//! per_degree = "1.9 ms/deg"
//! ```

use neuropil_core::random::key;
use neuropil_vision::gaze::SaccadeRule;
use neuropil_vision::{Gaze, Screen};

use super::columns::{finite, pair, positive};
use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::Fields;

/// Most pixels of a screen.
const MOST_PIXELS: f64 = 4e6;

/// Most frames in a second.
const MOST_HZ: f64 = 1e4;

/// Reads the screen; what is absent is that of [`Screen::default`].
pub(super) fn read(fields: &Fields<'_>, context: &Context) -> Result<Screen, Problem> {
    let default = Screen::default();
    let above =
        |key, unit, default| positive(fields, key, unit, context).map(|v| v.unwrap_or(default));
    let luminance = |key, least: f64, default| {
        fields.get(key).map_or(Ok(default), |item| {
            let expected =
                if least > 0.0 { "a luminance above 0" } else { "a luminance of at least 0" };
            item.number_where(&context.scope, "", expected, |l| l >= least)
        })
    };
    let screen = Screen {
        width_deg: above("width", "deg", default.width_deg)?,
        height_deg: above("height", "deg", default.height_deg)?,
        pixels_per_deg: above("resolution", "1/deg", default.pixels_per_deg)?,
        refresh_hz: above("refresh", "Hz", default.refresh_hz)?,
        background: luminance("background", 0.0, default.background)?,
        reference: luminance("reference", 1e-9, default.reference)?,
    };
    if let Some(item) = fields.get("refresh").filter(|_| screen.refresh_hz > MOST_HZ) {
        let found = format!("{} Hz", screen.refresh_hz);
        return Err(item.out_of_range(found, format!("at most {MOST_HZ} Hz")));
    }
    let pixels = screen.width_deg * screen.height_deg * screen.pixels_per_deg.powi(2);
    if pixels > MOST_PIXELS {
        let item = fields.get("resolution").or_else(|| fields.get("width"));
        if let Some(item) = item.or_else(|| fields.get("height")) {
            let found = format!("{pixels:.0} pixels");
            return Err(item.out_of_range(found, format!("at most {MOST_PIXELS}")));
        }
    }
    fields.finish()?;
    Ok(screen)
}

/// Reads where the eye looks; at the middle of the screen if nothing is said.
pub(super) fn gaze(fields: &Fields<'_>, context: &Context) -> Result<Gaze, Problem> {
    let at = fields.get("at").map_or(Ok([0.0; 2]), |item| pair(&item, "deg", context))?;
    let kind = match fields.get("kind") {
        None => "fixed",
        Some(item) => match item.text("\"fixed\" or \"saccades\"")? {
            known @ ("fixed" | "saccades") => known,
            other => return Err(item.unknown_name("gaze", other, ["fixed", "saccades"])),
        },
    };
    if kind == "fixed" {
        fields.finish()?;
        return Ok(Gaze::fixed(at));
    }
    let extent = fields.need("extent", "the width and height from which targets are drawn")?;
    let extent_deg = pair(&extent, "deg", context)?;
    if !extent_deg.iter().all(|e| *e >= 0.0) {
        return Err(extent.out_of_range(format!("{extent_deg:?}"), "lengths of at least 0 deg"));
    }
    let time = |key, unit, default: f64| {
        let found = finite(fields, key, unit, context)?.unwrap_or((default, None));
        match found {
            (ms, Some(item)) if ms < 0.0 => Err(item.out_of_range(ms, "a time of at least 0 ms")),
            (ms, _) => Ok(ms),
        }
    };
    // Durations after Baudot et al. (2013), doi:10.3389/fncir.2013.00206: 63 ms + 1.9 ms/degree.
    let rule = SaccadeRule {
        start_deg: at,
        extent_deg,
        fixation_ms: time("fixation", "ms", 150.0)?,
        further_ms: time("further", "ms", 100.0)?,
        duration_ms: time("duration", "ms", 63.0)?,
        per_degree_ms: time("per_degree", "ms/deg", 1.9)?,
    };
    fields.finish()?;
    let end_ms = context.clock.ms(context.end_step);
    Ok(Gaze::saccadic(&rule, key(context.seed, "saccades", 0), end_ms))
}
