//! Statistics of results and mean-field predictions, against simulations and closed forms.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use neuropil::analyze::{Analysis, AnalysisRequest, analyze};
use neuropil::experiment::Experiment;
use neuropil::meanfield::Method;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;

fn parse(text: &str) -> Experiment {
    Experiment::parse(text, "study.toml").unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn result(experiment: &Experiment, folder: &Path) -> ResultFile {
    let output = folder.join("study.h5");
    let options = RunOptions { output: Some(output.clone()), force: true, ..RunOptions::default() };
    experiment.run(&options, &mut |_| true).unwrap();
    ResultFile::open(output).unwrap()
}

fn within(start: f64, stop: f64) -> AnalysisRequest {
    AnalysisRequest { window_ms: Some((start, stop)), ..AnalysisRequest::default() }
}

/// Independent neurons with current synapses, driven below or above threshold.
const INDEPENDENT: &str = r#"
[simulation]
duration = "4 s"
warmup = "200 ms"
seed = 5
[populations.E]
model = "iaf_psc_exp"
size = 100
params = { C_m = 250, tau_m = 10, tau_syn_ex = 2, tau_syn_in = 2, E_L = -70, V_reset = -70, V_th = -55, t_ref = 2 }
[inputs.noise]
kind = "poisson"
target = "E"
rate = "16 kHz"
weight = "10 pA"
[record]
spikes = "E"
[record.traces]
target = "E[0:20]"
variables = ["V_m"]
every = "0.5 ms"
"#;

#[test]
fn potentials_of_a_silent_population_have_the_moments_of_shot_noise() {
    let mut experiment = parse(INDEPENDENT);
    experiment.set("inputs.noise.rate", "8 kHz").unwrap();
    experiment.set("populations.E.params.V_th", "0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let found = analyze(&result(&experiment, folder.path()), &AnalysisRequest::default());
    let [Analysis { spikes: Some(spikes), variables, window_ms, .. }] = &found.unwrap()[..] else {
        panic!("one population with spikes")
    };
    assert_eq!((*window_ms, spikes.spikes), ((200.0, 4200.0), 0));
    let v = &variables[0];
    // Campbell: mean r w τs τm/C = 6.4 mV; variance r (w τs τm/C)² / 2 (τs + τm), per ms.
    let jump: f64 = 10.0 * 2.0 * 10.0 / 250.0;
    let (mean, sd) = (-70.0 + 8.0 * jump, (8.0 * jump * jump / (2.0 * 12.0)).sqrt());
    assert!((v.mean - mean).abs() < 0.02, "{v:?}, expected {mean}");
    assert!((v.sd / sd - 1.0).abs() < 0.05, "{v:?}, expected {sd}");
    // The area of the autocorrelation is τs + τm.
    assert!((v.tau_ms.unwrap() - 12.0).abs() < 1.5, "{v:?}");
    assert_eq!((v.columns, v.kept), (20, 1.0));
}

#[test]
fn a_window_narrows_every_figure_and_a_regular_neuron_is_regular() {
    let text = "
[simulation]
duration = '1 s'
[populations.N]
model = 'iaf_psc_delta'
params = { I_e = '500 pA' }
[record.traces]
target = 'N'
variables = ['V_m']
every = '0.1 ms'
";
    let folder = tempfile::tempdir().unwrap();
    let file = result(&parse(text), folder.path());
    let all = analyze(&file, &AnalysisRequest::default()).unwrap();
    let part = analyze(&file, &within(300.0, 600.0)).unwrap();
    let count = |found: &[Analysis]| found[0].spikes.as_ref().unwrap().spikes;
    assert!(count(&part) * 3 <= count(&all) + 6 && count(&part) > 10);
    assert!(part[0].spikes.as_ref().unwrap().irregularity.unwrap().cv < 0.01);
    let v = &part[0].variables[0];
    assert!(v.kept < 0.7, "5 ms on either side of every spike are cut: {v:?}");
    let json = part[0].json();
    assert_eq!(json["variables"]["V_m"]["mean"].as_f64(), Some(v.mean));
    assert_eq!(json["window_ms"][0], 300.0);
}

#[test]
fn results_of_another_layout_and_empty_windows_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.h5");
    std::fs::write(&other, "no HDF5").unwrap();
    let error = ResultFile::open(&other).unwrap_err().to_string();
    assert!(error.contains("is not an HDF5 file"), "{error}");
    let mut experiment = parse(INDEPENDENT);
    experiment.set("simulation.duration", "50 ms").unwrap();
    let file = result(&experiment, folder.path());
    let error = analyze(&file, &within(5.0, 5.0)).unwrap_err();
    assert!(error.to_string().starts_with("population \"E\":"), "{error}");
}

#[test]
fn siegert_rates_are_those_of_the_simulation() {
    let mut experiment = parse(INDEPENDENT);
    experiment.set("inputs.noise.rate", "20 kHz").unwrap();
    let predicted = experiment.mean_field(None).unwrap();
    assert_eq!((predicted.method, predicted.warnings.len()), (Method::Siegert, 0));
    let rate = predicted.populations[0].rate_hz;
    let folder = tempfile::tempdir().unwrap();
    let file = result(&experiment, folder.path());
    let simulated = predicted.simulated_hz(&file, (200.0, 4200.0)).unwrap()[0].unwrap();
    assert!((rate / simulated - 1.0).abs() < 0.05, "{rate} against {simulated}");
    assert!(
        predicted.overlay(&file, (200.0, 4200.0)).unwrap().to_svg().unwrap().contains("mean field")
    );
}

/// Independent adaptive neurons with conductance synapses.
const ADAPTIVE: &str = r#"
[simulation]
duration = "4 s"
warmup = "2 s"
[populations.RS]
model = "aeif_cond_exp_euler"
size = 400
params = { b = "40 pA", tau_w = "100 ms" }
[inputs.excitation]
kind = "poisson"
target = "RS"
rate = "2.5 kHz"
weight = "1 nS"
[inputs.inhibition]
kind = "poisson"
target = "RS"
rate = "400 Hz"
weight = "-4 nS"
"#;

#[test]
fn simulated_transfer_functions_give_the_rate_of_adaptive_neurons() {
    let experiment = parse(ADAPTIVE);
    let predicted = experiment.mean_field(None).unwrap();
    assert_eq!(predicted.method, Method::Simulated);
    let found = &predicted.populations[0];
    let summary = experiment.run(&RunOptions::default(), &mut |_| true).unwrap();
    let simulated = summary.populations[0].rate_hz.unwrap();
    let off = (found.rate_hz - simulated).abs();
    // Euler steps and averaged steps differ by some per cent of the rate.
    assert!(off < 0.06 * simulated + 3.0 * found.error_hz.unwrap(), "{found:?}, {simulated}");
    assert!(simulated > 1.0, "{simulated}");
}

#[test]
fn published_transfer_functions_are_taken_by_name() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut experiment = Experiment::read(folder.join("spectrum_2018.toml")).unwrap();
    // Zerlaut et al. (2019): stationary rates of the two-population mean field.
    for (afferent, exc, inh) in [(8.0, 1.98846, 5.78587), (15.0, 5.40582, 14.1174)] {
        experiment.set("parameters.F_Aff", &format!("\"{afferent} Hz\"")).unwrap();
        let predicted = experiment.mean_field(None).unwrap();
        assert_eq!(predicted.method, Method::Published);
        let [e, i] = [0, 1].map(|k| predicted.populations[k].rate_hz);
        assert!((e / exc - 1.0).abs() < 1e-4 && (i / inh - 1.0).abs() < 1e-4, "{e}, {i}");
        for p in &predicted.populations {
            // Without adaptation and constant current the leak balances the synapses: g_L (μ − E_L).
            let sum: f64 = p.currents_pa.iter().map(|(_, pa)| pa).sum();
            assert!((sum - 10.0 * (p.mean_mv + 70.0)).abs() < 1e-6 * sum, "{p:?}");
            let named = |name| p.currents_pa.iter().find(|(n, _)| n == name).map(|(_, pa)| *pa);
            assert!(named("RecInh").unwrap() < 0.0 && named("RecExc").unwrap() > 0.0, "{p:?}");
        }
    }
    experiment.set("meanfield.transfer.RecExc", "\"spectrum_2018/RecExcit\"").unwrap();
    let message = experiment.mean_field(None).unwrap_err().to_string();
    assert!(message.contains("did you mean \"spectrum_2018/RecExc\"?"), "{message}");
}

