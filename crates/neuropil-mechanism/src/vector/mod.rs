//! Kernels as vector bytecode.
//!
//! A kernel's exponentials of one quantity are made from each other ([`share`]), it is specialised to
//! what is the same for all instances ([`specialise`]) and turned into register code ([`mod@emit`])
//! whose superinstructions ([`fuse`]) do a rate, a gate's step or a channel's current in one pass.
//! The code runs over chunks of instances ([`execute`]): every instruction is a loop over one
//! chunk, so that the cost of interpreting is shared by [`CHUNK`] instances and the registers stay
//! in the first-level cache. The loops ([`lanes`], [`fused`]) are plain Rust, compiled once per
//! instruction set and chosen at run time; none contracts or reorders operations, so the result
//! equals that of the reference interpreter on the specialised kernel bit for bit.

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
mod uniform;

pub(crate) use code::Bytecode;
pub(crate) use emit::emit;
pub(crate) use execute::{Chunks, Registers, run, runs};
#[cfg(test)]
pub(crate) use specialise::specialise;

/// Instances per chunk.
pub(crate) const CHUNK: usize = 768;
