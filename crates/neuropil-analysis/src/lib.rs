//! Statistics of spike trains and sampled variables.
