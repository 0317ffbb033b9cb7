//! Commands about a result.

use std::path::PathBuf;

use clap::Args;

use super::assignment;

/// `neuropil analyze`
#[derive(Debug, Args)]
pub struct Analyze {
    /// A result
    pub file: PathBuf,
    /// Only from START to STOP [ms]
    #[arg(long, num_args = 2, value_names = ["START", "STOP"])]
    pub window: Option<Vec<f64>>,
    /// Change a key of the experiment's [analysis], e.g. --with modulation='{ frequency = "10 Hz" }'
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub with: Vec<(String, String)>,
    /// Answer with JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Answer with one line per population and figure, separated by commas
    #[arg(long)]
    pub csv: bool,
}

/// `neuropil export`
#[derive(Debug, Args)]
pub struct Export {
    /// A result
    pub file: PathBuf,
    /// Only from START to STOP [ms]
    #[arg(long, num_args = 2, value_names = ["START", "STOP"])]
    pub window: Option<Vec<f64>>,
    /// Folder for the tables [default: that of the result]
    #[arg(long, short, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Replace existing tables
    #[arg(long, short)]
    pub force: bool,
}

/// `neuropil plot`
#[derive(Debug, Args)]
pub struct Plot {
    /// A result of a run or of a scan
    pub file: PathBuf,
    /// What to draw [default: what the experiment asks for, or all that fits]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// A key of that kind, as in [plots], e.g. --with x=parameters.g --with log='["x"]'
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment, requires = "kind")]
    pub with: Vec<(String, String)>,
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
