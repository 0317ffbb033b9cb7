//! Predictions over a parameter, beside simulated points.

use std::collections::BTreeMap;
use std::path::Path;

use neuropil_plot::Axis;
use neuropil_plot::kinds::{Curve, Look, curves};
use neuropil_plot::{Color, Figure};
use neuropil_theory::bifurcation::{Slice, Transition, transitions};
use neuropil_theory::fixed_point::Search;

use super::conductance::{self, Assembled};
use super::{MeanFieldError, Prediction, neurons, settings};
use crate::experiment::Experiment;
use crate::scan::Plan;

/// Predictions over the values of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The key.
    pub path: String,
    /// Its values, as numbers in the unit in which they were written.
    pub values: Vec<f64>,
    /// Unit of the values; empty if they had none.
    pub unit: String,
    /// The prediction at each value.
    pub predictions: Vec<Prediction>,
    /// All stationary states at each value, unstable ones too; empty unless transfer functions are
    /// named.
    pub slices: Vec<Slice>,
}

/// A simulated rate at a value: mean and standard deviation over seeds.
type Measured = (f64, f64, f64);

impl Experiment {
    /// Stationary rates at every value of a key; `values` as [`Experiment::over`] takes them.
    ///
    /// # Errors
    /// [`MeanFieldError`].
    pub fn mean_field_over(
        &self,
        path: &str,
        values: &str,
        at_ms: Option<f64>,
    ) -> Result<Course, MeanFieldError> {
        let mut scanned = self.clone();
        scanned.drop_section("scan");
        scanned.over(path, values)?;
        let plan = Plan::of(&scanned)?;
        if plan.paths.len() != 1 {
            return Err(MeanFieldError::Paths { found: plan.paths.len() });
        }
        let (mut numbers, mut unit) = (Vec::new(), String::new());
        let (mut predictions, mut slices) = (Vec::new(), Vec::new());
        for point in &plan.points {
            let value = &point.values[0];
            let (number, own) = split(value).ok_or_else(|| MeanFieldError::NotANumber {
                path: path.to_owned(),
                value: value.clone(),
            })?;
            numbers.push(number);
            unit = own;
            let mut one = self.clone();
            one.drop_section("scan");
            one.set(path, value)?;
            let prediction = one.mean_field(at_ms)?;
            if prediction.method == super::Method::Published {
                let points = one.states(at_ms)?;
                slices.push(Slice { value: number, points });
            }
            predictions.push(prediction);
        }
        let path = path.to_owned();
        Ok(Course { path, values: numbers, unit, predictions, slices })
    }

    /// All stationary states of a network with transfer functions.
    fn states(
        &self,
        at_ms: Option<f64>,
    ) -> Result<Vec<neuropil_theory::fixed_point::FixedPoint>, MeanFieldError> {
        let model = self.network()?;
        let settings = settings::read(self, &model, at_ms)?;
        let mut system = neurons::sort(&model.network, settings)?;
        let Assembled { theory, input, .. } = conductance::assemble(&mut system)?;
        Ok(theory.fixed_points(&input, Search::default())?)
    }
}

/// The number and the unit of `"4 Hz"` or `4`.
fn split(value: &str) -> Option<(f64, String)> {
    let text = value.trim().trim_matches('"').trim();
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let end = text.find(|c| !numeric(c)).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim().to_owned()))
}

impl Course {
    /// Where stationary states appear, vanish, or change their stability.
    pub fn transitions(&self) -> Vec<Transition> {
        transitions(&self.slices)
    }

