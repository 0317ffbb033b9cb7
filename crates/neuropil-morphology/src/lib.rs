//! Neuron morphologies: reading, checking, repairing, measuring, discretising.
//!
//! - [`swc`] reads, repairs and writes SWC files; a [`SampleTree`] is what a file says, a
//!   [`Morphology`] what it means: [`Section`]s, each an unbranched run of one [`Kind`] with 3-D
//!   [`Point`]s, joined into one tree.
//! - [`region`] names parts of a cell and places on it, as text or values.
//! - [`discretise`] makes compartments for a solver, as NEURON does or as finite volumes.
//! - [`measure`] and [`report`] describe a cell and its file; [`project`] draws it flat, as data.
//! - [`generate`] makes cells by rule.
//!
//! Lengths are in µm throughout; axial coupling is kept as geometry, ∫ dx / π r² in 1/µm.
//!
//! ```
//! use neuropil_morphology::discretise::{Policy, segments};
//! use neuropil_morphology::region::Labels;
//! use neuropil_morphology::{Places, generate::Pyramidal, swc::Options};
//!
//! let cell = Pyramidal::default().samples()?.build(&Options::default())?.value;
//! let nodes = segments(&cell, &Policy::d_lambda(150.0, 1.0).counts(&cell)?);
//! let spines = Places::parse("random(apic and distance > 100, density = 0.5, seed = 1)")?;
//! let where_to: Vec<usize> =
//!     spines.on(&cell, &Labels::new())?.into_iter().map(|place| nodes.node_at(place)).collect();
//! assert!(where_to.iter().all(|&node| nodes.distance_um()[node] > 50.0));
//! assert!((nodes.area_um2().iter().sum::<f64>() / cell.area_um2() - 1.0).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
