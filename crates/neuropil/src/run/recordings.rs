//! The engine's recordings as the result file declares them.

use neuropil_network::description::{Dynamics, Network, Neurons, Recording};
use neuropil_record::{Recordings, SampledRecording, SpikeRecording};

/// Declares every recording, in the engine's order.
pub(crate) fn declare(network: &Network) -> Recordings {
    let mut recordings = Recordings::new(network.clock);
    for recording in &network.recordings {
        match recording {
            Recording::Spikes { population, neurons, window } => {
                let population = &network.populations[*population];
                let neurons = match neurons {
                    Neurons::All => None,
                    part => Some(part.indices(population.size)),
                };
                let stop_step = (window.stop != u64::MAX).then_some(window.stop);
                recordings.spikes.push(SpikeRecording {
                    neurons,
                    start_step: window.start,
                    stop_step,
                    ..SpikeRecording::all(&population.name, population.size)
                });
            }
            Recording::Samples { population, neurons, variables, every, offset, window } => {
                let population = &network.populations[*population];
                let name = variables.first().cloned().unwrap_or_default();
                let unit = match &population.dynamics {
                    Dynamics::Model { model, .. } => {
                        let all = model.variables();
                        all.iter().find(|v| v.name == name).map_or("", |v| v.unit)
                    }
                    Dynamics::Trains(_) => "",
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
