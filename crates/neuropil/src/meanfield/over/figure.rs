//! The picture of predictions over a parameter.

use std::path::Path;

use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Axis, Color, Figure, Mark, Panel, Sign};

use super::Course;
use super::simulated::Measured;
use crate::meanfield::MeanFieldError;

/// Radius of the rings at doubtful points `[px]`.
const RING: f64 = 3.2;

impl Course {
    /// Predicted rates as lines, simulated ones, if a table of a scan is given, as discs with the
    /// standard deviation over seeds. Doubtful predictions have a ring, and the line next to them is
    /// dashed; unstable states are pale dashes.
    ///
    /// # Errors
    /// [`MeanFieldError::ScanTable`], [`MeanFieldError::Plot`].
    pub fn figure(&self, table: Option<&Path>) -> Result<Figure, MeanFieldError> {
        let measured = table.map(|table| self.measured(table)).transpose()?.unwrap_or_default();
        let populations = self.predictions.first().map_or(&[][..], |p| p.populations.as_slice());
        let names: Vec<&str> = populations.iter().map(|p| p.name.as_str()).collect();
        let colors = Color::of_populations(names.iter().copied());
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|a, b| self.values[*a].total_cmp(&self.values[*b]));
        let x: Vec<f64> = order.iter().map(|k| self.values[*k]).collect();
        let trusted: Vec<bool> = order
            .iter()
            .map(|k| self.predictions[*k].validity.as_ref().is_none_or(|v| v.holds()))
            .collect();
        let simulated: Vec<[Vec<f64>; 4]> = names
            .iter()
            .map(|name| measured.get(*name).map_or_else(Default::default, |m| columns(m)))
            .collect();
        let mut drawn = Vec::new();
        for (name, ([x, y, low, high], color)) in names.iter().zip(simulated.iter().zip(&colors)) {
            drawn.push(Curve::new(name, &[], &[], *color));
            drawn.push(Curve::new("", x, y, *color).look(Look::Discs).range(low, high));
        }
        let mut panel = curves(
            &drawn,
            Axis::new(self.axis_label()),
            Axis::new("rate (spikes/s)").including(0.0),
        )?;
        for (p, color) in colors.iter().enumerate() {
            let [at, unstable] = self.unstable(p);
            if !at.is_empty() {
                panel = panel.with(Mark::dashed(&at, &unstable, color.tint(0.5)));
            }
            let rates: Vec<f64> =
                order.iter().map(|k| self.predictions[*k].populations[p].rate_hz).collect();
            panel = with_prediction(panel, &x, &rates, &trusted, *color);
        }
        if !measured.is_empty() {
            let discs = "simulation (SD over seeds)";
            panel = panel.explained("theory", Color::GREY, Sign::Line);
            panel = panel.explained(discs, Color::GREY, Sign::Disc);
        }
        if trusted.contains(&false) {
            panel = panel.explained("theory, doubtful", Color::GREY, Sign::Ring);
        }
        Ok(Figure::of(panel))
    }

    /// The last part of the path with the unit of the values.
    fn axis_label(&self) -> String {
        let name = self.path.strip_prefix("parameters.").unwrap_or(&self.path);
        match self.unit.as_str() {
            "" => name.to_owned(),
            unit => format!("{name} ({unit})"),
        }
    }

    /// Values and rates of the unstable states of a population.
    fn unstable(&self, population: usize) -> [Vec<f64>; 2] {
        let mut found = [Vec::new(), Vec::new()];
        for slice in &self.slices {
            for point in slice.points.iter().filter(|point| !point.is_stable()) {
                found[0].push(slice.value);
                found[1].push(point.rate_hz[population]);
            }
        }
        found
    }
}

/// Columns of simulated points: values, means, and the ends of the standard deviation.
fn columns(points: &[Measured]) -> [Vec<f64>; 4] {
    let of = |f: fn(&Measured) -> f64| points.iter().map(f).collect();
    [of(|m| m.value), of(|m| m.mean), of(|m| m.mean - m.sd), of(|m| m.mean + m.sd)]
}

/// A line through the points, dashed between points of which one is not trusted, with a ring at each
/// that is not.
fn with_prediction(
    mut panel: Panel,
    x: &[f64],
    y: &[f64],
    trusted: &[bool],
    color: Color,
) -> Panel {
    let mut from = 0;
    while from + 1 < x.len() {
        let solid = trusted[from] && trusted[from + 1];
        let same = |k: &usize| (trusted[*k] && trusted[*k + 1]) == solid;
        let to = (from..x.len() - 1).take_while(same).last().unwrap_or(from) + 1;
        let (x, y) = (&x[from..=to], &y[from..=to]);
        panel = panel.with(if solid { Mark::line(x, y, color) } else { Mark::dashed(x, y, color) });
        from = to;
    }
    let pairs = x.iter().zip(y).zip(trusted).filter(|(_, trusted)| !**trusted);
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.map(|((x, y), _)| (*x, *y)).unzip();
    panel.with(Mark::Points { x, y, color, radius: RING, filled: false, opacity: 1.0 })
}
