//! Recording sinks and the one HDF5 result layout.