    /// Simulated rates of every population from the table of a scan over the same key: mean and
    /// standard deviation over the points of each value.
    ///
    /// # Errors
    /// [`MeanFieldError::ScanTable`] for a table that does not fit.
    fn measured(&self, table: &Path) -> Result<BTreeMap<String, Vec<Measured>>, MeanFieldError> {
        let name = table.display().to_string();
        let fault = |what: String| MeanFieldError::ScanTable { table: name.clone(), what };
        let mut reader = csv::Reader::from_path(table).map_err(|error| fault(error.to_string()))?;
        let header = reader.headers().map_err(|error| fault(error.to_string()))?.clone();
        let column = |wanted: &str| header.iter().position(|name| name == wanted);
        let over = column(&self.path)
            .ok_or_else(|| fault(format!("it has no column {}: another scan", self.path)))?;
        let mut rates: BTreeMap<String, Vec<(f64, Vec<f64>)>> = BTreeMap::new();
        let populations = self.predictions.first().map_or(&[][..], |p| p.populations.as_slice());
        for record in reader.records() {
            let record = record.map_err(|error| fault(error.to_string()))?;
            let Some((value, _)) = record.get(over).and_then(split) else { continue };
            for population in populations {
                let rate = column(&format!("{}.rate_hz", population.name))
                    .and_then(|place| record.get(place))
                    .and_then(|text| text.parse::<f64>().ok());
                let Some(rate) = rate else { continue };
                let points = rates.entry(population.name.clone()).or_default();
                match points.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, rates)) => rates.push(rate),
                    None => points.push((value, vec![rate])),
                }
            }
        }
        let moments = |(value, rates): (f64, Vec<f64>)| {
            let n = rates.len() as f64;
            let mean = rates.iter().sum::<f64>() / n;
            let squares = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>();
            (value, mean, if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
        };
        let sorted = |(name, points): (String, Vec<(f64, Vec<f64>)>)| {
            let mut points: Vec<Measured> = points.into_iter().map(moments).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            (name, points)
        };
        Ok(rates.into_iter().map(sorted).collect())
    }

    /// Predicted rates as lines, simulated ones, if a table of a scan is given, as points with the
    /// standard deviation over seeds. Unstable states are dashed.
    ///
    /// # Errors
    /// [`MeanFieldError::ScanTable`], [`MeanFieldError::Plot`].
    pub fn figure(&self, table: Option<&Path>) -> Result<Figure, MeanFieldError> {
        let measured = table.map(|table| self.measured(table)).transpose()?.unwrap_or_default();
        let names: Vec<&str> = self
            .predictions
            .first()
            .map_or(&[][..], |p| p.populations.as_slice())
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        let colors = Color::of_populations(names.iter().copied());
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|a, b| self.values[*a].total_cmp(&self.values[*b]));
        let x: Vec<f64> = order.iter().map(|k| self.values[*k]).collect();
        let label = self.path.strip_prefix("parameters.").unwrap_or(&self.path);
        let label = match self.unit.as_str() {
            "" => label.to_owned(),
            unit => format!("{label} ({unit})"),
        };
        let rates: Vec<Vec<f64>> = (0..names.len())
            .map(|p| order.iter().map(|k| self.predictions[*k].populations[p].rate_hz).collect())
            .collect();
        // states that are not the one that the network relaxes to
        let others: Vec<[Vec<f64>; 2]> = (0..names.len()).map(|p| self.unstable(p)).collect();
        let columns = |points: &[Measured]| {
            let x: Vec<f64> = points.iter().map(|p| p.0).collect();
            let y: Vec<f64> = points.iter().map(|p| p.1).collect();
            let low: Vec<f64> = points.iter().map(|p| p.1 - p.2).collect();
            let high: Vec<f64> = points.iter().map(|p| p.1 + p.2).collect();
            [x, y, low, high]
        };
        let simulated: Vec<[Vec<f64>; 4]> = names
            .iter()
            .map(|name| measured.get(*name).map_or_else(Default::default, |m| columns(m)))
            .collect();
        let mut all = Vec::new();
        for (p, name) in names.iter().enumerate() {
            all.push(Curve::new(name, &x, &rates[p], colors[p]));
            if !others[p][0].is_empty() {
                let unstable = Curve::new("", &others[p][0], &others[p][1], colors[p]);
                all.push(unstable.look(Look::Dashes));
            }
            let [sx, sy, low, high] = &simulated[p];
            if !sx.is_empty() {
                all.push(Curve::new("", sx, sy, colors[p]).look(Look::Discs).range(low, high));
            }
        }
        let mut panel =
            curves(&all, Axis::new(label), Axis::new("rate (spikes/s)").including(0.0))?;
        panel.note = match table {
            Some(_) => "theory (lines), simulation (discs, SD over seeds)".into(),
            None => String::new(),
        };
        Ok(Figure::of(panel))
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

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn numbers_lose_their_units() {
        assert_eq!(split("\"4 Hz\""), Some((4.0, "Hz".into())));
        assert_eq!(split("-1.5e-3"), Some((-1.5e-3, String::new())));
        assert_eq!(split("\"high\""), None);
    }
}
