//! Stationary states of the first-order mean field, and whether they are stable.
//!
//! A fixed point has ν = F(ν, W(ν)) with adaptation at its stationary value. Newton's method with
//! a numerical Jacobian and backtracking finds stable and unstable ones alike, from many starts.
//! Stability is read from the eigenvalues of the linearised rate and adaptation equations.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use crate::error::TheoryError;
use crate::mean_field::{Input, MeanField, State};

/// A stationary state.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPoint {
    /// Rate of each population `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// Adaptation current of each population `[pA]`.
    pub adaptation_pa: Vec<f64>,
    /// Eigenvalues of the linearised equations as (real, imaginary) `[1/ms]`, largest real part
    /// first.
    pub eigenvalues_per_ms: Vec<(f64, f64)>,
    /// Largest |F − ν| `[Hz]`.
    pub residual_hz: f64,
}

impl FixedPoint {
    /// Whether all eigenvalues have negative real parts.
    pub fn is_stable(&self) -> bool {
        self.eigenvalues_per_ms.iter().all(|(re, _)| *re < 0.0)
    }

    /// Frequency of the leading mode `[Hz]`; 0 if it does not oscillate.
    pub fn frequency_hz(&self) -> f64 {
        self.eigenvalues_per_ms.first().map_or(0.0, |(_, im)| 1e3 * im.abs() / TAU)
    }
}

/// How to look for fixed points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Lowest rate of a start `[Hz]`, > 0.
    pub low_hz: f64,
    /// Highest rate of a start `[Hz]`.
    pub high_hz: f64,
    /// Starts per population, evenly spaced in the logarithm. With more than four populations,
    /// all start at the same rate.
    pub levels: usize,
    /// Largest |F − ν| that is accepted `[Hz]`.
    pub tolerance_hz: f64,
}

impl Default for Search {
    /// 8 levels from 0.01 to 150 Hz, to 1e-10 Hz.
    fn default() -> Self {
        Self { low_hz: 0.01, high_hz: 150.0, levels: 8, tolerance_hz: 1e-10 }
    }
}

impl Search {
    fn starts(&self, populations: usize) -> Vec<Vec<f64>> {
        let ratio = (self.high_hz / self.low_hz).ln();
        let last = self.levels.saturating_sub(1).max(1) as f64;
        let level = |k: usize| self.low_hz * (ratio * k as f64 / last).exp();
        if populations > 4 {
            return (0..self.levels).map(|k| vec![level(k); populations]).collect();
        }
        let count = self.levels.pow(populations as u32);
        let digit = |start: usize, p: usize| start / self.levels.pow(p as u32) % self.levels;
        (0..count).map(|start| (0..populations).map(|p| level(digit(start, p))).collect()).collect()
    }
}

impl MeanField {
    /// The fixed point that relaxation from `start` leads to, made precise by Newton's method:
    /// integrates for up to `100 T` and the adaptation, whichever is longer.
    ///
    /// # Errors
    /// [`TheoryError::NotConverged`] if the state keeps moving (an oscillation), and those of
    /// [`MeanField::run`].
    pub fn relax(&self, start: &State, input: &Input) -> Result<FixedPoint, TheoryError> {
        self.check(input)?;
        let first = self.clone().with_order(crate::mean_field::Order::First);
        let taus = self.populations().iter().map(|p| p.transfer.neuron);
        let slowest = taus.filter(|n| n.adapts()).map(|n| 10.0 * n.tau_w_ms).fold(0.0, f64::max);
        let duration_ms = (100.0 * self.time_constant_ms()).max(slowest);
        let dt_ms = 0.05 * self.time_constant_ms();
        let steps = (duration_ms / dt_ms).round() as usize;
        let integration = crate::mean_field::Integration { dt_ms, duration_ms, every: steps };
        let fill = |_: f64, given: &mut Input| given.clone_from(input);
        let start = State { covariance_hz2: Vec::new(), ..start.clone() };
        let end = first.run(&start, fill, integration)?;
        let rates = end.last().map_or_else(|| start.rate_hz.clone(), |s| s.rate_hz.clone());
        let found = self.newton(&rates, input, Search::default().tolerance_hz)?;
        let moved = found.rate_hz.iter().zip(&rates).map(|(a, b)| (a - b).abs() / (1.0 + b.abs()));
        let farthest = moved.fold(0.0, f64::max);
        if farthest > 0.01 || !found.is_stable() {
            let residual_hz = farthest;
            return Err(TheoryError::NotConverged { iterations: steps, residual_hz });
        }
        Ok(found)
    }

