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

fn table(found: &[Analysis]) -> String {
    let mut lines = of_populations(found);
    let variables = of_variables(found);
    if !variables.is_empty() {
        lines.push(String::new());
        lines.extend(variables);
    }
    lines.join("\n")
}

/// One row per figure of the spikes and of balance, one column per population.
fn of_populations(found: &[Analysis]) -> Vec<String> {
    let columns: Vec<Vec<figures::Figure>> =
        found.iter().map(|one| figures_where(one, |f| f.variable.is_none())).collect();
    let mut keys: Vec<&str> = Vec::new();
    for figure in columns.iter().flatten() {
        if !keys.contains(&figure.key.as_str()) {
            keys.push(&figure.key);
        }
    }
    let mut rows = vec![vec![String::new()], vec!["window (ms)".into()]];
    for one in found {
        rows[0].push(one.population.clone());
        let [start, stop] = [one.window_ms.0, one.window_ms.1].map(|t| (t * 1e6).round() / 1e6);
        rows[1].push(format!("{start}–{stop}"));
    }
    for key in keys {
        let mut row = vec![figures::labelled(key, "")];
        row.extend(columns.iter().map(|column| {
            column.iter().find(|f| f.key == *key).map_or(String::new(), |f| number(f.value))
        }));
        rows.push(row);
    }
    aligned(&rows)
}

/// One row per variable, or per place where it was recorded; one column per figure.
fn of_variables(found: &[Analysis]) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for one in found {
        for figure in figures_where(one, |f| f.variable.is_some()) {
            let unit = figure.variable.as_deref().unwrap_or("");
            let Some((name, key)) = figure.key.rsplit_once('.') else { continue };
            let name = format!("{} {} ({unit})", one.population, name.replacen('.', " ", 1));
            if rows.is_empty() {
                rows.push(vec![String::new()]);
            }
            if rows.last().is_none_or(|row| row[0] != name) {
                rows.push(vec![name]);
            }
            if rows.len() == 2 {
                rows[0].push(heading(key).into());
            }
            if let Some(row) = rows.last_mut() {
                row.push(number(figure.value));
            }
        }
    }
    aligned(&rows)
}

fn figures_where(one: &Analysis, keep: impl Fn(&figures::Figure) -> bool) -> Vec<figures::Figure> {
    one.figures().into_iter().filter(|figure| keep(figure)).collect()
}

/// A short head of a column; units are those of the variable or ms.
fn heading(key: &str) -> &str {
    match key {
        "sd" => "SD",
        "tau_ms" => "τ (ms)",
        "tau_fit_ms" => "τ fitted",
        "start" => "first",
        "max_at_ms" => "max at ms",
        other => other,
    }
}

/// The first column to the left, the others to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let first = width(0);
    let others: Vec<usize> =
        (1..rows.first().map_or(0, Vec::len)).map(|column| width(column) + 2).collect();
    let line = |row: &Vec<String>| {
        let cells = row[1..].iter().zip(&others).map(|(cell, width)| format!("{cell:>width$}"));
        format!("{:<first$}{}", row[0], cells.collect::<String>()).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
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
