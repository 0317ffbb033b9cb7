//! Experiments: from a file to a simulation and its results.
