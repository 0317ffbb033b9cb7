//! An earlier result is never lost to a run that does not complete.

use neuropil_record::{Closing, CreateError, Output, Overwrite, ResultFile, ResultWriter, Status};

use crate::common::{emit, provenance, recordings};

fn start(output: &Output) -> Result<ResultWriter, CreateError> {
    ResultWriter::create(output, &recordings(), &provenance())
}

fn spikes_in(path: &std::path::Path) -> usize {
    ResultFile::open(path).unwrap().spike_count("I").unwrap()
}

#[test]
fn an_existing_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    std::fs::write(&path, "precious").unwrap();
    let error = start(&Output::new(&path)).unwrap_err();
    assert!(matches!(error, CreateError::Exists { .. }));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn only_results_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        |path: &std::path::Path| Output { overwrite: Overwrite::WhenComplete, ..Output::new(path) };
    let experiment = folder.path().join("experiment.toml");
    std::fs::write(&experiment, "[simulation]").unwrap();
    let error = start(&output(&experiment)).unwrap_err();
    assert!(matches!(error, CreateError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(&experiment).unwrap(), b"[simulation]");
    #[cfg(unix)]
    for device in ["/dev/null", "/dev/full"].map(std::path::Path::new) {
        let error = start(&output(device)).unwrap_err();
        assert!(matches!(error, CreateError::Foreign { .. }), "{error}");
    }
    // What a run leaves that was killed before its first flush.
    let empty = folder.path().join("empty.h5");
    std::fs::write(&empty, "").unwrap();
    assert_ne!(start(&output(&empty)).unwrap().path(), empty);
}

#[test]
fn a_replaced_result_stays_until_the_new_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let output = Output { overwrite: Overwrite::WhenComplete, ..Output::new(&path) };
    let complete = |steps: u64| Closing::new(Status::Complete, steps as f64 * 0.1);

    let mut first = start(&output).unwrap();
    assert_eq!(first.path(), path);
    emit(&mut first, 0, 10).unwrap();
    first.finish(complete(10)).unwrap();

    let mut second = start(&output).unwrap();
    emit(&mut second, 0, 20).unwrap();
    second.checkpoint().unwrap();
    assert_eq!(spikes_in(&path), 10);
    let partial = second.finish(Closing::new(Status::Interrupted, 2.0)).unwrap();
    assert_eq!(partial, folder.path().join("r.partial.h5"));
    assert_eq!((spikes_in(&path), spikes_in(&partial)), (10, 20));

    let mut third = start(&output).unwrap();
    emit(&mut third, 0, 30).unwrap();
    assert_eq!(third.finish(complete(30)).unwrap(), path);
    assert_eq!((spikes_in(&path), spikes_in(&partial)), (30, 20));
    assert!(!folder.path().join("r.partial-2.h5").exists());
}

#[test]
fn a_writer_that_is_dropped_leaves_a_readable_file_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let mut writer = start(&Output::new(&path)).unwrap();
    emit(&mut writer, 0, 10).unwrap();
    drop(writer);
    let result = ResultFile::open(&path).unwrap();
    assert_eq!(result.metadata().status, Status::Failed);
    assert_eq!(result.spike_count("I").unwrap(), 10);
}

#[test]
fn a_missing_folder_and_a_folder_as_output_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = start(&Output::new(folder.path().join("no/r.h5"))).unwrap_err();
    assert!(matches!(error, CreateError::Folder { .. }), "{error}");
    let error = start(&Output::new(folder.path())).unwrap_err();
    assert!(matches!(error, CreateError::IsFolder { .. }), "{error}");
}

#[test]
fn a_declaration_that_cannot_be_stored_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let mut recordings = recordings();
    recordings.samples[0].variable = "a/b".into();
    let error = ResultWriter::create(&Output::new(&path), &recordings, &provenance()).unwrap_err();
    assert!(matches!(error, CreateError::Recordings(_)));
    assert!(!path.exists());
}
