//! What the tests of the command share.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the command in a folder.
pub fn neuropil(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_neuropil"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// What it printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
