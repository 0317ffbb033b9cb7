//! The transfer function: firing rate of a neuron from the statistics of its membrane potential.
//!
//! ```text
//! F = 1/(2 τ_V) · erfc[ (V_eff − μ_V) / (√2 σ_V) ]
//! ```
//!
//! It can rise to 1/τ_V and knows no refractory period; V_eff, a fitted polynomial of the same
//! statistics ([`Threshold`]), takes up everything else.
//!
//! # Source
//! Zerlaut, Chemla, Chavane & Destexhe (2018), J. Comput. Neurosci. 44:45,
//! doi:10.1007/s10827-017-0668-2; di Volo, Romagnoni, Capone & Destexhe (2019), Neural Comput.
//! 31:653, doi:10.1162/neco_a_01173.

use std::f64::consts::SQRT_2;

use crate::membrane::{Fluctuations, fluctuations};
use crate::neuron::{Neuron, Synapse};
use crate::special::{erfc, inverse_erfc};
use crate::threshold::Threshold;

/// A neuron, its effective threshold, and where that was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferFunction {
    /// The neuron.
    pub neuron: Neuron,
    /// Its effective threshold.
    pub threshold: Threshold,
    /// Where the threshold was fitted.
    pub range: FittedRange,
}

/// The smallest and largest value of each quantity among the points of a fit; `None` where it is
/// not known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FittedRange {
    /// Mean of the potential `[mV]`.
    pub mean_mv: Option<[f64; 2]>,
    /// Standard deviation of the potential `[mV]`.
    pub sd_mv: Option<[f64; 2]>,
    /// Skewness of the potential.
    pub skewness: Option<[f64; 2]>,
    /// Correlation time of the potential `[ms]`.
    pub tau_ms: Option<[f64; 2]>,
    /// Output rate `[Hz]`.
    pub rate_hz: Option<[f64; 2]>,
    /// Whether the effective threshold beyond the range is that at its edge. A polynomial knows
    /// nothing beyond the points that it was fitted to, and of second order soon runs away.
    pub held: bool,
}

/// A warning: a transfer function was used beyond the points that it was fitted to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what} = {} lies outside the fitted range {} to {}", short(*found), short(*low), short(*high))]
pub struct OutOfRange {
    /// Which quantity, with its unit.
    pub what: &'static str,
    /// Its value.
    pub found: f64,
    /// Lower end of the fitted range.
    pub low: f64,
    /// Upper end of the fitted range.
    pub high: f64,
}

/// Four significant digits.
fn short(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

impl FittedRange {
    /// What lies outside at a membrane state and an output rate; empty if nothing does.
    pub fn check(&self, v: &Fluctuations, rate_hz: f64) -> Vec<OutOfRange> {
        let quantities = [
            ("mean potential [mV]", v.mean_mv, self.mean_mv),
            ("SD of the potential [mV]", v.sd_mv, self.sd_mv),
            ("skewness of the potential", v.skewness, self.skewness),
            ("correlation time [ms]", v.tau_ms, self.tau_ms),
            ("output rate [Hz]", rate_hz, self.rate_hz),
        ];
        let outside = |(what, found, range): (&'static str, f64, Option<[f64; 2]>)| {
            let [low, high] = range?;
            // the ends were written with a few digits
            let slack = 1e-3 * (high - low);
            (!(low - slack..=high + slack).contains(&found)).then_some(OutOfRange {
                what,
                found,
                low,
                high,
            })
        };
        quantities.into_iter().filter_map(outside).collect()
    }

    /// The nearest state within the range, if the threshold is held there.
    fn nearest(&self, v: &Fluctuations) -> Fluctuations {
        if !self.held {
            return *v;
        }
        let within = |x: f64, range: Option<[f64; 2]>| match range {
            Some([low, high]) if low <= high => x.clamp(low, high),
            _ => x,
        };
        Fluctuations {
            mean_mv: within(v.mean_mv, self.mean_mv),
            sd_mv: within(v.sd_mv, self.sd_mv),
            skewness: within(v.skewness, self.skewness),
            tau_ms: within(v.tau_ms, self.tau_ms),
            ..*v
        }
    }

    /// The smallest range that holds all points.
    pub(crate) fn of<'a>(points: impl Iterator<Item = (&'a Fluctuations, f64)>) -> Self {
        let mut range = Self { held: true, ..Self::default() };
        let widen = |range: &mut Option<[f64; 2]>, x: f64| {
            let [low, high] = range.unwrap_or([x, x]);
            *range = Some([low.min(x), high.max(x)]);
        };
        for (v, rate) in points {
            widen(&mut range.mean_mv, v.mean_mv);
            widen(&mut range.sd_mv, v.sd_mv);
            widen(&mut range.skewness, v.skewness);
            widen(&mut range.tau_ms, v.tau_ms);
            widen(&mut range.rate_hz, rate);
        }
        range
    }
}

impl TransferFunction {
    /// A transfer function without a known range.
    pub fn new(neuron: Neuron, threshold: Threshold) -> Self {
        Self { neuron, threshold, range: FittedRange::default() }
    }

    /// A transfer function that was not fitted: the effective threshold is that of the neuron,
    /// whatever the input. A first guess.
    pub fn with_fixed_threshold(neuron: Neuron) -> Self {
        Self::new(neuron, Threshold::fixed(neuron.v_threshold_mv))
    }

    /// Output rate for a membrane state `[Hz]`.
    pub fn rate_at(&self, v: &Fluctuations) -> f64 {
        rate_hz(v, self.threshold.effective_mv(&self.neuron, &self.range.nearest(v)))
    }

    /// Output rate for presynaptic rates `[Hz]` and a constant current, of which the adaptation of the
    /// neuron has been taken away `[pA]`.
    ///
    /// # Panics
    /// Unless there is one rate per class of synapses.
    pub fn rate_hz(&self, synapses: &[Synapse], rates_hz: &[f64], current_pa: f64) -> f64 {
        self.rate_at(&fluctuations(&self.neuron, synapses, rates_hz, current_pa))
    }

    /// What lies outside the fitted range for a membrane state.
    pub fn check(&self, v: &Fluctuations) -> Vec<OutOfRange> {
        self.range.check(v, self.rate_at(v))
    }
}

/// The rate of the template for a given effective threshold `[Hz]`.
pub fn rate_hz(v: &Fluctuations, effective_mv: f64) -> f64 {
    500.0 / v.tau_ms * erfc((effective_mv - v.mean_mv) / (SQRT_2 * v.sd_mv))
}

/// The effective threshold `[mV]` for which the template gives a rate `[Hz]`:
/// `V_eff = μ + √2 σ erfc⁻¹(2 τ F)`. Infinite at 0 and 1/τ, NaN beyond.
pub fn effective_threshold_mv(v: &Fluctuations, rate_hz: f64) -> f64 {
    v.mean_mv + SQRT_2 * v.sd_mv * inverse_erfc(2e-3 * v.tau_ms * rate_hz)
}
