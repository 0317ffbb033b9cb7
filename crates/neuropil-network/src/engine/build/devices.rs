//! Devices, as parts and recordings need them.

use neuropil_core::random::key;

use crate::delivery::Route;
use crate::description::{Drive, Input, Network, Waveform};
use crate::devices::{ClampDrive, CurrentDrive, NoiseDrive, PoissonSampler};
use crate::engine::part::{Current, Part, PoissonDrive};
use crate::neurons::Signs;

/// A Poisson device, as a part or a recording of its events needs it.
pub(super) fn poisson_drive(
    input: &Input,
    index: usize,
    signs: Signs,
    network: &Network,
) -> Option<PoissonDrive> {
    let Drive::Poisson { rate_hz, weight, at_most_one } = &input.drive else { return None };
    let key = key(network.seed, "input", index as u64);
    let mean = match rate_hz {
        Waveform::Constant(rate) => rate * network.clock.dt_ms() * 1e-3,
        _ => 0.0,
    };
    let sampler = match at_most_one {
        false => PoissonSampler::new(key, mean),
        true => PoissonSampler::at_most_one(key, mean),
    };
    let slice = input.target.slice;
    Some(PoissonDrive {
        sampler,
        rate_hz: rate_hz.clone(),
        weight: *weight,
        route: Route::new(input.target.channel, signs),
        targets: slice.first..slice.first + slice.count,
        delay: u64::from(input.delay),
        window: input.window,
    })
}

/// Adds a device to a part.
pub(super) fn attach(
    part: &mut Part,
    input: &Input,
    index: usize,
    signs: Signs,
    network: &Network,
) {
    let slice = input.target.slice;
    let targets = slice.first..slice.first + slice.count;
    let (delay, window, dt_ms) = (u64::from(input.delay), input.window, network.clock.dt_ms());
    let port = input.target.channel.unwrap_or(0).min(1);
    let key = key(network.seed, "input", index as u64);
    let shared = |waveform, each| {
        let targets = targets.clone();
        Current::Shared(CurrentDrive { targets, waveform, each, delay, window, dt_ms })
    };
    match &input.drive {
        Drive::Poisson { .. } => {
            part.poisson.extend(poisson_drive(input, index, signs, network));
        }
        Drive::Current(waveform) => {
            part.currents.push((port, shared(waveform.clone(), Vec::new())))
        }
        Drive::CurrentEach { each, course } => {
            part.currents.push((port, shared(course.clone(), each.clone())));
        }
        Drive::Clamp { conductance_ns, each, potential_mv } => {
            let (waveform, each) = (conductance_ns.clone(), each.clone());
            let conductance = CurrentDrive { targets, waveform, each, delay, window, dt_ms };
            part.clamps.push(ClampDrive { conductance, potential_mv: potential_mv.clone() });
        }
        Drive::Noise { mean, std, std_mod, frequency_hz, phase_deg, every, course } => {
            part.currents.push((
                port,
                Current::Noise(NoiseDrive {
                    targets,
                    mean: *mean,
                    std: *std,
                    std_mod: *std_mod,
                    frequency_hz: *frequency_hz,
                    phase_deg: *phase_deg,
                    every: *every,
                    delay,
                    window,
                    dt_ms,
                    key,
                    course: course.clone(),
                }),
            ));
        }
    }
}
