//! `[analysis]`: statistics that a run reports beside its summary.

use neuropil_analysis::states::StateRule;
use neuropil_analysis::summary::SummaryOptions;
use neuropil_core::Clock;

use super::fields::{Fields, Item};
use super::window;
use crate::experiment::{Experiment, ExperimentError, Problem};
use crate::expression::Scope;

/// What to compute of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisRequest {
    /// Bins, segments, limits.
    pub options: SummaryOptions,
    /// From and to `[ms]`; all that was recorded if absent.
    pub window_ms: Option<(f64, f64)>,
    /// Named windows `[ms]` in which the rate is told by itself.
    pub windows: Vec<(String, (f64, f64))>,
    /// Standard deviation of the Gaussian that smooths the population rate before its peak and its
    /// states are looked for `[ms]`.
    pub smoothing_ms: f64,
    /// A sinusoidal modulation to look for in the population rate.
    pub modulation: Option<Modulation>,
    /// Up and down states of the smoothed population rate, in spikes/s.
    pub states: Option<StateRule>,
}

/// A sinusoidal modulation of the drive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modulation {
    /// Frequency `[Hz]`.
    pub frequency_hz: f64,
    /// Amplitude of the drive, in its own unit: the gain is in spikes/s per that unit.
    pub amplitude: Option<f64>,
    /// Phase of the drive's sine at t = 0 `[degree]`.
    pub phase_deg: f64,
}

impl Default for AnalysisRequest {
    /// Everything recorded, a smoothing of 10 ms, neither modulation nor states.
    fn default() -> Self {
        Self {
            options: SummaryOptions::default(),
            window_ms: None,
            windows: Vec::new(),
            smoothing_ms: 10.0,
            modulation: None,
            states: None,
        }
    }
}

impl Experiment {
    /// What the `[analysis]` section asks for; the defaults without one.
    ///
    /// # Errors
    /// The first fault of the sections that matter to it.
    pub fn analysis_request(&self) -> Result<AnalysisRequest, ExperimentError> {
        let read = || {
            let (top, scope, clock) = super::plots::surroundings(self)?;
            match top.get("analysis") {
                Some(item) => self::read(&item.fields()?, &scope, clock),
                None => Ok(AnalysisRequest::default()),
            }
        };
        read().map_err(|problem| self.error(problem))
    }
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
    let pair = |item: &Item<'_>| -> Result<(f64, f64), Problem> {
        let window = window::of_pair(item, scope, clock)?;
        Ok((clock.ms(window.start), clock.ms(window.stop)))
    };
    let mut windows = Vec::new();
    if let Some(item) = fields.get("windows") {
        for (name, _, item) in item.fields()?.entries() {
            windows.push((name.to_owned(), pair(&item)?));
        }
    }
    let request = AnalysisRequest {
        options,
        window_ms: fields.get("window").map(|item| pair(&item)).transpose()?,
        windows,
        smoothing_ms: time("smoothing", AnalysisRequest::default().smoothing_ms)?,
        modulation: fields.get("modulation").map(|item| modulation(&item, scope)).transpose()?,
        states: fields.get("states").map(|item| states(&item, scope)).transpose()?,
    };
    fields.finish()?;
    Ok(request)
}

/// `{ frequency = "10 Hz", amplitude = 2, phase = 90 }`.
fn modulation(item: &Item<'_>, scope: &Scope) -> Result<Modulation, Problem> {
    let fields = item.fields()?;
    let number = |key| fields.get(key).map(|item| item.number(scope, "")).transpose();
    let frequency = fields.need("frequency", "the frequency of the drive")?;
    let found = Modulation {
        frequency_hz: frequency.number_where(scope, "Hz", "a frequency above 0", |f| f > 0.0)?,
        amplitude: match fields.get("amplitude") {
            Some(item) => Some(item.number_where(scope, "", "an amplitude above 0", |a| a > 0.0)?),
            None => None,
        },
        phase_deg: number("phase")?.unwrap_or(0.0),
    };
    fields.finish()?;
    Ok(found)
}

/// `{ up = "5 Hz", down = "2 Hz", shortest = "50 ms" }`.
fn states(item: &Item<'_>, scope: &Scope) -> Result<StateRule, Problem> {
    let fields = item.fields()?;
    let rate = |item: &Item<'_>| item.number_where(scope, "Hz", "a rate above 0", |r| r > 0.0);
    let up_above = rate(&fields.need("up", "the rate above which an up state begins")?)?;
    let down_below = match fields.get("down") {
        None => up_above,
        Some(item) => {
            let rate = rate(&item)?;
            if rate > up_above {
                return Err(item.out_of_range(rate, "at most the rate of `up`"));
            }
            rate
        }
    };
    let min_ms = match fields.get("shortest") {
        Some(item) => item.number_where(scope, "ms", "at least 0", |t| t >= 0.0)?,
        None => 0.0,
    };
    fields.finish()?;
    Ok(StateRule { up_above, down_below, min_ms })
}
