//! Protocols of single point neurons: families of current pulses, rates over current, a clamp.
//!
//! ```
//! use neuropil::cell::{Subject, pulses};
//!
//! let subject = Subject::named("RS", &[])?;
//! let response = pulses(&subject, &pulses::Family { amplitudes_pa: vec![0.0, 300.0], ..Default::default() })?;
//! assert_eq!(response.spikes_ms[0].len(), 0);
//! assert!(response.spikes_ms[1].len() > 3);
//! # Ok::<(), neuropil::cell::CellError>(())
//! ```

mod clamp;
mod curve;
mod figure;
mod protocol;
pub mod pulses;
mod subject;

pub use clamp::{Clamp, clamp};
pub use curve::{Curve, curve};
pub use figure::{curve_figure, response_figure};
pub use protocol::Response;
pub use pulses::{pulses, sequence};
pub use subject::{Subject, quantity};

use neuropil_network::description::ModelError;
use neuropil_network::engine::RunError;
use thiserror::Error;

use crate::experiment::ExperimentError;
use crate::expression::ExpressionError;

/// Why a protocol could not be run.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum CellError {
    #[error("there is no cell \"{name}\"{suggestion}")]
    Unknown { name: String, suggestion: String },
    #[error("{cell} has no parameter \"{name}\"{suggestion}")]
    Parameter { cell: String, name: String, suggestion: String },
    #[error("{name} = {text}: {source}")]
    Value { name: String, text: String, source: ExpressionError },
    #[error("{name} = {text}: expected one number in {unit}")]
    Unit { name: String, text: String, unit: String },
    #[error("there is no population \"{name}\" with a neuron model{suggestion}")]
    Population { name: String, suggestion: String },
    #[error("{what} = {found}: expected {expected}")]
    Range { what: &'static str, found: f64, expected: &'static str },
    #[error("{name} cannot be clamped: {model} has no capacitance and does not mention g_clamp")]
    NoClamp { name: String, model: String },
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Run(#[from] RunError),
}
