//! Fitting an effective threshold to measured rates, and saying how good the fit is.
//!
//! First, each rate is turned into the threshold that would have given it, and the polynomial is
//! fitted to these thresholds (linear least squares, optionally with a ridge penalty). Then, unless
//! switched off, the coefficients are refined on the rates themselves (Levenberg–Marquardt), which
//! also uses the points that were silent. Only independent terms are fitted.
//!
//! # Source
//! Zerlaut, Teleńczuk, Deleuze, Bal, Ouanounou & Destexhe (2016), J. Physiol. 594:3791,
//! doi:10.1113/JP272317; Marquardt (1963), J. SIAM 11:431, doi:10.1137/0111030.

use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

use nalgebra::{DMatrix, DVector};

use crate::characterise::{Characterisation, Response};
use crate::error::{TheoryError, not_negative, positive};
use crate::fluctuation::FluctuationResponse;
use crate::membrane::{Fluctuations, fluctuations, stationary_adaptation_pa};
use crate::neuron::Neuron;
use crate::threshold::{Basis, Threshold};
use crate::transfer::{FittedRange, TransferFunction, effective_threshold_mv, rate_hz};

/// A measured rate at a membrane state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The state.
    pub state: Fluctuations,
    /// Mean rate `[Hz]`.
    pub rate_hz: f64,
    /// Standard error of the mean rate `[Hz]`.
    pub error_hz: f64,
    /// How much it counts in the fit beside others, 1 if nothing is known.
    pub importance: f64,
}

/// Samples of a characterisation by presynaptic rates. The current of a neuron that adapts includes
/// its mean adaptation at the rate at which it fired: as in the mean field, where adaptation is a
/// variable of its own.
pub fn samples(protocol: &Characterisation, response: &Response) -> Vec<Sample> {
    let root = (response.replicates as f64).sqrt();
    let points = response.inputs_hz.iter().zip(&response.rate_hz).zip(&response.sd_hz);
    points
        .map(|((inputs, &rate_hz), sd)| {
            let (neuron, synapses) = (&protocol.neuron, &protocol.synapses);
            let given = response.current_pa;
            let adaptation = stationary_adaptation_pa(neuron, synapses, inputs, given, rate_hz);
            let state = fluctuations(neuron, synapses, inputs, given - adaptation);
            Sample { state, rate_hz, error_hz: sd / root, importance: 1.0 }
        })
        .collect()
}

/// Samples of a characterisation by imposed fluctuations.
pub fn samples_of_fluctuations(response: &FluctuationResponse) -> Vec<Sample> {
    let root = (response.replicates as f64).sqrt();
    let points = response.states.iter().zip(&response.rate_hz).zip(&response.sd_hz);
    points
        .map(|((&state, &rate_hz), sd)| Sample {
            state,
            rate_hz,
            error_hz: sd / root,
            importance: 1.0,
        })
        .collect()
}

/// What a deviation costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighting {
    /// The same everywhere.
    Uniform,
    /// In inverse proportion to the standard error of the rate, of which `floor_hz` is the least
    /// that is believed.
    StandardError {
        /// Least standard error `[Hz]`, > 0.
        floor_hz: f64,
    },
    /// In inverse proportion to `√((share · rate)² + error² + floor²)`: the same share of low and of
    /// high rates, down to the floor.
    Relative {
        /// Share of the rate, ≥ 0.
        share: f64,
        /// What counts as no deviation at low rates `[Hz]`, > 0.
        floor_hz: f64,
    },
}

impl Weighting {
    fn of(self, sample: &Sample) -> f64 {
        let deviation = match self {
            Self::Uniform => 1.0,
            Self::StandardError { floor_hz } => sample.error_hz.max(floor_hz),
            Self::Relative { share, floor_hz } => {
                (share * sample.rate_hz).hypot(sample.error_hz).hypot(floor_hz)
            }
        };
        sample.importance.sqrt() / deviation
    }
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// Which polynomial.
    pub basis: Basis,
    /// Which terms of it, by name ([`Basis::terms`]); empty for all. The others are 0.
    pub terms: Vec<&'static str>,
    /// Points at or above this rate are left out `[Hz]`.
    pub max_rate_hz: f64,
    /// What a deviation costs.
    pub weighting: Weighting,
    /// Ridge penalty on the coefficients of the form with ordered pairs, where a product of two
    /// different variables has two; 0 for none.
    pub ridge: f64,
    /// Whether to refine on the rates.
    pub refine: bool,
    /// Penalty of the refinement on the coefficients, of which each is taken times the spread of its
    /// term, per mV² in units of the weighted squares; 0 for none. It keeps terms that the points
    /// hardly tell apart from growing against each other.
    pub shrinkage: f64,
}

