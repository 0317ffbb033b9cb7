//! Point neurons written as equations, run by the vector bytecode.
//!
//! ```text
//! texts ─► words ─► trees ─► values with dimensions ─► kernel of a step ─► vector bytecode
//!          token    syntax, statements   lower, functions   method, fixed, compile   crate::vector
//! ```
//!
//! [`compile`] turns a [`Definition`] into a [`Model`]; [`Cells`] are neurons of it. Every term is
//! checked for its dimension, and kernels compute in ms, mV, pA, nS, pF and what follows from them
//! without a factor, so that equations give the numbers of the same arithmetic written by hand.
//!
//! The language is that of Brian2 (Stimberg, Brette & Goodman 2019, eLife 8:e47314,
//! doi:10.7554/eLife.47314), without statements that need a compiler.
//!
//! | | |
//! |---|---|
//! | equations | `dx/dt = … : unit`, `x = … : unit` (computed), `x : unit` (parameter); flag `(unless refractory)` |
//! | names | `t`, `dt`, `pi`, `I_in` (current of inputs), `g_clamp`, `E_clamp` (conductance and potential of clamps), `not_refractory`, `xi`, `xi_NAME` (white noise), units |
//! | operators | `+ - * / // % **`, comparisons, `and`, `or`, `not` |
//! | functions | `exp expm1 exprel log log10 sqrt sin cos tan sinh cosh tanh abs sign floor ceil int clip min max where rand randn` |
//!
//! ```
//! use std::sync::Arc;
//! use neuropil_mechanism::equations::{Arriving, Cells, Definition, Setting, Values, compile};
//!
//! let model = Arc::new(compile(&Definition {
//!     name: "leaky".into(),
//!     equations: "dv/dt = (10 mV - v)/tau : mV \n tau : ms".into(),
//!     threshold: Some("v > 5 mV".into()),
//!     reset: Some("v = 0 mV".into()),
//!     ..Definition::default()
//! })?);
//! let mut cells = Cells::new(model, &Setting {
//!     parameters: vec![Values::Same(10.0)],
//!     initial: vec![None],
//!     size: 3,
//!     first: 0,
//!     key: [0; 2],
//!     dt_ms: 0.1,
//! });
//! let mut spikes = Vec::new();
//! for step in 0..100 {
//!     cells.advance(0, step, Arriving::default(), &mut spikes).unwrap();
//! }
//! assert_eq!(spikes, [0, 1, 2]); // τ ln 2 = 6.93 ms
//! # Ok::<(), neuropil_mechanism::equations::EquationError>(())
//! ```

mod cells;
mod compile;
mod dimension;
mod error;
mod exact;
mod fixed;
mod functions;
mod holds;
mod lower;
mod method;
mod model;
mod names;
mod noise;
mod propagator;
mod receptors;
mod statements;
mod syntax;
mod token;

pub use cells::{Arriving, BLOCK, Cells, NotFinite, Setting, Values};
pub use compile::compile;
pub use error::{EquationError, EquationFault, Part};
pub use method::Method;
pub use model::{Definition, Model, Quantity};
