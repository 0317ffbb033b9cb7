//! Kernels as vector bytecode.
//!
//! A kernel is specialised to what is the same for all instances ([`specialise`]), turned into
//! register code with superinstructions ([`emit`]), and run over chunks of instances
//! ([`execute`]): every instruction is a loop over one chunk, so that the cost of interpreting is
//! shared by [`CHUNK`] instances, and all registers stay in the first-level cache. The loops are
//! plain Rust, compiled once per instruction set and chosen at run time; none fuses or reorders
//! operations, so the result equals that of the reference interpreter bit for bit.

mod code;
mod emit;
mod execute;
mod fuse;
mod fused;
mod lanes;
mod share;
mod specialise;
#[cfg(test)]
mod tests;

pub(crate) use code::Bytecode;
pub(crate) use emit::emit;
pub(crate) use execute::{Chunks, Registers, run, runs};
#[cfg(test)]
pub(crate) use specialise::specialise;

/// Instances per chunk.
pub(crate) const CHUNK: usize = 512;
