//! What can be wrong with a model written as equations, and where.

use std::ops::Range;

use thiserror::Error;

/// The text of a [`super::Definition`] that a fault is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The equations.
    Equations,
    /// The threshold condition.
    Threshold,
    /// The reset statements.
    Reset,
    /// The refractory time or condition.
    Refractory,
    /// The name of the method.
    Method,
    /// A parameter declared outside the equations.
    Parameter(String),
    /// The statements of a receptor.
    Receptor(String),
    /// The initial value of a variable.
    Initial(String),
}

/// A fault, the text it is in, and the bytes of that text.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{fault}")]
pub struct EquationError {
    /// What is wrong.
    pub fault: EquationFault,
    /// Which text.
    pub part: Part,
    /// Bytes of the text concerned.
    pub at: Range<usize>,
}

/// Why a model is refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum EquationFault {
    #[error("found {found}, expected {expected}")]
    Syntax { found: String, expected: &'static str },
    #[error("nested too deeply")]
    Depth,
    #[error("the equation of \"{name}\" has no unit: expected \": mV\" or another unit at its end")]
    NoUnit { name: String },
    #[error("unknown unit \"{name}\"{suggestion}")]
    UnknownUnit { name: String, suggestion: String },
    #[error("unknown variable \"{name}\"{suggestion}")]
    UnknownName { name: String, suggestion: String },
    #[error("unknown function \"{name}\"{suggestion}")]
    UnknownFunction { name: String, suggestion: String },
    #[error("unknown flag \"{name}\"{suggestion}")]
    UnknownFlag { name: String, suggestion: String },
    #[error("unknown method \"{name}\"{suggestion}")]
    UnknownMethod { name: String, suggestion: String },
    #[error("\"{name}\" is defined twice")]
    Twice { name: String },
    #[error("\"{name}\" is reserved: {meaning}")]
    Reserved { name: String, meaning: &'static str },
    #[error("a model needs at least one equation \"d.../dt = ...\"")]
    NoState,
    #[error(
        "without a threshold there are no spikes, and nothing to do after them: give \"threshold\""
    )]
    NoThreshold,
    #[error("variables define each other in a circle: {circle}")]
    Circle { circle: String },
    #[error("{what} joins a {left} and a {right}; both must be of one kind")]
    Mismatch { what: String, left: String, right: String },
    #[error("{what} is a {found}, expected a {expected}")]
    Dimension { what: String, found: String, expected: String },
    #[error("{function} takes a pure number, found a {found}")]
    NotPure { function: String, found: String },
    #[error("{function} takes {expected} arguments, found {found}")]
    Arity { function: String, expected: usize, found: usize },
    #[error("the power of a {base} must be a whole or half-whole number written out")]
    Power { base: String },
    #[error("found a {found}, expected a condition such as \"v > V_th\"")]
    NotCondition { found: String },
    #[error("found a condition, expected a value; int(...) turns a condition into 0 or 1")]
    Condition,
    #[error(
        "\"{name}\" is a parameter and cannot be assigned to; \
         a variable that changes needs an equation such as \"d{name}/dt = 0 {unit}/ms : {unit}\""
    )]
    AssignsParameter { name: String, unit: String },
    #[error("\"{name}\" is computed from other variables and cannot be assigned to")]
    AssignsComputed { name: String },
    #[error("a receptor must change a variable in proportion to \"weight\", as in \"g += weight\"")]
    NotProportional,
    #[error("\"{name}\" cannot be used here: {why}")]
    Misplaced { name: String, why: &'static str },
    #[error("method \"{method}\" cannot solve this: {why}; {advice}")]
    Unsolvable { method: &'static str, why: String, advice: &'static str },
    #[error("parameter \"{name}\" has no whole unit: it is a {found}")]
    ParameterUnit { name: String, found: String },
}
