//! Membrane statistics, transfer functions and mean-field theory of networks of point neurons.
//!
//! | Module | Answers |
//! |---|---|
//! | [`membrane`] | what mean, spread and correlation time of the potential do synapses cause? |
//! | [`threshold`], [`transfer`] | at what rate does a neuron fire then? |
//! | [`simulator`], [`characterise`] | the same by simulation, over a grid of input rates |
//! | [`regularity`] | how regular are its spike trains? |
//! | [`fluctuation`] | the same with mean, spread and correlation time of the potential imposed |
//! | [`fit`] | the transfer function that describes such a grid, and how well it does |
//! | [`stored`] | transfer functions that were published |
//! | [`mean_field`] | rates of coupled populations over time: first and second order, adaptation |
//! | [`fixed_point`], [`bifurcation`] | stationary states, their stability, how they change |
//! | [`table`] | tabulated transfer functions for many connectivity matrices |
//! | [`siegert`], [`diffusion`] | stationary rates of integrate-and-fire neurons and networks |
//!
//! Units: ms, mV, pF, nS, pA, Hz (also called spikes/s); they form a closed system except that a
//! rate times a time carries a factor 10⁻³, and MΩ·nS a factor 10⁻³.

pub mod bifurcation;
pub mod characterise;
pub mod diffusion;
mod error;
pub mod fit;
pub mod fixed_point;
pub mod fluctuation;
pub mod mean_field;
pub mod membrane;
pub mod neuron;
pub mod regularity;
pub mod siegert;
pub mod simulator;
pub mod special;
pub mod stored;
pub mod table;
pub mod threshold;
pub mod transfer;

pub use error::TheoryError;
pub use membrane::{Fluctuations, fluctuations};
pub use neuron::{Neuron, Synapse};
pub use threshold::Threshold;
pub use transfer::{FittedRange, OutOfRange, TransferFunction};
