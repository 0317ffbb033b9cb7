//! Sampling the state of a group.

use neuropil_mechanism::contract::IonColumns;

use super::block::Block;

/// Where a sampled value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    Voltage(usize),
    Membrane(usize),
    Variable { block: usize, variable: usize, instance: usize },
    Ion { ion: usize, part: IonPart, node: usize },
}

/// A column of an ion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum IonPart {
    Reversal,
    Inside,
    Outside,
    Current,
}

/// The columns of one recording that a group provides.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Recording number in the model.
    pub(crate) recording: usize,
    /// Column in the recording, and what it reads.
    pub(crate) columns: Vec<(usize, Reading)>,
    pub(crate) every: u64,
    pub(crate) from: u64,
    pub(crate) until: u64,
    /// Frame after frame since it was last emptied.
    pub(crate) values: Vec<f64>,
}

impl Part {
    /// Whether a stamp is sampled.
    pub(crate) fn is_due(&self, step: u64) -> bool {
        step >= self.from && step <= self.until && (step - self.from).is_multiple_of(self.every)
    }
}

/// What a sample is read from.
pub(crate) struct View<'a> {
    pub(crate) v: &'a [f64],
    pub(crate) membrane_na: &'a [f64],
    pub(crate) blocks: &'a [Block],
    pub(crate) ions: &'a [IonColumns],
}

impl View<'_> {
    /// One value.
    pub(crate) fn read(&self, reading: Reading) -> f64 {
        match reading {
            Reading::Voltage(node) => self.v[node],
            Reading::Membrane(node) => self.membrane_na[node],
            Reading::Variable { block, variable, instance } => {
                self.blocks[block].instances.column(variable).get(instance)
            }
            Reading::Ion { ion, part, node } => {
                let ion = &self.ions[ion];
                match part {
                    IonPart::Reversal => ion.reversal_mv[node],
                    IonPart::Inside => ion.inside_mm[node],
                    IonPart::Outside => ion.outside_mm[node],
                    IonPart::Current => ion.current_ma_cm2[node],
                }
            }
        }
    }
}
