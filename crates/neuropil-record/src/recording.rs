//! What is recorded: declared before a run, stored with the result, checked once.

use std::collections::BTreeSet;

use neuropil_core::Clock;
use thiserror::Error;

use crate::layout::RESERVED_VARIABLES;

/// Why a set of recordings cannot be stored.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RecordingsError {
    #[error("{what} name {name:?} cannot be stored: {reason}")]
    Name { what: &'static str, name: String, reason: &'static str },
    #[error("spikes of population {population:?} are recorded twice")]
    SpikesTwice { population: String },
    #[error("{variable:?} of population {population:?} is recorded twice")]
    VariableTwice { population: String, variable: String },
    #[error("recording {recording} names neuron {neuron}, but the population has {size} neurons")]
    NoSuchNeuron { recording: String, neuron: u32, size: u32 },
    #[error(
        "recording {recording}: recorded neurons must be in increasing order, found {after} after {before}"
    )]
    Unordered { recording: String, before: u32, after: u32 },
    #[error("recording {recording}: the columns of neuron {neuron} are not next to each other")]
    Scattered { recording: String, neuron: u32 },
    #[error("recording {recording} has no column")]
    NoColumn { recording: String },
    #[error("recording {recording} has {columns} columns but {labels} labels")]
    Labels { recording: String, columns: usize, labels: usize },
    #[error("recording {recording} samples every 0 steps; at least 1 is needed")]
    Interval { recording: String },
    #[error("recording {recording} stops at step {stop}, before it starts at step {start}")]
    Window { recording: String, start: u64, stop: u64 },
}

/// Everything that a run records. The position in each list is the `recording` of its blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Recordings {
    /// The time grid that step counts refer to.
    pub clock: Clock,
    /// Spike recordings, at most one per population.
    pub spikes: Vec<SpikeRecording>,
    /// Sampled variables, at most one per population and name.
    pub samples: Vec<SampledRecording>,
}

/// The spikes of one population.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeRecording {
    /// Name of the population; becomes `/spikes/<population>`.
    pub population: String,
    /// Neurons in the population.
    pub size: u32,
    /// The neurons that are recorded, increasing; `None` for all.
    pub neurons: Option<Vec<u32>>,
    /// Spikes are recorded after this step `[steps]`.
    pub start_step: u64,
    /// Spikes are recorded up to and including this step; `None` until the end.
    pub stop_step: Option<u64>,
}

impl SpikeRecording {
    /// All spikes of all neurons.
    pub fn all(population: impl Into<String>, size: u32) -> Self {
        let population = population.into();
        Self { population, size, neurons: None, start_step: 0, stop_step: None }
    }

    /// How many neurons are recorded.
    pub fn recorded(&self) -> usize {
        self.neurons.as_ref().map_or(self.size as usize, Vec::len)
    }
}

/// One variable of one population, sampled at equal intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledRecording {
    /// Name of the population; with `variable` becomes `/report/<population>/<variable>`.
    pub population: String,
    /// Neurons in the population.
    pub size: u32,
    /// Name of the variable, such as `V_m`.
    pub variable: String,
    /// Unit of the values, such as `mV`; empty if dimensionless.
    pub unit: String,
    /// What the columns stand for.
    pub kind: ColumnKind,
    /// One per column of a frame.
    pub columns: Vec<Column>,
    /// Names of columns for legends (`"soma(0.5)"`); empty, or one per column.
    pub labels: Vec<String>,
    /// Stamp of the first frame `[steps]`.
    pub start_step: u64,
    /// Steps from frame to frame, at least 1.
    pub interval_steps: u64,
    /// How values are stored.
    pub precision: Precision,
}

