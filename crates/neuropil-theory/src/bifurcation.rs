//! How the fixed points of a mean field change with a parameter.

use rayon::prelude::*;

use crate::error::TheoryError;
use crate::fixed_point::{FixedPoint, Search};
use crate::mean_field::{Input, MeanField};

/// The fixed points at one value of the parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Value of the parameter, in its own unit.
    pub value: f64,
    /// All fixed points found, lowest first.
    pub points: Vec<FixedPoint>,
}

/// A change between two neighbouring values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Which.
    pub kind: TransitionKind,
    /// The last value before it.
    pub before: f64,
    /// The first value after it.
    pub after: f64,
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitionKind {
    /// The number of fixed points changes: a pair is born or dies (saddle node).
    Fold,
    /// A fixed point gains or loses stability while its leading mode oscillates (Hopf).
    Oscillation,
    /// A fixed point gains or loses stability without oscillation.
    Exchange,
}

/// Finds the fixed points at each value of a parameter. `model` makes the model and its input for
/// a value. Points of the neighbouring values are tried as starts too, so that no branch is lost
/// between them. Runs on all threads of the rayon pool; the result does not depend on their number.
///
/// # Errors
/// Those of `model`, and of models or inputs that do not fit; the first in order of the values.
pub fn scan(
    values: &[f64],
    model: impl Fn(f64) -> Result<(MeanField, Input), TheoryError> + Sync,
    search: Search,
) -> Result<Vec<Slice>, TheoryError> {
    let slice = |&value: &f64| {
        let (model, input) = model(value)?;
        Ok(Slice { value, points: model.fixed_points(&input, search)? })
    };
    let first: Vec<Result<Slice, TheoryError>> = values.par_iter().map(slice).collect();
    let first = first.into_iter().collect::<Result<Vec<Slice>, TheoryError>>()?;
    // a second pass: the points of both neighbours as further starts
    let again = |k: usize| {
        let Slice { value, points } = &first[k];
        let neighbours = [k.checked_sub(1), Some(k), Some(k + 1)];
        let starts: Vec<Vec<f64>> = neighbours
            .into_iter()
            .flatten()
            .filter_map(|at| first.get(at))
            .flat_map(|slice| slice.points.iter().map(|point| point.rate_hz.clone()))
            .collect();
        let (model, input) = model(*value)?;
        let found = model.fixed_points_from(&input, search, &starts)?;
        let points = if found.len() >= points.len() { found } else { points.clone() };
        Ok(Slice { value: *value, points })
    };
    let second: Vec<Result<Slice, TheoryError>> =
        (0..first.len()).into_par_iter().map(again).collect();
    second.into_iter().collect()
}

/// The changes along a scan.
pub fn transitions(slices: &[Slice]) -> Vec<Transition> {
    let mut found = Vec::new();
    for pair in slices.windows(2) {
        let (before, after) = (pair[0].value, pair[1].value);
        if pair[0].points.len() != pair[1].points.len() {
            found.push(Transition { kind: TransitionKind::Fold, before, after });
            continue;
        }
        for (a, b) in pair[0].points.iter().zip(&pair[1].points) {
            if a.is_stable() != b.is_stable() {
                let oscillates = a.frequency_hz() > 0.0 && b.frequency_hz() > 0.0;
                let kind =
                    if oscillates { TransitionKind::Oscillation } else { TransitionKind::Exchange };
                found.push(Transition { kind, before, after });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mean_field::tests::spectrum;
    use crate::mean_field::{Population, Projection, Source};
    use crate::threshold::{Basis, Threshold};
    use crate::{Neuron, Synapse, TransferFunction};

    /// One excitatory population with itself: silent, or active, or both.
    fn recurrent(current_pa: f64) -> Result<(MeanField, Input), TheoryError> {
        let coefficients = vec![-50.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let threshold = Threshold::new(Basis::FiveMomentsLinear, coefficients)?;
        let transfer = TransferFunction::new(Neuron::default(), threshold);
        let population = Population { name: "E".to_owned(), size: 1000.0, transfer };
        let synapse = Synapse::conductance(100.0, 1.0, 5.0, 0.0);
        let projection = Projection { source: Source::Population(0), target: 0, synapse };
        let model = MeanField::new(vec![population], 0, &[projection])?;
        let input = Input { current_pa: vec![current_pa], ..Input::default() };
        Ok((model, input))
    }

    #[test]
    fn a_self_exciting_population_folds_where_its_curve_touches_the_diagonal() {
        let values: Vec<f64> = (0..41).map(|k| 10.0 * f64::from(k) - 100.0).collect();
        let slices = scan(&values, recurrent, Search { levels: 40, ..Search::default() }).unwrap();
        let folds: Vec<Transition> = transitions(&slices);
        assert!(folds.iter().all(|t| t.kind == TransitionKind::Fold), "{folds:?}");
        for slice in &slices {
            // count crossings of F(x) − x on a fine grid: an independent search
            let (model, input) = recurrent(slice.value).unwrap();
            let f = |k: i32| {
                let x = 1e-8 * (f64::from(k) * 0.005).exp();
                let state = model.state(&[x]).unwrap();
                model.responses_hz(&state, &input).unwrap()[0] - x
            };
            let crossings = (0..5000).filter(|&k| (f(k) > 0.0) != (f(k + 1) > 0.0)).count();
            let visible = slice.points.iter().filter(|p| p.rate_hz[0] > 1e-8).count();
            assert_eq!(visible, crossings, "{}: {:?}", slice.value, slice.points);
            let stable: Vec<bool> = slice.points.iter().map(FixedPoint::is_stable).collect();
            assert!(stable.windows(2).all(|pair| pair[0] != pair[1]), "{stable:?}");
        }
        assert!(slices.iter().any(|slice| slice.points.len() == 3));
        assert!(!folds.is_empty());
    }

    #[test]
    fn rates_of_the_stable_branch_rise_with_the_afferent_rate() {
        let values = [4.0, 8.0, 12.0, 16.0, 20.0];
        let at = |afferent: f64| {
            let model = spectrum();
            let mut input = model.no_input();
            input.afferent_hz[0] = afferent;
            Ok((model, input))
        };
        let slices = scan(&values, at, Search::default()).unwrap();
        let lowest: Vec<f64> = slices
            .iter()
            .filter_map(|slice| slice.points.iter().find(|point| point.is_stable()))
            .map(|point| point.rate_hz[0])
            .collect();
        assert!(lowest.len() == 5 && lowest.is_sorted(), "{lowest:?}");
    }
}
