//! Point-neuron network engine.
//!
//! | module | holds |
//! |---|---|
//! | [`description`] | what a network is: populations, connections, inputs, recordings; checked, not yet built |
//! | [`neurons`] | the neuron models, one file each, behind one trait |
//! | [`connect`] | connection rules: who the sources of a target are |
//! | [`delivery`] | how spikes become input: one storage per kind of projection |
//! | [`devices`] | Poisson drive and stimulus currents |
//! | [`engine`] | workers, the stepping loop, recording |

pub mod connect;
pub mod delivery;
pub mod description;
pub mod devices;
pub mod engine;
pub mod neurons;
