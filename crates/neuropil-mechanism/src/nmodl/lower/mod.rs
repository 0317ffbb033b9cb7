//! Syntax tree to kernels: statements are executed symbolically.
//!
//! Procedures and functions are expanded where they are called, loops are unrolled, conditions
//! become selects. What remains is, for every block that an engine runs, the value of each
//! variable after it as an expression of the values before it.

mod call;
mod diffusion;
mod expression;
mod implicit;
mod kernels;
mod kinetic;
mod solve;
mod state;
mod statement;
mod symbols;

pub(crate) use kernels::lower;
