//! The kernels of a compiled mechanism.

/// Everything that can be executed.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// Indices of the variables that some kernel writes.
    pub(crate) written: Vec<usize>,
}
