//! Trains of events from outside.

use std::sync::Arc;

use super::network::SynapseTarget;
use crate::error::ModelError;

/// When the events of a train come.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Timing {
    /// At these times `[ms]`, in any order.
    Times(Arc<[f64]>),
    /// At regular intervals from a start, up to but not including a stop `[ms]`.
    Regular {
        /// First event `[ms]`.
        start_ms: f64,
        /// Distance between events `[ms]`, > 0.
        interval_ms: f64,
        /// No event from here on `[ms]`.
        stop_ms: f64,
    },
    /// A Poisson process: the train depends on the seed and the stream's number only.
    Poisson {
        /// Rate `[Hz]`, ≥ 0.
        rate_hz: f64,
        /// Beginning `[ms]`.
        start_ms: f64,
        /// End `[ms]`.
        stop_ms: f64,
    },
}

/// Events for one point process. An event is delivered at the step boundary nearest to its time
/// (half a step rounding down, as NEURON does) and sees its own time as `t`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStream {
    /// Who receives them.
    pub target: SynapseTarget,
    /// When they come.
    pub timing: Timing,
    /// What they carry: the weight, then the mechanism's further arguments (0 if not given).
    pub arguments: Vec<f64>,
}

impl Timing {
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let fail = |what: &str, expected, value| {
            Err(ModelError::OutOfRange { what: what.into(), expected, value })
        };
        match *self {
            Self::Times(ref times) => match times.iter().find(|t| !(t.is_finite() && **t >= 0.0)) {
                Some(&t) => fail("time of an event [ms]", "finite and not below 0", t),
                None => Ok(()),
            },
            Self::Regular { interval_ms, start_ms, .. } => {
                if !(interval_ms > 0.0) {
                    return fail("interval of a regular train [ms]", "positive", interval_ms);
                }
                if start_ms.is_finite() && start_ms >= 0.0 {
                    Ok(())
                } else {
                    fail("start of a regular train [ms]", "finite and not below 0", start_ms)
                }
            }
            Self::Poisson { rate_hz, start_ms, .. } => {
                if !(rate_hz >= 0.0 && rate_hz.is_finite()) {
                    return fail("rate of a Poisson train [Hz]", "finite and not below 0", rate_hz);
                }
                if start_ms.is_finite() && start_ms >= 0.0 {
                    Ok(())
                } else {
                    fail("start of a Poisson train [ms]", "finite and not below 0", start_ms)
                }
            }
        }
    }
}
