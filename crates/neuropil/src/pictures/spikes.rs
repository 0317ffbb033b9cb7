//! Rasters and rates.

use neuropil_analysis::rate;
use neuropil_plot::Panel;
use neuropil_plot::kinds::{
    RateOf, SpikesOf, raster as raster_of, rate_histogram, rates as curves,
};
use neuropil_record::ResultFile;

use super::PictureError;
use super::data::{Rows, rows};
use crate::resolve::PlotRequest;

/// Width of a bin unless another is asked for `[ms]`.
const BIN_MS: f64 = 5.0;

/// Spikes, with rates below.
pub(super) fn raster(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let (populations, window_ms) = rows(result, request)?;
    let most = request.neurons.unwrap_or(usize::MAX);
    let shown: Vec<Rows> = populations.iter().map(|p| p.first(most)).collect();
    let views: Vec<SpikesOf<'_>> = shown.iter().map(Rows::view).collect();
    Ok(vec![raster_of(&views, window_ms)?, rates(result, request)?.height(80.0)])
}

/// Population rates: in bins, or as curves if they are smoothed.
pub(super) fn rates(result: &ResultFile, request: &PlotRequest) -> Result<Panel, PictureError> {
    let (populations, window_ms) = rows(result, request)?;
    let log = request.log.iter().any(|axis| axis == "y");
    let mut panel = match request.smooth_ms {
        None => {
            let views: Vec<SpikesOf<'_>> = populations.iter().map(Rows::view).collect();
            rate_histogram(&views, window_ms, request.bin_ms.unwrap_or(BIN_MS))?
        }
        Some(sigma_ms) => {
            // Bins that the smoothing hides.
            let bin_ms = request.bin_ms.unwrap_or((sigma_ms / 8.0).max(0.1));
            let mut smooth = Vec::new();
            for population in &populations {
                let binned = rate::binned(&population.trains(window_ms)?, bin_ms)?;
                smooth.push(rate::smoothed(&binned, bin_ms, sigma_ms)?);
            }
            let of: Vec<RateOf<'_>> = populations
                .iter()
                .zip(&smooth)
                .map(|(population, rate_hz)| RateOf {
                    name: &population.name,
                    start_ms: window_ms.0 + 0.5 * bin_ms,
                    step_ms: bin_ms,
                    rate_hz,
                    color: population.color,
                })
                .collect();
            let mut panel = curves(&of);
            if of.len() == 1 {
                panel.legend.clear();
            }
            panel.x_limits(window_ms.0, window_ms.1)
        }
    };
    if log {
        panel.y.include = None;
        panel.y = panel.y.log();
    }
    Ok(panel)
}