#[test]
fn what_has_no_theory_is_named() {
    let mut experiment = parse(ADAPTIVE);
    experiment.set("populations.RS.model", "\"izhikevich\"").unwrap();
    experiment.set("populations.RS.params", "{}").unwrap();
    experiment.set("inputs", "{}").unwrap();
    let message = experiment.mean_field(None).unwrap_err().to_string();
    let expected = "there is no theory for population \"RS\" of izhikevich neurons";
    assert!(message.starts_with(expected), "{message}");
    let mut experiment = parse(ADAPTIVE);
    experiment.set("populations.I", "{ model = \"iaf_psc_exp\" }").unwrap();
    let message = experiment.mean_field(None).unwrap_err().to_string();
    assert!(message.contains("do not mix"), "{message}");
}

#[test]
fn input_that_changes_is_taken_when_asked() {
    let mut experiment = parse(INDEPENDENT);
    experiment.set("inputs.noise.rate", "\"12 kHz + 4 kHz * t / (1 s)\"").unwrap();
    let [early, late] = [500.0, 1000.0].map(|at| experiment.mean_field(Some(at)).unwrap());
    assert!(early.warnings[0].contains("taken at 500 ms"), "{:?}", early.warnings);
    let mut constant = parse(INDEPENDENT);
    constant.set("inputs.noise.rate", "\"16 kHz\"").unwrap();
    let same = constant.mean_field(None).unwrap().populations;
    assert!((late.populations[0].rate_hz - same[0].rate_hz).abs() < 1e-6);
    assert!(early.populations[0].rate_hz < late.populations[0].rate_hz);
}

