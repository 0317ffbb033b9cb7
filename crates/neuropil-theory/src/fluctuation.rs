//! Characterisation with the fluctuations of the potential imposed instead of the input rates.
//!
//! Mean μ, standard deviation σ and correlation time τ_V of the potential are set by injected
//! current, as in a dynamic clamp: two shot noises of opposite sign (rate f each, decay
//! T_s = r·C/g_L, fixed driving force D) about a constant current, beside a shunt that reverses at μ
//! and brings the conductance to m·g_L:
//!
//! ```text
//! I₀ = g_L (μ − E_L) ,   g_x = (m − 1) g_L ,   τ_V = T_s + C/(m g_L)
//! Q  = m g_L σ √(τ_V / f) / (T_s D)
//! ```
//!
//! # Source
//! Zerlaut, Teleńczuk, Deleuze, Bal, Ouanounou & Destexhe (2016), J. Physiol. 594:3791,
//! doi:10.1113/JP272317.

use crate::error::{TheoryError, positive};
use crate::membrane::Fluctuations;
use crate::neuron::{Neuron, Synapse};
use crate::simulator::{Cell, Inactivation, Timing, Trial};

/// What to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct FluctuationProtocol {
    /// The neuron.
    pub neuron: Neuron,
    /// An inactivating threshold, if any.
    pub inactivation: Option<Inactivation>,
    /// Means of the potential to visit `[mV]`.
    pub mean_mv: Vec<f64>,
    /// Smallest and largest SD at the first mean, and at the last; linear in between `[mV]`.
    pub sd_mv: [[f64; 2]; 2],
    /// Number of standard deviations at each mean.
    pub sd_levels: usize,
    /// Conductances m, in multiples of the leak, ≥ 1.
    pub loads: Vec<f64>,
    /// Decay time of the noise r, in multiples of C/g_L, > 0.
    pub noise_ratio: f64,
    /// Driving force D `[mV]`, > 0.
    pub driving_force_mv: f64,
    /// Rate f of each of the two shot noises `[Hz]`, > 0.
    pub noise_hz: f64,
    /// Step, duration, discarded time.
    pub timing: Timing,
    /// Independent trials at each point, ≥ 1.
    pub replicates: usize,
    /// Seed of the noise.
    pub seed: u64,
}

impl FluctuationProtocol {
    /// The usual grid for a neuron: 4 means from −70 to −55 mV; 8 SDs from 5–9 mV at the lowest to
    /// 1–5 mV at the highest mean; 4 loads evenly spaced in 1/m from 1/8 to 1/1.15; r = 0.25, D =
    /// 20 mV, f = 2 kHz; 3 trials of 10 s at 0.01 ms.
    pub fn new(neuron: Neuron) -> Self {
        let level = |k: i32, low: f64, high: f64| low + f64::from(k) / 3.0 * (high - low);
        Self {
            neuron,
            inactivation: None,
            mean_mv: (0..4).map(|k| level(k, -70.0, -55.0)).collect(),
            sd_mv: [[5.0, 9.0], [1.0, 5.0]],
            sd_levels: 8,
            loads: (0..4).map(|k| 1.0 / level(k, 1.0 / 8.0, 1.0 / 1.15)).collect(),
            noise_ratio: 0.25,
            driving_force_mv: 20.0,
            noise_hz: 2000.0,
            timing: Timing { dt_ms: 0.01, ..Timing::default() },
            replicates: 3,
            seed: 0,
        }
    }

    /// The states to visit: means slowest, then SDs, loads fastest. Skewness is 0 by symmetry.
    pub fn points(&self) -> Vec<Fluctuations> {
        let share = |k: usize, n: usize| if n > 1 { k as f64 / (n - 1) as f64 } else { 0.0 };
        let mix = |a: f64, b: f64, x: f64| a + (b - a) * x;
        let rest = self.neuron.tau_m_ms();
        let mut points = Vec::new();
        for (i, &mean_mv) in self.mean_mv.iter().enumerate() {
            let x = share(i, self.mean_mv.len());
            let [low, high] = [0, 1].map(|end| mix(self.sd_mv[0][end], self.sd_mv[1][end], x));
            for j in 0..self.sd_levels {
                let sd_mv = mix(low, high, share(j, self.sd_levels));
                points.extend(self.loads.iter().map(|load| Fluctuations {
                    mean_mv,
                    sd_mv,
                    skewness: 0.0,
                    kurtosis: 0.0,
                    tau_ms: self.noise_ratio * rest + rest / load,
                    conductance_ns: load * self.neuron.leak_ns,
                    tau_m_ms: rest / load,
                }));
            }
        }
        points
    }

