//! A file that cannot grow ends the run with an error and stays readable.

use std::path::PathBuf;
use std::process::Command;

use neuropil_record::reader::{SpikeQuery, TraceQuery};
use neuropil_record::{Closing, Output, ResultFile, ResultWriter, Status};

use crate::common::{emit, provenance, recordings, value};

const CHILD: &str = "NEUROPIL_TEST_LIMITED_FILE";

/// Runs in a process whose files cannot exceed a limit. Data are pseudo-random enough not to
/// compress away.
#[test]
fn child_whose_file_cannot_grow() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let output = Output { commit_bytes: 50_000, ..Output::new(path) };
    let mut writer = ResultWriter::create(&output, &recordings(), &provenance()).unwrap();
    let mut outcome = Ok(());
    for part in 0..1000 {
        outcome = emit(&mut writer, part * 1000, (part + 1) * 1000);
        if outcome.is_err() {
            break;
        }
    }
    let error = outcome.expect_err("a file of 1000000 steps fits into the limit");
    let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(reason.contains("no room for"), "{reason}");
    assert!(writer.finish(Closing::new(Status::Failed, 0.0)).is_err());
}

#[test]
fn a_size_limit_ends_the_run_cleanly_and_the_file_is_whole_up_to_it() {
    let _turn = crate::turn();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let test = std::env::current_exe().unwrap();
    // The limit's signal is ignored, so that writing fails as on a full disk. 8192 blocks of 512 B.
    let script = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" --exact \
                  full_disk::child_whose_file_cannot_grow --nocapture";
    let mut shell = Command::new("sh");
    let child = shell.arg("-c").arg(script).arg(test).env(CHILD, &path).output();
    let Ok(child) = child else {
        println!("skipped: no shell to set a size limit with");
        return;
    };
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));

    let result = ResultFile::open(&path).unwrap();
    assert_eq!(result.metadata().status, Status::Failed);
    let spikes = result.spikes("I", &SpikeQuery::default()).unwrap();
    let stored = spikes.neurons.len();
    assert!(stored > 1000, "{stored} spikes were stored before the limit");
    assert_eq!(spikes.neurons, (0..stored as u32).map(|t| t % 25).collect::<Vec<u32>>());
    let traces = result.traces("E", "g_ex", &TraceQuery::default()).unwrap();
    for (k, found) in traces.values[0].iter().enumerate() {
        assert_eq!(*found, value(1, 0, k as u64 + 1));
    }
    assert!(traces.frames().abs_diff(stored) <= 1, "{} frames", traces.frames());
}
