//! Transfer functions of the populations of an experiment, measured and fitted.
//!
//! The presynaptic rates of every source are varied over a grid, single neurons are simulated with the
//! synapses that the experiment gives them, and the template of [`neuropil_theory::transfer`] is
//! fitted to their rates. Two passes: a short one with Poisson input over the whole grid says where
//! the neuron fires and how regular its trains are; a longer one measures there, with trains that are
//! as regular as those of the population that sends them ([`neuropil_theory::regularity`]), and most
//! precisely around the states of the network itself.

mod axes;
mod figure;
pub(super) mod file;
mod rest;

use neuropil_core::names::suggestion;
use neuropil_plot::Figure;
use neuropil_theory::Neuron;
use neuropil_theory::characterise::{Characterisation, Response};
use neuropil_theory::fit::{Fit, FitOptions, Sample, Weighting, fit, samples};
use neuropil_theory::mean_field::{MeanField, Source};
use neuropil_theory::regularity::Regularity;
use neuropil_theory::simulator::Timing;
use neuropil_theory::threshold::Basis;

use super::conductance::{self, Assembled, Class};
use super::neurons::System;
use super::{MeanFieldError, neurons, settings};
use crate::experiment::Experiment;
pub(super) use rest::Rest;

/// Firing below this is not worth a point, except at the rim `[Hz]`.
const LEAST_HZ: f64 = 0.2;

/// Instants at which inputs are looked at, to know between which rates they move.
const INSTANTS: u64 = 400;

/// Trials of a point around a state of the network, and how much it counts beside one of the grid.
const TRIALS_AT_REST: usize = 64;
const IMPORTANCE_AT_REST: f64 = 25.0;

/// What populations send in a characterisation. Inputs are always Poisson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trains {
    /// As regular as the neurons of the population were found to fire.
    #[default]
    Own,
    /// Poisson trains.
    Poisson,
}

/// How to measure and fit.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferOptions {
    /// Populations; all if empty.
    pub populations: Vec<String>,
    /// Rates of sources by name `[Hz]`, of one neuron for populations, of all events of one neuron
    /// for inputs. For sources that are not listed rates are chosen from the cell: twelve in equal
    /// ratios (populations), five around what they do in the run (inputs), fewer with many sources.
    pub axes_hz: Vec<(String, Vec<f64>)>,
    /// Independent trials at each point, ≥ 1.
    pub seeds: usize,
    /// Duration of a trial, after 100 ms (three time constants, if neurons adapt) that do not
    /// count `[ms]`.
    pub duration_ms: f64,
    /// What populations send.
    pub trains: Trains,
    /// Which polynomial the threshold is.
    pub basis: Basis,
    /// Points at or above this rate are left out of the fit `[Hz]`.
    pub max_rate_hz: f64,
    /// What a deviation costs.
    pub weighting: Weighting,
}

impl Default for TransferOptions {
    /// All populations, 6 trials of 4 s, trains as regular as the neurons', five moments to second
    /// order, up to 50 Hz, deviations in proportion to the rate.
    fn default() -> Self {
        let FitOptions { basis, max_rate_hz, weighting, .. } =
            FitOptions::proportional(Basis::FiveMoments, 50.0);
        Self {
            populations: Vec::new(),
            axes_hz: Vec::new(),
            seeds: 6,
            duration_ms: 4000.0,
            trains: Trains::Own,
            basis,
            max_rate_hz,
            weighting,
        }
    }
}

/// A measured and fitted transfer function.
#[derive(Debug, Clone, PartialEq)]
pub struct Characterised {
    /// Name of the population.
    pub population: String,
    /// Names of the sources, in the order of the axes.
    pub sources: Vec<String>,
    /// The grid, of which the points of the response were measured.
    pub protocol: Characterisation,
    /// What was measured.
    pub response: Response,
    /// What was fitted.
    pub fit: Fit,
    /// Points at or above this rate were left out of the fit `[Hz]`.
    pub max_rate_hz: f64,
    /// Points of the grid, measured or found silent or too fast.
    pub visited: usize,
}

