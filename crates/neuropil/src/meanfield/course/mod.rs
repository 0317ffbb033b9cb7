//! Rates over time: the mean field of second order, driven by the inputs of the run.
//!
//! Transfer functions are those that `[meanfield.transfer]` names, or fitted on the spot. The network
//! starts where rates settle before neurons have adapted. What the equations know of time is the constant T over
//! which rates are counted, and adaptation.

mod files;
mod picture;
mod summary;

use neuropil_record::reader::SpikeQuery;
use neuropil_record::{ReadError, ResultFile};
use neuropil_theory::TheoryError;
use neuropil_theory::mean_field::{Input, Integration, MeanField, Order, State, Trajectory};

use super::conductance::{self, Assembled};
use super::neurons::{self, System};
use super::{MeanFieldError, settings, transfer};
use crate::experiment::Experiment;
pub use summary::{Figures, Summary, SummaryRow};

/// Step of the integration `[ms]`.
const STEP_MS: f64 = 0.5;

/// Steps between states that are kept.
const EVERY: usize = 2;

/// Rates of the populations over time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeCourse {
    /// Times from the beginning of the simulation `[ms]`.
    pub t_ms: Vec<f64>,
    /// What comes from outside: name and rate of all events of one neuron at each time `[Hz]`.
    pub inputs: Vec<(String, Vec<f64>)>,
    /// One for each population with dynamics of its own.
    pub populations: Vec<PopulationCourse>,
    /// Time over which rates are counted, T `[ms]`.
    pub time_constant_ms: f64,
    /// Order of the expansion: 2, or 1 where the second left its ground.
    pub order: u8,
    /// What the theory had to overlook.
    pub warnings: Vec<String>,
}

/// Rate of a population over time.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationCourse {
    /// Name.
    pub name: String,
    /// Mean rate at each time `[spikes/s]`.
    pub rate_hz: Vec<f64>,
    /// Standard deviation of the population rate counted over T `[spikes/s]`; zeros to first order.
    pub sd_hz: Vec<f64>,
    /// Mean adaptation current at each time `[pA]`.
    pub adaptation_pa: Vec<f64>,
    /// Simulated rate in the window of one T around each time `[spikes/s]`, if there is a result.
    pub simulated_hz: Option<Vec<f64>>,
}

impl Experiment {
    /// Whether any input changes in time, so that there is more to predict than a stationary state.
    ///
    /// # Errors
    /// [`MeanFieldError::Experiment`].
    pub fn has_course(&self) -> Result<bool, MeanFieldError> {
        let model = self.network()?;
        let settings = settings::read(self, &model, None)?;
        let mut system = match neurons::sort(&model.network, settings) {
            Ok(system) if !system.current_based => system,
            _ => return Ok(false),
        };
        let assembled = conductance::assemble(&mut system)?;
        let first = assembled.input_at(&mut system, 1);
        let changes =
            |k: u64| assembled.input_at(&mut system, 1 + model.steps() * k / 100) != first;
        Ok((1..100).any(changes))
    }

