//! Panels of measures against a quantity or a place.

use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Axis, Color, Mark, Panel, Sign};

use super::super::PictureError;
use super::labelled;
use super::rows::Row;
use crate::resolve::{Form, Quantity, ResponsePlot};

/// What the panels of a picture share.
pub(super) struct Axes<'a> {
    pub(super) plot: &'a ResponsePlot,
    pub(super) x_label: &'a str,
    pub(super) summed: bool,
}

impl Axes<'_> {
    fn x(&self) -> Axis {
        let x = Axis::new(self.x_label);
        match (self.plot.log.0, self.summed) {
            (true, _) => x.log(),
            (false, true) => x.including(0.0),
            (false, false) => x,
        }
    }

    /// Sizes are shown from 0 on; what is no size, such as a mean potential, as it is.
    fn y(&self, label: &str, quantity: Quantity) -> Axis {
        let y = Axis::new(label);
        if matches!(quantity, Quantity::Mean | Quantity::Last) && self.plot.baseline_ms.is_none() {
            return y;
        }
        match (self.plot.log.1, self.plot.form) {
            (true, _) => y.log(),
            (false, Form::Curves) => y.including(0.0),
            (false, _) => y,
        }
    }

    pub(super) fn of_rates(&self, rows: &[Row]) -> Result<Panel, PictureError> {
        let lists: Vec<_> = (0..self.plot.measures.len()).map(|m| finite(rows, m)).collect();
        let several = lists.len() > 1;
        let drawn: Vec<Curve<'_>> = lists
            .iter()
            .zip(&self.plot.measures)
            .enumerate()
            .map(|(m, ((x, y), measure))| {
                let label = if several { measure.label.as_str() } else { "" };
                Curve::new(label, x, y, Color::nth(m)).look(Look::JoinedDiscs)
            })
            .collect();
        let label = if several { "rate" } else { self.plot.measures[0].label.as_str() };
        Ok(curves(&drawn, self.x(), self.y(&labelled(label, "spikes/s"), Quantity::Rate))?)
    }

    pub(super) fn of_measure(
        &self,
        m: usize,
        heading: &str,
        all: &[(Vec<Row>, String)],
    ) -> Result<Panel, PictureError> {
        let series = &self.plot.series;
        let lists: Vec<_> = all.iter().map(|(rows, _)| finite(rows, m)).collect();
        let look = |k: usize| match (self.plot.form, series[k].joined) {
            (Form::Profile, true) => Look::Line,
            (Form::Profile, false) => Look::Discs,
            _ => Look::JoinedDiscs,
        };
        // Lines of a profile lie over its dots.
        let mut order: Vec<usize> = (0..series.len()).collect();
        order.sort_by_key(|k| look(*k) == Look::Line);
        let explained = m == 0 && series.len() > 1;
        let over_dots = (0..series.len()).any(|k| look(k) != Look::Line);
        let curve = |k: usize| {
            let color = match look(k) {
                Look::Line if over_dots => Color::BLACK,
                _ => Color::nth(k),
            };
            let label = if explained { series[k].label.as_str() } else { "" };
            Curve::new(label, &lists[k].0, &lists[k].1, color).look(look(k))
        };
        let drawn: Vec<Curve<'_>> = order.into_iter().map(curve).collect();
        let mut panel = curves(&drawn, self.x(), self.y(heading, self.plot.measures[m].quantity))?;
        if self.plot.measures.len() > 1 {
            panel = panel.height(130.0);
        }
        if self.summed && self.plot.measures[m].quantity == Quantity::Amplitude {
            let ends = lists.iter().flat_map(|(x, _)| x.iter().copied());
            let end = ends.fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
            panel = panel.with(Mark::dashed(&[0.0, end], &[0.0, end], Color::GREY)).explained(
                "linear sum",
                Color::GREY,
                Sign::Dashes,
            );
        }
        Ok(panel)
    }
}

/// Where a measure was found: x and y.
fn finite(rows: &[Row], m: usize) -> (Vec<f64>, Vec<f64>) {
    let shown = |row: &&Row| row.values[m].is_finite() && row.x.is_finite();
    rows.iter().filter(shown).map(|row| (row.x, row.values[m])).unzip()
}
