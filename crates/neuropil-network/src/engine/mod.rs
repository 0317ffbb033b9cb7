//! Workers, the stepping loop, recording.
//!
//! Time advances in *slices* of the shortest delay. Within a slice workers do not need each other:
//! each advances its own neurons, panel after panel, through all steps of the slice; spikes are
//! exchanged between slices. A spike found while stepping from t to t+h is stamped t+h and acts in
//! the step that ends at t+h+delay.
//!
//! The result is the same to the bit for any number of workers: a target belongs to one worker,
//! what reaches it is added in an order that does not depend on who owns whom, and every random
//! number has an address of its own.

mod barrier;
mod build;
mod direct;
mod estimate;
mod history;
mod outbox;
mod panel;
mod part;
mod reading;
mod recorder;
mod simulation;
mod worker;

pub use estimate::{Estimate, estimate};
pub use simulation::{BuildStatistics, Options, Outcome, RunError, Simulation};

pub use crate::delivery::{SynapseCache, expected_synapses};

#[cfg(test)]
mod tests;
