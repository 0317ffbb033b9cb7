//! Commands about one experiment.

use std::path::PathBuf;

use clap::Args;

use super::Changes;

/// `neuropil convert`
#[derive(Debug, Args)]
pub struct Convert {
    /// A parameter file: a JSON object, or Python with a dictionary literal
    pub file: PathBuf,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, short)]
    pub force: bool,
}

/// `neuropil run`
#[derive(Debug, Args)]
pub struct Run {
    /// The experiment: TOML, or JSON if its name ends in .json
    pub file: PathBuf,
    /// Where the result goes [default: the name of the experiment with .h5, in this folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write no result and no pictures
    #[arg(long, conflicts_with = "output")]
    pub no_output: bool,
    /// Replace an existing result
    #[arg(long, short)]
    pub force: bool,
    /// Threads [default: as the experiment says, or all processors]; results do not depend on it
    #[arg(long, short, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub changes: Changes,
    /// Refuse networks that need more than this [default: what the machine has]
    #[arg(long, value_name = "MB")]
    pub memory: Option<u64>,
    /// Show neither progress nor summary
    #[arg(long, short)]
    pub quiet: bool,
    /// End with the summary as one JSON object on one line
    #[arg(long)]
    pub json: bool,
}

/// `neuropil check`
#[derive(Debug, Args)]
pub struct Check {
    /// The experiment
    pub file: PathBuf,
    #[command(flatten)]
    pub changes: Changes,
    /// Answer with one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `neuropil info`
#[derive(Debug, Args)]
pub struct Info {
    /// An experiment, a result, a morphology (.swc) or a mechanism (.mod)
    pub file: PathBuf,
    /// Print the experiment that a result came from, as it was written
    #[arg(long)]
    pub experiment: bool,
}

/// `neuropil connectivity`
#[derive(Debug, Args)]
pub struct Connectivity {
    /// The experiment
    pub file: PathBuf,
    #[command(flatten)]
    pub changes: Changes,
    /// Folder for the arrays
    #[arg(long, short, value_name = "FOLDER", default_value = ".")]
    pub output: PathBuf,
    /// Replace existing arrays
    #[arg(long, short)]
    pub force: bool,
}

/// `neuropil new`
#[derive(Debug, Args)]
pub struct New {
    /// Name of the experiment: NAME.toml is written
    pub name: String,
    /// Which starting point
    #[arg(long, value_enum, default_value = "network")]
    pub kind: Template,
}

/// Starting points.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Template {
    /// A balanced network of excitatory and inhibitory neurons
    Network,
    /// One neuron with one input
    Neuron,
    /// One cell with its shape, channels, a synapse and an electrode
    Cell,
}