impl SampledRecording {
    /// `variable` `[unit]` of the neurons `neurons`, every `interval_steps`, the first frame at
    /// `interval_steps`.
    pub fn neurons(
        population: impl Into<String>,
        size: u32,
        variable: impl Into<String>,
        unit: impl Into<String>,
        neurons: impl IntoIterator<Item = u32>,
        interval_steps: u64,
    ) -> Self {
        Self {
            population: population.into(),
            size,
            variable: variable.into(),
            unit: unit.into(),
            kind: ColumnKind::Neurons,
            columns: neurons.into_iter().map(|neuron| Column { neuron, element: 0 }).collect(),
            labels: Vec::new(),
            start_step: interval_steps,
            interval_steps,
            precision: Precision::default(),
        }
    }

    /// One value per frame for the whole population (a rate, a field potential).
    pub fn population(
        population: impl Into<String>,
        size: u32,
        variable: impl Into<String>,
        unit: impl Into<String>,
        interval_steps: u64,
    ) -> Self {
        let kind = ColumnKind::Population;
        Self { kind, ..Self::neurons(population, size, variable, unit, [0], interval_steps) }
    }

    /// `E/V_m`: how messages call it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.population, self.variable)
    }
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Neuron within the population.
    pub neuron: u32,
    /// Compartment of that neuron; 0 for point neurons.
    pub element: u32,
}

/// What the columns of a sampled recording stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// One column per neuron.
    Neurons,
    /// One column per compartment of a neuron.
    Compartments,
    /// A single column for the whole population.
    Population,
}

impl ColumnKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Neurons => "neurons",
            Self::Compartments => "compartments",
            Self::Population => "population",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Neurons, Self::Compartments, Self::Population].into_iter().find(|k| k.name() == name)
    }
}

/// How sampled values are stored; they are always handed over and read back as `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32 bits, 7 digits: what SONATA prescribes, and the only one that its own library reads.
    #[default]
    Single,
    /// 64 bits: what was computed.
    Double,
}

impl Recordings {
    /// No recording yet, on the grid of `clock`.
    pub const fn new(clock: Clock) -> Self {
        Self { clock, spikes: Vec::new(), samples: Vec::new() }
    }

    /// Checks every declaration, as each sink does when it is made.
    ///
    /// # Errors
    /// The first defect: see [`RecordingsError`].
    pub fn check(&self) -> Result<(), RecordingsError> {
        let mut seen = BTreeSet::new();
        for recording in &self.spikes {
            recording.check()?;
            if !seen.insert(&recording.population) {
                let population = recording.population.clone();
                return Err(RecordingsError::SpikesTwice { population });
            }
        }
        let mut seen = BTreeSet::new();
        for recording in &self.samples {
            recording.check()?;
            if !seen.insert((&recording.population, &recording.variable)) {
                return Err(RecordingsError::VariableTwice {
                    population: recording.population.clone(),
                    variable: recording.variable.clone(),
                });
            }
        }
        Ok(())
    }
}

impl SpikeRecording {
    fn check(&self) -> Result<(), RecordingsError> {
        check_name("population", &self.population)?;
        let recording = || format!("spikes of {}", self.population);
        for pair in self.neurons.iter().flat_map(|n| n.windows(2)) {
            if pair[1] <= pair[0] {
                let (before, after) = (pair[0], pair[1]);
                return Err(RecordingsError::Unordered { recording: recording(), before, after });
            }
        }
        if let Some(&neuron) = self.neurons.iter().flatten().find(|&&n| n >= self.size) {
            let (recording, size) = (recording(), self.size);
            return Err(RecordingsError::NoSuchNeuron { recording, neuron, size });
        }
        match self.stop_step {
            Some(stop) if stop < self.start_step => Err(RecordingsError::Window {
                recording: recording(),
                start: self.start_step,
                stop,
            }),
            _ => Ok(()),
        }
    }
}

