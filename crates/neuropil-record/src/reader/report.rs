//! Sampled variables.

use hdf5::{File, Group};
use neuropil_core::names::suggestion;

use super::spikes::readable;
use super::{Place, ReadError, ResultFile};
use crate::layout::{REPORT, RESERVED_VARIABLES};
use crate::recording::{Column, ColumnKind};

/// A sampled recording as found in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Population.
    pub population: String,
    /// Neurons in the population.
    pub size: u64,
    /// Variable.
    pub variable: String,
    /// Unit of the values.
    pub unit: String,
    /// What columns stand for.
    pub kind: ColumnKind,
    /// One per column.
    pub columns: Vec<Column>,
    /// Names of columns; empty if none were given.
    pub labels: Vec<String>,
    /// Time of the first frame `[ms]`.
    pub start_ms: f64,
    /// Time from frame to frame `[ms]`.
    pub step_ms: f64,
    /// Frames stored.
    pub frames: usize,
}

impl Report {
    /// The positions of the columns of one neuron.
    pub fn columns_of(&self, neuron: u32) -> impl Iterator<Item = usize> + '_ {
        let numbered = self.columns.iter().enumerate();
        numbered.filter(move |(_, column)| column.neuron == neuron).map(|(k, _)| k)
    }

    fn name(&self) -> String {
        format!("{}/{}", self.population, self.variable)
    }
}

/// Which part of a report to read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TraceQuery {
    from_ms: Option<f64>,
    until_ms: Option<f64>,
    columns: Option<Vec<usize>>,
}

impl TraceQuery {
    /// Only frames at `from_ms` `[ms]` or later.
    #[must_use]
    pub const fn from_ms(mut self, from_ms: f64) -> Self {
        self.from_ms = Some(from_ms);
        self
    }

    /// Only frames before `until_ms` `[ms]`.
    #[must_use]
    pub const fn until_ms(mut self, until_ms: f64) -> Self {
        self.until_ms = Some(until_ms);
        self
    }

    /// Only the columns at these positions, in this order.
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        self.columns = Some(columns.into_iter().collect());
        self
    }
}

/// Values of some columns over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// Time of the first frame `[ms]`.
    pub start_ms: f64,
    /// Time from frame to frame `[ms]`.
    pub step_ms: f64,
    /// Unit of the values.
    pub unit: String,
    /// Where each trace comes from.
    pub columns: Vec<Column>,
    /// One list per column, all of the same length.
    pub values: Vec<Vec<f64>>,
    first_frame: usize,
    report_start_ms: f64,
}

impl Traces {
    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.values.first().map_or(0, Vec::len)
    }

    /// Time of each frame `[ms]`.
    pub fn times_ms(&self) -> Vec<f64> {
        let frames = self.first_frame..self.first_frame + self.frames();
        frames.map(|k| self.report_start_ms + k as f64 * self.step_ms).collect()
    }
}

impl ResultFile {
    /// The report of a variable of a population.
    ///
    /// # Errors
    /// [`ReadError::NoReport`] if it was not recorded.
    pub fn report(&self, population: &str, variable: &str) -> Result<&Report, ReadError> {
        let found =
            self.reports.iter().find(|r| r.population == population && r.variable == variable);
        found.ok_or_else(|| {
            let name = format!("{population}/{variable}");
            let names: Vec<String> = self.reports.iter().map(Report::name).collect();
            let suggestion = suggestion(&name, names.iter().map(String::as_str));
            ReadError::NoReport { path: self.path.clone(), name, suggestion }
        })
    }

