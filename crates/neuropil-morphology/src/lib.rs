//! Neuron morphologies: reading, checking, repairing, measuring, discretising.
//!
//! A [`Morphology`] is a tree of [`Section`]s, each an unbranched run of one [`Kind`] with its 3-D
//! [`Point`]s. [`discretise`] turns it into compartments for a solver.

mod builder;
pub mod discretise;
pub mod frustum;
pub mod generate;
mod kind;
pub mod measure;
mod morphology;
pub mod project;
pub mod region;
pub mod report;
mod section;
pub mod swc;

pub use builder::{MorphologyBuilder, MorphologyError};
pub use frustum::Point;
pub use kind::Kind;
pub use morphology::Morphology;
pub use region::{Extent, Places, Region};
pub use section::{Integrals, Location, Precision, Section};
pub use swc::{Loaded, SampleTree};
