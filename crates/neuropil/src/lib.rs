//! Neuropil: simulation of neuronal networks, from an experiment file to its results.
//!
//! ```text
//! experiment (text, values, places) ─ resolve ─► model ─ build, run ─► results, summary, pictures
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`experiment`] | experiment files: TOML or JSON, with the place of every value |
//! | [`builder`] | experiments from Rust |
//! | [`expression`] | quantities with units, arithmetic over named parameters, distributions |
//! | [`arrays`] | `.npy`, CSV and HDF5 arrays as input |
//! | [`resolve`] | from an experiment to a checked model |
//! | [`cell`] | protocols of single neurons: pulses, rates over current, clamp |
//! | [`connectivity`] | drawn connectivity as arrays |
//! | [`export`] | results as plain tables |
//! | [`impedance`] | input and transfer impedance of a branching cell |
//! | [`meanfield`] | rates that theory predicts; transfer functions |
//! | [`convert`] | parameter dictionaries of other tools as experiments |
//! | [`networks`] | networks that the field knows by name |
//! | [`gating`], [`cell_picture`] | pictures of mechanisms and morphologies |
//! | [`run`] | checking, running, summing up |
//! | [`scan`] | the same experiment with many values |
//! | [`analyze`] | statistics of a result |
//! | [`pictures`] | pictures of a result |

pub mod analyze;
pub mod arrays;
pub mod builder;
pub mod cell;
pub mod cell_picture;
pub mod connectivity;
pub mod convert;
pub mod experiment;
pub mod export;
pub mod expression;
pub mod gating;
pub mod impedance;
pub mod meanfield;
pub mod networks;
pub mod pictures;
pub mod resolve;
pub mod run;
pub mod scan;

pub use neuropil_core::names;
pub use neuropil_mechanism as mechanism;
pub use neuropil_morphology as morphology;
/// Cells known by name.
pub mod cells {
    pub use neuropil_network::neurons::{CELLS, NamedCell, find_cell};
}
pub use neuropil_plot as plot;

/// What most programs need.
pub mod prelude {
    pub use crate::builder::{Cell, Connect, ExperimentBuilder, Input, Neurons};
    pub use crate::experiment::{Experiment, ExperimentError};
    pub use crate::results::ResultFile;
    pub use crate::run::{Progress, RunFailure, RunOptions, Summary};
}

/// Reading results back.
pub mod results {
    pub use neuropil_record::{ReadError, ResultFile, Status};
}