impl SampledRecording {
    fn check(&self) -> Result<(), RecordingsError> {
        check_name("population", &self.population)?;
        check_name("variable", &self.variable)?;
        let recording = self.path();
        if RESERVED_VARIABLES.contains(&self.variable.as_str()) {
            let (name, reason) = (self.variable.clone(), "it is reserved by the result layout");
            return Err(RecordingsError::Name { what: "variable", name, reason });
        }
        if self.columns.is_empty() {
            return Err(RecordingsError::NoColumn { recording });
        }
        if self.interval_steps == 0 {
            return Err(RecordingsError::Interval { recording });
        }
        let (columns, labels) = (self.columns.len(), self.labels.len());
        if labels != 0 && labels != columns {
            return Err(RecordingsError::Labels { recording, columns, labels });
        }
        let mut seen = BTreeSet::new();
        let mut previous = None;
        for &Column { neuron, .. } in &self.columns {
            if neuron >= self.size && self.kind != ColumnKind::Population {
                let size = self.size;
                return Err(RecordingsError::NoSuchNeuron { recording, neuron, size });
            }
            if previous != Some(neuron) && !seen.insert(neuron) {
                return Err(RecordingsError::Scattered { recording, neuron });
            }
            previous = Some(neuron);
        }
        Ok(())
    }
}

/// Names become links of the result file, so a slash, a lone dot or nothing cannot be stored.
fn check_name(what: &'static str, name: &str) -> Result<(), RecordingsError> {
    let reason = match name {
        "" => "it is empty",
        "." | ".." => "it is a path",
        _ if name.contains('/') => "it contains a slash",
        _ if name.contains('\0') => "it contains a zero byte",
        _ => return Ok(()),
    };
    Err(RecordingsError::Name { what, name: name.into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(0.1).unwrap()
    }

    #[test]
    fn each_defect_has_its_message() {
        let vm = |n: &[u32]| SampledRecording::neurons("E", 4, "V_m", "mV", n.iter().copied(), 10);
        let spikes = |population: &str| SpikeRecording::all(population, 4);
        let cases: Vec<(Vec<SpikeRecording>, Vec<SampledRecording>, &str)> = vec![
            (
                vec![spikes("E"), spikes("E")],
                vec![],
                "spikes of population \"E\" are recorded twice",
            ),
            (
                vec![spikes("a/b")],
                vec![],
                "population name \"a/b\" cannot be stored: it contains a slash",
            ),
            (
                vec![SpikeRecording { neurons: Some(vec![1, 4]), ..spikes("E") }],
                vec![],
                "recording spikes of E names neuron 4, but the population has 4 neurons",
            ),
            (
                vec![SpikeRecording { neurons: Some(vec![2, 1]), ..spikes("E") }],
                vec![],
                "recording spikes of E: recorded neurons must be in increasing order, found 1 after 2",
            ),
            (vec![], vec![vm(&[])], "recording E/V_m has no column"),
            (
                vec![],
                vec![vm(&[0, 1, 0])],
                "recording E/V_m: the columns of neuron 0 are not next to each other",
            ),
            (vec![], vec![vm(&[0]), vm(&[1])], "\"V_m\" of population \"E\" is recorded twice"),
            (
                vec![],
                vec![SampledRecording { variable: "data".into(), ..vm(&[0]) }],
                "variable name \"data\" cannot be stored: it is reserved by the result layout",
            ),
        ];
        for (spikes, samples, message) in cases {
            let found = Recordings { clock: clock(), spikes, samples }.check().unwrap_err();
            assert_eq!(found.to_string(), message);
        }
    }

    #[test]
    fn several_compartments_of_a_neuron_may_be_recorded() {
        let columns = [(0, 0), (0, 5), (2, 1)].map(|(neuron, element)| Column { neuron, element });
        let recording = SampledRecording {
            kind: ColumnKind::Compartments,
            columns: columns.to_vec(),
            ..SampledRecording::neurons("cells", 3, "v", "mV", [], 1)
        };
        let recordings = Recordings { clock: clock(), spikes: vec![], samples: vec![recording] };
        assert_eq!(recordings.check(), Ok(()));
    }
}
