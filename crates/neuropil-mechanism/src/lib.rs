//! NMODL and equation front ends compiled to vector bytecode, without a compiler.