    /// Rates over the whole run by the mean field of second order.
    ///
    /// # Errors
    /// [`MeanFieldError`]; there is none for current synapses.
    pub fn mean_field_course(&self) -> Result<TimeCourse, MeanFieldError> {
        let model = self.network()?;
        let settings = settings::read(self, &model, None)?;
        let time_constant_ms = settings.time_constant_ms;
        let mut system = neurons::sort(&model.network, settings)?;
        if let (true, Some(member)) = (system.current_based, system.members.first()) {
            let (population, model) =
                (member.population.name.clone(), member.model.name.to_owned());
            return Err(MeanFieldError::NoTransfer { population, model });
        }
        let assembled = conductance::assemble(&mut system)?;
        let theory = transfer::theory(&assembled, &mut system, model.steps(), None)?
            .with_time_constant_ms(time_constant_ms)?
            .with_order(Order::Second);
        system.warnings.retain(|warning| !warning.contains("changes in time"));
        let dt = model.network.clock.dt_ms();
        let duration_ms = model.network.clock.ms(model.steps());
        let integration = Integration { dt_ms: STEP_MS, duration_ms, every: EVERY };
        let step = |t: f64| (t / dt).round() as u64;
        let given_first = assembled.input_at(&mut system, 1);
        let start = begun(&theory, &given_first)?;
        let mut drive =
            |t: f64, input: &mut Input| *input = assembled.input_at(&mut system, step(t));
        let mut order = 2;
        let mut path = theory.run(&start, &mut drive, integration);
        let mut lost = None;
        if let Err(TheoryError::Diverged { t_ms, .. }) = path {
            let first = theory.clone().with_order(Order::First);
            path = first.run(&begun(&first, &given_first)?, &mut drive, integration);
            (order, lost) = (1, Some(t_ms));
        }
        let path = path?;
        let mut warnings = system.warnings.clone();
        warnings.extend(lost.map(|t_ms| {
            format!(
                "second order left its ground at {t_ms:.0} ms, where fluctuations are as large as the rates; the \
                 course is of first order"
            )
        }));
        warnings.extend(beyond(&theory, &assembled, &mut system, &path, dt));
        let populations =
            theory.populations().iter().enumerate().map(|(p, population)| PopulationCourse {
                name: population.name.clone(),
                rate_hz: path.rate_hz(p),
                sd_hz: path.rate_sd_hz(p),
                adaptation_pa: path.states.iter().map(|state| state.adaptation_pa[p]).collect(),
                simulated_hz: None,
            });
        let populations = populations.collect();
        let given: Vec<Input> =
            path.t_ms.iter().map(|t| assembled.input_at(&mut system, step(*t))).collect();
        let inputs = assembled
            .group_names(&system)
            .into_iter()
            .enumerate()
            .map(|(k, name)| (name, given.iter().map(|input| input.afferent_hz[k]).collect()))
            .collect();
        Ok(TimeCourse { t_ms: path.t_ms, inputs, populations, time_constant_ms, order, warnings })
    }
}

/// The state in which a network has begun to fire and adaptation has not: where rates settle, in steps
/// of first order from silence, with no adaptation current.
fn begun(theory: &MeanField, input: &Input) -> Result<State, TheoryError> {
    const STEPS: usize = 300;
    let first = theory.clone().with_order(Order::First);
    let mut state = theory.state(&vec![0.0; theory.populations().len()])?;
    for _ in 0..STEPS {
        let response = first.responses_hz(&state, input)?;
        state.rate_hz.iter_mut().zip(response).for_each(|(rate, f)| *rate += 0.1 * (f - *rate));
    }
    Ok(state)
}

/// Where transfer functions were used beyond their range, once per population and quantity.
fn beyond(
    theory: &MeanField,
    assembled: &Assembled,
    system: &mut System<'_>,
    path: &Trajectory,
    dt: f64,
) -> Vec<String> {
    let mut found: Vec<(usize, &'static str, String)> = Vec::new();
    for (t, state) in path.t_ms.iter().zip(&path.states).step_by(10) {
        let input = assembled.input_at(system, (t / dt).round() as u64);
        for (rank, outside) in theory.warnings(state, &input) {
            if !found.iter().any(|(known, what, _)| (*known, *what) == (rank, outside.what)) {
                let name = &theory.populations()[rank].name;
                let text = format!("transfer function of {name}: at {t:.0} ms, {outside}");
                found.push((rank, outside.what, text));
            }
        }
    }
    found.into_iter().map(|(_, _, text)| text).collect()
}

impl TimeCourse {
    /// Adds the simulated rate of every population whose spikes were recorded: spikes within T/2 of
    /// each time.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn compare(&mut self, result: &ResultFile) -> Result<(), ReadError> {
        let half = 0.5 * self.time_constant_ms;
        for population in &mut self.populations {
            let recordings = result.spike_recordings();
            let Some(recording) = recordings.iter().find(|r| r.population == population.name)
            else {
                continue;
            };
            let start = recording.start_step as f64 * result.metadata().dt_ms;
            let end = result.metadata().simulated_ms;
            let mut times = result.spikes(&population.name, &SpikeQuery::default())?.times_ms;
            times.sort_by(f64::total_cmp);
            let neurons = recording.recorded().max(1) as f64;
            let rate = |t: &f64| {
                let (low, high) = ((t - half).max(start), (t + half).min(end));
                if high - low < half {
                    return f64::NAN; // not recorded
                }
                let before = |t: f64| times.partition_point(|spike| *spike < t);
                (before(high) - before(low)) as f64 / (1e-3 * (high - low) * neurons)
            };
            population.simulated_hz = Some(self.t_ms.iter().map(rate).collect());
        }
        Ok(())
    }
}
