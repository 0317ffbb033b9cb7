//! What is to be simulated: cells, what they are made of, what joins and drives them, and what is
//! recorded. Checked where it is said; nothing here advances in time.

mod cell;
mod check;
mod diffusion;
mod electrode;
mod ion;
mod junction;
mod mechanism;
mod membrane;
mod network;
mod paint;
mod record;
mod stream;
mod waveform;

pub use cell::{CellModel, Site, View};
pub use electrode::Electrode;
pub use ion::{Ion, Reversal};
pub use junction::GapJunction;
pub use mechanism::{Density, Point, Reference, Values};
pub use network::{CableModel, Connection, Scheme, SpikeSource, SynapseTarget};
pub use paint::Painted;
pub use record::{Column, Probe, Quantity, Sampling};
pub use stream::{EventStream, Timing};
pub use waveform::Waveform;

pub(crate) use check::pointer_index;
pub(crate) use ion::nernst_mv;
pub(crate) use record::{ion_names, variable_index};
pub(crate) use waveform::NoiseState;

pub(crate) use paint::DensityEntry;
