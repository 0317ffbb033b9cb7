//! Figures for people.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use neuropil::run::Summary;

use crate::exit::SystemFault;

/// Writes a line to standard output. A reader that has seen enough (`| head`) is no fault.
pub fn line(text: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| {
            SystemFault(anyhow::Error::new(error).context("cannot write to standard output")).into()
        }),
    }
}

/// A count with thin groups of three: `15 625 000`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the unit that suits them.
pub fn bytes(n: f64) -> String {
    let mut value = n.max(0.0); // a sum of nothing may be -0
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return format!("{value:.1} {unit}");
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// A time in the unit that suits it.
pub fn milliseconds(ms: f64) -> String {
    let rounded = |x: f64| (x * 1e6).round() / 1e6;
    if ms >= 1000.0 { format!("{} s", rounded(ms / 1000.0)) } else { format!("{} ms", rounded(ms)) }
}

/// The summary of a run.
pub fn summary(summary: &Summary) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| lines.push(format!("{name:<18}{value}"));
    line("neurons", count(summary.neurons));
    line("synapses", count(summary.synapses));
    line("simulated", milliseconds(summary.duration_ms));
    line("building", format!("{:.3} s", summary.build_s));
    let factor = summary.real_time_factor;
    line("simulating", format!("{:.3} s ({factor:.3} × real time)", summary.simulate_s));
    if let Some(peak) = summary.peak_memory_mb {
        line("peak memory", format!("{peak:.0} MB"));
    }
    line("spikes", count(summary.spikes));
    for population in &summary.populations {
        let figure = |value: Option<f64>, digits: usize| {
            value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
        };
        let rate = figure(population.rate_hz, 2);
        let cv = figure(population.cv_isi, 3);
        line(&format!("  {}", population.name), format!("{rate} spikes/s, CV {cv}"));
    }
    if let Some(output) = &summary.output {
        line("result", output.display().to_string());
    }
    for picture in &summary.pictures {
        line("picture", picture.display().to_string());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(count(15_625_000), "15 625 000");
        assert_eq!(count(999), "999");
        assert_eq!(bytes(1_500_000.0), "1.5 MB");
        assert_eq!(milliseconds(1100.0), "1.1 s");
        assert_eq!(milliseconds(0.1), "0.1 ms");
    }
}
