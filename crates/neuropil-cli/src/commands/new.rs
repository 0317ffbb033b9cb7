//! `neuropil new`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::args::{New, Template};
use crate::show;

/// Writes a commented experiment.
pub fn new(arguments: &New) -> anyhow::Result<()> {
    let mut path = PathBuf::from(&arguments.name);
    if path.extension().is_none_or(|ending| ending != "toml") {
        path.as_mut_os_string().push(".toml");
    }
    let text = match arguments.kind {
        Template::Network => include_str!("../../templates/network.toml"),
        Template::Neuron => include_str!("../../templates/neuron.toml"),
        Template::Cell => include_str!("../../templates/cell.toml"),
    };
    if path.exists() {
        bail!("{} exists and is not replaced; give another name", path.display());
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    show::line(format!("wrote {0}; run it with: neuropil run {0}", path.display()))?;
    Ok(())
}
