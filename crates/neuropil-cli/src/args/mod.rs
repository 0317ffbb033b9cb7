//! What the command understands.

mod cell;
mod experiment;
mod impedance;
mod mechanism;
mod morphology;
mod result;
mod study;

use clap::{Args, Parser, Subcommand};

pub use cell::{Cell, CellClamp, CellCurve, CellOutput, CellPulse, CellSubject};
pub use experiment::{Check, Connectivity, Convert, Info, New, Run, Template};
pub use impedance::Impedance;
pub use mechanism::{Mechanism, MechanismFile, MechanismPlot};
pub use morphology::{
    Morphology, MorphologyFile, MorphologyOutput, MorphologyPlot, MorphologyRepair,
};
pub use result::{Analyze, Export, Plot};
pub use study::{Meanfield, Polynomial, Scan, Transfer};

/// Simulates networks of neurons and cells with their real shape, described by experiment files.
#[derive(Debug, Parser)]
#[command(
    name = "neuropil",
    version,
    about = "Simulates networks of neurons and cells with their real shape, described by experiment files",
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
    /// Say what is in a file: an experiment, a result, a morphology or a mechanism
    Info(Info),
    /// Draw pictures of a result
    Plot(Plot),
    /// Write a commented experiment to start from
    New(New),
    /// Draw the connectivity of an experiment and save it as arrays
    Connectivity(Connectivity),
    /// Run an experiment once for every point of a grid, list or random draw of values
    Scan(Scan),
    /// Statistics of the spikes and variables of a result
    Analyze(Analyze),
    /// Write a result as plain tables (CSV)
    Export(Export),
    /// Predict the rates of an experiment by theory, beside those of a result if one is given
    Meanfield(Meanfield),
    /// Measure and fit the transfer functions of an experiment's populations
    Transfer(Transfer),
    /// Write a parameter dictionary of the package ntwk (JSON or Python) as an experiment
    Convert(Convert),
    /// Named cells and protocols of single neurons: pulses, rates over current, clamp
    #[command(subcommand)]
    Cell(Cell),
    /// Input and transfer impedance of a branching cell at rest, over frequency
    Impedance(Impedance),
    /// Check, describe, convert, repair or draw a morphology
    #[command(subcommand)]
    Morphology(Morphology),
    /// Check, describe or draw a mechanism
    #[command(subcommand)]
    Mechanism(Mechanism),
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

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok((path.trim().into(), value.trim().into()))
        }
        _ => Err("expected PATH=VALUE, such as simulation.dt=0.05".into()),
    }
}
