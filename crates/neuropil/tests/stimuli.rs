//! Sources, positions, courses and what is recorded of them, from the experiment to the result.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use neuropil::experiment::Experiment;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;
use neuropil_network::description::{Drive, Dynamics, Input, Rule, Waveform};
use neuropil_record::reader::{SpikeQuery, TraceQuery};

const PARROTS: &str = "
[simulation]
duration = '400 ms'
seed = 4
[populations.parrots]
model = 'parrot_neuron'
size = 20
";

fn parse(more: &str) -> Experiment {
    Experiment::parse(&format!("{PARROTS}{more}"), "stimuli.toml").unwrap()
}

fn run(more: &str) -> (tempfile::TempDir, ResultFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.h5");
    let options = RunOptions { output: Some(path.clone()), ..RunOptions::default() };
    if let Err(error) = parse(more).run(&options, &mut |_| true) {
        panic!("{error}");
    }
    (folder, ResultFile::open(path).unwrap())
}

fn times(result: &ResultFile, population: &str) -> Vec<(f64, u32)> {
    let spikes = result.spikes(population, &SpikeQuery::default()).unwrap();
    spikes.times_ms.into_iter().zip(spikes.neurons).collect()
}

fn values(result: &ResultFile, population: &str, variable: &str) -> Vec<f64> {
    result.traces(population, variable, &TraceQuery::default()).unwrap().values[0].clone()
}

/// The devices of an experiment.
fn inputs(more: &str) -> Vec<Input> {
    match parse(more).network() {
        Ok(model) => model.network.inputs,
        Err(error) => panic!("{}", error.render(false)),
    }
}

