//! Impedance over frequency as a picture.

use neuropil_plot::kinds::{Curve, curves};
use neuropil_plot::{Axis, Color, Figure, PlotError};

use super::Impedance;

/// Magnitude over phase, both against frequency, a curve for every place.
///
/// # Errors
/// [`PlotError`] if it cannot be drawn.
pub fn figure(found: &Impedance) -> Result<Figure, PlotError> {
    // A logarithmic axis has no 0.
    let shown: Vec<usize> =
        (0..found.frequencies_hz.len()).filter(|k| found.frequencies_hz[*k] > 0.0).collect();
    let frequencies: Vec<f64> = shown.iter().map(|k| found.frequencies_hz[*k]).collect();
    let list = |value: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
        (0..found.places.len()).map(|p| shown.iter().map(|k| value(p, *k)).collect()).collect()
    };
    let magnitudes = list(&|p, k| found.places[p].gains[k].magnitude);
    let phases: Vec<Vec<f64>> =
        list(&|p, k| found.places[p].gains[k].phase_deg).iter().map(|all| unwrapped(all)).collect();
    let lines = |values: &'_ [Vec<f64>], labelled: bool| -> Vec<(usize, String)> {
        let label = |p: usize| match (labelled, found.places.len()) {
            (true, 2..) => found.places[p].label.clone(),
            _ => String::new(),
        };
        (0..values.len()).map(|p| (p, label(p))).collect()
    };
    let panel = |values: &[Vec<f64>], labelled: bool, y: Axis| {
        let names = lines(values, labelled);
        let drawn: Vec<Curve<'_>> = names
            .iter()
            .map(|(p, label)| Curve::new(label, &frequencies, &values[*p], Color::nth(*p)))
            .collect();
        curves(&drawn, Axis::new("frequency (Hz)").log(), y)
    };
    let magnitude = panel(&magnitudes, true, Axis::new("|Z| (MΩ)").log())?;
    let phase = panel(&phases, false, Axis::new("phase (°)"))?.height(110.0);
    let from = found.places.first().map_or("", |place| place.label.as_str());
    let title = format!("{}, current into {from}", found.name);
    Ok(Figure::stack(vec![magnitude.titled(title), phase]))
}

/// Without the jumps from −180 to 180.
fn unwrapped(phases: &[f64]) -> Vec<f64> {
    let mut turns = 0.0;
    let mut last = phases.first().copied().unwrap_or(0.0);
    let follow = |phase: &f64| {
        turns -= ((phase - last) / 360.0).round();
        last = *phase;
        phase + 360.0 * turns
    };
    phases.iter().map(follow).collect()
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn a_phase_that_turns_goes_on() {
        assert_eq!(unwrapped(&[-170.0, 170.0, 150.0]), [-170.0, -190.0, -210.0]);
        assert_eq!(unwrapped(&[170.0, -170.0]), [170.0, 190.0]);
    }
}
