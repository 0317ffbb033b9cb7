//! How far a stationary state can be trusted: fluctuations of finite populations, and sensitivity.
//!
//! At a stationary state with the Jacobian J = ∂F/∂ν of the responses, the covariances of second
//! order settle where
//!
//! ```text
//! (J − 1) c + c (J − 1)ᵀ + diag[F (1/T − F)/N] = 0
//! ```
//!
//! and move the mean rates by `δν = (1 − J′)⁻¹ ½ Σ c ∂²F`, J′ with adaptation following. The same
//! inverse says what a small error of the transfer functions does: `δν = (1 − J′)⁻¹ δF`. Both grow
//! without bound where an eigenvalue of J′ approaches 1: at a fold.
//!
//! # Source
//! El Boustani & Destexhe (2009), Neural Comput. 21:46, doi:10.1162/neco.2009.02-08-710.

use nalgebra::{DMatrix, DVector};

use super::{Input, MeanField, Order, State};
use crate::error::TheoryError;

/// What fluctuations and errors do to a stationary state.
#[derive(Debug, Clone, PartialEq)]
pub struct FiniteSize {
    /// Standard deviation of the rate of each population, counted over the time constant T `[Hz]`.
    pub sd_hz: Vec<f64>,
    /// By how much the fluctuations move the mean rate of each population `[Hz]`.
    pub shift_hz: Vec<f64>,
    /// Largest relative change of the rate of each population when the transfer functions are off by a
    /// small share, each in its worst direction, over that share: `Σ |(1 − J′)⁻¹ F| / ν`.
    pub sensitivity: Vec<f64>,
    /// Distance from a fold: smallest |1 − λ| of the real eigenvalues λ of J′ nearest to 1, 1 without
    /// any recurrence.
    pub margin: f64,
}

impl MeanField {
    /// Fluctuations, shift, sensitivity and margin at a stationary state.
    ///
    /// # Errors
    /// [`TheoryError::Length`] for a state that does not fit; [`TheoryError::Unstable`] if the state
    /// is unstable, so that fluctuations grow.
    pub fn finite_size(&self, state: &State, input: &Input) -> Result<FiniteSize, TheoryError> {
        self.check(input)?;
        crate::error::length("the list of rates", state.rate_hz.len(), self.len())?;
        let n = self.len();
        let t = self.time_constant_ms();
        let second = self.clone().with_order(Order::Second);
        let curves: Vec<_> = (0..n).map(|p| second.curvature(p, state, input)).collect();
        let f = self.responses_hz(state, input)?;
        let fast = DMatrix::from_fn(n, n, |i, j| curves[i].first[j]) - DMatrix::identity(n, n);
        let noise = |p: usize| f[p] * (1e3 / t - f[p]).max(0.0) / self.populations[p].size;
        // (A ⊗ 1 + 1 ⊗ A) vec c = −vec Q
        let one = DMatrix::<f64>::identity(n, n);
        let lyapunov = fast.kronecker(&one) + one.kronecker(&fast);
        let mut source = DVector::zeros(n * n);
        (0..n).for_each(|p| source[p * n + p] = -noise(p));
        let unstable = || TheoryError::Unstable;
        let c = lyapunov.lu().solve(&source).ok_or_else(unstable)?;
        if (0..n).any(|p| c[p * n + p] < 0.0) {
            return Err(unstable());
        }
        let slow = self.slow_jacobian(&state.rate_hz, input);
        let margin = slow
            .complex_eigenvalues()
            .iter()
            .filter(|value| value.im.abs() < 1e-9 * (1.0 + value.re.abs()))
            .map(|value| (1.0 - value.re).abs())
            .fold(1.0, f64::min);
        let inverse = (DMatrix::identity(n, n) - slow).try_inverse().ok_or_else(unstable)?;
        let push = DVector::from_fn(n, |p, _| {
            let terms = (0..n * n).map(|k| c[k] * curves[p].second[k]);
            0.5 * terms.sum::<f64>()
        });
        let shift = &inverse * &push;
        let relative = |p: usize| {
            let moved: f64 = (0..n).map(|k| (inverse[(p, k)] * f[k]).abs()).sum();
            moved / state.rate_hz[p].max(f64::MIN_POSITIVE)
        };
        Ok(FiniteSize {
            sd_hz: (0..n).map(|p| c[p * n + p].sqrt()).collect(),
            shift_hz: shift.iter().copied().collect(),
            sensitivity: (0..n).map(relative).collect(),
            margin,
        })
    }

