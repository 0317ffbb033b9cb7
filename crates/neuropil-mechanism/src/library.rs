//! A set of mechanisms by name: the built-in catalogue and the user's own files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use neuropil_core::names::suggestion;
use thiserror::Error;

use crate::{CompileError, Mechanism, Source, catalogue, compile};

/// Why a mechanism could not be added or found.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum LibraryError {
    #[error("cannot read \"{path}\": {source}")]
    Read { path: String, source: std::io::Error },
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error("two mechanisms are named \"{name}\": {first} and {second}; rename one of them")]
    Duplicate { name: String, first: String, second: String },
    #[error("no mechanism \"{name}\"{hint}")]
    Unknown { name: String, hint: String },
}

/// Mechanisms by name. A user's file takes precedence over nothing: one name, one mechanism.
#[derive(Debug, Clone, Default)]
pub struct Library {
    mechanisms: BTreeMap<String, Arc<Mechanism>>,
}

impl Library {
    /// An empty library.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compiles a source and adds it under its own name.
    ///
    /// # Errors
    /// [`LibraryError::Compile`], [`LibraryError::Duplicate`].
    pub fn add(&mut self, source: &Source) -> Result<Arc<Mechanism>, LibraryError> {
        let mechanism = Arc::new(compile(source)?);
        let name = mechanism.name().to_owned();
        if let Some(first) = self.mechanisms.get(&name) {
            return Err(LibraryError::Duplicate {
                name,
                first: first.description().origin.clone(),
                second: mechanism.description().origin.clone(),
            });
        }
        self.mechanisms.insert(name, Arc::clone(&mechanism));
        Ok(mechanism)
    }

    /// Reads, compiles and adds a file.
    ///
    /// # Errors
    /// [`LibraryError::Read`] and those of [`Self::add`].
    pub fn add_file(&mut self, path: &Path) -> Result<Arc<Mechanism>, LibraryError> {
        let source = Source::read(path)
            .map_err(|source| LibraryError::Read { path: path.display().to_string(), source })?;
        self.add(&source)
    }

    /// A mechanism by name: one that was added, else one of the built-in catalogue, which is
    /// compiled when it is first asked for. Built-in mechanisms are found by their own name (`hh`)
    /// or by their catalogue path (`hodgkin_huxley_1952/hh`).
    ///
    /// # Errors
    /// [`LibraryError::Unknown`], with the nearest name.
    pub fn find(&mut self, name: &str) -> Result<Arc<Mechanism>, LibraryError> {
        if let Some(found) = self.mechanisms.get(name) {
            return Ok(Arc::clone(found));
        }
        for entry in catalogue::entries() {
            let path = format!("{}/{}", entry.publication, entry.file);
            if entry.file != name && path != name {
                continue;
            }
            // the path may name a mechanism that is here already under its own name
            if let Some(found) = self.mechanisms.get(entry.file) {
                return Ok(Arc::clone(found));
            }
            return self.add(&entry.source());
        }
        let entries = catalogue::entries();
        let names = self.mechanisms.keys().map(String::as_str);
        let names = names.chain(entries.iter().map(|e| e.file));
        let hint = suggestion(name, names);
        Err(LibraryError::Unknown { name: name.to_owned(), hint })
    }

    /// A mechanism that was added or found before.
    ///
    /// # Errors
    /// [`LibraryError::Unknown`], with the nearest name.
    pub fn get(&self, name: &str) -> Result<&Arc<Mechanism>, LibraryError> {
        self.mechanisms.get(name).ok_or_else(|| LibraryError::Unknown {
            name: name.to_owned(),
            hint: suggestion(name, self.mechanisms.keys().map(String::as_str)),
        })
    }

    /// All mechanisms, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Mechanism>> {
        self.mechanisms.values()
    }
}
