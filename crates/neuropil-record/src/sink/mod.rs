//! Sinks other than the result file.

pub(crate) mod csv;
pub(crate) mod memory;
pub(crate) mod statistics;
pub(crate) mod tee;
