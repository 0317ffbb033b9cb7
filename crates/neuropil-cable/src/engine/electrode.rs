//! Electrodes at work.

use crate::model::NoiseState;
use crate::model::{Electrode, Waveform};

/// An electrode in a compartment.
#[derive(Debug, Clone)]
pub(crate) struct ElectrodeState {
    electrode: Electrode,
    noises: Vec<NoiseState>,
    pub(crate) node: usize,
    /// From nA to mA/cm², from µS to S/cm².
    per_area: f64,
    /// What it last added to the current `[mA/cm²]` and the conductance `[S/cm²]` columns.
    pub(crate) added: (f64, f64),
}

impl ElectrodeState {
    /// Electrode `number` of the model at a node whose area factor is given.
    pub(crate) fn new(
        electrode: &Electrode,
        number: usize,
        node: usize,
        area_factor: f64,
        dt_ms: f64,
        seed: u64,
    ) -> Self {
        let wave = match electrode {
            Electrode::Current(wave) => wave,
            Electrode::VoltageClamp { command_mv, .. } => command_mv,
        };
        let noises = wave.noises().into_iter().enumerate();
        let noises = noises
            .map(|(k, noise)| NoiseState::new(noise, dt_ms, seed, number as u64, k as u64))
            .collect();
        let electrode = electrode.clone();
        Self { electrode, noises, node, per_area: 1.0 / area_factor, added: (0.0, 0.0) }
    }

    /// Adds the current for the step from `t_ms` to `t_ms + dt_ms`.
    pub(crate) fn apply(&mut self, t_ms: f64, to_ms: f64, v: &[f64], i: &mut [f64], g: &mut [f64]) {
        let noise: f64 = self.noises.iter_mut().map(|n| n.next(t_ms)).sum();
        let value = |wave: &Waveform| wave.mean(t_ms, to_ms) + noise;
        let (outward_na, g_us) = match &self.electrode {
            Electrode::Current(wave) => (-value(wave), 0.0),
            Electrode::VoltageClamp { command_mv, series_mohm, start_ms, stop_ms } => {
                if t_ms + 1e-9 < *start_ms || t_ms + 1e-9 >= *stop_ms {
                    (0.0, 0.0)
                } else {
                    ((v[self.node] - value(command_mv)) / series_mohm, 1.0 / series_mohm)
                }
            }
        };
        self.added = (outward_na * self.per_area, g_us * self.per_area);
        i[self.node] += self.added.0;
        g[self.node] += self.added.1;
    }
}
