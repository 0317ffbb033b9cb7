//! Gap junctions and diffusing ions in experiment files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use neuropil::experiment::Experiment;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;
use neuropil_record::reader::TraceQuery;

const PAIR: &str = r#"
[simulation]
duration = "10 ms"
dt = "0.025 ms"

[cells.ball]
morphology = "ball.swc"
v_init = "-70 mV"

[[cells.ball.paint]]
region = "all"
mechanism = "pas"
g = "1e-4 S/cm2"
e = "-70 mV"

[populations.pair]
cell = "ball"
size = 2

[gap_junctions.bridge]
source = "pair[0]"
target = "pair[1]"
conductance = "1 nS"

[inputs.push]
kind = "dc"
target = "pair[0]"
amplitude = "10 pA"

[record.traces]
target = "pair"
variables = ["v"]
every = "1 ms"
"#;

fn experiment(text: &str) -> (tempfile::TempDir, Experiment) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("ball.swc"),
        "1 1 0 0 0 10 -1\n2 1 0 0 10 10 1\n3 1 0 0 20 10 2\n",
    )
    .unwrap();
    let file = folder.path().join("pair.toml");
    std::fs::write(&file, text).unwrap();
    let read = Experiment::read(file).unwrap_or_else(|error| panic!("{}", error.render(false)));
    (folder, read)
}

#[test]
fn a_pair_joined_in_a_file_follows_the_closed_form() {
    let (folder, pair) = experiment(PAIR);
    let output = folder.path().join("result.h5");
    let options = RunOptions { output: Some(output.clone()), ..RunOptions::default() };
    pair.run(&options, &mut |_| true).unwrap_or_else(|error| panic!("{error}"));
    let result = ResultFile::open(output).unwrap();
    let traces = result.traces("pair", "v", &TraceQuery::default()).unwrap();
    // Two spheres of 20 µm, 10 pA into the first: time constants 10 and 3.858695 ms.
    for (ms, values) in [(1.0, [0.7291496, 0.0281302]), (5.0, [2.6806940, 0.4504355])] {
        let at = traces.times_ms().iter().position(|t| (t - ms).abs() < 1e-9).unwrap();
        for (cell, value) in values.into_iter().enumerate() {
            let found = traces.values[cell][at] + 70.0;
            assert!((found - value).abs() < 1e-4, "{ms} ms, cell {cell}: {found} {value}");
        }
    }
}

#[test]
fn rules_make_each_junction_once() {
    let junctions = |rule: &str, source: &str, target: &str, size: usize| {
        let text = PAIR
            .replace("size = 2", &format!("size = {size}"))
            .replace("source = \"pair[0]\"", &format!("source = \"{source}\""))
            .replace("target = \"pair[1]\"", &format!("target = \"{target}\"\nrule = \"{rule}\""));
        experiment(&text).1.cables().unwrap().model.gap_junctions()
    };
    assert_eq!(junctions("all_to_all", "pair", "pair", 5), 10);
    assert_eq!(junctions("one_to_one", "pair[0:4]", "pair[1:5]", 5), 4);
    assert_eq!(junctions("all_to_all", "pair[0:2]", "pair[2:5]", 5), 6);
}

#[test]
fn mistakes_are_named() {
    let error = |from: &str, to: &str| {
        experiment(&PAIR.replace(from, to)).1.cables().unwrap_err().to_string()
    };
    let text = error("conductance = \"1 nS\"", "conductance = \"-1 nS\"");
    assert!(
        text.contains("gap_junctions.bridge.conductance") && text.contains("above 0 nS"),
        "{text}"
    );
    let text = error("conductance = \"1 nS\"", "conductanse = \"1 nS\"");
    assert!(text.contains("conductance"), "{text}");
    let text = error("target = \"pair[1]\"", "target = \"pairs[1]\"");
    assert!(text.contains("did you mean \"pair\""), "{text}");
    let text = error("[gap_junctions.bridge]", "[gap_junction.bridge]");
    assert!(text.contains("did you mean \"gap_junctions\""), "{text}");
}

#[test]
fn an_ion_spreads_with_the_coefficient_of_the_file() {
    let with = |diffusion: &str| {
        let ion = format!(
            "[cells.ball.ions.tracer]\nvalence = 1\ninside = \"2 mM\"\noutside = \"1 mM\"\ndiffusion = \"{diffusion}\"\n\n[populations.pair]"
        );
        experiment(&PAIR.replace("[populations.pair]", &ion)).1.cables().map(drop)
    };
    assert!(with("0.2 um2/ms").is_ok());
    let text = with("0.2 um").unwrap_err().to_string();
    assert!(text.contains("ions.tracer.diffusion") && text.contains("m2 s-1"), "{text}");
    let text = with("-0.2 um2/ms").unwrap_err().to_string();
    assert!(text.contains("not below zero"), "{text}");
}
