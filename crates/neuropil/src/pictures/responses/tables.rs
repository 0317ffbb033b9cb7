//! Measures of responses as numbers: for people and as comma-separated values.

use std::fmt::Write as _;

use super::rows::Row;
use crate::resolve::{PlotRequest, ResponsePlot};

/// A profile in words: its nearest and its farthest compartment.
pub(super) fn ends(
    request: &PlotRequest,
    plot: &ResponsePlot,
    all: &[(Vec<Row>, String)],
    x_label: &str,
    headings: &[String],
) -> String {
    let mut text = request.name.clone();
    for (series, (rows, _)) in plot.series.iter().zip(all) {
        for (m, heading) in headings.iter().enumerate() {
            if let (Some(near), Some(far)) = (rows.first(), rows.last()) {
                let _ = write!(
                    text,
                    "\n  {}, {} compartments, {heading}: {:.4} at {:.4}, {:.4} at {:.4} {x_label}",
                    series.label,
                    rows.len(),
                    near.values[m],
                    near.x,
                    far.values[m],
                    far.x
                );
            }
        }
    }
    text
}

/// Most rows that are shown to people.
const SHOWN: usize = 60;

/// As comma-separated values, and as columns for people.
pub(super) fn tables(
    request: &PlotRequest,
    plot: &ResponsePlot,
    all: &[(Vec<Row>, String)],
    x_label: &str,
    headings: &[String],
) -> (String, String) {
    let quoted = |text: &str| match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut csv = format!("series,cell,compartment,{}", quoted(x_label));
    headings.iter().for_each(|heading| {
        let _ = write!(csv, ",{}", quoted(heading));
    });
    csv.push('\n');
    let widest = plot.series.iter().map(|s| s.label.chars().count()).max().unwrap_or(0).max(6);
    let width = |text: &str| text.chars().count().max(9);
    let mut text = request.name.clone();
    let mut head = format!("\n  {:<widest$}  {x_label:>w$}", "series", w = width(x_label));
    for heading in headings {
        let _ = write!(head, "  {heading:>w$}", w = width(heading));
    }
    text.push_str(&head);
    let mut shown = 0;
    for (series, (rows, _)) in plot.series.iter().zip(all) {
        for row in rows {
            let column = series.columns[row.position];
            let _ = write!(csv, "{},{},{}", quoted(&series.label), column.neuron, column.element);
            for value in std::iter::once(&row.x).chain(&row.values) {
                let _ = write!(csv, ",{value}");
            }
            csv.push('\n');
            shown += 1;
            if shown > SHOWN {
                continue;
            }
            let _ =
                write!(text, "\n  {:<widest$}  {:>w$.4}", series.label, row.x, w = width(x_label));
            for (value, heading) in row.values.iter().zip(headings) {
                let _ = match value.is_nan() {
                    true => write!(text, "  {:>w$}", "–", w = width(heading)),
                    false => write!(text, "  {value:>w$.4}", w = width(heading)),
                };
            }
        }
    }
    if shown > SHOWN {
        let _ = write!(text, "\n  … {} rows in all", shown);
    }
    (csv, text)
}
