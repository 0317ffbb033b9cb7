//! Networks of adaptive exponential neurons with conductance synapses.

use neuropil_theory::mean_field::{
    Input, MeanField, Population, Projection, SelfConsistency, Source,
};
use neuropil_theory::simulator::Timing;
use neuropil_theory::{Fluctuations, Neuron, Synapse, Threshold, TransferFunction, stored};

use super::moments::{self, Synapses};
use super::neurons::{Member, System};
use super::settings::Named;
use super::{MeanFieldError, Method, PopulationPrediction, Prediction};

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
    let mut afferent_hz = Vec::new();
    for (target, connection) in system.connections() {
        let Some(synapses) = moments::synapses(system.network, connection)? else { continue };
        let listed = &system.network.populations[connection.source.population];
        let source = match system.rank(connection.source.population) {
            Some(rank) => Source::Population(rank),
            None => {
                afferent_hz.push(system.listed_rate_hz(listed));
                Source::Afferent(afferent_hz.len() - 1)
            }
        };
        let synapse = synapse(&kinds[target], synapses, connection.channel);
        classes[target].push(Class { name: listed.name.clone(), source, synapse });
    }
    let inputs: Vec<_> = system.inputs().collect();
    for (target, share, input) in inputs {
        if let Some((rate_hz, weight)) = system.poisson(share, input) {
            afferent_hz.push(rate_hz);
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
    Ok(Assembled { theory, input, classes, published })
}

pub(super) fn predict(mut system: System<'_>) -> Result<Prediction, MeanFieldError> {
    let Assembled { theory, input, published, .. } = assemble(&mut system)?;
    let (rates, errors) = match published {
        true => with_published(&theory, &input, &mut system)?,
        false => with_simulated(&theory, &input, system.settings.seed)?,
    };
    let predicted = theory.populations().iter().enumerate().map(|(rank, population)| {
        let potential = potential(&theory, rank, &rates, &input);
        PopulationPrediction {
            name: population.name.clone(),
            rate_hz: rates[rank],
            error_hz: errors.as_ref().map(|errors| errors[rank]),
            mean_mv: potential.mean_mv,
            sd_mv: potential.sd_mv,
        }
    });
    Ok(Prediction {
        method: if published { Method::Published } else { Method::Simulated },
        at_ms: system.network.clock.ms(system.settings.at_step),
        populations: predicted.collect(),
        oscillation_hz: None,
        warnings: system.warnings,
    })
}

type Rates = (Vec<f64>, Option<Vec<f64>>);

fn with_published(
    theory: &MeanField,
    input: &Input,
    system: &mut System<'_>,
) -> Result<Rates, MeanFieldError> {
    let start = theory.state(&vec![START_HZ; theory.populations().len()])?;
    let point = theory.relax(&start, input)?;
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
    let adaptive = member.model.name != "iaf_cond_exp";
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
