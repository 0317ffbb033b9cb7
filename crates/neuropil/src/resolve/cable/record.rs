//! `[record]` of branching cells.

use neuropil_cable::{Probe, Quantity, Sampling, SpikeSource};
use neuropil_morphology::Location;
use neuropil_network::description::Window;
use neuropil_record::{
    Column, ColumnKind, Precision, Recordings, SampledRecording, SpikeRecording,
};

use super::super::fields::{Fields, Item};
use super::super::record::trace_requests;
use super::super::window;
use super::targets::members;
use super::{CellPopulation, Tissue, cable_problem, cells};
use crate::experiment::{Problem, Written};

/// Reads the section. Without it the spikes of all cells are recorded.
pub(super) fn read(
    fields: Option<&Fields<'_>>,
    tissue: &mut Tissue<'_>,
) -> Result<Recordings, Problem> {
    let context = tissue.context;
    let mut recordings = Recordings::new(context.clock);
    let whole = Window { start: context.warmup_step, stop: context.end_step };
    let of_pair = |item: Item<'_>| window::of_pair(&item, &context.scope, context.clock);
    let window = match fields.and_then(|fields| fields.get("window")) {
        Some(item) => of_pair(item)?,
        None => whole,
    };
    let all: Vec<usize> = (0..tissue.populations.len()).collect();
    let spiking = match fields.and_then(|fields| fields.get("spikes")) {
        None => all,
        Some(item) => match item.node.value {
            Written::Boolean(true) => all,
            Written::Boolean(false) => Vec::new(),
            _ => {
                let named = item.items();
                let index = |item: &Item<'_>| {
                    members(item, item.text("a population")?, tissue).map(|found| found.0)
                };
                named.iter().map(index).collect::<Result<_, _>>()?
            }
        },
    };
    for population in spiking {
        let population = &tissue.populations[population];
        let cells = population.first..population.first + population.size as usize;
        let sources = cells.map(|cell| SpikeSource::Detector { cell, detector: 0 }).collect();
        let place = fields.map_or_else(|| "record".into(), |fields| fields.place.clone());
        let span = fields.map_or_else(Default::default, |fields| fields.span);
        tissue.model.record_spikes(sources).map_err(|source| {
            Problem::at(span, crate::experiment::Fault::Cable { place, source })
        })?;
        recordings.spikes.push(SpikeRecording {
            start_step: window.start,
            stop_step: Some(window.stop),
            ..SpikeRecording::all(&population.name, population.size)
        });
    }
    let Some(fields) = fields else { return Ok(recordings) };
    if let Some(item) = fields.get("traces") {
        let mut traces = Vec::new();
        for request in trace_requests(&item)? {
            trace(&request, window, tissue, &mut traces)?;
        }
        for trace in traces {
            recordings.samples.push(trace.record(tissue)?);
        }
    }
    fields.finish()?;
    Ok(recordings)
}

/// One variable of one population: what the result file holds as one array.
struct Trace<'a> {
    /// Number of the population.
    population: usize,
    /// Where the variable was first asked for.
    variable: Item<'a>,
    name: &'a str,
    every: u64,
    start: u64,
    stop: u64,
    /// Cell and what to record of it.
    probes: Vec<(usize, Probe)>,
}

impl Trace<'_> {
    fn record(mut self, tissue: &mut Tissue<'_>) -> Result<SampledRecording, Problem> {
        let clock = tissue.context.clock;
        let wrong = |source| cable_problem(&self.variable, source);
        let sampling = Sampling {
            every_ms: clock.ms(self.every),
            from_ms: clock.ms(self.start),
            until_ms: clock.ms(self.stop),
        };
        // The columns of a cell are next to each other.
        self.probes.sort_by_key(|(cell, _)| *cell);
        let probes = self.probes.into_iter().map(|(_, probe)| probe).collect();
        let number = tissue.model.record(probes, sampling).map_err(wrong)?;
        let columns = tissue.model.columns(number).map_err(wrong)?;
        let CellPopulation { name, size, first, .. } = &tissue.populations[self.population];
        let label = |c: &neuropil_cable::Column| {
            let place = format!("{}({:.3})", c.section, c.fraction);
            if *size == 1 { place } else { format!("{} {place}", c.cell - first) }
        };
        Ok(SampledRecording {
            population: name.clone(),
            size: *size,
            variable: self.name.into(),
            unit: columns.first().map(|c| c.unit.clone()).unwrap_or_default(),
            kind: ColumnKind::Compartments,
            columns: columns
                .iter()
                .map(|c| Column { neuron: (c.cell - first) as u32, element: c.node as u32 })
                .collect(),
            labels: columns.iter().map(label).collect(),
            start_step: self.start,
            interval_steps: self.every,
            precision: Precision::Double,
        })
    }
}

