//! What the integration tests share: mechanisms, an observer that keeps everything, closed forms.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Execution, Probe, Quantity, RunError, Sampling, Scheme,
    View,
};
use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_mechanism::{Mechanism, Source, compile};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::{Kind, Location, Morphology, Region};

/// Compiles one of the mechanisms beside the tests.
pub fn mechanism(name: &str) -> Arc<Mechanism> {
    let text = match name {
        "pas" => include_str!("../mechanisms/pas.mod"),
        "hh" => include_str!("../mechanisms/hh.mod"),
        "expsyn" => include_str!("../mechanisms/expsyn.mod"),
        "exp2syn" => include_str!("../mechanisms/exp2syn.mod"),
        other => panic!("no mechanism {other} beside the tests"),
    };
    inline(name, text)
}

/// Compiles a text.
pub fn inline(name: &str, text: &str) -> Arc<Mechanism> {
    match compile(&Source::from_text(format!("{name}.mod"), text)) {
        Ok(mechanism) => Arc::new(mechanism),
        Err(error) => panic!("{name}: {error:?}"),
    }
}

/// Keeps spikes and samples of every recording.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Memory {
    /// (step, offset, neuron) by recording.
    pub spikes: Vec<Vec<(u64, f64, u32)>>,
    /// (step, frame) by recording.
    pub frames: Vec<Vec<(u64, Vec<f64>)>>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        if self.spikes.len() <= block.recording {
            self.spikes.resize(block.recording + 1, Vec::new());
        }
        for k in 0..block.steps.len() {
            let offset = block.offsets.get(k).copied().unwrap_or(0.0);
            self.spikes[block.recording].push((block.steps[k], offset, block.neurons[k]));
        }
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        if self.frames.len() <= block.recording {
            self.frames.resize(block.recording + 1, Vec::new());
        }
        let width = block.values.len() / block.steps.len();
        for (step, frame) in block.steps.iter().zip(block.values.chunks_exact(width)) {
            self.frames[block.recording].push((*step, frame.to_vec()));
        }
        Ok(())
    }
}

impl Memory {
    /// Spike times of one neuron of a recording `[ms]`.
    pub fn times(&self, recording: usize, neuron: u32, dt_ms: f64) -> Vec<f64> {
        let all = self.spikes.get(recording).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|s| s.2 == neuron).map(|s| (s.0 as f64 - s.1) * dt_ms).collect()
    }

    /// A column of a sampled recording at a stamp.
    pub fn at(&self, recording: usize, column: usize, step: u64) -> f64 {
        let frames = &self.frames[recording];
        let k = frames.binary_search_by_key(&step, |f| f.0).expect("sampled");
        frames[k].1[column]
    }

    /// A whole column.
    pub fn column(&self, recording: usize, column: usize) -> Vec<f64> {
        self.frames[recording].iter().map(|f| f.1[column]).collect()
    }
}

/// Runs a model on one thread.
pub fn run(model: &CableModel, duration_ms: f64) -> Memory {
    run_with(model, duration_ms, Execution::default()).expect("runs")
}

/// Runs a model.
pub fn run_with(
    model: &CableModel,
    duration_ms: f64,
    execution: Execution,
) -> Result<Memory, RunError> {
    let mut memory = Memory::default();
    let mut simulation = CableSimulation::new(model, execution).expect("a sound model");
    simulation.run(duration_ms, &mut memory)?;
    Ok(memory)
}

/// An unbranched cable.
pub fn cable(length_um: f64, diameters_um: [f64; 2], n: usize) -> CellModel {
    let mut builder = Morphology::builder();
    builder.taper(Kind::Dendrite, None, length_um, diameters_um);
    let morphology = Arc::new(builder.build().expect("a cable"));
    CellModel::new(morphology, View::Segments, &Policy::PerSection(n)).expect("a cell")
}

/// A model with one cell, sampled as voltage at some places (recording 0).
pub fn watched(
    cell: CellModel,
    places: &[Location],
    dt_ms: f64,
    every_ms: f64,
    scheme: Scheme,
) -> CableModel {
    let mut model = CableModel::new(dt_ms).expect("a step").with_scheme(scheme);
    model.add(cell);
    let probes: Vec<Probe> =
        places.iter().map(|&p| model.probe(0, p, Quantity::Voltage).expect("a probe")).collect();
    model.record(probes, Sampling::every(every_ms)).expect("a recording");
    model
}

/// Everywhere.
pub const ALL: Region = Region::All;

/// Order of convergence between two errors of runs whose steps differ by a factor of two.
pub fn order(coarse: f64, fine: f64) -> f64 {
    (coarse / fine).log2()
}
