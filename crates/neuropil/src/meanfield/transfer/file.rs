//! Fitted transfer functions on disk: `[transfer.POPULATION]` tables in a TOML file.

use std::fmt::Write;
use std::path::Path;

use neuropil_theory::threshold::Basis;
use neuropil_theory::{FittedRange, Threshold};

use super::Characterised;

/// Polynomials by name.
pub(in crate::meanfield) const BASES: &[(&str, Basis)] = &[
    ("five_moments", Basis::FiveMoments),
    ("five_moments_linear", Basis::FiveMomentsLinear),
    ("three_moments", Basis::ThreeMoments),
];

/// The text of a file.
pub(in crate::meanfield) fn write(all: &[Characterised], made_from: &str) -> String {
    let mut out = format!(
        "# Transfer functions measured and fitted by `neuropil transfer {made_from}`. An experiment names\n\
         # them in [meanfield.transfer]. Thresholds are polynomials of the statistics of the potential;\n\
         # one coefficient per independent term, in the order of `terms`. Beyond the ranges of mean, SD,\n\
         # skewness and correlation time, the threshold is that at their edge.\n"
    );
    for one in all {
        let (fit, quality) = (&one.fit, &one.fit.quality);
        let basis = fit.transfer.threshold.basis();
        let name = BASES.iter().find(|(_, known)| *known == basis).map_or("", |(name, _)| name);
        let terms: Vec<String> = basis.terms().iter().map(|t| format!("\"{t}\"")).collect();
        let numbers = |values: &[f64]| {
            let texts: Vec<String> = values.iter().map(|v| format!("{v:?}")).collect();
            texts.join(", ")
        };
        // writing to a String cannot fail
        let _ = write!(
            out,
            "\n[transfer.\"{}\"]\nbasis = \"{name}\"\nterms = [{}]\ncoefficients_mv = [{}]\n",
            one.population,
            terms.join(", "),
            numbers(fit.transfer.threshold.coefficients_mv())
        );
        let range = fit.transfer.range;
        for (key, range) in [
            ("mean_mv", range.mean_mv),
            ("sd_mv", range.sd_mv),
            ("skewness", range.skewness),
            ("tau_ms", range.tau_ms),
            ("rate_hz", range.rate_hz),
        ] {
            if let Some(range) = range {
                let _ = writeln!(out, "{key} = [{}]", numbers(&range));
            }
        }
        let _ = writeln!(
            out,
            "r_squared = {:?}\nrmse_hz = {:?}\nrelative_error = {:?}\npoints = {}",
            quality.r_squared, quality.rmse_hz, quality.relative, quality.used
        );
    }
    out
}

/// The threshold and range of a population; what is wrong with the file if there is none.
pub(in crate::meanfield) fn read(
    path: &Path,
    population: &str,
) -> Result<(Threshold, FittedRange), String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let table: toml::Table =
        toml::from_str(&text).map_err(|error| format!("{shown}: {}", error.message()))?;
    let one = table
        .get("transfer")
        .and_then(|all| all.get(population))
        .ok_or_else(|| format!("{shown} without a table [transfer.{population}]"))?;
    let name = one.get("basis").and_then(toml::Value::as_str).unwrap_or_default();
    let known = BASES.iter().find(|(known, _)| *known == name);
    let (_, basis) = known.ok_or_else(|| format!("{shown}: basis {name:?}"))?;
    let numbers = |key: &str| -> Option<Vec<f64>> {
        let value = |v: &toml::Value| v.as_float().or_else(|| v.as_integer().map(|v| v as f64));
        one.get(key)?.as_array()?.iter().map(value).collect()
    };
    let coefficients = numbers("coefficients_mv")
        .ok_or_else(|| format!("{shown}: no numbers coefficients_mv for {population}"))?;
    let threshold =
        Threshold::new(*basis, coefficients).map_err(|error| format!("{shown}: {error}"))?;
    let pair = |key: &str| numbers(key).and_then(|v| <[f64; 2]>::try_from(v).ok());
    let range = FittedRange {
        mean_mv: pair("mean_mv"),
        sd_mv: pair("sd_mv"),
        skewness: pair("skewness"),
        tau_ms: pair("tau_ms"),
        rate_hz: pair("rate_hz"),
        held: true,
    };
    Ok((threshold, range))
}
