//! Spike rasters.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::figure::Figure;
use crate::kinds::{TIME, paired, rate_histogram};
use crate::mark::Mark;
use crate::panel::Panel;
use crate::style::color::Color;

/// The spikes of one population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikesOf<'a> {
    /// Name of the population.
    pub name: &'a str,
    /// Neurons in the population, or recorded of it.
    pub size: usize,
    /// Time of each spike `[ms]`.
    pub times_ms: &'a [f64],
    /// Neuron of each spike, from 0.
    pub neurons: &'a [u32],
    /// Colour.
    pub color: Color,
}

impl SpikesOf<'_> {
    fn check(&self) -> Result<(), PlotError> {
        let what = format!("spikes of {}", self.name);
        paired(&what, ("times_ms", self.times_ms.len()), ("neurons", self.neurons.len()))
    }

    fn within(&self, (from, until): (f64, f64)) -> impl Iterator<Item = (f64, u32)> + '_ {
        let spikes = self.times_ms.iter().copied().zip(self.neurons.iter().copied());
        spikes.filter(move |(time, _)| *time >= from && *time < until)
    }
}

/// More spikes than this are thinned: whole neurons are left out, and the panel says so.
pub const MAX_SPIKES: usize = 30_000;

/// The spikes of populations in a window of time `[ms]`, one row per neuron, the first population
/// at the bottom.
///
/// If there are more than [`MAX_SPIKES`] spikes, every k-th neuron of each population is shown with
/// all its spikes, so that what is seen is a fair sample, and a note tells k.
///
/// # Errors
/// [`PlotError::Lengths`] if times and neurons of a population differ in number.
pub fn raster(populations: &[SpikesOf<'_>], window_ms: (f64, f64)) -> Result<Panel, PlotError> {
    populations.iter().try_for_each(SpikesOf::check)?;
    let spikes: usize = populations.iter().map(|p| p.within(window_ms).count()).sum();
    let every = spikes.div_ceil(MAX_SPIKES).max(1);
    let neurons: usize = populations.iter().map(|p| p.size).sum();
    let gap = if populations.len() > 1 { neurons as f64 * 0.012 } else { 0.0 };
    // Dots are large where there is room, and never so large that a busy raster turns black.
    let shown = spikes / every;
    let radius = (42.0 / (shown.max(1) as f64).sqrt()).clamp(0.45, 1.15);

    let mut axis = Axis::new("neuron");
    let (mut base, mut ticks, mut marks) = (0.0, Vec::new(), Vec::new());
    for population in populations {
        let drawn =
            population.within(window_ms).filter(|(_, n)| (*n as usize).is_multiple_of(every));
        let (x, y) = drawn.map(|(time, n)| (time, base + f64::from(n) + 0.5)).unzip();
        let (color, filled, opacity) = (population.color, true, 1.0);
        marks.push(Mark::Points { x, y, color, radius, filled, opacity });
        ticks.push((base + population.size as f64 / 2.0, population.name.to_owned()));
        base += population.size as f64 + gap;
    }
    if populations.len() > 1 {
        axis = axis.ticks(ticks);
    }
    axis = axis.limits(0.0, (base - gap).max(1.0));
    let mut panel = Panel::new(Axis::new(TIME).limits(window_ms.0, window_ms.1), axis);
    panel.marks = marks;
    panel.height = 210.0;
    if every > 1 {
        panel.note = format!("1 of {every} neurons shown");
    }
    Ok(panel)
}

/// A raster above the rates of the same populations, counted in bins of `bin_ms`.
///
/// # Errors
/// As [`raster`].
pub fn raster_with_rates(
    populations: &[SpikesOf<'_>],
    window_ms: (f64, f64),
    bin_ms: f64,
) -> Result<Figure, PlotError> {
    let rates = rate_histogram(populations, window_ms, bin_ms)?.height(80.0);
    Ok(Figure::stack(vec![raster(populations, window_ms)?, rates]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_raster_leaves_out_whole_neurons_and_says_so() {
        let neurons: Vec<u32> = (0..90_000).map(|k| k % 300).collect();
        let times: Vec<f64> = (0..90_000).map(|k| f64::from(k) / 90.0).collect();
        let all = SpikesOf {
            name: "E",
            size: 300,
            times_ms: &times,
            neurons: &neurons,
            color: Color::BLUE,
        };
        let panel = raster(&[all], (0.0, 1000.0)).unwrap();
        assert_eq!(panel.note, "1 of 3 neurons shown");
        let [Mark::Points { x, y, .. }] = &panel.marks[..] else { panic!("one population") };
        assert_eq!(x.len(), 30_000);
        assert!(y.iter().all(|row| (row - 0.5) % 3.0 == 0.0));
        let quiet = raster(&[all], (0.0, 100.0)).unwrap();
        assert_eq!(quiet.note, "");
    }

    #[test]
    fn times_without_neurons_are_refused() {
        let torn =
            SpikesOf { name: "E", size: 3, times_ms: &[1.0], neurons: &[], color: Color::BLUE };
        let error = raster(&[torn], (0.0, 1.0)).unwrap_err().to_string();
        assert_eq!(error, "spikes of E: times_ms has 1 values, neurons has 0");
    }
}
