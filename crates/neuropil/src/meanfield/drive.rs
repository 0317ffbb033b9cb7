//! What comes from outside, at one instant.

use neuropil_network::description::{Drive, Dynamics, Input, Population, Process, Waveform};

use super::neurons::System;

impl System<'_> {
    /// The value of a waveform; says so if it changes.
    fn now(&mut self, waveform: &Waveform, name: &str) -> f64 {
        let dt_ms = self.network.clock.dt_ms();
        if !matches!(waveform, Waveform::Constant(_)) {
            let at = self.network.clock.ms(self.settings.at_step);
            self.warnings.push(format!("input {name} changes in time; taken at {at} ms"));
        }
        waveform.at(self.settings.at_step, dt_ms)
    }

    fn active(&self, input: &Input) -> bool {
        input.window.holds(self.settings.at_step + 1)
    }

    /// Rate onto one neuron `[Hz]` and weight of a Poisson input; `None` for others.
    pub fn poisson(&mut self, share: f64, input: &Input) -> Option<(f64, f64)> {
        let Drive::Poisson { rate_hz, weight, .. } = &input.drive else { return None };
        let rate_hz =
            if self.active(input) { self.now(rate_hz, &input.name).max(0.0) } else { 0.0 };
        Some((share * rate_hz, *weight))
    }

    /// Mean current into each population with dynamics `[pA]`, by rank.
    pub fn currents_pa(&mut self) -> Vec<f64> {
        let mut currents: Vec<f64> =
            self.members.clone().into_iter().map(|m| self.parameter(m, "I_e")).collect();
        let inputs: Vec<(usize, f64, &Input)> = self.inputs().collect();
        for (rank, share, input) in inputs {
            if !self.active(input) {
                continue;
            }
            let name = &input.name;
            let current = match &input.drive {
                Drive::Poisson { .. } => continue,
                Drive::Current(waveform) => self.now(waveform, name),
                Drive::CurrentEach { each: values, course } => {
                    let what = "differs from neuron to neuron; its mean is used";
                    self.warnings.push(format!("input {name} {what}"));
                    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
                    mean * self.now(course, name)
                }
                Drive::Clamp { .. } => {
                    self.warnings
                        .push(format!("input {name} is a clamp, which the theory leaves out"));
                    continue;
                }
                Drive::Noise { mean, course, .. } => {
                    let what = "is noise, of which the theory takes the mean only";
                    self.warnings.push(format!("input {name} {what}"));
                    mean * self.now(course, name)
                }
            };
            currents[rank] += share * current;
        }
        currents
    }

    /// Mean rate of a population without dynamics `[Hz]`: of a list of spikes over the whole list, of
    /// a random source at the instant.
    pub fn listed_rate_hz(&self, population: &Population) -> f64 {
        if let Dynamics::Generator(generator) = &population.dynamics {
            let (step, dt_ms) = (self.settings.at_step, self.network.clock.dt_ms());
            return match &generator.process {
                Process::Poisson { rate_hz, .. } | Process::Correlated { rate_hz, .. } => {
                    rate_hz.at(step, dt_ms).max(0.0)
                }
                Process::Frames { every, rates_hz } => {
                    let size = population.size as usize;
                    let last = (rates_hz.len() / size).saturating_sub(1);
                    let frame = usize::try_from(step / every).unwrap_or(last).min(last);
                    rates_hz.iter().skip(frame * size).take(size).sum::<f64>() / size as f64
                }
            };
        }
        let Dynamics::Trains(trains) = &population.dynamics else { return 0.0 };
        let end = trains.steps.last().copied().unwrap_or(0).max(1);
        let seconds = 1e-3 * self.network.clock.ms(end);
        trains.steps.len() as f64 / (f64::from(population.size) * seconds)
    }
}