#[test]
fn theory_predicts_the_rates_of_the_brunel_networks() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    // Self-consistent rates of the diffusion approximation, reset at 0 and at 10 mV.
    for (file, rate) in [
        ("brunel_delta.toml", 32.03),
        ("brunel_regimes/ai.toml", 37.95),
        ("brunel_regimes/si_fast.toml", 55.84),
        ("brunel_regimes/si_slow.toml", 6.52),
        ("brunel_regimes/sr.toml", 327.0),
    ] {
        let predicted = Experiment::read(folder.join(file)).unwrap().mean_field(None).unwrap();
        for population in &predicted.populations {
            let found = population.rate_hz;
            // Two decimals are given; the synchronous regular state to four digits.
            assert!((found - rate).abs() < 0.006 * rate.max(10.0) / 10.0, "{file}: {found}");
        }
    }
}

/// Relays that repeat Poisson trains of a given rate: their rate is that of the drive.
fn relays(rate: &str, more: &str) -> Experiment {
    parse(&format!(
        "
[simulation]
duration = '4 s'
seed = 2
[populations.R]
model = 'parrot_neuron'
size = 500
[inputs.drive]
kind = 'poisson'
target = 'R'
rate = \"{rate}\"
weight = 1
{more}
"
    ))
}

fn course(experiment: &Experiment) -> neuropil::analyze::Course {
    let folder = tempfile::tempdir().unwrap();
    let request = experiment.analysis_request().unwrap();
    let found = analyze(&result(experiment, folder.path()), &request).unwrap();
    found[0].course.clone().unwrap()
}

