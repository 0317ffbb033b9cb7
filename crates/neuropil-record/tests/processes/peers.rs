//! Other readers of the format agree: run with `NEUROPIL_PEER_PYTHON` set to a Python that has
//! `libsonata` and `h5py`.

use std::process::Command;

use neuropil_record::{Closing, Output, Precision, ResultWriter, Status};

use crate::common::{emit, provenance, recordings};

const SCRIPT: &str = r#"
import sys, h5py, libsonata
path = sys.argv[1]
with h5py.File(path) as file:
    assert (file["spikes/I/node_ids"][:] == [t % 25 for t in range(1000)]).all()
    assert (file["spikes/I/timestamps"][:] == [t * 0.1 for t in range(1, 1001)]).all()
    assert file["report/E/g_ex/data"].attrs["units"] == "nS"
    assert file["neuropil"].attrs["status"] == b"complete"
spikes = libsonata.SpikeReader(path)
assert spikes.get_population_names() == ["E", "I"]
assert spikes["E"].sorting == "by_time"
assert [n for n, t in spikes["I"].get(tstart=0.05, tstop=0.35)] == [0, 1, 2]
reports = libsonata.ElementReportReader(path)
assert reports.get_population_names() == ["E", "I", "cells"]
for name in ["E", "E/V_m"]:
    report = reports[name]
    assert (report.times, report.time_units, report.data_units) == ((1.0, 101.0, 1.0), "ms", "mV")
    assert report.get_node_ids() == [3, 1, 99]
frames = reports["cells/v"].get(tstart=0, tstop=1)
assert frames.ids.tolist() == [[0, 0], [0, 7], [1, 2]], frames.ids
assert abs(frames.data[1][2] - 2002.01) < 1e-3, frames.data
"#;

#[test]
fn libsonata_and_h5py_read_the_same() {
    let _turn = crate::turn();
    let Some(python) = std::env::var_os("NEUROPIL_PEER_PYTHON") else {
        println!("skipped: NEUROPIL_PEER_PYTHON does not name a Python with libsonata and h5py");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.h5");
    let mut recordings = recordings();
    for recording in &mut recordings.samples {
        recording.precision = Precision::Single;
    }
    let mut writer = ResultWriter::create(&Output::new(&path), &recordings, &provenance()).unwrap();
    emit(&mut writer, 0, 1000).unwrap();
    writer.finish(Closing::new(Status::Complete, 100.0)).unwrap();
    let peer = Command::new(python).arg("-c").arg(SCRIPT).arg(&path).output().unwrap();
    assert!(peer.status.success(), "{}", String::from_utf8_lossy(&peer.stderr));
}
