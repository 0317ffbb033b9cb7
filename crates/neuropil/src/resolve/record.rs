//! `[record]`: what is kept.
//!
//! | key | is |
//! |---|---|
//! | `spikes` | spikes of populations and sources |
//! | `traces` | state variables, synaptic currents and conductances |
//! | `rates` | spikes per neuron and time, counted in bins; no spike is kept for it |
//! | `inputs` | the course of the rate or current of inputs; of a part such as `"V1[0:8]"` neuron by neuron |
//! | `events` | events of Poisson inputs, neuron by neuron |

use neuropil_network::description::{
    Drive, Dynamics, Input, Population, Process, Recording, Waveform, Window, recordables,
};

use super::context::Context;
use super::fields::{Fields, Item};
use super::{members, window};
use crate::experiment::{Problem, Written};

/// Reads the section. Without it all spikes of all populations are recorded.
///
/// Recording begins at the end of the warm-up unless `window` says otherwise.
pub(super) fn read(
    fields: Option<&Fields<'_>>,
    populations: &[Population],
    inputs: &[Input],
    context: &Context,
) -> Result<Vec<Recording>, Problem> {
    let whole = Window { start: context.warmup_step, stop: context.end_step };
    let Some(fields) = fields else { return Ok(all_spikes(populations, whole)) };
    let window = window_of(fields, whole, context)?;
    let mut recordings = match fields.get("spikes") {
        None => all_spikes(populations, window),
        Some(item) => spikes(&item, populations, window, context)?,
    };
    if let Some(item) = fields.get("traces") {
        for request in trace_requests(&item)? {
            trace(&request, populations, window, context, &mut recordings)?;
        }
    }
    for request in fields.get("rates").map_or_else(Vec::new, |item| item.items()) {
        rates(&request, populations, window, context, &mut recordings)?;
    }
    for request in fields.get("inputs").map_or_else(Vec::new, |item| item.items()) {
        courses(&request, populations, inputs, window, context, &mut recordings)?;
    }
    for request in fields.get("events").map_or_else(Vec::new, |item| item.items()) {
        events(&request, populations, inputs, window, context, &mut recordings)?;
    }
    fields.finish()?;
    Ok(recordings)
}

/// `traces`: one request, a list of them, or a table of named ones.
pub(super) fn trace_requests<'a>(item: &Item<'a>) -> Result<Vec<Item<'a>>, Problem> {
    Ok(match &item.node.value {
        Written::Table(table) if table.get("variables").is_none() => {
            item.fields()?.entries().map(|(_, _, item)| item).collect()
        }
        _ => item.items(),
    })
}

/// What a request is about, how often, and when: `"E"` or `{ target = "E", every, window }`.
fn request<'a>(
    item: &Item<'a>,
    expected: &'static str,
    window: Window,
    context: &Context,
) -> Result<(Item<'a>, u64, Window), Problem> {
    if !item.is_table() {
        return Ok((item.clone(), every_millisecond(context), window));
    }
    let fields = item.fields()?;
    let target = fields.need("target", expected)?;
    let every = every_of(&fields, context)?;
    let window = window_of(&fields, window, context)?;
    fields.finish()?;
    Ok((target, every, window))
}

fn window_of(fields: &Fields<'_>, default: Window, context: &Context) -> Result<Window, Problem> {
    fields
        .get("window")
        .map_or(Ok(default), |item| window::of_pair(&item, &context.scope, context.clock))
}

fn every_of(fields: &Fields<'_>, context: &Context) -> Result<u64, Problem> {
    let default = every_millisecond(context);
    fields.get("every").map_or(Ok(default), |item| context.interval(&item, "every"))
}

fn every_millisecond(context: &Context) -> u64 {
    context.clock.on_grid("every", 1.0).unwrap_or(1).max(1)
}

/// What is recorded is recorded once: the result file has one place for it.
fn once(
    recordings: &[Recording],
    taken: impl Fn(&Recording) -> bool,
    item: &Item<'_>,
    what: impl std::fmt::Display,
) -> Result<(), Problem> {
    match recordings.iter().any(taken) {
        true => Err(item.unsupported(format!("{what} asked for twice"))),
        false => Ok(()),
    }
}

fn rates(
    item: &Item<'_>,
    populations: &[Population],
    window: Window,
    context: &Context,
    recordings: &mut Vec<Recording>,
) -> Result<(), Problem> {
    let expected = "a population or a part such as \"E[0:50]\"";
    let (target, every, window) = request(item, expected, window, context)?;
    for part in members::parts(&target, populations)? {
        let population = part.population;
        let taken = |r: &Recording| matches!(r, Recording::Activity { population: p, .. } if *p == population);
        let what = format!("the rate of \"{}\" is", populations[population].name);
        once(recordings, taken, &target, what)?;
        let neurons = part.neurons(populations[population].size);
        recordings.push(Recording::Activity { population, neurons, every, window });
    }
    Ok(())
}

