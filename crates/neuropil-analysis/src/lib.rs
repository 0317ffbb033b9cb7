//! Statistics of spike trains and sampled variables: pure functions on slices, no file formats.
//!
//! | Module | Quantities |
//! |---|---|
//! | [`trains`] | the spikes of a population, grouped by neuron, within a [`Window`] |
//! | [`rate`] | mean rates, binned and Gaussian-smoothed rates |
//! | [`irregularity`] | inter-spike intervals, CV, CV2, LV, Fano factor |
//! | [`synchrony`] | count correlation, spike-time tiling, population synchrony |
//! | [`correlation`] | Pearson, auto- and cross-correlation, cross-correlograms, correlation time |
//! | [`spectrum`] | Welch power spectrum and its peak |
//! | [`filter`] | Butterworth, exponential, moving windows and quantiles |
//! | [`membrane`] | moments and correlation time of the membrane potential without spikes |
//! | [`balance`] | excitatory/inhibitory balance of currents and conductances |
//! | [`impedance`] | frequency response from the answer to a step |
//! | [`modulation`] | gain and phase of a response to sinusoidal drive |
//! | [`reverse`] | reverse correlation: spike-triggered averages of images |
//! | [`response`] | amplitude, rise, width, area of a response to a stimulus |
//! | [`states`] | up and down states, activity of clusters, dwell times |
//! | [`summary`] | the usual figures of a population in one structure |
//!
//! Units: ms, Hz (also called spikes/s), mV, pA, nS. A quantity that is not defined for its input
//! (a coefficient of variation of one interval) is `None`, never a number that looks like one.
//! Moments of data divide by *n* unless a page says otherwise.

pub mod balance;
pub mod correlation;
pub mod descriptive;
mod error;
pub mod filter;
pub mod impedance;
pub mod irregularity;
pub mod membrane;
pub mod modulation;
pub mod rate;
pub mod response;
pub mod reverse;
pub mod spectrum;
pub mod states;
pub mod summary;
pub mod synchrony;
#[cfg(test)]
mod test_signals;
pub mod trains;
mod window;

pub use error::AnalysisError;
pub use summary::PopulationSummary;
pub use trains::SpikeTrains;
pub use window::Window;
