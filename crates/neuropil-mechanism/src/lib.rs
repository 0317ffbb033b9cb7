//! Membrane mechanisms from source text to running kernels, without a compiler.
//!
//! ```text
//! .mod text ─► tokens ─► syntax tree ─► symbolic execution ─► graph of values ─► vector bytecode
//!             nmodl::lexer  ::parser      ::lower               ir                vector
//! ```
//!
//! [`compile`] turns a [`Source`] into a [`Mechanism`]; [`contract`] says how engines run it;
//! [`Library`] holds mechanisms by name, the built-in [`catalogue`] included; [`inspect`] draws
//! gating curves; [`vmath`] holds the elementary functions.
//!
//! ```
//! use std::sync::Arc;
//! use neuropil_mechanism::{Library, inspect::{Conditions, gating_curves}};
//!
//! let hh = Library::new().find("hh")?;
//! let curves = gating_curves(&hh, &[-65.0], Conditions::default())?;
//! assert_eq!(curves[0].state, "m");
//! assert!((curves[0].steady[0] - 0.0529).abs() < 1e-4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What NMODL means here
//!
//! - Procedures and functions are expanded, loops unrolled, conditions become selects; `TABLE` is
//!   accepted and ignored: every function is evaluated exactly.
//! - `cnexp` is exact for constant rates, also where a rate vanishes. An equation that is not
//!   linear in its own state is solved as `derivimplicit`, with a note. `derivimplicit` and
//!   `sparse` are backward Euler with a symbolic Jacobian: one elimination if the equations are
//!   linear, else Newton's iteration per instance. Engines of second order ask for a scheme of second
//!   order instead ([`Instances::set_second_order`]).
//! - `LONGITUDINAL_DIFFUSION` is described to the engine ([`Instances::diffusion`]), which sees the
//!   whole cell.
//! - `a·(v − θ)/(1 − e^{−(v − θ)/q})` and its relatives take their limit at `v = θ`.
//! - A `GLOBAL` that the mechanism itself assigns is kept per instance.
//! - Moles count as numbers, as in NMODL; unit mismatches are warnings, except in a constant of the
//!   `UNITS` block, where they are errors.
//! - Refused, with line and remedy: `VERBATIM` that does more than return, random numbers,
//!   `WATCH`, `FOR_NETCONS`, `FUNCTION_TABLE`, `BEFORE`/`AFTER`, `CONSTRUCTOR`/`DESTRUCTOR`,
//!   `WHILE`, loops whose bounds are not known, writing a `POINTER`.

pub mod catalogue;
pub mod contract;
mod diagnostic;
pub mod equations;
pub mod inspect;
mod ir;
mod library;
mod nmodl;
mod program;
mod run;
mod source;
mod vector;
pub mod vmath;

pub use contract::{Instances, Mechanism};
pub use diagnostic::{CompileError, Diagnostic, Severity};
pub use library::{Library, LibraryError};
pub use source::Source;

/// Compiles an NMODL source.
///
/// # Errors
/// [`CompileError`] with every finding when the source is not valid or uses what is not supported.
pub fn compile(source: &Source) -> Result<Mechanism, CompileError> {
    compile_with_findings(source).map(|(mechanism, _)| mechanism)
}

/// Compiles an NMODL source and also returns what was found on the way: warnings and notes.
///
/// # Errors
/// As [`compile`].
pub fn compile_with_findings(
    source: &Source,
) -> Result<(Mechanism, Vec<Diagnostic>), CompileError> {
    let mut report = nmodl::Report::default();
    let lowered = nmodl::lower(source, &mut report);
    let diagnostics = report.sorted();
    match lowered {
        Ok((description, program)) => Ok((Mechanism { description, program }, diagnostics)),
        Err(_) => Err(CompileError { diagnostics }),
    }
}
