//! Running kernels over instances.

use crate::contract::{Emission, Event, Instances, KernelFault, Surroundings};

/// Working memory of the kernels; kept between calls so that a step allocates nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {}

pub(crate) fn initialize(
    _instances: &mut Instances,
    _around: &mut Surroundings<'_>,
    _emissions: &mut Vec<Emission>,
) -> Result<(), KernelFault> {
    Ok(())
}

pub(crate) fn currents(
    _instances: &mut Instances,
    _around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    Ok(())
}

pub(crate) fn advance(
    _instances: &mut Instances,
    _around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    Ok(())
}

pub(crate) fn open_connection(
    _instances: &mut Instances,
    _instance: usize,
    _arguments: &mut [f64],
    _around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    Ok(())
}

pub(crate) fn receive(
    _instances: &mut Instances,
    _event: Event<'_>,
    _around: &mut Surroundings<'_>,
    _emissions: &mut Vec<Emission>,
) -> Result<(), KernelFault> {
    Ok(())
}
