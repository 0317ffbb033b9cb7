//! Collects findings about a file and its includes.

use super::ast::Span;
use crate::diagnostic::{Diagnostic, Severity};

/// Findings so far, and the texts that their places refer to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Name and text of the file and everything it includes.
    pub(crate) files: Vec<(String, String)>,
    pub(crate) found: Vec<Diagnostic>,
}

/// Marks that a finding was reported and the construct cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

impl Report {
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (line, column) = self.place(span);
        let file = self.files.get(span.file).map(|f| f.0.clone()).unwrap_or_default();
        let (message, help) = (message.into(), help.into());
        let found = Diagnostic {
            severity,
            file,
            line,
            column,
            span: (span.start, span.end),
            message,
            help,
        };
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    pub(crate) fn error(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Refused {
        self.add(Severity::Error, span, message, help);
        Refused
    }

    pub(crate) fn warning(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Warning, span, message, help);
    }

    /// Line and column of the start of a place, counted from 1.
    pub(crate) fn place(&self, span: Span) -> (usize, usize) {
        let text = self.files.get(span.file).map_or("", |f| f.1.as_str());
        let before = &text[..span.start.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        (line, column)
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    /// Findings, the most serious first, each kind in order of place.
    pub(crate) fn sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            b.severity.cmp(&a.severity).then(a.file.cmp(&b.file)).then(a.span.cmp(&b.span))
        });
        self.found
    }
}
