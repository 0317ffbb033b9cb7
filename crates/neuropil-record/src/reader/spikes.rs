//! Spikes.

use std::ops::Range;

use hdf5::{Dataset, File, Group};
use neuropil_core::names::suggestion;

use super::{Place, ReadError, ResultFile};
use crate::layout::SPIKES;
use crate::recording::SpikeRecording;

/// Which spikes to read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpikeQuery {
    from_ms: Option<f64>,
    until_ms: Option<f64>,
    neurons: Option<Vec<u32>>,
}

impl SpikeQuery {
    /// Only spikes at `from_ms` `[ms]` or later.
    #[must_use]
    pub const fn from_ms(mut self, from_ms: f64) -> Self {
        self.from_ms = Some(from_ms);
        self
    }

    /// Only spikes before `until_ms` `[ms]`.
    #[must_use]
    pub const fn until_ms(mut self, until_ms: f64) -> Self {
        self.until_ms = Some(until_ms);
        self
    }

    /// Only spikes of these neurons.
    #[must_use]
    pub fn neurons(mut self, neurons: impl IntoIterator<Item = u32>) -> Self {
        let mut neurons: Vec<u32> = neurons.into_iter().collect();
        neurons.sort_unstable();
        self.neurons = Some(neurons);
        self
    }
}

/// Spikes in the order in which they were recorded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spikes {
    /// `[ms]`.
    pub times_ms: Vec<f64>,
    /// Neuron of each spike, within its population.
    pub neurons: Vec<u32>,
}

/// The spike times of one neuron `[ms]`.
pub type SpikeTrain = Vec<f64>;

impl Spikes {
    /// The spikes of each of the first `size` neurons on their own.
    pub fn trains(&self, size: usize) -> Vec<SpikeTrain> {
        let mut trains = vec![SpikeTrain::new(); size];
        for (&time, &neuron) in self.times_ms.iter().zip(&self.neurons) {
            if let Some(train) = trains.get_mut(neuron as usize) {
                train.push(time);
            }
        }
        trains
    }
}

impl ResultFile {
    /// Reads spikes of a population.
    ///
    /// # Errors
    /// [`ReadError::NoSpikes`] if they were not recorded; [`ReadError::Damaged`].
    pub fn spikes(&self, population: &str, query: &SpikeQuery) -> Result<Spikes, ReadError> {
        let place = self.place();
        self.spike_recording(population)?;
        let object = format!("/{SPIKES}/{population}");
        let damaged = place.damaged(object.clone());
        let group = self.file.group(&object).map_err(&damaged)?;
        let times = group.dataset("timestamps").map_err(&damaged)?;
        let ids = group.dataset("node_ids").map_err(&damaged)?;
        // A commit that was cut short may have made one longer than the other.
        let all = times.size().min(ids.size());
        let all = if self.unfinished() { committed(&group, &times, &ids, all) } else { all };
        let Range { start, end } = match ordered(&group) {
            true => self.window(&times, all, query).map_err(&damaged)?,
            false => 0..all,
        };
        let mut times_ms = times.read_slice_1d::<f64, _>(start..end).map_err(&damaged)?.to_vec();
        let ids = ids.read_slice_1d::<u64, _>(start..end).map_err(&damaged)?;
        let mut neurons = Vec::with_capacity(ids.len());
        for &id in &ids {
            let neuron = u32::try_from(id);
            neurons.push(neuron.map_err(|_| place.wrong(&object, format!("node id {id}")))?);
        }
        keep(&mut times_ms, &mut neurons, query);
        Ok(Spikes { times_ms, neurons })
    }

    /// The number of spikes stored for a population, without reading them.
    ///
    /// # Errors
    /// [`ReadError::NoSpikes`] if they were not recorded; [`ReadError::Damaged`].
    pub fn spike_count(&self, population: &str) -> Result<usize, ReadError> {
        if self.unfinished() {
            return Ok(self.spikes(population, &SpikeQuery::default())?.times_ms.len());
        }
        self.spike_recording(population)?;
        let object = format!("/{SPIKES}/{population}/timestamps");
        Ok(self.file.dataset(&object).map_err(self.place().damaged(&object))?.size())
    }

    /// How the spikes of a population were recorded.
    ///
    /// # Errors
    /// [`ReadError::NoSpikes`] if they were not.
    pub fn spike_recording(&self, population: &str) -> Result<&SpikeRecording, ReadError> {
        self.spikes.iter().find(|r| r.population == population).ok_or_else(|| {
            let names = self.spikes.iter().map(|r| r.population.as_str());
            let suggestion = suggestion(population, names);
            ReadError::NoSpikes { path: self.path.clone(), name: population.into(), suggestion }
        })
    }

