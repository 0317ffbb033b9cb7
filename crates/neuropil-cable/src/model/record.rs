//! What is sampled, where, how often.

use neuropil_core::names::suggestion;

use super::cell::CellModel;
use crate::error::ModelError;

/// A quantity of a cell that can be sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Membrane potential `[mV]`.
    Voltage,
    /// Current through the membrane, capacitive part included, electrodes and gap junctions
    /// excluded, outward
    /// positive `[nA]`: its mean over the step that ends at the stamp; 0 at time 0. Over a cell it
    /// sums to the current that enters by electrodes and gap junctions.
    MembraneCurrent,
    /// A variable (state, current, conductance, any computed one) of a density mechanism, in the
    /// unit of its file.
    Density {
        /// The mechanism.
        mechanism: String,
        /// Its variable.
        variable: String,
    },
    /// A variable of a point process, in the unit of its file.
    Point {
        /// Number of the point process in the cell.
        point: usize,
        /// Its variable.
        variable: String,
    },
    /// Reversal potential of an ion `[mV]`.
    Reversal(String),
    /// Concentration of an ion inside `[mM]`.
    Inside(String),
    /// Concentration of an ion outside `[mM]`.
    Outside(String),
    /// Summed membrane current of an ion `[mA/cm²]`, outward positive.
    IonCurrent(String),
}

/// One quantity at one compartment of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The cell.
    pub cell: usize,
    /// What.
    pub quantity: Quantity,
    /// Compartment; without meaning for a point process.
    pub node: usize,
}

/// When samples are taken: at stamps `from`, `from + every`, … up to `until`, all on the time grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Interval `[ms]`; rounded to whole steps, at least one.
    pub every_ms: f64,
    /// First stamp `[ms]`.
    pub from_ms: f64,
    /// Last stamp `[ms]`, included; may be infinite.
    pub until_ms: f64,
}

impl Sampling {
    /// From the beginning to the end at an interval `[ms]`.
    pub const fn every(every_ms: f64) -> Self {
        Self { every_ms, from_ms: 0.0, until_ms: f64::INFINITY }
    }
}

/// What a column of a sampled recording holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Cell number.
    pub cell: usize,
    /// Node number within the cell.
    pub node: usize,
    /// Name of the section.
    pub section: String,
    /// Fraction of its length.
    pub fraction: f64,
    /// Name of the quantity: `v`, `i_membrane`, `hh.m`, `ExpSyn[3].g`, `cai`, …
    pub quantity: String,
    /// Its unit, as text; empty when the mechanism's file gives none.
    pub unit: String,
}

impl Quantity {
    /// Checks that a cell has it, and where.
    pub(crate) fn check(&self, cell: &CellModel, node: usize) -> Result<(), ModelError> {
        match self {
            Self::Voltage | Self::MembraneCurrent => Ok(()),
            Self::Density { mechanism, variable } => {
                let names = || cell.densities.iter().map(|d| d.mechanism.name());
                let entry = cell.densities.iter().find(|d| d.mechanism.name() == mechanism);
                let entry = entry.ok_or_else(|| ModelError::UnknownMechanism {
                    mechanism: mechanism.clone(),
                    hint: suggestion(mechanism, names()),
                })?;
                variable_index(&entry.mechanism, variable)?;
                if entry.nodes.contains_key(&node) {
                    return Ok(());
                }
                Err(ModelError::NotThere { mechanism: mechanism.clone(), node })
            }
            Self::Point { point, variable } => {
                let count = cell.points();
                let mechanism = cell.point_mechanism(*point).ok_or(ModelError::NoSuch {
                    what: "point process",
                    index: *point,
                    count,
                })?;
                variable_index(mechanism, variable).map(|_| ())
            }
            Self::Reversal(ion)
            | Self::Inside(ion)
            | Self::Outside(ion)
            | Self::IonCurrent(ion) => {
                let names: Vec<String> = ion_names(cell);
                if names.contains(ion) {
                    return Ok(());
                }
                let hint = suggestion(ion, names.iter().map(String::as_str));
                Err(ModelError::UnknownIon { ion: ion.clone(), hint })
            }
        }
    }

    /// Name and unit.
    pub(crate) fn label(&self, cell: &CellModel) -> (String, String) {
        let unit_of = |m: &neuropil_mechanism::Mechanism, variable: &str| {
            let d = m.description();
            d.variable(variable).map(|k| d.variables[k].unit_text.clone()).unwrap_or_default()
        };
        match self {
            Self::Voltage => ("v".into(), "mV".into()),
            Self::MembraneCurrent => ("i_membrane".into(), "nA".into()),
            Self::Density { mechanism, variable } => {
                let found = cell.densities.iter().find(|d| d.mechanism.name() == mechanism);
                let unit = found.map(|d| unit_of(&d.mechanism, variable)).unwrap_or_default();
                (format!("{mechanism}.{variable}"), unit)
            }
            Self::Point { point, variable } => match cell.point_mechanism(*point) {
                Some(m) => (format!("{}[{point}].{variable}", m.name()), unit_of(m, variable)),
                None => (variable.clone(), String::new()),
            },
            Self::Reversal(ion) => (format!("e{ion}"), "mV".into()),
            Self::Inside(ion) => (format!("{ion}i"), "mM".into()),
            Self::Outside(ion) => (format!("{ion}o"), "mM".into()),
            Self::IonCurrent(ion) => (format!("i{ion}"), "mA/cm2".into()),
        }
    }
}

/// Index of a mechanism's variable.
pub(crate) fn variable_index(
    mechanism: &neuropil_mechanism::Mechanism,
    variable: &str,
) -> Result<usize, ModelError> {
    let d = mechanism.description();
    d.variable(variable).ok_or_else(|| ModelError::UnknownVariable {
        mechanism: d.name.clone(),
        variable: variable.into(),
        hint: suggestion(variable, d.variables.iter().map(|v| v.name.as_str())),
    })
}

/// Every ion that some mechanism of the cell uses or that spreads, each once, in alphabetical order.
pub(crate) fn ion_names(cell: &CellModel) -> Vec<String> {
    let mut names: Vec<String> = cell
        .mechanisms()
        .iter()
        .flat_map(|m| m.description().ions.iter().map(|i| i.name.clone()))
        .chain(cell.diffusion.keys().cloned())
        .collect();
    names.sort();
    names.dedup();
    names
}
