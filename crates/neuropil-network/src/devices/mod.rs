//! Devices that drive neurons from outside: independent Poisson trains and currents.

mod current;
mod noise;
mod poisson;

pub(crate) use current::CurrentDrive;
pub(crate) use noise::NoiseDrive;
pub use poisson::PoissonSampler;
