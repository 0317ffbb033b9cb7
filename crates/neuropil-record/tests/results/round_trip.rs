//! What is written is what is read.

use neuropil_core::{Observer, SampleBlock, SpikeBlock};
use neuropil_record::reader::{SpikeQuery, TraceQuery};
use neuropil_record::{
    Closing, Compression, Output, Precision, ReadError, ResultFile, ResultWriter, Status,
};

use crate::common::{emit, provenance, recordings, value};

fn written(steps: u64) -> (tempfile::TempDir, ResultFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.h5");
    let mut writer =
        ResultWriter::create(&Output::new(&path), &recordings(), &provenance()).unwrap();
    emit(&mut writer, 0, steps).unwrap();
    let closing = Closing {
        timings_s: vec![("build".into(), 0.5), ("simulate".into(), 1.5)],
        warnings: vec!["slow".into()],
        ..Closing::new(Status::Complete, steps as f64 * 0.1)
    };
    assert_eq!(writer.finish(closing).unwrap(), path);
    let file = ResultFile::open(&path).unwrap();
    (folder, file)
}

#[test]
fn provenance_and_outcome_come_back() {
    let (_folder, result) = written(100);
    let metadata = result.metadata();
    let mut expected = provenance();
    expected.warnings.push("slow".into());
    assert_eq!(metadata.provenance, expected);
    assert_eq!(metadata.status, Status::Complete);
    assert_eq!((metadata.dt_ms, metadata.simulated_ms), (0.1, 10.0));
    assert_eq!(metadata.timings_s, [("build".to_owned(), 0.5), ("simulate".to_owned(), 1.5)]);
    assert_eq!(result.spike_recordings(), recordings().spikes);
}

#[test]
fn spikes_come_back_whole_in_windows_and_for_some_neurons() {
    let (_folder, result) = written(1000);
    let all = result.spikes("I", &SpikeQuery::default()).unwrap();
    assert_eq!(all.neurons, (0..1000).map(|t| t % 25).collect::<Vec<u32>>());
    let times: Vec<f64> = (1..=1000_u32).map(|step| f64::from(step) * 0.1).collect();
    assert_eq!(all.times_ms, times);
    assert_eq!(result.spike_count("I").unwrap(), 1000);

    let query = SpikeQuery::default().from_ms(10.0).until_ms(20.0);
    let window = result.spikes("I", &query).unwrap();
    let expected: Vec<f64> = times.iter().copied().filter(|t| (10.0..20.0).contains(t)).collect();
    assert_eq!(window.times_ms, expected);
    let some = result.spikes("I", &query.neurons([24, 3])).unwrap();
    assert!(some.neurons.iter().all(|n| [3, 24].contains(n)) && some.neurons.len() == 8);

    let precise = result.spikes("E", &SpikeQuery::default()).unwrap();
    assert_eq!(precise.times_ms[9], 10.0 * 0.1 - 0.25 * 0.1);
    assert_eq!(precise.trains(100)[7].len(), 20);
}

#[test]
fn traces_come_back_with_their_times() {
    let (_folder, result) = written(1000);
    let traces = result.traces("E", "V_m", &TraceQuery::default()).unwrap();
    assert_eq!((traces.frames(), traces.unit.as_str()), (100, "mV"));
    assert_eq!(traces.values[2][41], value(0, 2, 420));
    assert_eq!(traces.times_ms()[41], 1.0 + 41.0);

    let query = TraceQuery::default().from_ms(20.0).until_ms(30.0).columns([2, 0]);
    let part = result.traces("E", "V_m", &query).unwrap();
    assert_eq!(part.columns.iter().map(|c| c.neuron).collect::<Vec<_>>(), [99, 3]);
    assert_eq!(part.values[0][0], value(0, 2, 200));
    assert_eq!((part.frames(), part.times_ms()[0]), (10, 20.0));

    let cells = result.report("cells", "v").unwrap();
    assert_eq!(cells.labels[1], "dend[3](0.5)");
    assert_eq!(cells.columns, recordings().samples[2].columns);
    assert_eq!(cells.columns_of(0).collect::<Vec<_>>(), [0, 1]);
    let rate = result.traces("I", "rate", &TraceQuery::default()).unwrap();
    assert_eq!(rate.values[0].len(), 100);
}

#[test]
fn wrong_names_are_answered_with_the_nearest() {
    let (_folder, result) = written(10);
    let error = result.spikes("e", &SpikeQuery::default()).unwrap_err().to_string();
    assert!(error.ends_with("no spikes of population \"e\" were recorded; did you mean \"E\"?"));
    let error = result.traces("E", "V_n", &TraceQuery::default()).unwrap_err().to_string();
    assert!(error.ends_with("\"E/V_n\" was not recorded; did you mean \"E/V_m\"?"), "{error}");
    let query = TraceQuery::default().columns([3]);
    let error = result.traces("E", "V_m", &query).unwrap_err();
    assert!(matches!(error, ReadError::NoColumn { columns: 3, column: 3, .. }));
}

