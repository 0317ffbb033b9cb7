//! Figures of a course, beside those of a simulation.

use super::{PopulationCourse, TimeCourse};

/// Mean and peak of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Mean `[spikes/s]`.
    pub mean_hz: f64,
    /// Largest value `[spikes/s]`,
    pub peak_hz: f64,
    /// and when `[ms]`.
    pub peak_ms: f64,
}

/// Predicted and simulated figures of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// Name.
    pub name: String,
    /// Of the prediction.
    pub predicted: Figures,
    /// Of the simulated rate, smoothed by a moving mean over 21 samples.
    pub simulated: Option<Figures>,
    /// Root mean squared difference of the two `[spikes/s]`.
    pub rms_hz: Option<f64>,
}

/// Figures of a course.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// One row per population.
    pub rows: Vec<SummaryRow>,
}

impl Summary {
    /// As a table for people.
    pub fn text(&self) -> String {
        let mut lines = vec![format!(
            "{:<16}{:>12}{:>12}{:>12}{:>14}{:>12}{:>10}",
            "spikes/s", "mean", "peak", "at (ms)", "simulated", "peak", "RMS off"
        )];
        for row in &self.rows {
            let p = row.predicted;
            let simulated = row.simulated.map_or_else(String::new, |s| {
                format!("{:>14.3}{:>12.3}{:>10.3}", s.mean_hz, s.peak_hz, row.rms_hz.unwrap_or(0.0))
            });
            let predicted = format!("{:>12.3}{:>12.3}{:>12.0}", p.mean_hz, p.peak_hz, p.peak_ms);
            lines.push(format!("{:<16}{predicted}{simulated}", row.name));
        }
        lines.join("\n")
    }

    /// As one JSON object by population.
    pub fn json(&self) -> serde_json::Value {
        let figures = |f: Figures| serde_json::json!({ "mean_hz": f.mean_hz, "peak_hz": f.peak_hz, "peak_ms": f.peak_ms });
        let row = |row: &SummaryRow| {
            let value = serde_json::json!({
                "predicted": figures(row.predicted),
                "simulated": row.simulated.map(figures),
                "rms_hz": row.rms_hz,
            });
            (row.name.clone(), value)
        };
        serde_json::Value::Object(self.rows.iter().map(row).collect())
    }
}

impl TimeCourse {
    /// Figures of every population within a window.
    pub fn summary(&self, (start, stop): (f64, f64)) -> Summary {
        let shown: Vec<usize> =
            (0..self.t_ms.len()).filter(|k| (start..=stop).contains(&self.t_ms[*k])).collect();
        let one = |p: &PopulationCourse| {
            let of = |values: &[f64]| {
                let kept = || shown.iter().map(|k| (*k, values[*k])).filter(|(_, x)| x.is_finite());
                let mean = kept().map(|(_, x)| x).sum::<f64>() / kept().count().max(1) as f64;
                let peak = kept().max_by(|a, b| a.1.total_cmp(&b.1));
                let (at, peak) = peak.map_or((0.0, 0.0), |(k, x)| (self.t_ms[k], x));
                Figures { mean_hz: mean, peak_hz: peak, peak_ms: at }
            };
            let simulated = p.simulated_hz.as_ref();
            let smooth = simulated.map(|rate| smoothed(rate));
            // the root mean square of what is left between the two
            let left = smooth.as_ref().map(|rate| {
                let pairs =
                    shown.iter().map(|k| rate[*k] - p.rate_hz[*k]).filter(|x| x.is_finite());
                let squares: Vec<f64> = pairs.map(|x| x * x).collect();
                (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
            });
            SummaryRow {
                name: p.name.clone(),
                predicted: of(&p.rate_hz),
                simulated: smooth.as_deref().map(of),
                rms_hz: left,
            }
        };
        Summary { rows: self.populations.iter().map(one).collect() }
    }
}

/// A moving mean over 21 samples, of those that are there.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let mean = |k: usize| {
        let part = &values[k.saturating_sub(10)..(k + 11).min(values.len())];
        let there = || part.iter().filter(|x| x.is_finite());
        if values[k].is_nan() { f64::NAN } else { there().sum::<f64>() / there().count() as f64 }
    };
    (0..values.len()).map(mean).collect()
}
