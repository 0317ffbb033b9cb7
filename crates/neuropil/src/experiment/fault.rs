//! What can be wrong with an experiment, and where.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use neuropil_core::ClockError;
use neuropil_network::description::ModelError;
use thiserror::Error;

use super::sources::{Sources, Span};
use crate::arrays::ArrayError;
use crate::expression::ExpressionFault;

/// Why an experiment is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum Fault {
    #[error("{message}")]
    Syntax { message: String },
    #[error("cannot read {path}: {reason}", path = path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{place} has no key \"{key}\"{suggestion}")]
    UnknownKey { place: String, key: String, suggestion: String },
    #[error("{place} lacks \"{key}\": expected {expected}")]
    MissingKey { place: String, key: &'static str, expected: &'static str },
    #[error("{place}: found {found}, expected {expected}")]
    WrongType { place: String, found: String, expected: String },
    #[error("{place}: found a {found}, expected a {expected} such as \"{example}\"")]
    WrongDimension { place: String, found: String, expected: String, example: String },
    #[error("{place}: found {found}, expected {expected}")]
    Range { place: String, found: String, expected: String },
    #[error("{place}: {fault}")]
    Expression { place: String, fault: ExpressionFault },
    #[error("{place}: unknown {kind} \"{name}\"{suggestion}")]
    UnknownName { place: String, kind: &'static str, name: String, suggestion: String },
    #[error("{place}: the name \"{name}\" is taken already")]
    NameTaken { place: String, name: String },
    #[error("{place}: parameters define each other in a circle: {circle}")]
    Circle { place: String, circle: String },
    #[error("{place}: {source}")]
    Clock { place: String, source: ClockError },
    #[error("{place}: {source}")]
    Model { place: String, source: ModelError },
    #[error("{place}: {source}")]
    Equation { place: String, source: neuropil_mechanism::equations::EquationError },
    #[error("{place}: {source}")]
    Array { place: String, source: ArrayError },
    #[error("{place}: {source}")]
    Cable { place: String, source: neuropil_cable::ModelError },
    #[error("{place}: {source}")]
    Mechanism { place: String, source: neuropil_mechanism::LibraryError },
    #[error("{place}: {source}")]
    CellPart { place: String, source: neuropil_morphology::region::SyntaxError },
    #[error("{place}: {source}: {reason}", reason = cause(source))]
    Morphology { place: String, source: neuropil_morphology::swc::FileError },
    #[error("{place}: {what}")]
    Unsupported { place: String, what: String },
}

/// The innermost reason.
fn cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => cause(source),
        None => error.to_string(),
    }
}

/// A fault and its place.
#[derive(Debug)]
pub struct Problem {
    /// What is wrong.
    pub fault: Box<Fault>,
    /// Where, unless it is about the whole.
    pub span: Option<Span>,
}

impl Problem {
    /// A fault at a place.
    pub fn at(span: Span, fault: Fault) -> Self {
        Self { fault: Box::new(fault), span: Some(span) }
    }

    /// Joins it with the texts, so that it can be shown.
    pub fn in_sources(self, sources: Arc<Sources>) -> ExperimentError {
        ExperimentError { fault: self.fault, span: self.span, sources }
    }
}

/// Why an experiment is refused, with the texts it was found in.
///
/// Displayed as one line, `file:line:column: message`; [`render`](Self::render) adds the excerpt.
#[derive(Debug)]
pub struct ExperimentError {
    fault: Box<Fault>,
    span: Option<Span>,
    sources: Arc<Sources>,
}

impl ExperimentError {
    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// File, line and column (from 1), if it is about a place.
    pub fn place(&self) -> Option<(PathBuf, usize, usize)> {
        let span = self.span?;
        let (line, column) = self.sources.line_column(span);
        Some((self.sources.get(span.source)?.path.clone(), line, column))
    }

    /// The message over an excerpt of the text, with colours for a terminal if `coloured`.
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let title = Level::ERROR.primary_title(self.fault.to_string());
        let source = self.span.and_then(|span| self.sources.get(span.source).map(|s| (span, s)));
        let Some((span, source)) = source else {
            return renderer.render(&[annotate_snippets::Group::with_title(title)]);
        };
        let end = span.end.min(source.text.len());
        let start = span.start.min(end);
        let path = source.path.display().to_string();
        let snippet = Snippet::source(source.text.as_str())
            .path(path)
            .annotation(AnnotationKind::Primary.span(start..end));
        renderer.render(&[title.element(snippet)])
    }
}

impl fmt::Display for ExperimentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((path, line, column)) = self.place() {
            write!(f, "{}:{line}:{column}: ", path.display())?;
        }
        self.fault.fmt(f)
    }
}

impl std::error::Error for ExperimentError {}
