//! Networks of adaptive exponential neurons with conductance synapses.

use neuropil_theory::fixed_point::Search;
use neuropil_theory::mean_field::{
    Input, MeanField, Population, Projection, SelfConsistency, Source,
};
use neuropil_theory::membrane::synaptic_currents_pa;
use neuropil_theory::simulator::Timing;
use neuropil_theory::{Fluctuations, Neuron, Synapse, Threshold, TransferFunction, stored};

use super::moments::{self, Synapses};
use super::neurons::{Member, System};
use super::settings::Named;
use super::{MeanFieldError, Method, PopulationPrediction, Prediction, transfer, validity};

/// Rate from which the search starts `[Hz]`.
const START_HZ: f64 = 2.0;

/// An excitatory and an inhibitory synapse of a population, their number and strength left open.
type Kinds = [Synapse; 2];

/// A class of synapses of one population, in the order of its projections.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// Name of where it comes from.
    pub name: String,
    pub source: Source,
    pub synapse: Synapse,
}

/// A network as the theory takes it.
#[derive(Debug)]
pub(super) struct Assembled {
    pub theory: MeanField,
    pub input: Input,
    /// The classes of each population.
    pub classes: Vec<Vec<Class>>,
    /// Whether `[meanfield.transfer]` names transfer functions.
    pub published: bool,
    /// What each afferent group is.
    groups: Vec<Group>,
}

/// A source of afferent events.
#[derive(Debug, Clone, Copy)]
enum Group {
    /// A population without dynamics, by its place.
    Listed(usize),
    /// A Poisson input: its place among [`System::inputs`].
    Poisson(usize),
}

impl Assembled {
    /// Names of the afferent groups: of the population, or of the input and its target.
    pub fn group_names(&self, system: &System<'_>) -> Vec<String> {
        let devices: Vec<_> = system.inputs().collect();
        let name = |group: &Group| match *group {
            Group::Listed(place) => system.network.populations[place].name.clone(),
            Group::Poisson(place) => devices[place].2.name.clone(),
        };
        self.groups.iter().map(name).collect()
    }

    /// What comes from outside at a step.
    pub fn input_at(&self, system: &mut System<'_>, step: u64) -> Input {
        let (at, said) = (system.settings.at_step, system.warnings.len());
        system.settings.at_step = step;
        let devices: Vec<_> = system.inputs().collect();
        let rate = |group: &Group| match *group {
            Group::Listed(place) => system.listed_rate_hz(&system.network.populations[place]),
            Group::Poisson(place) => {
                let (_, share, device) = devices[place];
                system.poisson(share, device).map_or(0.0, |(rate_hz, _)| rate_hz)
            }
        };
        let afferent_hz = self.groups.iter().map(rate).collect();
        let input = Input { afferent_hz, current_pa: system.currents_pa() };
        system.settings.at_step = at;
        system.warnings.truncate(said);
        input
    }
}

/// Puts populations, projections and inputs together.
pub(super) fn assemble(system: &mut System<'_>) -> Result<Assembled, MeanFieldError> {
    let members = system.members.clone();
    let published = !system.settings.transfer.is_empty();
    let (mut populations, mut kinds) = (Vec::new(), Vec::new());
    for member in &members {
        let neuron = neuron(system, *member);
        let name = member.population.name.clone();
        let transfer = match (published, system.settings.transfer.get(&name)) {
            (false, _) => TransferFunction::new(neuron, Threshold::fixed(neuron.v_threshold_mv)),
            (true, Some(named)) => of_name(neuron, named)?,
            (true, None) => return Err(MeanFieldError::Transfer { population: name }),
        };
        populations.push(Population { name, size: f64::from(member.population.size), transfer });
        kinds.push(kinds_of(system, *member));
    }
    let mut classes: Vec<Vec<Class>> = vec![Vec::new(); members.len()];
    let (mut afferent_hz, mut groups) = (Vec::new(), Vec::new());
    for (target, connection) in system.connections() {
        let Some(synapses) = moments::synapses(system.network, connection)? else { continue };
        let listed = &system.network.populations[connection.source.population];
        let source = match system.rank(connection.source.population) {
            Some(rank) => Source::Population(rank),
            None => {
                afferent_hz.push(system.listed_rate_hz(listed));
                groups.push(Group::Listed(connection.source.population));
                Source::Afferent(afferent_hz.len() - 1)
            }
        };
        let synapse = synapse(&kinds[target], synapses, connection.channel);
        classes[target].push(Class { name: listed.name.clone(), source, synapse });
    }
    let inputs: Vec<_> = system.inputs().collect();
    for (place, (target, share, input)) in inputs.into_iter().enumerate() {
        if let Some((rate_hz, weight)) = system.poisson(share, input) {
            afferent_hz.push(rate_hz);
            groups.push(Group::Poisson(place));
            let source = Source::Afferent(afferent_hz.len() - 1);
            let one = Synapses { count: 1.0, weight };
            let synapse = synapse(&kinds[target], one, input.target.channel);
            let name = input.name.split('/').next().unwrap_or_default().to_owned();
            classes[target].push(Class { name, source, synapse });
        }
    }
    let input = Input { current_pa: system.currents_pa(), afferent_hz };
    let projections: Vec<Projection> = classes
        .iter()
        .enumerate()
        .flat_map(|(target, classes)| {
            let projection = move |class: &Class| Projection {
                source: class.source,
                target,
                synapse: class.synapse,
            };
            classes.iter().map(projection)
        })
        .collect();
    let theory = MeanField::new(populations, input.afferent_hz.len(), &projections)?;
    Ok(Assembled { theory, input, classes, published, groups })
}