    /// Reads traces.
    ///
    /// # Errors
    /// [`ReadError::NoReport`], [`ReadError::NoColumn`], [`ReadError::Damaged`].
    pub fn traces(
        &self,
        population: &str,
        variable: &str,
        query: &TraceQuery,
    ) -> Result<Traces, ReadError> {
        let report = self.report(population, variable)?;
        let width = report.columns.len();
        let all = || (0..width).collect();
        let wanted: Vec<usize> = query.columns.clone().unwrap_or_else(all);
        if let Some(&column) = wanted.iter().find(|&&column| column >= width) {
            let (path, name) = (self.path.clone(), report.name());
            return Err(ReadError::NoColumn { path, name, columns: width, column });
        }
        // A frame belongs to the window by its own time, computed as everywhere: start + k·step.
        let time = |k: usize| report.start_ms + k as f64 * report.step_ms;
        let count_before = |bound: f64| {
            let (mut low, mut high) = (0, report.frames);
            while low < high {
                let middle = low.midpoint(high);
                if time(middle) < bound { low = middle + 1 } else { high = middle }
            }
            low
        };
        let first = query.from_ms.map_or(0, count_before);
        let end = query.until_ms.map_or(report.frames, count_before).max(first);

        let object = format!("/{REPORT}/{}/data", report.name());
        let damaged = self.place().damaged(&object);
        let data = self.file.dataset(&object).map_err(&damaged)?;
        let end = match self.unfinished() {
            true => end.min(readable(report.frames, |k| {
                data.read_slice_2d::<f64, _>((k..k + 1, 0..width)).is_ok()
            })),
            false => end,
        };
        let first = first.min(end);
        let mut values = vec![Vec::with_capacity(end - first); wanted.len()];
        // A frame of a large report may not fit in memory whole: read the span that is asked for,
        // some frames at a time.
        let left = wanted.iter().copied().min().unwrap_or(0);
        let right = wanted.iter().copied().max().map_or(0, |k| k + 1);
        let frames_at_once = ((1 << 20) / (right - left).max(1)).max(1);
        let mut frame = first;
        while frame < end && left < right {
            let stop = end.min(frame + frames_at_once);
            let block =
                data.read_slice_2d::<f64, _>((frame..stop, left..right)).map_err(&damaged)?;
            for (column, trace) in wanted.iter().zip(&mut values) {
                trace.extend(block.column(column - left).iter());
            }
            frame = stop;
        }
        Ok(Traces {
            start_ms: time(first),
            step_ms: report.step_ms,
            unit: report.unit.clone(),
            columns: wanted.iter().map(|&column| report.columns[column]).collect(),
            values,
            first_frame: first,
            report_start_ms: report.start_ms,
        })
    }
}

pub(super) fn reports(place: &Place<'_>, file: &File) -> Result<Vec<Report>, ReadError> {
    let all = file.group(REPORT).map_err(place.damaged("/report"))?;
    let mut found = Vec::new();
    for population in all.member_names().map_err(place.damaged("/report"))? {
        let object = format!("/report/{population}");
        let group = all.group(&population).map_err(place.damaged(&object))?;
        for variable in group.member_names().map_err(place.damaged(&object))? {
            if RESERVED_VARIABLES.contains(&variable.as_str()) {
                continue;
            }
            let one = group.group(&variable).map_err(place.damaged(&object))?;
            let index: u64 = place.attribute(&one, "index")?;
            found.push((index, report(place, &one, population.clone(), variable)?));
        }
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, report)| report).collect())
}

fn report(
    place: &Place<'_>,
    group: &Group,
    population: String,
    variable: String,
) -> Result<Report, ReadError> {
    let object = format!("/report/{population}/{variable}");
    let damaged = place.damaged(&object);
    let kind = place.text(group, "columns")?;
    let kind = ColumnKind::from_name(&kind)
        .ok_or_else(|| place.wrong(&object, format!("columns of kind {kind:?}")))?;
    let data = group.dataset("data").map_err(&damaged)?;
    let mapping = group.group("mapping").map_err(&damaged)?;
    let list = |name: &str| mapping.dataset(name).and_then(|d| d.read_raw::<u64>());
    let (nodes, pointers) =
        (list("node_ids").map_err(&damaged)?, list("index_pointer").map_err(&damaged)?);
    let elements = list("element_ids").map_err(&damaged)?;
    let time = mapping.dataset("time").and_then(|d| d.read_raw::<f64>()).map_err(&damaged)?;
    let (&[start_ms, stop_ms, step_ms], &[rows, width]) = (&time[..], &data.shape()[..]) else {
        return Err(place.wrong(&object, "its shape is not that of a report"));
    };
    let columns = columns(&nodes, &pointers, &elements)
        .filter(|columns| columns.len() == width)
        .ok_or_else(|| place.wrong(&object, "its mapping does not fit its data"))?;
    // Of a commit that was cut short, only frames whose time was stored count.
    let stamped = ((stop_ms - start_ms) / step_ms).round().max(0.0) as usize;
    let labels = match mapping.link_exists("labels") {
        true => place.texts(&mapping, "labels")?,
        false => Vec::new(),
    };
    Ok(Report {
        population,
        size: place.attribute(group, "size")?,
        variable,
        unit: place.text(&data, "units")?,
        kind,
        columns,
        labels,
        start_ms,
        step_ms,
        frames: rows.min(stamped),
    })
}

/// One column per element, with the neuron that its pointer range belongs to.
fn columns(nodes: &[u64], pointers: &[u64], elements: &[u64]) -> Option<Vec<Column>> {
    if pointers.len() != nodes.len() + 1 || *pointers.last()? as usize != elements.len() {
        return None;
    }
    let mut columns = Vec::with_capacity(elements.len());
    for (&node, range) in nodes.iter().zip(pointers.windows(2)) {
        for &element in elements.get(range[0] as usize..range[1] as usize)? {
            let (neuron, element) = (u32::try_from(node).ok()?, u32::try_from(element).ok()?);
            columns.push(Column { neuron, element });
        }
    }
    Some(columns)
}
