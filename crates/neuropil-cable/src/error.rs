//! What can be wrong with a description, and what can go wrong in a run.

use neuropil_core::{ClockError, RecordError};
use neuropil_mechanism::contract::{KernelFault, SetError};
use neuropil_morphology::Location;
use neuropil_morphology::discretise::{CutError, PolicyError};
use neuropil_morphology::region::RegionError;
use thiserror::Error;

use crate::tree::ForestError;

/// Why a description cannot be simulated.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ModelError {
    #[error("region \"{region}\" matches no compartment of the cell")]
    EmptyRegion { region: String },
    #[error(
        "no place at fraction {} of section {}: the cell has {sections} sections, fractions run from 0 to 1",
        place.fraction, place.section
    )]
    OffTree { place: Location, sections: usize },
    #[error("{what} must be {expected}, found {value}")]
    OutOfRange { what: String, expected: &'static str, value: f64 },
    #[error(
        "\"{parameter}\" of mechanism \"{mechanism}\" is {value} {unit}: a conductance cannot be below zero"
    )]
    NegativeConductance { mechanism: String, parameter: String, value: f64, unit: String },
    #[error("mechanism \"{mechanism}\" is a {found}, expected a {expected}")]
    Kind { mechanism: String, found: &'static str, expected: &'static str },
    #[error(
        "mechanism \"{mechanism}\" reads {variable} of ion \"{ion}\", which nothing provides: \
         declare the ion with its {missing}"
    )]
    IonMissing { mechanism: String, ion: String, variable: String, missing: &'static str },
    #[error(
        "ion \"{ion}\" is to spread, but its concentration inside is not known: declare the ion with \
         its concentrations"
    )]
    NothingToSpread { ion: String },
    #[error("ion \"{ion}\" has no known charge: declare it, or give VALENCE in \"{mechanism}\"")]
    Valence { ion: String, mechanism: String },
    #[error("two mechanisms are named \"{name}\": {first} and {second}; rename one of them")]
    TwoOfOneName { name: String, first: String, second: String },
    #[error("POINTER \"{pointer}\" of mechanism \"{mechanism}\" is not connected")]
    PointerUnset { mechanism: String, pointer: String },
    #[error("mechanism \"{mechanism}\" has no POINTER \"{pointer}\"{hint}")]
    PointerUnknown { mechanism: String, pointer: String, hint: String },
    #[error("mechanism \"{mechanism}\" is not on compartment {node} of the cell")]
    NotThere { mechanism: String, node: usize },
    #[error("mechanism \"{mechanism}\" has no variable \"{variable}\"{hint}")]
    UnknownVariable { mechanism: String, variable: String, hint: String },
    #[error("no ion \"{ion}\" in the cell{hint}")]
    UnknownIon { ion: String, hint: String },
    #[error("no mechanism \"{mechanism}\" in the cell{hint}")]
    UnknownMechanism { mechanism: String, hint: String },
    #[error("mechanism \"{mechanism}\" receives no events")]
    NoEvents { mechanism: String },
    #[error("mechanism \"{mechanism}\" takes {expected} event arguments, {found} were given")]
    Arguments { mechanism: String, expected: usize, found: usize },
    #[error("there is no {what} {index}: only {count} are declared")]
    NoSuch { what: &'static str, index: usize, count: usize },
    #[error("both ends of a gap junction are compartment {node} of cell {cell}")]
    SamePlace { cell: usize, node: usize },
    #[error("a recording needs at least one probe")]
    EmptyRecording,
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Cut(#[from] CutError),
    #[error(transparent)]
    Region(#[from] RegionError),
    #[error(transparent)]
    Set(#[from] SetError),
    #[error(transparent)]
    Kernel(#[from] KernelFault),
    #[error(transparent)]
    Forest(#[from] ForestError),
}

/// Why a run ended early. Everything recorded until then has reached the observer.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RunError {
    #[error(
        "at {t_ms} ms the potential of cell {cell} ran away to {v_mv} mV at fraction {fraction:.4} of \
         section \"{section}\" (compartment {node}); largest or first non-finite current there: \
         {mechanism}"
    )]
    Runaway {
        t_ms: f64,
        cell: usize,
        section: String,
        fraction: f64,
        node: usize,
        v_mv: f64,
        mechanism: String,
    },
    #[error("cell {cell}, section \"{section}\" at fraction {fraction:.4}: {fault}")]
    Mechanism { cell: usize, section: String, fraction: f64, fault: KernelFault },
    #[error(
        "at {t_ms} ms mechanism \"{mechanism}\" of cell {cell} asks for an event at {at_ms} ms, in the past"
    )]
    PastEvent { t_ms: f64, cell: usize, mechanism: String, at_ms: f64 },
    #[error(
        "at {t_ms} ms gap junction {junction} between cells {} and {} is too strong for its \
         compartments: use a smaller time step", cells[0], cells[1]
    )]
    Junctions { t_ms: f64, junction: usize, cells: [usize; 2] },
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("the simulation ended with an error at {t_ms} ms and cannot go on")]
    Ended { t_ms: f64 },
    #[error("a worker thread ended unexpectedly")]
    Worker,
}
