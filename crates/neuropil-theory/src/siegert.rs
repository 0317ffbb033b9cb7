//! Stationary rate of a leaky integrate-and-fire neuron under diffusive input (Siegert).
//!
//! ```text
//! 1/ν = t_ref + τ_m √π ∫_{y_r}^{y_θ} e^{u²} (1 + erf u) du
//! y_θ = (θ − μ)/σ ,  y_r = (V_r − μ)/σ
//! μ = E_L + R I + τ_m Σ J ν_in ,   σ² = τ_m Σ J² ν_in
//! ```
//!
//! J is the total effect of an event: the jump of the potential for a delta synapse, the integral of
//! the current over C for others. The free potential has standard deviation σ/√2. Synapses that
//! decay with τ_s shift both bounds by `½ √2 |ζ(½)| √(τ_s/τ_m)`, to first order in √(τ_s/τ_m).
//!
//! # Source
//! Siegert (1951), Phys. Rev. 81:617, doi:10.1103/PhysRev.81.617; Brunel (2000), J. Comput.
//! Neurosci. 8:183, doi:10.1023/A:1008925309027; Fourcaud & Brunel (2002), Neural Comput. 14:2057,
//! doi:10.1162/089976602320264015.

use std::f64::consts::{E, PI, SQRT_2};
use std::sync::LazyLock;

use crate::error::{TheoryError, finite, not_negative, positive};
use crate::special::{erfc, erfcx, gauss_legendre};

/// A leaky integrate-and-fire neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lif {
    /// Membrane time constant τ_m `[ms]`, > 0.
    pub tau_m_ms: f64,
    /// Capacitance C `[pF]`, > 0; only currents depend on it.
    pub capacitance_pf: f64,
    /// Resting potential E_L `[mV]`.
    pub e_leak_mv: f64,
    /// Threshold θ `[mV]`, above the reset.
    pub v_threshold_mv: f64,
    /// Reset V_r `[mV]`.
    pub v_reset_mv: f64,
    /// Absolute refractory period `[ms]`, ≥ 0.
    pub t_ref_ms: f64,
}

/// Course of a postsynaptic current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Psc {
    /// Instantaneous: the weight is a jump of the potential `[mV]`.
    Delta,
    /// `w e^{−t/τ}`, weight `[pA]`.
    Exponential {
        /// Decay time `[ms]`.
        tau_ms: f64,
    },
    /// `w (t/τ) e^{1−t/τ}`, weight `[pA]`.
    Alpha {
        /// Rise time `[ms]`.
        tau_ms: f64,
    },
}

impl Psc {
    /// Total effect J of an event of weight w on the potential of a neuron of capacitance C
    /// `[mV]`: `w`, `w τ/C`, `w e τ/C`.
    pub fn jump_mv(self, weight: f64, capacitance_pf: f64) -> f64 {
        match self {
            Self::Delta => weight,
            Self::Exponential { tau_ms } => weight * tau_ms / capacitance_pf,
            Self::Alpha { tau_ms } => weight * E * tau_ms / capacitance_pf,
        }
    }

    /// Decay time of the exponential noise that the correction for filtering supposes `[ms]`: τ for
    /// an exponential, √2 τ for an alpha function, whose power spectrum falls likewise at low
    /// frequencies: `1/(1 + ω²τ²)² ≈ 1 − 2ω²τ²`. That is an approximation of ours; simulated rates
    /// for τ of 0.5 and 2 ms lie within 3 % of it.
    pub fn filter_ms(self) -> f64 {
        match self {
            Self::Delta => 0.0,
            Self::Exponential { tau_ms } => tau_ms,
            Self::Alpha { tau_ms } => SQRT_2 * tau_ms,
        }
    }
}

/// Mean and noise of the input of a neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drive {
    /// Mean μ of the potential if there were no threshold `[mV]`.
    pub mean_mv: f64,
    /// Noise σ `[mV]`, ≥ 0; the free potential has σ/√2.
    pub sigma_mv: f64,
    /// Decay time of the noise `[ms]`, ≥ 0; 0 for white noise.
    pub filter_ms: f64,
}

/// Nodes of the quadrature on each panel.
static NODES: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| gauss_legendre(24));

/// ½ √2 |ζ(½)|
const FILTER_SHIFT: f64 = 0.5 * SQRT_2 * 1.460_354_508_809_586_8;

impl Lif {
    /// Refuses parameters that make no neuron.
    ///
    /// # Errors
    /// [`TheoryError::NotPositive`], [`TheoryError::Negative`], [`TheoryError::NotFinite`].
    pub fn check(&self) -> Result<(), TheoryError> {
        positive("membrane time constant [ms]", self.tau_m_ms)?;
        positive("capacitance [pF]", self.capacitance_pf)?;
        positive("threshold less reset [mV]", self.v_threshold_mv - self.v_reset_mv)?;
        not_negative("refractory period [ms]", self.t_ref_ms)?;
        finite("resting potential [mV]", self.e_leak_mv)?;
        Ok(())
    }

