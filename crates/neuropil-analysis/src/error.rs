//! What can be wrong with a request for a statistic.

/// Why a statistic was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum AnalysisError {
    #[error("{what} must be positive and finite, found {found}")]
    NotPositive { what: &'static str, found: f64 },
    #[error("the window from {start_ms} ms to {stop_ms} ms is empty or not finite")]
    EmptyWindow { start_ms: f64, stop_ms: f64 },
    #[error("{what} holds {found} values, expected {expected}")]
    Length { what: &'static str, found: usize, expected: usize },
    #[error("{what} needs at least {needed} values, found {found}")]
    TooShort { what: &'static str, needed: usize, found: usize },
    #[error("spike {index} names neuron {neuron}, but there are {neurons} neurons")]
    NeuronOutOfRange { index: usize, neuron: u32, neurons: usize },
    #[error("value {index} of {what} is {found}, expected a finite number")]
    NotFinite { what: &'static str, index: usize, found: f64 },
    #[error("bins of {bin_ms} ms cut the window into {found:.0e} parts, more than {limit}")]
    TooFine { bin_ms: f64, found: f64, limit: usize },
    #[error("{what} must be below {limit}, found {found}")]
    TooLarge { what: &'static str, found: f64, limit: f64 },
}

/// Refuses zero, negative and non-finite numbers.
pub(crate) fn positive(what: &'static str, found: f64) -> Result<f64, AnalysisError> {
    if found > 0.0 && found.is_finite() {
        Ok(found)
    } else {
        Err(AnalysisError::NotPositive { what, found })
    }
}

/// Refuses a slice whose length is not the expected one.
pub(crate) fn length(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), AnalysisError> {
    if found == expected { Ok(()) } else { Err(AnalysisError::Length { what, found, expected }) }
}

/// Refuses NaN and infinity, naming the first.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), AnalysisError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(AnalysisError::NotFinite { what, index, found: values[index] }),
        None => Ok(()),
    }
}