impl FitOptions {
    /// All terms of a basis, points below 50 Hz, uniform weights, no penalty, refined.
    pub fn new(basis: Basis) -> Self {
        Self {
            basis,
            terms: Vec::new(),
            max_rate_hz: 50.0,
            weighting: Weighting::Uniform,
            ridge: 0.0,
            refine: true,
            shrinkage: 0.0,
        }
    }

    /// All terms of a basis, points below a rate, refined on deviations in proportion to the rate: for
    /// the mean field, which needs low rates as well as high ones.
    pub fn proportional(basis: Basis, max_rate_hz: f64) -> Self {
        let weighting = Weighting::Relative { share: 0.05, floor_hz: 0.1 };
        Self { max_rate_hz, weighting, shrinkage: 0.01, ..Self::new(basis) }
    }

    /// The fit of the published coefficients: ordinary thresholds, penalty 0.9, not refined.
    pub fn published() -> Self {
        Self { ridge: 0.9, refine: false, ..Self::new(Basis::FiveMoments) }
    }
}

/// How good a fit is, over the points below the largest rate, silent ones included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitQuality {
    /// Points given.
    pub points: usize,
    /// Points below the largest rate, on which the figures below are based.
    pub used: usize,
    /// Points that were silent among them.
    pub silent: usize,
    /// Fraction of the variance of the rates explained.
    pub r_squared: f64,
    /// Root mean squared deviation of the rates `[Hz]`.
    pub rmse_hz: f64,
    /// Largest deviation of a rate `[Hz]`.
    pub worst_hz: f64,
    /// Median of the deviation in proportion to the rate, where the neuron fired at 0.5 Hz or more.
    pub relative: f64,
    /// Root mean squared deviation of the effective threshold, where the neuron fired `[mV]`.
    pub threshold_rmse_mv: f64,
    /// Condition number of the linear problem, columns scaled to length 1.
    pub condition: f64,
    /// Steps of refinement taken.
    pub refinements: usize,
}

/// A fitted transfer function.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The transfer function, with the range of the points used.
    pub transfer: TransferFunction,
    /// How good it is.
    pub quality: FitQuality,
}

/// Fits a transfer function of `neuron` to samples.
///
/// # Errors
/// [`TheoryError::TooFewPoints`] with fewer firing points than terms,
/// [`TheoryError::Undetermined`] if the points cannot tell terms apart and there is no penalty,
/// [`TheoryError::NotPositive`], [`TheoryError::Negative`] for an option out of range.
pub fn fit(neuron: Neuron, samples: &[Sample], options: &FitOptions) -> Result<Fit, TheoryError> {
    positive("largest rate [Hz]", options.max_rate_hz)?;
    not_negative("ridge penalty", options.ridge)?;
    match options.weighting {
        Weighting::Uniform => {}
        Weighting::StandardError { floor_hz } => {
            positive("least standard error [Hz]", floor_hz)?;
        }
        Weighting::Relative { share, floor_hz } => {
            not_negative("share of the rate", share)?;
            positive("least deviation [Hz]", floor_hz)?;
        }
    }
    not_negative("shrinkage", options.shrinkage)?;
    let used: Vec<Sample> =
        samples.iter().filter(|sample| sample.rate_hz < options.max_rate_hz).copied().collect();
    let problem = Problem::new(neuron, used, options);
    let (start, condition) = problem.fit_thresholds()?;
    let (coefficients, refinements) = match options.refine {
        true => problem.refine_from_all(start),
        false => (start, 0),
    };
    problem.finish(samples.len(), coefficients, condition, refinements)
}

struct Problem<'a> {
    neuron: Neuron,
    samples: Vec<Sample>,
    options: &'a FitOptions,
    /// Positions of the fitted terms in the basis.
    columns: Vec<usize>,
    /// Values of the fitted terms, one row per sample.
    terms: DMatrix<f64>,
    weights: Vec<f64>,
    /// Penalty on the square of each coefficient in the refinement.
    shrinkage: Vec<f64>,
}

impl<'a> Problem<'a> {
    fn new(neuron: Neuron, samples: Vec<Sample>, options: &'a FitOptions) -> Self {
        let names = options.basis.terms();
        let wanted = |k: &usize| options.terms.is_empty() || options.terms.contains(&names[*k]);
        let columns: Vec<usize> = (0..names.len()).filter(wanted).collect();
        let rows: Vec<f64> = samples
            .iter()
            .flat_map(|sample| {
                let all = options.basis.evaluate(&neuron, &sample.state);
                columns.iter().map(move |&k| all[k]).collect::<Vec<_>>()
            })
            .collect();
        let terms = DMatrix::from_row_slice(samples.len(), columns.len(), &rows);
        let weights = samples.iter().map(|sample| options.weighting.of(sample)).collect();
        let spread =
            |column: usize| if samples.is_empty() { 0.0 } else { terms.column(column).variance() };
        let shrinkage = (0..columns.len()).map(|k| options.shrinkage * spread(k)).collect();
        Self { neuron, samples, options, columns, terms, weights, shrinkage }
    }

