//! Shot-noise statistics of the membrane potential.
//!
//! Each class of synapses sends Poisson events at total rate R. An event adds a difference of
//! exponentials with the effective membrane time constant τ_m = C/G and the synaptic τ, of area A:
//!
//! ```text
//! G   = g_L + Σ R τ Q α
//! μ_V = [ g_L E_L + I + Σ R τ Q (α E + (1 − α)(E − V₀)) ] / G
//! A   = Q τ U / G ,   U = α (E − μ_V) + (1 − α)(E − V₀)
//! σ²  = Σ R A² / 2(τ + τ_m)
//! γ   = Σ R · 2A³ / 3(τ + 2τ_m)(2τ + τ_m) / σ³
//! κ   = Σ R · 3A⁴ / 4(τ + τ_m)(τ + 3τ_m)(3τ + τ_m) / σ⁴
//! τ_V = ½ Σ R A² / σ²
//! ```
//!
//! The spike current and adaptation are not part of it; a stationary adaptation current is passed
//! as a part of I.
//!
//! # Source
//! Kuhn, Aertsen & Rotter (2004), J. Neurosci. 24:2345, doi:10.1523/JNEUROSCI.3349-03.2004;
//! Zerlaut, Chemla, Chavane & Destexhe (2018), J. Comput. Neurosci. 44:45,
//! doi:10.1007/s10827-017-0668-2.

use std::f64::consts::TAU;

use crate::neuron::{Neuron, Synapse};

/// Stationary statistics of a membrane potential without spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluctuations {
    /// Mean μ_V `[mV]`.
    pub mean_mv: f64,
    /// Standard deviation σ_V `[mV]`, at least 0.001 so that it may be divided by.
    pub sd_mv: f64,
    /// Skewness γ_V.
    pub skewness: f64,
    /// Excess kurtosis κ_V.
    pub kurtosis: f64,
    /// Correlation time τ_V: half the area of the autocorrelation function `[ms]`.
    pub tau_ms: f64,
    /// Mean conductance G, leak included `[nS]`.
    pub conductance_ns: f64,
    /// Effective membrane time constant C/G `[ms]`.
    pub tau_m_ms: f64,
}

/// Which membrane time constant shapes the postsynaptic potentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// That of the bombarded membrane, C/G.
    #[default]
    Effective,
    /// That of the membrane at rest, C/g_L, as for current-based synapses.
    Resting,
}

/// Variance floor `[mV²]`.
const FLOOR: f64 = 1e-6;

/// Statistics for synapses whose presynaptic neurons fire at `rates_hz` and a constant current.
///
/// # Shapes
/// One rate per class of synapses.
///
/// # Panics
/// If the slices differ in length.
///
/// ```
/// use neuropil_theory::{Neuron, Synapse, fluctuations};
/// // 10 synapses of 4 nS and 5 ms at 4 Hz: 0.8 nS towards 0 mV beside 10 nS towards −70 mV
/// let excitation = Synapse::conductance(10.0, 4.0, 5.0, 0.0);
/// let v = fluctuations(&Neuron::default(), &[excitation], &[4.0], 0.0);
/// assert!((v.mean_mv - -700.0 / 10.8).abs() < 1e-12);
/// ```
pub fn fluctuations(
    neuron: &Neuron,
    synapses: &[Synapse],
    rates_hz: &[f64],
    current_pa: f64,
) -> Fluctuations {
    fluctuations_with(neuron, synapses, rates_hz, current_pa, Shape::Effective)
}