/// The name of an input in the experiment.
fn base(input: &Input) -> &str {
    input.name.split('/').next().unwrap_or_default()
}

fn unknown_input(item: &Item<'_>, name: &str, known: &[&str]) -> Problem {
    item.unknown_name("input", name, known.iter().copied())
}

/// Rates of Poisson inputs and sources, currents of current inputs, conductances of clamps.
fn courses(
    item: &Item<'_>,
    populations: &[Population],
    inputs: &[Input],
    window: Window,
    context: &Context,
    recordings: &mut Vec<Recording>,
) -> Result<(), Problem> {
    let (target, every, window) = request(item, "an input or a list of inputs", window, context)?;
    for item in target.items() {
        let text = item.text("the name of an input")?;
        if text.contains('[') {
            recordings.push(unit_by_unit(&item, (every, window), populations, recordings)?);
            continue;
        }
        let name = text;
        let device = inputs.iter().find(|i| base(i) == name).map(|i| &i.drive);
        let source = populations.iter().find(|p| p.name == name).map(|p| (&p.dynamics, p.size));
        let (unit, course) = match (device, source) {
            (Some(Drive::Poisson { rate_hz, .. }), _) => ("Hz", rate_hz.clone()),
            (Some(Drive::Current(course)), _) => ("pA", course.clone()),
            (Some(Drive::Clamp { conductance_ns, each, .. }), _) if each.is_empty() => {
                ("nS", conductance_ns.clone())
            }
            (Some(Drive::Clamp { .. }), _) => {
                return Err(item.unsupported("its conductance differs from neuron to neuron"));
            }
            (Some(_), _) => {
                return Err(item.unsupported("its current differs from neuron to neuron"));
            }
            (None, Some((Dynamics::Generator(generator), size))) => {
                ("Hz", mean_rate(&generator.process, size))
            }
            _ => {
                let sources = populations
                    .iter()
                    .filter(|p| matches!(p.dynamics, Dynamics::Generator(_)))
                    .map(|p| p.name.as_str());
                let known: Vec<&str> = inputs.iter().map(base).chain(sources).collect();
                return Err(unknown_input(&item, name, &known));
            }
        };
        let taken = |r: &Recording| match r {
            Recording::Course { name: n, .. } => n == name,
            Recording::Rates { population, .. } => populations[*population].name == name,
            _ => false,
        };
        once(recordings, taken, &item, format!("\"{name}\" is"))?;
        recordings.push(Recording::Course { name: name.into(), unit, course, every, window });
    }
    Ok(())
}

/// `"V1[0:8]"`: the rate of every source by itself.
fn unit_by_unit(
    item: &Item<'_>,
    (every, window): (u64, Window),
    populations: &[Population],
    recordings: &[Recording],
) -> Result<Recording, Problem> {
    let parts = members::parts(item, populations)?;
    let [part] = parts[..] else { return Err(item.wrong("one part such as \"V1[0:8]\"")) };
    let population = part.population;
    let of = &populations[population];
    let differs = |process: &Process| matches!(process, Process::Frames { .. });
    if !matches!(&of.dynamics, Dynamics::Generator(g) if differs(&g.process)) {
        let what = format!("the neurons of \"{}\" have no rates of their own", of.name);
        return Err(item.unsupported(what));
    }
    let taken = |r: &Recording| match r {
        Recording::Rates { population: p, .. } => *p == population,
        Recording::Course { name, .. } => *name == of.name,
        _ => false,
    };
    once(recordings, taken, item, format!("the rates of \"{}\" are", of.name))?;
    Ok(Recording::Rates { population, neurons: part.neurons(of.size), every, window })
}

/// The rate of one source, or the mean over sources that differ.
fn mean_rate(process: &Process, size: u32) -> Waveform {
    match process {
        Process::Poisson { rate_hz, .. } | Process::Correlated { rate_hz, .. } => rate_hz.clone(),
        Process::Frames { every, rates_hz } => {
            let size = size as usize;
            let mean = |frame: &[f64]| frame.iter().sum::<f64>() / size as f64;
            let values: Vec<f64> = rates_hz.chunks(size).map(mean).collect();
            let steps = (0..values.len() as u64).map(|frame| frame * every).collect();
            Waveform::Steps { steps, values }
        }
    }
}

