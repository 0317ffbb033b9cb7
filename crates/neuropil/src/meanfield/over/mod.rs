//! Predictions over a parameter, beside simulated points.

mod figure;
mod simulated;

use neuropil_theory::bifurcation::{Slice, Transition, transitions};
use neuropil_theory::fixed_point::Search;

use super::conductance::{self, Assembled};
use super::{MeanFieldError, Prediction, neurons, settings};
use crate::experiment::{Experiment, Table, Written};
use crate::scan::{Plan, number_and_unit};

/// Units that numbers without one are in, where an experiment asks for a rate, a time and so on.
const BARE: [&str; 7] = ["Hz", "spikes/s", "ms", "mV", "pA", "nS", "pF"];

/// Predictions over the values of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The key.
    pub path: String,
    /// Its values, as numbers in their unit.
    pub values: Vec<f64>,
    /// Unit of the values: as they were written, else that of the value in the experiment if numbers
    /// without a unit are in it; empty if there is none.
    pub unit: String,
    /// The prediction at each value.
    pub predictions: Vec<Prediction>,
    /// All stationary states at each value, unstable ones too; empty unless transfer functions are
    /// named.
    pub slices: Vec<Slice>,
}

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
            let (number, own) = number_and_unit(value.trim_matches('"')).ok_or_else(|| {
                MeanFieldError::NotANumber { path: path.to_owned(), value: value.clone() }
            })?;
            numbers.push(number);
            own.clone_into(&mut unit);
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
        if unit.is_empty() {
            unit = bare_unit(self.root(), path).unwrap_or_default();
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

/// The unit of the value at a path, if a number without a unit would be in it too.
fn bare_unit(root: &Table, path: &str) -> Option<String> {
    let (sections, last) = path.rsplit_once('.')?;
    let table = sections.split('.').try_fold(root, |table, key| match &table.get(key)?.value {
        Written::Table(inner) => Some(inner),
        _ => None,
    })?;
    let Written::Text(text) = &table.get(last)?.value else { return None };
    let (_, unit) = number_and_unit(text)?;
    BARE.contains(&unit).then(|| unit.to_owned())
}

impl Course {
    /// Where stationary states appear, vanish, or change their stability.
    pub fn transitions(&self) -> Vec<Transition> {
        transitions(&self.slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_numbers_have_the_unit_of_the_experiment_if_it_is_that_of_bare_numbers() {
        let text = "parameters = { F = '10 Hz', G = '2 kHz', n = 3, e = '2 * 3' }";
        let experiment = Experiment::parse(text, "x.toml").unwrap();
        let unit = |path| bare_unit(experiment.root(), path);
        assert_eq!(unit("parameters.F").as_deref(), Some("Hz"));
        for path in ["parameters.G", "parameters.n", "parameters.e", "parameters.x", "y.z"] {
            assert_eq!(unit(path), None, "{path}");
        }
    }
}
