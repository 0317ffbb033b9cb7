//! Neuron models, one file each, behind the trait [`Neurons`].
//!
//! Every model states its equations, its order of operations within a step and its source. All of
//! NEST's parameter names, defaults and refractory rules are kept, so that spike trains agree.

mod contract;
mod drive;
mod iaf_psc_alpha;
mod iaf_psc_delta;
mod iaf_psc_exp;
mod lanes;
mod linear;
mod registry;
mod table;

pub use contract::{Arrivals, Build, Fault, ModelInfo, Neurons, Parameter, Signs, Variable};
pub use lanes::BLOCK;
pub use registry::{MODELS, find};