    /// Linear fit of the thresholds of the points that fired; also the condition number.
    fn fit_thresholds(&self) -> Result<(DVector<f64>, f64), TheoryError> {
        let firing: Vec<(usize, f64)> = self
            .samples
            .iter()
            .enumerate()
            .map(|(k, sample)| (k, effective_threshold_mv(&sample.state, sample.rate_hz)))
            .filter(|(_, threshold)| threshold.is_finite())
            .collect();
        let needed = self.columns.len();
        if firing.len() < needed {
            return Err(TheoryError::TooFewPoints { found: firing.len(), needed });
        }
        let weight = |k: usize| match self.options.weighting {
            Weighting::Uniform => 1.0,
            // an error of the rate seen as one of the threshold
            Weighting::StandardError { .. } | Weighting::Relative { .. } => {
                self.weights[k]
                    * slope_hz_per_mv(&self.samples[k].state, firing_threshold(&firing, k))
            }
        };
        let ridge = self.penalties();
        let rows = firing.len() + if self.options.ridge > 0.0 { needed } else { 0 };
        let mut design = DMatrix::zeros(rows, needed);
        let mut target = DVector::zeros(rows);
        for (row, &(k, threshold)) in firing.iter().enumerate() {
            let w = weight(k);
            for column in 0..needed {
                design[(row, column)] = w * self.terms[(k, column)];
            }
            target[row] = w * threshold;
        }
        if self.options.ridge > 0.0 {
            for column in 0..needed {
                design[(firing.len() + column, column)] = ridge[column].sqrt();
            }
        }
        let scales: Vec<f64> =
            design.column_iter().map(|column| column.norm().max(f64::MIN_POSITIVE)).collect();
        for (mut column, scale) in design.column_iter_mut().zip(&scales) {
            column /= *scale;
        }
        let svd = design.svd(true, true);
        let (high, low) = (svd.singular_values.max(), svd.singular_values.min());
        let condition = high / low;
        if condition.is_nan() || condition > 1e12 {
            return Err(TheoryError::Undetermined { condition });
        }
        let undetermined = |_| TheoryError::Undetermined { condition };
        let mut solution = svd.solve(&target, 0.0).map_err(undetermined)?;
        solution.iter_mut().zip(&scales).for_each(|(c, scale)| *c /= scale);
        Ok((solution, condition))
    }

    /// Penalty of each independent coefficient d: of a product of two different variables, d is
    /// the sum of two equal coefficients d/2, whose squares sum to d²/2.
    fn penalties(&self) -> Vec<f64> {
        let mixed = |name: &str| {
            let mut letters = name.chars();
            matches!((letters.next(), letters.next(), letters.next()),
                (Some(a), Some(b), None) if a != b)
        };
        let names = self.options.basis.terms();
        let penalty = |&k: &usize| self.options.ridge * if mixed(names[k]) { 0.5 } else { 1.0 };
        self.columns.iter().map(penalty).collect()
    }

    fn rates(&self, coefficients: &DVector<f64>) -> Vec<f64> {
        let thresholds = &self.terms * coefficients;
        self.samples.iter().zip(thresholds.iter()).map(|(s, &v)| rate_hz(&s.state, v)).collect()
    }

    fn cost(&self, coefficients: &DVector<f64>) -> f64 {
        let rates = self.rates(coefficients);
        let residuals = rates.iter().zip(&self.samples).zip(&self.weights);
        let squares = residuals.map(|((rate, sample), w)| (w * (rate - sample.rate_hz)).powi(2));
        let penalties =
            coefficients.iter().zip(&self.shrinkage).map(|(c, penalty)| penalty * c * c);
        squares.sum::<f64>() + penalties.sum::<f64>()
    }

