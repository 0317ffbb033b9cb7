//! The picture of a transfer function.

use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Axis, Color, Figure, Sign};
use neuropil_theory::fit::{Sample, samples};

use super::Characterised;
use crate::meanfield::MeanFieldError;

/// Rates of the second source that are drawn.
const ROWS: usize = 5;

/// Horizontal and vertical values of a piece of a line.
type Stretch = (Vec<f64>, Vec<f64>);

/// One line of the picture.
struct Row {
    label: String,
    x: Vec<f64>,
    measured: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    fitted: Vec<f64>,
    /// Whether the fit was made with the point.
    inside: Vec<bool>,
}

impl Row {
    /// The stretches of the fit within its range, or those that leave it.
    fn stretches(&self, inside: bool) -> Vec<Stretch> {
        let mut found: Vec<Stretch> = Vec::new();
        let mut going_on = false;
        for k in 1..self.x.len() {
            let within = self.inside[k - 1] && self.inside[k];
            if within != inside {
                going_on = false;
                continue;
            }
            if !going_on {
                found.push((vec![self.x[k - 1]], vec![self.fitted[k - 1]]));
            }
            if let Some((x, y)) = found.last_mut() {
                x.push(self.x[k]);
                y.push(self.fitted[k]);
            }
            going_on = true;
        }
        found
    }
}

pub(super) fn figure(of: &Characterised) -> Result<Figure, MeanFieldError> {
    let rows = rows(of);
    let (mut lines, mut beyond) = (Vec::new(), false);
    let stretches: Vec<[Vec<Stretch>; 2]> =
        rows.iter().map(|row| [row.stretches(true), row.stretches(false)]).collect();
    for (k, (row, [within, without])) in rows.iter().zip(&stretches).enumerate() {
        let color = Color::nth(k);
        lines.push(
            Curve::new(&row.label, &row.x, &row.measured, color)
                .look(Look::Discs)
                .range(&row.low, &row.high),
        );
        lines.extend(within.iter().map(|(x, y)| Curve::new("", x, y, color)));
        lines.extend(without.iter().map(|(x, y)| Curve::new("", x, y, color).look(Look::Dashes)));
        beyond |= !without.is_empty();
    }
    let name = of.sources.first().map_or("", String::as_str);
    let mut x = Axis::new(format!("{name} (Hz)"));
    let first: Vec<f64> = rows.iter().flat_map(|row| row.x.iter().copied()).collect();
    let [low, high] = first.iter().fold([f64::MAX, 0.0], |[a, b], v| [v.min(a), v.max(b)]);
    if low > 0.0 && high > 20.0 * low {
        x = x.log();
    }
    let mut panel = curves(&lines, x, Axis::new("rate (spikes/s)").including(0.0))?;
    panel.title.clone_from(&of.population);
    panel = panel.explained("fit", Color::GREY, Sign::Line);
    if beyond {
        panel = panel.explained("beyond its points", Color::GREY, Sign::Dashes);
    }
    Ok(Figure::of(panel))
}

/// Lines over the first source, for some rates of the second, others in the middle of their axes.
fn rows(of: &Characterised) -> Vec<Row> {
    let axes = &of.protocol.axes_hz;
    let all: Vec<Sample> = samples(&of.protocol, &of.response);
    let others: Vec<f64> = axes.iter().map(|axis| axis[axis.len() / 2]).collect();
    let mut candidates = Vec::new();
    for &second in axes.get(1).map_or(&[0.0][..], Vec::as_slice) {
        let here = |inputs: &[f64]| {
            inputs.iter().enumerate().skip(1).all(|(a, x)| {
                let wanted = if a == 1 { second } else { others[a] };
                (x - wanted).abs() <= 1e-9 * wanted.abs()
            })
        };
        let points: Vec<usize> = (0..of.response.inputs_hz.len())
            .filter(|at| here(&of.response.inputs_hz[*at]))
            .collect();
        let row = |values: &dyn Fn(usize) -> f64| points.iter().map(|at| values(*at)).collect();
        let (rate, sd) = (&of.response.rate_hz, &of.response.sd_hz);
        let name = of.sources.get(1);
        candidates.push(Row {
            label: name.map_or_else(String::new, |name| format!("{name} {second:.3} Hz")),
            x: row(&|at| of.response.inputs_hz[at].first().copied().unwrap_or(0.0)),
            measured: row(&|at| rate[at]),
            low: row(&|at| rate[at] - sd[at]),
            high: row(&|at| rate[at] + sd[at]),
            fitted: row(&|at| of.fit.transfer.rate_at(&all[at].state)),
            inside: points.iter().map(|at| rate[*at] < of.max_rate_hz).collect(),
        });
    }
    candidates.retain(|row| row.x.len() > 1);
    let last = candidates.len().saturating_sub(1);
    let mut picked: Vec<usize> = (0..ROWS).map(|k| k * last / (ROWS - 1)).collect();
    picked.dedup();
    let mut place = 0;
    candidates.retain(|_| {
        place += 1;
        picked.contains(&(place - 1))
    });
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_dashed_from_the_last_point_of_the_fit_on() {
        let row = Row {
            label: String::new(),
            x: vec![1.0, 2.0, 3.0, 4.0],
            measured: vec![1.0; 4],
            low: vec![1.0; 4],
            high: vec![1.0; 4],
            fitted: vec![5.0, 6.0, 7.0, 8.0],
            inside: vec![true, true, false, false],
        };
        assert_eq!(row.stretches(true), [(vec![1.0, 2.0], vec![5.0, 6.0])]);
        assert_eq!(row.stretches(false), [(vec![2.0, 3.0, 4.0], vec![6.0, 7.0, 8.0])]);
    }
}
