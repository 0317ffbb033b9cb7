//! Rings of ten branching cells, each with many synapses: times a run.
//!
//! `busy_ring --folder DIR [--cells 1000] [--synapses 100] [--dt 0.025] [--ms 100] [--threads 1]
//! [--group 4096] [--tables on|off]`
//!
//! The folder holds one SWC file per cell (`0.swc`, `1.swc`, …). Somata carry Hodgkin–Huxley
//! channels, dendrites a passive membrane, cut into compartments of at most 10 µm. The first synapse of a cell
//! is driven by its predecessor in the ring, the others, of weight 0, by cells drawn at random, all after
//! 5 ms: the model of NSuite's `busyring` benchmark. The last line is a JSON object.

#![expect(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Connection, Density, EventStream, Execution, Point,
    Scheme, SpikeSource, SynapseTarget, Timing, View,
};
use neuropil_core::random::{Stream, key};
use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_mechanism::{Mechanism, Source, compile};
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::swc::{Options, Profile, load};
use neuropil_morphology::{Kind, Location, Region};

#[derive(Default)]
struct Count {
    spikes: usize,
    first: Vec<f64>,
}

impl Observer for Count {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.spikes += block.steps.len();
        let all = block.steps.iter().zip(block.offsets).zip(block.neurons);
        let first = all.filter(|(_, n)| **n == 0).map(|((s, o), _)| *s as f64 - o);
        self.first.extend(first);
        Ok(())
    }

    fn samples(&mut self, _: SampleBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }
}

struct Catalogue {
    hh: Arc<Mechanism>,
    pas: Arc<Mechanism>,
    synapse: Arc<Mechanism>,
}

fn cell(
    path: &str,
    number: u64,
    synapses: usize,
    with: &Catalogue,
) -> Result<CellModel, Box<dyn Error>> {
    let loaded = load(std::fs::read(path)?, &Options::profile(Profile::Neuron))?;
    let morphology = Arc::new(loaded.value);
    let policy = Policy::MaxLength(10.0);
    let mut cell = CellModel::new(Arc::clone(&morphology), View::Segments, &policy)?;
    cell.set_axial_resistivity(&Region::All, 100.0)?;
    cell.paint(&Region::Kind(Kind::Soma), Density::new(&with.hh))?;
    let pas = Density::new(&with.pas).with("g", 0.001).with("e", -65.0);
    cell.paint(&Region::Kind(Kind::Soma).complement(), pas)?;
    let mut stream = Stream::new(key(1, "synapses", 0), number);
    for point in 0..synapses {
        let section = 1 + stream.below(morphology.sections().len() as u32 - 1) as usize;
        let anywhere = Location::new(section, stream.uniform());
        // The one that counts is the first along the tree, as in the other program.
        let place = if point == 0 { Location::new(1, 0.05) } else { anywhere };
        cell.place(place, Point::new(&with.synapse).with("tau", 2.0))?;
    }
    cell.detect(Location::new(0, 0.5), -10.0)?;
    Ok(cell)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let a: BTreeMap<&str, &str> =
        words.chunks_exact(2).map(|p| (p[0].trim_start_matches('-'), p[1].as_str())).collect();
    let number = |name: &str, default: f64| -> Result<f64, Box<dyn Error>> {
        Ok(a.get(name).map_or(Ok(default), |text| text.parse())?)
    };
    let folder = a.get("folder").copied().unwrap_or(".");
    let (n, synapses) = (number("cells", 1000.0)? as usize, number("synapses", 100.0)? as usize);
    let source = |name: &str, text: &str| compile(&Source::from_text(name, text)).map(Arc::new);
    let with = Catalogue {
        hh: source("hh.mod", include_str!("../tests/mechanisms/hh.mod"))?,
        pas: source("pas.mod", include_str!("../tests/mechanisms/pas.mod"))?,
        synapse: source("expsyn.mod", include_str!("../tests/mechanisms/expsyn.mod"))?,
    };
    let begin = Instant::now();
    let dt = number("dt", 0.025)?;
    let scheme =
        if a.get("scheme") == Some(&"be") { Scheme::BackwardEuler } else { Scheme::CrankNicolson };
    let tables = a.get("tables") != Some(&"off");
    let mut model = CableModel::new(dt)?.with_scheme(scheme).with_tables(tables);
    for k in 0..n {
        model.add(cell(&format!("{folder}/{k}.swc"), k as u64, synapses, &with)?);
    }
    let detector = |cell| SpikeSource::Detector { cell, detector: 0 };
    let mut stream = Stream::new(key(1, "sources", 0), 0);
    for k in 0..n {
        let before = 10 * (k / 10) + (k + 9) % 10;
        for point in 0..synapses {
            let (from, weight) = if point == 0 {
                (before.min(n - 1), 0.05)
            } else {
                (stream.below(n as u32) as usize, 0.0)
            };
            let (source, target) = (detector(from), SynapseTarget { cell: k, point });
            model.connect(Connection { source, target, arguments: vec![weight], delay_ms: 5.0 })?;
        }
        if k % 10 == 0 {
            let target = SynapseTarget { cell: k, point: 0 };
            let timing = Timing::Times([0.0].into());
            model.stimulate(EventStream { target, timing, arguments: vec![0.05] })?;
        }
    }
    model.record_spikes((0..n).map(detector).collect())?;
    let execution = Execution {
        threads: number("threads", 1.0)? as usize,
        nodes_per_group: number("group", 4096.0)? as usize,
    };
    let mut simulation = CableSimulation::new(&model, execution)?;
    let mut count = Count::default();
    simulation.run_steps(0, &mut count)?;
    let build_s = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let ms = number("ms", 100.0)?;
    simulation.run(ms, &mut count)?;
    let seconds = begin.elapsed().as_secs_f64();
    let first: Vec<f64> = count.first.iter().map(|s| s * dt).collect();
    println!(
        "{{\"cells\": {n}, \"nodes\": {}, \"groups\": {}, \"build_seconds\": {build_s}, \
         \"seconds\": {seconds}, \"spikes\": {}, \"first_cell\": {first:?}}}",
        simulation.nodes(),
        simulation.groups(),
        count.spikes
    );
    Ok(())
}
