//! Cable-equation engine for branching cells.
//!
//! A [`CellModel`] is one cell: a morphology cut into compartments, density mechanisms painted on
//! regions, point processes at places, ions, spike detectors. A [`CableModel`] holds any number of
//! cells with the connections, event streams, electrodes and recordings that join, drive and watch
//! them. A [`CableSimulation`] advances it; spikes and samples go to a
//! [`neuropil_core::Observer`].
//!
//! # The equation
//!
//! ```text
//! c A dv/dt = Σ_j g_j (v_j − v) − A i_mem(v, t) + I_electrodes          (every compartment)
//! ```
//!
//! is stepped by the staggered Crank–Nicolson scheme of Hines (1984),
//! doi:10.1016/0020-7101(84)90008-4, or by backward Euler ([`Scheme`]); the linear systems are
//! solved by [`tree`], many cells side by side.
//!
//! # Determinism
//!
//! Traces and spikes are the same to the last bit for any number of threads and any grouping of
//! cells ([`Execution`]).

mod coupling;
mod engine;
mod error;
mod model;
mod partition;
mod quad;
mod recordings;
mod routes;
mod simulation;
mod team;
pub mod tree;

pub use error::{ModelError, RunError};
pub use model::{
    CableModel, CellModel, Column, Connection, Density, Electrode, EventStream, GapJunction, Ion,
    Painted, Point, Probe, Quantity, Reference, Reversal, Sampling, Scheme, Site, SpikeSource,
    SynapseTarget, Timing, Values, View, Waveform,
};
pub use simulation::{CableSimulation, Execution};
