//! What must be right before anything is built.

use super::model;
use crate::description::{
    Drive, Dynamics, ModelError, Network, Population, Process, Recording, Slice, Waveform, Weight,
};
use crate::neurons::{Model, Signs};

/// Checks what refers to something else: slices, channels, recordings, spike lists.
pub(super) fn check(network: &Network) -> Result<(), ModelError> {
    let size = |p: usize| network.populations.get(p).map(|p| p.size);
    let holds = |s: &Slice| {
        size(s.population)
            .is_some_and(|n| s.count > 0 && u64::from(s.first) + u64::from(s.count) <= u64::from(n))
    };
    let channels =
        |p: usize| network.populations.get(p).and_then(model).map_or(0, |m| m.channels().len());
    for c in &network.connections {
        let fail = |what: String| Err(ModelError::Connection { name: c.name.clone(), what });
        if !holds(&c.source) || !holds(&c.target) {
            return fail("a side is empty or beyond its population".into());
        }
        let n = channels(c.target.population);
        if n == 0 {
            return fail("a source of spikes cannot receive input".into());
        }
        if let Some(channel) = c.channel.filter(|k| *k >= n) {
            return fail(format!("the target has {n} input channels, no number {channel}"));
        }
        let target = network.populations.get(c.target.population).and_then(model);
        if let (Some(channel), Some(target)) = (c.channel, target)
            && let Some(weight) = of_other_sign(&c.weight, channel, target)
        {
            let name = target.channels()[channel];
            return fail(format!("the channel {name} takes weights of one sign, found {weight}"));
        }
    }
    for i in &network.inputs {
        let fail = |what: String| Err(ModelError::Input { name: i.name.clone(), what });
        let listens = network.populations.get(i.target.slice.population).and_then(model).is_some();
        if !holds(&i.target.slice) || !listens {
            return fail(
                "its target is empty, beyond its population, or a source of spikes".into(),
            );
        }
        if i.delay < 1 {
            return fail("a delay must be at least one step".into());
        }
        match &i.drive {
            Drive::CurrentEach { each, .. } if each.len() != i.target.slice.count as usize => {
                let n = i.target.slice.count;
                return fail(format!("{} currents for {n} neurons", each.len()));
            }
            Drive::Clamp { each, .. }
                if !each.is_empty() && each.len() != i.target.slice.count as usize =>
            {
                let n = i.target.slice.count;
                return fail(format!("{} conductances for {n} neurons", each.len()));
            }
            Drive::Clamp { .. } => {
                let target = network.populations.get(i.target.slice.population).and_then(model);
                if let Some(model) = target.filter(|model| !model.takes_clamp()) {
                    let name = model.name();
                    return fail(format!("{name} has no capacitance that a clamp could charge"));
                }
            }
            Drive::Noise { every: 0, .. } => return fail("dt must be at least one step".into()),
            Drive::Poisson { .. } if channels(i.target.slice.population) == 0 => {
                return fail("the model of its target has no receptors".into());
            }
            Drive::Poisson { weight, .. } if !weight.is_finite() => {
                return fail(format!("weight must be finite, found {weight}"));
            }
            Drive::Poisson { rate_hz: Waveform::Constant(rate), .. }
                if !(*rate >= 0.0 && rate.is_finite()) =>
            {
                return fail(format!("a rate must be finite and not below 0, found {rate} Hz"));
            }
            _ => {}
        }
    }
    for r in &network.recordings {
        let (population, neurons) = match r {
            Recording::Spikes { population, neurons, .. }
            | Recording::Activity { population, neurons, .. }
            | Recording::Rates { population, neurons, .. }
            | Recording::Samples { population, neurons, .. } => (population, neurons),
            Recording::Events { input, neurons, .. } => match network.inputs.get(*input) {
                Some(input) => (&input.target.slice.population, neurons),
                None => continue,
            },
            Recording::Course { .. } => continue,
        };
        let Some(pop) = network.populations.get(*population) else { continue };
        let fail = |what| Err(ModelError::Recording { population: pop.name.clone(), what });
        let list = neurons.indices(pop.size);
        if let Some(n) = list.iter().find(|n| **n >= pop.size) {
            return fail(format!("neuron {n} is beyond the {} neurons", pop.size));
        }
        if !list.is_sorted() {
            return fail("neurons must be listed in ascending order".into());
        }
        if matches!(
            r,
            Recording::Samples { every: 0, .. }
                | Recording::Activity { every: 0, .. }
                | Recording::Rates { every: 0, .. }
        ) {
            return fail("the interval must be at least one step".into());
        }
    }
    for pop in &network.populations {
        if let Dynamics::Generator(generator) = &pop.dynamics {
            process(&generator.process, pop)?;
        }
        if let Dynamics::Trains(trains) = &pop.dynamics {
            let fail = |what| Err(ModelError::Input { name: pop.name.clone(), what });
            if trains.steps.len() != trains.neurons.len() {
                return fail("as many times as neurons are needed".into());
            }
            if let Some(k) = trains.neurons.iter().position(|n| *n >= pop.size) {
                return fail(format!("spike {k}: neuron {} is out of range", trains.neurons[k]));
            }
            if let Some(k) = trains.steps.iter().position(|s| *s < 1) {
                return fail(format!("spike {k}: the first possible time is one step"));
            }
        }
    }
    Ok(())
}

/// Checks a random process.
fn process(process: &Process, population: &Population) -> Result<(), ModelError> {
    let fail = |what: String| Err(ModelError::Input { name: population.name.clone(), what });
    match process {
        Process::Poisson { rate_hz: Waveform::Constant(rate), .. }
        | Process::Correlated { rate_hz: Waveform::Constant(rate), .. }
            if !(*rate >= 0.0 && rate.is_finite()) =>
        {
            fail(format!("a rate must be finite and not below 0, found {rate} Hz"))
        }
        Process::Correlated { correlation, .. } if !(0.0..=1.0).contains(correlation) => {
            fail(format!("a correlation must lie in [0, 1], found {correlation}"))
        }
        Process::Frames { every: 0, .. } => fail("a frame must last at least one step".into()),
        Process::Frames { rates_hz, .. } => {
            let size = population.size as usize;
            if rates_hz.is_empty() || !rates_hz.len().is_multiple_of(size) {
                return fail(format!("{} rates are no frames of {size}", rates_hz.len()));
            }
            match rates_hz.iter().position(|r| !(*r >= 0.0 && r.is_finite())) {
                Some(k) => {
                    let (frame, neuron) = (k / size, k % size);
                    let found = rates_hz[k];
                    fail(format!(
                        "rate of neuron {neuron} in frame {frame} must be finite and not below 0, \
                         found {found} Hz"
                    ))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A fixed weight that would turn round what the channel does: a conductance below zero.
fn of_other_sign(weight: &Weight, channel: usize, target: &Model) -> Option<f64> {
    let fixed: &[f64] = match weight {
        Weight::Blocks(matrix) => matrix.values(),
        Weight::Each(values) => values,
        Weight::Drawn(_) | Weight::OfDistance(_) => &[],
    };
    let wrong = |weight: &&f64| if channel == 0 { **weight < 0.0 } else { **weight > 0.0 };
    fixed.iter().find(wrong).copied().filter(|_| target.signs() == Signs::Apart)
}
