//! `neuropil impedance`

use std::path::PathBuf;

use clap::Args;

use super::assignment;

/// `neuropil impedance`
#[derive(Debug, Args)]
pub struct Impedance {
    /// An experiment with a branching cell
    pub file: PathBuf,
    /// Population whose first cell is meant [default: the first]
    #[arg(long, value_name = "NAME")]
    pub population: Option<String>,
    /// Where the current goes in [default: the soma]
    #[arg(long, value_name = "PLACE")]
    pub from: Option<String>,
    /// Where the potential is looked at besides, such as 'terminals on apic' (repeatable)
    #[arg(long, value_name = "PLACES")]
    pub to: Vec<String>,
    /// Lowest frequency
    #[arg(long, default_value = "0.5 Hz")]
    pub low: String,
    /// Highest frequency
    #[arg(long, default_value = "1 kHz")]
    pub high: String,
    /// Frequencies in each factor of ten
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub points: u16,
    /// Rest before the step of current
    #[arg(long, default_value = "500 ms")]
    pub settle: String,
    /// Length of the step: at least a period of the lowest frequency
    #[arg(long, default_value = "2 s")]
    pub step: String,
    /// Height of the step, small enough for the cell to be linear
    #[arg(long, default_value = "1 pA")]
    pub amplitude: String,
    /// Change a value of the experiment, e.g. --set simulation.dt='"0.01 ms"' (repeatable)
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Picture to write, .png or .svg [default: the name of the experiment with _impedance.png]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also write frequencies, magnitudes and phases as a table
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Replace existing files
    #[arg(long, short)]
    pub force: bool,
}
