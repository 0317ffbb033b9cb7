//! Cells made by rule, from a seed where chance has a part.
//!
//! Every generator gives a [`SampleTree`](crate::SampleTree), which can be written as SWC and built
//! into a [`Morphology`](crate::Morphology). Coordinates are rounded to 10⁻⁶ µm and radii to
//! 10⁻⁹ µm, so that the last digit of a cosine does not show in a file.

mod ball_and_stick;
mod cells;
mod growth;
mod rall_tree;
mod sketch;

pub use ball_and_stick::BallAndStick;
pub use cells::{Pyramidal, Stellate};
pub use growth::{Growth, GrowthError};
pub use rall_tree::RallTree;
