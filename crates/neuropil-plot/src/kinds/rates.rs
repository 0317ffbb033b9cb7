//! Population rates over time.

use crate::axis::Axis;
use crate::error::PlotError;
use crate::kinds::{SpikesOf, TIME};
use crate::mark::Mark;
use crate::panel::{Panel, Sign};
use crate::style::color::Color;

/// The rate of one population, sampled or binned at equal intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateOf<'a> {
    /// Name of the population.
    pub name: &'a str,
    /// Time of the first value `[ms]`.
    pub start_ms: f64,
    /// Time from value to value `[ms]`.
    pub step_ms: f64,
    /// `[spikes/s]`.
    pub rate_hz: &'a [f64],
    /// Colour.
    pub color: Color,
}

/// Rates as curves.
pub fn rates(populations: &[RateOf<'_>]) -> Panel {
    let axis = Axis::new("rate (spikes/s)").including(0.0);
    let mut panel = Panel::new(Axis::new(TIME), axis).height(110.0);
    for rate in populations {
        let time = |k: usize| rate.start_ms + k as f64 * rate.step_ms;
        let x: Vec<f64> = (0..rate.rate_hz.len()).map(time).collect();
        panel = panel.with(Mark::line(&x, rate.rate_hz, rate.color));
        panel = panel.explained(rate.name, rate.color, Sign::Line);
    }
    panel
}

/// Spikes counted in bins of `bin_ms`, per neuron and second.
///
/// # Errors
/// [`PlotError::Lengths`] if times and neurons of a population differ in number.
pub fn rate_histogram(
    populations: &[SpikesOf<'_>],
    (from, until): (f64, f64),
    bin_ms: f64,
) -> Result<Panel, PlotError> {
    let axis = Axis::new("rate (spikes/s)").including(0.0);
    let mut panel = Panel::new(Axis::new(TIME).limits(from, until), axis).height(90.0);
    let bins = (((until - from) / bin_ms).ceil().max(1.0) as usize).min(1 << 20);
    for population in populations {
        let mut counts = vec![0_u64; bins];
        for &time in population.times_ms.iter().filter(|time| (from..until).contains(*time)) {
            let bin = ((time - from) / bin_ms) as usize;
            counts[bin.min(bins - 1)] += 1;
        }
        let edge = |k: usize| (from + k as f64 * bin_ms).min(until);
        let rate = |(k, &count): (usize, &u64)| {
            let seconds = (edge(k + 1) - edge(k)) / 1000.0;
            count as f64 / (population.size.max(1) as f64 * seconds)
        };
        panel = panel.with(Mark::Bars {
            left: (0..bins).map(edge).collect(),
            right: (1..=bins).map(edge).collect(),
            height: counts.iter().enumerate().map(rate).collect(),
            base: 0.0,
            color: population.color,
            opacity: if populations.len() == 1 { 0.35 } else { 0.0 },
            outline: true,
        });
        if populations.len() > 1 {
            panel = panel.explained(population.name, population.color, Sign::Line);
        }
    }
    Ok(panel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_last_bin_counts_in_its_own_time() {
        let times = [1.0, 2.0, 11.0, 24.0];
        let spikes =
            SpikesOf { name: "E", size: 2, times_ms: &times, neurons: &[0; 4], color: Color::BLUE };
        let panel = rate_histogram(&[spikes], (0.0, 25.0), 10.0).unwrap();
        let [Mark::Bars { height, right, .. }] = &panel.marks[..] else { panic!("one population") };
        assert_eq!(right, &[10.0, 20.0, 25.0]);
        assert_eq!(height, &[100.0, 50.0, 100.0]);
    }
}