pub(super) fn predict(mut system: System<'_>, end_step: u64) -> Result<Prediction, MeanFieldError> {
    let assembled = assemble(&mut system)?;
    let Assembled { theory, input, published, classes, .. } = &assembled;
    let (rates, errors) = match published {
        true => with_published(theory, input, &mut system)?,
        false => with_simulated(theory, input, system.settings.seed)?,
    };
    let here = [transfer::Rest { input: input.clone(), rate_hz: rates.clone() }];
    let around = transfer::theory(&assembled, &mut system, end_step, Some(&here));
    let looked =
        around.and_then(|around| Ok(validity::around(&around, &rates, input, *published)?));
    let validity = match looked {
        Ok(validity) => Some(validity),
        // a neuron that is silent, say, has no transfer function to look at
        Err(MeanFieldError::Theory(error)) => {
            system.warnings.push(format!("whether the prediction holds is not known: {error}"));
            None
        }
        Err(error) => return Err(error),
    };
    let finite_size = validity.as_ref().and_then(|validity| validity.finite_size.as_ref());
    let sd = |rank: usize| finite_size.map(|found| found.sd_hz[rank]);
    let predicted = theory.populations().iter().enumerate().map(|(rank, population)| {
        let potential = potential(theory, rank, &rates, input);
        PopulationPrediction {
            name: population.name.clone(),
            rate_hz: rates[rank],
            error_hz: errors.as_ref().map(|errors| errors[rank]),
            fluctuation_hz: sd(rank),
            mean_mv: potential.mean_mv,
            sd_mv: potential.sd_mv,
            currents_pa: currents(&classes[rank], &rates, input, potential.mean_mv),
        }
    });
    let populations = predicted.collect();
    Ok(Prediction {
        method: if *published { Method::Published } else { Method::Simulated },
        at_ms: system.network.clock.ms(system.settings.at_step),
        populations,
        oscillation_hz: None,
        validity,
        warnings: system.warnings,
    })
}

type Rates = (Vec<f64>, Option<Vec<f64>>);

/// The state that the network relaxes to, if transfer functions are known there; else the lowest stable
/// one where they are.
fn with_published(
    theory: &MeanField,
    input: &Input,
    system: &mut System<'_>,
) -> Result<Rates, MeanFieldError> {
    let start = theory.state(&vec![START_HZ; theory.populations().len()])?;
    let relaxed = theory.relax(&start, input);
    let point = match &relaxed {
        Ok(point) if validity::within_range(theory, point, input) => point.clone(),
        _ => {
            let points = theory.fixed_points(input, Search::default())?;
            let mut known = points
                .into_iter()
                .filter(|p| p.is_stable() && validity::within_range(theory, p, input));
            match (known.next(), relaxed) {
                (Some(point), relaxed) => {
                    if let Ok(other) = relaxed {
                        let rates: Vec<String> =
                            other.rate_hz.iter().map(|rate| format!("{rate:.1}")).collect();
                        system.warnings.push(format!(
                            "from {START_HZ} spikes/s the equations go to {} spikes/s, beyond the range of the \
                             transfer functions; the lowest stable state within it is given",
                            rates.join(", ")
                        ));
                    }
                    point
                }
                (None, relaxed) => relaxed?,
            }
        }
    };
    let mut state = theory.state(&point.rate_hz)?;
    state.adaptation_pa.clone_from(&point.adaptation_pa);
    for (rank, outside) in theory.warnings(&state, input) {
        let name = &theory.populations()[rank].name;
        system.warnings.push(format!("transfer function of {name}: {outside}"));
    }
    Ok((point.rate_hz, None))
}