    /// The cell and the trial that impose a state. The two classes of synapses are the two noises.
    pub fn trial(&self, state: &Fluctuations, stream: u64) -> (Cell, Trial) {
        let neuron = self.neuron;
        let noise_ms = self.noise_ratio * neuron.tau_m_ms();
        let noise = |sign: f64| Synapse {
            mixture: 0.0,
            reference_mv: 0.0,
            ..Synapse::conductance(1.0, 1.0, noise_ms, sign * self.driving_force_mv)
        };
        let events_per_ms = 1e-3 * self.noise_hz;
        let quantum_ns = state.conductance_ns * state.sd_mv * (state.tau_ms / events_per_ms).sqrt()
            / (noise_ms * self.driving_force_mv);
        let cell = Cell {
            inactivation: self.inactivation,
            ..Cell::new(neuron, &[noise(1.0), noise(-1.0)])
        };
        let trial = Trial {
            events_hz: vec![self.noise_hz; 2],
            quanta_ns: vec![quantum_ns; 2],
            current_pa: neuron.leak_ns * (state.mean_mv - neuron.e_leak_mv),
            shunt_ns: state.conductance_ns - neuron.leak_ns,
            shunt_mv: state.mean_mv,
            stream,
        };
        (cell, trial)
    }

    /// Measures the firing rate at all points, on all threads of the current rayon pool.
    ///
    /// # Errors
    /// Parameters out of range.
    pub fn run(&self) -> Result<FluctuationResponse, TheoryError> {
        positive("noise ratio", self.noise_ratio)?;
        positive("driving force [mV]", self.driving_force_mv)?;
        positive("noise rate [Hz]", self.noise_hz)?;
        positive("number of replicates", self.replicates as f64)?;
        let states = self.points();
        let Some(first) = states.first() else {
            return Err(TheoryError::NotPositive { what: "number of points", found: 0.0 });
        };
        let cell = self.trial(first, 0).0;
        let trials: Vec<Trial> = (0..states.len() * self.replicates)
            .map(|k| self.trial(&states[k / self.replicates], k as u64).1)
            .collect();
        let rates = cell.rates_hz(&trials, self.timing, self.seed)?;
        let (mut rate_hz, mut sd_hz) = (Vec::new(), Vec::new());
        for rates in rates.chunks(self.replicates) {
            let n = rates.len() as f64;
            let mean = rates.iter().sum::<f64>() / n;
            rate_hz.push(mean);
            sd_hz.push((rates.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt());
        }
        Ok(FluctuationResponse { states, rate_hz, sd_hz, replicates: self.replicates })
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct FluctuationResponse {
    /// The imposed states.
    pub states: Vec<Fluctuations>,
    /// Mean rate over replicates `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// Standard deviation over replicates `[Hz]`.
    pub sd_hz: Vec<f64>,
    /// Number of replicates.
    pub replicates: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_grid_has_its_128_points() {
        let protocol = FluctuationProtocol::new(Neuron::default());
        let points = protocol.points();
        assert_eq!(points.len(), 128);
        assert_eq!((points[0].mean_mv, points[0].sd_mv), (-70.0, 5.0));
        let last = points[127];
        assert!((last.sd_mv - 5.0).abs() < 1e-12 && (last.mean_mv + 55.0).abs() < 1e-12);
        assert!((points[0].tau_ms / 20.0 - 0.375).abs() < 1e-12);
    }

    #[test]
    fn imposed_moments_are_found_in_the_potential() {
        let free = Neuron { v_threshold_mv: 500.0, ..Neuron::default() };
        let protocol = FluctuationProtocol::new(free);
        let timing = Timing { dt_ms: 0.1, duration_ms: 60_000.0, discard_ms: 0.0 };
        let points = protocol.points();
        for (index, stream) in [(3, 1), (12, 2), (125, 3)] {
            let state = points[index];
            let (cell, trial) = protocol.trial(&state, stream);
            let v = &cell.trace(&trial, timing, 5).unwrap().v_mv[10_000..];
            let n = v.len() as f64;
            let mean = v.iter().sum::<f64>() / n;
            let variance = v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            // half the area of the autocorrelation, to 8 correlation times
            let lags = (80.0 * state.tau_ms) as usize;
            let product = |lag: usize| {
                v.iter().zip(&v[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n
            };
            let area: f64 = (0..lags).step_by(5).map(product).sum::<f64>() * 0.5;
            let tau = area / variance - 0.25;
            // 1200 to 4000 independent samples; τ from 16 τ windows: 10 to 15 %
            assert!((mean - state.mean_mv).abs() < 0.12 * state.sd_mv, "{index}: {mean}");
            assert!((variance.sqrt() / state.sd_mv - 1.0).abs() < 0.06, "{index}: {variance}");
            assert!((tau / state.tau_ms - 1.0).abs() < 0.25, "{index}: {tau} {}", state.tau_ms);
        }
    }

    #[test]
    fn rate_grows_with_mean_and_spread() {
        let mut protocol = FluctuationProtocol::new(Neuron::default());
        protocol.timing = Timing { dt_ms: 0.1, duration_ms: 2000.0, discard_ms: 100.0 };
        protocol.mean_mv = vec![-62.0, -56.0];
        protocol.sd_mv = [[2.0, 6.0]; 2];
        (protocol.sd_levels, protocol.loads) = (2, vec![2.0]);
        let rates = protocol.run().unwrap().rate_hz;
        assert!(rates[0] < rates[1] && rates[2] < rates[3] && rates[1] < rates[3], "{rates:?}");
    }
}
