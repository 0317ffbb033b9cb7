//! `neuropil impedance`

use std::fmt::Write as _;
use std::path::PathBuf;

use neuropil::cell::quantity;
use neuropil::experiment::Experiment;
use neuropil::impedance::{self, Protocol};

use crate::args::Impedance;
use crate::show;

/// Measures, prints, writes the table, draws.
pub fn impedance(arguments: &Impedance) -> anyhow::Result<()> {
    let mut experiment = Experiment::read(&arguments.file)?;
    for (path, value) in &arguments.set {
        experiment.set(path, value)?;
    }
    let picture = arguments.output.clone().unwrap_or_else(|| {
        let name = arguments.file.file_stem().unwrap_or_default().to_string_lossy();
        PathBuf::from(format!("{name}_impedance.png"))
    });
    for path in std::iter::once(&picture).chain(&arguments.csv) {
        super::refuse_existing(path, arguments.force)?;
    }
    let found = impedance::impedance(&experiment, &protocol(arguments)?)?;
    let widest = found.places.iter().map(|p| p.label.chars().count()).max().unwrap_or(0);
    show::line(format!(
        "{:<widest$}{:>12}{:>12}{:>14}{:>14}{:>12}",
        "", "rest (mV)", "Z(0) (MΩ)", "V(0)/V_in(0)", "resonance", "cutoff"
    ))?;
    for place in &found.places {
        let resonance = place.resonance().map(|k| found.frequencies_hz[k]);
        let cutoff = place.cutoff_hz(&found.frequencies_hz);
        show::line(format!(
            "{:<widest$}{:>12.2}{:>12.3}{:>14.4}{:>14}{:>12}",
            place.label,
            place.rest_mv,
            place.steady_mohm,
            place.steady_mohm / found.places[0].steady_mohm,
            hertz(resonance),
            hertz(cutoff)
        ))?;
    }
    for warning in &found.warnings {
        show::line(format!("note: {warning}"))?;
    }
    if let Some(path) = &arguments.csv {
        std::fs::write(path, table(&found))?;
        show::line(path.display())?;
    }
    impedance::figure(&found)?.save(&picture)?;
    show::line(picture.display())
}

fn protocol(arguments: &Impedance) -> anyhow::Result<Protocol> {
    let low = quantity("low", &arguments.low, "Hz")?;
    let high = quantity("high", &arguments.high, "Hz")?;
    if !(low > 0.0 && low < high) {
        anyhow::bail!("low = {low} Hz, high = {high} Hz: expected 0 < low < high");
    }
    let decades = (high / low).log10();
    let steps = (decades * f64::from(arguments.points)).ceil().max(1.0);
    let at = |k: u32| low * (high / low).powf(f64::from(k) / steps);
    Ok(Protocol {
        population: arguments.population.clone(),
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        frequencies_hz: (0..=steps as u32).map(at).collect(),
        settle_ms: quantity("settle", &arguments.settle, "ms")?,
        duration_ms: quantity("step", &arguments.step, "ms")?,
        amplitude_pa: quantity("amplitude", &arguments.amplitude, "pA")?,
    })
}

fn hertz(frequency: Option<f64>) -> String {
    frequency.map_or_else(|| "–".into(), |f| format!("{f:.2} Hz"))
}

/// Frequency, then magnitude and phase of each place.
fn table(found: &impedance::Impedance) -> String {
    let mut text = String::from("frequency_Hz");
    for place in &found.places {
        let label = place.label.replace('"', "\"\"");
        let _ = write!(text, ",\"|Z| {label} (MOhm)\",\"phase {label} (deg)\"");
    }
    text.push('\n');
    for (k, frequency) in found.frequencies_hz.iter().enumerate() {
        let _ = write!(text, "{frequency}");
        for place in &found.places {
            let gain = place.gains[k];
            let _ = write!(text, ",{},{}", gain.magnitude, gain.phase_deg);
        }
        text.push('\n');
    }
    text
}