    /// All fixed points that Newton's method reaches from the starts of a search, in order of the
    /// rate of the first population, then of the others. Runs on all threads of the rayon pool.
    ///
    /// # Errors
    /// Those of an input that does not fit.
    pub fn fixed_points(
        &self,
        input: &Input,
        search: Search,
    ) -> Result<Vec<FixedPoint>, TheoryError> {
        self.fixed_points_from(input, search, &search.starts(self.len()))
    }

    /// The same with one's own starts: rates of all populations `[Hz]`.
    ///
    /// # Errors
    /// Those of an input or a start that does not fit.
    pub fn fixed_points_from(
        &self,
        input: &Input,
        search: Search,
        starts: &[Vec<f64>],
    ) -> Result<Vec<FixedPoint>, TheoryError> {
        self.check(input)?;
        for start in starts {
            self.state(start)?;
        }
        let reached: Vec<Option<FixedPoint>> = starts
            .par_iter()
            .map(|start| self.newton(start, input, search.tolerance_hz).ok())
            .collect();
        let mut points: Vec<FixedPoint> = Vec::new();
        for point in reached.into_iter().flatten() {
            let same = |other: &FixedPoint| {
                let pairs = other.rate_hz.iter().zip(&point.rate_hz);
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6 * (1.0 + a.abs()))
            };
            if !points.iter().any(same) {
                points.push(point);
            }
        }
        points.sort_by(|a, b| {
            let pairs = a.rate_hz.iter().zip(&b.rate_hz);
            pairs
                .map(|(x, y)| x.total_cmp(y))
                .find(|o| o.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        Ok(points)
    }

    /// F − ν with adaptation at its stationary value.
    fn residual(&self, rates: &[f64], input: &Input) -> DVector<f64> {
        let one = |p: usize| {
            let w = self.stationary_adaptation(p, rates, input);
            self.response(p, rates, w, input) - rates[p]
        };
        DVector::from_iterator(rates.len(), (0..rates.len()).map(one))
    }

    fn newton(
        &self,
        start: &[f64],
        input: &Input,
        tolerance_hz: f64,
    ) -> Result<FixedPoint, TheoryError> {
        const ITERATIONS: usize = 100;
        let mut rates = start.to_vec();
        let mut residual = self.residual(&rates, input);
        for _ in 0..ITERATIONS {
            if residual.amax() < tolerance_hz {
                break;
            }
            let jacobian = differences(&rates, |x| self.residual(x, input));
            let Some(step) = jacobian.lu().solve(&residual) else { break };
            let mut scale = 1.0;
            let moved = loop {
                // rates stay positive: at most nine tenths of one is taken away
                let trial: Vec<f64> = rates
                    .iter()
                    .zip(step.iter())
                    .map(|(rate, dx)| (rate - scale * dx).max(0.1 * rate))
                    .collect();
                let new = self.residual(&trial, input);
                if new.norm() < residual.norm() {
                    break Some((trial, new));
                }
                scale *= 0.5;
                if scale < 1e-6 {
                    break None;
                }
            };
            let Some((trial, new)) = moved else { break };
            (rates, residual) = (trial, new);
        }
        let residual_hz = residual.amax();
        // the last digits of large rates may be out of reach
        let floor = 1e-13 * rates.iter().fold(1.0, |a: f64, b| a.max(*b)) * 10.0;
        if residual_hz.is_nan() || residual_hz > tolerance_hz.max(floor) {
            return Err(TheoryError::NotConverged { iterations: ITERATIONS, residual_hz });
        }
        let adaptation_pa: Vec<f64> =
            (0..rates.len()).map(|p| self.stationary_adaptation(p, &rates, input)).collect();
        let eigenvalues_per_ms = self.eigenvalues(&rates, &adaptation_pa, input);
        Ok(FixedPoint { rate_hz: rates, adaptation_pa, eigenvalues_per_ms, residual_hz })
    }

    /// Eigenvalues of the linearised equations of rates and of those currents that adapt.
    fn eigenvalues(&self, rates: &[f64], adaptation: &[f64], input: &Input) -> Vec<(f64, f64)> {
        let n = rates.len();
        let adapting: Vec<usize> =
            (0..n).filter(|&p| self.populations()[p].transfer.neuron.adapts()).collect();
        let first = self.clone().with_order(crate::mean_field::Order::First);
        let slope = |x: &[f64]| {
            let mut adaptation_pa = adaptation.to_vec();
            adapting.iter().zip(&x[n..]).for_each(|(&p, w)| adaptation_pa[p] = *w);
            let state =
                State { rate_hz: x[..n].to_vec(), adaptation_pa, covariance_hz2: Vec::new() };
            let d = first.derivative(&state, input);
            let adapted = adapting.iter().map(|&p| d.adaptation_pa[p]);
            DVector::from_iterator(x.len(), d.rate_hz.iter().copied().chain(adapted))
        };
        let point: Vec<f64> =
            rates.iter().copied().chain(adapting.iter().map(|&p| adaptation[p])).collect();
        let jacobian = differences(&point, slope);
        let mut values: Vec<(f64, f64)> =
            jacobian.complex_eigenvalues().iter().map(|c| (c.re, c.im)).collect();
        values.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        values
    }
}

/// Jacobian by central differences of 1e-5 of each coordinate (of 0.01 below that).
fn differences(x: &[f64], f: impl Fn(&[f64]) -> DVector<f64>) -> DMatrix<f64> {
    let columns: Vec<DVector<f64>> = (0..x.len())
        .map(|k| {
            let h = 1e-5 * x[k].abs().max(0.01);
            let at = |side: f64| {
                let mut moved = x.to_vec();
                moved[k] += side * h;
                f(&moved)
            };
            (at(1.0) - at(-1.0)) / (2.0 * h)
        })
        .collect();
    DMatrix::from_columns(&columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mean_field::tests::{adapting, spectrum};

    fn at(model: &MeanField, afferent_hz: f64) -> Input {
        let mut input = model.no_input();
        input.afferent_hz[0] = afferent_hz;
        input
    }

    #[test]
    fn published_network_has_its_stationary_states() {
        let model = spectrum();
        for (afferent, rates) in
            [(4.0, [0.03402, 0.21951]), (10.0, [3.23645, 8.90789]), (20.0, [7.21063, 18.2243])]
        {
            let input = at(&model, afferent);
            let found = model.relax(&model.state(&[1.0, 1.0]).unwrap(), &input).unwrap();
            for (rate, expected) in found.rate_hz.iter().zip(rates) {
                assert!((rate / expected - 1.0).abs() < 2e-4, "{found:?}");
            }
            assert!(found.is_stable() && found.residual_hz < 1e-9);
            let all = model.fixed_points(&input, Search::default()).unwrap();
            let near = |p: &&FixedPoint| (p.rate_hz[0] - found.rate_hz[0]).abs() < 1e-7;
            assert_eq!(all.iter().filter(near).count(), 1, "{all:?}");
        }
    }

    #[test]
    fn eigenvalues_are_the_rates_of_return() {
        // a small push off a stable point decays as the leading eigenvalue says
        let model = spectrum();
        let input = at(&model, 4.0);
        let point = model.relax(&model.state(&[1.0, 1.0]).unwrap(), &input).unwrap();
        let (re, im) = point.eigenvalues_per_ms[0];
        assert!(re < 0.0 && im == 0.0, "{point:?}");
        let mut state = model.state(&point.rate_hz).unwrap();
        state.rate_hz[0] += 1e-5;
        let steps = crate::mean_field::Integration { dt_ms: 0.05, duration_ms: 60.0, every: 400 };
        let fill = |_: f64, given: &mut Input| given.clone_from(&input);
        let path = model.run(&state, fill, steps).unwrap().rate_hz(0);
        let rate = ((path[3] - point.rate_hz[0]) / (path[2] - point.rate_hz[0])).ln() / 20.0;
        assert!((rate / re - 1.0).abs() < 0.02, "{rate} {re}");
    }

    #[test]
    fn adapting_network_settles_where_newton_says() {
        let model = adapting();
        let input = at(&model, 2.5);
        let point = model.relax(&model.state(&[1.0, 5.0]).unwrap(), &input).unwrap();
        assert_eq!(point.eigenvalues_per_ms.len(), 3);
        assert!(point.adaptation_pa[0] > 10.0 && point.adaptation_pa[1] == 0.0, "{point:?}");
    }

    #[test]
    fn search_starts_cover_the_square() {
        let search = Search { levels: 3, low_hz: 1.0, high_hz: 100.0, ..Search::default() };
        let starts = search.starts(2);
        assert_eq!(starts.len(), 9);
        assert!((starts[5][0] - 100.0).abs() < 1e-9 && (starts[5][1] - 10.0).abs() < 1e-9);
        assert_eq!(search.starts(6).len(), 3);
    }
}
