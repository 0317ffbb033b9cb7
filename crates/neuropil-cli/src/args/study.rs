//! Commands that study an experiment over many runs or by theory.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, assignment};

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
    /// A result to compare with; draws both. Without --at and --over, and if inputs change in time, rates
    /// over the whole run
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
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub seeds: u16,
    /// Duration of a trial, after 100 ms (three time constants of adaptation) that do not count [ms]
    #[arg(long, value_name = "MS", default_value_t = 4000.0)]
    pub time: f64,
    /// Let populations send Poisson trains, not trains as regular as their neurons'
    #[arg(long)]
    pub poisson: bool,
    /// Which polynomial the effective threshold is
    #[arg(long, value_enum, default_value = "five")]
    pub basis: Polynomial,
    /// Points at or above this rate are left out of the fit [Hz]
    #[arg(long, value_name = "HZ", default_value_t = 50.0)]
    pub max_rate: f64,
    /// Let points count by their standard errors, not in proportion to the rate
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
