//! `neuropil export`

use std::path::Path;

use anyhow::{Context, bail};
use neuropil::export::tables;
use neuropil::results::ResultFile;

use crate::args::Export;
use crate::show;

/// Writes a result as tables.
pub fn export(arguments: &Export) -> anyhow::Result<()> {
    let result = ResultFile::open(&arguments.file)
        .with_context(|| format!("cannot export {}", arguments.file.display()))?;
    let window = match arguments.window.as_deref() {
        Some([start, stop]) if start < stop => Some((*start, *stop)),
        Some([start, stop]) => {
            bail!("--window: found {start} to {stop}, expected a start before a stop")
        }
        _ => None,
    };
    let beside = arguments.file.parent().unwrap_or(Path::new(""));
    let folder = arguments.output.as_deref().unwrap_or(beside);
    for path in tables(&result, folder, window, arguments.force)? {
        show::line(path.display())?;
    }
    Ok(())
}
