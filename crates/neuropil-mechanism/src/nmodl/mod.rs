//! The NMODL front end: text → tokens → syntax tree → kernels.

mod ast;
mod check;
mod lexer;
mod lower;
mod parser;
mod report;
mod units;

pub(crate) use lower::lower;
pub(crate) use report::Report;