    /// Positions of the queried times among sorted ones, by bisection over blocks.
    fn window(
        &self,
        times: &hdf5::Dataset,
        all: usize,
        query: &SpikeQuery,
    ) -> hdf5::Result<Range<usize>> {
        let position = |bound: f64| -> hdf5::Result<usize> {
            let (mut low, mut high) = (0, all);
            while high - low > 1 << 15 {
                let middle = low.midpoint(high);
                if times.read_slice_1d::<f64, _>(middle..middle + 1)?[0] < bound {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let block = times.read_slice_1d::<f64, _>(low..high)?;
            Ok(low + block.iter().take_while(|&&time| time < bound).count())
        };
        let start = query.from_ms.map_or(Ok(0), position)?;
        let end = query.until_ms.map_or(Ok(all), position)?;
        Ok(start..end.max(start))
    }
}

/// How many spikes of an unfinished file can be trusted: those that were flushed, and of them those
/// that can be read.
fn committed(group: &Group, times: &Dataset, ids: &Dataset, all: usize) -> usize {
    let committed = group.attr("committed").and_then(|a| a.read_scalar::<u64>());
    let all = all.min(committed.unwrap_or(u64::MAX) as usize);
    readable(all, |k| {
        times.read_slice_1d::<f64, _>(k..k + 1).is_ok()
            && ids.read_slice_1d::<u64, _>(k..k + 1).is_ok()
    })
}

/// The largest `n <= all` whose last element can be read, if readable ones come first.
pub(super) fn readable(all: usize, can_read: impl Fn(usize) -> bool) -> usize {
    if all == 0 || can_read(all - 1) {
        return all;
    }
    let (mut low, mut high) = (0, all - 1);
    while low < high {
        let middle = low.midpoint(high);
        if can_read(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Whether the spikes are stored in order of time: 2 in SONATA's enumeration.
fn ordered(group: &Group) -> bool {
    #[derive(Clone, Copy, PartialEq, hdf5::H5Type)]
    #[repr(u8)]
    #[expect(non_camel_case_types, dead_code, reason = "the names are those of the format")]
    enum Sorting {
        none = 0,
        by_id = 1,
        by_time = 2,
    }
    let sorting = group.attr("sorting").and_then(|attribute| attribute.read_scalar::<Sorting>());
    sorting.is_ok_and(|sorting| sorting == Sorting::by_time)
}

fn keep(times_ms: &mut Vec<f64>, neurons: &mut Vec<u32>, query: &SpikeQuery) {
    let in_window = |time: f64| {
        query.from_ms.is_none_or(|from| time >= from) && query.until_ms.is_none_or(|to| time < to)
    };
    let in_subset = |neuron: u32| {
        query.neurons.as_ref().is_none_or(|subset| subset.binary_search(&neuron).is_ok())
    };
    let mut kept = 0;
    for k in 0..times_ms.len() {
        if in_window(times_ms[k]) && in_subset(neurons[k]) {
            times_ms[kept] = times_ms[k];
            neurons[kept] = neurons[k];
            kept += 1;
        }
    }
    times_ms.truncate(kept);
    neurons.truncate(kept);
}

pub(super) fn recordings(place: &Place<'_>, file: &File) -> Result<Vec<SpikeRecording>, ReadError> {
    let all = file.group(SPIKES).map_err(place.damaged("/spikes"))?;
    let mut found = Vec::new();
    for population in all.member_names().map_err(place.damaged("/spikes"))? {
        let group =
            all.group(&population).map_err(place.damaged(format!("/spikes/{population}")))?;
        let index: u64 = place.attribute(&group, "index")?;
        let size: u64 = place.attribute(&group, "size")?;
        let recorded = group.dataset("recorded").ok();
        let recorded = recorded.map(|dataset| dataset.read_raw::<u64>()).transpose();
        let recorded = recorded.map_err(place.damaged(format!("/spikes/{population}/recorded")))?;
        let recording = SpikeRecording {
            size: size as u32,
            neurons: recorded.map(|ids| ids.into_iter().map(|id| id as u32).collect()),
            start_step: place.attribute(&group, "start_step")?,
            stop_step: group.attr("stop_step").and_then(|a| a.read_scalar()).ok(),
            population,
        };
        found.push((index, recording));
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, recording)| recording).collect())
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_torn_end_is_left_out() {
        for whole in [0, 1, 7, 99, 100] {
            assert_eq!(readable(100, |k| k < whole), whole);
        }
        assert_eq!(readable(0, |_| true), 0);
    }
}
