//! `neuropil analyze`

use anyhow::{Context, bail};
use neuropil::analyze::{Analysis, AnalysisRequest, analyze as analysis_of, figures};
use neuropil::experiment::Experiment;
use neuropil::results::ResultFile;
use serde_json::Value;

use crate::args::Analyze;
use crate::show;

/// Statistics of a result.
pub fn analyze(arguments: &Analyze) -> anyhow::Result<()> {
    let result = ResultFile::open(&arguments.file)
        .with_context(|| format!("cannot analyse {}", arguments.file.display()))?;
    let mut request = request(arguments, &result)?;
    match arguments.window.as_deref() {
        Some([start, stop]) if start < stop => request.window_ms = Some((*start, *stop)),
        Some([start, stop]) => {
            bail!("--window: found {start} to {stop}, expected a start before a stop")
        }
        _ => {}
    }
    let found = analysis_of(&result, &request)?;
    if arguments.json {
        return show::line(Value::Array(found.iter().map(Analysis::json).collect()));
    }
    if arguments.csv {
        return show::line(csv(&found));
    }
    show::line(table(&found))
}

/// What the experiment of the result asks for, changed by `--with`.
fn request(arguments: &Analyze, result: &ResultFile) -> anyhow::Result<AnalysisRequest> {
    let provenance = &result.metadata().provenance;
    // A result from another program, or of an experiment with includes, may have no readable one.
    let read = Experiment::parse(&provenance.experiment, "experiment.toml");
    let readable = read.ok().filter(|experiment| experiment.analysis_request().is_ok());
    let mut experiment = match readable {
        Some(experiment) => experiment,
        None => {
            let dt = result.metadata().dt_ms;
            let text = format!("simulation = {{ duration = {dt}, dt = {dt} }}");
            Experiment::parse(&text, "experiment.toml")?
        }
    };
    for (key, value) in &arguments.with {
        experiment.set(&format!("analysis.{key}"), value)?;
    }
    Ok(experiment.analysis_request()?)
}

/// The figures of one population for people.
pub fn text(one: &Analysis) -> String {
    table(std::slice::from_ref(one))
}

/// One row per figure, one column per population.
fn table(found: &[Analysis]) -> String {
    let mut keys: Vec<(String, String)> = Vec::new();
    let columns: Vec<_> = found.iter().map(Analysis::figures).collect();
    for figure in columns.iter().flatten() {
        if !keys.iter().any(|(key, _)| *key == figure.key) {
            let unit = figure.variable.as_deref().unwrap_or("");
            keys.push((figure.key.clone(), figures::labelled(&figure.key, unit)));
        }
    }
    let first = keys.iter().map(|(_, words)| words.chars().count()).max().unwrap_or(0) + 2;
    let row = |name: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        format!("{name:<first$}{}", cells.concat()).trim_end().to_owned()
    };
    let mut lines = vec![row("", found.iter().map(|one| one.population.clone()).collect())];
    let windows = found.iter().map(|one| format!("{}–{}", one.window_ms.0, one.window_ms.1));
    lines.push(row("window (ms)", windows.collect()));
    for (key, words) in &keys {
        let cell = |column: &Vec<figures::Figure>| match column.iter().find(|f| f.key == *key) {
            Some(figure) => number(figure.value),
            None => String::new(),
        };
        lines.push(row(words, columns.iter().map(cell).collect()));
    }
    lines.join("\n")
}

fn number(value: Option<f64>) -> String {
    match value {
        Some(x) if x.fract() == 0.0 && x.abs() < 1e15 => format!("{x}"),
        Some(x) if x.abs() < 1e-3 || x.abs() >= 1e7 => format!("{x:.3e}"),
        Some(x) => format!("{x:.4}"),
        None => "–".into(),
    }
}

/// One line per population and figure.
fn csv(found: &[Analysis]) -> String {
    let mut lines = vec!["population,start_ms,stop_ms,figure,value,unit".to_owned()];
    for one in found {
        for figure in one.figures() {
            let (_, unit) =
                figures::described(&figure.key, figure.variable.as_deref().unwrap_or(""));
            let value = figure.value.map_or(String::new(), |value| value.to_string());
            let name = quoted(&one.population);
            let (start, stop) = one.window_ms;
            lines.push(format!("{name},{start},{stop},{},{value},{unit}", quoted(&figure.key)));
        }
    }
    lines.join("\n")
}

/// A cell, in quotation marks if it needs them.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
