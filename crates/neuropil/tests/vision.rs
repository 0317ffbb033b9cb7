//! Visual stimuli and afferents that see them, from experiment to result.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::Path;

use neuropil::experiment::Experiment;
use neuropil::resolve::VisionModel;
use neuropil::results::ResultFile;
use neuropil::run::RunOptions;
use neuropil_record::reader::{SpikeQuery, TraceQuery};

fn parse(text: &str) -> Experiment {
    Experiment::parse(text, "vision.toml").unwrap()
}

fn vision(text: &str) -> VisionModel {
    let model = parse(text).network().unwrap_or_else(|error| panic!("{}", error.render(false)));
    (*model.vision.unwrap()).clone()
}

/// The message of an experiment that is refused.
fn refused(text: &str) -> String {
    parse(text).network().map(|_| ()).unwrap_err().to_string()
}

fn run(text: &str, folder: &Path, threads: usize) -> ResultFile {
    let output = folder.join(format!("vision_{threads}.h5"));
    let (output, threads) = (Some(output.clone()), Some(threads));
    let options = RunOptions { output: output.clone(), threads, ..RunOptions::default() };
    parse(text).run(&options, &mut |_| true).unwrap();
    ResultFile::open(output.unwrap()).unwrap()
}

/// Four simple cells in quadrature before a grating of their own frequency that drifts at 4 Hz.
const GRATING: &str = r#"
[simulation]
duration = "20 s"
dt = "0.5 ms"
[screen]
width = "60 deg"
height = "60 deg"
refresh = "1 kHz"
[stimuli.grating]
kind = "grating"
orientation = "20 deg"
spatial_frequency = "0.1 cycle/deg"
temporal_frequency = "4 Hz"
contrast = "50 %"
[inputs.V1]
kind = "visual"
cell = "simple"
size = 4
orientation = "20 deg"
spatial_frequency = "0.1 cycle/deg"
phase = { spaced = ["0 deg", "360 deg"] }
sigma = "4 deg"
baseline = "5 Hz"
gain = "80 Hz"
[record]
spikes = "V1"
inputs = { target = "V1[:]", every = "1 ms" }
"#;

