//! What a finite number of neurons does to a stationary state, and how much errors matter there.
//!
//! The rate r of a population of N neurons is m, which its neurons are driven to, and shot noise ξ of
//! intensity ν/N. Neurons follow their input within the correlation time τ of their potential, the time
//! over which they integrate it:
//!
//! ```text
//! r = m + ξ,   τ_μ dm_μ/dt = −m_μ + Σ_λ J_μλ r_λ,   J = ∂F/∂ν
//! C(ω) = (1 − G J)⁻¹ D (1 − G J)⁻ᴴ,   G = diag 1/(1 + iωτ),   D = diag ν/N
//! ```
//!
//! `C − D` are the covariances between *different* neurons: those of independent neurons, D, are in the
//! variance of the potential already, and counting them twice would turn the sign. Filtered by the
//! neurons that receive them they move the mean rates,
//!
//! ```text
//! δν = (1 − J′)⁻¹ p,   p_μ = ½ Σ_λη ∂²F_μ/∂ν_λ∂ν_η ∫ Re(C − D)_λη /(1 + ω²τ_μ²) dω/2π
//! ```
//!
//! with adaptation following in J′. It is the first term of an expansion in 1/N. The same inverse says
//! what a small error of the transfer functions does: `δν = (1 − J′)⁻¹ δF`. Both grow without bound where
//! an eigenvalue of J′ approaches 1: at a fold.
//!
//! In a network where inhibition balances excitation the shift is negative: excitation and inhibition
//! rise and fall together, the input fluctuates less than that from independent neurons, and neurons
//! that fire from fluctuations fire less.
//!
//! # Source
//! El Boustani & Destexhe (2009), Neural Comput. 21:46, doi:10.1162/neco.2009.02-08-710, for the
//! expansion; Lindner, Doiron & Longtin (2005), Phys. Rev. E 72:061919,
//! doi:10.1103/PhysRevE.72.061919, for the linear response of a network to its own shot noise.

use std::f64::consts::PI;

use nalgebra::{Complex, DMatrix, DVector};

use super::{Input, MeanField, State};
use crate::error::TheoryError;

/// Frequencies per decade, and decades below the slowest and above the fastest neurons.
const PER_DECADE: f64 = 40.0;
const DECADES: f64 = 3.0;

