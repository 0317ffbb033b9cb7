//! `neuropil cell`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::assignment;

/// `neuropil cell`
#[derive(Debug, Subcommand)]
pub enum Cell {
    /// List the cells known by name
    List,
    /// Model and parameters of a cell
    Info(CellSubject),
    /// Current pulses of several amplitudes
    Pulse(CellPulse),
    /// Firing rate over current
    Curve(CellCurve),
    /// A current step with a clamping conductance in its middle third
    Clamp(CellClamp),
}

/// The neuron that a protocol is about.
#[derive(Debug, Args)]
pub struct CellSubject {
    /// A named cell, or an experiment whose population gives the neuron
    pub cell: String,
    /// Population of the experiment [default: the first]
    #[arg(long, value_name = "NAME")]
    pub population: Option<String>,
    /// Change a parameter of the cell (C_m='300 pF'), or a value of the experiment (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
}

/// Where the picture and the numbers go.
#[derive(Debug, Args)]
pub struct CellOutput {
    /// Picture to write, .png or .svg [default: the name of the cell and the protocol, .png]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also write the traces as a table
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Replace existing files
    #[arg(long, short)]
    pub force: bool,
}

/// `neuropil cell pulse`
#[derive(Debug, Args)]
pub struct CellPulse {
    #[command(flatten)]
    pub input: CellSubject,
    /// Amplitudes, such as '200 pA,300 pA,-100 pA' (repeatable)
    #[arg(long, value_delimiter = ',', default_value = "200,0,-100", allow_hyphen_values = true)]
    pub amplitudes: Vec<String>,
    /// Length of each pulse
    #[arg(long, default_value = "400 ms")]
    pub duration: String,
    /// Rest before and after
    #[arg(long, default_value = "150 ms")]
    pub delay: String,
    /// Time step
    #[arg(long, default_value = "0.1 ms")]
    pub dt: String,
    /// Apply the amplitudes one after the other to one neuron
    #[arg(long)]
    pub sequence: bool,
    #[command(flatten)]
    pub output: CellOutput,
}

/// `neuropil cell curve`
#[derive(Debug, Args)]
pub struct CellCurve {
    #[command(flatten)]
    pub input: CellSubject,
    /// Smallest current
    #[arg(long, default_value = "0 pA", allow_hyphen_values = true)]
    pub from: String,
    /// Largest current
    #[arg(long, default_value = "600 pA", allow_hyphen_values = true)]
    pub to: String,
    /// Number of currents
    #[arg(long, default_value_t = 31)]
    pub points: u16,
    /// Length of each pulse
    #[arg(long, default_value = "2 s")]
    pub duration: String,
    /// Time step
    #[arg(long, default_value = "0.1 ms")]
    pub dt: String,
    #[command(flatten)]
    pub output: CellOutput,
}

/// `neuropil cell clamp`
#[derive(Debug, Args)]
pub struct CellClamp {
    #[command(flatten)]
    pub input: CellSubject,
    /// Current step
    #[arg(long, default_value = "200 pA", allow_hyphen_values = true)]
    pub amplitude: String,
    /// Its length
    #[arg(long, default_value = "400 ms")]
    pub duration: String,
    /// Rest before and after
    #[arg(long, default_value = "100 ms")]
    pub delay: String,
    /// Potential that the neuron is drawn to
    #[arg(long, default_value = "-80 mV", allow_hyphen_values = true)]
    pub potential: String,
    /// Conductance of the clamp
    #[arg(long, default_value = "1000 nS")]
    pub conductance: String,
    /// Time step
    #[arg(long, default_value = "0.1 ms")]
    pub dt: String,
    #[command(flatten)]
    pub output: CellOutput,
}
