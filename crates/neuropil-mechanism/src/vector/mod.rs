//! Kernels as vector bytecode.
//!
//! A kernel's exponentials of one quantity are made from each other ([`share`]), it is specialised to
//! what is the same for all instances ([`specialise`]) and turned into register code ([`mod@emit`])
//! whose superinstructions ([`fuse`]) do a rate, a gate's step or a channel's current in one pass.
//! The code runs over chunks of instances ([`execute`]): every instruction is a loop over one
//! chunk, so that the cost of interpreting is shared by [`CHUNK`] instances and the registers stay
//! in the first-level cache. The loops ([`lanes`], [`fused`], [`near`]) are plain Rust, compiled once per
//! instruction set and chosen at run time; none contracts or reorders operations, so the result
//! equals that of the reference interpreter on the specialised kernel bit for bit.
//!
//! Code that reads and writes columns only, as that of point neurons does, runs over much smaller tiles
//! ([`Tiles`]): its operands are places in a list, found in a few instructions, and columns are updated
//! where they are ([`place`], [`updates`]).

mod code;
mod compute;
mod emit;
mod execute;
mod exprel;
mod fuse;
mod fused;
mod lanes;
mod near;
mod operand;
mod place;
mod scatter;
mod share;
mod specialise;
#[cfg(test)]
mod tests;
mod tiles;
mod uniform;
mod updates;

pub(crate) use code::Bytecode;
pub(crate) use emit::emit;
pub(crate) use execute::{Chunks, Registers, run, runs};
#[cfg(test)]
pub(crate) use specialise::specialise;
pub(crate) use tiles::{Now, STRIP, Tiles};

/// Instances per chunk.
pub(crate) const CHUNK: usize = 768;
