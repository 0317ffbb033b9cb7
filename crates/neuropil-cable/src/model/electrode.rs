//! Electrodes: current clamps and voltage clamps.

use super::waveform::Waveform;
use crate::error::ModelError;

/// What an experimenter sticks into a cell.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Electrode {
    /// Injects a current `[nA]`, inward positive.
    Current(Waveform),
    /// Holds the potential through a series resistance: `I = (command − v)/R`.
    VoltageClamp {
        /// Potential asked for `[mV]`.
        command_mv: Waveform,
        /// Series resistance `[MΩ]`, > 0. A small one makes an ideal clamp.
        series_mohm: f64,
        /// Clamped from this time `[ms]` …
        start_ms: f64,
        /// … to this one `[ms]`.
        stop_ms: f64,
    },
}

impl Electrode {
    /// A current clamp: `amplitude_na` from `start_ms` for `duration_ms`.
    pub const fn pulse(amplitude_na: f64, start_ms: f64, duration_ms: f64) -> Self {
        Self::Current(Waveform::pulse(amplitude_na, start_ms, duration_ms))
    }

    /// A voltage clamp that is always on.
    pub const fn clamp(command_mv: Waveform, series_mohm: f64) -> Self {
        Self::VoltageClamp { command_mv, series_mohm, start_ms: 0.0, stop_ms: f64::INFINITY }
    }

    /// Times at which it jumps `[ms]`.
    pub(crate) fn jumps_ms(&self) -> Vec<f64> {
        match self {
            Self::Current(waveform) => waveform.jumps_ms(),
            Self::VoltageClamp { command_mv, start_ms, stop_ms, .. } => {
                let mut jumps = command_mv.jumps_ms();
                jumps.extend([*start_ms, *stop_ms]);
                jumps
            }
        }
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let waveform = match self {
            Self::Current(waveform) => waveform,
            Self::VoltageClamp { command_mv, series_mohm, .. } => {
                if !(*series_mohm > 0.0 && series_mohm.is_finite()) {
                    return Err(ModelError::OutOfRange {
                        what: "series resistance of a voltage clamp [MOhm]".into(),
                        expected: "positive and finite",
                        value: *series_mohm,
                    });
                }
                command_mv
            }
        };
        if waveform.is_sound() {
            Ok(())
        } else {
            Err(ModelError::OutOfRange {
                what: "a number of an electrode's waveform".into(),
                expected: "finite, with times in order",
                value: f64::NAN,
            })
        }
    }
}
