//! Draws one picture of each kind from made-up data, as PNG and SVG, into the folder given on the
//! command line, and tells how long each took.
#![allow(clippy::print_stdout, reason = "an example reports on stdout")]

use std::path::Path;
use std::time::Instant;

use neuropil_core::random::{Stream, key};
use neuropil_plot::animation::Animation;
use neuropil_plot::kinds::{
    BarGroup, Bins, Coloring, Curve, Grid, Look, NeuriteSegment, Pairs, RateOf, Sample, SpikesOf,
    Trace, View, bars, comparison, curves, heat_map, histogram, matrix, mean_trace,
    morphology_by_kind, morphology_by_value, raster, raster_with_rates, rates, shifted_traces,
    spectra, spikes_drawn, traces,
};
use neuropil_plot::{Axis, Color, ColorMap, Figure, PlotError};

fn main() -> Result<(), PlotError> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)
        .map_err(|source| PlotError::Write { path: folder.into(), source })?;
    let draw = |name: &str, figure: Figure| -> Result<(), PlotError> {
        let start = Instant::now();
        figure.save(folder.join(format!("{name}.png")))?;
        let png = start.elapsed();
        figure.save(folder.join(format!("{name}.svg")))?;
        println!("{name:12} PNG {png:7.1?}, SVG {:7.1?}", start.elapsed() - png);
        Ok(())
    };
    draw("brunel", brunel()?)?;
    draw("clusters", clusters()?)?;
    draw("activity", activity()?)?;
    draw("regimes", regimes()?)?;
    draw("vm", vm()?)?;
    draw("statistics", statistics()?)?;
    draw("theory", theory()?)?;
    draw("scan", scan()?)?;
    draw("cell", cell()?)?;
    draw("summary", summary()?)?;
    let start = Instant::now();
    wave(&folder.join("wave.png"))?;
    println!("{:12} PNG {:7.1?}", "wave", start.elapsed());
    Ok(())
}

struct Train {
    times_ms: Vec<f64>,
    neurons: Vec<u32>,
}

/// Spikes of `size` neurons at a common rate that may change in time.
fn poisson(seed: u64, size: u32, until_ms: f64, rate_hz: impl Fn(f64, u32) -> f64) -> Train {
    let mut train = Train { times_ms: Vec::new(), neurons: Vec::new() };
    let steps = (until_ms / 0.5) as u32;
    for step in 0..steps {
        let time = f64::from(step) * 0.5;
        let mut stream = Stream::new(key(seed, "gallery", 0), step.into());
        for neuron in 0..size {
            if stream.uniform() < rate_hz(time, neuron) * 0.0005 {
                train.times_ms.push(time + 0.5);
                train.neurons.push(neuron);
            }
        }
    }
    train
}

fn of<'a>(name: &'a str, size: usize, train: &'a Train, color: Color) -> SpikesOf<'a> {
    SpikesOf { name, size, times_ms: &train.times_ms, neurons: &train.neurons, color }
}

fn brunel() -> Result<Figure, PlotError> {
    let wave = |t: f64| 32.0 * (1.0 + 0.8 * (t * std::f64::consts::TAU / 90.0).sin());
    let all = poisson(1, 10_000, 400.0, |t, _| wave(t));
    println!("{} spikes", all.times_ms.len());
    let figure = raster_with_rates(&[of("E", 10_000, &all, Color::BLUE)], (0.0, 400.0), 2.0)?;
    Ok(figure.titled("Brunel network, asynchronous irregular"))
}

fn clusters() -> Result<Figure, PlotError> {
    let active = |t: f64, cluster: u32| u32::from((t / 400.0) as u32 % 5 == cluster % 5);
    let e = poisson(2, 1200, 2000.0, |t, n| 1.0 + 15.0 * f64::from(active(t, n / 60)));
    let i = poisson(3, 300, 2000.0, |t, n| 2.0 + 18.0 * f64::from(active(t, n / 15)));
    let both = [of("E", 1200, &e, Color::BLACK), of("I", 300, &i, Color::DARK_RED)];
    raster_with_rates(&both, (0.0, 2000.0), 10.0)
}

