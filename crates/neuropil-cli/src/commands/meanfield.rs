//! `neuropil meanfield`

use std::path::PathBuf;

use anyhow::{Context, bail};
use neuropil::meanfield::{MeanFieldError, Prediction, TransitionKind};
use neuropil::results::ResultFile;
use serde_json::{Value, json};

use crate::args::Meanfield;
use crate::show;

/// Predicts stationary rates and, if a result is given, shows both.
pub fn meanfield(arguments: &Meanfield) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    if arguments.over.is_none()
        && arguments.at.is_none()
        && experiment.has_course().map_err(plain)?
    {
        return over_time(arguments, &experiment);
    }
    if let Some((path, values)) = &arguments.over {
        return over(arguments, &experiment, path, values);
    }
    let prediction = experiment.mean_field(arguments.at).map_err(plain)?;
    let mut simulated = Vec::new();
    let mut picture = None;
    if let Some(file) = &arguments.result {
        let result =
            ResultFile::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        let window = window(arguments, &result)?;
        simulated = prediction.simulated_hz(&result, window)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let beside = || file.with_file_name(format!("{stem}_meanfield.png"));
        let path: PathBuf = arguments.output.clone().unwrap_or_else(beside);
        super::refuse_existing(&path, arguments.force)?;
        prediction.overlay(&result, window)?.save(&path)?;
        picture = Some(path);
    }
    if arguments.json {
        return show::line(object(&prediction, &simulated));
    }
    show::line(text(&prediction, &simulated))?;
    match picture {
        Some(path) => show::line(path.display()),
        None => Ok(()),
    }
}

/// The window asked for, or from the beginning of the recording to the end of the run.
fn window(arguments: &Meanfield, result: &ResultFile) -> anyhow::Result<(f64, f64)> {
    match arguments.window.as_deref() {
        Some([start, stop]) if start < stop => Ok((*start, *stop)),
        Some([start, stop]) => {
            bail!("--window: found {start} to {stop}, expected a start before a stop")
        }
        _ => {
            let metadata = result.metadata();
            let start = result.spike_recordings().iter().map(|r| r.start_step).max().unwrap_or(0);
            Ok((start as f64 * metadata.dt_ms, metadata.simulated_ms))
        }
    }
}

fn object(prediction: &Prediction, simulated: &[Option<f64>]) -> Value {
    let mut object = prediction.json();
    for (p, rate) in prediction.populations.iter().zip(simulated) {
        object["populations"][&p.name]["simulated_hz"] = json!(rate);
    }
    object
}