impl Experiment {
    /// Measures and fits the transfer functions of populations with conductance synapses. Runs on all
    /// threads of the current rayon pool; the result does not depend on their number.
    ///
    /// # Errors
    /// [`MeanFieldError`].
    pub fn characterise(
        &self,
        options: &TransferOptions,
        at_ms: Option<f64>,
    ) -> Result<Vec<Characterised>, MeanFieldError> {
        let model = self.network()?;
        let mut settings = settings::read(self, &model, at_ms)?;
        settings.transfer.clear();
        let mut system = neurons::sort(&model.network, settings)?;
        if system.current_based
            && let Some(member) = system.members.first()
        {
            let (population, model) =
                (member.population.name.clone(), member.model.name.to_owned());
            return Err(MeanFieldError::NoTransfer { population, model });
        }
        let assembled = conductance::assemble(&mut system)?;
        of_network(&assembled, &mut system, model.steps(), options, None)
    }
}

/// Measures and fits the populations of an assembled network. States of the network, at and around which
/// the fit should be most precise, are looked for unless they are given.
pub(super) fn of_network(
    assembled: &Assembled,
    system: &mut System<'_>,
    end_step: u64,
    options: &TransferOptions,
    known: Option<&[Rest]>,
) -> Result<Vec<Characterised>, MeanFieldError> {
    let populations = assembled.theory.populations();
    refuse_unknown(assembled, options)?;
    let extent = extent(assembled, system, end_step);
    let wanted = |rank: usize| {
        options.populations.is_empty() || options.populations.contains(&populations[rank].name)
    };
    let sends = |rank: usize| {
        let from = |class: &Class| class.source == Source::Population(rank);
        let targets = (0..populations.len()).filter(|target| wanted(*target));
        targets.into_iter().any(|target| assembled.classes[target].iter().any(from))
    };
    let own = options.trains == Trains::Own;
    let states = match known {
        Some(states) => states.to_vec(),
        None if own && options.axes_hz.is_empty() => {
            rest::along_inputs(assembled, &extent, system.settings.seed)?
        }
        None => Vec::new(),
    };
    let mut surveys: Vec<Option<Survey>> = Vec::new();
    for rank in 0..populations.len() {
        let needed = wanted(rank) || (own && sends(rank));
        let seed = system.settings.seed;
        surveys.push(match needed {
            true => Some(Survey::of(assembled, rank, &extent, options, seed)?),
            false => None,
        });
    }
    let mut found = Vec::new();
    for rank in (0..populations.len()).filter(|rank| wanted(*rank)) {
        let Some(survey) = &surveys[rank] else { continue };
        let trains: Vec<Option<&Regularity>> = assembled.classes[rank]
            .iter()
            .map(|class| match (options.trains, class.source) {
                (Trains::Own, Source::Population(from)) => {
                    surveys[from].as_ref().and_then(|survey| survey.regularity.as_ref())
                }
                _ => None,
            })
            .collect();
        let (response, _) = survey.protocol.measure(&survey.points, &trains)?;
        let shape = FitOptions::proportional(options.basis, options.max_rate_hz);
        let how = FitOptions { weighting: options.weighting, ..shape };
        let neuron = survey.protocol.neuron;
        let mut points = samples(&survey.protocol, &response);
        for (point, inputs) in points.iter_mut().zip(&response.inputs_hz) {
            point.importance = importance(&assembled.classes[rank], rank, inputs, point.rate_hz);
        }
        let around = rest::points(&assembled.classes[rank], &states, system.settings.seed);
        for (k, shift) in shifts(&neuron).into_iter().enumerate() {
            let shifted = |offset: u64, replicates: usize| Characterisation {
                current_pa: survey.protocol.current_pa + shift,
                replicates,
                seed: survey.protocol.seed.wrapping_add(offset + k as u64),
                ..survey.protocol.clone()
            };
            if shift != 0.0 {
                let protocol = shifted(1 << 61, options.seeds.div_ceil(2));
                let (more, _) = protocol.measure(&survey.points, &trains)?;
                points.extend(samples(&protocol, &more));
            }
            if !around.is_empty() {
                let protocol = shifted(1 << 62, TRIALS_AT_REST);
                let (precise, _) = protocol.measure(&around, &trains)?;
                let counting = |point| Sample { importance: IMPORTANCE_AT_REST, ..point };
                points.extend(samples(&protocol, &precise).into_iter().map(counting));
            }
        }
        let fit = fit(neuron, &points, &how)?;
        found.push(Characterised {
            population: populations[rank].name.clone(),
            sources: assembled.classes[rank].iter().map(|class| class.name.clone()).collect(),
            protocol: survey.protocol.clone(),
            response,
            fit,
            max_rate_hz: options.max_rate_hz,
            visited: survey.visited,
        });
    }
    Ok(found)
}

