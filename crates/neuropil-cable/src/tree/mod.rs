//! Linear systems whose graph is a forest.

mod assembly;
mod branch;
mod forest;
mod order;
mod pack;
mod sweep;
mod system;
#[cfg(test)]
mod tests;

pub use forest::{Forest, ForestError, ROOT};
pub use system::{Coefficients, TreeSystem, Verdict};
