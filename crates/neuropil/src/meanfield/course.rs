//! Rates over time: the mean field of second order, driven by the inputs of the run.
//!
//! Transfer functions are those that `[meanfield.transfer]` names, or fitted on the spot. The network
//! starts where rates settle before neurons have adapted. What the equations know of time is the constant T over
//! which rates are counted, and adaptation.

use std::path::Path;

use hdf5::types::VarLenUnicode;
use neuropil_plot::kinds::{Curve, curves};
use neuropil_plot::{Axis, Color, Figure, Panel, Sign};
use neuropil_record::reader::SpikeQuery;
use neuropil_record::{ReadError, ResultFile};
use neuropil_theory::TheoryError;
use neuropil_theory::mean_field::{Input, Integration, MeanField, Order, State, Trajectory};

use super::conductance::{self, Assembled};
use super::neurons::{self, System};
use super::{MeanFieldError, settings, transfer};
use crate::experiment::Experiment;
use crate::pictures::PictureError;

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

/// Mean and peak of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Mean `[spikes/s]`.
    pub mean_hz: f64,
    /// Largest value `[spikes/s]`,
    pub peak_hz: f64,
    /// and when `[ms]`.
    pub peak_ms: f64,
}

/// Predicted and simulated figures of a population.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// Name.
    pub name: String,
    /// Of the prediction.
    pub predicted: Figures,
    /// Of the simulated rate, smoothed by a moving mean over 21 samples.
    pub simulated: Option<Figures>,
    /// Root mean squared difference of the two `[spikes/s]`.
    pub rms_hz: Option<f64>,
}

/// Figures of a course.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// One row per population.
    pub rows: Vec<SummaryRow>,
}

impl Summary {
    /// As a table for people.
    pub fn text(&self) -> String {
        let mut lines = vec![format!(
            "{:<16}{:>12}{:>12}{:>12}{:>14}{:>12}{:>10}",
            "spikes/s", "mean", "peak", "at (ms)", "simulated", "peak", "RMS off"
        )];
        for row in &self.rows {
            let p = row.predicted;
            let simulated = row.simulated.map_or_else(String::new, |s| {
                format!("{:>14.3}{:>12.3}{:>10.3}", s.mean_hz, s.peak_hz, row.rms_hz.unwrap_or(0.0))
            });
            let predicted = format!("{:>12.3}{:>12.3}{:>12.0}", p.mean_hz, p.peak_hz, p.peak_ms);
            lines.push(format!("{:<16}{predicted}{simulated}", row.name));
        }
        lines.join("\n")
    }

    /// As one JSON object by population.
    pub fn json(&self) -> serde_json::Value {
        let figures = |f: Figures| serde_json::json!({ "mean_hz": f.mean_hz, "peak_hz": f.peak_hz, "peak_ms": f.peak_ms });
        let row = |row: &SummaryRow| {
            let value = serde_json::json!({
                "predicted": figures(row.predicted),
                "simulated": row.simulated.map(figures),
                "rms_hz": row.rms_hz,
            });
            (row.name.clone(), value)
        };
        serde_json::Value::Object(self.rows.iter().map(row).collect())
    }
}

