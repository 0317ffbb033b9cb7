//! Where a simulation's spikes and samples go, and how they are read back.
//!
//! Every sink implements [`neuropil_core::Observer`]:
//!
//! | sink | keeps |
//! |---|---|
//! | [`ResultWriter`] | the one HDF5 result file (see [`layout`]), streamed by its own thread |
//! | [`Memory`] | everything, as arrays |
//! | [`CsvFolder`] | one text table per recording |
//! | [`SpikeStatistics`] | counts and interval statistics per neuron, no spike |
//! | [`Tee`] | nothing: passes all to several sinks |
//!
//! [`ResultFile`] opens a result again: populations, spikes, traces, provenance.

pub mod layout;
mod provenance;
pub mod reader;
mod recording;
mod sink;
mod writer;

pub use provenance::{Closing, InputFile, PopulationInfo, Provenance, Status};
pub use reader::{ReadError, ResultFile};
pub use recording::{
    Column, ColumnKind, Precision, Recordings, RecordingsError, SampledRecording, SpikeRecording,
};
pub use sink::csv::{CsvError, CsvFolder};
pub use sink::memory::{Memory, SampleTable, SpikeTable};
pub use sink::statistics::{IntervalStatistics, SpikeStatistics};
pub use sink::tee::Tee;
pub use writer::{Compression, CreateError, Output, Overwrite, ResultWriter, WriteFault};
