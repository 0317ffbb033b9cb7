//! Cells that advance together: state, and one step of it.
//!
//! A [`Group`] holds the nodes of some cells in one set of columns, the instances of all their
//! mechanisms, the matrix, the events that will reach them, and what is sampled from them. It
//! never looks at another group: spikes that leave it are collected, events that enter it are
//! queued, and whole minimum-delay epochs pass in between.
//!
//! # One step, from stamp n to n + 1
//!
//! 1. solve for the potential with the currents found at stamp n (electrodes at their mean over
//!    the step), and extrapolate (Crank–Nicolson);
//! 2. find threshold crossings, interpolated within the step, stamped n + 1;
//! 3. carry the ion currents to stamp n + 1 (Crank–Nicolson), advance all states at the new
//!    potential in the order of the mechanisms, then the Nernst potentials;
//! 4. deliver the events of stamp n + 1. Under Crank–Nicolson the states now stand half a step after the
//!    stamp: point processes that receive events are therefore advanced in two halves with the events
//!    in between (not under the undamped variant, which does as NEURON does);
//! 5. evaluate all currents; 6. sample stamp n + 1.

mod block;
mod build;
mod deliver;
mod electrode;
mod events;
mod gaps;
mod group;
mod guard;
mod initial;
mod ions;
mod kernels;
mod layout;
mod massless;
mod measure;
mod ohmic;
mod probe;
mod spread;
mod step;
mod streams;
mod table;

pub(crate) use events::{Arrival, Origin};
pub(crate) use group::{Emitted, Group, GroupParts, Slot};
pub(crate) use layout::Signature;
pub(crate) use probe::Part;
pub(crate) use table::Tables;
