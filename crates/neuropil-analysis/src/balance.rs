//! Balance of excitation and inhibition.

use crate::correlation::pearson;
use crate::descriptive::mean;
use crate::error::{AnalysisError, length};
use crate::membrane::{SpikeRemoval, Trace};

/// Balance of the two synaptic currents of a neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurrentBalance {
    /// Mean excitatory current `[pA]`, positive inwards.
    pub excitatory_pa: f64,
    /// Mean inhibitory current `[pA]`, negative.
    pub inhibitory_pa: f64,
    /// `−Ī_i/Ī_e`: 1 for perfect balance. `None` without excitation.
    pub ratio: Option<f64>,
    /// Pearson's correlation of `I_e` and `−I_i` in time: how tight the balance is. `None` if one
    /// is constant.
    pub tightness: Option<f64>,
}

/// Balance of conductances of a neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConductanceBalance {
    /// Mean excitatory conductance `[nS]`.
    pub excitatory_ns: f64,
    /// Mean inhibitory conductance `[nS]`.
    pub inhibitory_ns: f64,
    /// `Ḡ_i/Ḡ_e`; `None` without excitation.
    pub ratio: Option<f64>,
    /// `(g_L + Ḡ_e + Ḡ_i)/g_L`: how much the synapses load the membrane.
    pub load: f64,
}

/// Balance of recorded currents, `removal` around every spike left out (while a neuron is held at
/// its reset potential its driving forces mean nothing).
///
/// # Errors
/// [`AnalysisError::Length`] for traces of unequal length, [`AnalysisError::NotPositive`] for the
/// sampling interval, [`AnalysisError::TooShort`] if spikes leave nothing.
pub fn currents(
    excitatory_pa: Trace<'_>,
    inhibitory_pa: &[f64],
    spikes_ms: &[f64],
    removal: SpikeRemoval,
) -> Result<CurrentBalance, AnalysisError> {
    length("the inhibitory current", inhibitory_pa.len(), excitatory_pa.values.len())?;
    let inhibitory = Trace { values: inhibitory_pa, ..excitatory_pa };
    let [e, i] = [
        excitatory_pa.between_spikes(spikes_ms, removal)?.concat(),
        inhibitory.between_spikes(spikes_ms, removal)?.concat(),
    ];
    let (Some(mean_e), Some(mean_i)) = (mean(&e), mean(&i)) else {
        let what = "the current between spikes";
        return Err(AnalysisError::TooShort { what, needed: 1, found: 0 });
    };
    Ok(CurrentBalance {
        excitatory_pa: mean_e,
        inhibitory_pa: mean_i,
        ratio: (mean_e != 0.0).then(|| -mean_i / mean_e),
        tightness: pearson(&e, &i)?.map(|r| -r),
    })
}

/// Balance of recorded conductances beside a leak of `leak_ns`.
///
/// # Errors
/// [`AnalysisError::Length`] for unequal lengths, [`AnalysisError::TooShort`] for no sample,
/// [`AnalysisError::NotPositive`] for the leak.
pub fn conductances(
    excitatory_ns: &[f64],
    inhibitory_ns: &[f64],
    leak_ns: f64,
) -> Result<ConductanceBalance, AnalysisError> {
    length("the inhibitory conductance", inhibitory_ns.len(), excitatory_ns.len())?;
    crate::error::positive("leak [nS]", leak_ns)?;
    let (Some(e), Some(i)) = (mean(excitatory_ns), mean(inhibitory_ns)) else {
        let what = "the conductance";
        return Err(AnalysisError::TooShort { what, needed: 1, found: 0 });
    };
    let ratio = (e != 0.0).then(|| i / e);
    let load = (leak_ns + e + i) / leak_ns;
    Ok(ConductanceBalance { excitatory_ns: e, inhibitory_ns: i, ratio, load })
}

/// One class of synapses of a neuron, all driven at one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drive {
    /// Rate of each presynaptic neuron `[Hz]`.
    pub rate_hz: f64,
    /// Number of synapses (release probability included).
    pub synapses: f64,
    /// Conductance of one event `[nS]`.
    pub quantum_ns: f64,
    /// Decay time `[ms]`.
    pub tau_ms: f64,
    /// Reversal potential `[mV]`.
    pub reversal_mv: f64,
}

impl Drive {
    /// Mean current `ν K Q τ (E − V̄)` at a mean potential `[pA]`: tells the afferent from the
    /// recurrent part of an excitation that was recorded as one.
    pub fn mean_current_pa(&self, v_mv: f64) -> f64 {
        let conductance_ns = 1e-3 * self.rate_hz * self.synapses * self.quantum_ns * self.tau_ms;
        conductance_ns * (self.reversal_mv - v_mv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_currents_are_tightly_balanced() {
        let e: Vec<f64> = (0..100).map(|k| 200.0 + f64::from(k % 7)).collect();
        let i: Vec<f64> = e.iter().map(|x| -0.5 * x).collect();
        let trace = Trace { values: &e, start_ms: 0.0, dt_ms: 0.1 };
        let balance = currents(trace, &i, &[], SpikeRemoval::default()).unwrap();
        assert!((balance.ratio.unwrap() - 0.5).abs() < 1e-12);
        assert!((balance.tightness.unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn samples_around_spikes_do_not_count() {
        let mut e = vec![100.0; 100];
        e[40..61].fill(1e6);
        let trace = Trace { values: &e, start_ms: 0.0, dt_ms: 1.0 };
        let removal = SpikeRemoval { before_ms: 10.0, after_ms: 10.0 };
        let balance = currents(trace, &[-50.0; 100], &[50.0], removal).unwrap();
        assert_eq!((balance.excitatory_pa, balance.inhibitory_pa), (100.0, -50.0));
        assert_eq!(balance.tightness, None);
    }

    #[test]
    fn mean_current_of_a_drive_is_conductance_times_driving_force() {
        // 5 Hz × 200 synapses × 1 nS × 5 ms = 5 nS; 5 nS × 60 mV = 300 pA
        let [rate_hz, synapses, quantum_ns, tau_ms, reversal_mv] = [5.0, 200.0, 1.0, 5.0, 0.0];
        let drive = Drive { rate_hz, synapses, quantum_ns, tau_ms, reversal_mv };
        assert!((drive.mean_current_pa(-60.0) - 300.0).abs() < 1e-12);
    }

    #[test]
    fn conductances_load_the_membrane() {
        let balance = conductances(&[4.0, 6.0], &[20.0, 20.0], 10.0).unwrap();
        assert_eq!((balance.ratio, balance.load), (Some(4.0), 3.5));
    }
}
