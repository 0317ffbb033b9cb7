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
        Some(_) => bail!("--window: expected a start before a stop"),
        None => None,
    };
    let found = analysis_of(&result, window, SummaryOptions::default())?;
    if arguments.json {
        return show::line(Value::Array(found.iter().map(Analysis::json).collect()));
    }
    for one in &found {
        show::line(text(one))?;
    }
    Ok(())
}

/// The figures of one population for people.
pub fn text(one: &Analysis) -> String {
    let (start, stop) = one.window_ms;
    let mut lines = vec![format!("{} from {start} to {stop} ms", one.population)];
    if let Value::Object(figures) = one.json() {
        for (name, value) in figures.iter().filter(|(k, _)| *k != "population" && *k != "window_ms")
        {
            let number = |value: &Value| match value.as_f64() {
                Some(x) if x.fract() == 0.0 && x.abs() < 1e15 => format!("{x}"),
                Some(x) => format!("{x:.4}"),
                None => "–".into(),
            };
            let shown = match value {
                Value::Array(items) => items.iter().map(number).collect::<Vec<_>>().join(", "),
                other => number(other),
            };
            lines.push(format!("  {name:<20}{shown}"));
        }
    }
    lines.join("\n")
}
