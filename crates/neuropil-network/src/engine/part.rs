//! The neurons of one population that one worker owns.

use neuropil_core::Clock;

use super::history::History;
use super::panel::{Channels, Panel};
use crate::delivery::Route;
use crate::description::{Waveform, Window};
use crate::devices::{ClampDrive, CurrentDrive, NoiseDrive, PoissonSampler, Spiking};
use crate::neurons::{Arrivals, BLOCK, Fault, Neurons, Order};

/// What makes the neurons of a part spike.
pub(super) enum Source {
    /// A model.
    Model(Box<dyn Neurons>),
    /// Listed spikes, `(stamp, neuron)` ascending, and the next one to be sent.
    Trains { spikes: Vec<(u64, u32)>, next: usize },
    /// A random process.
    Generator(Spiking),
}

/// A Poisson device on a part.
#[derive(Debug, Clone)]
pub(super) struct PoissonDrive {
    pub sampler: PoissonSampler,
    pub rate_hz: Waveform,
    pub weight: f64,
    pub route: Route,
    /// Neurons of the population that it reaches.
    pub targets: std::ops::Range<u32>,
    pub delay: u64,
    pub window: Window,
}

/// A current device on a part.
pub(super) enum Current {
    /// The same time course for all.
    Shared(CurrentDrive),
    /// Noise.
    Noise(NoiseDrive),
}

impl Current {
    fn reaches(&self, first: u32, stamp: u64, len: usize) -> bool {
        match self {
            Self::Shared(drive) => drive.reaches(first, stamp, len),
            Self::Noise(drive) => drive.reaches(first, stamp, len),
        }
    }

    fn add(&self, first: u32, stamp: u64, current: &mut [f64]) {
        match self {
            Self::Shared(drive) => drive.add(first, stamp, current),
            Self::Noise(drive) => drive.add(first, stamp, current),
        }
    }
}

/// Neurons `first..first + len` of a population, and everything that reaches them.
pub(super) struct Part {
    pub population: usize,
    pub first: u32,
    pub arch: pulp::Arch,
    pub source: Source,
    /// Input channels of its model.
    pub channels: usize,
    pub panels: Vec<Panel>,
    pub poisson: Vec<PoissonDrive>,
    /// Current devices with the receptor port that they feed.
    pub currents: Vec<(usize, Current)>,
    pub clamps: Vec<ClampDrive>,
}

/// Delivers to a panel, with the vector instructions of the machine.
struct Scatter<'a> {
    panel: &'a mut Panel,
    step: u64,
    history: &'a History,
    channels: &'a mut Channels,
}

impl pulp::WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.panel.scatter(self.step, self.history, self.channels);
        self.panel.sum_few(self.step, self.history, self.channels);
    }
}

/// Fills the input of one block, with the vector instructions of the machine.
struct BlockInput<'a> {
    panel: &'a mut Panel,
    poisson: &'a [PoissonDrive],
    history: &'a History,
    channels: &'a mut Channels,
    first: u32,
    step: u64,
    block: std::ops::Range<usize>,
}

impl pulp::WithSimd for BlockInput<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { panel, poisson, history, channels, first, step, block } = self;
        panel.fold(simd, block.clone(), step, history, channels);
        for drive in poisson {
            drive.add(first, step, block.clone(), channels);
        }
    }
}

/// Channels whose sums need no list of their own.
const FEW: usize = 8;

/// A fault with its step and part.
#[derive(Debug, Clone)]
pub(super) struct PlacedFault {
    pub step: u64,
    pub population: usize,
    pub neuron: u32,
    pub fault: Fault,
}

/// Buffers that a worker reuses for all its parts.
#[derive(Default)]
pub(super) struct Scratch {
    channels: Channels,
    currents: [Vec<f64>; 2],
    /// Conductance and pull of clamps.
    clamps: [Vec<f64>; 2],
}