fn trace<'a>(
    item: &Item<'a>,
    window: Window,
    tissue: &mut Tissue<'_>,
    traces: &mut Vec<Trace<'a>>,
) -> Result<(), Problem> {
    let context = tissue.context;
    let fields = item.fields()?;
    let target = fields.need("target", "a population or a part such as \"pyramids[0]\"")?;
    let (population, cells) = members(&target, target.text("a population")?, tissue)?;
    let variables = fields.need("variables", "a list such as [\"v\", \"hh.m\"]")?;
    let every = match fields.get("every") {
        Some(item) => context.interval(&item, "every")?,
        None => 1,
    };
    let window = match fields.get("window") {
        Some(item) => window::of_pair(&item, &context.scope, context.clock)?,
        None => window,
    };
    let model = &tissue.populations[population].model;
    let region = match fields.get("region") {
        Some(item) => Some((item.clone(), cells::region(&item)?)),
        None => None,
    };
    let places = match fields.get("at") {
        Some(item) => cells::places(&item, model)?,
        None => vec![cells::origin(model)],
    };
    fields.finish()?;
    // The state before the first step is a frame too.
    let start = if window.start == 0 { 0 } else { window.start.div_ceil(every) * every };
    let start = if start > 0 && start == window.start { start + every } else { start };
    let stop = window.stop;
    for variable in variables.items() {
        let name = variable.text("the name of a variable")?;
        let mut probes = Vec::new();
        for cell in cells.clone() {
            let group = &tissue.cells[tissue.kinds[population]].synapses;
            for (quantity, place) in quantities(name, group) {
                match (&region, place) {
                    (_, Some(place)) => {
                        let probe = tissue.model.probe(cell, place, quantity);
                        let probe = probe.map_err(|source| cable_problem(&variable, source))?;
                        probes.push((cell, probe));
                    }
                    (Some((item, region)), None) => {
                        let found = tissue.model.probes(cell, region, &quantity);
                        let found = found.map_err(|source| cable_problem(item, source))?;
                        probes.extend(found.into_iter().map(|probe| (cell, probe)));
                    }
                    (None, None) => {
                        for place in &places {
                            let probe = tissue.model.probe(cell, *place, quantity.clone());
                            let probe = probe.map_err(|source| cable_problem(&variable, source))?;
                            probes.push((cell, probe));
                        }
                    }
                }
            }
        }
        let same = |t: &&mut Trace<'_>| t.population == population && t.name == name;
        match traces.iter_mut().find(same) {
            None => {
                traces.push(Trace { population, variable, name, every, start, stop, probes });
            }
            Some(earlier)
                if (earlier.every, earlier.start, earlier.stop) == (every, start, stop) =>
            {
                earlier.probes.extend(probes);
            }
            Some(_) => {
                let population = &tissue.populations[population].name;
                return Err(variable.unsupported(format!(
                    "{name} of \"{population}\" is asked for twice, with another interval or window"
                )));
            }
        }
    }
    Ok(())
}

/// `v`, `i_membrane`, `hh.m`, `excitation.g` (a group of synapses, each at its own place), `ena`,
/// `cai`, `cao`, `ica`.
fn quantities(name: &str, synapses: &cells::Groups) -> Vec<(Quantity, Option<Location>)> {
    if let Some((owner, variable)) = name.split_once('.') {
        if let Some(group) = synapses.get(owner) {
            let of = |synapse: &cells::Synapse| {
                let (point, variable) = (synapse.point, variable.to_owned());
                (Quantity::Point { point, variable }, Some(synapse.place))
            };
            return group.iter().map(of).collect();
        }
        let quantity = Quantity::Density { mechanism: owner.into(), variable: variable.into() };
        return vec![(quantity, None)];
    }
    let quantity = match name {
        "v" => Quantity::Voltage,
        "i_membrane" => Quantity::MembraneCurrent,
        _ => match (name.strip_prefix('e'), name.strip_prefix('i'), name.strip_suffix('i')) {
            (Some(ion), _, _) => Quantity::Reversal(ion.into()),
            (_, _, Some(ion)) => Quantity::Inside(ion.into()),
            (_, Some(ion), _) => Quantity::IonCurrent(ion.into()),
            _ => Quantity::Outside(name.trim_end_matches('o').into()),
        },
    };
    vec![(quantity, None)]
}
