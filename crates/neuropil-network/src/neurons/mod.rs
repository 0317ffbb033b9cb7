//! Neuron models, one file each, behind the trait [`Neurons`].
//!
//! Every model states its equations, its order of operations within a step and its source. All of
//! NEST's parameter names, defaults and refractory rules are kept, so that spike trains agree.

mod adaptive;
mod aeif;
mod aeif_cond;
mod aeif_cond_exp_euler;
mod aeif_psc;
mod cells;
mod clamped;
mod columns;
mod contract;
mod drive;
mod equations;
mod hh;
mod iaf_cond;
mod iaf_cond_exp_midpoint;
mod iaf_psc_alpha;
mod iaf_psc_delta;
mod iaf_psc_exp;
mod izhikevich;
mod lanes;
mod linear;
mod model;
mod nonlinear;
mod parrot_neuron;
mod refractory;
mod registry;
mod response;
mod synapses;
mod table;

pub use cells::{CELLS, NamedCell, find_cell};
pub use contract::{
    Arrivals, Build, Fault, ModelInfo, Neurons, Order, Parameter, Signs, Sink, Variable,
};
pub use lanes::BLOCK;
pub use model::Model;
pub use registry::{MODELS, find};
pub use response::{rheobase, unit_psp};