#[test]
fn recorded_rates_are_those_of_the_closed_form_and_spikes_follow_them() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(GRATING, folder.path(), 1);
    let rates = result.traces("V1", "input_rate", &TraceQuery::default()).unwrap();
    assert_eq!((rates.columns.len(), rates.unit.as_str()), (4, "Hz"));
    for (unit, values) in rates.values.iter().enumerate() {
        for (k, rate) in values.iter().enumerate() {
            // Rates of a frame of 1 ms are those of its middle, the frame's image that of its beginning.
            let turn = 4.0 * k as f64 * 1e-3;
            let drive = 0.5 * (std::f64::consts::TAU * (turn + unit as f64 / 4.0)).cos();
            let expected = 5.0 + 80.0 * drive.max(0.0);
            assert!((rate - expected).abs() < 0.03, "unit {unit} at {k} ms: {rate} {expected}");
        }
        let spikes = result.spikes("V1", &SpikeQuery::default().neurons([unit as u32])).unwrap();
        let mean: f64 = values.iter().sum::<f64>() * 1e-3;
        let count = spikes.times_ms.len() as f64;
        assert!((count - mean).abs() < 4.0 * mean.sqrt(), "unit {unit}: {count} spikes for {mean}");
        // Spikes come in the half of the cycle in which the cell is driven.
        let driven =
            |t: &&f64| (std::f64::consts::TAU * (4e-3 * **t + unit as f64 / 4.0)).cos() > 0.0;
        let inside = spikes.times_ms.iter().filter(driven).count() as f64;
        // 80/π · 0.5 + 2.5 of 80/π · 0.5 + 5 Hz.
        let share = (12.732 + 2.5) / (12.732 + 5.0);
        let sd = (count * share * (1.0 - share)).sqrt();
        assert!((inside - count * share).abs() < 4.0 * sd, "unit {unit}: {inside} of {count}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let text = GRATING.replace("20 s", "1 s").replace("size = 4", "size = 40");
    let spikes = |threads| {
        run(&text, folder.path(), threads).spikes("V1", &SpikeQuery::default()).unwrap().times_ms
    };
    let one = spikes(1);
    assert!(one.len() > 500, "{} spikes", one.len());
    assert_eq!(one, spikes(2));
}

#[test]
fn values_have_units_and_plain_numbers_are_degrees() {
    let plain = GRATING.replace(" deg\"", "\"").replace(" cycle/deg\"", "\"");
    let other = GRATING.replace("0.1 cycle/deg", "0.1 cpd");
    assert_eq!(vision(&plain), vision(GRATING));
    assert_eq!(vision(&other), vision(GRATING));
    let third = GRATING.replace("\"4 deg\"", "\"width / 2\"");
    assert_eq!(vision(&format!("[parameters]\nwidth = '8 deg'\n{third}")), vision(GRATING));
}

/// A stimulus section before two cells.
fn with_stimulus(keys: &str) -> String {
    format!(
        "[simulation]\nduration = '3 s'\ndt = '1 ms'\n[stimuli.s]\n{keys}\n[inputs.V1]\nkind = 'visual'\n\
         cell = 'on'\nsize = 2\nsigma = '1 deg'\ngain = '50 Hz'\n"
    )
}

#[test]
fn a_list_is_a_series_of_presentations() {
    let text = with_stimulus(
        "kind = 'uniform'\nluminance = [0, 0.25, 1]\nstart = '100 ms'\nduration = '200 ms'\nblank = '50 ms'\n\
         repeat = 3",
    );
    let shown = vision(&text).presentations;
    assert_eq!(shown.len(), 9);
    for (k, shown) in shown.iter().enumerate() {
        assert_eq!(shown.from_ms, 100.0 + 250.0 * k as f64);
        assert_eq!(shown.until_ms - shown.from_ms, 200.0);
        let luminance = [0.0, 0.25, 1.0][k % 3];
        assert!(shown.values.contains(&("luminance", luminance)));
        assert_eq!(shown.varied, ["luminance"]);
    }
    let shuffled = vision(&text.replace("repeat = 3", "repeat = 3\nshuffle = true")).presentations;
    let order: Vec<f64> =
        shuffled.iter().map(|s| s.values.iter().find(|v| v.0 == "luminance").unwrap().1).collect();
    for round in order.chunks(3) {
        let mut round = round.to_vec();
        round.sort_by(f64::total_cmp);
        assert_eq!(round, [0.0, 0.25, 1.0]);
    }
    assert_ne!(order, [0.0, 0.25, 1.0].repeat(3));
}

#[test]
fn a_series_that_does_not_fit_is_told() {
    let text = with_stimulus("kind = 'uniform'\nluminance = [0, 1]\nduration = '1 s'\nrepeat = 4");
    let warnings = parse(&text).network().unwrap().warnings;
    assert_eq!(warnings, ["stimuli.s: 3 of 8 presentations begin before the end at 3000 ms"]);
}

#[test]
fn units_have_the_values_that_are_written() {
    let fields = |keys: &str| {
        let text = with_stimulus("kind = 'uniform'\nluminance = 1");
        let text = text.replace("size = 2", keys).replace("'on'", "'simple'");
        vision(&text).populations[0].units.clone()
    };
    let gabor = "orientation = { spaced = [0, 180] }\nspatial_frequency = { choice = [0.1, 0.2] }";
    let units = fields(&format!(
        "size = 12\n{gabor}\ncenters = {{ grid = [8, 6], shape = [4, 3], around = ['1 deg', 0] }}"
    ));
    assert_eq!(units[0].center_deg, [-2.0, -2.0]);
    assert_eq!(units[11].center_deg, [4.0, 2.0]);
    let neuropil_vision::Cell::Simple(third) = units[3].cell else { panic!("no simple cell") };
    assert_eq!(third.orientation_deg, 45.0);
    let frequencies: Vec<f64> = units
        .iter()
        .map(|unit| match unit.cell {
            neuropil_vision::Cell::Simple(gabor) => gabor.spatial_cpd,
            _ => panic!("no simple cell"),
        })
        .collect();
    assert!(frequencies.iter().all(|f| [0.1, 0.2].contains(f)));
    assert!(frequencies.contains(&0.1) && frequencies.contains(&0.2));
    let drawn =
        fields(&format!("size = 300\n{gabor}\ncenters = {{ uniform = ['20 deg', '10 deg'] }}"));
    assert!(
        drawn
            .iter()
            .all(|unit| unit.center_deg[0].abs() <= 10.0 && unit.center_deg[1].abs() <= 5.0)
    );
    assert!(drawn.iter().any(|unit| unit.center_deg[0] < -8.0));
}

#[test]
fn what_is_wrong_is_said_with_place_and_expectation() {
    let uniform = "kind = 'uniform'\nluminance = 1";
    let cell = |from: &str, to: &str| with_stimulus(uniform).replace(from, to);
    for (text, message) in [
        (
            with_stimulus("kind = 'gratting'\nspatial_frequency = 0.1"),
            "stimuli.s.kind: unknown kind of stimulus \"gratting\"; did you mean \"grating\"?",
        ),
        (
            with_stimulus("kind = 'grating'\nspatial_frequncy = 0.1"),
            "stimuli.s lacks \"spatial_frequency\": expected a number of at least 0",
        ),
        (
            with_stimulus("kind = 'grating'\nspatial_frequency = 0.1\ncontrast = '120 %'"),
            "stimuli.s.contrast: found 1.2, expected a contrast from 0 to 1, such as \"80 %\"",
        ),
        (
            with_stimulus("kind = 'grating'\nspatial_frequency = '3 ms'"),
            "stimuli.s.spatial_frequency: found a time (\"3 ms\"), expected a number per degree such as \"0.1 cycle/deg\"",
        ),
        (
            with_stimulus("kind = 'grating'\nspatial_frequency = 0.1\norientation = '0.5 rad'"),
            "stimuli.s.orientation: angles of visual space are in degrees, such as \"30 deg\"",
        ),
        (
            with_stimulus(
                "kind = 'grating'\nspatial_frequency = [0.1, 0.2]\norientation = [0, 1, 2]\nduration = 100",
            ),
            "stimuli.s.spatial_frequency: found 2 values, expected one, or one for each of the 3 presentations",
        ),
        (
            with_stimulus("kind = 'grating'\nspatial_frequency = [0.1, 0.2]"),
            "stimuli.s lacks \"duration\": expected the duration of one presentation",
        ),
        (
            with_stimulus("kind = 'uniform'\nluminance = 1\nopacity = 't / (1 s)'"),
            "stimuli.s.opacity: found 1.017 at 1017 ms, expected an opacity from 0 to 1 at all times",
        ),
        (
            with_stimulus("kind = 'image'\nfile = 'no.png'"),
            "stimuli.s.file: there is no file \"no.png\"",
        ),
        (
            cell("'on'", "'simpel'"),
            "inputs.V1.cell: unknown cell \"simpel\"; did you mean \"simple\"?",
        ),
        (
            cell("'1 deg'", "['1 deg', '0 deg']"),
            "inputs.V1.sigma: found 0 deg, expected widths above 0 deg",
        ),
        (
            cell("gain =", "gian ="),
            "inputs.V1 lacks \"gain\": expected the rate that a drive of 1 adds, such as \"40 Hz\"",
        ),
        (
            cell("'1 deg'", "'9000 deg'"),
            "inputs.V1.sigma: found fields that cover 4.666e10 pixels, expected at most 2e7",
        ),
        (cell("size = 2", "size = 2\ncenters = [0, 1e300]"), "inputs.V1.centers: found (0, 1"),
        (
            cell("[stimuli.s]", "[screen]\nrefresh = '1e9 Hz'\n[stimuli.s]"),
            "screen.refresh: found 1000000000 Hz, expected at most 10000 Hz",
        ),
        (
            cell("size = 2", "size = 2\ntemporal = { tau = '1e-300 ms' }"),
            "inputs.V1.temporal.tau: found 0.000",
        ),
        (cell("size = 2", "size = 2\ntau = '3 ms'"), "inputs.V1 has no key \"tau\""),
        (
            cell("size = 2", "size = 2\ntemporal = { tau = '3 ms', order = 13 }"),
            "inputs.V1.temporal.order: found 13, expected a whole number of at least 1 and at most 12",
        ),
    ] {
        let found = refused(&text);
        assert!(found.contains(message), "expected {message}\nfound    {found}");
    }
}

#[test]
fn afferents_without_a_screen_are_refused() {
    let text = "[simulation]\nduration = 10\n[inputs.V1]\nkind = 'visual'\ncell = 'on'\nsize = 1\nsigma = 1\n\
                gain = 1";
    let found = refused(text);
    assert!(
        found.contains("it sees nothing: the experiment has no [screen] and no [stimuli.NAME]"),
        "{found}"
    );
}

#[test]
fn reverse_correlation_gives_back_the_field() {
    use neuropil_analysis::correlation::pearson;
    use neuropil_analysis::reverse::{TriggeredAverage, spikes_by_image};
    use neuropil_vision::field::covering;

    let text = r#"
[simulation]
duration = "150 s"
dt = "1 ms"
[screen]
width = "20 deg"
height = "20 deg"
resolution = "2 pixel/deg"
refresh = "50 Hz"
[stimuli.noise]
kind = "dense_noise"
square = "1 deg"
every = "20 ms"
distribution = "normal"
contrast = 0.3
[inputs.V1]
kind = "visual"
cell = "simple"
size = 1
orientation = "30 deg"
spatial_frequency = "0.12 cycle/deg"
sigma = "2 deg"
gain = "2 kHz"
[record]
spikes = "V1"
"#;
    let folder = tempfile::tempdir().unwrap();
    let result = run(text, folder.path(), 1);
    let spikes = result.spikes("V1", &SpikeQuery::default()).unwrap().times_ms;
    let seen = vision(text);
    let (screen, unit) = (seen.scene.screen, seen.populations[0].units[0]);
    let grid = covering(&screen, &[unit]);
    let onsets: Vec<f64> = (0..=7500).map(|frame| screen.frame_ms(frame)).collect();
    // A spike is stamped with the end of the step in which it falls.
    let counts = spikes_by_image(&spikes, 0.5, &onsets);
    let mut average = TriggeredAverage::new(grid.size());
    let mut image = vec![0.0; grid.size()];
    for (frame, count) in counts.iter().enumerate() {
        seen.scene.luminance(frame, &grid, &mut image);
        average.add(&image, 1.0, *count);
    }
    let field: Vec<f64> = grid
        .y_deg()
        .iter()
        .flat_map(|y| grid.x_deg().into_iter().map(move |x| (x, *y)))
        .map(|(x, y)| if screen.holds(x, y) { unit.profile(0, x, y) } else { 0.0 })
        .collect();
    let r = pearson(&average.average().unwrap(), &field).unwrap().unwrap();
    // Squares of half a width blur the field; 7 500 images leave noise: r is near 0.94.
    assert!(r > 0.9, "r = {r} from {} spikes", spikes.len());
}
