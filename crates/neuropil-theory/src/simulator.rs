//! A fast simulator of one neuron under Poisson input, many trials at a time.
//!
//! The neuron is the adaptive exponential one, optionally with an inactivating threshold
//! ([`Inactivation`]). Input of class s is shot noise: conductance jumps of Q_s at Poisson times,
//! exponential decay. Forward Euler except for the exact decay of conductances; a step does, in
//! this order,
//!
//! ```text
//! G_s ← G_s e^{−dt/τ_s} + Q_s n_s          n_s Poisson, mean R_s dt
//! w   ← w + dt [a (V − E_L) − w]/τ_w
//! V   ← V + dt [I + g_L Δ e^{(V − V_T)/Δ} − w + g_L (E_L − V) + g_x (E_x − V) + Σ Ḡ_s U_s(V)]/C
//!                                           (V held for T_ref/dt steps after a spike)
//! θ   ← θ + dt (θ_∞(V) − θ)/T_i ,   θ_∞ = V_T + A_i max(V − V_i, 0)
//! V ≥ θ + 5Δ :  spike, V ← V_r , w ← w + b
//! ```
//!
//! with U_s(V) = α(E − V) + (1 − α)(E − V₀) and Ḡ = G (1 − e^{−dt/τ}) τ/dt, the mean of the decaying
//! conductance over the step (plain Euler takes its start, which is dt/2τ too much). V starts at the reset, θ at V_T, all else at 0.
//!
//! Trials share the neuron and the time constants of its synapses and differ in rates, quanta,
//! current and shunt. Sixty-four of them go side by side through vector registers; groups go to
//! threads. A trial's numbers depend on the seed and its own stream only, not on its company.

mod kernel;
mod poisson;

use rayon::prelude::*;

use crate::error::{TheoryError, finite, not_negative, positive};
use crate::neuron::{Neuron, Synapse};
use kernel::{Batch, LANES};

/// A threshold that follows depolarisation (sodium inactivation):
/// `T_i dθ/dt = V_T + A_i max(V − V_i, 0) − θ`.
///
/// # Source
/// Platkiewicz & Brette (2011), PLoS Comput. Biol. 7:e1001129, doi:10.1371/journal.pcbi.1001129.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inactivation {
    /// Slope A_i.
    pub slope: f64,
    /// Potential above which inactivation acts V_i `[mV]`.
    pub onset_mv: f64,
    /// Time constant T_i `[ms]`, > 0.
    pub tau_ms: f64,
}

/// A neuron with everything that trials share.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The neuron.
    pub neuron: Neuron,
    /// An inactivating threshold, if any.
    pub inactivation: Option<Inactivation>,
    /// Classes of synapses. Their number of synapses and quantum are those of the trials.
    pub synapses: Vec<Synapse>,
}

/// Steps and durations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Step `[ms]`.
    pub dt_ms: f64,
    /// Duration, what is discarded included `[ms]`.
    pub duration_ms: f64,
    /// Time at the beginning in which spikes do not count `[ms]`.
    pub discard_ms: f64,
}

impl Default for Timing {
    /// Steps of 0.1 ms, 10 s of which the first 100 ms are discarded.
    fn default() -> Self {
        Self { dt_ms: 0.1, duration_ms: 10_000.0, discard_ms: 100.0 }
    }
}

impl Timing {
    pub(crate) fn steps(&self) -> Result<(usize, usize), TheoryError> {
        positive("step [ms]", self.dt_ms)?;
        positive("duration [ms]", self.duration_ms)?;
        not_negative("discarded time [ms]", self.discard_ms)?;
        if self.discard_ms >= self.duration_ms {
            let (found, limit) = (self.discard_ms, self.duration_ms);
            return Err(TheoryError::TooLarge { what: "discarded time [ms]", found, limit });
        }
        let steps = |t: f64| (t / self.dt_ms).round() as usize;
        Ok((steps(self.duration_ms), steps(self.discard_ms)))
    }
}

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Total event rate of each class of synapses `[Hz]`: rate times number of synapses.
    pub events_hz: Vec<f64>,
    /// Quantal conductance of each class `[nS]`.
    pub quanta_ns: Vec<f64>,
    /// Constant current `[pA]`.
    pub current_pa: f64,
    /// An additional constant conductance g_x `[nS]`,
    pub shunt_ns: f64,
    /// and its reversal potential E_x `[mV]`.
    pub shunt_mv: f64,
    /// Which random stream; trials with different ones are independent.
    pub stream: u64,
}

impl Trial {
    /// A trial at presynaptic rates, with the numbers of synapses and quanta of `synapses`.
    pub fn at_rates(synapses: &[Synapse], rates_hz: &[f64], stream: u64) -> Self {
        Self {
            events_hz: synapses.iter().zip(rates_hz).map(|(s, rate)| s.synapses * rate).collect(),
            quanta_ns: synapses.iter().map(|s| s.quantum_ns).collect(),
            current_pa: 0.0,
            shunt_ns: 0.0,
            shunt_mv: 0.0,
            stream,
        }
    }
}

