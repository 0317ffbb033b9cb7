//! Running neurons side by side under currents, and what they answered.

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_network::description::{
    Drive, Dynamics, Input, Network, Neurons, Population, Recording, Slice, Target, Waveform,
    Window,
};
use neuropil_network::engine::Simulation;

use super::{CellError, Subject};

/// Potentials and spikes of neurons that had a current each.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Name of the neuron.
    pub name: String,
    /// Name and unit of the variable shown.
    pub variable: (String, String),
    /// What each trace is called.
    pub labels: Vec<String>,
    /// Time between samples `[ms]`; the first sample is one step after 0.
    pub dt_ms: f64,
    /// The variable, one list per neuron.
    pub traces: Vec<Vec<f64>>,
    /// The current, one list per neuron, `[pA]`.
    pub currents_pa: Vec<Vec<f64>>,
    /// Spike times, one list per neuron, `[ms]`.
    pub spikes_ms: Vec<Vec<f64>>,
}

/// Runs `currents.len()` copies of a neuron, each under its own list of currents (one per step), and
/// all under a clamp if there is one.
pub(super) fn run(
    subject: &Subject,
    clock: Clock,
    currents: Vec<Vec<f64>>,
    labels: Vec<String>,
    clamp: Option<Drive>,
) -> Result<Response, CellError> {
    let steps = currents.first().map_or(0, Vec::len);
    let n = currents.len() as u32;
    let dynamics = Dynamics::Model {
        model: subject.model.clone(),
        parameters: subject.parameters.clone(),
        initial: subject.initial.clone(),
    };
    let variable = subject.potential();
    let input = |name: String, first: u32, count: u32, drive: Drive| Input {
        name,
        target: Target { slice: Slice { population: 0, first, count }, channel: None },
        drive,
        delay: 1,
        window: Window::ALWAYS,
    };
    let currents_held = (0..)
        .zip(&currents)
        .map(|(k, current)| input(format!("current {k}"), k, 1, Drive::Current(held(current))));
    let inputs = currents_held.chain(clamp.map(|drive| input("clamp".into(), 0, n, drive)));
    let all = Neurons::All;
    let network = Network {
        clock,
        seed: 1,
        populations: vec![Population { name: subject.name.clone(), size: n, dynamics }],
        connections: Vec::new(),
        inputs: inputs.collect(),
        recordings: vec![
            Recording::Spikes { population: 0, neurons: all.clone(), window: Window::ALWAYS },
            Recording::Samples {
                population: 0,
                neurons: all,
                variables: vec![variable.0.clone()],
                every: 1,
                offset: 0,
                window: Window::ALWAYS,
            },
        ],
    };
    let (traces, spikes) =
        (vec![Vec::with_capacity(steps); n as usize], vec![Vec::new(); n as usize]);
    let mut kept = Kept { clock, traces, spikes };
    Simulation::build(&network, 1)?.run(steps as u64, &mut kept)?;
    Ok(Response {
        name: subject.name.clone(),
        variable,
        labels,
        dt_ms: clock.dt_ms(),
        traces: kept.traces,
        currents_pa: currents,
        spikes_ms: kept.spikes,
    })
}

/// A list of values, one per step, as a waveform that changes only where they do.
pub(super) fn held(values: &[f64]) -> Waveform {
    let mut waveform = (Vec::new(), Vec::new());
    for (step, &value) in values.iter().enumerate() {
        if waveform.1.last() != Some(&value) {
            // What is read in one step acts in the next.
            waveform.0.push((step as u64).saturating_sub(1));
            waveform.1.push(value);
        }
    }
    Waveform::Steps { steps: waveform.0, values: waveform.1 }
}

/// Keeps what the engine says.
struct Kept {
    clock: Clock,
    traces: Vec<Vec<f64>>,
    spikes: Vec<Vec<f64>>,
}

impl Observer for Kept {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        for (step, neuron) in block.steps.iter().zip(block.neurons) {
            self.spikes[*neuron as usize].push(self.clock.ms(*step));
        }
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        for frame in block.values.chunks_exact(self.traces.len().max(1)) {
            for (trace, value) in self.traces.iter_mut().zip(frame) {
                trace.push(*value);
            }
        }
        Ok(())
    }
}
