//! Pictures of what cells answer to an input, with the numbers behind them.

mod family;
mod panels;
mod recorded;
mod rows;
mod tables;

use neuropil_plot::Panel;
use neuropil_record::ResultFile;

use super::PictureError;
use crate::resolve::{Form, Measure, PlotRequest, Quantity, ResponsePlot};
use family::family;
use panels::Axes;
use rows::rows;
use tables::{ends, tables};

/// A picture, the table behind it, and what there is to say of it.
pub(super) struct Drawn {
    pub panels: Vec<Panel>,
    /// Comma-separated values; empty for a family, whose numbers are the traces.
    pub table: String,
    /// For people.
    pub remark: String,
}

/// Draws one picture of responses.
pub(super) fn draw(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<Drawn, PictureError> {
    let (panels, table, remark) = match plot.form {
        Form::Family => {
            let (panels, remark) = family(result, request, plot)?;
            (panels, String::new(), remark)
        }
        _ => measured(result, request, plot)?,
    };
    Ok(Drawn { panels, table, remark })
}

fn measured(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<(Vec<Panel>, String, String), PictureError> {
    let mut all = Vec::new();
    for series in &plot.series {
        all.push(rows(result, request, plot, series)?);
    }
    let unit = all.iter().map(|(_, unit)| unit.clone()).find(|unit| !unit.is_empty());
    let unit = unit.unwrap_or_default();
    let summed = plot.series.iter().any(|series| series.singles.is_some());
    let x_label = match summed {
        true => labelled("sum of the single responses", &unit),
        false => plot.x_label.clone(),
    };
    let headings: Vec<String> =
        plot.measures.iter().map(|m| labelled(&m.label, &m.unit.replace('*', &unit))).collect();
    let axes = Axes { plot, x_label: &x_label, summed };
    // Rates of one series share a panel: its curves are the measures.
    let rates = |m: &Measure| {
        matches!(m.quantity, Quantity::Rate | Quantity::FirstRate | Quantity::LastRate)
    };
    let panels = match plot.series.len() == 1 && plot.measures.iter().all(rates) {
        true => vec![axes.of_rates(&all[0].0)?],
        false => (0..plot.measures.len())
            .map(|m| axes.of_measure(m, &headings[m], &all))
            .collect::<Result<_, _>>()?,
    };
    let (table, mut remark) = tables(request, plot, &all, &x_label, &headings);
    if plot.form == Form::Profile {
        remark = ends(request, plot, &all, &x_label, &headings);
    }
    Ok((panels, table, remark))
}

fn labelled(label: &str, unit: &str) -> String {
    let unit = unit.replace("cm2", "cm²").replace("um", "µm");
    if unit.is_empty() { label.to_owned() } else { format!("{label} ({unit})") }
}
