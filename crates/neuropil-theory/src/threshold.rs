//! The effective threshold of a transfer function as a polynomial in membrane statistics.
//!
//! Two bases are in use. *Five moments*, to second order:
//!
//! ```text
//! X = [ (μ + 60)/10 , (σ − 4)/6 , γ , (τ − 10)/200 , P ]          (mV, ms)
//! V_eff = c₀ + Σ c_i X_i + Σ_ij c_ij X_i X_j ,   c_ij = c_ji : 21 independent coefficients
//! ```
//!
//! *Three moments*, of the fluctuation-driven template:
//!
//! ```text
//! Y = [ (μ + 60)/10 , (σ − 4)/6 , τ g_L/C − 0.5 ]
//! V_eff = P₀ + Σ P_i Y_i + P_G ln(G/g_L) + Σ_{i≤j} P_ij Y_i Y_j : 11 coefficients
//! ```
//!
//! # Source
//! Zerlaut, Teleńczuk, Deleuze, Bal, Ouanounou & Destexhe (2016), J. Physiol. 594:3791,
//! doi:10.1113/JP272317; Zerlaut, Chemla, Chavane & Destexhe (2018), J. Comput. Neurosci. 44:45,
//! doi:10.1007/s10827-017-0668-2.

use crate::error::{TheoryError, length};
use crate::membrane::Fluctuations;
use crate::neuron::Neuron;

/// Which polynomial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Second order in μ, σ, γ, τ and P: 21 terms.
    FiveMoments,
    /// First order in μ, σ, γ, τ and P: 6 terms.
    FiveMomentsLinear,
    /// Second order in μ, σ and τ g_L/C, and the logarithm of the conductance: 11 terms.
    ThreeMoments,
}

impl Basis {
    /// Names of the terms, in the order of the coefficients.
    pub fn terms(self) -> &'static [&'static str] {
        const FIVE: [&str; 21] = [
            "1", "μ", "σ", "γ", "τ", "P", "μμ", "μσ", "μγ", "μτ", "μP", "σσ", "σγ", "στ", "σP",
            "γγ", "γτ", "γP", "ττ", "τP", "PP",
        ];
        match self {
            Self::FiveMoments => &FIVE,
            Self::FiveMomentsLinear => &FIVE[..6],
            Self::ThreeMoments => &["1", "μ", "σ", "τ", "ln G", "μμ", "μσ", "μτ", "σσ", "στ", "ττ"],
        }
    }

    /// Values of the terms for a state of the membrane of `neuron`, as many as [`Basis::terms`].
    pub fn evaluate(self, neuron: &Neuron, v: &Fluctuations) -> Terms {
        let mu = (v.mean_mv + 60.0) / 10.0;
        let sigma = (v.sd_mv - 4.0) / 6.0;
        let mut terms = Terms { values: [1.0; 21], count: 1 };
        if self == Self::ThreeMoments {
            let tau = v.tau_ms / neuron.tau_m_ms() - 0.5;
            let load = (v.conductance_ns / neuron.leak_ns).ln();
            terms.extend([mu, sigma, tau, load]);
            terms.extend_with_products(&[mu, sigma, tau]);
            return terms;
        }
        let tau = (v.tau_ms - 10.0) / 200.0;
        let x = [mu, sigma, v.skewness, tau, v.crossing(neuron.v_threshold_mv)];
        terms.extend(x);
        if self == Self::FiveMoments {
            terms.extend_with_products(&x);
        }
        terms
    }
}

/// Values of the terms of a basis; dereferences to their slice.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    values: [f64; 21],
    count: usize,
}

impl Terms {
    fn extend(&mut self, values: impl IntoIterator<Item = f64>) {
        for value in values {
            self.values[self.count] = value;
            self.count += 1;
        }
    }

    fn extend_with_products(&mut self, x: &[f64]) {
        for (i, a) in x.iter().enumerate() {
            self.extend(x[i..].iter().map(|b| a * b));
        }
    }
}

impl std::ops::Deref for Terms {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values[..self.count]
    }
}

/// An effective threshold: a basis and one coefficient per term.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    basis: Basis,
    coefficients_mv: Vec<f64>,
}

