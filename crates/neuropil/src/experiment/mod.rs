//! Experiment files: the text, its tree of values, and their places.
//!
//! Nothing here knows what a key means; that is [`crate::resolve`]'s business.

#[doc = include_str!("../../FORMAT.md")]
pub mod format {}

mod fault;
mod json;
mod overrides;
mod sources;
mod toml;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use fault::{ExperimentError, Fault, Problem};
pub use sources::{Source, Sources, Span};
pub use tree::{Entry, Node, Table, Written};

/// Deepest chain of `include`.
const MAX_INCLUDES: usize = 16;

/// An experiment as written: texts and values, nothing interpreted yet.
///
/// ```
/// use neuropil::experiment::Experiment;
/// let text = "
/// [simulation]
/// duration = '100 ms'
/// [populations.E]
/// model = 'iaf_psc_delta'
/// size = 10
/// ";
/// let experiment = Experiment::parse(text, "small.toml")?;
/// assert_eq!(experiment.network()?.network.populations[0].size, 10);
/// # Ok::<(), neuropil::experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Experiment {
    path: PathBuf,
    sources: Sources,
    root: Table,
}

impl Experiment {
    /// Reads a file: TOML, or JSON if its name ends in `.json`.
    ///
    /// A top-level `include = ["base.toml"]` takes from other files the sections, and the entries of
    /// sections, that this one does not have itself; their paths count from the folder of the file
    /// that names them.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] and [`Fault::Syntax`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ExperimentError> {
        let path = path.as_ref();
        let unreadable = |error: std::io::Error| {
            let fault = Fault::Unreadable { path: path.into(), reason: reason(&error) };
            Problem { fault: Box::new(fault), span: None }.in_sources(Arc::default())
        };
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, "not UTF-8 text"))
        })?;
        Self::parse(&text, path)
    }

    /// Reads a text as if it stood in the file `path`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, ExperimentError> {
        let path = path.as_ref().to_path_buf();
        let mut sources = Sources::default();
        let source = sources.add(&path, text.into());
        let root = load(&mut sources, source, 0);
        match root {
            Ok(root) => Ok(Self { path, sources, root }),
            Err(problem) => Err(problem.in_sources(Arc::new(sources))),
        }
    }

    /// Changes one value: `connections.EE.weight`, `"0.2 mV"`. The value is read as TOML, and as a
    /// bare text if it is none. Missing tables on the way are made.
    ///
    /// # Errors
    /// [`Fault::WrongType`] if the path leads through a value that is no table.
    pub fn set(&mut self, path: &str, value: &str) -> Result<(), ExperimentError> {
        overrides::set(&mut self.root, &mut self.sources, path, value)
            .map_err(|problem| self.error(problem))
    }

    /// Adds `path` to the values of the `[scan]` section; `values` is read as TOML.
    pub(crate) fn scan_over(&mut self, path: &str, values: &str) -> Result<(), ExperimentError> {
        overrides::scan_over(&mut self.root, &mut self.sources, path, values)
            .map_err(|problem| self.error(problem))
    }

    /// Drops a section.
    pub(crate) fn drop_section(&mut self, name: &str) {
        self.root.entries.retain(|entry| entry.key != name);
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the experiment file itself.
    pub fn text(&self) -> &str {
        self.sources.get(0).map_or("", |source| source.text.as_str())
    }

    /// Folder that relative paths count from.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// All texts.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The values.
    pub fn root(&self) -> &Table {
        &self.root
    }

    /// A problem together with the texts.
    pub fn error(&self, problem: Problem) -> ExperimentError {
        problem.in_sources(Arc::new(self.sources.clone()))
    }
}

/// What the operating system says, without its error number.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn load(sources: &mut Sources, source: usize, depth: usize) -> Result<Table, Problem> {
    let Some(Source { path, text }) = sources.get(source).cloned() else {
        return Ok(Table::default());
    };
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let mut root = if json { json::read(&text, source)? } else { toml::read(&text, source)? };
    let Some(position) = root.entries.iter().position(|entry| entry.key == "include") else {
        return Ok(root);
    };
    let entry = root.entries.remove(position);
    let list = match entry.node.value {
        Written::List(list) => list,
        _ => vec![entry.node],
    };
    for node in list {
        let Written::Text(name) = &node.value else {
            let (found, expected) = (node.shown(), "the name of a file".into());
            let place = "include".into();
            return Err(Problem::at(node.span, Fault::WrongType { place, found, expected }));
        };
        let file = path.parent().unwrap_or(Path::new("")).join(name);
        if depth >= MAX_INCLUDES {
            let fault = Fault::Unreadable { path: file, reason: "too many nested includes".into() };
            return Err(Problem::at(node.span, fault));
        }
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Problem::at(node.span, Fault::Unreadable { path: file.clone(), reason: reason(&error) })
        })?;
        let included = sources.add(&file, text);
        root.complete_from(load(sources, included, depth + 1)?);
    }
    Ok(root)
}
