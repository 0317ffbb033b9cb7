//! Devices that drive neurons: Poisson input and stimulus currents.

use super::Slice;

/// When a device is active: its effect counts for `start < t ≤ stop`, times in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Steps from the beginning of the simulation.
    pub start: u64,
    /// Exclusive of nothing: the last active stamp. `u64::MAX` for no end.
    pub stop: u64,
}

impl Window {
    /// Always active.
    pub const ALWAYS: Self = Self { start: 0, stop: u64::MAX };

    /// Whether a stamp lies inside.
    pub fn holds(&self, stamp: u64) -> bool {
        self.start < stamp && stamp <= self.stop
    }
}

/// A value that changes in time.
#[derive(Debug, Clone, PartialEq)]
pub enum Waveform {
    /// Always the same.
    Constant(f64),
    /// Holds the last value whose time has come; 0 before the first. Times in steps, ascending.
    Steps {
        /// When each value begins.
        steps: Vec<u64>,
        /// The values.
        values: Vec<f64>,
    },
    /// `offset + amplitude · sin(2π f t + φ)`, t counted from the beginning of the simulation.
    Sine {
        /// Mean value.
        offset: f64,
        /// Amplitude.
        amplitude: f64,
        /// Frequency `[Hz]`.
        frequency_hz: f64,
        /// Phase `[degrees]`.
        phase_deg: f64,
    },
    /// Samples at equal distances from time 0, interpolated linearly, the last one held.
    Sampled {
        /// Distance of the samples `[ms]`.
        every_ms: f64,
        /// The samples.
        values: Vec<f64>,
    },
}

impl Waveform {
    /// Value at `step` (time `step × dt_ms`).
    pub fn at(&self, step: u64, dt_ms: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps { steps, values } => {
                let begun = steps.partition_point(|s| *s <= step);
                if begun == 0 { 0.0 } else { values[begun - 1] }
            }
            Self::Sine { offset, amplitude, frequency_hz, phase_deg } => {
                let t_s = step as f64 * dt_ms * 1e-3;
                let angle = std::f64::consts::TAU * frequency_hz * t_s + phase_deg.to_radians();
                offset + amplitude * angle.sin()
            }
            Self::Sampled { every_ms, values } => {
                let position = step as f64 * dt_ms / every_ms;
                let k = position.floor() as usize;
                match (values.get(k), values.get(k + 1)) {
                    (Some(a), Some(b)) => a + (b - a) * (position - k as f64),
                    _ => values.last().copied().unwrap_or(0.0),
                }
            }
        }
    }
}

/// Which neurons an input reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The neurons.
    pub slice: Slice,
    /// Input channel (see [`super::Connection::channel`]); for currents the receptor port.
    pub channel: Option<usize>,
}

/// What an input delivers.
#[derive(Debug, Clone, PartialEq)]
pub enum Drive {
    /// An independent Poisson train for every neuron: in each step `k ~ Poisson(rate·h)` events or,
    /// with `at_most_one`, one event with probability `min(rate·h, 1)`.
    Poisson {
        /// Rate `[Hz]`, ≥ 0; negative values of a waveform count as 0.
        rate_hz: Waveform,
        /// Effect of one event.
        weight: f64,
        /// Bernoulli instead of Poisson counts.
        at_most_one: bool,
    },
    /// The same current into every neuron, `[pA]`.
    Current(Waveform),
    /// A current of its own for every neuron, `[pA]`, times a common time course.
    CurrentEach {
        /// One per neuron `[pA]`.
        each: Vec<f64>,
        /// Factor on all of them.
        course: Waveform,
    },
    /// A conductance that draws the potential of every neuron to a given one: `I = g(t) (E(t) − V)`, the
    /// voltage clamp of an electrode or a light-gated channel.
    Clamp {
        /// Conductance `[nS]`; negative values count as 0.
        conductance_ns: Waveform,
        /// Factor on the conductance per neuron; empty if it is the same for all.
        each: Vec<f64>,
        /// Potential `[mV]`.
        potential_mv: Waveform,
    },
    /// Gaussian current, drawn for every neuron independently and held for `every` steps:
    /// `N(mean, std² + std_mod²·sin(2πft + φ))`, all `[pA]`.
    Noise {
        /// Mean.
        mean: f64,
        /// Standard deviation, ≥ 0.
        std: f64,
        /// Modulated part of the standard deviation, ≥ 0.
        std_mod: f64,
        /// Frequency of the modulation `[Hz]`.
        frequency_hz: f64,
        /// Phase of the modulation `[degrees]`.
        phase_deg: f64,
        /// Steps between two draws, ≥ 1.
        every: u64,
        /// Factor on the current.
        course: Waveform,
    },
}

/// A device and what it drives.
///
/// An event generated at stamp `t` acts at `t + delay`. A current or a clamp acts from `start + delay + h`
/// to `stop + delay`, as NEST's devices do.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Name in the experiment; the random numbers of the device depend on it.
    pub name: String,
    /// Whom it reaches.
    pub target: Target,
    /// What it delivers.
    pub drive: Drive,
    /// Transmission delay in steps, ≥ 1.
    pub delay: u32,
    /// When it is active.
    pub window: Window,
}
