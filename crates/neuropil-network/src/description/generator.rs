//! Populations that have no dynamics and receive nothing: they spike at random.

use super::{Distribution, Waveform, Window};

/// Neurons that spike at random, whatever happens to the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    /// How they spike.
    pub process: Process,
    /// When they do.
    pub window: Window,
}

/// A random process in steps of the time grid.
#[derive(Debug, Clone, PartialEq)]
pub enum Process {
    /// Independent Poisson processes of one rate `[Hz]`: in each step `k ~ Poisson(rate·h)` spikes
    /// of every neuron or, with `at_most_one`, one spike with probability `min(rate·h, 1)`.
    Poisson {
        /// Rate of one neuron `[Hz]`; negative values count as 0.
        rate_hz: Waveform,
        /// Bernoulli instead of Poisson counts.
        at_most_one: bool,
    },
    /// Independent Poisson processes, each neuron with a rate of its own that is constant for
    /// `every` steps.
    Frames {
        /// Steps per frame, ≥ 1; the last frame is held.
        every: u64,
        /// Frame after frame, one rate per neuron `[Hz]`, ≥ 0.
        rates_hz: Vec<f64>,
    },
    /// Poisson processes whose spike counts have the same correlation coefficient for every pair
    /// (Kuhn, Aertsen & Rotter 2003, doi:10.1162/089976603321043702).
    Correlated {
        /// Rate of one neuron `[Hz]`.
        rate_hz: Waveform,
        /// Correlation coefficient of the counts of two neurons, in `[0, 1]`.
        correlation: f64,
        /// How the correlation comes about.
        interaction: Interaction,
        /// Displacement of every single spike `[ms]`, rounded to steps; `None` for none.
        jitter: Option<Distribution>,
    },
}

/// Where correlated spike trains have their common spikes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interaction {
    /// Single interaction process: a common train of rate `c·ν` is copied into all trains, each of
    /// which has independent spikes of rate `(1 − c)·ν` besides. All orders of correlation.
    Single,
    /// Multiple interaction process: each train keeps every spike of a mother train of rate `ν/c`
    /// with probability `c`.
    Multiple,
}
