//! Expressions in experiment files: `"1.5 ms"`, `"-g*J"`, `"20 mV - 20 mV * lognormal(0, 1)"`.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = signed { ("*" | "·" | "/") signed }
//! signed  = [ "+" | "-" ] power
//! power   = operand [ "^" signed ]
//! operand = number [ unit ] [ "%" ] | name | name "(" sum { "," sum } ")" | "(" sum ")"
//! unit    = symbol { symbol | "/" symbol }      (no space before and after the slash)
//! ```
//!
//! A symbol right after a number is a unit; anywhere else a name is looked up first among the
//! parameters, then among the constants, then among the units. Dimensions are checked throughout.

mod compiled;
mod courses;
mod error;
mod evaluate;
mod functions;
mod parse;
mod quantity;
mod random;
mod token;

pub use compiled::Compiled;
pub use error::{ExpressionError, ExpressionFault};
pub use evaluate::{Scope, Value};
pub use functions::FUNCTIONS;
pub(crate) use functions::psp_exp_ms;
pub use parse::Expression;
pub use quantity::Quantity;
pub use random::Random;