fn regimes() -> Result<Figure, PlotError> {
    let panel = |seed, title: &str, rate: fn(f64) -> f64| {
        let train = poisson(seed, 300, 200.0, |t, _| rate(t));
        Ok(raster(&[of("E", 300, &train, Color::BLUE)], (0.0, 200.0))?.titled(title).height(130.0))
    };
    let figure = Figure::grid(vec![
        vec![
            panel(4, "SR", |t| if t % 4.0 < 0.5 { 1200.0 } else { 0.0 })?,
            panel(5, "SI fast", |t| 60.0 * (1.0 + (t * 1.2).sin()))?,
        ],
        vec![panel(6, "AI", |_| 38.0)?, panel(7, "SI slow", |t| 8.0 * (1.0 + (t * 0.14).sin()))?],
    ]);
    Ok(figure.lettered())
}

/// A membrane potential with noise and a reset at threshold.
fn membrane(seed: u64, steps: usize) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Stream::new(key(seed, "vm", 0), 0);
    let (mut v, mut values, mut spikes) = (-65.0, Vec::new(), Vec::new());
    for k in 0..steps {
        v += 0.1 * (-52.5 - v) / 20.0 + 0.32 * stream.normal();
        if v > -50.0 {
            v = -65.0;
            spikes.push((k + 1) as f64 * 0.1);
        }
        values.push(v);
    }
    (values, spikes)
}

fn trace<'a>(label: &'a str, values: &'a [f64], color: Color) -> Trace<'a> {
    Trace { label, start_ms: 0.1, step_ms: 0.1, values, color }
}

fn activity() -> Result<Figure, PlotError> {
    let drive = |t: f64| if t > 350.0 && t < 700.0 { 8.0 } else { 3.0 };
    let e = poisson(8, 800, 1000.0, |t, _| drive(t));
    let i = poisson(9, 200, 1000.0, |t, _| 3.0 * drive(t));
    let both = [of("RecExc", 800, &e, Color::BLUE), of("RecInh", 200, &i, Color::RED)];
    let afferent: Vec<f64> = (0..1000).map(|t| drive(f64::from(t))).collect();
    let afferent = RateOf {
        name: "AffExc",
        start_ms: 0.0,
        step_ms: 1.0,
        rate_hz: &afferent,
        color: Color::nth(2),
    };
    let (v, spikes) = membrane(1, 10_000);
    let drawn = spikes_drawn(&trace("", &v, Color::BLUE), &spikes, -20.0);
    let excitatory: Vec<f64> = v.iter().map(|v| -4.0 * v - 150.0).collect();
    let inhibitory: Vec<f64> = v.iter().map(|v| -3.0 * (v + 80.0) - 20.0).collect();
    Ok(Figure::stack(vec![
        rates(&[afferent]).height(60.0).titled("Afferent drive"),
        raster(&both, (0.0, 1000.0))?.height(150.0),
        neuropil_plot::kinds::rate_histogram(&both, (0.0, 1000.0), 10.0)?.height(80.0),
        traces(&[trace("neuron 3", &drawn, Color::BLUE)], "V (mV)").height(90.0),
        traces(
            &[
                trace("excitatory", &excitatory, Color::BLUE),
                trace("inhibitory", &inhibitory, Color::RED),
            ],
            "I (pA)",
        )
        .height(80.0),
    ])
    .lettered())
}

fn vm() -> Result<Figure, PlotError> {
    let all: Vec<Vec<f64>> = (0..6)
        .map(|k| {
            let (v, spikes) = membrane(k, 5000);
            spikes_drawn(&trace("", &v, Color::BLUE), &spikes, -20.0)
        })
        .collect();
    let shown: Vec<Trace<'_>> = all
        .iter()
        .enumerate()
        .map(|(k, v)| trace("", v, if k < 4 { Color::BLUE } else { Color::RED }))
        .collect();
    let mean: Vec<f64> =
        (0..5000).map(|k| all.iter().map(|v| v[k].min(-50.0)).sum::<f64>() / 6.0).collect();
    let deviation = vec![4.0; 5000];
    Ok(Figure::stack(vec![
        shifted_traces(&shown, 45.0, 20.0, "mV"),
        mean_trace(
            &trace("E", &mean, Color::BLUE),
            &deviation,
            Some(&trace("neuron 0", &all[0], Color::GREY)),
            "V (mV)",
        )?
        .y_limits(-70.0, -45.0),
    ]))
}

fn normals(seed: u64, n: usize, mean: f64, sd: f64) -> Vec<f64> {
    let mut stream = Stream::new(key(seed, "normal", 0), 0);
    (0..n).map(|_| mean + sd * stream.normal()).collect()
}

