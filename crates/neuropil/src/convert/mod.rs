//! Flat parameter dictionaries of the Python package `ntwk` as experiment files.
//!
//! ```text
//! text ─ script ─► dictionary ─ network ─► populations, projections, drives ─ write ─► TOML, notes
//! ```
//!
//! Reads JSON objects and Python dictionary literals, with the keys that the script gives plain values
//! afterwards; current and legacy keys. Every key is either translated or named in a note with the
//! reason; a probability without a quantal conductance, or the other way round for a projection that
//! exists, is an error.

mod leftover;
mod literal;
mod network;
mod reading;
mod script;
mod space;
mod write;

use thiserror::Error;

/// Why a dictionary cannot be converted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ConvertError {
    #[error("line {line}, column {column}: found {found}, expected {expected}")]
    Syntax { line: usize, column: usize, found: String, expected: &'static str },
    #[error("{key}: found {found}, expected {expected}")]
    Value { key: String, found: String, expected: &'static str },
    #[error("{key} is missing, which {needed_by} needs")]
    Missing { key: String, needed_by: String },
    #[error(
        "{key} = {value} has no {partner}: the projection would silently be absent; give {partner}, or \
         leave {key} out"
    )]
    Unpaired { key: String, value: f64, partner: String },
    #[error(
        "{key} = {value} differs from {other_value} of {other}: a neuron has one kind of excitatory and \
         one kind of inhibitory synapse"
    )]
    Kinds { key: String, value: f64, other: String, other_value: f64 },
    #[error("no population: there is no key N_<name> with a <name>_Gl")]
    NoPopulation,
    #[error(
        "line {line}: the parameters are read from {file}: convert that file, and make the changes of this script \
         in the experiment"
    )]
    Loaded { line: usize, file: String },
    #[error(
        "line {line}: the script computes keys of {dictionary} as it runs, which only Python can follow ({fault}); \
         let it write what it made, json.dump({dictionary}, open(\"params.json\", \"w\")), and convert that"
    )]
    Computed { line: usize, dictionary: String, fault: Box<ConvertError> },
}

/// An experiment file and what could not be carried over.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// The experiment file.
    pub toml: String,
    /// What was left out or understood with a caution, one sentence each.
    pub notes: Vec<String>,
}

/// Converts the text of a parameter file; `title` becomes the title of the experiment.
///
/// # Errors
/// [`ConvertError`].
///
/// ```
/// let text = r#"{"N_Exc": 10, "Exc_Gl": 10, "Exc_Cm": 200, "Exc_Trefrac": 5, "Exc_El": -70,
///   "Exc_Vthre": -50, "Exc_Vreset": -70, "Exc_deltaV": 0, "Exc_a": 0, "Exc_b": 0, "Exc_tauw": 1e9,
///   "Tsyn_Exc": 5, "Erev_Exc": 0, "p_Exc_Exc": 0.5, "Q_Exc_Exc": 1, "dt": 0.1, "tstop": 100}"#;
/// let converted = neuropil::convert::convert(text, "ten neurons")?;
/// let experiment = neuropil::experiment::Experiment::parse(&converted.toml, "ten.toml")?;
/// assert_eq!(experiment.check()?.synapses, 50.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn convert(text: &str, title: &str) -> Result<Converted, ConvertError> {
    let script = script::read(text)?;
    let mut network = network::read(&script.dictionary).map_err(|fault| script.explained(fault))?;
    network.notes.extend(script.note());
    Ok(Converted { toml: write::toml(&network, title), notes: network.notes })
}

#[cfg(test)]
mod tests;