/// [`fluctuations`] with a choice of the time constant that shapes potentials.
///
/// # Panics
/// If the slices differ in length.
pub fn fluctuations_with(
    neuron: &Neuron,
    synapses: &[Synapse],
    rates_hz: &[f64],
    current_pa: f64,
    shape: Shape,
) -> Fluctuations {
    assert_eq!(synapses.len(), rates_hz.len(), "one rate per class of synapses");
    let classes = || synapses.iter().zip(rates_hz).map(|(s, &rate)| (s, s.events_per_ms(rate)));
    let mut g = neuron.leak_ns;
    let mut i = neuron.leak_ns * neuron.e_leak_mv + current_pa;
    for (s, r) in classes() {
        let mean_g = r * s.tau_ms * s.quantum_ns;
        g += mean_g * s.mixture;
        i += mean_g * s.driving_force_mv(0.0);
    }
    let mu = i / g;
    let g_shape = if shape == Shape::Effective { g } else { neuron.leak_ns };
    let tau_m = neuron.capacitance_pf / g_shape;
    let [mut m2, mut m3, mut m4, mut areas] = [0.0; 4];
    for (s, r) in classes() {
        let tau = s.tau_ms;
        let area = s.quantum_ns * tau * s.driving_force_mv(mu) / g_shape;
        let square = area * area;
        areas += r * square;
        m2 += r * square / (2.0 * (tau + tau_m));
        m3 += r * 2.0 * square * area / (3.0 * (tau + 2.0 * tau_m) * (2.0 * tau + tau_m));
        m4 += r * 3.0 * square * square
            / (4.0 * (tau + tau_m) * (tau + 3.0 * tau_m) * (3.0 * tau + tau_m));
    }
    let variance = m2.max(FLOOR);
    let sd = variance.sqrt();
    Fluctuations {
        mean_mv: mu,
        sd_mv: sd,
        skewness: m3 / (variance * sd),
        kurtosis: m4 / (variance * variance),
        tau_ms: if m2 > 0.0 { 0.5 * areas / m2 } else { tau_m },
        conductance_ns: g,
        tau_m_ms: neuron.capacitance_pf / g,
    }
}

/// Mean current of each class of synapses `R τ Q U(μ_V)` `[pA]`, positive inwards.
///
/// # Panics
/// If the slices differ in length.
pub fn synaptic_currents_pa(synapses: &[Synapse], rates_hz: &[f64], mean_mv: f64) -> Vec<f64> {
    assert_eq!(synapses.len(), rates_hz.len(), "one rate per class of synapses");
    let current = |(s, &rate): (&Synapse, &f64)| {
        s.events_per_ms(rate) * s.tau_ms * s.quantum_ns * s.driving_force_mv(mean_mv)
    };
    synapses.iter().zip(rates_hz).map(current).collect()
}

/// Mean adaptation current of a neuron that fires at `rate_hz` `[pA]`, in a steady state. W lowers
/// μ_V by W/G, so that the equation is linear: `W (1 + a/G) = b τ_w ν + a (μ_V(0) − E_L)`.
///
/// # Panics
/// If the slices differ in length.
pub fn stationary_adaptation_pa(
    neuron: &Neuron,
    synapses: &[Synapse],
    rates_hz: &[f64],
    current_pa: f64,
    rate_hz: f64,
) -> f64 {
    if !neuron.adapts() {
        return 0.0;
    }
    let v = fluctuations(neuron, synapses, rates_hz, current_pa);
    let jumps = 1e-3 * neuron.b_pa * neuron.tau_w_ms * rate_hz;
    let pull = neuron.a_ns * (v.mean_mv - neuron.e_leak_mv);
    (jumps + pull) / (1.0 + neuron.a_ns / v.conductance_ns)
}

impl Fluctuations {
    /// Edgeworth density of the potential at `v_mv` `[1/mV]`:
    /// Gaussian × [1 + γ/6 (z³ − 3z) + κ/24 (z⁴ − 6z² + 3)]. May be slightly negative far out.
    pub fn density(&self, v_mv: f64) -> f64 {
        let z = (v_mv - self.mean_mv) / self.sd_mv;
        let z2 = z * z;
        let correction = 1.0
            + self.skewness / 6.0 * z * (z2 - 3.0)
            + self.kurtosis / 24.0 * (z2 * z2 - 6.0 * z2 + 3.0);
        (-0.5 * z2).exp() / (TAU.sqrt() * self.sd_mv) * correction
    }

