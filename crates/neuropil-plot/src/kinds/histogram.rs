//! Distributions.

use crate::axis::Axis;
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// Values whose distribution is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a> {
    /// What the legend says; empty for no entry.
    pub label: &'a str,
    /// The values; those that are not finite are left out.
    pub values: &'a [f64],
    /// Colour.
    pub color: Color,
}

/// How values are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Bins {
    /// Of the width of Freedman & Diaconis (1981), `2 IQR n^(-1/3)`, but 8 to 80 of them. Values on
    /// a lattice, such as rates of equally long trains, lie in the middle of bins that hold equally
    /// many of its points.
    #[default]
    Auto,
    /// So many, over the range of all values.
    Number(usize),
    /// Of this width, on multiples of it.
    Width(f64),
}

/// Histograms of samples in common bins, as shares of each sample (which need not be equally large).
pub fn histogram(samples: &[Sample<'_>], quantity: &str, bins: Bins) -> Panel {
    let mut all: Vec<f64> =
        samples.iter().flat_map(|s| s.values).copied().filter(|v| v.is_finite()).collect();
    all.sort_unstable_by(f64::total_cmp);
    let edges = edges(&all, bins);
    let y = Axis::new("share").including(0.0);
    let mut panel = Panel::new(Axis::new(quantity), y).height(130.0);
    for sample in samples {
        let height = shares(sample.values, &edges);
        let (left, right) = (edges[..edges.len() - 1].to_vec(), edges[1..].to_vec());
        let (base, opacity, outline) = (0.0, 0.28, true);
        if sample.values.iter().any(|v| v.is_finite()) {
            let color = sample.color;
            panel = panel.with(Mark::Bars { left, right, height, base, color, opacity, outline });
        }
        if !sample.label.is_empty() {
            panel = panel.explained(sample.label, sample.color, Sign::Square);
        }
    }
    panel
}

fn edges(sorted: &[f64], bins: Bins) -> Vec<f64> {
    let (&[low, ..], &[.., high]) = (sorted, sorted) else { return vec![0.0, 1.0] };
    if low == high && !matches!(bins, Bins::Width(_)) {
        let half = if low == 0.0 { 0.5 } else { 0.05 * low.abs() };
        return vec![low - half, low + half];
    }
    let evenly = |n: usize| -> Vec<f64> {
        (0..=n).map(|k| low + (high - low) * k as f64 / n as f64).collect()
    };
    match bins {
        Bins::Number(n) => evenly(n.clamp(1, 10_000)),
        Bins::Width(width) => {
            let (first, last) = ((low / width).floor(), (high / width).floor() + 1.0);
            let n = ((last - first) as usize).clamp(1, 10_000);
            (0..=n).map(|k| (first + k as f64) * width).collect()
        }
        Bins::Auto => {
            let quartile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
            let width = 2.0 * (quartile(0.75) - quartile(0.25)) / (sorted.len() as f64).cbrt();
            match spacing(sorted) {
                Some(spacing) => {
                    let least = ((high - low) / MOST_BARS).max(width);
                    let width = (least / spacing).ceil().max(1.0) * spacing;
                    let n = ((high - low + spacing) / width - 1e-6).ceil() as usize;
                    (0..=n).map(|k| low - 0.5 * spacing + k as f64 * width).collect()
                }
                None => {
                    let n = if width > 0.0 { ((high - low) / width).ceil() } else { 8.0 };
                    evenly(n.clamp(8.0, MOST_BARS) as usize)
                }
            }
        }
    }
}

/// Most bars unless a number is asked for.
const MOST_BARS: f64 = 80.0;

/// The spacing of values that lie on a lattice of at most a thousand points.
fn spacing(sorted: &[f64]) -> Option<f64> {
    let gaps = || sorted.windows(2).map(|pair| pair[1] - pair[0]);
    let range = sorted.last()? - sorted.first()?;
    let least = gaps().filter(|gap| *gap > 1e-9 * range).fold(range, f64::min);
    let whole = |gap: f64| (gap / least - (gap / least).round()).abs() < 1e-3;
    (least > 1e-3 * range && gaps().all(whole)).then_some(least)
}

fn shares(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0_u64; edges.len() - 1];
    let mut n = 0_u64;
    for &value in values.iter().filter(|v| v.is_finite()) {
        // The last bin holds its right edge too.
        let bin = edges.partition_point(|&edge| edge <= value).saturating_sub(1);
        counts[bin.min(edges.len() - 2)] += 1;
        n += 1;
    }
    counts.into_iter().map(|count| count as f64 / n.max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bin() {
        let values = [0.0, 0.1, 0.5, 1.0, f64::NAN, 1.0];
        let panel = histogram(
            &[Sample { label: "", values: &values, color: Color::BLUE }],
            "x",
            Bins::Number(2),
        );
        let [Mark::Bars { height, left, .. }] = &panel.marks[..] else { panic!("one sample") };
        assert_eq!(left, &[0.0, 0.5]);
        assert_eq!(height, &[0.4, 0.6]);
    }

    #[test]
    fn bins_of_a_width_lie_on_its_multiples() {
        assert_eq!(edges(&[0.7, 2.1], Bins::Width(0.5)), [0.5, 1.0, 1.5, 2.0, 2.5]);
        let whole = [0.0, 2.5, 2.5, 5.0, 5.0, 5.0, 7.5, 12.5];
        assert_eq!(spacing(&whole), Some(2.5));
        let edges_of_lattice = edges(&whole, Bins::Auto);
        assert_eq!(edges_of_lattice.first(), Some(&-1.25));
        assert!(edges_of_lattice.windows(2).all(|e| ((e[1] - e[0]) / 2.5).fract() == 0.0));
        assert_eq!(spacing(&[0.1, 0.2, 0.317, 0.4]), None);
        assert_eq!(edges(&[2.0, 2.0], Bins::Auto).len(), 2);
        assert_eq!(edges(&[], Bins::Auto), [0.0, 1.0]);
    }
}
