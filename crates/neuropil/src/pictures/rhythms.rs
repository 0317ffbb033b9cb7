//! Spectra, spectrograms and autocorrelations, of population rates or of sampled variables.

use neuropil_analysis::correlation::{
    autocorrelation as correlate, cross_correlation as cross_correlate,
};
use neuropil_analysis::rate;
use neuropil_analysis::spectrum::{Spectrum, welch};
use neuropil_plot::kinds::{Curve, Grid, curves, heat_map, spectra};
use neuropil_plot::{Axis, Color, ColorMap, Mark, Panel};
use neuropil_record::ResultFile;

use super::PictureError;
use super::data::{color, reports, rows, traces};
use crate::resolve::PlotRequest;

/// Segments of a spectrogram unless their length is asked for.
const SEGMENTS: f64 = 24.0;

/// Signals of one kind, one list for each neuron (or the rate alone), sampled alike.
struct Signals {
    name: String,
    signals: Vec<Vec<f64>>,
    start_ms: f64,
    step_ms: f64,
    /// `spikes/s`, `mV`.
    unit: String,
    color: Color,
}

/// The rates of populations in bins of `bin` (1 ms), or the variables that are named.
fn signals(result: &ResultFile, request: &PlotRequest) -> Result<Vec<Signals>, PictureError> {
    if !request.variables.is_empty() {
        let mut all = Vec::new();
        for report in reports(result, request)? {
            let read = traces(result, report, request, usize::MAX)?;
            all.push(Signals {
                name: format!("{} {}", report.population, report.variable),
                signals: read.values,
                start_ms: read.start_ms,
                step_ms: read.step_ms,
                unit: report.unit.clone(),
                color: color(result, &report.population),
            });
        }
        return Ok(all);
    }
    let bin_ms = request.bin_ms.unwrap_or(1.0);
    let (populations, window_ms) = rows(result, request)?;
    let mut all = Vec::new();
    for population in populations {
        all.push(Signals {
            signals: vec![rate::binned(&population.trains(window_ms)?, bin_ms)?],
            name: population.name,
            start_ms: window_ms.0 + 0.5 * bin_ms,
            step_ms: bin_ms,
            unit: "spikes/s".into(),
            color: population.color,
        });
    }
    Ok(all)
}

/// Power spectra (Welch, Hann windows, half overlap), means over neurons; a panel for each unit.
pub(super) fn spectrum(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let all = signals(result, request)?;
    let mut panels = Vec::new();
    for unit in units(&all) {
        let mut found = Vec::new();
        for one in all.iter().filter(|one| one.unit == unit) {
            let segment = (request.segment_ms / one.step_ms).round().max(2.0) as usize;
            let each = one.signals.iter().map(|signal| welch(signal, one.step_ms, segment));
            let each = each.collect::<Result<Vec<_>, _>>()?;
            found.extend(averaged(&each, request.band_hz).map(|(x, y)| (one, x, y)));
        }
        let lines = lines(&found);
        let unit =
            if unit.contains('/') { format!("({unit})²/Hz") } else { format!("{unit}²/Hz") };
        let mut panel = spectra(&lines, &unit)?;
        panel.margins.0 = 0.0;
        panels.push(panel);
    }
    Ok(panels)
}

/// The mean of spectra over the same frequencies, within a band.
fn averaged(all: &[Spectrum], (low, high): (f64, f64)) -> Option<(Vec<f64>, Vec<f64>)> {
    let first = all.first()?;
    let kept = (0..first.frequency_hz.len())
        .filter(|k| (low..=high).contains(&first.frequency_hz[*k]) && first.frequency_hz[*k] > 0.0);
    let mean = |k: usize| all.iter().map(|s| s.density[k]).sum::<f64>() / all.len() as f64;
    Some(kept.map(|k| (first.frequency_hz[k], mean(k))).unzip())
}

/// Power over time and frequency, in decibel above its mean in the band; a panel for each signal.
pub(super) fn spectrogram(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let all = signals(result, request)?;
    let several = all.len() > 1;
    let mut panels = Vec::new();
    for one in &all {
        let frames = one.signals.first().map_or(0, Vec::len);
        let default = PlotRequest::new("", request.kind).segment_ms;
        let mut segment = (request.segment_ms / one.step_ms).round().max(2.0) as usize;
        if request.segment_ms == default {
            segment = segment.min((frames as f64 * 2.0 / SEGMENTS) as usize).max(16);
        }
        let hop = (segment / 8).max(1);
        let starts: Vec<usize> = (0..(frames + 1).saturating_sub(segment)).step_by(hop).collect();
        let (mut frequencies, mut columns) = (Vec::new(), Vec::new());
        for start in &starts {
            let pieces = one.signals.iter().map(|s| &s[*start..start + segment]);
            let each = pieces.map(|piece| welch(piece, one.step_ms, segment));
            if let Some((x, y)) = averaged(&each.collect::<Result<Vec<_>, _>>()?, request.band_hz) {
                frequencies = x;
                columns.push(y);
            }
        }
        let cells = (columns.len() * frequencies.len()) as f64;
        let mean = columns.iter().flatten().sum::<f64>() / cells;
        let values: Vec<f64> = (0..frequencies.len())
            .flat_map(|row| columns.iter().map(move |column| column[row]))
            .map(|power| 10.0 * (power / mean).log10())
            .collect();
        let middle =
            |start: &usize| one.start_ms + (*start as f64 + 0.5 * segment as f64) * one.step_ms;
        let times: Vec<f64> = starts.iter().map(middle).collect();
        if times.is_empty() || frequencies.is_empty() {
            let (name, what) = (request.name.clone(), "long enough signals for such a segment");
            return Err(PictureError::NotRecorded { name, what });
        }
        let peak = values.iter().copied().filter(|v| v.is_finite()).fold(-10.0, f64::max);
        let grid = Grid { x: &times, y: &frequencies, values: &values };
        let (x, y) = (Axis::new("time (ms)"), Axis::new("frequency (Hz)"));
        let range = Some((peak - 30.0, peak));
        let panel = heat_map(grid, x, y, "power (dB)", ColorMap::Inferno, range)?.height(150.0);
        panels.push(if several { panel.titled(&one.name) } else { panel });
    }
    Ok(panels)
}

