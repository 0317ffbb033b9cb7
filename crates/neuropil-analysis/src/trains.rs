//! The spikes of a population, grouped by neuron.

use crate::Window;
use crate::error::AnalysisError;

/// Spike times of every neuron of a population within a window, each train in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeTrains {
    window: Window,
    /// Train `n` is `times_ms[offsets[n]..offsets[n + 1]]`.
    offsets: Vec<usize>,
    times_ms: Vec<f64>,
}

impl SpikeTrains {
    /// Groups the events of a population of `neurons` neurons; those outside `window` are left out.
    ///
    /// # Shapes
    /// `ids` and `times_ms` have one entry per spike, in any order.
    ///
    /// # Errors
    /// [`AnalysisError::Length`], [`AnalysisError::NeuronOutOfRange`], [`AnalysisError::NotFinite`].
    ///
    /// ```
    /// use neuropil_analysis::{SpikeTrains, Window};
    /// let window = Window::new(0.0, 100.0)?;
    /// let trains = SpikeTrains::from_events(3, &[2, 0, 2], &[40.0, 10.0, 30.0], window)?;
    /// assert_eq!(trains.train(2), [30.0, 40.0]);
    /// # Ok::<(), neuropil_analysis::AnalysisError>(())
    /// ```
    pub fn from_events(
        neurons: usize,
        ids: &[u32],
        times_ms: &[f64],
        window: Window,
    ) -> Result<Self, AnalysisError> {
        crate::error::length("the list of neurons", ids.len(), times_ms.len())?;
        crate::error::finite("the spike times", times_ms)?;
        let mut offsets = vec![0; neurons + 1];
        for (index, (&neuron, &t)) in ids.iter().zip(times_ms).enumerate() {
            if neuron as usize >= neurons {
                return Err(AnalysisError::NeuronOutOfRange { index, neuron, neurons });
            }
            offsets[neuron as usize + 1] += usize::from(window.contains(t));
        }
        for n in 0..neurons {
            offsets[n + 1] += offsets[n];
        }
        let mut next = offsets.clone();
        let mut grouped = vec![0.0; offsets[neurons]];
        for (&neuron, &t) in ids.iter().zip(times_ms).filter(|(_, t)| window.contains(**t)) {
            grouped[next[neuron as usize]] = t;
            next[neuron as usize] += 1;
        }
        for n in 0..neurons {
            let train = &mut grouped[offsets[n]..offsets[n + 1]];
            if !train.is_sorted() {
                train.sort_by(f64::total_cmp);
            }
        }
        Ok(Self { window, offsets, times_ms: grouped })
    }

    /// Takes one list of spike times per neuron; those outside `window` are left out.
    ///
    /// # Errors
    /// [`AnalysisError::NotFinite`].
    pub fn from_lists<L: AsRef<[f64]>>(lists: &[L], window: Window) -> Result<Self, AnalysisError> {
        let (mut ids, mut times) = (Vec::new(), Vec::new());
        for (neuron, list) in (0..).zip(lists) {
            times.extend_from_slice(list.as_ref());
            ids.resize(times.len(), neuron);
        }
        Self::from_events(lists.len(), &ids, &times, window)
    }

    /// Number of neurons, silent ones included.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no neuron at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of spikes in the window.
    pub fn spikes(&self) -> usize {
        self.times_ms.len()
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Spike times of one neuron `[ms]`, ascending.
    ///
    /// # Panics
    /// If there is no such neuron.
    pub fn train(&self, neuron: usize) -> &[f64] {
        &self.times_ms[self.offsets[neuron]..self.offsets[neuron + 1]]
    }

    /// All trains, in order of neurons.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.offsets.windows(2).map(|ends| &self.times_ms[ends[0]..ends[1]])
    }

    /// All spike times `[ms]`, neuron after neuron.
    pub fn times_ms(&self) -> &[f64] {
        &self.times_ms
    }

    /// The same neurons within another window; only spikes of the present one can be in it.
    pub fn within(&self, window: Window) -> Self {
        let mut offsets = Vec::with_capacity(self.offsets.len());
        let mut times_ms = Vec::new();
        offsets.push(0);
        for train in self.iter() {
            times_ms.extend(train.iter().copied().filter(|&t| window.contains(t)));
            offsets.push(times_ms.len());
        }
        Self { window, offsets, times_ms }
    }

    /// A contiguous group of neurons (a cluster, a sample) on its own.
    ///
    /// # Panics
    /// If the range reaches beyond the last neuron.
    pub fn group(&self, neurons: std::ops::Range<usize>) -> Self {
        let base = self.offsets[neurons.start];
        let offsets: Vec<usize> =
            self.offsets[neurons.start..=neurons.end].iter().map(|&o| o - base).collect();
        let times_ms = self.times_ms[base..self.offsets[neurons.end]].to_vec();
        Self { window: self.window, offsets, times_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_grouped_sorted_and_cut_to_the_window() {
        let window = Window::new(10.0, 50.0).unwrap();
        let ids = [1, 0, 1, 1, 2];
        let trains =
            SpikeTrains::from_events(4, &ids, &[30.0, 10.0, 20.0, 50.0, 51.0], window).unwrap();
        assert_eq!(trains.iter().map(<[f64]>::len).collect::<Vec<_>>(), [0, 3, 0, 0]);
        assert_eq!(trains.train(1), [20.0, 30.0, 50.0]);
        let later = trains.within(Window::new(20.0, 40.0).unwrap());
        assert_eq!(later.train(1), [30.0]);
        assert_eq!(trains.group(1..3).train(0), [20.0, 30.0, 50.0]);
    }

    #[test]
    fn wrong_events_name_the_spike() {
        let window = Window::new(0.0, 1.0).unwrap();
        let message = |r: Result<SpikeTrains, AnalysisError>| r.unwrap_err().to_string();
        assert_eq!(
            message(SpikeTrains::from_events(3, &[0, 3], &[0.5, 0.5], window)),
            "spike 1 names neuron 3, but there are 3 neurons"
        );
        assert_eq!(
            message(SpikeTrains::from_events(3, &[0, 1], &[0.5, f64::NAN], window)),
            "value 1 of the spike times is NaN, expected a finite number"
        );
        assert_eq!(
            message(SpikeTrains::from_events(3, &[0], &[0.5, 0.6], window)),
            "the list of neurons holds 1 values, expected 2"
        );
    }
}