/// What one trial did.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Potential after each step `[mV]`; the reset potential where there was a spike.
    pub v_mv: Vec<f64>,
    /// Adaptation current after each step `[pA]`.
    pub w_pa: Vec<f64>,
    /// Threshold variable after each step `[mV]`.
    pub theta_mv: Vec<f64>,
    /// Conductance of each class at the beginning of each step, its events included `[nS]`.
    pub g_ns: Vec<Vec<f64>>,
    /// Spike times, the ends of their steps `[ms]`.
    pub spikes_ms: Vec<f64>,
}

/// Largest mean number of events of a class in a step.
const MAX_EVENTS_PER_STEP: f64 = 500.0;

impl Cell {
    /// A neuron without inactivation.
    pub fn new(neuron: Neuron, synapses: &[Synapse]) -> Self {
        Self { neuron, inactivation: None, synapses: synapses.to_vec() }
    }

    /// Firing rate of each trial after the discarded time `[Hz]`. Runs on all threads of the
    /// current rayon pool; the result does not depend on their number.
    ///
    /// # Errors
    /// Parameters out of range, [`TheoryError::Length`] for a trial of another number of classes,
    /// [`TheoryError::TooLarge`] for more than 500 events of a class in a step.
    pub fn rates_hz(
        &self,
        trials: &[Trial],
        timing: Timing,
        seed: u64,
    ) -> Result<Vec<f64>, TheoryError> {
        let (steps, discard) = timing.steps()?;
        self.check(trials, timing)?;
        let per_spike = 1e3 / ((steps - discard) as f64 * timing.dt_ms);
        let counts: Vec<[f64; LANES]> = trials
            .par_chunks(LANES)
            .map(|group| {
                let mut batch = Batch::<LANES>::new(self, group, timing.dt_ms, seed);
                pulp::Arch::new().dispatch(kernel::CountSpikes {
                    batch: &mut batch,
                    steps,
                    discard,
                })
            })
            .collect();
        Ok(counts.iter().flatten().take(trials.len()).map(|count| count * per_spike).collect())
    }

    /// Steps of the spikes of each trial, counted from the end of the discarded time, with the
    /// events of some classes given: `given[class]` lists, for every trial, the steps of its events
    /// from the very beginning. Classes with `None` get Poisson events.
    ///
    /// # Errors
    /// Those of [`Cell::rates_hz`], and [`TheoryError::Length`] unless each list is as long as the
    /// list of trials.
    pub fn spike_steps(
        &self,
        trials: &[Trial],
        given: &[Option<Vec<Vec<u32>>>],
        timing: Timing,
        seed: u64,
    ) -> Result<Vec<Vec<u32>>, TheoryError> {
        let (steps, discard) = timing.steps()?;
        self.check(trials, timing)?;
        for trains in given.iter().flatten() {
            crate::error::length("given trains", trains.len(), trials.len())?;
        }
        let groups: Vec<Vec<Vec<u32>>> = trials
            .par_chunks(LANES)
            .enumerate()
            .map(|(rank, group)| {
                let own = rank * LANES..rank * LANES + group.len();
                let part: Vec<Option<&[Vec<u32>]>> =
                    given.iter().map(|g| g.as_ref().map(|g| &g[own.clone()])).collect();
                let dt = timing.dt_ms;
                let mut batch = Batch::<LANES>::with_given(self, group, &part, steps, dt, seed);
                let batch = &mut batch;
                let mut trains =
                    pulp::Arch::new().dispatch(kernel::CollectSpikes { batch, steps, discard });
                trains.truncate(group.len());
                trains
            })
            .collect();
        Ok(groups.into_iter().flatten().collect())
    }

    /// Everything that happens in one trial, from the same numbers as [`Cell::rates_hz`].
    ///
    /// # Errors
    /// Those of [`Cell::rates_hz`].
    pub fn trace(&self, trial: &Trial, timing: Timing, seed: u64) -> Result<Trace, TheoryError> {
        let (steps, _) = timing.steps()?;
        self.check(std::slice::from_ref(trial), timing)?;
        let mut batch = Batch::<1>::new(self, std::slice::from_ref(trial), timing.dt_ms, seed);
        Ok(batch.trace(steps, timing.dt_ms))
    }

    fn check(&self, trials: &[Trial], timing: Timing) -> Result<(), TheoryError> {
        self.neuron.check()?;
        if let Some(inactivation) = self.inactivation {
            positive("inactivation time constant [ms]", inactivation.tau_ms)?;
            finite("inactivation slope", inactivation.slope)?;
            finite("inactivation onset [mV]", inactivation.onset_mv)?;
        }
        for synapse in &self.synapses {
            synapse.check()?;
        }
        for trial in trials {
            crate::error::length("event rates", trial.events_hz.len(), self.synapses.len())?;
            crate::error::length("quanta", trial.quanta_ns.len(), self.synapses.len())?;
            finite("current [pA]", trial.current_pa)?;
            not_negative("shunt [nS]", trial.shunt_ns)?;
            finite("shunt reversal [mV]", trial.shunt_mv)?;
            for rate in &trial.events_hz {
                let found = 1e-3 * not_negative("event rate [Hz]", *rate)? * timing.dt_ms;
                if found > MAX_EVENTS_PER_STEP {
                    let (what, limit) = ("mean number of events in a step", MAX_EVENTS_PER_STEP);
                    return Err(TheoryError::TooLarge { what, found, limit });
                }
            }
            for quantum in &trial.quanta_ns {
                finite("quantal conductance [nS]", *quantum)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
