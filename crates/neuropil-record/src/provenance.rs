//! Where a result comes from: everything needed to make it again.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Written into `/neuropil` before a run starts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// The experiment, exactly as the user wrote it.
    pub experiment: String,
    /// All parameters after defaults and overrides, as JSON.
    pub parameters: String,
    /// Version of the program.
    pub version: String,
    /// Seed of all random streams.
    pub seed: u64,
    /// Every population, in order of declaration.
    pub populations: Vec<PopulationInfo>,
    /// Every file that was read, with its checksum.
    pub inputs: Vec<InputFile>,
    /// What was overlooked while the model was built.
    pub warnings: Vec<String>,
}

/// One population of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationInfo {
    /// Name.
    pub name: String,
    /// Number of neurons.
    pub size: u64,
    /// Name of the neuron model, or what kind of source it is.
    pub model: String,
}

/// A file that the experiment read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// As the experiment names it.
    pub path: String,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
}

impl InputFile {
    /// Reads `file` to take its checksum; it will be listed as `name`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(name: impl Into<String>, file: &Path) -> io::Result<Self> {
        let (mut file, mut hash, mut buffer) = (File::open(file)?, Sha256::new(), [0; 65_536]);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n => hash.update(&buffer[..n]),
            }
        }
        Ok(Self { path: name.into(), sha256: hexadecimal(&hash.finalize()) })
    }

    /// The checksum of content that is already in memory.
    pub fn from_bytes(name: impl Into<String>, content: &[u8]) -> Self {
        Self { path: name.into(), sha256: hexadecimal(&Sha256::digest(content)) }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not ended, or its process was killed.
    Running,
    /// All steps were done.
    Complete,
    /// Ended early at the user's wish.
    Interrupted,
    /// Ended by an error.
    Failed,
}

impl Status {
    /// The word that is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Running, Self::Complete, Self::Interrupted, Self::Failed]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// Written into `/neuropil` when a run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Closing {
    /// How it ended.
    pub status: Status,
    /// Model time that was reached `[ms]`.
    pub simulated_ms: f64,
    /// Phases and their wall time `[s]`.
    pub timings_s: Vec<(String, f64)>,
    /// Warnings that arose during the run.
    pub warnings: Vec<String>,
    /// The error's message, if it failed.
    pub failure: Option<String>,
}

impl Closing {
    /// An end with `status` at `simulated_ms`, and nothing else to say.
    pub const fn new(status: Status, simulated_ms: f64) -> Self {
        Self { status, simulated_ms, timings_s: Vec::new(), warnings: Vec::new(), failure: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        // FIPS 180-4 example: "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(InputFile::from_bytes("abc", b"abc").sha256, expected);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        assert_eq!(InputFile::of("abc", file.path()).unwrap().sha256, expected);
    }
}
