//! `[analysis]`: statistics that a run reports beside its summary.

use neuropil_analysis::summary::SummaryOptions;
use neuropil_core::Clock;

use super::fields::{Fields, Item};
use super::window;
use crate::experiment::Problem;
use crate::expression::Scope;

/// What to compute of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnalysisRequest {
    /// Bins, segments, limits.
    pub options: SummaryOptions,
    /// From and to `[ms]`; all that was recorded if absent.
    pub window_ms: Option<(f64, f64)>,
}

pub(super) fn read(
    fields: &Fields<'_>,
    scope: &Scope,
    clock: Clock,
) -> Result<AnalysisRequest, Problem> {
    let default = SummaryOptions::default();
    let time = |key, default: f64| {
        let above = |item: Item<'_>| item.number_where(scope, "ms", "a time above 0", |t| t > 0.0);
        fields.get(key).map_or(Ok(default), above)
    };
    let frequency = |item: Item<'_>| item.number_where(scope, "Hz", "at least 0 Hz", |f| f >= 0.0);
    let options = SummaryOptions {
        synchrony_ms: time("synchrony_bin", default.synchrony_ms)?,
        rate_bin_ms: time("rate_bin", default.rate_bin_ms)?,
        fano_bin_ms: time("fano_bin", default.fano_bin_ms)?,
        segment_ms: time("spectrum_segment", default.segment_ms)?,
        min_intervals: match fields.get("min_intervals") {
            Some(item) => item.whole(scope, 2, 1_000_000)? as usize,
            None => default.min_intervals,
        },
        band_hz: match fields.get("spectrum_band") {
            None => default.band_hz,
            Some(item) => match item.items().as_slice() {
                [low, high] => [frequency(low.clone())?, frequency(high.clone())?],
                _ => return Err(item.wrong("a list of two frequencies")),
            },
        },
        ..default
    };
    let window_ms = match fields.get("window") {
        Some(item) => {
            let window = window::of_pair(&item, scope, clock)?;
            Some((clock.ms(window.start), clock.ms(window.stop)))
        }
        None => None,
    };
    fields.finish()?;
    Ok(AnalysisRequest { options, window_ms })
}