    /// ∂F/∂ν with adaptation following, by central differences.
    fn slow_jacobian(&self, rates: &[f64], input: &Input) -> DMatrix<f64> {
        let n = rates.len();
        let response = |rates: &[f64]| {
            let one = |p: usize| {
                let w = self.stationary_adaptation(p, rates, input);
                self.response(p, rates, w, input)
            };
            (0..n).map(one).collect::<Vec<f64>>()
        };
        let mut jacobian = DMatrix::zeros(n, n);
        for k in 0..n {
            let h = 1e-4 * rates[k].max(0.01);
            let at = |side: f64| {
                let mut moved = rates.to_vec();
                moved[k] += side * h;
                response(&moved)
            };
            let (up, down) = (at(1.0), at(-1.0));
            (0..n).for_each(|p| jacobian[(p, k)] = (up[p] - down[p]) / (2.0 * h));
        }
        jacobian
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{adapting, spectrum};
    use crate::mean_field::{Input, Integration, MeanField, Order};

    fn settled(model: &MeanField, afferent_hz: f64) -> (crate::mean_field::State, Input) {
        let mut input = model.no_input();
        input.afferent_hz[0] = afferent_hz;
        let point = model.relax(&model.state(&[2.0, 6.0]).unwrap(), &input).unwrap();
        let mut state = model.state(&point.rate_hz).unwrap();
        state.adaptation_pa.clone_from(&point.adaptation_pa);
        (state, input)
    }

    #[test]
    fn covariances_are_those_that_the_equations_of_second_order_settle_at() {
        // populations so large that fluctuations are small, as the expansion supposes
        let mut model = spectrum();
        model.populations.iter_mut().for_each(|population| population.size *= 1000.0);
        let (state, input) = settled(&model, 12.0);
        let found = model.finite_size(&state, &input).unwrap();
        let second = model.clone().with_order(Order::Second);
        let start = second.state(&state.rate_hz).unwrap();
        let fill = |_: f64, given: &mut Input| given.clone_from(&input);
        let steps = Integration { duration_ms: 600.0, every: 6000, ..Integration::default() };
        let path = second.run(&start, fill, steps).unwrap();
        for p in 0..2 {
            let sd = *path.rate_sd_hz(p).last().unwrap();
            assert!((found.sd_hz[p] / sd - 1.0).abs() < 0.05, "{found:?} {sd}");
            let shift = path.rate_hz(p).last().unwrap() - state.rate_hz[p];
            let off = (found.shift_hz[p] - shift).abs();
            assert!(off < 0.2 * shift.abs() + 0.01 * state.rate_hz[p], "{found:?} {shift}");
        }
    }

    #[test]
    fn sensitivity_is_the_largest_change_under_slightly_wrong_transfer_functions() {
        for (model, afferent) in [(spectrum(), 6.0), (adapting(), 2.5)] {
            let (state, input) = settled(&model, afferent);
            let found = model.finite_size(&state, &input).unwrap();
            assert!(found.margin > 0.0 && found.margin <= 1.0, "{found:?}");
            // rates at which responses, wrong by ±share, reproduce themselves, by damped iteration
            let share = 1e-3;
            let mut largest = [0.0_f64; 2];
            for signs in [[1.0, 1.0], [1.0, -1.0]] {
                let mut rates = state.rate_hz.clone();
                for _ in 0..6000 {
                    let response = |p: usize| {
                        let w = model.stationary_adaptation(p, &rates, &input);
                        (1.0 + signs[p] * share) * model.response(p, &rates, w, &input)
                    };
                    let f = [response(0), response(1)];
                    rates.iter_mut().zip(f).for_each(|(rate, f)| *rate += 0.02 * (f - *rate));
                }
                for p in 0..2 {
                    let change = (rates[p] / state.rate_hz[p] - 1.0).abs() / share;
                    largest[p] = largest[p].max(change);
                }
            }
            for p in 0..2 {
                let ratio = largest[p] / found.sensitivity[p];
                assert!((ratio - 1.0).abs() < 0.05, "{found:?} {largest:?}");
            }
        }
    }
}
