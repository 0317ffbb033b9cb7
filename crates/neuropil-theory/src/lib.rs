//! Membrane statistics, transfer functions and mean-field theory.