impl Part {
    /// Advances one panel by one step.
    ///
    /// # Errors
    /// The first fault of the step.
    pub fn advance(
        &mut self,
        panel: usize,
        step: u64,
        clock: Clock,
        history: &History,
        scratch: &mut Scratch,
        spikes: &mut Vec<u32>,
    ) -> Result<(), PlacedFault> {
        let Source::Model(neurons) = &mut self.source else { return Ok(()) };
        let panel = &mut self.panels[panel];
        let channels = &mut scratch.channels;
        channels.prepare(self.channels, panel.range.len());
        let folds = panel.choose(step, history, neurons.as_mut()) || !self.poisson.is_empty();
        self.arch.dispatch(Scatter { panel, step, history, channels });
        for poisson in &mut self.poisson {
            poisson.prepare(step, clock);
        }
        panel.hand_over(Order::Before, (step, history), channels, neurons.as_mut());
        let mut begin = 0;
        while begin < panel.range.len() {
            let block = begin..(begin + BLOCK).min(panel.range.len());
            begin = block.end;
            let first = self.first + (panel.range.start + block.start) as u32;
            if folds {
                self.arch.dispatch(BlockInput {
                    panel,
                    poisson: &self.poisson,
                    history,
                    channels,
                    first,
                    step,
                    block: block.clone(),
                });
            }
            let mut fed = [false; 2];
            for (port, current) in &self.currents {
                if !current.reaches(first, step + 1, block.len()) {
                    continue;
                }
                let buffer = &mut scratch.currents[*port];
                if !std::mem::replace(&mut fed[*port], true) {
                    buffer.clear();
                    buffer.resize(block.len(), 0.0);
                }
                current.add(first, step + 1, buffer);
            }
            let mut clamped = false;
            for clamp in self.clamps.iter().filter(|c| c.reaches(first, step + 1, block.len())) {
                if !std::mem::replace(&mut clamped, true) {
                    for buffer in &mut scratch.clamps {
                        buffer.clear();
                        buffer.resize(block.len(), 0.0);
                    }
                }
                let [conductance, pull] = &mut scratch.clamps;
                clamp.add(first, step + 1, conductance, pull);
            }
            let mut few = [[].as_slice(); FEW];
            let mut many = Vec::new();
            let sums = if self.channels <= FEW {
                &mut few[..self.channels]
            } else {
                many.resize(self.channels, [].as_slice());
                &mut many
            };
            for (c, sums) in sums.iter_mut().enumerate().filter(|(c, _)| channels.used[*c]) {
                *sums = &channels.sums[c][block.clone()];
            }
            let fed = |p: usize| if fed[p] { scratch.currents[p].as_slice() } else { &[] };
            let clamp = |k: usize| if clamped { scratch.clamps[k].as_slice() } else { &[] };
            let arrivals = Arrivals {
                channels: sums,
                current: fed(0),
                current_port1: fed(1),
                clamp_conductance: clamp(0),
                clamp_pull: clamp(1),
            };
            let within = panel.range.start + block.start..panel.range.start + block.end;
            neurons.advance(within, step, &arrivals, spikes).map_err(|fault| PlacedFault {
                step,
                population: self.population,
                neuron: self.first + fault.neuron as u32,
                fault,
            })?;
            channels.clear(block);
        }
        panel.hand_over(Order::After, (step, history), channels, neurons.as_mut());
        Ok(())
    }

    /// Lets channels whose weights only add up in a state variable be fed without an input buffer.
    pub fn allow_direct(&mut self) {
        let Source::Model(neurons) = &mut self.source else { return };
        for channel in 0..self.channels {
            let random = self.poisson.iter().any(|p| p.route.of(p.weight) == channel);
            if !random && neurons.sink(channel).is_some() {
                self.panels.iter_mut().for_each(|panel| panel.allow_direct(channel));
            }
        }
    }

    /// Sends the spikes of the step of a part without dynamics.
    pub fn send(&mut self, step: u64, out: &mut Vec<u32>) {
        if let Source::Generator(generator) = &mut self.source {
            generator.send(step, out);
        }
        if let Source::Trains { spikes, next } = &mut self.source {
            while let Some((stamp, neuron)) = spikes.get(*next).filter(|(s, _)| *s <= step + 1) {
                if *stamp == step + 1 {
                    out.push(*neuron);
                }
                *next += 1;
            }
        }
    }
}

impl PoissonDrive {
    /// Calls `visit` for the neuron of every event that is emitted at `stamp`, ascending.
    pub fn events(&mut self, stamp: u64, clock: Clock, mut visit: impl FnMut(u32)) {
        if !self.window.holds(stamp) {
            return;
        }
        self.prepare(stamp - 1 + self.delay, clock);
        for first in
            (self.targets.start / BLOCK as u32 * BLOCK as u32..self.targets.end).step_by(BLOCK)
        {
            for (neuron, count) in (first..).zip(self.sampler.counts(first, stamp)) {
                if self.targets.contains(&neuron) {
                    (0..count).for_each(|_| visit(neuron));
                }
            }
        }
    }

    /// The stamp of the events that arrive in the step, if the device was active then.
    fn emitted(&self, step: u64) -> Option<u64> {
        (step + 1).checked_sub(self.delay).filter(|e| self.window.holds(*e))
    }

    /// Follows the rate.
    pub fn prepare(&mut self, step: u64, clock: Clock) {
        if let Some(emitted) = self.emitted(step)
            && !matches!(self.rate_hz, Waveform::Constant(_))
        {
            let rate = self.rate_hz.at(emitted, clock.dt_ms());
            self.sampler.set_mean(rate * clock.dt_ms() * 1e-3);
        }
    }

    #[inline(always)]
    fn add(&self, first: u32, step: u64, block: std::ops::Range<usize>, channels: &mut Channels) {
        let Some(emitted) = self.emitted(step) else { return };
        let channel = self.route.of(self.weight);
        let end = first + block.len() as u32;
        if self.targets.start <= first && end <= self.targets.end {
            channels.used[channel] = true;
            let input = &mut channels.sums[channel][block];
            self.sampler.add(first, emitted, self.weight, input);
        } else if self.targets.start < end && first < self.targets.end {
            // Part of the block: draw for all of it, use what is wanted.
            channels.used[channel] = true;
            let mut all = [0.0; BLOCK];
            self.sampler.add(first, emitted, self.weight, &mut all[..block.len()]);
            let input = &mut channels.sums[channel][block];
            for (k, (sum, x)) in input.iter_mut().zip(&all).enumerate() {
                if self.targets.contains(&(first + k as u32)) {
                    *sum += x;
                }
            }
        }
    }
}
