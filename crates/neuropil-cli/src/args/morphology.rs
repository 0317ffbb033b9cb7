//! `neuropil morphology`

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `neuropil morphology`
#[derive(Debug, Subcommand)]
pub enum Morphology {
    /// List every defect of the file and every oddity, each with its line
    Check(MorphologyFile),
    /// Sections, sizes and distances, in all and by type
    Info(MorphologyFile),
    /// Every section with its number, name, parent, path distance, length and diameters
    Sections(MorphologyFile),
    /// Write the cell as it is understood, as SWC
    Convert(MorphologyOutput),
    /// Mend what is wrong, say each change, write the result
    Repair(MorphologyRepair),
    /// Draw the cell
    Plot(MorphologyPlot),
}

/// A morphology and how to read it.
#[derive(Debug, Args)]
pub struct MorphologyFile {
    /// SWC file
    pub file: PathBuf,
    /// Whose reading to follow: neuropil, neuron, arbor, arbor-neuron, morphio
    #[arg(long, default_value = "neuropil")]
    pub profile: String,
}

/// A morphology to be written anew.
#[derive(Debug, Args)]
pub struct MorphologyOutput {
    #[command(flatten)]
    pub input: MorphologyFile,
    /// File to write
    #[arg(long, short)]
    pub output: PathBuf,
    /// Replace an existing file
    #[arg(long, short)]
    pub force: bool,
}

/// What to mend besides what needs no choice.
#[derive(Debug, Args)]
pub struct MorphologyRepair {
    #[command(flatten)]
    pub file: MorphologyOutput,
    /// Raise smaller radii to this [µm]
    #[arg(long, value_name = "UM")]
    pub min_radius: Option<f64>,
    /// Multiply coordinates and radii, for example by 0.001 for nanometres
    #[arg(long, value_name = "FACTOR")]
    pub scale: Option<f64>,
    /// Take away what is of these types, and all that hangs from it: soma, axon, dend, apic or a number
    #[arg(long, value_name = "TYPE", value_delimiter = ',', value_parser = tag)]
    pub without: Vec<i64>,
    /// Where there are several trees: keep the largest, keep the first, or join all to the first
    #[arg(long, default_value = "largest", value_parser = ["largest", "first", "join"])]
    pub roots: String,
}

/// A morphology to be drawn.
#[derive(Debug, Args)]
pub struct MorphologyPlot {
    #[command(flatten)]
    pub input: MorphologyFile,
    /// Picture to write, .png or .svg [default: the name of the file with .png]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// Plane: xy, xz or yz
    #[arg(long, default_value = "xy", value_parser = ["xy", "xz", "yz"])]
    pub plane: String,
    /// Replace an existing picture
    #[arg(long, short)]
    pub force: bool,
}

/// The number of a type of samples.
fn tag(text: &str) -> Result<i64, String> {
    match text {
        "soma" => Ok(1),
        "axon" => Ok(2),
        "dend" => Ok(3),
        "apic" => Ok(4),
        number => number.parse().map_err(|_| "expected soma, axon, dend, apic or a number".into()),
    }
}
