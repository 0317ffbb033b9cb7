//! What the command understands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Simulates networks of neurons described by experiment files.
#[derive(Debug, Parser)]
#[command(
    name = "neuropil",
    version,
    about = "Simulates networks of neurons described by experiment files",
    after_help = "Exit codes: 0 done, 1 fault in the model or data, 2 usage, 3 system.\n\n\
                  Begin with:  neuropil new first  &&  neuropil run first.toml"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an experiment and keep its result
    Run(Run),
    /// Say what would be built, without building it
    Check(Check),
    /// Say what is in a file: an experiment or a result
    Info(Info),
    /// Draw pictures of a result
    Plot(Plot),
    /// Write a commented experiment to start from
    New(New),
    /// Draw the connectivity of an experiment and save it as arrays
    Connectivity(Connectivity),
}

/// Changes to the experiment that most commands take.
#[derive(Debug, Args)]
pub struct Changes {
    /// Change a value of the experiment, e.g. --set connections.EE.weight='"0.2 mV"'
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Seed of all random numbers
    #[arg(long)]
    pub seed: Option<u64>,
    /// Time to simulate after the warm-up: "2 s", or a number in ms
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
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
    /// An experiment or a result
    pub file: PathBuf,
    /// Print the experiment that a result came from, as it was written
    #[arg(long)]
    pub experiment: bool,
}

/// `neuropil plot`
#[derive(Debug, Args)]
pub struct Plot {
    /// A result
    pub file: PathBuf,
    /// What to draw [default: what the experiment asks for, or all that fits]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only these populations
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub populations: Vec<String>,
    /// Only from START to STOP [ms]
    #[arg(long, num_args = 2, value_names = ["START", "STOP"])]
    pub window: Option<Vec<f64>>,
    /// Width of the bins of a rate [ms]
    #[arg(long, value_name = "MS")]
    pub bin: Option<f64>,
    /// Folder for the pictures [default: that of the result]
    #[arg(long, short, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace existing pictures
    #[arg(long, short)]
    pub force: bool,
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
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok((path.trim().into(), value.trim().into()))
        }
        _ => Err("expected PATH=VALUE, such as simulation.dt=0.05".into()),
    }
}
