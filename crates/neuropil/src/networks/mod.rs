//! Networks that the field knows by name, as descriptions to be built.

pub mod ei_clustered;
