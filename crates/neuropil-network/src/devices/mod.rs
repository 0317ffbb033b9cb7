//! Devices that drive neurons from outside: independent Poisson trains and currents; populations that
//! spike at random.

mod clamp;
mod current;
mod generator;
mod noise;
mod poisson;
mod scattered;

pub(crate) use clamp::ClampDrive;
pub(crate) use current::CurrentDrive;
pub(crate) use generator::Spiking;
pub(crate) use noise::NoiseDrive;
pub use poisson::PoissonSampler;
