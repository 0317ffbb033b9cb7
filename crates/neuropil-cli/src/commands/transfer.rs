//! `neuropil transfer`

use anyhow::{Context, bail};
use neuropil::meanfield::{Characterised, MeanFieldError, Trains, TransferOptions, Weighting};
use serde_json::{Map, Value, json};

use crate::args::{Polynomial, Transfer};
use crate::show;

/// Measures and fits transfer functions, writes them and draws them.
pub fn transfer(arguments: &Transfer) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    let mut axes_hz = Vec::new();
    for (name, values) in &arguments.over {
        axes_hz.push((name.clone(), rates(values).with_context(|| format!("--over {name}"))?));
    }
    let options = TransferOptions {
        populations: arguments.population.clone(),
        axes_hz,
        seeds: usize::from(arguments.seeds),
        duration_ms: arguments.time,
        basis: match arguments.basis {
            Polynomial::Five => neuropil::meanfield::Basis::FiveMoments,
            Polynomial::Linear => neuropil::meanfield::Basis::FiveMomentsLinear,
            Polynomial::Three => neuropil::meanfield::Basis::ThreeMoments,
        },
        max_rate_hz: arguments.max_rate,
        trains: if arguments.poisson { Trains::Poisson } else { Trains::Own },
        weighting: match arguments.weighted {
            true => Weighting::StandardError { floor_hz: 0.1 },
            false => TransferOptions::default().weighting,
        },
    };
    let stem = arguments.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let output = arguments
        .output
        .clone()
        .unwrap_or_else(|| std::path::PathBuf::from(format!("{stem}_transfer.toml")));
    super::refuse_itself(&output, &arguments.file)?;
    super::refuse_existing(&output, arguments.force)?;
    let found = experiment.characterise(&options, arguments.at).map_err(|error| match error {
        MeanFieldError::Experiment(error) => anyhow::Error::new(error),
        other => anyhow::Error::new(other),
    })?;
    let made_from = arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::write(&output, Characterised::file(&found, &made_from))
        .with_context(|| format!("cannot write {}", output.display()))?;
    let mut pictures = Vec::new();
    for one in &found {
        let base = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let path = output.with_file_name(format!("{base}_{}.png", one.population));
        super::refuse_existing(&path, arguments.force)?;
        one.figure()?.save(&path)?;
        pictures.push(path);
    }
    if arguments.json {
        return show::line(object(&found));
    }
    for one in &found {
        let q = one.fit.quality;
        show::line(format!(
            "{}: {} points visited, {} measured, {} below {} Hz ({} silent); fit: R² {:.4}, half of the rates \
             within {:.1} %, RMSE {:.3} Hz, worst {:.2} Hz, threshold RMSE {:.3} mV, condition {:.1e}",
            one.population,
            one.visited,
            q.points,
            q.used,
            arguments.max_rate,
            q.silent,
            q.r_squared,
            100.0 * q.relative,
            q.rmse_hz,
            q.worst_hz,
            q.threshold_rmse_mv,
            q.condition
        ))?;
    }
    show::line(output.display())?;
    for path in pictures {
        show::line(path.display())?;
    }
    Ok(())
}

fn object(found: &[Characterised]) -> Value {
    let one = |one: &Characterised| {
        let q = one.fit.quality;
        let figures = json!({
            "visited": one.visited, "points": q.points, "used": q.used, "silent": q.silent, "r_squared": q.r_squared,
            "relative_error": q.relative, "rmse_hz": q.rmse_hz, "worst_hz": q.worst_hz, "threshold_rmse_mv": q.threshold_rmse_mv,
            "coefficients_mv": one.fit.transfer.threshold.coefficients_mv(),
        });
        (one.population.clone(), figures)
    };
    Value::Object(found.iter().map(one).collect::<Map<String, Value>>())
}

/// Rates: `A,B,C` or `FROM..TO:STEPS`, evenly spaced.
fn rates(text: &str) -> anyhow::Result<Vec<f64>> {
    let number = |text: &str| {
        let value: f64 = text
            .trim()
            .parse()
            .with_context(|| format!("found {text:?}, expected a rate in Hz"))?;
        if !(value.is_finite() && value >= 0.0) {
            bail!("found {value}, expected a rate of at least 0 Hz");
        }
        Ok(value)
    };
    let Some((range, steps)) = text.split_once(':') else {
        return text.split(',').map(number).collect();
    };
    let Some((from, to)) = range.split_once("..") else {
        bail!("found {text:?}, expected A,B,C or FROM..TO:STEPS");
    };
    let (from, to) = (number(from)?, number(to)?);
    let steps: u16 = steps
        .trim()
        .parse()
        .with_context(|| format!("found {steps:?}, expected a number of steps"))?;
    if !(2..=1000).contains(&steps) {
        bail!("found {steps} steps, expected 2 to 1000");
    }
    let last = f64::from(steps - 1);
    Ok((0..steps).map(|k| from + (to - from) * f64::from(k) / last).collect())
}
