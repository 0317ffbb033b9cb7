//! How strongly a neuron answers: peak of a postsynaptic potential, rheobase.

use std::collections::BTreeMap;

use neuropil_core::Clock;

use super::contract::{Arrivals, Build, ModelInfo, Neurons};
use super::linear::Membrane;
use super::table::Given;
use crate::description::{Column, ModelError};

/// Peak change of the potential `[mV]` per unit of weight, caused by one event on `channel` at rest.
///
/// The sign is that of a response in the direction of the weight: a weight of `psp/unit_psp` (negative
/// on channel 1) has a response of `psp` in models that are linear, and in the others to first order.
/// `parameters` are columns as in [`Build`], of which the value of neuron `neuron` counts. `None` if
/// the model has no membrane potential or no such channel.
///
/// Closed forms for `iaf_psc_delta` (1), `iaf_psc_exp` and `iaf_psc_alpha` (peak at
/// `t = (−W₋₁(−e^(−1/a)/a) − 1/a)/b` with `a = τ_m/τ_s`, `b = 1/τ_s − 1/τ_m`); the other models are
/// simulated, with `I_e = 0`, after they have come to rest, with a small event.
///
/// ```
/// use neuropil_network::description::Column;
/// use neuropil_network::neurons::{find, unit_psp};
/// let given = [("tau_m", 20.0), ("tau_syn_ex", 0.5)]
///     .map(|(name, value)| (name.to_string(), Column::Same(value)));
/// let psp = unit_psp(find("iaf_psc_alpha").unwrap(), &given.into(), 0, 0)?.unwrap();
/// assert!((psp - 0.004_835_553_641_724_627).abs() < 1e-15); // mV/pA
/// # Ok::<(), neuropil_network::description::ModelError>(())
/// ```
///
/// # Errors
/// [`ModelError`] for an unknown name or a value out of range.
pub fn unit_psp(
    model: &'static ModelInfo,
    parameters: &BTreeMap<String, Column>,
    neuron: usize,
    channel: usize,
) -> Result<Option<f64>, ModelError> {
    let single = Single::new(model, parameters, neuron)?;
    if channel >= model.channels.len() || !single.has_potential() {
        return Ok(None);
    }
    let tau = ["tau_syn_ex", "tau_syn_in"].get(channel).copied();
    match (model.name, tau) {
        ("iaf_psc_delta", _) => Ok(Some(1.0)),
        ("iaf_psc_exp", Some(tau)) => {
            single.with(|given| Ok(Some(membrane(given).peak_exponential(given.parameter(tau, 0)))))
        }
        ("iaf_psc_alpha", Some(tau)) => {
            single.with(|given| Ok(Some(membrane(given).peak_alpha(given.parameter(tau, 0)))))
        }
        _ => single.simulated_psp(channel).map(Some),
    }
}

/// Smallest constant current `[pA]` that makes the neuron fire. `None` if the model has no membrane
/// potential, or stays silent at 10⁷ pA.
///
/// `iaf_psc_*`: `(V_th − E_L) C_m/τ_m`; `iaf_cond_*`: `g_L (V_th − E_L)`; `aeif_*`: the current at which the
/// resting state loses its stability, by a Hopf bifurcation if `a/g_L > τ_m/τ_w`, else by a saddle-node
/// (Touboul & Brette 2008, Biol. Cybern. 99:319, doi:10.1007/s00422-008-0267-4); the others by bisection of
/// simulations of one second, to 10⁻⁶ of the value.
///
/// # Errors
/// [`ModelError`] for an unknown name or a value out of range.
pub fn rheobase(
    model: &'static ModelInfo,
    parameters: &BTreeMap<String, Column>,
    neuron: usize,
) -> Result<Option<f64>, ModelError> {
    let single = Single::new(model, parameters, neuron)?;
    if !single.has_potential() {
        return Ok(None);
    }
    single.with(|given| {
        let value = |name| given.parameter(name, 0);
        Ok(match model.name {
            "iaf_psc_delta" | "iaf_psc_exp" | "iaf_psc_alpha" => {
                Some((value("V_th") - value("E_L")) * value("C_m") / value("tau_m"))
            }
            "iaf_cond_exp" | "iaf_cond_alpha" => {
                Some(value("g_L") * (value("V_th") - value("E_L")))
            }
            name if name.starts_with("aeif_") => Some(adaptive_rheobase(given)),
            _ => single.simulated_rheobase()?,
        })
    })
}

