//! Parameters of a point neuron and of a class of its synapses.

use crate::error::{TheoryError, finite, not_negative, positive};

/// Parameters of the adaptive exponential integrate-and-fire neuron; with `delta_mv = 0` and no
/// adaptation a leaky integrate-and-fire neuron.
///
/// ```text
/// C dV/dt = g_L (E_L − V) + g_L Δ e^{(V − V_T)/Δ} + I − w ,   τ_w dw/dt = a (V − E_L) − w
/// V > V_T + 5Δ :  V ← V_r ,  w ← w + b
/// ```
///
/// # Source
/// Brette & Gerstner (2005), J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neuron {
    /// Leak conductance g_L `[nS]`, > 0.
    pub leak_ns: f64,
    /// Capacitance C `[pF]`, > 0.
    pub capacitance_pf: f64,
    /// Leak reversal E_L `[mV]`.
    pub e_leak_mv: f64,
    /// Threshold V_T, of the exponential if Δ > 0 `[mV]`.
    pub v_threshold_mv: f64,
    /// Reset V_r `[mV]`.
    pub v_reset_mv: f64,
    /// Absolute refractory period `[ms]`, ≥ 0.
    pub t_ref_ms: f64,
    /// Slope factor Δ of the spike `[mV]`, ≥ 0; 0 for a hard threshold.
    pub delta_mv: f64,
    /// Subthreshold adaptation a `[nS]`.
    pub a_ns: f64,
    /// Jump of adaptation at a spike b `[pA]`.
    pub b_pa: f64,
    /// Adaptation time constant τ_w `[ms]`, > 0.
    pub tau_w_ms: f64,
}

impl Default for Neuron {
    /// A leaky integrate-and-fire neuron of 10 nS, 200 pF, −70/−50/−70 mV, 5 ms.
    fn default() -> Self {
        Self {
            leak_ns: 10.0,
            capacitance_pf: 200.0,
            e_leak_mv: -70.0,
            v_threshold_mv: -50.0,
            v_reset_mv: -70.0,
            t_ref_ms: 5.0,
            delta_mv: 0.0,
            a_ns: 0.0,
            b_pa: 0.0,
            tau_w_ms: 500.0,
        }
    }
}

impl Neuron {
    /// Membrane time constant at rest C/g_L `[ms]`.
    pub fn tau_m_ms(&self) -> f64 {
        self.capacitance_pf / self.leak_ns
    }

    /// Potential above which a spike is registered, V_T + 5Δ `[mV]`.
    pub fn v_spike_mv(&self) -> f64 {
        self.v_threshold_mv + 5.0 * self.delta_mv
    }

    /// Whether there is any adaptation.
    pub fn adapts(&self) -> bool {
        self.a_ns != 0.0 || self.b_pa != 0.0
    }

    /// Refuses parameters that make no neuron.
    ///
    /// # Errors
    /// [`TheoryError::NotPositive`], [`TheoryError::Negative`], [`TheoryError::NotFinite`].
    pub fn check(&self) -> Result<(), TheoryError> {
        positive("leak conductance [nS]", self.leak_ns)?;
        positive("capacitance [pF]", self.capacitance_pf)?;
        positive("adaptation time constant [ms]", self.tau_w_ms)?;
        not_negative("refractory period [ms]", self.t_ref_ms)?;
        not_negative("slope factor [mV]", self.delta_mv)?;
        finite("leak reversal [mV]", self.e_leak_mv)?;
        finite("threshold [mV]", self.v_threshold_mv)?;
        finite("reset [mV]", self.v_reset_mv)?;
        finite("subthreshold adaptation [nS]", self.a_ns)?;
        finite("spike-triggered adaptation [pA]", self.b_pa)?;
        Ok(())
    }
}

/// A class of synapses of one neuron: all that come from one population.
///
/// The current of a conductance G is `G [α (E − V) + (1 − α)(E − V₀)]`: a conductance for α = 1, a
/// current for α = 0. G jumps by Q at an event and decays with τ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// Events per spike of one presynaptic neuron: number of synapses `N·p`, times the release
    /// probability, ≥ 0.
    pub synapses: f64,
    /// Conductance of one event Q `[nS]`, ≥ 0.
    pub quantum_ns: f64,
    /// Decay time τ `[ms]`, > 0.
    pub tau_ms: f64,
    /// Reversal potential E `[mV]`.
    pub reversal_mv: f64,
    /// Share of conductance α, 0 to 1.
    pub mixture: f64,
    /// Reference potential V₀ of the current share `[mV]`; of no effect if α = 1.
    pub reference_mv: f64,
}

impl Synapse {
    /// A pure conductance.
    pub fn conductance(synapses: f64, quantum_ns: f64, tau_ms: f64, reversal_mv: f64) -> Self {
        Self { synapses, quantum_ns, tau_ms, reversal_mv, mixture: 1.0, reference_mv: 0.0 }
    }

    /// Driving force `α (E − v) + (1 − α)(E − V₀)` `[mV]`.
    pub fn driving_force_mv(&self, v_mv: f64) -> f64 {
        let Self { reversal_mv: e, mixture, reference_mv, .. } = self;
        mixture * (e - v_mv) + (1.0 - mixture) * (e - reference_mv)
    }

    /// Rate of events per ms at a presynaptic rate `[Hz]`.
    pub(crate) fn events_per_ms(&self, rate_hz: f64) -> f64 {
        1e-3 * rate_hz * self.synapses
    }

    /// Refuses parameters that make no synapse.
    ///
    /// # Errors
    /// [`TheoryError::NotPositive`], [`TheoryError::Negative`], [`TheoryError::NotFinite`].
    pub fn check(&self) -> Result<(), TheoryError> {
        not_negative("number of synapses", self.synapses)?;
        not_negative("quantal conductance [nS]", self.quantum_ns)?;
        positive("synaptic decay time [ms]", self.tau_ms)?;
        finite("synaptic reversal [mV]", self.reversal_mv)?;
        not_negative("conductance share", self.mixture)?;
        finite("reference potential [mV]", self.reference_mv)?;
        Ok(())
    }
}
