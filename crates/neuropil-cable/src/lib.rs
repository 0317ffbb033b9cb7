//! Cable-equation engine for branching cells.

pub mod tree;