/// Currents added to that of the neuron `[pA]`. Adaptation that lags behind the rate acts as a current
/// does, which points in a steady state say nothing about; three tenths of the rheobase either way.
fn shifts(neuron: &Neuron) -> Vec<f64> {
    if !neuron.adapts() {
        return vec![0.0];
    }
    let shift = 0.3 * neuron.leak_ns * (neuron.v_threshold_mv - neuron.e_leak_mv).abs();
    vec![0.0, -shift, shift]
}

/// How much a point counts: most where the neuron fires as fast as the neurons of its own population
/// among its sources, which is where a network can rest.
fn importance(classes: &[Class], rank: usize, inputs: &[f64], rate_hz: f64) -> f64 {
    const WIDTH: f64 = 0.7; // of the logarithm: a factor of 2
    const LEAST: f64 = 0.05;
    let own =
        classes.iter().zip(inputs).find(|(class, _)| class.source == Source::Population(rank));
    let Some((_, own_hz)) = own else { return 1.0 };
    let off = ((rate_hz + 0.05) / (own_hz + 0.05)).ln() / WIDTH;
    LEAST + (1.0 - LEAST) * (-0.5 * off * off).exp()
}

/// The theory of an assembled network with transfer functions: those that the experiment names, or
/// fitted with default options, most precisely around known states or those along the inputs.
pub(super) fn theory(
    assembled: &Assembled,
    system: &mut System<'_>,
    end_step: u64,
    known: Option<&[Rest]>,
) -> Result<MeanField, MeanFieldError> {
    let theory = assembled.theory.clone();
    if assembled.published {
        return Ok(theory);
    }
    let options = TransferOptions { seeds: 4, duration_ms: 3000.0, ..TransferOptions::default() };
    let found = of_network(assembled, system, end_step, &options, known)?;
    Ok(theory.with_transfer(found.into_iter().map(|one| one.fit.transfer).collect())?)
}

/// Names of populations and sources that are not there.
fn refuse_unknown(assembled: &Assembled, options: &TransferOptions) -> Result<(), MeanFieldError> {
    let populations = assembled.theory.populations();
    let names = || populations.iter().map(|p| p.name.as_str());
    for wanted in &options.populations {
        if !names().any(|name| name == wanted) {
            let suggestion = suggestion(wanted, names());
            return Err(MeanFieldError::Population { name: wanted.clone(), suggestion });
        }
    }
    let known = |name: &str| assembled.classes.iter().flatten().any(|class| class.name == name);
    if let Some((name, _)) = options.axes_hz.iter().find(|(name, _)| !known(name)) {
        let first = populations
            .iter()
            .position(|p| options.populations.is_empty() || options.populations.contains(&p.name));
        let rank = first.unwrap_or(0);
        let sources = assembled.classes.get(rank).into_iter().flatten();
        let suggestion = suggestion(name, sources.map(|class| class.name.as_str()));
        let population = populations.get(rank).map_or_else(String::new, |p| p.name.clone());
        return Err(MeanFieldError::Source { population, name: name.clone(), suggestion });
    }
    Ok(())
}