/// Events of Poisson inputs: `"noise"`, `"noise[0:50]"`, or `{ target, window }`.
fn events(
    item: &Item<'_>,
    populations: &[Population],
    inputs: &[Input],
    window: Window,
    context: &Context,
    recordings: &mut Vec<Recording>,
) -> Result<(), Problem> {
    let expected = "a Poisson input, or a part such as \"noise[0:50]\"";
    if let Written::Table(table) = &item.node.value
        && table.get("every").is_some()
    {
        return Err(item.unsupported("events are kept one by one, there is no \"every\""));
    }
    let (target, _, window) = request(item, expected, window, context)?;
    for item in target.items() {
        let text = item.text(expected)?;
        let name = text.split('[').next().unwrap_or(text).trim();
        let poisson = |i: &Input| matches!(i.drive, Drive::Poisson { .. });
        let found = (0..).zip(inputs).filter(|(_, i)| base(i) == name && poisson(i));
        let found: Vec<(usize, &Input)> = found.collect();
        if found.is_empty() {
            let known: Vec<&str> = inputs.iter().filter(|i| poisson(i)).map(base).collect();
            return Err(unknown_input(&item, name, &known));
        }
        for (input, device) in found {
            // Neurons are counted in the population that the input drives.
            let population = device.target.slice.population;
            let size = populations[population].size;
            let part = members::range(&item, text, population, &populations[population])?;
            let taken =
                |r: &Recording| matches!(r, Recording::Events { input: i, .. } if *i == input);
            once(recordings, taken, &item, format!("\"{name}\" is"))?;
            let neurons = part.neurons(size);
            recordings.push(Recording::Events { input, neurons, window });
        }
    }
    Ok(())
}

fn all_spikes(populations: &[Population], window: Window) -> Vec<Recording> {
    let neurons = neuropil_network::description::Neurons::All;
    populations
        .iter()
        .enumerate()
        .filter(|(_, p)| matches!(p.dynamics, Dynamics::Model { .. }))
        .map(|(population, _)| Recording::Spikes { population, neurons: neurons.clone(), window })
        .collect()
}

/// `true`, `false`, a part, a list of parts, or a table of `{ target, window }`.
fn spikes(
    item: &Item<'_>,
    populations: &[Population],
    window: Window,
    context: &Context,
) -> Result<Vec<Recording>, Problem> {
    let (window, item) = match &item.node.value {
        Written::Boolean(true) => return Ok(all_spikes(populations, window)),
        Written::Boolean(false) => return Ok(Vec::new()),
        Written::Table(_) => {
            let fields = item.fields()?;
            let target = fields.need("target", "a population or a list of populations")?;
            let window = window_of(&fields, window, context)?;
            fields.finish()?;
            (window, target)
        }
        _ => (window, item.clone()),
    };
    let mut recordings: Vec<Recording> = Vec::new();
    for part in members::parts(&item, populations)? {
        let population = part.population;
        let taken = |r: &Recording| matches!(r, Recording::Spikes { population: p, .. } if *p == population);
        let what = format!("spikes of \"{}\" are", populations[population].name);
        once(&recordings, taken, &item, what)?;
        let neurons = part.neurons(populations[population].size);
        recordings.push(Recording::Spikes { population, neurons, window });
    }
    Ok(recordings)
}

fn trace(
    item: &Item<'_>,
    populations: &[Population],
    window: Window,
    context: &Context,
    recordings: &mut Vec<Recording>,
) -> Result<(), Problem> {
    let fields = item.fields()?;
    let target = fields.need("target", "a population or a part such as \"E[0:5]\"")?;
    let variables = fields.need("variables", "a list of state variables such as [\"V_m\"]")?;
    let every = every_of(&fields, context)?;
    let offset = fields.get("offset").map_or(Ok(0), |item| context.on_grid(&item, "offset"))?;
    let window = window_of(&fields, window, context)?;
    fields.finish()?;
    for part in members::parts(&target, populations)? {
        let population = &populations[part.population];
        let Dynamics::Model { model, .. } = &population.dynamics else {
            return Err(target.unsupported(format!("\"{}\" has no state", population.name)));
        };
        for variable in variables.items() {
            let name = variable.text("the name of a state variable")?;
            let known = recordables(model);
            if !known.iter().any(|r| r.name == name) {
                let known = known.iter().map(|r| r.name.as_str());
                return Err(variable.unknown_name("state variable", name, known));
            }
            let taken = |r: &Recording| {
                matches!(r, Recording::Samples { population, variables, .. }
                if *population == part.population && variables[0] == name)
            };
            once(recordings, taken, &variable, format!("{name} of \"{}\" is", population.name))?;
            // One recording for each variable: that is what the result file holds.
            recordings.push(Recording::Samples {
                population: part.population,
                neurons: part.neurons(population.size),
                variables: vec![name.into()],
                every,
                offset,
                window,
            });
        }
    }
    Ok(())
}
