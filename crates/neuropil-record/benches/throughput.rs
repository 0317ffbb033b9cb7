//! How fast results are written: the spikes of a Brunel network, and frames of a wide report.
//!
//! `cargo bench -p neuropil-record` prints, for each, the time that the simulating thread spends in
//! the observer and the time until the closed file lies on disk.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark reports on stdout")]

use std::time::Instant;

use neuropil_core::random::{Stream, key};
use neuropil_core::{Clock, Observer, SampleBlock, SpikeBlock};
use neuropil_record::{
    Closing, Compression, Output, Provenance, Recordings, ResultWriter, SampledRecording,
    SpikeRecording, Status,
};

fn main() {
    for compression in [Compression::None, Compression::Packed, Compression::Gzip(1)] {
        spikes(compression);
        frames(compression);
    }
}

/// 40 spikes in each of 100 000 steps of 0.1 ms: 10 s of 12 500 neurons at 32 spikes/s.
fn spikes(compression: Compression) {
    const STEPS: u64 = 100_000;
    const PER_STEP: usize = 40;
    let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
    recordings.spikes.push(SpikeRecording::all("E", 12_500));
    let blocks: Vec<[u32; PER_STEP]> = (0..STEPS).map(sorted_neurons).collect();
    run(&format!("spikes, {compression:?}"), compression, &recordings, |writer| {
        for (step, neurons) in blocks.iter().enumerate() {
            let steps = [step as u64 + 1; PER_STEP];
            let block = SpikeBlock { recording: 0, steps: &steps, offsets: &[], neurons };
            writer.spikes(block).unwrap();
        }
        STEPS * PER_STEP as u64
    });
}

fn sorted_neurons<const N: usize>(step: u64) -> [u32; N] {
    let mut stream = Stream::new(key(1, "bench", 0), step);
    let mut neurons = std::array::from_fn(|_| stream.below(12_500));
    neurons.sort_unstable();
    neurons
}

/// 1000 neurons, 5000 frames of noise: the worst case for compression.
fn frames(compression: Compression) {
    const COLUMNS: u64 = 1000;
    let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
    let neurons = 0..COLUMNS as u32;
    recordings.samples.push(SampledRecording::neurons("E", 12_500, "V_m", "mV", neurons, 1));
    let mut stream = Stream::new(key(1, "bench", 1), 0);
    let noise: Vec<f64> = (0..COLUMNS + 997).map(|_| -70.0 + 18.0 * stream.uniform()).collect();
    run(&format!("values, {compression:?}"), compression, &recordings, |writer| {
        for step in 1..=5000_u64 {
            let values = &noise[(step % 997) as usize..][..COLUMNS as usize];
            writer.samples(SampleBlock { recording: 0, steps: &[step], values }).unwrap();
        }
        5000 * COLUMNS
    });
}

fn run(
    what: &str,
    compression: Compression,
    recordings: &Recordings,
    emit: impl FnOnce(&mut ResultWriter) -> u64,
) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let output = Output { compression, ..Output::new(&path) };
    let start = Instant::now();
    let mut writer = ResultWriter::create(&output, recordings, &Provenance::default()).unwrap();
    let created = start.elapsed();
    let start = Instant::now();
    let count = emit(&mut writer);
    let emitted = start.elapsed();
    writer.finish(Closing::new(Status::Complete, 0.0)).unwrap();
    let all = start.elapsed();
    let millions = count as f64 / 1e6;
    println!(
        "{what:22} {millions:4.1} M: created in {:.1} ms, handed over {:6.1} M/s, stored {:5.1} M/s, {:5.1} MB",
        created.as_secs_f64() * 1e3,
        millions / emitted.as_secs_f64(),
        millions / all.as_secs_f64(),
        std::fs::metadata(&path).unwrap().len() as f64 / 1e6,
    );
}
