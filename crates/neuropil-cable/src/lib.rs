//! Cable-equation engine for branching cells.
