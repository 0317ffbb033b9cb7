//! Neuropil: simulation of neuronal networks, from an experiment file to its results.
//!
//! ```text
//! experiment (text, values, places) ─ resolve ─► model ─ build, run ─► results, summary, pictures
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`experiment`] | experiment files: TOML or JSON, with the place of every value |
//! | [`expression`] | quantities with units, arithmetic over named parameters, distributions |
//! | [`arrays`] | `.npy`, CSV and HDF5 arrays as input |
//! | [`resolve`] | from an experiment to a checked model |
//! | [`connectivity`] | drawn connectivity as arrays |
//! | [`networks`] | networks that the field knows by name |
//! | [`run`] | checking, running, summing up |
//! | [`pictures`] | pictures of a result |

pub mod arrays;
pub mod connectivity;
pub mod experiment;
pub mod expression;
pub mod networks;
pub mod pictures;
pub use neuropil_core::names;
pub mod resolve;
pub mod run;

/// What most programs need.
pub mod prelude {
    pub use crate::experiment::{Experiment, ExperimentError};
    pub use crate::run::{Progress, RunFailure, RunOptions, Summary};
}

/// Reading results back.
pub mod results {
    pub use neuropil_record::{ReadError, ResultFile, Status};
}