fn statistics() -> Result<Figure, PlotError> {
    let (rates_e, rates_i) = (normals(1, 4000, 5.0, 1.2), normals(2, 1000, 9.0, 2.0));
    let groups = [
        Sample { label: "E", values: &rates_e, color: Color::BLUE },
        Sample { label: "I", values: &rates_i, color: Color::RED },
    ];
    let isi: Vec<f64> = normals(3, 5000, 3.0, 0.8).iter().map(|x| x.exp()).collect();
    let cv = normals(4, 800, 0.9, 0.15);
    let frequency: Vec<f64> = (1..500).map(f64::from).collect();
    let power: Vec<f64> = frequency
        .iter()
        .zip(normals(5, 500, 0.0, 0.25))
        .map(|(f, n)| {
            (1.0 / (1.0 + f * f / 400.0) + 0.6 * (-(f - 60.0) * (f - 60.0) / 60.0).exp()) * n.exp()
        })
        .collect();
    Ok(Figure::grid(vec![
        vec![
            histogram(&groups, "rate (spikes/s)", Bins::Auto),
            histogram(
                &[Sample { label: "", values: &cv, color: Color::nth(2) }],
                "CV of ISI",
                Bins::Width(0.05),
            ),
        ],
        vec![
            histogram(
                &[Sample { label: "", values: &isi, color: Color::nth(4) }],
                "ISI (ms)",
                Bins::Width(5.0),
            ),
            spectra(&[Curve::new("E", &frequency, &power, Color::BLUE)], "1/s²/Hz")?.height(130.0),
        ],
    ])
    .lettered())
}

fn theory() -> Result<Figure, PlotError> {
    let current: Vec<f64> = (0..21).map(|k| f64::from(k) * 50.0).collect();
    let gain = |i: f64, a: f64| a * ((i - 200.0).max(0.0) / 10.0).powf(0.8);
    let rate = |a| current.iter().map(|i| gain(*i, a)).collect::<Vec<_>>();
    let (slow, fast) = (rate(1.0), rate(2.2));
    let shift = |y: &[f64], by: f64| y.iter().map(|v| v + by).collect::<Vec<_>>();
    let (low, high) = (shift(&fast, -4.0), shift(&fast, 4.0));
    let measured: Vec<f64> =
        slow.iter().zip(normals(6, 21, 0.0, 1.0)).map(|(y, n)| (y + n).max(0.0)).collect();
    let (below, above) = (shift(&measured, -2.0), shift(&measured, 2.0));
    let panel = curves(
        &[
            Curve::new("LIF", &current, &fast, Color::BLUE).range(&low, &high),
            Curve::new("AdExp, simulated", &current, &measured, Color::RED)
                .look(Look::Discs)
                .range(&below, &above),
            Curve::new("AdExp, theory", &current, &slow, Color::RED).look(Look::Dashes),
        ],
        Axis::new("current (pA)"),
        Axis::new("rate (spikes/s)").including(0.0),
    )?;
    let predicted: Vec<f64> = (1..30).map(|k| f64::from(k) * 0.7).collect();
    let found: Vec<f64> =
        predicted.iter().zip(normals(7, 30, 0.0, 0.8)).map(|(p, n)| p * 0.97 + n).collect();
    let inhibitory: Vec<f64> = predicted.iter().map(|p| p * 1.3 + 1.0).collect();
    let errors = vec![0.7; 29];
    let pairs = comparison(
        &[
            Pairs {
                label: "E",
                predicted: &predicted,
                measured: &found,
                deviation: Some(&errors),
                color: Color::BLUE,
            },
            Pairs {
                label: "I",
                predicted: &inhibitory,
                measured: &shift(&inhibitory, 0.5),
                deviation: None,
                color: Color::RED,
            },
        ],
        "rate (spikes/s)",
    )?;
    Ok(Figure::grid(vec![vec![panel.height(200.0), pairs.height(200.0)]]).lettered())
}

fn scan() -> Result<Figure, PlotError> {
    let g: Vec<f64> = (0..25).map(|k| 2.0 + f64::from(k) * 0.25).collect();
    let eta: Vec<f64> = (0..20).map(|k| 0.5 + f64::from(k) * 0.15).collect();
    let value = |(g, eta): (f64, f64)| {
        if eta < 0.8 && g > 6.0 {
            f64::NAN
        } else {
            60.0 * eta / (1.0 + (g - 3.0).max(0.0).powi(2))
        }
    };
    let values: Vec<f64> =
        eta.iter().flat_map(|&eta| g.iter().map(move |&g| (g, eta))).map(value).collect();
    let map = heat_map(
        Grid { x: &g, y: &eta, values: &values },
        Axis::new("g"),
        Axis::new("ν_ext/ν_thr"),
        "rate (spikes/s)",
        ColorMap::Viridis,
        None,
    )?;
    let p = matrix(
        &["E", "I", "Aff"],
        &["E", "I"],
        &[0.05, 0.051, 0.052, 0.048, 0.1, 0.02],
        "probability",
        ColorMap::Greys,
    )?;
    Ok(Figure::grid(vec![vec![map.height(180.0), p.height(180.0)]]).lettered())
}

