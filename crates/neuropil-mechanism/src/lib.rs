//! NMODL and equation front ends compiled to vector bytecode, without a compiler.
//!
//! [`compile`] turns a [`Source`] into a [`Mechanism`]; [`contract`] says how engines run it.

pub mod catalogue;
pub mod contract;
mod diagnostic;
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