/// Autocorrelations, means over neurons; a panel for each unit.
pub(super) fn autocorrelation(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let all = signals(result, request)?;
    let mut panels = Vec::new();
    for unit in units(&all) {
        let mut found = Vec::new();
        for one in all.iter().filter(|one| one.unit == unit) {
            let frames = one.signals.first().map_or(0, Vec::len);
            let lags =
                ((request.lag_ms / one.step_ms).round() as usize).min(frames.saturating_sub(1));
            let mut sum = vec![0.0; lags + 1];
            let mut n = 0.0;
            for signal in &one.signals {
                if let Some(rho) = correlate(signal, lags)? {
                    sum.iter_mut().zip(rho).for_each(|(sum, rho)| *sum += rho);
                    n += 1.0;
                }
            }
            let x: Vec<f64> = (0..sum.len()).map(|k| k as f64 * one.step_ms).collect();
            let y: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
            found.push((one, x, y));
        }
        let lines = lines(&found);
        let mut panel = curves(&lines, Axis::new("lag (ms)"), Axis::new("autocorrelation"))?;
        panel.margins.0 = 0.0;
        panel.marks.insert(0, Mark::Level { y: 0.0, color: Color::GREY });
        panels.push(panel);
    }
    Ok(panels)
}

/// Correlations of every two signals over the lag of the second behind the first; a variable is averaged
/// over neurons first.
pub(super) fn cross_correlation(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Panel, PictureError> {
    let all = signals(result, request)?;
    let mean = |one: &Signals| -> Vec<f64> {
        let n = one.signals.len() as f64;
        let frames = one.signals.iter().map(Vec::len).min().unwrap_or(0);
        (0..frames).map(|k| one.signals.iter().map(|s| s[k]).sum::<f64>() / n).collect()
    };
    let means: Vec<Vec<f64>> = all.iter().map(mean).collect();
    let mut found = Vec::new();
    for second in 1..all.len() {
        for first in 0..second {
            let (a, b) = (&all[first], &all[second]);
            // Samples of different times have no common lag.
            if a.step_ms != b.step_ms || a.start_ms != b.start_ms {
                continue;
            }
            let frames = means[first].len().min(means[second].len());
            let (x, y) = (&means[first][..frames], &means[second][..frames]);
            let most = (request.lag_ms / a.step_ms).round() as usize;
            let lags = most.min(frames.saturating_sub(1));
            if let Some(rho) = cross_correlate(x, y, lags)? {
                let at = |k: usize| (k as f64 - lags as f64) * a.step_ms;
                let color = Color::nth(found.len());
                let name = format!("{} → {}", a.name, b.name);
                found.push((name, (0..rho.len()).map(at).collect::<Vec<_>>(), rho, color));
            }
        }
    }
    if found.is_empty() {
        let (name, what) = (request.name.clone(), "two signals of the same times that vary");
        return Err(PictureError::NotRecorded { name, what });
    }
    let lines: Vec<Curve<'_>> =
        found.iter().map(|(name, x, y, color)| Curve::new(name, x, y, *color)).collect();
    let mut panel = curves(&lines, Axis::new("lag (ms)"), Axis::new("cross-correlation"))?;
    panel.margins.0 = 0.0;
    panel.marks.insert(0, Mark::Level { y: 0.0, color: Color::GREY });
    Ok(panel)
}

/// A curve for each signal; one alone needs no name.
fn lines<'a>(found: &'a [(&'a Signals, Vec<f64>, Vec<f64>)]) -> Vec<Curve<'a>> {
    let name = |one: &'a Signals| if found.len() > 1 { one.name.as_str() } else { "" };
    found.iter().map(|(one, x, y)| Curve::new(name(one), x, y, one.color)).collect()
}

/// The different units, in order.
fn units(all: &[Signals]) -> Vec<&str> {
    let mut units: Vec<&str> = Vec::new();
    for one in all {
        if !units.contains(&one.unit.as_str()) {
            units.push(&one.unit);
        }
    }
    units
}
