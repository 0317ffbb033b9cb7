//! What can go wrong when mechanisms are placed, set and run.

use thiserror::Error;

/// Why a variable or placement was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum SetError {
    #[error("mechanism \"{mechanism}\" has no variable \"{variable}\"{hint}")]
    Unknown { mechanism: String, variable: String, hint: String },
    #[error("\"{variable}\" of mechanism \"{mechanism}\" is a {role}, not a parameter")]
    NotAParameter { mechanism: String, variable: String, role: &'static str },
    #[error("\"{variable}\" of mechanism \"{mechanism}\" is GLOBAL: one value for all instances")]
    Global { mechanism: String, variable: String },
    #[error("\"{variable}\" of mechanism \"{mechanism}\": {found} values for {expected} instances")]
    Length { mechanism: String, variable: String, found: usize, expected: usize },
    #[error("\"{variable}\" of mechanism \"{mechanism}\" = {value} is outside <{low}, {high}>")]
    Limits { mechanism: String, variable: String, value: f64, low: f64, high: f64 },
    #[error("mechanism \"{mechanism}\" uses {expected} ions, the placement binds {found}")]
    Ions { mechanism: String, expected: usize, found: usize },
    #[error("mechanism \"{mechanism}\": {found} shares for {expected} instances")]
    Shares { mechanism: String, expected: usize, found: usize },
}

/// Why a kernel stopped.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum KernelFault {
    #[error("POINTER \"{pointer}\" of mechanism \"{mechanism}\" is not connected")]
    PointerUnset { mechanism: String, pointer: String },
    #[error(
        "mechanism \"{mechanism}\", instance {instance} (compartment {node}) at {t_ms} ms: \
         the implicit equations of {block} did not converge in {iterations} iterations; \
         use a smaller time step"
    )]
    NoConvergence {
        mechanism: String,
        block: String,
        instance: usize,
        node: usize,
        t_ms: f64,
        iterations: usize,
    },
    #[error(
        "mechanism \"{mechanism}\", instance {instance} (compartment {node}) at {t_ms} ms: \
         {block} leaves \"{state}\" at {value}; the step of {dt_ms} ms is too large for it"
    )]
    Unsound {
        mechanism: String,
        block: String,
        state: String,
        value: f64,
        instance: usize,
        node: usize,
        t_ms: f64,
        dt_ms: f64,
    },
    #[error("mechanism \"{mechanism}\" takes {expected} event arguments, {found} were given")]
    Arguments { mechanism: String, expected: usize, found: usize },
    #[error("mechanism \"{mechanism}\" receives no events")]
    NoEvents { mechanism: String },
    #[error("mechanism \"{mechanism}\": {what} has {found} entries, compartment {node} is used")]
    Surroundings { mechanism: String, what: &'static str, found: usize, node: usize },
}