#[test]
fn shared_afferents_are_seen_by_their_targets_and_in_the_result() {
    let (_folder, result) = run("
        [inputs.Aff]
        kind = 'poisson'
        size = 30
        rate = '20 Hz + 60 Hz * pulse(t, 200 ms, 1 s)'
        [connections.c]
        source = 'Aff'
        target = 'parrots'
        weight = 1
        delay = '1 ms'
        [record]
        spikes = ['Aff', 'parrots']
        rates = { target = ['Aff', 'parrots[0:5]'], every = '10 ms' }
        inputs = { target = 'Aff', every = '0.1 ms' }
        ");
    let sent = times(&result, "Aff");
    let heard = times(&result, "parrots");
    let of_one: Vec<f64> = heard.iter().filter(|s| s.1 == 7).map(|s| s.0).collect();
    let expected: Vec<f64> = sent.iter().map(|s| s.0 + 1.0).filter(|t| *t < 400.05).collect();
    assert_eq!(of_one.len(), expected.len());
    assert!(of_one.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
    // 30 sources: 120 spikes, then 480.
    let early = sent.iter().filter(|s| s.0 <= 200.0).count() as f64;
    let late = sent.len() as f64 - early;
    assert!((early - 120.0).abs() < 45.0 && (late - 480.0).abs() < 90.0, "{early}, {late}");
    let rates = values(&result, "Aff", "rate");
    assert_eq!(rates.len(), 40);
    let mean = rates.iter().sum::<f64>() / 40.0;
    assert!((mean - sent.len() as f64 / 30.0 / 0.4).abs() < 1e-3 * mean);
    let course = values(&result, "Aff", "input_rate");
    assert_eq!((course.len(), course[1998], course[1999]), (4000, 20.0, 80.0));
    assert_eq!(values(&result, "parrots", "rate").len(), 40);
}

#[test]
fn events_of_an_input_are_what_its_neurons_hear() {
    for counts in ["poisson", "bernoulli"] {
        let (_folder, result) = run(&format!(
            "
            [inputs.noise]
            kind = 'poisson'
            target = 'parrots'
            rate = '100 Hz'
            counts = '{counts}'
            modulation = '1 + 0.5 * sin(2*pi * 5 Hz * t)'
            weight = 1
            delay = '2 ms'
            [record]
            spikes = 'parrots'
            events = 'noise[3:9]'
            "
        ));
        let events = times(&result, "noise");
        let heard: Vec<(f64, u32)> =
            times(&result, "parrots").into_iter().filter(|s| (3..9).contains(&s.1)).collect();
        assert!(events.len() > 150 && events.iter().all(|e| (3..9).contains(&e.1)));
        let arrived = events.iter().filter(|e| e.0 < 398.05).count();
        assert_eq!(heard.len(), arrived, "{counts}");
    }
}

#[test]
fn volleys_come_in_sequence_with_jitter_and_participation() {
    let (_folder, result) = run("
        [inputs.exact]
        kind = 'volleys'
        size = 10
        times = ['30 ms', '60 ms']
        groups = ['0:4', [9, 7]]
        lag = '5 ms'
        [inputs.thirds]
        kind = 'volleys'
        size = 7
        times = ['50 ms']
        groups = 3
        lag = '1 ms'
        [inputs.loose]
        kind = 'volleys'
        size = 2000
        times = [200]
        jitter = '3 ms'
        participation = 0.25
        [record]
        spikes = ['exact', 'thirds', 'loose']
        ");
    let exact = times(&result, "exact");
    let at = |t: f64| -> Vec<u32> {
        exact.iter().filter(|s| (s.0 - t).abs() < 1e-6).map(|s| s.1).collect()
    };
    assert_eq!(exact.len(), 12);
    assert_eq!((at(30.0), at(35.0)), (vec![0, 1, 2, 3], vec![7, 9]));
    assert_eq!((at(60.0), at(65.0)), (vec![0, 1, 2, 3], vec![7, 9]));
    // 7 afferents in 3 groups: 2, 2 and 3 of them.
    let groups: Vec<i64> =
        times(&result, "thirds").iter().map(|s| (s.0 - 50.0).round() as i64).collect();
    assert_eq!(groups, [0, 0, 1, 1, 2, 2, 2]);
    let loose = times(&result, "loose");
    assert!((loose.len() as f64 - 500.0).abs() < 80.0, "{}", loose.len());
    let n = loose.len() as f64;
    let mean = loose.iter().map(|s| s.0).sum::<f64>() / n;
    let sd = (loose.iter().map(|s| (s.0 - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!((mean - 200.0).abs() < 0.6 && (sd - 3.0).abs() < 0.45, "{mean} ± {sd}");
}

#[test]
fn courses_of_every_kind_drive_any_input() {
    let read = |amplitude: &str| -> Waveform {
        let found = inputs(&format!(
            "[inputs.x]\nkind = 'poisson'\ntarget = 'parrots'\nweight = 1\nrate = {amplitude}\n"
        ));
        let Drive::Poisson { rate_hz, .. } = &found[0].drive else { panic!("{found:?}") };
        rate_hz.clone()
    };
    let at = |text: &str, t_ms: f64| read(text).at((t_ms * 10.0).round() as u64, 0.1);
    for (text, t_ms, expected) in [
        ("'2 Hz + 6 Hz * gaussian(t, 200 ms, 50 ms)'", 200.0, 8.0),
        ("'4 Hz * staircase(t, 100 ms, 50 ms)'", 260.0, 16.0),
        ("'8 Hz * ramp(t, 100 ms, 300 ms)'", 150.0, 2.0),
        ("'5 Hz * oscillation(t, 100 ms, 10 Hz)'", 150.0, 5.0),
        ("'5 Hz * double_gaussian(t, 100 ms, 10 ms, 50 ms)'", 100.0, 5.0),
        ("'10 Hz * plateau(t, 100 ms, 300 ms, 10 ms)'", 200.0, 10.0),
        ("{ times = ['0 ms', '200 ms'], values = [10, 30], smoothing = '20 ms' }", 0.1, 10.0),
        ("{ times = ['0 ms', '200 ms'], values = [10, 30], smoothing = '20 ms' }", 200.0, 20.0),
        ("{ values = [3, 3, 3], every = '100 ms', smoothing = '50 ms' }", 120.0, 3.0),
    ] {
        let found = at(text, t_ms);
        assert!((found - expected).abs() < 1e-9, "{text} at {t_ms}: {found}");
    }
    // An Ornstein–Uhlenbeck rate: mean, spread and correlation time.
    let long = PARROTS.replace("400 ms", "40 s");
    let text = format!(
        "{long}[inputs.x]\nkind = 'poisson'\ntarget = 'parrots'\nweight = 1\n\
         rate = {{ mean = '50 Hz', sd = '10 Hz', tau = '20 ms' }}\n"
    );
    let model = Experiment::parse(&text, "x.toml").unwrap().network().unwrap();
    let Drive::Poisson { rate_hz: Waveform::Sampled { values, .. }, .. } =
        &model.network.inputs[0].drive
    else {
        panic!("no samples")
    };
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let lag = |k: usize| {
        let pairs = values.iter().zip(&values[k..]);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / (n - k as f64)
    };
    // 1000 correlation times: the mean is known to 10·√(2/2000), the variance to a tenth.
    assert!((mean - 50.0).abs() < 1.3, "mean {mean}");
    assert!((lag(0).sqrt() - 10.0).abs() < 1.0, "sd {}", lag(0).sqrt());
    assert!((lag(200) / lag(0) - (-1.0f64).exp()).abs() < 0.1, "{}", lag(200) / lag(0));
}

#[test]
fn modulation_multiplies_rates_and_currents() {
    let text = |kind: &str| {
        format!(
            "[populations.n]\nmodel = 'iaf_psc_exp'\nsize = 3\n[inputs.x]\n{kind}\ntarget = 'n'\n\
             modulation = 'ramp(t, 0 ms, 100 ms)'\n"
        )
    };
    let half = 500; // 50 ms
    for (kind, expected) in [
        ("kind = 'poisson'\nrate = '80 Hz'\nweight = 1", 40.0),
        ("kind = 'dc'\namplitude = '200 pA'", 100.0),
        ("kind = 'current'\namplitude = '200 pA * heaviside(t)'", 100.0),
        ("kind = 'step'\ntimes = ['10 ms']\nvalues = ['60 pA']", 30.0),
        ("kind = 'dc'\namplitude = { uniform = ['10 pA', '20 pA'] }", 0.5),
        ("kind = 'noise'\nstd = '20 pA'", 0.5),
        ("kind = 'clamp'\nconductance = '1 uS'\npotential = '-80 mV'", 500.0),
    ] {
        let found = inputs(&text(kind));
        let course = match &found[0].drive {
            Drive::Poisson { rate_hz, .. } => rate_hz,
            Drive::Current(course)
            | Drive::CurrentEach { course, .. }
            | Drive::Noise { course, .. } => course,
            Drive::Clamp { conductance_ns, .. } => conductance_ns,
        };
        assert!((course.at(half, 0.1) - expected).abs() < 1e-9, "{kind}");
    }
    // Release thins a Poisson input.
    let thinned = "[inputs.x]\nkind = 'poisson'\ntarget = 'parrots'\nrate = '80 Hz'\nweight = 1\n\
                   release_probability = 0.25\n";
    let Drive::Poisson { rate_hz: Waveform::Constant(rate), .. } = inputs(thinned)[0].drive else {
        panic!("no rate")
    };
    assert_eq!(rate, 20.0);
}

const RING: &str = "
[populations.many]
model = 'parrot_neuron'
size = 400
position = { ring = '4 mm' }
[populations.few]
model = 'parrot_neuron'
size = 100
position = { ring = '4 mm' }
";

#[test]
fn populations_on_a_ring_are_joined_by_distance() {
    let text = format!(
        "{RING}
        [connections.near]
        source = 'few'
        target = 'many'
        rule = 'pairwise_bernoulli'
        p = '0.5 * heaviside(405 um - distance)'
        weight = '1'
        delay = '0.1 ms + distance / (0.3 m/s)'
        [connections.some]
        source = 'many'
        target = 'few'
        rule = 'fixed_indegree'
        indegree = 30
        profile = 'exp(-(distance/(0.3 mm))^2)'
        multapses = false
        weight = 1
        delay = 1
        "
    );
    let model = parse(&text).network().unwrap();
    let [near, some] = &model.network.connections[..] else { panic!("two") };
    assert!(matches!(near.rule, Rule::SpatialBernoulli { .. }) && near.geometry.is_some());
    assert!(matches!(some.rule, Rule::SpatialIndegree { indegree: 30, .. }));
    let sources = neuropil_network::connect::Sources::new(near, 1, 0).unwrap();
    let mut drawn = neuropil_network::connect::Drawn::default();
    let mut count = 0;
    for t in 0..400 {
        sources.of(t, &mut drawn);
        count += drawn.sources.len();
        for s in &drawn.sources {
            let d = (40.0 * f64::from(*s) - 10.0 * f64::from(t)).abs();
            assert!(d.min(4000.0 - d) <= 405.0, "{s} to {t}");
        }
    }
    // 20.25 of 100 sources lie within 405 µm of a target, half of them are joined.
    assert!((count as f64 - 4050.0).abs() < 4.0 * 2025.0f64.sqrt() + 50.0, "{count}");
    let expected = parse(&text).check().unwrap();
    assert!((expected.synapses - 3000.0 - 4050.0).abs() < 60.0, "{}", expected.synapses);
}

#[test]
fn positions_of_every_kind_have_their_neighbours() {
    for (position, size, at_most, degree) in [
        ("{ line = '100 um' }", 10, 10.5, 2),
        ("{ line = '100 um', periodic = true }", 10, 10.5, 2),
        ("{ grid = ['50 um', '40 um'], shape = [5, 4], periodic = true }", 20, 10.5, 4),
        ("{ grid = ['30 um', '30 um', '30 um'], shape = [3, 3, 3], periodic = true }", 27, 10.5, 6),
        ("{ coordinates = [[0, 0], [10, 0], [0, 10], [10, 10]] }", 4, 10.5, 2),
        ("{ uniform = ['10 um', '10 um'] }", 6, 15.0, 5),
    ] {
        let text = format!(
            "[populations.n]\nmodel = 'parrot_neuron'\nsize = {size}\nposition = {position}\n\
             [connections.c]\nsource = 'n'\ntarget = 'n'\nrule = 'pairwise_bernoulli'\n\
             p = 'heaviside({at_most} um - distance)'\nautapses = false\nweight = 1\ndelay = 1\n"
        );
        let model = parse(&text).network().unwrap_or_else(|e| panic!("{}", e.render(false)));
        let connection = &model.network.connections[0];
        let sources = neuropil_network::connect::Sources::new(connection, 1, 0).unwrap();
        let mut drawn = neuropil_network::connect::Drawn::default();
        let most = (0..size).map(|t| {
            sources.of(t, &mut drawn);
            drawn.sources.len()
        });
        assert_eq!(most.max().unwrap(), degree, "{position}");
    }
}

#[test]
fn correlated_sources_may_drive_neurons_one_by_one() {
    let text = "
        [inputs.Common]
        kind = 'correlated'
        size = 20
        rate = '50 Hz'
        correlation = 1
        target = 'parrots'
        rule = 'one_to_one'
        weight = 1
        delay = '0.1 ms'
        [record]
        spikes = ['parrots']
        ";
    let (_folder, result) = run(text);
    let heard = times(&result, "parrots");
    let train = |n: u32| -> Vec<f64> { heard.iter().filter(|s| s.1 == n).map(|s| s.0).collect() };
    assert!(train(0).len() > 5);
    assert!((1..20).all(|n| train(n) == train(0)), "with correlation 1 all trains are one");
    let model = parse(text).network().unwrap();
    let source = model.network.populations.iter().find(|p| p.name == "Common").unwrap();
    assert!(matches!(source.dynamics, Dynamics::Generator(_)));
}

#[test]
fn rates_of_every_source_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rates.npy");
    // Two frames of three sources, as NumPy writes them.
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    let header = format!("{header:<117}\n");
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    for rate in [400.0f64, 0.0, 100.0, 0.0, 300.0, 0.0] {
        bytes.extend_from_slice(&rate.to_le_bytes());
    }
    std::fs::write(&file, bytes).unwrap();
    let (_folder, result) = run(&format!(
        "
        [inputs.Eye]
        kind = 'poisson'
        rates = {{ file = '{}', every = '200 ms' }}
        [record]
        spikes = 'Eye'
        inputs = {{ target = 'Eye', every = '100 ms' }}
        ",
        file.display()
    ));
    let spikes = times(&result, "Eye");
    let count = |n: u32, from: f64| {
        let inside = |s: &&(f64, u32)| s.1 == n && from < s.0 && s.0 <= from + 200.0;
        spikes.iter().filter(inside).count() as f64
    };
    for (n, from, expected) in
        [(0, 0.0, 80.0), (1, 0.0, 0.0), (2, 0.0, 20.0), (0, 200.0, 0.0), (1, 200.0, 60.0)]
    {
        let found = count(n, from);
        assert!((found - expected).abs() <= 4.5 * f64::sqrt(expected), "{n}: {found}");
    }
    let mean = values(&result, "Eye", "input_rate");
    assert!((mean[0] - 500.0 / 3.0).abs() < 1e-4 && (mean[2] - 100.0).abs() < 1e-4, "{mean:?}");
}

#[test]
fn a_named_receptor_takes_positive_weights_and_gives_the_conductance_it_says() {
    let text = |rest: &str| {
        format!(
            "[simulation]\nduration = '8 ms'\n[populations.cell]\nmodel = 'iaf_cond_exp'\nsize = 4\n\
             [inputs.one]\nkind = 'spikes'\ntimes = ['2 ms']\ntarget = 'cell'\ndelay = '1 ms'\n{rest}\n\
             [record.traces]\ntarget = 'cell'\nvariables = ['g_ex', 'g_in', 'V_m']\nevery = '0.1 ms'\n"
        )
    };
    let run = |rest: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.h5");
        let options = RunOptions { output: Some(path.clone()), ..RunOptions::default() };
        let experiment = Experiment::parse(&text(rest), "receptors.toml").unwrap();
        experiment.run(&options, &mut |_| true).unwrap_or_else(|error| panic!("{error}"));
        let result = ResultFile::open(path).unwrap();
        ["g_ex", "g_in", "V_m"]
            .map(|name| result.traces("cell", name, &TraceQuery::default()).unwrap().values)
    };
    let by_sign = run("weight = '-5 nS'");
    assert_eq!(run("weight = '5 nS'\nreceptor = 'in'"), by_sign);
    let [g_ex, g_in, v] = by_sign;
    let top = |of: &[Vec<f64>]| of.iter().flatten().copied().fold(0.0, f64::max);
    assert!(top(&g_ex) == 0.0 && (top(&g_in) - 5.0).abs() < 0.3, "{}", top(&g_in));
    assert!(v[0].iter().all(|v| *v <= -70.0) && v[0].last() < Some(&-70.0), "{:?}", v[0]);
    // Drawn weights get the sign of the receptor too.
    let [g_ex, g_in, _] = run("weight = { uniform = [1, 9] }\nreceptor = 'in'");
    assert!(
        top(&g_ex) == 0.0 && g_in.iter().all(|g| top(std::slice::from_ref(g)) > 0.9),
        "{g_in:?}"
    );
    let [g_ex, g_in, _] = run("weight = '5 nS'\nreceptor = 'ex'");
    assert!(top(&g_in) == 0.0 && (top(&g_ex) - 5.0).abs() < 0.3);
}
