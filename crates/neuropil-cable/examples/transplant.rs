//! A cell that NEURON built, as written by `benches/cable/transplant.py`, with its own .mod files.
//!
//! `transplant CELL.txt MOD_FOLDER [--dt 0.025] [--ms 100] [--scheme cn|be|damped] [--v-init -65]
//! [--start 0] [--length 0] [--amplitude 0] [--tables 1]`
//!
//! `cn` and `be` are NEURON's schemes, `damped` is the default of Neuropil. The current `[nA]` goes into the middle
//! of the first section. Writes one JSON object: spikes (crossings of −10 mV there), its potential at
//! every millisecond, and the seconds that the run took.

#![expect(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Density, Electrode, Execution, Ion, Quantity, Reversal,
    Sampling, Scheme, SpikeSource, Values, View,
};
use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_mechanism::{Library, Source};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::region::SectionRef;
use neuropil_morphology::{Kind, Location, Morphology, Point, Region};

#[derive(Default)]
struct Memory {
    spikes: Vec<f64>,
    trace: Vec<f64>,
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let times = block.steps.iter().zip(block.offsets).map(|(s, offset)| *s as f64 - offset);
        self.spikes.extend(times);
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.trace.extend_from_slice(block.values);
        Ok(())
    }
}

/// Names and values by segment.
type Parameters = Vec<(String, Vec<f64>)>;

/// A section as written.
struct Section {
    parent: Option<Location>,
    nseg: usize,
    ra: f64,
    kind: Kind,
    points: Vec<Point>,
    cm: Vec<f64>,
    mechanisms: Vec<(String, Parameters)>,
}

#[derive(Default)]
struct Written {
    celsius: f64,
    ions: Vec<(String, f64)>,
    sections: Vec<Section>,
}

fn numbers(words: &[&str]) -> Result<Vec<f64>, std::num::ParseFloatError> {
    words.iter().map(|w| w.parse()).collect()
}

fn read(text: &str) -> Result<Written, Box<dyn Error>> {
    let mut found = Written::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["celsius", value] => found.celsius = value.parse()?,
            ["ion", name, value] => found.ions.push((name.into(), value.parse()?)),
            ["section", parent, x, nseg, ra, kind, _] => found.sections.push(Section {
                parent: match parent {
                    "-1" => None,
                    _ => Some(Location::new(parent.parse()?, x.parse()?)),
                },
                nseg: nseg.parse()?,
                ra: ra.parse()?,
                kind: match kind {
                    "soma" => Kind::Soma,
                    "axon" => Kind::Axon,
                    "apic" => Kind::Apical,
                    _ => Kind::Dendrite,
                },
                points: Vec::new(),
                cm: Vec::new(),
                mechanisms: Vec::new(),
            }),
            _ => {
                let section = found.sections.last_mut().ok_or("a line before the first section")?;
                match words[..] {
                    ["cm", ..] => section.cm = numbers(&words[1..])?,
                    ["mech", name, parameter, ..] => {
                        let list = &mut section.mechanisms;
                        if list.last().is_none_or(|m| m.0 != name) {
                            list.push((name.into(), Vec::new()));
                        }
                        if let (Some(last), true) = (list.last_mut(), parameter != "-") {
                            last.1.push((parameter.into(), numbers(&words[3..])?));
                        }
                    }
                    _ => {
                        let &[x, y, z, d] = &numbers(&words)?[..] else {
                            return Err("a point has four numbers".into());
                        };
                        section.points.push(Point::new(x, y, z, 0.5 * d));
                    }
                }
            }
        }
    }
    Ok(found)
}

fn build(written: &Written, mods: &Path) -> Result<CellModel, Box<dyn Error>> {
    let mut library = Library::new();
    for entry in std::fs::read_dir(mods)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "mod") {
            library.add(&Source::read(&path)?)?;
        }
    }
    let mut builder = Morphology::builder();
    for s in &written.sections {
        builder.section(s.kind, s.parent, s.points.clone());
    }
    let counts = written.sections.iter().map(|s| s.nseg).collect();
    let morphology = Arc::new(builder.build()?);
    let mut cell = CellModel::new(morphology, View::Segments, &Policy::Counts(counts))?;
    for (k, section) in written.sections.iter().enumerate() {
        let here = Region::Section(SectionRef::Index(k), 0.0, 1.0);
        // Segments are numbered from the 0-end; the region lists compartments by node.
        let nodes = cell.compartments().nodes_of(k).to_vec();
        let covered = cell.coverage(&here)?;
        let by_node = |values: &[f64]| -> Values {
            let of: BTreeMap<usize, f64> =
                nodes.iter().copied().zip(values.iter().copied()).collect();
            Values::Each(covered.iter().map(|(node, _)| of[node]).collect())
        };
        cell.set_axial_resistivity(&here, section.ra)?;
        cell.set_capacitance(&here, by_node(&section.cm))?;
        for (name, parameters) in &section.mechanisms {
            let mut density = Density::new(&library.find(name)?);
            for (parameter, values) in parameters {
                density = density.with(parameter, by_node(values));
            }
            cell.paint(&here, density)?;
        }
    }
    for (name, reversal) in &written.ions {
        let known = Ion::known(name).ok_or("an ion of unknown charge")?;
        cell.set_ion(name, Ion { reversal: Reversal::Fixed(*reversal), ..known })?;
    }
    Ok(cell)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, mods, options @ ..] = &words[..] else {
        return Err("transplant CELL.txt MOD_FOLDER [--OPTION VALUE]…".into());
    };
    let options: BTreeMap<&str, &str> = options
        .chunks_exact(2)
        .map(|pair| (pair[0].trim_start_matches('-'), pair[1].as_str()))
        .collect();
    let number = |name: &str, default: f64| -> Result<f64, Box<dyn Error>> {
        Ok(options.get(name).map_or(Ok(default), |text| text.parse())?)
    };
    let written = read(&std::fs::read_to_string(file)?)?;
    let mut cell = build(&written, Path::new(mods))?;
    cell.set_initial_voltage(&Region::All, number("v-init", -65.0)?)?;
    let middle = Location::new(0, 0.5);
    cell.detect(middle, -10.0)?;
    let scheme = match options.get("scheme").copied() {
        Some("be") => Scheme::BackwardEuler,
        Some("damped") => Scheme::CrankNicolson,
        _ => Scheme::UndampedCrankNicolson,
    };
    let dt = number("dt", 0.025)?;
    let tables = number("tables", 1.0)? != 0.0;
    let mut model =
        CableModel::new(dt)?.with_scheme(scheme).with_celsius(written.celsius).with_tables(tables);
    model.add(cell);
    let (start, length) = (number("start", 0.0)?, number("length", 0.0)?);
    model.attach(0, middle, Electrode::pulse(number("amplitude", 0.0)?, start, length))?;
    model.record_spikes(vec![SpikeSource::Detector { cell: 0, detector: 0 }])?;
    let probe = model.probe(0, middle, Quantity::Voltage)?;
    model.record(vec![probe], Sampling::every(1.0))?;
    let mut simulation = CableSimulation::new(&model, Execution::default())?;
    let mut memory = Memory::default();
    let started = Instant::now();
    simulation.run(number("ms", 100.0)?, &mut memory)?;
    let seconds = started.elapsed().as_secs_f64();
    let spikes: Vec<f64> = memory.spikes.iter().map(|s| s * dt).collect();
    println!(
        "{{\"spikes\": {spikes:?}, \"trace\": {:?}, \"seconds\": {seconds:.3}, \"nodes\": {}}}",
        memory.trace,
        simulation.nodes()
    );
    Ok(())
}
