//! `neuropil convert`

use anyhow::Context;

use crate::args::Convert;
use crate::show;

/// Writes a parameter dictionary as an experiment.
#[expect(clippy::print_stderr, reason = "notes belong there")]
pub fn convert(arguments: &Convert) -> anyhow::Result<()> {
    let file = &arguments.file;
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let title = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let converted = neuropil::convert::convert(&text, &title)
        .with_context(|| format!("cannot convert {}", file.display()))?;
    for note in &converted.notes {
        eprintln!("note: {note}");
    }
    match &arguments.output {
        None => show::line(converted.toml.trim_end()),
        Some(path) => {
            super::refuse_itself(path, file)?;
            super::refuse_existing(path, arguments.force)?;
            std::fs::write(path, &converted.toml)
                .with_context(|| format!("cannot write {}", path.display()))?;
            show::line(path.display())
        }
    }
}
