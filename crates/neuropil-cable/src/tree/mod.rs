//! Linear systems whose graph is a forest.

mod forest;
mod solve;

pub use forest::{Forest, ForestError, ROOT};
pub use solve::{Coefficients, TreeSystem, Verdict};
