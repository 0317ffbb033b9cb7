//! The dictionary of a file: JSON, or a Python script that makes one.
//!
//! Of several dictionaries it is the first that names a number of neurons. Lines after it that give a key a
//! plain value count; what a script computes is not followed, but named.

use super::ConvertError;
use super::literal::{Dictionary, Literal, Reader};

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    /// Keys, each once; of equal ones the last counts.
    pub dictionary: Dictionary,
    /// What the script calls the dictionary, if it is one.
    name: Option<String>,
    /// First line that computes a key.
    computed: Option<usize>,
    /// Line and name of a file from which parameters are read.
    loaded: Option<(usize, String)>,
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> Result<Script, ConvertError> {
    let loaded = loaded(text);
    let from_file =
        |(line, file): &(usize, String)| ConvertError::Loaded { line: *line, file: file.clone() };
    let (found, start, end) =
        dictionary(text).map_err(|fault| loaded.as_ref().map_or(fault, from_file))?;
    let mut script =
        Script { dictionary: Vec::new(), name: name(&text[..start]), computed: None, loaded };
    for (key, value) in found {
        script.put(key, value);
    }
    if let Some(name) = script.name.clone() {
        script.follow(text, end, &name);
    }
    Ok(script)
}

impl Script {
    /// The fault, or what in the script explains it.
    pub fn explained(&self, fault: ConvertError) -> ConvertError {
        let absent = matches!(
            fault,
            ConvertError::NoPopulation
                | ConvertError::Missing { .. }
                | ConvertError::Unpaired { .. }
        );
        match (&self.name, self.computed, &self.loaded) {
            (Some(name), Some(line), _) if absent => {
                ConvertError::Computed { line, dictionary: name.clone(), fault: Box::new(fault) }
            }
            (_, _, Some((line, file))) if fault == ConvertError::NoPopulation => {
                ConvertError::Loaded { line: *line, file: file.clone() }
            }
            _ => fault,
        }
    }

    /// What was not followed.
    pub fn note(&self) -> Option<String> {
        let (name, line) = (self.name.as_ref()?, self.computed?);
        Some(format!(
            "line {line} computes keys of {name} as the script runs, which is not followed"
        ))
    }

    fn put(&mut self, key: String, value: Literal) {
        self.dictionary.retain(|(known, _)| *known != key);
        self.dictionary.push((key, value));
    }

    /// Assignments to keys after the dictionary: plain ones at the beginning of a line are made.
    fn follow(&mut self, text: &str, end: usize, name: &str) {
        let mut at = end;
        for line in text[end..].split_inclusive('\n') {
            let begins = at;
            at += line.len();
            let indented = line.starts_with([' ', '\t']);
            let Some(rest) = line.trim_start().strip_prefix(name).filter(|r| r.starts_with('['))
            else {
                continue;
            };
            let plain = if indented { None } else { assignment(rest) };
            match plain {
                Some((key, value)) => self.put(key, value),
                None if assigns(rest) && self.computed.is_none() => {
                    self.computed = Some(text[..begins].matches('\n').count() + 1);
                }
                None => {}
            }
        }
    }
}

/// The first dictionary that names a number of neurons, or else the first; with its beginning and end.
fn dictionary(text: &str) -> Result<(Dictionary, usize, usize), ConvertError> {
    let mut reader = Reader::new(text);
    let (mut first, mut fault) = (None, None);
    loop {
        // what stands before a dictionary in a Python file is passed over, comments with braces too
        reader.blank();
        match reader.peek() {
            Some('{') => {
                let start = reader.at;
                match reader.dictionary() {
                    Ok(found) => {
                        if found.iter().any(|(key, _)| key.starts_with("N_")) {
                            return Ok((found, start, reader.at));
                        }
                        first = first.or(Some((found, start, reader.at)));
                    }
                    Err(error) => {
                        fault = fault.or(Some(error));
                        reader.at = start + 1;
                    }
                }
            }
            Some(_) => reader.skip_word(),
            None => break,
        }
    }
    // a dictionary that could not be read to its end may be the one
    match (first, fault) {
        (_, Some(fault)) => Err(fault),
        (Some(found), None) => Ok(found),
        (None, None) => Err(reader.fault("a dictionary in braces")),
    }
}

/// The name that a dictionary is given: `Model` of `Model = `.
fn name(before: &str) -> Option<String> {
    let before = before.trim_end().strip_suffix('=')?.trim_end();
    let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    (start < before.len()).then(|| before[start..].to_owned())
}

/// Key and value of `['key'] = value`, with nothing but a comment behind it.
fn assignment(rest: &str) -> Option<(String, Literal)> {
    let mut reader = Reader::new(rest);
    reader.take('[', "").ok()?;
    reader.blank();
    let key = reader.string().ok()?;
    reader.take(']', "").ok()?;
    reader.take('=', "").ok()?;
    let value = reader.value().ok()?;
    reader.blank();
    reader.peek().is_none().then_some((key, value))
}

/// Whether `[…] = …` gives a value.
fn assigns(rest: &str) -> bool {
    rest.split_once('=').is_some_and(|(before, after)| {
        before.trim_end().ends_with([']', '+', '-', '*', '/']) && !after.starts_with('=')
    })
}

/// Line and name of the first JSON file that the text names in quotation marks.
fn loaded(text: &str) -> Option<(usize, String)> {
    text.lines().enumerate().find_map(|(k, line)| {
        let line = line.split('#').next().unwrap_or_default();
        let file =
            line.split(['"', '\'']).skip(1).step_by(2).find(|part| part.ends_with(".json"))?;
        Some((k + 1, file.to_owned()))
    })
}
