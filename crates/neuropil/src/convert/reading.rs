//! Looking keys up, and remembering which were.

use super::ConvertError;
use super::literal::{Dictionary, Literal};

/// A dictionary that is being read.
pub(super) struct Reading<'a> {
    pub dictionary: &'a Dictionary,
    /// Whether each key was used.
    pub used: Vec<bool>,
    /// What was left out or understood with a caution.
    pub notes: Vec<String>,
}

impl Reading<'_> {
    pub fn place(&self, key: &str) -> Option<usize> {
        self.dictionary.iter().position(|(known, _)| known == key)
    }

    pub fn number(&mut self, key: &str) -> Result<Option<f64>, ConvertError> {
        let Some(place) = self.place(key) else { return Ok(None) };
        self.used[place] = true;
        match &self.dictionary[place].1 {
            Literal::Number(value) => Ok(Some(*value)),
            other => {
                let (key, found) = (key.to_owned(), shown(other));
                Err(ConvertError::Value { key, found, expected: "a number" })
            }
        }
    }

    pub fn need(&mut self, key: &str, needed_by: &str) -> Result<f64, ConvertError> {
        self.number(key)?
            .ok_or_else(|| ConvertError::Missing { key: key.into(), needed_by: needed_by.into() })
    }
}

/// A value as messages show it.
pub(super) fn shown(literal: &Literal) -> String {
    match literal {
        Literal::Number(value) => value.to_string(),
        Literal::Text(text) => format!("{text:?}"),
        Literal::List(items) => format!("a list of {}", items.len()),
        Literal::Other(what) => (*what).to_owned(),
    }
}
