//! Neuron morphologies: reading, checking, repairing, measuring, discretising.
