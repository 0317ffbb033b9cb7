//! A network as it will be built: everything resolved to internal units, nothing allocated yet.
//!
//! Units are ms, mV, pF, nS, pA, Hz; times on the grid are step counts.

mod connection;
mod distribution;
mod generator;
mod input;
mod network;
mod population;
mod recordable;
mod recording;
mod space;

pub use connection::{BlockMatrix, Connection, Delay, Rule, Weight};
pub use distribution::{Bounds, Distribution, Shape};
pub use generator::{Generator, Interaction, Process};
pub use input::{Drive, Input, Target, Waveform, Window};
pub use network::{ModelError, Network};
pub use population::{Column, Dynamics, Population, Slice, SpikeTrains};
pub use recordable::{Recordable, recordables};
pub(crate) use recordable::{Term, Terms};
pub use recording::{Neurons, Recording};
pub use space::{Geometry, Positions, Profile};