/// A tree that forks and thins.
fn tree() -> (Vec<NeuriteSegment>, Vec<usize>) {
    let mut stream = Stream::new(key(11, "tree", 0), 0);
    let mut segments =
        vec![NeuriteSegment { from_um: [0.0; 3], to_um: [0.0; 3], diameter_um: 22.0 }];
    let mut kinds = vec![0];
    let mut stack: Vec<([f64; 3], f64, f64, u32, usize)> =
        (0..5).map(|k| ([0.0; 3], -2.6 + f64::from(k) * 0.5, 2.5, 0, 1)).collect();
    stack.push(([0.0; 3], 1.57, 5.0, 0, 2));
    stack.push(([0.0; 3], -1.57, 1.2, 1, 3));
    while let Some((mut at, mut angle, diameter, order, kind)) = stack.pop() {
        let length = if kind == 2 && order == 0 { 24 } else { 8 };
        for _ in 0..length {
            angle += 0.18 * stream.normal();
            let to = [
                at[0] + 10.0 * angle.cos(),
                at[1] + 10.0 * angle.sin(),
                at[2] + 3.0 * stream.normal(),
            ];
            segments.push(NeuriteSegment { from_um: at, to_um: to, diameter_um: diameter });
            kinds.push(kind);
            at = to;
        }
        if order < 4 {
            for side in [-0.45, 0.45] {
                stack.push((at, angle + side, (diameter * 0.66).max(0.6), order + 1, kind));
            }
        }
    }
    (segments, kinds)
}

fn cell() -> Result<Figure, PlotError> {
    let (segments, kinds) = tree();
    let names = [
        ("soma", Color::BLACK),
        ("basal dendrite", Color::BLUE),
        ("apical dendrite", Color::nth(4)),
        ("axon", Color::RED),
    ];
    let by_kind = morphology_by_kind(&segments, &kinds, &names, View::Xy)?;
    let v: Vec<f64> =
        segments.iter().map(|s| -70.0 + 50.0 * (-(s.to_um[1] / 150.0).powi(2)).exp()).collect();
    let coloring = Coloring { label: "V (mV)", map: ColorMap::Inferno, range: None };
    Ok(Figure::grid(vec![vec![
        by_kind.height(330.0),
        morphology_by_value(&segments, &v, coloring, View::Xy)?.height(330.0),
    ]]))
}

fn wave(path: &Path) -> Result<(), PlotError> {
    let (segments, _) = tree();
    let coloring = Coloring { label: "V (mV)", map: ColorMap::Inferno, range: Some((-70.0, 20.0)) };
    let mut animation = Animation::new(50);
    for frame in 0..20 {
        let front = f64::from(frame) * 35.0 - 250.0;
        let v: Vec<f64> = segments
            .iter()
            .map(|s| -70.0 + 90.0 * (-((s.to_um[1] - front) / 60.0).powi(2)).exp())
            .collect();
        let panel = morphology_by_value(&segments, &v, coloring, View::Xy)?;
        animation
            .push(&Figure::of(panel.height(300.0).titled(format!("{frame} ms"))).width(420.0))?;
    }
    animation.save(path)
}

fn summary() -> Result<Figure, PlotError> {
    let currents = bars(
        &["E", "I"],
        &[
            BarGroup {
                label: "excitatory",
                values: &[220.0, 260.0],
                errors: Some(&[30.0, 35.0]),
                color: Color::BLUE,
            },
            BarGroup {
                label: "inhibitory",
                values: &[-205.0, -230.0],
                errors: Some(&[28.0, 40.0]),
                color: Color::RED,
            },
        ],
        "current (pA)",
    )?;
    let speed = bars(
        &["NEST", "Brian2", "ours"],
        &[BarGroup { label: "", values: &[19.5, 60.0, 0.5], errors: None, color: Color::GREY }],
        "time (s)",
    )?;
    Ok(Figure::grid(vec![vec![currents, speed]]).lettered())
}