/// A moving mean over 21 samples, of those that are there.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let mean = |k: usize| {
        let part = &values[k.saturating_sub(10)..(k + 11).min(values.len())];
        let there = || part.iter().filter(|x| x.is_finite());
        if values[k].is_nan() { f64::NAN } else { there().sum::<f64>() / there().count() as f64 }
    };
    (0..values.len()).map(mean).collect()
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

    /// Figures of every population within a window.
    pub fn summary(&self, (start, stop): (f64, f64)) -> Summary {
        let shown: Vec<usize> =
            (0..self.t_ms.len()).filter(|k| (start..=stop).contains(&self.t_ms[*k])).collect();
        let one = |p: &PopulationCourse| {
            let of = |values: &[f64]| {
                let kept = || shown.iter().map(|k| (*k, values[*k])).filter(|(_, x)| x.is_finite());
                let mean = kept().map(|(_, x)| x).sum::<f64>() / kept().count().max(1) as f64;
                let peak = kept().max_by(|a, b| a.1.total_cmp(&b.1));
                let (at, peak) = peak.map_or((0.0, 0.0), |(k, x)| (self.t_ms[k], x));
                Figures { mean_hz: mean, peak_hz: peak, peak_ms: at }
            };
            let simulated = p.simulated_hz.as_ref();
            let smooth = simulated.map(|rate| smoothed(rate));
            // the root mean square of what is left between the two
            let left = smooth.as_ref().map(|rate| {
                let pairs =
                    shown.iter().map(|k| rate[*k] - p.rate_hz[*k]).filter(|x| x.is_finite());
                let squares: Vec<f64> = pairs.map(|x| x * x).collect();
                (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
            });
            SummaryRow {
                name: p.name.clone(),
                predicted: of(&p.rate_hz),
                simulated: smooth.as_deref().map(of),
                rms_hz: left,
            }
        };
        Summary { rows: self.populations.iter().map(one).collect() }
    }

    /// Columns with names and units.
    fn columns(&self) -> Vec<(String, &'static str, &[f64])> {
        let mut columns: Vec<(String, &str, &[f64])> = vec![("t_ms".into(), "ms", &self.t_ms)];
        for (name, rate) in &self.inputs {
            columns.push((format!("{name}.input_hz"), "Hz", rate));
        }
        for p in &self.populations {
            columns.push((format!("{}.rate_hz", p.name), "Hz", &p.rate_hz));
            columns.push((format!("{}.sd_hz", p.name), "Hz", &p.sd_hz));
            columns.push((format!("{}.adaptation_pa", p.name), "pA", &p.adaptation_pa));
            if let Some(simulated) = &p.simulated_hz {
                columns.push((format!("{}.simulated_hz", p.name), "Hz", simulated));
            }
        }
        columns
    }

    /// The course as a table, one row per time; empty cells where nothing was recorded.
    pub fn csv(&self) -> String {
        let columns = self.columns();
        let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
        let mut out = names.join(",") + "\n";
        for row in 0..self.t_ms.len() {
            let cell = |values: &[f64]| match values[row] {
                x if x.is_nan() => String::new(),
                x => format!("{}", (x * 1e6).round() / 1e6),
            };
            let cells: Vec<String> = columns.iter().map(|(_, _, values)| cell(values)).collect();
            out += &cells.join(",");
            out.push('\n');
        }
        out
    }

    /// Writes the same columns as an HDF5 file: `/meanfield/<column>` with the attribute `unit`, on the
    /// group the attributes `order`, `time_constant_ms` and `version`.
    ///
    /// # Errors
    /// [`MeanFieldError::Hdf5`].
    pub fn write_hdf5(&self, path: &Path) -> Result<(), MeanFieldError> {
        self.hdf5(path).map_err(|error| MeanFieldError::Hdf5 {
            path: path.display().to_string(),
            what: error.to_string(),
        })
    }

    fn hdf5(&self, path: &Path) -> Result<(), hdf5::Error> {
        let text = |text: &str| {
            text.parse::<VarLenUnicode>().map_err(|error| hdf5::Error::from(error.to_string()))
        };
        let file = hdf5::File::create(path)?;
        let group = file.create_group("meanfield")?;
        group.new_attr::<u8>().create("order")?.write_scalar(&self.order)?;
        group.new_attr::<f64>().create("time_constant_ms")?.write_scalar(&self.time_constant_ms)?;
        let version = group.new_attr::<VarLenUnicode>().create("version")?;
        version.write_scalar(&text(env!("CARGO_PKG_VERSION"))?)?;
        for (name, unit, values) in self.columns() {
            let link = name.replace('/', "|"); // a slash would make a group
            let dataset = group.new_dataset_builder().with_data(values).create(link.as_str())?;
            dataset.new_attr::<VarLenUnicode>().create("unit")?.write_scalar(&text(unit)?)?;
        }
        file.flush()
    }

    /// The course of every population (line, band of the standard deviation) over the simulated rate, if
    /// there is one, and the inputs below.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn figure(&self, window_ms: (f64, f64)) -> Result<Figure, PictureError> {
        let shown: Vec<usize> = (0..self.t_ms.len())
            .filter(|k| (window_ms.0..=window_ms.1).contains(&self.t_ms[*k]))
            .collect();
        let pick = |values: &[f64]| -> Vec<f64> { shown.iter().map(|k| values[*k]).collect() };
        let t = pick(&self.t_ms);
        let names = || self.populations.iter().map(|p| p.name.as_str());
        let colors = Color::of_populations(names());
        let mut panels: Vec<Panel> = Vec::new();
        for (p, color) in self.populations.iter().zip(&colors) {
            let rate = pick(&p.rate_hz);
            let low: Vec<f64> =
                rate.iter().zip(pick(&p.sd_hz)).map(|(r, sd)| (r - sd).max(0.0)).collect();
            let high: Vec<f64> = rate.iter().zip(pick(&p.sd_hz)).map(|(r, sd)| r + sd).collect();
            let simulated = p.simulated_hz.as_ref().map(|rate| pick(rate));
            let mut all = Vec::new();
            if let Some(simulated) = &simulated {
                all.push(Curve::new("", &t, simulated, Color::GREY));
            }
            all.push(Curve::new("", &t, &rate, *color).range(&low, &high));
            let y = Axis::new("rate (spikes/s)").including(0.0);
            let x = Axis::new("").limits(window_ms.0, window_ms.1);
            let mut panel = curves(&all, x, y)?.height(130.0);
            panel.margins.0 = 0.0;
            panel = panel.titled(p.name.clone());
            if simulated.is_some() {
                panel = panel.explained("simulated", Color::GREY, Sign::Line);
            }
            let theory = match self.order {
                2 => "mean field, second order, ± SD",
                _ => "mean field, first order",
            };
            panels.push(panel.explained(theory, *color, Sign::Line));
        }
        let mut inputs: Vec<(String, Vec<f64>)> = Vec::new();
        for (name, rate) in &self.inputs {
            let rate = pick(rate);
            // one input onto several populations is drawn once
            let short = name.split('/').next().unwrap_or(name).to_owned();
            if !inputs.contains(&(short.clone(), rate.clone())) {
                inputs.push((short, rate));
            }
        }
        let drawn: Vec<Curve<'_>> = inputs
            .iter()
            .enumerate()
            .map(|(k, (name, rate))| Curve::new(name, &t, rate, Color::nth(k + 2)))
            .collect();
        let x = Axis::new("time (ms)").limits(window_ms.0, window_ms.1);
        let y = Axis::new("input (events/s)").including(0.0);
        let mut panel = curves(&drawn, x, y)?.height(90.0);
        panel.margins.0 = 0.0;
        panels.push(panel);
        Ok(Figure::stack(panels))
    }
}
