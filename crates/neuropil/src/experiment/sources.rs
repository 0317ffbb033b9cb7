//! Texts that an experiment is made of, and places in them.

use std::path::{Path, PathBuf};

/// A place in one of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Which text.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One text: a file, or a value given on the command line.
#[derive(Debug, Clone)]
pub struct Source {
    /// File name, or `--set` for values from the command line.
    pub path: PathBuf,
    /// Contents.
    pub text: String,
}

/// All texts of an experiment. The first is the experiment file itself.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Sources {
    /// Adds a text; returns its number.
    pub fn add(&mut self, path: &Path, text: String) -> usize {
        self.texts.push(Source { path: path.into(), text });
        self.texts.len() - 1
    }

    /// A text.
    pub fn get(&self, source: usize) -> Option<&Source> {
        self.texts.get(source)
    }

    /// Every text, in the order in which it was read.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.texts.iter()
    }

    /// Line and column of a place, counted from 1, columns in characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let text = self.get(span.source).map_or("", |source| source.text.as_str());
        let before = text.get(..span.start.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }
}