impl Threshold {
    /// From one coefficient per independent term `[mV]`, in the order of [`Basis::terms`].
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::NotFinite`].
    pub fn new(basis: Basis, coefficients_mv: Vec<f64>) -> Result<Self, TheoryError> {
        let expected = basis.terms().len();
        length("the list of threshold coefficients", coefficients_mv.len(), expected)?;
        for value in &coefficients_mv {
            crate::error::finite("a threshold coefficient [mV]", *value)?;
        }
        Ok(Self { basis, coefficients_mv })
    }

    /// A threshold that does not depend on the state `[mV]`.
    pub fn fixed(threshold_mv: f64) -> Self {
        let mut coefficients_mv = vec![0.0; Basis::FiveMomentsLinear.terms().len()];
        coefficients_mv[0] = threshold_mv;
        Self { basis: Basis::FiveMomentsLinear, coefficients_mv }
    }

    /// From the 31 (or, to first order, 6) coefficients of the redundant form in volts: c₀, five
    /// linear, then 5 × 5 row by row, so that each product of two different variables occurs twice.
    ///
    /// # Errors
    /// [`TheoryError::Length`], [`TheoryError::NotFinite`].
    pub fn from_ordered_pairs_v(volts: &[f64]) -> Result<Self, TheoryError> {
        if volts.len() == 6 {
            let linear = volts.iter().map(|c| 1e3 * c).collect();
            return Self::new(Basis::FiveMomentsLinear, linear);
        }
        length("the list of threshold coefficients", volts.len(), 31)?;
        let mut out: Vec<f64> = volts[..6].iter().map(|c| 1e3 * c).collect();
        let pair = |i: usize, j: usize| 1e3 * volts[6 + 5 * i + j];
        for i in 0..5 {
            out.push(pair(i, i));
            out.extend((i + 1..5).map(|j| pair(i, j) + pair(j, i)));
        }
        Self::new(Basis::FiveMoments, out)
    }

    /// The basis.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// One coefficient per term `[mV]`.
    pub fn coefficients_mv(&self) -> &[f64] {
        &self.coefficients_mv
    }

    /// Effective threshold V_eff `[mV]`.
    pub fn effective_mv(&self, neuron: &Neuron, v: &Fluctuations) -> f64 {
        let terms = self.basis.evaluate(neuron, v);
        terms.iter().zip(&self.coefficients_mv).map(|(term, c)| term * c).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Synapse, fluctuations};

    #[test]
    fn every_basis_names_each_of_its_terms() {
        let neuron = Neuron::default();
        let v = fluctuations(&neuron, &[Synapse::conductance(9.0, 1.0, 5.0, 0.0)], &[3.0], 0.0);
        for basis in [Basis::FiveMoments, Basis::FiveMomentsLinear, Basis::ThreeMoments] {
            assert_eq!(basis.evaluate(&neuron, &v).len(), basis.terms().len());
        }
    }

    #[test]
    fn redundant_and_independent_coefficients_give_the_same_threshold() {
        let volts: Vec<f64> = (0..31).map(|k| 1e-3 * f64::from(k * 7 % 11)).collect();
        let neuron = Neuron::default();
        let synapses = [
            Synapse::conductance(200.0, 1.0, 5.0, 0.0),
            Synapse::conductance(50.0, 4.0, 7.0, -80.0),
        ];
        let v = fluctuations(&neuron, &synapses, &[3.0, 4.0], 0.0);
        let x = [
            (v.mean_mv + 60.0) / 10.0,
            (v.sd_mv - 4.0) / 6.0,
            v.skewness,
            (v.tau_ms - 10.0) / 200.0,
            v.crossing(-50.0),
        ];
        let mut expected = volts[0];
        for i in 0..5 {
            expected += volts[1 + i] * x[i];
            for j in 0..5 {
                expected += volts[6 + 5 * i + j] * x[i] * x[j];
            }
        }
        let threshold = Threshold::from_ordered_pairs_v(&volts).unwrap();
        assert!((threshold.effective_mv(&neuron, &v) - 1e3 * expected).abs() < 1e-11);
    }

    #[test]
    fn a_wrong_number_of_coefficients_is_refused() {
        let error = Threshold::from_ordered_pairs_v(&[0.0; 30]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the list of threshold coefficients holds 30 values, expected 31"
        );
    }
}
