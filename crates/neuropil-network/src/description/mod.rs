//! A network as it will be built: everything resolved to internal units, nothing allocated yet.
//!
//! Units are ms, mV, pF, nS, pA, Hz; times on the grid are step counts.

mod connection;
mod distribution;
mod input;
mod network;
mod population;
mod recording;

pub use connection::{BlockMatrix, Connection, Delay, Rule, Weight};
pub use distribution::{Bounds, Distribution, Shape};
pub use input::{Drive, Input, Target, Waveform, Window};
pub use network::{ModelError, Network};
pub use population::{Column, Dynamics, Population, Slice, SpikeTrains};
pub use recording::{Neurons, Recording};