/// What fluctuations and errors do to a stationary state.
#[derive(Debug, Clone, PartialEq)]
pub struct FiniteSize {
    /// Standard deviation of the rate of each population, counted over the time constant T `[Hz]`.
    pub sd_hz: Vec<f64>,
    /// By how much correlations between the neurons move the mean rate of each population `[Hz]`. Where
    /// the network multiplies errors, its terms nearly cancel, and so those of the transfer functions
    /// decide; see `reach_hz`.
    pub shift_hz: Vec<f64>,
    /// By how much they move it at most, if the terms do not cancel: `Σ |(1 − J′)⁻¹ p|` `[Hz]`.
    pub reach_hz: Vec<f64>,
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
        let curves: Vec<_> = (0..n).map(|p| self.curvature(p, state, input)).collect();
        let tau_ms =
            |p: usize| self.fluctuations(p, &state.rate_hz, state.adaptation_pa[p], input).tau_ms;
        let response = Response {
            jacobian: DMatrix::from_fn(n, n, |i, j| curves[i].first[j]),
            tau_ms: (0..n).map(tau_ms).collect(),
            noise_hz: (0..n).map(|p| state.rate_hz[p] / self.populations[p].size).collect(),
        };
        if !response.is_stable() {
            return Err(TheoryError::Unstable);
        }
        let Covariances { pairs_hz2, counted_hz2 } =
            response.covariances(self.time_constant_ms).ok_or(TheoryError::Unstable)?;
        let slow = self.slow_jacobian(&state.rate_hz, input);
        let margin = slow
            .complex_eigenvalues()
            .iter()
            .filter(|value| value.im.abs() < 1e-9 * (1.0 + value.re.abs()))
            .map(|value| (1.0 - value.re).abs())
            .fold(1.0, f64::min);
        let inverse =
            (DMatrix::identity(n, n) - slow).try_inverse().ok_or(TheoryError::Unstable)?;
        let push = DVector::from_fn(n, |p, _| {
            let terms = pairs_hz2[p].iter().zip(&curves[p].second).map(|(c, second)| c * second);
            0.5 * terms.sum::<f64>()
        });
        let shift = &inverse * &push;
        let reach = |p: usize| (0..n).map(|k| (inverse[(p, k)] * push[k]).abs()).sum::<f64>();
        let f = self.responses_hz(state, input)?;
        let relative = |p: usize| {
            let moved: f64 = (0..n).map(|k| (inverse[(p, k)] * f[k]).abs()).sum();
            moved / state.rate_hz[p].max(f64::MIN_POSITIVE)
        };
        Ok(FiniteSize {
            sd_hz: counted_hz2.iter().map(|variance| variance.max(0.0).sqrt()).collect(),
            shift_hz: shift.iter().copied().collect(),
            reach_hz: (0..n).map(reach).collect(),
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

/// Linear response of populations to their own shot noise.
struct Response {
    /// ∂F/∂ν of every population (row) with respect to every rate.
    jacobian: DMatrix<f64>,
    /// Time over which the neurons of a population integrate `[ms]`.
    tau_ms: Vec<f64>,
    /// Intensity of the shot noise: rate over number of neurons `[Hz]`.
    noise_hz: Vec<f64>,
}

/// Covariances of the population rates.
struct Covariances {
    /// For every receiving population, between different neurons and as filtered by it, row by row.
    pairs_hz2: Vec<Vec<f64>>,
    /// Variance of each rate, counted over a time.
    counted_hz2: Vec<f64>,
}

impl Response {
    fn is_stable(&self) -> bool {
        let n = self.tau_ms.len();
        let slope = &self.jacobian - DMatrix::identity(n, n);
        let slope = DMatrix::from_fn(n, n, |i, j| slope[(i, j)] / self.tau_ms[i]);
        slope.complex_eigenvalues().iter().all(|value| value.re < 0.0)
    }

    /// Integrals over frequency, by the trapezoidal rule on logarithmic steps from three decades below
    /// the slowest neurons to three above the fastest; `None` if a response is singular.
    fn covariances(&self, counted_over_ms: f64) -> Option<Covariances> {
        let n = self.tau_ms.len();
        let extreme = |f: fn(f64, f64) -> f64, from| self.tau_ms.iter().copied().fold(from, f);
        let low = 10f64.powf(-DECADES) / extreme(f64::max, counted_over_ms);
        let high = 10f64.powf(DECADES) / extreme(f64::min, counted_over_ms);
        let steps = ((high / low).log10() * PER_DECADE).ceil() as i32;
        let ratio = (high / low).powf(1.0 / f64::from(steps));
        let frequencies: Vec<f64> =
            std::iter::once(0.0).chain((0..=steps).map(|k| low * ratio.powi(k))).collect();
        let mut found = Covariances {
            pairs_hz2: vec![vec![0.0; n * n]; n],
            // what shot noise itself contributes
            counted_hz2: self.noise_hz.iter().map(|noise| 1e3 * noise / counted_over_ms).collect(),
        };
        for (k, &omega) in frequencies.iter().enumerate() {
            let before = if k > 0 { omega - frequencies[k - 1] } else { 0.0 };
            let after = frequencies.get(k + 1).map_or(0.0, |next| next - omega);
            // both halves of the spectrum are alike; rad/ms to rad/s
            let weight = 1e3 * 0.5 * (before + after) / PI;
            let pairs = self.pairs(omega)?;
            for (target, tau) in self.tau_ms.iter().enumerate() {
                let passed = weight / (1.0 + (omega * tau).powi(2));
                for (sum, pair) in found.pairs_hz2[target].iter_mut().zip(&pairs) {
                    *sum += passed * pair;
                }
            }
            let half = 0.5 * omega * counted_over_ms;
            let counted = if half > 0.0 { (half.sin() / half).powi(2) } else { 1.0 };
            for (p, sum) in found.counted_hz2.iter_mut().enumerate() {
                *sum += weight * counted * pairs[p * n + p];
            }
        }
        Some(found)
    }

    /// Re(C − D) at a frequency `[rad/ms]`, row by row `[Hz]`.
    fn pairs(&self, omega: f64) -> Option<Vec<f64>> {
        let n = self.tau_ms.len();
        let loops = DMatrix::from_fn(n, n, |i, j| {
            let own = if i == j { 1.0 } else { 0.0 };
            Complex::from(own)
                - Complex::from(self.jacobian[(i, j)]) / Complex::new(1.0, omega * self.tau_ms[i])
        });
        let response = loops.try_inverse()?;
        let spectrum = |i: usize, j: usize| {
            let through =
                |k: usize| self.noise_hz[k] * (response[(i, k)] * response[(j, k)].conj()).re;
            let own = if i == j { self.noise_hz[i] } else { 0.0 };
            (0..n).map(through).sum::<f64>() - own
        };
        Some((0..n * n).map(|k| spectrum(k / n, k % n)).collect())
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::super::tests::{adapting, spectrum};
    use super::Response;
    use crate::mean_field::{Input, MeanField};

    fn settled(model: &MeanField, afferent_hz: f64) -> (crate::mean_field::State, Input) {
        let mut input = model.no_input();
        input.afferent_hz[0] = afferent_hz;
        let point = model.relax(&model.state(&[2.0, 6.0]).unwrap(), &input).unwrap();
        let mut state = model.state(&point.rate_hz).unwrap();
        state.adaptation_pa.clone_from(&point.adaptation_pa);
        (state, input)
    }

    /// With one time constant for all, the filtered covariances obey a Lyapunov equation.
    #[test]
    fn covariances_of_equal_neurons_are_those_of_the_closed_form() {
        let tau = 8.0;
        let response = Response {
            jacobian: DMatrix::from_row_slice(2, 2, &[4.4, -1.9, 9.1, -3.7]),
            tau_ms: vec![tau; 2],
            noise_hz: vec![5.1 / 4000.0, 12.7 / 1000.0],
        };
        assert!(response.is_stable());
        let found = response.covariances(5.0).unwrap();
        // (J − 1) c + c (J − 1)ᵀ + D/τ = 0, and D/2τ of independent neurons
        let one = DMatrix::<f64>::identity(2, 2);
        let a = &response.jacobian - &one;
        let noise: Vec<f64> = response.noise_hz.iter().map(|d| 1e3 * d / tau).collect();
        let source = nalgebra::DVector::from_vec(vec![-noise[0], 0.0, 0.0, -noise[1]]);
        let c = (a.kronecker(&one) + one.kronecker(&a)).lu().solve(&source).unwrap();
        let own = [0.5 * noise[0], 0.0, 0.0, 0.5 * noise[1]];
        for pairs in &found.pairs_hz2 {
            for k in 0..4 {
                let expected = c[k] - own[k];
                assert!((pairs[k] / expected - 1.0).abs() < 2e-3, "{k}: {pairs:?} {c} {own:?}");
            }
        }
        let unstable = Response {
            jacobian: DMatrix::from_element(1, 1, 1.1),
            tau_ms: vec![5.0],
            noise_hz: vec![0.1],
        };
        assert!(!unstable.is_stable());
    }

    /// Without recurrence neurons are independent: nothing moves, and counts are those of Poisson trains.
    #[test]
    fn independent_populations_have_poisson_counts_and_no_shift() {
        let response = Response {
            jacobian: DMatrix::zeros(2, 2),
            tau_ms: vec![5.0, 20.0],
            noise_hz: vec![0.01, 0.02],
        };
        let found = response.covariances(5.0).unwrap();
        assert!(found.pairs_hz2.iter().flatten().all(|c| c.abs() < 1e-12));
        assert!((found.counted_hz2[1] - 0.02 * 200.0).abs() < 1e-9);
    }

    /// The figures of a Poisson process that excites itself (Hawkes 1971): rate ν, gain g, exponential
    /// kernel of τ. Counts over a long time have the Fano factor 1/(1 − g)².
    #[test]
    fn slow_counts_of_a_self_exciting_population_have_the_variance_of_hawkes() {
        let (gain, noise) = (0.6, 0.01);
        let response = Response {
            jacobian: DMatrix::from_element(1, 1, gain),
            tau_ms: vec![5.0],
            noise_hz: vec![noise],
        };
        let long = 20_000.0;
        let found = response.covariances(long).unwrap();
        let fano = found.counted_hz2[0] * long / (1e3 * noise);
        assert!((fano * (1.0 - gain) * (1.0 - gain) - 1.0).abs() < 0.01, "{fano}");
    }

    #[test]
    fn shifts_vanish_as_one_over_the_number_of_neurons() {
        let model = spectrum();
        let (state, input) = settled(&model, 12.0);
        let small = model.finite_size(&state, &input).unwrap();
        let mut larger = model.clone();
        larger.populations.iter_mut().for_each(|population| population.size *= 10.0);
        let large = larger.finite_size(&state, &input).unwrap();
        for p in 0..2 {
            assert!(small.shift_hz[p].abs() > 1e-3, "{small:?}");
            assert!((small.shift_hz[p] / large.shift_hz[p] / 10.0 - 1.0).abs() < 1e-9);
            assert!((small.sd_hz[p] / large.sd_hz[p] - 10f64.sqrt()).abs() < 1e-9);
            assert!(small.reach_hz[p] >= small.shift_hz[p].abs(), "{small:?}");
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