    /// Refines from the linear fit of the thresholds, and from two thresholds that hardly depend on
    /// the state, and keeps the best.
    fn refine_from_all(&self, linear: DVector<f64>) -> (DVector<f64>, usize) {
        let flat = |mv: f64| {
            let mut start = DVector::zeros(linear.len());
            // the term "1" is the first, if it is fitted
            if self.columns.first() == Some(&0) {
                start[0] = mv;
            }
            start
        };
        let threshold = self.neuron.v_threshold_mv;
        let starts = [linear.clone(), flat(threshold), flat(threshold + self.neuron.delta_mv)];
        let mut best: Option<(f64, DVector<f64>, usize)> = None;
        for start in starts {
            let (found, steps) = self.refine(start);
            let cost = self.cost(&found);
            if cost.is_finite() && best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, found, steps));
            }
        }
        best.map_or((linear, 0), |(_, found, steps)| (found, steps))
    }

    /// Levenberg–Marquardt on weighted rates, with Marquardt's scaling.
    fn refine(&self, start: DVector<f64>) -> (DVector<f64>, usize) {
        let (mut best, mut damping) = (start, 1e-3);
        let mut cost = self.cost(&best);
        let mut steps = 0;
        for _ in 0..200 {
            let thresholds = &self.terms * &best;
            let mut jacobian = self.terms.clone();
            let mut residual = DVector::zeros(self.samples.len());
            for (k, sample) in self.samples.iter().enumerate() {
                let w = self.weights[k];
                let slope = slope_hz_per_mv(&sample.state, thresholds[k]);
                jacobian.row_mut(k).scale_mut(-w * slope);
                residual[k] = w * (sample.rate_hz - rate_hz(&sample.state, thresholds[k]));
            }
            let mut normal = jacobian.tr_mul(&jacobian);
            let mut gradient = jacobian.tr_mul(&residual);
            for (i, penalty) in self.shrinkage.iter().enumerate() {
                normal[(i, i)] += penalty;
                gradient[i] -= penalty * best[i];
            }
            let accepted = loop {
                let mut damped = normal.clone();
                for i in 0..damped.nrows() {
                    damped[(i, i)] += damping * normal[(i, i)].max(1e-12);
                }
                let trial = damped.cholesky().map(|c| &best + c.solve(&gradient));
                let trial = trial.map(|c| (self.cost(&c), c)).filter(|(new, _)| *new < cost);
                if trial.is_some() || damping > 1e12 {
                    break trial;
                }
                damping *= 10.0;
            };
            let Some((new, coefficients)) = accepted else { break };
            let gain = (cost - new) / cost.max(f64::MIN_POSITIVE);
            (best, cost) = (coefficients, new);
            steps += 1;
            damping = (0.1 * damping).max(1e-12);
            if gain < 1e-10 {
                break;
            }
        }
        (best, steps)
    }

    fn finish(
        self,
        points: usize,
        coefficients: DVector<f64>,
        condition: f64,
        refinements: usize,
    ) -> Result<Fit, TheoryError> {
        let n = self.samples.len() as f64;
        let rates = self.rates(&coefficients);
        let mean = self.samples.iter().map(|s| s.rate_hz).sum::<f64>() / n;
        let [mut residual, mut total, mut worst] = [0.0_f64; 3];
        let mut relative = Vec::new();
        let (mut off, mut firing) = (0.0, 0.0);
        let thresholds = &self.terms * &coefficients;
        for ((sample, rate), threshold) in self.samples.iter().zip(&rates).zip(thresholds.iter()) {
            let error = rate - sample.rate_hz;
            residual += error * error;
            total += (sample.rate_hz - mean).powi(2);
            worst = worst.max(error.abs());
            if sample.rate_hz >= 0.5 {
                relative.push(error.abs() / sample.rate_hz);
            }
            let measured = effective_threshold_mv(&sample.state, sample.rate_hz);
            if measured.is_finite() {
                off += (threshold - measured).powi(2);
                firing += 1.0;
            }
        }
        relative.sort_by(f64::total_cmp);
        let quality = FitQuality {
            points,
            used: self.samples.len(),
            silent: self.samples.iter().filter(|sample| sample.rate_hz == 0.0).count(),
            r_squared: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
            rmse_hz: (residual / n).sqrt(),
            worst_hz: worst,
            relative: relative.get(relative.len() / 2).copied().unwrap_or(0.0),
            threshold_rmse_mv: (off / f64::max(firing, 1.0)).sqrt(),
            condition,
            refinements,
        };
        let mut all = vec![0.0; self.options.basis.terms().len()];
        self.columns.iter().zip(coefficients.iter()).for_each(|(&k, c)| all[k] = *c);
        let threshold = Threshold::new(self.options.basis, all)?;
        let range = FittedRange::of(self.samples.iter().map(|s| (&s.state, s.rate_hz)));
        Ok(Fit { transfer: TransferFunction { neuron: self.neuron, threshold, range }, quality })
    }
}

fn firing_threshold(firing: &[(usize, f64)], sample: usize) -> f64 {
    firing.binary_search_by_key(&sample, |(k, _)| *k).map_or(f64::NAN, |at| firing[at].1)
}

/// `−dF/dV_eff = (500/τ)(2/√π) e^{−x²}/(√2 σ)` `[Hz/mV]`.
fn slope_hz_per_mv(v: &Fluctuations, threshold_mv: f64) -> f64 {
    let width = SQRT_2 * v.sd_mv;
    let x = (threshold_mv - v.mean_mv) / width;
    500.0 / v.tau_ms * FRAC_2_SQRT_PI * (-x * x).exp() / width
}

#[cfg(test)]
mod tests;
