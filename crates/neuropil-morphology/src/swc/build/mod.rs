//! From samples to sections, under each profile.

mod assemble;
mod cell;
mod morphio;
mod neuron;
mod peers;
mod sections;
mod soma;
