//! `neuropil mechanism`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `neuropil mechanism`
#[derive(Debug, Subcommand)]
pub enum Mechanism {
    /// Compile it and list every finding, each with its line
    Check(MechanismFile),
    /// What it is, has, needs and gives
    Info(MechanismFile),
    /// Draw steady states and time constants over voltage
    Plot(MechanismPlot),
    /// List the built-in mechanisms
    List,
}

/// A mechanism.
#[derive(Debug, Args)]
pub struct MechanismFile {
    /// A .mod file, or the name of a built-in mechanism
    pub mechanism: String,
}

/// A mechanism to be drawn.
#[derive(Debug, Args)]
pub struct MechanismPlot {
    #[command(flatten)]
    pub input: MechanismFile,
    /// Temperature [°C]
    #[arg(long, default_value_t = 6.3, allow_negative_numbers = true)]
    pub celsius: f64,
    /// Picture to write, .png or .svg [default: the name of the mechanism with .png]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// Replace an existing picture
    #[arg(long, short)]
    pub force: bool,
}
