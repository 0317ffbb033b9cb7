//! `neuropil analyze`

use anyhow::{Context, bail};
use neuropil::analyze::{Analysis, SummaryOptions, analyze as analysis_of};
use neuropil::results::ResultFile;
use serde_json::Value;

use crate::args::Analyze;
use crate::show;

/// Statistics of a result.
pub fn analyze(arguments: &Analyze) -> anyhow::Result<()> {
    let result = ResultFile::open(&arguments.file)
        .with_context(|| format!("cannot analyse {}", arguments.file.display()))?;
    let window = match arguments.window.as_deref() {
        Some([start, stop]) if start < stop => Some((*start, *stop)),
        Some([start, stop]) => {
            bail!("--window: found {start} to {stop}, expected a start before a stop")
        }
        _ => None,
    };
    let found = analysis_of(&result, window, SummaryOptions::default())?;
    if arguments.json {
        return show::line(Value::Array(found.iter().map(Analysis::json).collect()));
    }
    show::line(table(&found))
}

/// Figures of spikes: key in the JSON, as people read it.
const SPIKES: &[(&str, &str)] = &[
    ("neurons", "neurons"),
    ("spikes", "spikes"),
    ("spiking", "fraction that spiked"),
    ("rate_hz", "rate (spikes/s)"),
    ("rate_sd_hz", "  SD over neurons"),
    ("activity_sd_hz", "  SD over time, 1 ms bins"),
    ("cv", "CV of intervals"),
    ("cv2", "CV2"),
    ("lv", "LV"),
    ("fano", "Fano factor, 100 ms"),
    ("population_fano", "  of the population, 1 ms"),
    ("count_correlation", "count correlation, 2 ms"),
    ("spike_time_tiling", "spike-time tiling, 2 ms"),
    ("chi", "population synchrony chi"),
    ("peak_hz", "spectral peak (Hz)"),
    ("peak_prominence", "  over the mean power"),
];

/// Figures of variables.
const VARIABLES: &[(&str, &str)] = &[
    ("mean", "mean"),
    ("sd", "SD"),
    ("skewness", "skewness"),
    ("tau_ms", "correlation time (ms)"),
    ("tau_fit_ms", "  by exponential fit (ms)"),
    ("kept", "fraction between spikes"),
];

/// The figures of one population for people.
pub fn text(one: &Analysis) -> String {
    table(std::slice::from_ref(one))
}

/// One row per figure, one column per population.
fn table(found: &[Analysis]) -> String {
    let columns: Vec<Value> = found.iter().map(Analysis::json).collect();
    let row = |name: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        format!("{name:<28}{}", cells.concat()).trim_end().to_owned()
    };
    let mut lines = vec![row("", found.iter().map(|one| one.population.clone()).collect())];
    let windows = found.iter().map(|one| format!("{}–{}", one.window_ms.0, one.window_ms.1));
    lines.push(row("window (ms)", windows.collect()));
    for (key, name) in SPIKES {
        let cells: Vec<String> = columns.iter().map(|column| number(&column[*key])).collect();
        if columns.iter().any(|column| column.get(*key).is_some()) {
            lines.push(row(name, cells));
        }
    }
    let mut variables: Vec<(&str, &str)> = Vec::new();
    for variable in found.iter().flat_map(|one| &one.variables) {
        if !variables.iter().any(|(name, _)| *name == variable.variable) {
            variables.push((&variable.variable, &variable.unit));
        }
    }
    for (variable, unit) in variables {
        for (key, name) in VARIABLES {
            let unit = if matches!(*key, "mean" | "sd") { format!(" ({unit})") } else { "".into() };
            let cell = |column: &Value| number(&column["variables"][variable][*key]);
            lines.push(row(
                &format!("{variable} {}{unit}", name.trim()),
                columns.iter().map(cell).collect(),
            ));
        }
    }
    lines.join("\n")
}

fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(x) if x.fract() == 0.0 && x.abs() < 1e15 => format!("{x}"),
        Some(x) => format!("{x:.4}"),
        None => "–".into(),
    }
}
