//! The guides do what they say: their files are written, their commands run, in their order.
//!
//! A block that begins with <code>```toml NAME</code> is the file NAME, each line of a block
//! <code>```sh</code> a command.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::path::{Path, PathBuf};

use support::{neuropil, text};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The words of a line as a shell takes them, quotation marks removed.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut open) = (String::new(), None);
    for c in line.chars() {
        match open {
            Some(mark) if c == mark => open = None,
            None if c == '"' || c == '\'' => open = Some(c),
            None if c == ' ' => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Follows a guide in an empty folder; gives the folder back.
fn follow(page: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(repository().join("docs/guide").join(page)).unwrap();
    // Readers stand in the repository; the test must not write there.
    let cells = format!("{}/morphologies/", repository().display());
    let mut commands = 0;
    for block in page.split("\n```").skip(1).step_by(2) {
        let (opening, body) = block.split_once('\n').unwrap();
        match opening.split_once(' ').unwrap_or((opening, "")) {
            ("toml", name) => {
                assert!(!name.is_empty(), "a file without a name:\n{body}");
                let body = body.replace("\"morphologies/", &format!("\"{cells}"));
                std::fs::write(folder.path().join(name), body).unwrap();
            }
            ("sh", _) => {
                for line in body.lines().filter(|line| !line.is_empty()) {
                    let words = words(&line.replace(" morphologies/", &format!(" {cells}")));
                    assert_eq!(words[0], "neuropil", "{line}");
                    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
                    let done = neuropil(folder.path(), &words);
                    assert!(done.status.success(), "{line}\n{}", text(&done.stderr));
                    commands += 1;
                }
            }
            _ => {}
        }
    }
    assert!(commands > 4, "only {commands} commands were found");
    folder
}

fn holds(folder: &tempfile::TempDir, files: &[&str]) {
    for file in files {
        assert!(folder.path().join(file).exists(), "{file} was not written");
    }
}

#[test]
fn the_guide_to_networks_can_be_followed() {
    let folder = follow("networks.md");
    holds(&folder, &["cortex_raster.png", "cortex_spectrum.png", "cortex_scan.csv", "own.h5"]);
    let summary = neuropil(folder.path(), &["analyze", "cortex.h5", "--csv"]);
    assert!(text(&summary.stdout).contains("rate_hz"), "{}", text(&summary.stdout));
}

#[test]
fn the_guide_to_vision_can_be_followed() {
    let folder = follow("vision.md");
    holds(
        &folder,
        &["look_tuning.png", "center_screen.png", "network_scan.csv", "noise_average.png"],
    );
}

#[test]
fn the_guide_to_cells_can_be_followed() {
    let folder = follow("cells.md");
    holds(&folder, &["shape.png", "kv.png", "pyramid_family.png", "pyramid_peaks.csv"]);
}
