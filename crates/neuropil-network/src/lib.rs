//! Point-neuron network engine.
