//! From a model to a result: checking, building, stepping, recording, summing up.

mod cables;
mod check;
mod driver;
mod failure;
mod job;
mod machine;
mod progress;
mod provenance;
pub(crate) mod recordings;
mod summary;

pub use cables::{CableCheck, CellCheck};
pub use check::{Check, PopulationCheck, ProjectionCheck};
pub use driver::RunOptions;
pub(crate) use driver::modelled;
pub use failure::RunFailure;
pub use machine::{memory_limit_bytes, peak_memory_bytes};
pub use progress::Progress;
pub(crate) use recordings::declare;
pub use summary::{PopulationSummary, Summary};
