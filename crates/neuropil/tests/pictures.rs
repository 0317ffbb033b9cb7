//! Every kind of picture of a run, drawn of one small network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::Path;

use neuropil::experiment::Experiment;
use neuropil::pictures::{PictureError, draw_among};
use neuropil::resolve::{PlotKind, PlotRequest};
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;

const NETWORK: &str = r#"
[simulation]
duration = "600 ms"
warmup = "50 ms"
[populations.Exc]
model = "aeif_cond_exp"
size = 40
params = { b = "40 pA", tau_syn_ex = "5 ms", tau_syn_in = "5 ms" }
[populations.Inh]
model = "aeif_cond_exp"
size = 10
params = { tau_syn_ex = "5 ms", tau_syn_in = "5 ms" }
[connections.all]
source = ["Exc", "Inh"]
target = ["Exc", "Inh"]
rule = "pairwise_bernoulli"
p = 0.2
weight = "1 nS"
delay = "1 ms"
[inputs.noise]
kind = "poisson"
target = ["Exc", "Inh"]
rate = "4 kHz"
weight = "1 nS"
[record]
spikes = true
[record.traces.Exc]
target = "Exc[0:4]"
variables = ["V_m", "w", "g_ex", "g_in"]
every = "0.5 ms"
[record.traces.Inh]
target = "Inh[0:4]"
variables = ["V_m"]
every = "0.5 ms"
[plots.late]
kind = "raster"
window = ["300 ms", "600 ms"]
"#;

fn run(folder: &Path) -> ResultFile {
    let experiment = Experiment::parse(NETWORK, "network.toml").unwrap();
    let output = folder.join("network.h5");
    let options = RunOptions { output: Some(output.clone()), ..RunOptions::default() };
    let summary = experiment.run(&options, &mut |_| true).unwrap();
    assert!(summary.spikes > 200, "{} spikes", summary.spikes);
    ResultFile::open(output).unwrap()
}

/// The picture that an experiment with this section would have.
fn request(keys: &str) -> PlotRequest {
    let text = format!(
        "simulation = {{ duration = '1 s' }}\n[plots.late]\nkind = 'rates'\n[plots.p]\n{keys}"
    );
    let experiment = Experiment::parse(&text, "plots.toml").unwrap();
    let all = experiment.plot_requests(&["Exc", "Inh"]).unwrap();
    all.into_iter().find(|request| request.name == "p").unwrap()
}

#[test]
fn every_kind_of_picture_is_drawn_with_its_labels() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path());
    let late = PlotRequest {
        window_ms: Some((300.0, 600.0)),
        ..PlotRequest::new("late", PlotKind::Raster)
    };
    for (keys, labels) in [
        ("kind = 'raster'", &["neuron", "rate (spikes/s)", "time (ms)"][..]),
        ("kind = 'rates'\nsmooth = 5", &["rate (spikes/s)", "Exc", "Inh"]),
        ("kind = 'rates'\npopulations = 'Exc'\nlog = 'y'", &["rate (spikes/s)"]),
        ("kind = 'traces'\nvariables = 'w'", &["w (pA)", "neuron 3"]),
        ("kind = 'traces'\nvariables = 'V_m'\nshift = 20", &["20 mV"]),
        ("kind = 'traces'\nvariables = 'V_m'\nmean = true", &["4 neurons (mean ± SD)", "one"]),
        ("kind = 'inputs'", &["synaptic conductance", "(nS)", "excitatory", "Exc 0"]),
        ("kind = 'activity'", &["neuron", "rate (spikes/s)", "neuron 1"]),
        ("kind = 'histogram'", &["rate (spikes/s)", "share", "lines: means"]),
        ("kind = 'histogram'\nof = 'isi'\nbins = 20", &["interval (ms)"]),
        ("kind = 'histogram'\nvariables = ['g_ex', 'w']", &["w (pA)", "(nS)"]),
        ("kind = 'correlations'", &["correlation of spike counts in 10 ms"]),
        ("kind = 'spectrum'", &["frequency (Hz)", "power density ((spikes/s)²/Hz)"]),
        ("kind = 'spectrum'\nvariables = 'V_m'", &["power density (mV²/Hz)", "Exc V"]),
        ("kind = 'spectrogram'\nband = [5, 100]", &["frequency (Hz)", "power (dB)"]),
        ("kind = 'autocorrelation'\nlag = 50", &["lag (ms)", "autocorrelation"]),
        ("kind = 'cross_correlation'\nlag = 50", &["lag (ms)", "Exc → Inh"]),
        ("kind = 'balance'", &["synaptic conductance (nS)", "mean ± SD over neurons"]),
        ("kind = 'phase'", &["w (pA)"]),
        ("kind = 'connectivity'", &["synapses per target", "source", "target"]),
        ("kind = 'connectivity'\nof = 'probability'", &["synapses per pair", "0.2"]),
        (
            "kind = 'panels'\nletters = true\npanels = [['late'], ['spectrum', 'connectivity']]",
            &["frequency (Hz)", "synapses per target", ">D</text>"],
        ),
    ] {
        let figure = draw_among(&result, &request(keys), std::slice::from_ref(&late))
            .unwrap_or_else(|error| panic!("{keys}: {error}"));
        let svg = figure.to_svg().unwrap();
        for label in labels {
            assert!(svg.contains(label), "{keys}: no \"{label}\"");
        }
    }
}

#[test]
fn pictures_that_cannot_be_drawn_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path());
    for (keys, message) in [
        ("kind = 'balance'\npopulations = 'Inh'", "g_ex and g_in, were not recorded"),
        (
            "kind = 'traces'\nvariables = 'V_n'",
            "no recorded variable \"V_n\"; did you mean \"V_m\"?",
        ),
        ("kind = 'phase'\nvariables = 'V_m'", "needs two variables"),
        ("kind = 'cross_correlation'\npopulations = 'Exc'", "two signals"),
        ("kind = 'connectivity'\nof = 'synapse'", "did you mean \"synapses\"?"),
        ("kind = 'panels'\npanels = [['morphology']]", "needs the cells"),
        ("kind = 'scan_map'", "drawn of a scan, not of a run"),
        ("kind = 'rates'\nsmooth = 5\nwindow = [500.0, 500.5]\nbin = 1", "must be below"),
    ] {
        let error: PictureError = draw_among(&result, &request(keys), &[]).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    for (keys, message) in [
        ("kind = 'raster'\nlag = 3", "\"lag\""),
        ("kind = 'panels'", "panels"),
        ("kind = 'panels'\npanels = [['rastr']]", "did you mean \"raster\"?"),
        ("kind = 'spectrum'\nband = [9, 3]", "the lower frequency first"),
        ("kind = 'rates'\nlog = 'z'", "\"z\""),
    ] {
        let text = format!("simulation = {{ duration = '1 s' }}\n[plots.p]\n{keys}");
        let experiment = Experiment::parse(&text, "plots.toml").unwrap();
        let error = experiment.plot_requests(&[]).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}
