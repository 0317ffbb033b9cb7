//! From a morphology to compartments: how many, and what each is.
//!
//! Two views give the same [`Compartments`]:
//!
//! - [`segments`]: NEURON's (Carnevale & Hines 2006, *The NEURON Book*, ch. 5). Each section is cut
//!   into equal segments with a node at each centre. Children of a section's end hang from a node
//!   of no area; children of an inner place hang from the node of the segment that holds it.
//! - [`volumes`]: finite volumes. Any boundaries on any section; pieces that touch without a
//!   boundary between them, also through a fork, are one compartment.
//!
//! A [`Policy`] says how fine; [`refine`] finds that from an error measure.

mod compartments;
mod impedance;
mod neuron_view;
mod policy;
mod refine;
mod volumes;

pub use compartments::{Compartments, Piece};
pub use impedance::{ImpedanceGoal, by_impedance};
pub use neuron_view::segments;
pub use policy::{Forks, Policy, PolicyError, lambda_fractions, lambda_um};
pub use refine::{Refinement, refine};
pub use volumes::{CutError, volumes};
