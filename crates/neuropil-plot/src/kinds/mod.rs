//! The usual pictures: a function for each, from plain data to a [`Panel`](crate::Panel).
//!
//! | picture | function |
//! |---|---|
//! | spikes of populations | [`raster`], with rates below: [`raster_with_rates`] |
//! | population rates over time | [`rates`], [`rate_histogram`] |
//! | voltages, currents, conductances | [`traces`], [`shifted_traces`], [`mean_trace`] |
//! | distributions | [`histogram`] |
//! | spectra, f–I curves, anything over x | [`curves`], [`spectra`] |
//! | theory against simulation | [`comparison`] |
//! | scans, transfer functions, matrices | [`heat_map`], [`matrix`] |
//! | cells | [`morphology_by_kind`], [`morphology_by_value`] |
//! | summaries | [`bars`] |

mod bars;
mod comparison;
mod curves;
mod heat;
mod histogram;
mod morphology;
mod raster;
mod rates;
mod traces;

pub use bars::{BarGroup, bars};
pub use comparison::{Pairs, comparison};
pub use curves::{Curve, Look, curves, spectra};
pub use heat::{Grid, heat_map, matrix};
pub use histogram::{Bins, Sample, histogram};
pub use morphology::{Coloring, NeuriteSegment, View, morphology_by_kind, morphology_by_value};
pub use raster::{MAX_SPIKES, SpikesOf, raster, raster_with_rates};
pub use rates::{RateOf, rate_histogram, rates};
pub use traces::{Trace, mean_trace, shifted_traces, spikes_drawn, traces};

use crate::error::PlotError;

/// Two slices that must be equally long.
fn paired(
    what: &str,
    (a_name, a): (&'static str, usize),
    (b_name, b): (&'static str, usize),
) -> Result<(), PlotError> {
    if a == b {
        return Ok(());
    }
    Err(PlotError::Lengths { what: what.into(), a_name, a, b_name, b })
}

/// The label of a time axis.
const TIME: &str = "time (ms)";
