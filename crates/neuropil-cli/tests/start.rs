//! How long the command takes to get going. Alone in its process, so that nothing else is counted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::process::Command;

/// Processor time of all children that have ended `[s]`, from `/proc` (proc(5), fields 16 and 17).
fn children_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks = |k: usize| fields[k - 3].parse::<f64>().unwrap();
    (ticks(16) + ticks(17)) / 100.0
}

/// Processor time and not wall time: the machine may have other things to do.
#[test]
fn hello_takes_less_than_50_ms_from_start_to_end() {
    let hello = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/hello.toml");
    let folder = tempfile::tempdir().unwrap();
    let (runs, before) = (20, children_s());
    for _ in 0..runs {
        let done = Command::new(env!("CARGO_BIN_EXE_neuropil"))
            .current_dir(folder.path())
            .args(["run", hello.to_str().unwrap(), "-q", "--no-output"])
            .status()
            .unwrap();
        assert!(done.success());
    }
    let each = (children_s() - before) / f64::from(runs);
    assert!(each < 0.05, "{each} s for a run of hello.toml");
}
