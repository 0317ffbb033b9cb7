//! A small network's recordings, and a run of it that can be predicted.

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_record::{
    Column, ColumnKind, InputFile, PopulationInfo, Precision, Provenance, Recordings,
    SampledRecording, SpikeRecording,
};

pub(crate) fn recordings() -> Recordings {
    let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
    recordings.spikes.push(SpikeRecording::all("I", 25));
    recordings.spikes.push(SpikeRecording {
        neurons: Some((0..50).collect()),
        start_step: 10,
        ..SpikeRecording::all("E", 100)
    });
    recordings.samples.push(SampledRecording::neurons("E", 100, "V_m", "mV", [3, 1, 99], 10));
    recordings.samples.push(SampledRecording::neurons("E", 100, "g_ex", "nS", [3], 1));
    recordings.samples.push(SampledRecording {
        kind: ColumnKind::Compartments,
        columns: [(0, 0), (0, 7), (1, 2)]
            .map(|(neuron, element)| Column { neuron, element })
            .into(),
        labels: ["soma", "dend[3](0.5)", "soma"].map(String::from).into(),
        ..SampledRecording::neurons("cells", 2, "v", "mV", [], 5)
    });
    recordings.samples.push(SampledRecording::population("I", 25, "rate", "Hz", 10));
    for recording in &mut recordings.samples {
        recording.precision = Precision::Double;
    }
    recordings
}

pub(crate) fn provenance() -> Provenance {
    let population = |name: &str, size, model: &str| PopulationInfo {
        name: name.into(),
        size,
        model: model.into(),
    };
    Provenance {
        experiment: "[simulation]\nduration = \"1 s\" # µ\n".into(),
        parameters: "{\"a\": 1}".into(),
        version: "0.1.0".into(),
        seed: u64::MAX,
        populations: vec![
            population("I", 25, "iaf_psc_delta"),
            population("E", 100, "iaf_psc_delta"),
            population("cells", 2, "cable"),
        ],
        inputs: vec![InputFile::from_bytes("cell.swc", b"abc")],
        warnings: vec!["delay rounded".into()],
    }
}

/// Emits steps `from..to` of the predictable run: in step `t`, neurons `t % 25` of I and `t % 50`
/// of E spike, and variable `k` of column `c` is `1000·k + c + t/1000`.
pub(crate) fn emit(sink: &mut dyn Observer, from: u64, to: u64) -> Result<(), RecordError> {
    let recordings = recordings();
    for t in from..to {
        let (stamp, i, e) = ([t + 1], [(t % 25) as u32], [(t % 50) as u32]);
        sink.spikes(SpikeBlock { recording: 0, steps: &stamp, offsets: &[], neurons: &i })?;
        sink.spikes(SpikeBlock { recording: 1, steps: &stamp, offsets: &[0.25], neurons: &e })?;
        for (k, recording) in recordings.samples.iter().enumerate() {
            if (t + 1).is_multiple_of(recording.interval_steps) {
                let columns = 0..recording.columns.len();
                let values: Vec<f64> = columns.map(|c| value(k, c, t + 1)).collect();
                sink.samples(SampleBlock { recording: k, steps: &stamp, values: &values })?;
            }
        }
    }
    Ok(())
}

pub(crate) fn value(recording: usize, column: usize, step: u64) -> f64 {
    1000.0 * recording as f64 + column as f64 + step as f64 / 1000.0
}