#[test]
fn relays_follow_a_modulation_with_gain_one_and_the_lag_of_their_delay() {
    // 40 spikes/s, modulated by 20 spikes/s at 10 Hz with a lead of 30 degrees.
    let rate = "40 Hz + 20 Hz * sin(2 * pi * 10 Hz * t + pi / 6)";
    let more = "
[analysis]
modulation = { frequency = '10 Hz', amplitude = 20, phase = 30 }
rate_bin = '10 ms'
[analysis.windows]
early = ['100 ms', '1100 ms']
late = ['4 s', '5 s']
";
    let course = course(&relays(rate, more));
    let answer = course.modulation.unwrap();
    // Amplitude: SD of a Fourier coefficient of 80 000 Poisson spikes, 2·40/√(2·80 000) = 0.2.
    assert!((answer.gain.unwrap() - 1.0).abs() < 0.03, "{answer:?}");
    assert!((answer.depth.unwrap() - 0.5).abs() < 0.015, "{answer:?}");
    // The delay of 1 ms and the step of the relay: 1.1 ms of 100 ms; SD of the phase 0.6 degrees.
    assert!((answer.phase_deg + 3.96).abs() < 2.0, "{answer:?}");
    // Goldberg & Brown (1969): half the depth.
    assert!((answer.vector_strength.unwrap() - 0.25).abs() < 0.01, "{answer:?}");
    let [(_, early), (_, late)] = &course.windows_hz[..] else { panic!("two windows") };
    assert!((early.unwrap() - 40.0).abs() < 1.2, "{early:?}"); // 4 SD of 20 000 spikes
    assert_eq!(*late, None);
}

#[test]
fn states_and_peaks_of_a_switching_rate_are_found() {
    // Up from 300 to 600 ms of every second; a bump stands on the last up state.
    let rate = "30 Hz * heaviside(sin(2 * pi * t / (1 s) - 0.4 * pi) - cos(0.3 * pi)) \
                + 60 Hz * exp(-((t - 3.35 s) / (20 ms))^2 / 2)";
    let states = "
[analysis]
smoothing = '10 ms'
states = { up = '20 Hz', down = '10 Hz', shortest = '50 ms' }
";
    let found = course(&relays(rate, states));
    let states = found.states.unwrap();
    assert!((states.up_fraction - 0.3).abs() < 0.02, "{states:?}");
    assert!((states.up_ms.unwrap() - 300.0).abs() < 15.0, "{states:?}");
    assert!((states.down_ms.unwrap() - 700.0).abs() < 15.0, "{states:?}");
    // A Gaussian bump of 20 ms smoothed by 10 ms has 60·20/√500 on top.
    let height = 30.0 + 60.0 * 20.0 / 500f64.sqrt();
    assert!((found.peak_rate_hz.unwrap() / height - 1.0).abs() < 0.12, "{found:?}");
    assert!((found.peak_time_ms.unwrap() - 3350.0).abs() < 15.0, "{found:?}");
}

#[test]
fn conductances_of_shot_noise_balance_as_campbell_says() {
    let text = "
[simulation]
duration = '3 s'
warmup = '100 ms'
[populations.E]
model = 'aeif_cond_exp'
size = 10
params = { V_th = 1000, V_peak = 2000, tau_syn_ex = '5 ms', tau_syn_in = '10 ms' }
[inputs.excitation]
kind = 'poisson'
target = 'E'
rate = '2 kHz'
weight = '1 nS'
[inputs.inhibition]
kind = 'poisson'
target = 'E'
rate = '1 kHz'
weight = '-3 nS'
[record.traces]
target = 'E'
variables = ['V_m', 'g_ex', 'g_in']
every = '1 ms'
";
    let folder = tempfile::tempdir().unwrap();
    let found = analyze(&result(&parse(text), folder.path()), &AnalysisRequest::default()).unwrap();
    let balance = found[0].balance.unwrap();
    // Campbell: rate × weight × τ = 10 nS and 30 nS; SD of the means over 3 s and 10 neurons below 0.1 nS.
    assert!((balance.g_ex_ns.unwrap() - 10.0).abs() < 0.3, "{balance:?}");
    assert!((balance.g_in_ns.unwrap() - 30.0).abs() < 0.9, "{balance:?}");
    assert!((balance.conductance_ratio.unwrap() - 3.0).abs() < 0.12, "{balance:?}");
    let v = found[0].variables.iter().find(|v| v.variable == "V_m").unwrap();
    assert!(v.min < v.mean && v.mean < v.max && v.max_at_ms > 100.0, "{v:?}");
    let names: Vec<String> = found[0].figures().into_iter().map(|figure| figure.key).collect();
    assert!(names.contains(&"balance.conductance_ratio".into()), "{names:?}");
    assert!(names.contains(&"V_m.max".into()), "{names:?}");
}