    /// Drive by independent Poisson inputs, each (total rate `[Hz]`, J `[mV]`), and a current
    /// `[pA]`, through one kind of synapse.
    pub fn drive(&self, inputs: &[(f64, f64)], current_pa: f64, psc: Psc) -> Drive {
        let rest = self.e_leak_mv + current_pa * self.tau_m_ms / self.capacitance_pf;
        let [mut first, mut second] = [0.0; 2];
        for (rate_hz, jump_mv) in inputs {
            first += 1e-3 * rate_hz * jump_mv;
            second += 1e-3 * rate_hz * jump_mv * jump_mv;
        }
        Drive {
            mean_mv: rest + self.tau_m_ms * first,
            sigma_mv: (self.tau_m_ms * second).sqrt(),
            filter_ms: psc.filter_ms(),
        }
    }

    /// Reduced threshold and reset (y_θ, y_r), shifted for filtered noise.
    pub(crate) fn bounds(&self, drive: &Drive) -> [f64; 2] {
        let shift = FILTER_SHIFT * (drive.filter_ms / self.tau_m_ms).sqrt();
        [self.v_threshold_mv, self.v_reset_mv].map(|v| (v - drive.mean_mv) / drive.sigma_mv + shift)
    }

    /// Stationary rate `[Hz]`. Without noise, that of a constant current.
    ///
    /// ```
    /// use neuropil_theory::siegert::{Drive, Lif};
    /// let neuron = Lif {
    ///     tau_m_ms: 20.0, capacitance_pf: 250.0, e_leak_mv: 0.0,
    ///     v_threshold_mv: 20.0, v_reset_mv: 10.0, t_ref_ms: 2.0,
    /// };
    /// let silent = Drive { mean_mv: 15.0, sigma_mv: 0.0, filter_ms: 0.0 };
    /// assert_eq!(neuron.rate_hz(&silent), 0.0);
    /// assert!(neuron.rate_hz(&Drive { sigma_mv: 5.0, ..silent }) > 5.0);
    /// ```
    pub fn rate_hz(&self, drive: &Drive) -> f64 {
        if drive.sigma_mv <= 0.0 {
            let [above, from] = [self.v_threshold_mv, self.v_reset_mv].map(|v| drive.mean_mv - v);
            let interval = self.t_ref_ms + self.tau_m_ms * (from / above).ln();
            return if above > 0.0 { 1e3 / interval } else { 0.0 };
        }
        let [top, bottom] = self.bounds(drive);
        // everything is multiplied by e^{−m}, so that nothing overflows
        let m = top.max(0.0).powi(2);
        let scale = (-m).exp();
        1e3 * scale
            / (self.t_ref_ms * scale + self.tau_m_ms * PI.sqrt() * scaled_integral(bottom, top, m))
    }
}

