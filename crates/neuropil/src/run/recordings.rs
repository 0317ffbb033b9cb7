//! The engine's recordings as the result file declares them.

use neuropil_network::description::{
    Dynamics, Network, Neurons, Population, Recording, Window, recordables,
};
use neuropil_record::{Recordings, SampledRecording, SpikeRecording};

/// Declares every recording, in the engine's order.
pub(crate) fn declare(network: &Network) -> Recordings {
    let mut recordings = Recordings::new(network.clock);
    for recording in &network.recordings {
        match recording {
            Recording::Spikes { population, neurons, window } => {
                let population = &network.populations[*population];
                let all = SpikeRecording::all(&population.name, population.size);
                recordings.spikes.push(spikes(all, neurons, *window));
            }
            Recording::Events { input, neurons, window } => {
                let size = network.populations[network.inputs[*input].target.slice.population].size;
                let all = SpikeRecording::all(events_name(network, *input), size);
                recordings.spikes.push(spikes(all, neurons, *window));
            }
            Recording::Activity { population, every, window, .. } => {
                let population = &network.populations[*population];
                let (name, size) = (&population.name, population.size);
                let declared = SampledRecording::population(name, size, "rate", "Hz", *every);
                let start_step = window.start + every;
                recordings.samples.push(SampledRecording { start_step, ..declared });
            }
            Recording::Rates { population, neurons, every, window } => {
                let Population { name, size, .. } = &network.populations[*population];
                let columns = neurons.indices(*size);
                let declared =
                    SampledRecording::neurons(name, *size, "input_rate", "Hz", columns, *every);
                let start_step = window.start + every;
                recordings.samples.push(SampledRecording { start_step, ..declared });
            }
            Recording::Course { name, unit, every, window, .. } => {
                let variable = match *unit {
                    "Hz" => "input_rate",
                    "nS" => "input_conductance",
                    _ => "input_current",
                };
                let declared = SampledRecording::population(name, 1, variable, *unit, *every);
                let start_step = window.start + every;
                recordings.samples.push(SampledRecording { start_step, ..declared });
            }
            Recording::Samples { population, neurons, variables, every, offset, window } => {
                let population = &network.populations[*population];
                let name = variables.first().cloned().unwrap_or_default();
                let unit = match &population.dynamics {
                    Dynamics::Model { model, .. } => {
                        let all = recordables(model);
                        all.iter()
                            .find(|r| r.name == name)
                            .map_or(String::new(), |r| r.unit.clone())
                    }
                    Dynamics::Trains(_) | Dynamics::Generator(_) => String::new(),
                };
                let indices = neurons.indices(population.size);
                let declared = SampledRecording::neurons(
                    &population.name,
                    population.size,
                    name,
                    unit,
                    indices,
                    *every,
                );
                let start_step = first_stamp(*every, *offset, window.start);
                recordings.samples.push(SampledRecording { start_step, ..declared });
            }
        }
    }
    recordings
}

fn spikes(all: SpikeRecording, neurons: &Neurons, window: Window) -> SpikeRecording {
    let neurons = match neurons {
        Neurons::All => None,
        part => Some(part.indices(all.size)),
    };
    let stop_step = (window.stop != u64::MAX).then_some(window.stop);
    SpikeRecording { neurons, start_step: window.start, stop_step, ..all }
}

/// What the events of an input are called: by the input and, if it has several targets, the target.
pub(super) fn events_name(network: &Network, input: usize) -> String {
    let base = |k: usize| network.inputs[k].name.split('/').next().unwrap_or_default();
    let alone = (0..network.inputs.len()).filter(|k| base(*k) == base(input)).count() == 1;
    let name = if alone { base(input) } else { &network.inputs[input].name };
    name.replace(['/', '#'], "_")
}

/// The first multiple of `every`, shifted by `offset`, that lies behind `start`.
fn first_stamp(every: u64, offset: u64, start: u64) -> u64 {
    let mut stamp = offset % every;
    if stamp <= start {
        stamp += ((start - stamp) / every + 1) * every;
    }
    stamp
}

#[cfg(test)]
mod tests {
    use super::first_stamp;

    #[test]
    fn the_first_sample_lies_behind_the_start() {
        for (every, offset, start, expected) in [
            (10, 0, 0, 10),
            (10, 0, 10, 20),
            (10, 3, 0, 3),
            (10, 3, 3, 13),
            (10, 3, 20, 23),
            (1, 0, 7, 8),
        ] {
            assert_eq!(first_stamp(every, offset, start), expected);
        }
    }
}
