//! Units, clock, random streams and contracts shared by both engines.
//!
//! Nothing here knows a neuron model, a file format or a thread.

pub mod clock;
pub mod literal;
pub mod names;
pub mod observer;
pub mod prefetch;
pub mod random;
pub mod units;
pub mod vmath;

pub use clock::{Clock, ClockError, MAX_DELAY};
pub use observer::{Observer, RecordError, SampleBlock, SpikeBlock};
