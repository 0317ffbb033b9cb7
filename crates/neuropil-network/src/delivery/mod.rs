//! How spikes become input: one storage per kind of projection, chosen by what is true of it.
//!
//! | storage | when | bytes per synapse |
//! |---|---|---|
//! | [`Bits`] | one weight, one delay, more than a sixteenth of all pairs | 1 bit per pair |
//! | [`Rows`] | one weight (or one per pair of blocks), one delay | 2 |
//! | [`TimedRows`] | weights or delays per synapse | 2 (one weight), 6 or 10 |
//!
//! All of them belong to a *panel*: a stretch of one population that one worker owns, short enough
//! for 16-bit target indices. A projection with one weight delivers **counts**, which are exact
//! integers, so that the choice of storage cannot change a result; the others add in the order
//! (delay, source), which does not depend on how targets are divided among workers.

mod bits;
mod incoming;
mod release;
mod rows;
mod shared;
mod spread;
mod timed;

pub use bits::{Bits, Planes};
pub(crate) use incoming::{Incoming, Place, Recipe, Route, Store, build, storage_bytes};
pub use incoming::{Storage, expected_synapses, mean_over_pairs};
pub(crate) use release::{Event, Release};
pub use rows::Rows;
pub use shared::SynapseCache;
pub use timed::TimedRows;

/// Most neurons in a panel; their input buffers stay in the second-level cache.
pub const PANEL: usize = 32_768;