fn with_simulated(theory: &MeanField, input: &Input, seed: u64) -> Result<Rates, MeanFieldError> {
    // Adaptation has settled to e⁻³ before spikes count.
    let adapting = theory.populations().iter().map(|p| p.transfer.neuron).filter(Neuron::adapts);
    let discard_ms = adapting.map(|n| 3.0 * n.tau_w_ms).fold(100.0, f64::max);
    let timing = Timing { duration_ms: discard_ms + 1000.0, discard_ms, ..Timing::default() };
    let options = SelfConsistency { timing, seed, ..SelfConsistency::default() };
    let start = vec![START_HZ; theory.populations().len()];
    let point = theory.self_consistent_point(&start, input, options)?;
    Ok((point.rate_hz, Some(point.error_hz)))
}

/// Mean currents of classes, those of one name together.
fn currents(classes: &[Class], rates: &[f64], input: &Input, mean_mv: f64) -> Vec<(String, f64)> {
    let synapses: Vec<Synapse> = classes.iter().map(|class| class.synapse).collect();
    let rate = |class: &Class| match class.source {
        Source::Population(rank) => rates[rank],
        Source::Afferent(place) => input.afferent_hz[place],
    };
    let rates_hz: Vec<f64> = classes.iter().map(rate).collect();
    let mut found: Vec<(String, f64)> = Vec::new();
    for (class, pa) in classes.iter().zip(synaptic_currents_pa(&synapses, &rates_hz, mean_mv)) {
        match found.iter_mut().find(|(name, _)| *name == class.name) {
            Some((_, sum)) => *sum += pa,
            None => found.push((class.name.clone(), pa)),
        }
    }
    found
}

/// Statistics of the potential with adaptation at its stationary mean.
fn potential(theory: &MeanField, rank: usize, rates: &[f64], input: &Input) -> Fluctuations {
    let neuron = theory.populations()[rank].transfer.neuron;
    let by_spikes = 1e-3 * neuron.b_pa * neuron.tau_w_ms * rates[rank];
    let mut found = theory.fluctuations(rank, rates, by_spikes, input);
    for _ in 0..20 {
        let w = by_spikes + neuron.a_ns * (found.mean_mv - neuron.e_leak_mv);
        found = theory.fluctuations(rank, rates, w, input);
    }
    found
}

fn neuron(system: &mut System<'_>, member: Member<'_>) -> Neuron {
    let adaptive = !member.model.name.starts_with("iaf_cond_exp");
    let mut value = |name| system.parameter(member, name);
    let plain = Neuron {
        leak_ns: value("g_L"),
        capacitance_pf: value("C_m"),
        e_leak_mv: value("E_L"),
        v_threshold_mv: value("V_th"),
        v_reset_mv: value("V_reset"),
        t_ref_ms: value("t_ref"),
        ..Neuron::default()
    };
    if !adaptive {
        return plain;
    }
    Neuron {
        delta_mv: value("Delta_T"),
        a_ns: value("a"),
        b_pa: value("b"),
        tau_w_ms: value("tau_w"),
        ..plain
    }
}

fn kinds_of(system: &mut System<'_>, member: Member<'_>) -> Kinds {
    let names =
        [["E_ex", "tau_syn_ex", "alpha_ex", "V_ref"], ["E_in", "tau_syn_in", "alpha_in", "V_ref"]];
    names.map(|names| {
        let [reversal_mv, tau_ms, mixture, reference_mv] =
            names.map(|name| system.parameter(member, name));
        Synapse { mixture, reference_mv, ..Synapse::conductance(0.0, 0.0, tau_ms, reversal_mv) }
    })
}

fn synapse(kinds: &Kinds, synapses: Synapses, channel: Option<usize>) -> Synapse {
    let inhibitory = channel == Some(1) || synapses.weight < 0.0;
    Synapse {
        synapses: synapses.count,
        quantum_ns: synapses.weight.abs(),
        ..kinds[usize::from(inhibitory)]
    }
}

/// A published or fitted transfer function, for the neuron of the experiment.
fn of_name(neuron: Neuron, named: &Named) -> Result<TransferFunction, MeanFieldError> {
    let name = match named {
        Named::Fitted { threshold, range } => {
            return Ok(TransferFunction { neuron, threshold: threshold.clone(), range: *range });
        }
        Named::Published(name) => name,
    };
    let mut transfer = TransferFunction::new(neuron, stored::threshold(name)?);
    if stored::names().contains(&name.as_str()) {
        transfer.range = stored::transfer_function(name)?.range;
    }
    Ok(transfer)
}
