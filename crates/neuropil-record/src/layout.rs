//! The one result layout, version 1.
//!
//! ```text
//! /                                        attributes magic = 0x0A7A, version = [0, 1]   (SONATA)
//! /spikes/<population>                     attributes sorting (enum), size, index, start_step, stop_step, committed
//!   timestamps  f64 [spikes]               attribute units = "ms"
//!   node_ids    u64 [spikes]               counted within the population, from 0
//!   recorded    u64 [neurons]              only if a part of the population was recorded
//! /report/<population>/<variable>          attributes index, columns = "neurons" | "compartments" | "population"
//!   data        f32|f64 [frames × columns] attribute units
//!   mapping/node_ids      u64 [neurons]
//!   mapping/index_pointer u64 [neurons + 1], also linked as index_pointers
//!   mapping/element_ids   u32 [columns]
//!   mapping/time          f64 [3] = start, stop, step;  attribute units = "ms"
//!   mapping/labels        text [columns]   only if columns were given names
//! /report/<population>/{data,mapping}      hard links to the population's first variable
//! /neuropil                                attributes layout, version, status, dt_ms, seed, simulated_ms, failure
//!   experiment, parameters                 text: the experiment as written; resolved values as JSON
//!   warnings    text [n]
//!   inputs/{path,sha256}                   text [n]
//!   populations/<name>                     attributes index, size, model
//!   timings                                one f64 attribute [s] per phase
//! ```
//!
//! Frame `k` of a report is the state at `start + k·step`; `stop = start + frames·step`. A variable
//! of a population is a SONATA report of its own: readers that expect one report per file find the
//! first variable at `/report/<population>`, and any other as population `"<population>/<variable>"`.
//!
//! `committed` is the number of spikes that had been flushed when it was written; like `stop`, it
//! follows the data, so that a reader of an unfinished file knows what is whole.
//!
//! `simulated_ms` is the model time up to which everything has been flushed.
//!
//! `status` is `running` until the writer has finished; a file that says so and that nobody writes
//! was left behind by a killed process and holds everything up to its last flush.
//!
//! # Source
//! SONATA developer guide, "Simulation output" (Dai et al. 2020, PLoS Comput. Biol. 16:e1007696,
//! doi:10.1371/journal.pcbi.1007696).

/// The version of this layout that is written, and the only one that is read.
pub const LAYOUT_VERSION: u32 = 1;

/// What every HDF5 file begins with.
pub(crate) const HDF5_SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

pub(crate) const SONATA_MAGIC: u32 = 0x0A7A;
pub(crate) const SONATA_VERSION: [u32; 2] = [0, 1];

pub(crate) const SPIKES: &str = "spikes";
pub(crate) const REPORT: &str = "report";
pub(crate) const NEUROPIL: &str = "neuropil";

/// Names that a recorded variable cannot have: they belong to the population's default report.
pub(crate) const RESERVED_VARIABLES: [&str; 2] = ["data", "mapping"];