fn text(prediction: &Prediction, simulated: &[Option<f64>]) -> String {
    let mut lines = vec![format!("{}, at {} ms", prediction.method.name(), prediction.at_ms)];
    let head = format!("{:<16}{:>18}{:>20}", "", "rate (spikes/s)", "potential (mV)");
    lines.push(if simulated.is_empty() { head } else { format!("{head}{:>12}", "simulated") });
    for (k, p) in prediction.populations.iter().enumerate() {
        let rate = match p.error_hz {
            Some(error) => format!("{:.3} ± {error:.3}", p.rate_hz),
            None => format!("{:.3}", p.rate_hz),
        };
        let potential = format!("{:.2} ± {:.2}", p.mean_mv, p.sd_mv);
        let rate_found = simulated.get(k).map(|rate| match rate {
            Some(rate) => format!("{rate:>12.3}"),
            None => format!("{:>12}", "–"),
        });
        let last = rate_found.unwrap_or_default();
        lines.push(format!("{:<16}{rate:>18}{potential:>20}{last}", p.name));
    }
    for p in prediction.populations.iter().filter(|p| !p.currents_pa.is_empty()) {
        let currents = p.currents_pa.iter().map(|(name, pa)| format!("{name} {pa:.1}"));
        lines.push(format!(
            "currents into {} (pA): {}",
            p.name,
            currents.collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some(frequency) = prediction.oscillation_hz {
        let what = "the stationary state is unstable: an oscillation of about";
        lines.push(format!("{what} {frequency:.0} Hz grows"));
    }
    if let Some(validity) = &prediction.validity {
        if validity.holds() {
            lines.push("within the range of the theory".to_owned());
        }
        lines.extend(validity.doubts.iter().map(|doubt| format!("doubtful: {doubt}")));
    }
    lines.extend(prediction.warnings.iter().map(|warning| format!("note: {warning}")));
    lines.join("\n")
}

/// Predicts rates over the whole run, writes and draws them.
fn over_time(
    arguments: &Meanfield,
    experiment: &neuropil::experiment::Experiment,
) -> anyhow::Result<()> {
    let mut course = experiment.mean_field_course().map_err(plain)?;
    let mut window = (0.0, course.t_ms.last().copied().unwrap_or(0.0));
    let mut base = arguments.file.file_stem().map(PathBuf::from).unwrap_or_default();
    if let Some(file) = &arguments.result {
        let result =
            ResultFile::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        course.compare(&result)?;
        window = self::window(arguments, &result)?;
        base = file.with_extension("");
    }
    let stem = base.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let picture = arguments
        .output
        .clone()
        .unwrap_or_else(|| base.with_file_name(format!("{stem}_meanfield.png")));
    let (table, file) = (picture.with_extension("csv"), picture.with_extension("h5"));
    for path in [&picture, &table, &file] {
        super::refuse_existing(path, arguments.force)?;
    }
    course.figure(window)?.save(&picture)?;
    std::fs::write(&table, course.csv())
        .with_context(|| format!("cannot write {}", table.display()))?;
    course.write_hdf5(&file).map_err(plain)?;
    let summary = course.summary(window);
    if arguments.json {
        return show::line(json!({
            "method": "transfer functions, over time", "order": course.order,
            "time_constant_ms": course.time_constant_ms, "populations": summary.json(),
            "warnings": course.warnings, "csv": table, "hdf5": file, "picture": picture,
        }));
    }
    let order = if course.order == 2 { "second" } else { "first" };
    show::line(format!(
        "mean field of {order} order over time, T = {} ms; --at MS for a stationary state",
        course.time_constant_ms
    ))?;
    show::line(summary.text())?;
    for warning in &course.warnings {
        show::line(format!("note: {warning}"))?;
    }
    for path in [picture, table, file] {
        show::line(path.display())?;
    }
    Ok(())
}

/// Predicts over the values of a key and draws the course.
fn over(
    arguments: &Meanfield,
    experiment: &neuropil::experiment::Experiment,
    path: &str,
    values: &str,
) -> anyhow::Result<()> {
    let course = experiment.mean_field_over(path, values, arguments.at).map_err(plain)?;
    let stem = arguments.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let picture =
        arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{stem}_meanfield.png")));
    super::refuse_existing(&picture, arguments.force)?;
    course.figure(arguments.scan.as_deref()).map_err(plain)?.save(&picture)?;
    if arguments.json {
        let points: Vec<Value> = course
            .values
            .iter()
            .zip(&course.predictions)
            .map(|(value, prediction)| json!({ "value": value, "prediction": prediction.json() }))
            .collect();
        return show::line(json!({ "path": course.path, "unit": course.unit, "points": points }));
    }
    let first = &course.predictions[0];
    show::line(format!("{}, at {} ms", first.method.name(), first.at_ms))?;
    let names: String = first.populations.iter().map(|p| format!("{:>16}", p.name)).collect();
    show::line(format!("{:<24}{names}", course.path))?;
    let mut warnings: Vec<&String> = Vec::new();
    for (value, prediction) in course.values.iter().zip(&course.predictions) {
        let rates: String = prediction
            .populations
            .iter()
            .map(|p| match p.error_hz {
                Some(error) => format!("{:>16}", format!("{:.3} ± {error:.3}", p.rate_hz)),
                None => format!("{:>16.3}", p.rate_hz),
            })
            .collect();
        let doubtful = prediction.validity.as_ref().is_some_and(|validity| !validity.holds());
        let mark = if doubtful { "  doubtful" } else { "" };
        show::line(format!("{:<24}{rates}{mark}", format!("{value} {}", course.unit)))?;
        let doubts = prediction.validity.iter().flat_map(|validity| &validity.doubts);
        let all = prediction.warnings.iter().chain(doubts);
        warnings.extend(all.filter(|w| !warnings.contains(w)).collect::<Vec<_>>());
    }
    for change in course.transitions() {
        let what = match change.kind {
            TransitionKind::Fold => "stationary states appear or vanish",
            TransitionKind::Oscillation => "a state gains or loses stability, oscillating",
            _ => "a state gains or loses stability",
        };
        show::line(format!(
            "{what} between {} and {} {}",
            change.before, change.after, course.unit
        ))?;
    }
    for warning in warnings {
        show::line(format!("note: {warning}"))?;
    }
    show::line(picture.display())
}

fn plain(error: MeanFieldError) -> anyhow::Error {
    match error {
        MeanFieldError::Experiment(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    }
}
