//! `neuropil connectivity`

use crate::args::Connectivity;
use crate::show;

/// Draws the connectivity of an experiment and saves it as arrays.
pub fn connectivity(arguments: &Connectivity) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    for path in experiment.write_connectivity(&arguments.output, arguments.force)? {
        show::line(path.display())?;
    }
    Ok(())
}
