//! What the rate of a population does in time: its peak, its windows, its answer to a modulation, its
//! up and down states.

use neuropil_analysis::modulation::{Sinusoid, fit_sinusoid, locking};
use neuropil_analysis::states::{Dwell, dwell, epochs};
use neuropil_analysis::{AnalysisError, SpikeTrains, rate};

use crate::resolve::{AnalysisRequest, Modulation};

/// The rate of a population in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Largest value of the smoothed population rate `[Hz]`; `None` for a window of less than a bin.
    pub peak_rate_hz: Option<f64>,
    /// When it is reached: the middle of the bin `[ms]`.
    pub peak_time_ms: Option<f64>,
    /// Rate in each named window `[Hz]`; `None` if the window lies outside what is analysed.
    pub windows_hz: Vec<(String, Option<f64>)>,
    /// Answer to a modulation.
    pub modulation: Option<Answer>,
    /// Up and down states.
    pub states: Option<Dwell>,
}

/// How the population rate follows a sinusoidal drive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Least-squares sinusoid of the rate `[Hz]`.
    pub fit: Sinusoid,
    /// Amplitude of the rate over its mean.
    pub depth: Option<f64>,
    /// Amplitude of the rate `[Hz]` over that of the drive; `None` if the latter was not given.
    pub gain: Option<f64>,
    /// Phase of the rate minus that of the drive `[degree]`, in (−180, 180]; negative when it lags.
    pub phase_deg: f64,
    /// Vector strength of the spikes; `None` without spikes.
    pub vector_strength: Option<f64>,
}

impl Course {
    pub(super) fn of(
        trains: &SpikeTrains,
        (start, stop): (f64, f64),
        request: &AnalysisRequest,
    ) -> Result<Self, AnalysisError> {
        let bin_ms = request.options.rate_bin_ms;
        let middle = |k: usize| start + (k as f64 + 0.5) * bin_ms;
        let binned = match rate::binned(trains, bin_ms) {
            Err(AnalysisError::TooLarge { .. }) => Vec::new(),
            other => other?,
        };
        let smooth = match binned.is_empty() {
            true => Vec::new(),
            false => rate::smoothed(&binned, bin_ms, request.smoothing_ms)?,
        };
        let peak = (0..smooth.len()).max_by(|a, b| {
            // The earliest of equals.
            smooth[*a].total_cmp(&smooth[*b]).then(b.cmp(a))
        });
        let windows_hz = request.windows.iter().map(|(name, window)| {
            let within = window.0 >= start && window.1 <= stop;
            let rate = within.then(|| rate_within(trains, *window));
            (name.clone(), rate)
        });
        let modulation = match request.modulation {
            Some(modulation) => answer(trains, &binned, middle(0), bin_ms, modulation)?,
            None => None,
        };
        let states = match request.states {
            Some(rule) if !smooth.is_empty() => {
                Some(dwell(&epochs(&smooth, bin_ms, rule)?, bin_ms))
            }
            _ => None,
        };
        Ok(Self {
            peak_rate_hz: peak.map(|k| smooth[k]),
            peak_time_ms: peak.map(middle),
            windows_hz: windows_hz.collect(),
            modulation,
            states,
        })
    }
}

/// Spikes of all neurons within a window, per neuron and second.
fn rate_within(trains: &SpikeTrains, (from, until): (f64, f64)) -> f64 {
    let within = |t: &&f64| **t > from && **t <= until;
    let spikes: usize = trains.iter().map(|train| train.iter().filter(within).count()).sum();
    1e3 * spikes as f64 / ((until - from) * trains.len() as f64)
}

fn answer(
    trains: &SpikeTrains,
    binned: &[f64],
    first_ms: f64,
    bin_ms: f64,
    modulation: Modulation,
) -> Result<Option<Answer>, AnalysisError> {
    let frequency = modulation.frequency_hz;
    let mut fit = match fit_sinusoid(binned, first_ms, bin_ms, frequency) {
        Err(AnalysisError::TooShort { .. }) => return Ok(None),
        other => other?,
    };
    // A bin averages over a part of the cycle.
    let part = std::f64::consts::PI * frequency * bin_ms * 1e-3;
    fit.amplitude *= part / part.sin();
    let all: Vec<f64> = trains.iter().flatten().copied().collect();
    let turns = (fit.phase_rad.to_degrees() - modulation.phase_deg).rem_euclid(360.0);
    Ok(Some(Answer {
        depth: (fit.mean > 0.0).then(|| fit.amplitude / fit.mean),
        gain: modulation.amplitude.map(|drive| fit.amplitude / drive),
        phase_deg: if turns > 180.0 { turns - 360.0 } else { turns },
        vector_strength: locking(&all, frequency).map(|locking| locking.vector_strength),
        fit,
    }))
}
