//! What can be wrong with an expression.

use std::ops::Range;

use thiserror::Error;

/// A fault and where in the text it is (byte offsets).
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{fault}")]
pub struct ExpressionError {
    /// What is wrong.
    pub fault: ExpressionFault,
    /// Bytes of the expression concerned.
    pub at: Range<usize>,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ExpressionFault {
    #[error("found {found}, expected {expected}")]
    Syntax { found: String, expected: &'static str },
    #[error("unknown name \"{name}\": neither a parameter nor a unit{suggestion}")]
    UnknownName { name: String, suggestion: String },
    #[error("unknown unit \"{name}\"{suggestion}")]
    UnknownUnit { name: String, suggestion: String },
    #[error("unknown function \"{name}\"{suggestion}")]
    UnknownFunction { name: String, suggestion: String },
    #[error("{operator} joins a {left} and a {right}; both must be of one kind")]
    Mismatch { operator: &'static str, left: String, right: String },
    #[error("{function} takes a pure number, found a {found}")]
    NotPure { function: String, found: String },
    #[error("{function} takes {expected} arguments, found {found}")]
    Arity { function: String, expected: usize, found: usize },
    #[error("{what}: a distribution may only be scaled and shifted by numbers")]
    Random { what: String },
    #[error("the power of a {base} must be a small whole number")]
    Power { base: String },
    #[error("a {found} has no square root with a unit")]
    Root { found: String },
    #[error("nested too deeply")]
    Depth,
}
