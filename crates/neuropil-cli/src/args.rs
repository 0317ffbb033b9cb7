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
    /// Predict the rates of an experiment by theory, beside those of a result if one is given
    Meanfield(Meanfield),
    /// Measure and fit the transfer functions of an experiment's populations
    Transfer(Transfer),
    /// Write a parameter dictionary of the package ntwk (JSON or Python) as an experiment
    Convert(Convert),
    /// Named cells and protocols of single neurons: pulses, rates over current, clamp
    #[command(subcommand)]
    Cell(Cell),
    /// Check, describe, convert, repair or draw a morphology
    #[command(subcommand)]
    Morphology(Morphology),
    /// Check, describe or draw a mechanism
    #[command(subcommand)]
    Mechanism(Mechanism),
}

/// `neuropil scan`
#[derive(Debug, Args)]
pub struct Scan {
    /// An experiment, with a [scan] section unless --over says what to scan
    pub file: PathBuf,
    /// Table of results [default: the name of the experiment with _scan.csv, in this folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Begin anew even if the table has points already
    #[arg(long, short)]
    pub force: bool,
    /// Also scan over a value: PATH=A,B,C or PATH=FROM..TO:STEPS, or draw it at random:
    /// PATH='{ uniform = [LOW, HIGH] }' with --set scan.draws=NUMBER (repeatable)
    #[arg(long, value_name = "PATH=VALUES", value_parser = assignment)]
    pub over: Vec<(String, String)>,
    /// Folder to keep the result of every point in, as point_000000.h5 and so on
    #[arg(long, value_name = "FOLDER")]
    pub results: Option<PathBuf>,
    /// Run the points that failed again
    #[arg(long)]
    pub retry: bool,
    /// Points at a time [default: all processors]
    #[arg(long, short, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub changes: Changes,
    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}

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

/// `neuropil meanfield`
#[derive(Debug, Args)]
pub struct Meanfield {
    /// The experiment
    pub file: PathBuf,
    #[command(flatten)]
    pub changes: Changes,
    /// When inputs that change in time are taken [ms]
    #[arg(long, value_name = "MS")]
    pub at: Option<f64>,
    /// Predict over the values of a key and draw the course: PATH=A,B,C or PATH=FROM..TO:STEPS
    #[arg(long, value_name = "PATH=VALUES", value_parser = assignment, conflicts_with = "result")]
    pub over: Option<(String, String)>,
    /// Table of a scan over the same key, whose rates are drawn beside the prediction
    #[arg(long, value_name = "TABLE", requires = "over")]
    pub scan: Option<PathBuf>,
    /// A result to compare with; draws both
    #[arg(long, value_name = "FILE")]
    pub result: Option<PathBuf>,
    /// Compare only from START to STOP [ms]
    #[arg(long, num_args = 2, value_names = ["START", "STOP"], requires = "result")]
    pub window: Option<Vec<f64>>,
    /// Picture to write, .png or .svg [default: the name of the result or, with --over, of the
    /// experiment, with _meanfield.png]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing picture
    #[arg(long, short)]
    pub force: bool,
    /// Answer with one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `neuropil transfer`
#[derive(Debug, Args)]
pub struct Transfer {
    /// The experiment
    pub file: PathBuf,
    /// Only this population (repeatable)
    #[arg(long, value_name = "NAME")]
    pub population: Vec<String>,
    /// Rates of a source [Hz]: SOURCE=A,B,C or SOURCE=FROM..TO:STEPS (repeatable)
    #[arg(long, value_name = "SOURCE=RATES", value_parser = assignment)]
    pub over: Vec<(String, String)>,
    /// Independent trials at each point
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub seeds: u16,
    /// Duration of a trial [ms]
    #[arg(long, value_name = "MS", default_value_t = 5000.0)]
    pub time: f64,
    /// Which polynomial the effective threshold is
    #[arg(long, value_enum, default_value = "five")]
    pub basis: Polynomial,
    /// Points at or above this rate are left out of the fit [Hz]
    #[arg(long, value_name = "HZ", default_value_t = 50.0)]
    pub max_rate: f64,
    /// Let points count by their standard errors
    #[arg(long)]
    pub weighted: bool,
    /// When inputs that change in time are taken [ms]
    #[arg(long, value_name = "MS")]
    pub at: Option<f64>,
    #[command(flatten)]
    pub changes: Changes,
    /// File to write, which [meanfield.transfer] can name [default: the name of the experiment with
    /// _transfer.toml, in this folder]; pictures go beside it
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace existing files
    #[arg(long, short)]
    pub force: bool,
    /// Answer with one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Polynomials of the effective threshold.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Polynomial {
    /// Second order in mean, SD, skewness, correlation time and crossing probability
    Five,
    /// First order in the same
    Linear,
    /// Second order in mean, SD and correlation time
    Three,
}

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
    /// Mend what can be mended without choosing a number, say each change, write the result
    Repair(MorphologyOutput),
    /// Draw the cell
    Plot(MorphologyPlot),
}

/// A morphology and how to read it.
#[derive(Debug, Args)]
pub struct MorphologyFile {
    /// SWC file
    pub file: PathBuf,
    /// Whose reading to follow: neuropil, neuron, arbor, arbor_neuron, morphio
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
    /// An experiment, a result, a morphology (.swc) or a mechanism (.mod)
    pub file: PathBuf,
    /// Print the experiment that a result came from, as it was written
    #[arg(long)]
    pub experiment: bool,
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
