//! What every command that reads a result says to a file that is none: the whole message.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::path::Path;

use support::{neuropil, text};

/// Makes a file, and the reason why it cannot be read, `{size}` and `{half}` being its length and half
/// of it.
struct Foreign {
    name: &'static str,
    make: fn(&Path),
    reason: &'static str,
}

const FOREIGN: [Foreign; 9] = [
    Foreign {
        name: "ntwk.h5",
        make: ntwk,
        reason: "is an HDF5 file, but not a result of this program: it looks like a file of the ntwk package",
    },
    Foreign {
        name: "ntwk_without_spikes.h5",
        make: |path| {
            hdf5(path, &["0", "0_params", "REC_POPS", "dt", "tstop"]);
        },
        reason: "is an HDF5 file, but not a result of this program: it looks like a file of the ntwk package",
    },
    Foreign {
        name: "sonata.h5",
        make: |path| {
            hdf5(path, &["spikes/cortex", "report/cortex"]);
        },
        reason: "is an HDF5 file, but not a result of this program: it looks like a SONATA file of another simulator",
    },
    Foreign {
        name: "matlab.h5",
        make: |path| {
            hdf5(path, &["#refs#", "lfp"]);
        },
        reason: "is an HDF5 file, but not a result of this program: there is no group /neuropil, but #refs#, lfp",
    },
    Foreign {
        name: "nothing.h5",
        make: |path| {
            hdf5(path, &[]);
        },
        reason: "is an HDF5 file, but not a result of this program: it is empty",
    },
    Foreign {
        name: "of_the_future.h5",
        make: |path| {
            let group = hdf5(path, &["neuropil"]).group("neuropil").unwrap();
            group.new_attr::<u32>().create("layout").unwrap().write_scalar(&7).unwrap();
        },
        reason: "has result layout 7; this version reads layout 1",
    },
    Foreign {
        name: "cut_short.h5",
        make: |path| {
            ntwk(path);
            let whole = std::fs::read(path).unwrap();
            std::fs::write(path, &whole[..whole.len() / 2]).unwrap();
        },
        reason: "is cut short: it has {size} of {twice} bytes; its copy, or the run that wrote it, was interrupted",
    },
    Foreign {
        name: "text.h5",
        make: |path| std::fs::write(path, "time,neuron\n1.0,3\n").unwrap(),
        reason: "is not an HDF5 file",
    },
    Foreign {
        name: "zeros.h5",
        make: |path| std::fs::write(path, [0; 512]).unwrap(),
        reason: "was left unreadable by a run that was killed before its first flush",
    },
];

/// A file with groups of these names.
fn hdf5(path: &Path, groups: &[&str]) -> hdf5::File {
    let file = hdf5::File::create(path).unwrap();
    for name in groups {
        file.create_group(name).unwrap();
    }
    file
}

/// A file as the Python package writes it, of an even number of bytes.
fn ntwk(path: &Path) {
    let file = hdf5(path, &["0", "0_params"]);
    let store = |name: &str, values: &[f64]| {
        file.new_dataset_builder().with_data(values).create(name).unwrap();
    };
    store("dt", &[0.1]);
    store("tstop", &[200.0]);
    store("tRASTER_RecExc", &[12.3, 14.0]);
    store("iRASTER_RecExc", &[3.0, 7.0]);
    store("POP_ACT_RecExc", &[0.0; 2000]);
}

const SMALL: &str = "
simulation = { duration = '50 ms' }
populations = { E = { model = 'iaf_psc_delta', size = 5 } }
record = { spikes = true }
";

#[test]
fn files_of_others_are_refused_with_what_they_look_like() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    let mut wrong = Vec::new();
    for Foreign { name, make, reason } in FOREIGN {
        let path = folder.path().join(name);
        make(&path);
        let size = std::fs::metadata(&path).unwrap().len();
        let reason =
            reason.replace("{size}", &size.to_string()).replace("{twice}", &(2 * size).to_string());
        for (command, doing) in [
            (&["analyze", name][..], "cannot analyse"),
            (&["plot", name, "--kind", "raster"], "cannot draw"),
            (&["meanfield", "small.toml", "--result", name], "cannot read"),
        ] {
            let done = neuropil(folder.path(), command);
            assert_eq!(done.status.code(), Some(1), "{command:?}");
            let expected = format!("error: {doing} {name}: {name} {reason}\n");
            let found = text(&done.stderr);
            if found != expected || !done.stdout.is_empty() {
                wrong.push(format!("{command:?}\n  expected {expected}\n  found    {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
