//! A morphology from an SWC file with Hodgkin–Huxley channels: times a run and writes traces.
//!
//! `l5_pyramidal --swc FILE [--membrane hh|mixed|pas] [--dt 0.025] [--ms 100] [--scheme cn|undamped|be]
//! [--max-length 10] [--copies 1] [--threads 1] [--group 4096] [--repeat 1] [--tables off|on]
//! [--traces FILE]`
//!
//! `mixed` has the channels on soma and axon and a passive membrane elsewhere. The current is 1 nA
//! into the middle of the soma from 5 ms on (`--amplitude`). The last line is a JSON object. The traces are a CSV: for
//! every section the position of its end, then its middle's potential at every millisecond.

#![expect(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Density, Electrode, Execution, Probe, Quantity,
    Sampling, Scheme, SpikeSource, View,
};
use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_mechanism::{Source, compile};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::swc::{Options, Profile, load};
use neuropil_morphology::{Kind, Location, Morphology, Region};

#[derive(Default)]
struct Memory {
    spikes: Vec<f64>,
    frames: Vec<(u64, Vec<f64>)>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let offsets = block.offsets.iter().zip(block.steps).zip(block.neurons);
        self.spikes.extend(
            offsets.filter(|(_, n)| **n == 0).map(|((offset, step), _)| *step as f64 - offset),
        );
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        let width = block.values.len() / block.steps.len();
        let frames = block.steps.iter().zip(block.values.chunks_exact(width));
        self.frames.extend(frames.map(|(step, frame)| (*step, frame.to_vec())));
        Ok(())
    }
}

struct Arguments(BTreeMap<String, String>);

impl Arguments {
    fn text(&self, name: &str, default: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| default.into())
    }

    fn number(&self, name: &str, default: f64) -> Result<f64, Box<dyn Error>> {
        Ok(self.0.get(name).map_or(Ok(default), |text| text.parse())?)
    }
}

fn cell(morphology: Arc<Morphology>, a: &Arguments) -> Result<CellModel, Box<dyn Error>> {
    let policy = Policy::MaxLength(a.number("max-length", 10.0)?);
    let mut cell = CellModel::new(morphology, View::Segments, &policy)?;
    cell.set_axial_resistivity(&Region::All, 100.0)?;
    let source = |name: &str, text: &str| compile(&Source::from_text(name, text)).map(Arc::new);
    let hh = source("hh.mod", include_str!("../tests/mechanisms/hh.mod"))?;
    let pas = source("pas.mod", include_str!("../tests/mechanisms/pas.mod"))?;
    let pas = Density::new(&pas).with("g", 0.0003).with("e", -65.0);
    match a.text("membrane", "hh").as_str() {
        "hh" => {
            cell.paint(&Region::All, Density::new(&hh))?;
        }
        "pas" => {
            cell.paint(&Region::All, pas)?;
        }
        _ => {
            let active = Region::Kind(Kind::Soma).or(Region::Kind(Kind::Axon));
            cell.paint(&active, Density::new(&hh))?;
            cell.paint(&active.complement(), pas)?;
        }
    }
    cell.detect(Location::new(0, 0.5), 0.0)?;
    Ok(cell)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let pairs = words.chunks_exact(2);
    let a =
        Arguments(pairs.map(|p| (p[0].trim_start_matches('-').to_owned(), p[1].clone())).collect());
    let bytes = std::fs::read(a.text("swc", "cell.swc"))?;
    let morphology = Arc::new(load(bytes, &Options::profile(Profile::Neuron))?.value);
    let cell = Arc::new(cell(Arc::clone(&morphology), &a)?);
    let scheme = match a.text("scheme", "cn").as_str() {
        "be" => Scheme::BackwardEuler,
        "undamped" => Scheme::UndampedCrankNicolson,
        _ => Scheme::CrankNicolson,
    };
    let tables = a.text("tables", "off") == "on";
    let mut model =
        CableModel::new(a.number("dt", 0.025)?)?.with_scheme(scheme).with_tables(tables);
    let copies = a.number("copies", 1.0)? as usize;
    for copy in 0..copies {
        model.add(Arc::clone(&cell));
        let amplitude = a.number("amplitude", 1.0)? + 1e-3 * copy as f64;
        model.attach(copy, Location::new(0, 0.5), Electrode::pulse(amplitude, 5.0, 1e9))?;
    }
    let detectors = (0..copies).map(|cell| SpikeSource::Detector { cell, detector: 0 });
    model.record_spikes(detectors.collect())?;
    if a.0.contains_key("traces") {
        let middles = (0..morphology.sections().len()).map(|s| Location::new(s, 0.5));
        let probes: Result<Vec<Probe>, _> =
            middles.map(|place| model.probe(0, place, Quantity::Voltage)).collect();
        model.record(probes?, Sampling::every(a.number("every", 1.0)?))?;
    }
    let execution = Execution {
        threads: a.number("threads", 1.0)? as usize,
        nodes_per_group: a.number("group", 4096.0)? as usize,
    };
    let ms = a.number("ms", 100.0)?;
    let (mut best, mut memory) = (f64::INFINITY, Memory::default());
    for _ in 0..a.number("repeat", 1.0)? as usize {
        memory = Memory::default();
        let mut simulation = CableSimulation::new(&model, execution)?;
        simulation.run_steps(0, &mut memory)?;
        let start = Instant::now();
        simulation.run(ms, &mut memory)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    if let Some(path) = a.0.get("traces") {
        write_traces(path, &morphology, &memory, model.clock().dt_ms())?;
    }
    let compartments = cell.compartments().with_membrane() * copies;
    let steps = ms / model.clock().dt_ms();
    let spikes: Vec<f64> = memory.spikes.iter().map(|s| s * model.clock().dt_ms()).collect();
    println!(
        "{{\"compartments\": {compartments}, \"seconds\": {best}, \
         \"ns_per_compartment_step\": {}, \"spikes\": {spikes:?}}}",
        best * 1e9 / (compartments as f64 * steps)
    );
    Ok(())
}

fn write_traces(
    path: &str,
    morphology: &Morphology,
    memory: &Memory,
    dt_ms: f64,
) -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    let ends: Vec<[f64; 3]> = morphology
        .sections()
        .iter()
        .map(|s| s.points().last().map_or([0.0; 3], |p| p.xyz_um))
        .collect();
    for axis in 0..3 {
        let row: Vec<String> = ends.iter().map(|e| e[axis].to_string()).collect();
        writeln!(text, "{},{}", ["x", "y", "z"][axis], row.join(","))?;
    }
    for (step, frame) in &memory.frames {
        let row: Vec<String> = frame.iter().map(|v| format!("{v:.17e}")).collect();
        writeln!(text, "{},{}", *step as f64 * dt_ms, row.join(","))?;
    }
    std::fs::write(path, text)?;
    Ok(())
}