/// Where the fixed point of the adaptive exponential model loses its stability.
fn adaptive_rheobase(given: &Given<'_>) -> f64 {
    let value = |name| given.parameter(name, 0);
    let (g_l, a, delta) = (value("g_L"), value("a"), value("Delta_T"));
    let (e_l, v_th) = (value("E_L"), value("V_th"));
    if delta == 0.0 {
        return (g_l + a) * (v_th - e_l);
    }
    let tau_ratio = value("C_m") / g_l / value("tau_w");
    // There exp((V − V_th)/Δ_T) = 1 + min(a/g_L, τ_m/τ_w).
    let gain = 1.0 + (a / g_l).min(tau_ratio);
    let v = v_th + delta * gain.ln();
    (g_l + a) * (v - e_l) - g_l * delta * gain
}

fn membrane(given: &Given<'_>) -> Membrane {
    Membrane { c_m: given.parameter("C_m", 0), tau_m: given.parameter("tau_m", 0) }
}

/// One neuron of a model, on its own.
struct Single {
    model: &'static ModelInfo,
    parameters: BTreeMap<String, Column>,
    clock: Clock,
}

impl Single {
    fn new(
        model: &'static ModelInfo,
        parameters: &BTreeMap<String, Column>,
        neuron: usize,
    ) -> Result<Self, ModelError> {
        let parameters = parameters
            .iter()
            .map(|(name, column)| (name.clone(), Column::Same(column.at(neuron))))
            .collect();
        let clock = Clock::new(STEP_MS).unwrap_or_else(|_| unreachable!("the step is positive"));
        let single = Self { model, parameters, clock };
        single.neurons(None)?; // checks names and values
        Ok(single)
    }

    fn has_potential(&self) -> bool {
        self.model.variables.iter().any(|variable| variable.name == "V_m")
    }

