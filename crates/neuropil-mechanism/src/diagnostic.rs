//! Findings about a source file: refusals, warnings and notes, each with its place and a remedy.

use std::fmt;

use thiserror::Error;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For information: what the compiler chose to do.
    Note,
    /// Compiles, but is likely a mistake.
    Warning,
    /// Cannot be compiled.
    Error,
}

/// One finding, with its place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Note, warning or error.
    pub severity: Severity,
    /// The file, as named by [`crate::Source`].
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Byte range in the source text.
    pub span: (usize, usize),
    /// What was found.
    pub message: String,
    /// What to do about it; empty when nothing can be advised.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}:{}:{}: {word}: {}", self.file, self.line, self.column, self.message)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

/// Why a source was not compiled: every finding, errors first in order of their place.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}", summary(.diagnostics))]
pub struct CompileError {
    /// All findings, at least one of them an error.
    pub diagnostics: Vec<Diagnostic>,
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let lines: Vec<String> = errors.map(ToString::to_string).collect();
    lines.join("\n")
}
