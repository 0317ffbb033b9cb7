//! `neuropil meanfield`

use anyhow::Context;
use neuropil::analyze::{SummaryOptions, analyze};
use neuropil::pictures::with_predictions;
use neuropil::resolve::{PlotKind, PlotRequest};
use neuropil::results::ResultFile;
use serde_json::json;

use crate::args::MeanField;
use crate::show;

/// Predicts rates by theory.
pub fn meanfield(arguments: &MeanField) -> anyhow::Result<()> {
    let experiment = super::read(&arguments.file, &arguments.changes)?;
    let predicted = experiment.mean_field()?;
    let simulated = match &arguments.result {
        Some(path) => {
            let result = ResultFile::open(path)
                .with_context(|| format!("cannot compare with {}", path.display()))?;
            if let Some(picture) = &arguments.plot {
                super::refuse_existing(picture, arguments.force)?;
                let request = PlotRequest::new("rates", PlotKind::Rates);
                with_predictions(&result, &request, &predicted)?.save(picture)?;
            }
            analyze(&result, None, SummaryOptions::default())?
        }
        None => Vec::new(),
    };
    let found =
        |name: &str| simulated.iter().find(|a| a.population == name).map(|a| a.summary.rate_hz);
    if arguments.json {
        let populations: Vec<_> = predicted
            .populations
            .iter()
            .map(|p| {
                json!({
                    "population": p.population, "rate_hz": p.rate_hz, "mean_mv": p.mean_mv,
                    "sd_mv": p.sd_mv, "simulated_hz": found(&p.population),
                })
            })
            .collect();
        return show::line(json!({
            "populations": populations, "oscillation_hz": predicted.oscillation_hz,
        }));
    }
    show::line(format!(
        "{:<14}{:>12}{:>14}{:>14}{:>16}",
        "population", "predicted Hz", "simulated Hz", "mean V mV", "SD of V mV"
    ))?;
    for p in &predicted.populations {
        let simulated = found(&p.population).map_or("–".into(), |rate| format!("{rate:.2}"));
        show::line(format!(
            "{:<14}{:>12.2}{simulated:>14}{:>14.2}{:>16.2}",
            p.population, p.rate_hz, p.mean_mv, p.sd_mv
        ))?;
    }
    if let Some(frequency) = predicted.oscillation_hz {
        show::line(format!(
            "the stationary state is unstable: an oscillation of about {frequency:.0} Hz grows"
        ))?;
    }
    Ok(())
}
