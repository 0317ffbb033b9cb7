//! `neuropil connectivity`

use neuropil::connectivity::ConnectivityError;

use crate::args::Connectivity;
use crate::show;

/// Draws the connectivity of an experiment and saves it as arrays.
pub fn connectivity(arguments: &Connectivity) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    let written = experiment.write_connectivity(&arguments.output, arguments.force);
    let paths = written.map_err(|error| match error {
        ConnectivityError::Experiment(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })?;
    for path in paths {
        show::line(path.display())?;
    }
    Ok(())
}