    fn with<T>(
        &self,
        use_of: impl FnOnce(&Given<'_>) -> Result<T, ModelError>,
    ) -> Result<T, ModelError> {
        let initial = BTreeMap::new();
        let build = self.build(&self.parameters, &initial);
        use_of(&Given::new(self.model, &build)?)
    }

    fn build<'a>(
        &self,
        parameters: &'a BTreeMap<String, Column>,
        initial: &'a BTreeMap<String, Column>,
    ) -> Build<'a> {
        Build { parameters, initial, size: 1, first: 0, clock: self.clock, key: [0; 2] }
    }

    /// The neuron, with another constant current if one is given.
    fn neurons(&self, i_e: Option<f64>) -> Result<Box<dyn Neurons>, ModelError> {
        let (mut parameters, initial) = (self.parameters.clone(), BTreeMap::new());
        if let Some(i_e) = i_e {
            parameters.insert("I_e".into(), Column::Same(i_e));
        }
        // The fixed tolerance of NEST would show in the result.
        if self.model.parameters.iter().any(|p| p.name == "gsl_error_tol") {
            parameters.insert("gsl_error_tol".into(), Column::Same(1e-9));
        }
        (self.model.build)(&self.build(&parameters, &initial))
    }

    /// Peak of the difference between a neuron that gets an event and one that gets none.
    fn simulated_psp(&self, channel: usize) -> Result<f64, ModelError> {
        let (mut quiet, mut excited) = (self.neurons(Some(0.0))?, self.neurons(Some(0.0))?);
        let weight = if channel == 1 { -SMALL } else { SMALL };
        let (mut spikes, mut peak, mut since) = (Vec::new(), 0.0_f64, 0);
        for step in 0..SETTLE_STEPS + PSP_STEPS {
            let event = [weight];
            let mut channels: [&[f64]; 2] = [&[]; 2];
            if step == SETTLE_STEPS {
                channels[channel] = &event;
            }
            let arrivals = Arrivals { channels: &channels, ..Arrivals::default() };
            let faults = [
                quiet.advance(0..1, step, &Arrivals::default(), &mut spikes),
                excited.advance(0..1, step, &arrivals, &mut spikes),
            ];
            if faults.iter().any(Result::is_err) {
                break; // a neuron that cannot rest has no response at rest
            }
            let change = (excited.read(0, 0) - quiet.read(0, 0)) / weight;
            if change.abs() > peak.abs() {
                (peak, since) = (change, step);
            } else if step > since + PAST_PEAK_STEPS && step > SETTLE_STEPS + PAST_PEAK_STEPS {
                break;
            }
        }
        Ok(peak)
    }

    fn simulated_rheobase(&self) -> Result<Option<f64>, ModelError> {
        let fires = |i_e: f64| -> Result<bool, ModelError> {
            let (mut neuron, mut spikes) = (self.neurons(Some(i_e))?, Vec::new());
            for step in 0..RHEOBASE_STEPS {
                if neuron.advance(0..1, step, &Arrivals::default(), &mut spikes).is_err() {
                    return Ok(false);
                }
                if step < SETTLE_STEPS {
                    spikes.clear(); // transients of the start
                } else if !spikes.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let (mut low, mut high) = (0.0, 1.0);
        while !fires(high)? {
            (low, high) = (high, 2.0 * high);
            if high > 1e7 {
                return Ok(None);
            }
        }
        while high - low > 1e-6 * high {
            let middle = 0.5 * (low + high);
            if fires(middle)? { high = middle } else { low = middle }
        }
        Ok(Some(high))
    }
}

/// Step of simulated responses `[ms]`.
const STEP_MS: f64 = 0.02;
/// 500 ms to come to rest.
const SETTLE_STEPS: u64 = 25_000;
/// A peak is searched for within 1 s, and over when there was none higher for 20 ms.
const PSP_STEPS: u64 = 50_000;
const PAST_PEAK_STEPS: u64 = 1_000;
/// 1 s of observation after coming to rest.
const RHEOBASE_STEPS: u64 = SETTLE_STEPS + 50_000;
/// Weight of the event: small, so that the response is the linear one.
const SMALL: f64 = 1e-3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neurons::find;

    fn columns(values: &[(&str, f64)]) -> BTreeMap<String, Column> {
        values.iter().map(|(name, x)| ((*name).into(), Column::Same(*x))).collect()
    }

    fn psp(model: &str, values: &[(&str, f64)], channel: usize) -> f64 {
        unit_psp(find(model).unwrap(), &columns(values), 0, channel).unwrap().unwrap()
    }

    #[test]
    fn closed_forms_have_the_published_values() {
        assert_eq!(psp("iaf_psc_delta", &[], 0), 1.0);
        let cell = [("C_m", 1.0), ("tau_m", 20.0), ("tau_syn_ex", 5.0), ("tau_syn_in", 5.0)];
        assert!((psp("iaf_psc_exp", &cell, 0) - 3.149_802_624_7).abs() < 5e-11);
        let cell = [("C_m", 1.0), ("tau_m", 10.0), ("tau_syn_ex", 3.0), ("tau_syn_in", 5.0)];
        assert!((psp("iaf_psc_exp", &cell, 1) - 2.5).abs() < 1e-14);
    }

    /// At rest a conductance of g acts like a current g (E − V), as long as it is small.
    #[test]
    fn simulated_responses_agree_with_closed_forms_where_there_are_any() {
        let tau_m = 250.0 / 16.6667;
        let forces = [70.0, 15.0]; // E_ex − E_L, E_L − E_in
        for (channel, tau_s) in [2.0, 5.0].into_iter().enumerate() {
            let synapses = [("tau_syn_ex", 2.0), ("tau_syn_in", 5.0)];
            let m = Membrane { c_m: 250.0, tau_m };
            let exp = psp("iaf_cond_exp", &synapses, channel);
            let expected = forces[channel] * m.peak_exponential(tau_s);
            // 1e-3 nS against 17 nS of leak; the grid of 0.02 ms misses the peak by ~1e-5.
            assert!((exp / expected - 1.0).abs() < 1e-4, "{exp} {expected}");
            let alpha = psp("iaf_cond_alpha", &synapses, channel);
            let expected = forces[channel] * m.peak_alpha(tau_s);
            assert!((alpha / expected - 1.0).abs() < 2e-4, "{alpha} {expected}");
        }
    }

    #[test]
    fn rheobase_separates_silence_from_spikes() {
        for model in ["iaf_psc_alpha", "iaf_cond_exp", "aeif_psc_exp", "izhikevich"] {
            let info = find(model).unwrap();
            let threshold = rheobase(info, &BTreeMap::new(), 0).unwrap().unwrap();
            let spikes = |i_e: f64| {
                let single = Single::new(info, &BTreeMap::new(), 0).unwrap();
                let mut neuron = single.neurons(Some(i_e)).unwrap();
                let mut spikes = Vec::new();
                for step in 0..150_000 {
                    neuron.advance(0..1, step, &Arrivals::default(), &mut spikes).unwrap();
                    if step < 25_000 {
                        spikes.clear();
                    }
                }
                spikes.len()
            };
            // Close to a Hopf bifurcation oscillations need long to grow.
            assert_eq!(spikes(threshold * 0.99), 0, "{model} below {threshold}");
            assert!(spikes(threshold * 1.02) > 0, "{model} above {threshold}");
        }
    }

    #[test]
    fn a_relay_has_no_potential() {
        let info = find("parrot_neuron").unwrap();
        assert_eq!(unit_psp(info, &BTreeMap::new(), 0, 0), Ok(None));
        assert_eq!(rheobase(info, &BTreeMap::new(), 0), Ok(None));
    }
}
