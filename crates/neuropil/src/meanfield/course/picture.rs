//! The picture of a course.

use neuropil_plot::kinds::{Curve, curves};
use neuropil_plot::{Axis, Color, Figure, Panel, Sign};

use super::TimeCourse;
use crate::pictures::PictureError;

impl TimeCourse {
    /// The course of every population (line, band of the standard deviation) over the simulated rate, if
    /// there is one, and the inputs below.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn figure(&self, window_ms: (f64, f64)) -> Result<Figure, PictureError> {
        let shown: Vec<usize> = (0..self.t_ms.len())
            .filter(|k| (window_ms.0..=window_ms.1).contains(&self.t_ms[*k]))
            .collect();
        let pick = |values: &[f64]| -> Vec<f64> { shown.iter().map(|k| values[*k]).collect() };
        let t = pick(&self.t_ms);
        let names = || self.populations.iter().map(|p| p.name.as_str());
        let colors = Color::of_populations(names());
        let mut panels: Vec<Panel> = Vec::new();
        for (p, color) in self.populations.iter().zip(&colors) {
            let rate = pick(&p.rate_hz);
            let low: Vec<f64> =
                rate.iter().zip(pick(&p.sd_hz)).map(|(r, sd)| (r - sd).max(0.0)).collect();
            let high: Vec<f64> = rate.iter().zip(pick(&p.sd_hz)).map(|(r, sd)| r + sd).collect();
            let simulated = p.simulated_hz.as_ref().map(|rate| pick(rate));
            let mut all = Vec::new();
            if let Some(simulated) = &simulated {
                all.push(Curve::new("", &t, simulated, Color::GREY));
            }
            all.push(Curve::new("", &t, &rate, *color).range(&low, &high));
            let y = Axis::new("rate (spikes/s)").including(0.0);
            let x = Axis::new("").limits(window_ms.0, window_ms.1);
            let mut panel = curves(&all, x, y)?.height(130.0);
            panel.margins.0 = 0.0;
            panel = panel.titled(p.name.clone());
            if simulated.is_some() {
                panel = panel.explained("simulated", Color::GREY, Sign::Line);
            }
            let theory = match self.order {
                2 => "mean field, second order, ± SD",
                _ => "mean field, first order",
            };
            panels.push(panel.explained(theory, *color, Sign::Line));
        }
        let mut inputs: Vec<(String, Vec<f64>)> = Vec::new();
        for (name, rate) in &self.inputs {
            let rate = pick(rate);
            // one input onto several populations is drawn once
            let short = name.split('/').next().unwrap_or(name).to_owned();
            if !inputs.contains(&(short.clone(), rate.clone())) {
                inputs.push((short, rate));
            }
        }
        let drawn: Vec<Curve<'_>> = inputs
            .iter()
            .enumerate()
            .map(|(k, (name, rate))| Curve::new(name, &t, rate, Color::nth(k + 2)))
            .collect();
        let x = Axis::new("time (ms)").limits(window_ms.0, window_ms.1);
        let y = Axis::new("input (events/s)").including(0.0);
        let mut panel = curves(&drawn, x, y)?.height(90.0);
        panel.margins.0 = 0.0;
        panels.push(panel);
        Ok(Figure::stack(panels))
    }
}
