//! A killed process leaves everything up to its last flush.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use neuropil_core::Observer;
use neuropil_record::reader::{SpikeQuery, TraceQuery};
use neuropil_record::{Output, ResultFile, ResultWriter, Status};

use crate::common::{emit, provenance, recordings, value};

const CHILD: &str = "NEUROPIL_TEST_CRASH_FILE";

/// Runs in a process of its own: a checkpoint, then data that are never flushed, then death.
#[test]
fn child_that_dies() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let output = Output { checkpoint: Duration::from_secs(3600), ..Output::new(path) };
    let mut writer = ResultWriter::create(&output, &recordings(), &provenance()).unwrap();
    emit(&mut writer, 0, 3000).unwrap();
    assert!(writer.progress(3000));
    writer.checkpoint().unwrap();
    emit(&mut writer, 3000, 3500).unwrap();
    assert!(writer.progress(3500));
    std::process::abort();
}

pub(crate) fn run_child(test: &str, variable: &str, path: &Path) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env(variable, path);
    child.output().unwrap().status.success()
}

#[test]
fn an_aborted_run_is_readable_up_to_its_last_flush() {
    let _turn = crate::turn();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    assert!(!run_child("crash::child_that_dies", CHILD, &path));
    let result = ResultFile::open(&path).unwrap();
    assert_eq!(result.metadata().status, Status::Running);
    assert_eq!(result.metadata().simulated_ms, 300.0);
    let spikes = result.spikes("I", &SpikeQuery::default()).unwrap();
    assert_eq!(spikes.neurons, (0..3000).map(|t| t % 25).collect::<Vec<u32>>());
    let traces = result.traces("E", "g_ex", &TraceQuery::default()).unwrap();
    let expected: Vec<f64> = (1..=3000).map(|step| value(1, 0, step)).collect();
    assert_eq!(traces.values[0], expected);
}