    /// Edgeworth probability (γ only) that the potential is above `v_mv`, times √(2π): the term P
    /// of the transfer-function template, from 0 to 2.507.
    ///
    /// ```text
    /// P = γ/6 (x² − 1) e^{−x²/2} + √(π/2) erfc(x/√2) ,   x = (v − μ_V)/σ_V
    /// ```
    pub fn crossing(&self, v_mv: f64) -> f64 {
        let x = (v_mv - self.mean_mv) / self.sd_mv;
        self.skewness / 6.0 * (x * x - 1.0) * (-0.5 * x * x).exp()
            + (0.25 * TAU).sqrt() * crate::special::erfc(x * std::f64::consts::FRAC_1_SQRT_2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simpson's rule for the k-th moment integral of one postsynaptic potential.
    fn psp_integral(area: f64, tau: f64, tau_m: f64, power: i32) -> f64 {
        let psp = |t: f64| area * ((-t / tau_m).exp() - (-t / tau).exp()) / (tau_m - tau);
        let n = 40_000;
        let h = 400.0 / f64::from(n);
        (0..=n)
            .map(|k| {
                let weight = if k == 0 || k == n { 1.0 } else { 2.0 + 2.0 * f64::from(k % 2) };
                weight * psp(f64::from(k) * h).powi(power)
            })
            .sum::<f64>()
            * h
            / 3.0
    }

    #[test]
    fn cumulants_are_campbell_integrals_of_the_potential() {
        let neuron = Neuron::default();
        let synapse = Synapse::conductance(100.0, 2.0, 5.0, 0.0);
        let v = fluctuations(&neuron, &[synapse], &[4.0], 0.0);
        let area = 2.0 * 5.0 * -v.mean_mv / v.conductance_ns;
        let cumulant = |k| 0.4 * psp_integral(area, 5.0, v.tau_m_ms, k);
        assert!((cumulant(1) - 0.4 * area).abs() < 1e-6);
        assert!((v.sd_mv.powi(2) / cumulant(2) - 1.0).abs() < 1e-8);
        assert!((v.skewness * v.sd_mv.powi(3) / cumulant(3) - 1.0).abs() < 1e-8);
        assert!((v.kurtosis * v.sd_mv.powi(4) / cumulant(4) - 1.0).abs() < 1e-8);
        assert!((v.tau_ms - (5.0 + v.tau_m_ms)).abs() < 1e-12);
    }

    #[test]
    fn density_has_the_moments_it_is_made_of() {
        let synapse = Synapse::conductance(10.0, 4.0, 5.0, 0.0);
        let v = fluctuations(&Neuron::default(), &[synapse], &[4.0], 0.0);
        let h = 0.001;
        let moment = |k: i32| {
            (-80_000..80_000)
                .map(|j| f64::from(j) * h)
                .map(|x| v.density(v.mean_mv + x) * x.powi(k))
                .sum::<f64>()
                * h
        };
        assert!((moment(0) - 1.0).abs() < 1e-9 && moment(1).abs() < 1e-9);
        assert!((moment(2).sqrt() - v.sd_mv).abs() < 1e-8);
        assert!((moment(3) / v.sd_mv.powi(3) - v.skewness).abs() < 1e-8);
        assert!((moment(4) / v.sd_mv.powi(4) - 3.0 - v.kurtosis).abs() < 1e-7);
    }

    #[test]
    fn crossing_is_the_tail_of_the_density() {
        let synapse = Synapse::conductance(10.0, 4.0, 5.0, 0.0);
        let drawn = fluctuations(&Neuron::default(), &[synapse], &[4.0], 0.0);
        let v = Fluctuations { kurtosis: 0.0, ..drawn };
        let h = 0.001;
        let tail: f64 =
            (0..60_000).map(|k| v.density(-60.0 + (f64::from(k) + 0.5) * h)).sum::<f64>() * h;
        assert!((v.crossing(-60.0) - TAU.sqrt() * tail).abs() < 1e-6);
    }

    #[test]
    fn without_input_the_neuron_rests() {
        let v = fluctuations(&Neuron::default(), &[], &[], 50.0);
        assert_eq!((v.mean_mv, v.sd_mv, v.skewness, v.tau_ms), (-65.0, 0.001, 0.0, 20.0));
    }

    #[test]
    fn current_synapses_do_not_load_the_membrane() {
        let mut synapse = Synapse::conductance(100.0, 1.0, 5.0, 0.0);
        (synapse.mixture, synapse.reference_mv) = (0.0, -65.0);
        let v = fluctuations(&Neuron::default(), &[synapse], &[2.0], 0.0);
        // 1 nS × 65 mV = 65 pA on 10 nS
        assert_eq!((v.conductance_ns, v.mean_mv), (10.0, -63.5));
        assert_eq!(synaptic_currents_pa(&[synapse], &[2.0], v.mean_mv), [65.0]);
    }
}
