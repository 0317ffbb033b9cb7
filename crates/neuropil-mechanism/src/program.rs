//! The kernels of a compiled mechanism.

use crate::ir::Kernel;

/// Everything that can be executed.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// `INITIAL`.
    pub(crate) initial: Kernel,
    /// `BREAKPOINT` without its `SOLVE`s, ending with the currents.
    pub(crate) currents: Kernel,
    /// The `SOLVE`s.
    pub(crate) advance: Kernel,
    /// The `SOLVE`s with implicit steps of second order; empty where `advance` has none.
    pub(crate) accurate: Kernel,
    /// Coefficients and volumes of what spreads along the cell.
    pub(crate) diffusion: Kernel,
    /// First of the variables that `diffusion` computes.
    pub(crate) diffusion_variables: usize,
    /// `NET_RECEIVE`.
    pub(crate) receive: Kernel,
    /// `INITIAL` inside `NET_RECEIVE`.
    pub(crate) open: Kernel,
    /// Start values of variables that are stored but not visible outside; they follow the
    /// visible ones.
    pub(crate) hidden: Vec<f64>,
    /// Indices of the variables that some kernel writes.
    pub(crate) written: Vec<usize>,
    /// For every variable whether some kernel reads it.
    pub(crate) read: Vec<bool>,
}

impl Program {
    pub(crate) fn kernels(&self) -> impl Iterator<Item = &Kernel> {
        let Self { initial, currents, advance, accurate, diffusion, receive, open, .. } = self;
        [initial, currents, advance, accurate, diffusion, receive, open].into_iter()
    }

    pub(crate) fn kernels_mut(&mut self) -> impl Iterator<Item = &mut Kernel> {
        let Self { initial, currents, advance, accurate, diffusion, receive, open, .. } = self;
        [initial, currents, advance, accurate, diffusion, receive, open].into_iter()
    }
}
