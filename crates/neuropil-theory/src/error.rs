//! What can be wrong with a request to the theory.

/// Why a result cannot be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum TheoryError {
    #[error("{what} must be positive and finite, found {found}")]
    NotPositive { what: &'static str, found: f64 },
    #[error("{what} must be finite and not negative, found {found}")]
    Negative { what: &'static str, found: f64 },
    #[error("{what} is {found}, expected a finite number")]
    NotFinite { what: &'static str, found: f64 },
    #[error("{what} holds {found} values, expected {expected}")]
    Length { what: &'static str, found: usize, expected: usize },
    #[error("{what} must be at most {limit}, found {found}")]
    TooLarge { what: &'static str, found: f64, limit: f64 },
    #[error("the fit has {found} usable points for {needed} coefficients")]
    TooFewPoints { found: usize, needed: usize },
    #[error("the fit does not determine its coefficients (condition number {condition:.1e})")]
    Undetermined { condition: f64 },
    #[error("no stored transfer function {found:?}{suggestion}")]
    UnknownTransfer { found: String, suggestion: String },
    #[error("stored transfer functions, line {line}: {reason}, found {found:?}")]
    Stored { line: usize, reason: &'static str, found: String },
    #[error("{what} {found} does not exist: there are {count}")]
    NoSuch { what: &'static str, found: usize, count: usize },
    #[error("no stationary state found within {iterations} iterations (residual {residual_hz} Hz)")]
    NotConverged { iterations: usize, residual_hz: f64 },
    #[error("the stationary state is unstable")]
    Unstable,
    #[error("the rate of population {population} became {found} at t = {t_ms} ms")]
    Diverged { population: usize, t_ms: f64, found: f64 },
}

pub(crate) fn positive(what: &'static str, found: f64) -> Result<f64, TheoryError> {
    if found > 0.0 && found.is_finite() {
        Ok(found)
    } else {
        Err(TheoryError::NotPositive { what, found })
    }
}

pub(crate) fn not_negative(what: &'static str, found: f64) -> Result<f64, TheoryError> {
    if found >= 0.0 && found.is_finite() {
        Ok(found)
    } else {
        Err(TheoryError::Negative { what, found })
    }
}

pub(crate) fn finite(what: &'static str, found: f64) -> Result<f64, TheoryError> {
    if found.is_finite() { Ok(found) } else { Err(TheoryError::NotFinite { what, found }) }
}

pub(crate) fn length(what: &'static str, found: usize, expected: usize) -> Result<(), TheoryError> {
    if found == expected { Ok(()) } else { Err(TheoryError::Length { what, found, expected }) }
}