/// `∫_{bottom}^{top} e^{u² − m} (1 + erf u) du`, by Gauss–Legendre panels from the top down. A panel
/// is short where the integrand grows like e^{u²} and long where it falls like 1/|u|.
fn scaled_integral(bottom: f64, top: f64, m: f64) -> f64 {
    let integrand = |u: f64| {
        if u > 0.0 { (u * u - m).exp() * (2.0 - erfc(u)) } else { erfcx(-u) * (-m).exp() }
    };
    let mut sum = 0.0;
    let mut upper = top;
    while upper > bottom {
        let width = if upper > 1.0 { 1.0 / upper } else { 0.5 * upper.abs().max(1.0) };
        let lower = (upper - width).max(bottom);
        let (middle, half) = (0.5 * (upper + lower), 0.5 * (upper - lower));
        let panel = NODES.iter().map(|(x, w)| w * integrand(middle + half * x)).sum::<f64>() * half;
        sum += panel;
        upper = lower;
        // once e^{u²} has died away, what is left below cannot matter
        if upper > 0.0 && panel < 1e-18 * sum {
            let floor = (2.0 - erfc(upper)) * (upper * upper - m).exp() * (upper - bottom);
            if floor < 1e-17 * sum {
                break;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn brunel(v_reset_mv: f64) -> Lif {
        Lif {
            tau_m_ms: 20.0,
            capacitance_pf: 250.0,
            e_leak_mv: 0.0,
            v_threshold_mv: 20.0,
            v_reset_mv,
            t_ref_ms: 2.0,
        }
    }

    #[test]
    fn rates_agree_with_quadrature_in_forty_digits() {
        // mpmath.mp.dps = 40;
        // 1e3/(2 + 20*sqrt(pi)*quad(lambda u: exp(u*u)*(1+erf(u)), linspace((10-mu)/s,(20-mu)/s,33)))
        for (mean_mv, sigma_mv, expected) in REFERENCE {
            let found = brunel(10.0).rate_hz(&Drive { mean_mv, sigma_mv, filter_ms: 0.0 });
            assert!((found / expected - 1.0).abs() < 1e-11, "{mean_mv} {sigma_mv}: {found}");
        }
    }

    #[rustfmt::skip]
    const REFERENCE: [(f64, f64, f64); 9] = [
        (15.0, 5.0, 9.460799805759127),
        (20.0, 5.0, 27.34056735307727),
        (19.0, 0.8, 4.731914537210127),
        (40.0, 3.0, 99.51967431010057),
        (12.0, 1.0, 3.5906767636889416e-26),
        (-30.0, 8.0, 1.8875482070785254e-15),
        (25.0, 60.0, 143.83933830541298),
        (10.0, 2.5, 1.227139351354712e-05),
        (23.0, 0.05, 31.92294899296939),
    ];

    #[test]
    fn little_noise_is_no_noise() {
        let neuron = brunel(10.0);
        let still = Drive { mean_mv: 30.0, sigma_mv: 0.0, filter_ms: 0.0 };
        let rate = neuron.rate_hz(&still);
        assert!((rate - 1e3 / (2.0 + 20.0 * 2.0_f64.ln())).abs() < 1e-12);
        let faint = neuron.rate_hz(&Drive { sigma_mv: 1e-4, ..still });
        assert!((faint / rate - 1.0).abs() < 1e-8, "{faint}");
        let far = neuron.rate_hz(&Drive { mean_mv: -100.0, sigma_mv: 1.0, filter_ms: 0.0 });
        assert_eq!(far, 0.0);
    }

    #[test]
    fn filtered_noise_gives_the_simulated_rates() {
        // NEST 3.10, 400 neurons for 20 s (the last four: 200 for 10 s), 0.05 ms: C 250 pF, τ_m 20, θ 20, V_r 10, t_ref 2; Poisson
        // excitation of J = 0.1 mV at the first rate, inhibition of −0.4 mV at the second
        for (psc, excitation, inhibition, simulated, tolerance) in SIMULATED {
            let neuron = brunel(10.0);
            let drive = neuron.drive(&[(excitation, 0.1), (inhibition, -0.4)], 0.0, psc);
            let found = neuron.rate_hz(&drive);
            assert!((found / simulated - 1.0).abs() < tolerance, "{psc:?}: {found} {simulated}");
        }
    }

    /// Current, rates, simulated rate, tolerance. Finite jumps cost up to 1.5 %; the correction is
    /// of first order in √(τ_s/τ_m), which is 0.32 at 2 ms and 0.5 at 5 ms.
    #[rustfmt::skip]
    const SIMULATED: [(Psc, f64, f64, f64, f64); 10] = [
        (Psc::Exponential { tau_ms: 0.2 }, 2e4, 2500.0, 21.4184, 0.01),
        (Psc::Exponential { tau_ms: 0.5 }, 2e4, 2500.0, 20.4885, 0.01),
        (Psc::Exponential { tau_ms: 1.0 }, 2e4, 2500.0, 19.5278, 0.01),
        (Psc::Exponential { tau_ms: 2.0 }, 2e4, 2500.0, 18.4149, 0.02),
        (Psc::Exponential { tau_ms: 5.0 }, 2e4, 2500.0, 16.5862, 0.09),
        (Psc::Exponential { tau_ms: 0.5 }, 2.5e4, 2500.0, 61.8163, 0.02),
        (Psc::Exponential { tau_ms: 2.0 }, 2.5e4, 2500.0, 61.2525, 0.02),
        (Psc::Alpha { tau_ms: 0.5 }, 2e4, 2500.0, 19.6075, 0.03),
        (Psc::Alpha { tau_ms: 2.0 }, 2e4, 2500.0, 17.1975, 0.01),
        (Psc::Alpha { tau_ms: 0.5 }, 2.5e4, 2500.0, 61.2555, 0.02),
    ];

    #[test]
    fn weights_become_jumps() {
        assert_eq!(Psc::Delta.jump_mv(0.1, 250.0), 0.1);
        assert_eq!(Psc::Exponential { tau_ms: 5.0 }.jump_mv(50.0, 250.0), 1.0);
        let alpha = Psc::Alpha { tau_ms: 0.5 }.jump_mv(500.0, 250.0);
        assert!((alpha - E).abs() < 1e-15);
    }

    #[test]
    fn a_threshold_below_the_reset_is_refused() {
        let error = brunel(25.0).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "threshold less reset [mV] must be positive and finite, found -5"
        );
    }
}