#[test]
fn blocks_that_do_not_fit_are_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = Output::new(folder.path().join("r.h5"));
    let mut writer = ResultWriter::create(&output, &recordings(), &provenance()).unwrap();
    let mut message = |block: Result<SpikeBlock<'_>, SampleBlock<'_>>| {
        let error = match block {
            Ok(block) => writer.spikes(block).unwrap_err(),
            Err(block) => writer.samples(block).unwrap_err(),
        };
        std::error::Error::source(&error).unwrap().to_string()
    };
    let spikes = SpikeBlock { recording: 0, steps: &[1], offsets: &[], neurons: &[25] };
    assert_eq!(message(Ok(spikes)), "spikes of I: neuron 25 does not exist; the population has 25");
    let spikes = SpikeBlock { recording: 2, ..spikes };
    assert_eq!(
        message(Ok(spikes)),
        "the block belongs to spike recording 2, but only 2 are declared"
    );
    let frame = SampleBlock { recording: 0, steps: &[10], values: &[1.0, 2.0] };
    assert_eq!(message(Err(frame)), "E/V_m of 3 columns: a block has 1 steps but 2 values");
    let frame = SampleBlock { recording: 0, steps: &[20], values: &[1.0, 2.0, 3.0] };
    assert_eq!(message(Err(frame)), "E/V_m: expected a frame at step 10, found step 20");
}

#[test]
fn every_compression_and_precision_is_read_alike() {
    for compression in [Compression::None, Compression::Packed, Compression::Gzip(9)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.h5");
        let mut recordings = recordings();
        recordings.samples[0].precision = Precision::Single;
        let output = Output { compression, ..Output::new(&path) };
        let mut writer = ResultWriter::create(&output, &recordings, &provenance()).unwrap();
        emit(&mut writer, 0, 100).unwrap();
        writer.finish(Closing::new(Status::Complete, 10.0)).unwrap();
        let result = ResultFile::open(&path).unwrap();
        let traces = result.traces("E", "V_m", &TraceQuery::default()).unwrap();
        assert_eq!(traces.values[1][9], f64::from(value(0, 1, 100) as f32));
        let spikes = result.spikes("I", &SpikeQuery::default()).unwrap();
        assert_eq!(spikes.neurons, (0..100).map(|t| t % 25).collect::<Vec<u32>>());
    }
}

#[test]
fn a_small_buffer_makes_the_simulation_wait_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let output = Output { commit_bytes: 1000, buffer_bytes: 2000, ..Output::new(&path) };
    let mut writer = ResultWriter::create(&output, &recordings(), &provenance()).unwrap();
    emit(&mut writer, 0, 5000).unwrap();
    writer.finish(Closing::new(Status::Complete, 500.0)).unwrap();
    let result = ResultFile::open(&path).unwrap();
    assert_eq!(result.spike_count("I").unwrap(), 5000);
    let traces = result.traces("E", "g_ex", &TraceQuery::default()).unwrap();
    let expected: Vec<f64> = (1..=5000).map(|step| value(1, 0, step)).collect();
    assert_eq!(traces.values[0], expected);
}

#[test]
fn the_same_run_gives_the_same_arrays_however_it_is_cut_into_commits() {
    let read = |commit_bytes| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.h5");
        let output = Output { commit_bytes, ..Output::new(&path) };
        let mut writer = ResultWriter::create(&output, &recordings(), &provenance()).unwrap();
        emit(&mut writer, 0, 2000).unwrap();
        writer.finish(Closing::new(Status::Complete, 200.0)).unwrap();
        let result = ResultFile::open(&path).unwrap();
        let spikes = result.spikes("E", &SpikeQuery::default()).unwrap();
        let bits: Vec<u64> = spikes.times_ms.iter().map(|t| t.to_bits()).collect();
        (bits, spikes.neurons)
    };
    assert_eq!(read(700), read(1 << 20));
}

#[test]
fn files_that_are_not_results_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let open = || ResultFile::open(&path).unwrap_err();
    assert!(matches!(open(), ReadError::Io { .. }));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(open(), ReadError::NeverFlushed { .. }));
    std::fs::write(&path, "t,n\n1,2\n").unwrap();
    assert!(matches!(open(), ReadError::NotHdf5 { .. }));
    let make = |names: &[&str]| {
        let file = hdf5::File::create(&path).unwrap();
        for name in names {
            file.create_group(name).unwrap();
        }
    };
    make(&["group"]);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
    let expected = format!("it has {} of {} bytes", whole.len() - 100, whole.len());
    assert!(open().to_string().contains(&expected), "{}", open());
    make(&["spikes"]);
    assert!(open().to_string().ends_with("it looks like a SONATA file of another simulator"));
    make(&["tRASTER_RecExc"]);
    assert!(open().to_string().ends_with("it looks like a file of the ntwk package"));
    make(&["neuropil"]);
    assert!(matches!(open(), ReadError::OtherLayout { .. }));
    {
        let file = hdf5::File::create(&path).unwrap();
        let group = file.create_group("neuropil").unwrap();
        group.new_attr::<u32>().create("layout").unwrap().write_scalar(&9).unwrap();
    }
    assert!(matches!(open(), ReadError::LayoutVersion { found: 9, supported: 1, .. }));
}
