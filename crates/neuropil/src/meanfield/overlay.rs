//! A prediction beside a simulated result.

use neuropil_plot::kinds::{SpikesOf, rate_histogram};
use neuropil_plot::{Color, Figure, Mark, Sign};
use neuropil_record::reader::SpikeQuery;
use neuropil_record::{ReadError, ResultFile};

use super::Prediction;
use crate::pictures::PictureError;

/// Width of the bins of simulated rates `[ms]`.
const BIN_MS: f64 = 10.0;

impl Prediction {
    /// Simulated rate of every predicted population over a window `[spikes/s]`; `None` where its
    /// spikes were not recorded.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn simulated_hz(
        &self,
        result: &ResultFile,
        (start, stop): (f64, f64),
    ) -> Result<Vec<Option<f64>>, ReadError> {
        let rate = |name: &str| {
            let recorded = result.spike_recordings().iter().find(|r| r.population == name);
            let Some(recording) = recorded else { return Ok(None) };
            let query = SpikeQuery::default().from_ms(start).until_ms(stop);
            let count = result.spikes(name, &query)?.times_ms.len() as f64;
            let seconds = 1e-3 * (stop - start);
            Ok(Some(count / (recording.recorded().max(1) as f64 * seconds)))
        };
        self.populations.iter().map(|p| rate(&p.name)).collect()
    }

    /// Simulated rates over time, with the predicted ones as dashed lines.
    ///
    /// # Errors
    /// [`PictureError::Read`] and [`PictureError::NotRecorded`].
    pub fn overlay(
        &self,
        result: &ResultFile,
        window_ms: (f64, f64),
    ) -> Result<Figure, PictureError> {
        let recorded = |name: &str| result.spike_recordings().iter().find(|r| r.population == name);
        let shown: Vec<_> = self
            .populations
            .iter()
            .filter_map(|p| recorded(&p.name).map(|recording| (p, recording)))
            .collect();
        if shown.is_empty() {
            let what = "spikes of the predicted populations";
            return Err(PictureError::NotRecorded { name: "meanfield".into(), what });
        }
        let colors = Color::of_populations(shown.iter().map(|(p, _)| p.name.as_str()));
        let query = SpikeQuery::default().from_ms(window_ms.0).until_ms(window_ms.1);
        let mut read = Vec::new();
        for (p, _) in &shown {
            read.push(result.spikes(&p.name, &query)?);
        }
        let views: Vec<SpikesOf<'_>> = shown
            .iter()
            .zip(&read)
            .zip(&colors)
            .map(|(((p, recording), spikes), color)| SpikesOf {
                name: &p.name,
                size: recording.recorded(),
                times_ms: &spikes.times_ms,
                neurons: &spikes.neurons,
                color: *color,
            })
            .collect();
        let mut panel = rate_histogram(&views, window_ms, BIN_MS)?.height(160.0);
        for ((p, _), color) in shown.iter().zip(&colors) {
            let (x, y) = ([window_ms.0, window_ms.1], [p.rate_hz, p.rate_hz]);
            panel = panel.with(Mark::dashed(&x, &y, *color));
        }
        panel = panel.explained("mean field (dashed)", Color::GREY, Sign::Line);
        Ok(Figure::of(panel))
    }
}