/// Smallest and largest rate of every afferent group over the run and at the instant asked for.
fn extent(assembled: &Assembled, system: &mut System<'_>, end_step: u64) -> Vec<(f64, f64)> {
    let mut extent: Vec<(f64, f64)> =
        assembled.input.afferent_hz.iter().map(|rate| (*rate, *rate)).collect();
    for instant in 0..INSTANTS {
        let input = assembled.input_at(system, end_step * instant / INSTANTS);
        for (range, rate) in extent.iter_mut().zip(&input.afferent_hz) {
            *range = (range.0.min(*rate), range.1.max(*rate));
        }
    }
    extent
}

/// The first pass over a population.
struct Survey {
    /// The second pass, to be made at these points.
    protocol: Characterisation,
    points: Vec<Vec<f64>>,
    visited: usize,
    regularity: Option<Regularity>,
}

impl Survey {
    fn of(
        assembled: &Assembled,
        rank: usize,
        extent: &[(f64, f64)],
        options: &TransferOptions,
        seed: u64,
    ) -> Result<Self, MeanFieldError> {
        let classes = &assembled.classes[rank];
        let neuron = assembled.theory.populations()[rank].transfer.neuron;
        let given: Vec<Option<Vec<f64>>> = classes
            .iter()
            .map(|class| {
                let listed = options.axes_hz.iter().find(|(name, _)| *name == class.name);
                listed.map(|(_, rates)| rates.clone())
            })
            .collect();
        let discard_ms = if neuron.adapts() { 3.0 * neuron.tau_w_ms } else { 0.0 }.max(100.0);
        let timing =
            |ms: f64| Timing { duration_ms: discard_ms + ms, discard_ms, ..Timing::default() };
        let protocol = Characterisation {
            neuron,
            inactivation: None,
            synapses: classes.iter().map(|class| class.synapse).collect(),
            axes_hz: axes::axes(&neuron, classes, &given, extent),
            current_pa: assembled.input.current_pa[rank],
            timing: timing(options.duration_ms),
            replicates: options.seeds,
            seed: seed.wrapping_add((rank as u64) << 32),
        };
        let grid = protocol.points();
        let brief = Characterisation {
            timing: timing(3000.0),
            replicates: 3,
            seed: protocol.seed.wrapping_add(1 << 63),
            ..protocol.clone()
        };
        let (first, cv) = brief.measure(&grid, &vec![None; classes.len()])?;
        let rates = first.rate_hz.iter().zip(&cv);
        let regularity = Regularity::of(rates.filter_map(|(rate, cv)| Some((*rate, (*cv)?))));
        let visited = grid.len();
        // a grid that was asked for is measured as it is
        let points = match given.iter().any(Option::is_some) {
            true => grid,
            false => {
                let most_hz = 1.4 * options.max_rate_hz;
                let kept =
                    axes::worth_measuring(&protocol.axes_hz, &first.rate_hz, LEAST_HZ, most_hz);
                grid.into_iter().zip(kept).filter_map(|(p, kept)| kept.then_some(p)).collect()
            }
        };
        Ok(Self { protocol, points, visited, regularity })
    }
}

impl Characterised {
    /// The content of a file that `[meanfield.transfer]` can name, for several populations.
    pub fn file(all: &[Self], made_from: &str) -> String {
        file::write(all, made_from)
    }

    /// Measured rates (discs, SD over trials) and the fit (lines, dashed towards points that were not
    /// part of it) over the rates of the first source, for some rates of the second; other sources are
    /// taken in the middle of their axes.
    ///
    /// # Errors
    /// [`MeanFieldError::Plot`].
    pub fn figure(&self) -> Result<Figure, MeanFieldError> {
        figure::figure(self)
    }
}
