//! What goes wrong around a run costs nothing that was there, and is not told as if all were well.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{neuropil, text};

const NOISY: &str = r#"
[simulation]
duration = "500 ms"
[populations.E]
model = "iaf_psc_delta"
size = 100
params = { tau_m = 20, C_m = 1, E_L = 0, V_reset = 0, V_th = 20, t_ref = 2 }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "20 kHz"
weight = "0.1 mV"
[record.traces]
target = "E"
variables = ["V_m"]
every = "0.1 ms"
"#;

fn noisy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("noisy.toml"), NOISY).unwrap();
    folder
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = neuropil(folder, arguments);
    assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", text(&done.stderr));
    text(&done.stderr)
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = noisy();
    let parameters = r#"{ "N_E": 10 }"#;
    std::fs::write(folder.path().join("p.json"), parameters).unwrap();
    let over = ["--over", "inputs.noise.rate=1e3,2e3"];
    for (arguments, message) in [
        (&["run", "noisy.toml", "-f", "-o", "noisy.toml"][..], "is no result of a run"),
        (&["scan", "noisy.toml", over[0], over[1], "-f", "-o", "noisy.toml"], "is read"),
        (&["scan", "noisy.toml", over[0], over[1], "-f", "-o", "p.json"], "is no table of a scan"),
        (&["transfer", "noisy.toml", "-f", "-o", "noisy.toml"], "is read"),
        (&["convert", "p.json", "-f", "-o", "p.json"], "p.json"),
    ] {
        let said = refused(folder.path(), arguments);
        assert!(said.contains(message), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("noisy.toml")).unwrap(), NOISY);
    assert_eq!(std::fs::read_to_string(folder.path().join("p.json")).unwrap(), parameters);
}

#[test]
fn a_window_outside_of_the_recording_is_refused_and_a_longer_one_narrowed() {
    let folder = noisy();
    assert!(neuropil(folder.path(), &["run", "noisy.toml", "-q"]).status.success());
    let said = refused(folder.path(), &["analyze", "noisy.h5", "--window", "600", "700"]);
    assert!(said.contains("recorded from 0 to 500 ms"), "{said}");
    let said = refused(folder.path(), &["analyze", "noisy.h5", "--with", "rate_bin=1e-9"]);
    assert!(said.contains("cut the window into"), "{said}");
    let whole = neuropil(folder.path(), &["analyze", "noisy.h5"]);
    let longer = neuropil(folder.path(), &["analyze", "noisy.h5", "--window", "0", "5000"]);
    assert_eq!(text(&whole.stdout), text(&longer.stdout));
}

#[test]
fn pictures_go_to_folders_that_are_made() {
    let folder = noisy();
    assert!(neuropil(folder.path(), &["run", "noisy.toml", "-q"]).status.success());
    let plot = ["plot", "noisy.h5", "--kind", "raster", "-o", "new/folder"];
    let done = neuropil(folder.path(), &plot);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(folder.path().join("new/folder/noisy_raster.svg").exists());
}

#[test]
#[cfg(unix)]
fn a_killed_run_is_analysed_over_the_time_that_it_reached() {
    let folder = noisy();
    let mut run = Command::new(env!("CARGO_BIN_EXE_neuropil"))
        .args(["run", "noisy.toml", "-q", "--duration", "1000 s"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let result = folder.path().join("noisy.h5");
    // A commit lets the file grow, twice at most: after four times there has been one.
    let (mut growths, mut size) = (0, 0);
    let begin = std::time::Instant::now();
    while growths < 4 && begin.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let now = std::fs::metadata(&result).map_or(0, |data| data.len());
        growths += u32::from(now > size && now > 1_000_000);
        size = now;
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let done = neuropil(folder.path(), &["analyze", "noisy.h5", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let figures: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let [rate, stop] = [&figures[0]["rate_hz"], &figures[0]["window_ms"][1]];
    let (rate, stop) = (rate.as_f64().unwrap(), stop.as_f64().unwrap());
    assert!(stop > 100.0 && stop < 1e6, "{stop}");
    // Driven to 40 mV: 1 / (t_ref + τ ln 2) is 63 spikes/s, a little less with noise; in proportion to
    // what was planned it would be next to none.
    assert!((58.0..66.0).contains(&rate), "{rate}");
    let said = text(&neuropil(folder.path(), &["info", "noisy.h5"]).stdout);
    assert!(said.contains("status            killed"), "{said}");
}

#[test]
#[cfg(unix)]
fn a_limit_of_the_file_size_is_reported() {
    let folder = noisy();
    let limited = Command::new("bash")
        .args(["-c", "ulimit -f 400; exec \"$0\" run noisy.toml -q --duration '5 s'"])
        .arg(env!("CARGO_BIN_EXE_neuropil"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(limited.status.code(), Some(3), "{limited:?}");
    assert!(text(&limited.stderr).contains("no room for"), "{}", text(&limited.stderr));
    let said = text(&neuropil(folder.path(), &["info", "noisy.h5"]).stdout);
    assert!(said.contains("status            failed"), "{said}");
}
