//! Networks of integrate-and-fire neurons with current synapses.

use std::f64::consts::SQRT_2;

use neuropil_core::Clock;
use neuropil_core::random::{Stream, key};
use neuropil_network::delivery::mean_over_pairs;
use neuropil_network::description::{Connection, Delay};
use neuropil_theory::diffusion::{Coupling, DiffusionNetwork, External};
use neuropil_theory::siegert::{Lif, Psc};

use super::moments;
use super::neurons::{Member, System};
use super::{MeanFieldError, Method, PopulationPrediction, Prediction};

/// Rate from which the search starts `[Hz]`.
const START_HZ: f64 = 10.0;

/// Oscillations are looked for up to this frequency `[Hz]`.
const HIGHEST_HZ: f64 = 400.0;

/// Delays drawn to know the mean of a distribution.
const DRAWS: usize = 10_000;

pub(super) fn predict(mut system: System<'_>) -> Result<Prediction, MeanFieldError> {
    let members = system.members.clone();
    let neurons: Vec<Lif> = members.iter().map(|m| neuron(&mut system, *m)).collect();
    let courses: Vec<[Psc; 2]> = members.iter().map(|m| psc(&mut system, *m)).collect();
    let filter = courses.first().map_or(Psc::Delta, |[excitatory, _]| *excitatory);
    if courses.iter().flatten().any(|course| *course != filter) {
        let what =
            "synaptic time constants differ; the colour of the noise is that of excitation of";
        system.warnings.push(format!("{what} \"{}\"", members[0].population.name));
    }
    let jump = |target: usize, weight: f64| {
        courses[target][usize::from(weight < 0.0)].jump_mv(weight, neurons[target].capacitance_pf)
    };
    let (mut couplings, mut external) = (Vec::new(), Vec::new());
    for (target, connection) in system.connections() {
        let Some(synapses) = moments::synapses(system.network, connection)? else { continue };
        let jump_mv = jump(target, synapses.weight);
        match system.rank(connection.source.population) {
            Some(source) => couplings.push(Coupling {
                source,
                target,
                indegree: synapses.count,
                jump_mv,
                delay_ms: delay_ms(system.network.clock, connection),
            }),
            None => {
                let listed = &system.network.populations[connection.source.population];
                let rate_hz = synapses.count * system.listed_rate_hz(listed);
                external.push(External { target, rate_hz, jump_mv });
            }
        }
    }
    let inputs: Vec<_> = system.inputs().collect();
    for (target, share, input) in inputs {
        if let Some((rate_hz, weight)) = system.poisson(share, input) {
            external.push(External { target, rate_hz, jump_mv: jump(target, weight) });
        }
    }
    let currents = system.currents_pa();
    let theory = DiffusionNetwork::new(neurons, filter, couplings, external, currents)?;
    let rates = theory.stationary_hz(&vec![START_HZ; members.len()])?;
    let drives = theory.drives(&rates);
    let modes = theory.modes(&rates, HIGHEST_HZ)?;
    let growing = modes.iter().filter(|mode| mode.growth_per_ms > 0.0 && mode.frequency_hz > 0.0);
    let fastest = growing.max_by(|a, b| a.growth_per_ms.total_cmp(&b.growth_per_ms));
    let populations = members.iter().zip(&rates).zip(&drives).map(|((member, rate), drive)| {
        PopulationPrediction {
            name: member.population.name.clone(),
            rate_hz: *rate,
            error_hz: None,
            fluctuation_hz: None,
            mean_mv: drive.mean_mv,
            sd_mv: drive.sigma_mv / SQRT_2,
            currents_pa: Vec::new(),
        }
    });
    Ok(Prediction {
        method: Method::Siegert,
        at_ms: system.network.clock.ms(system.settings.at_step),
        populations: populations.collect(),
        oscillation_hz: fastest.map(|mode| mode.frequency_hz),
        validity: None,
        warnings: system.warnings,
    })
}

/// Mean delay; of delays that depend on distance, the mean over all pairs.
fn delay_ms(clock: Clock, connection: &Connection) -> f64 {
    match &connection.delay {
        Delay::OfDistance(profile) => mean_over_pairs(profile, connection).max(clock.dt_ms()),
        Delay::Same(steps) => clock.ms(u64::from(*steps)),
        Delay::Each(list) => {
            let sum: f64 = list.iter().map(|steps| clock.ms(u64::from(*steps))).sum();
            sum / list.len().max(1) as f64
        }
        Delay::Drawn(distribution) => {
            let mut stream = Stream::new(key(0, "mean of a delay", 0), 0);
            let draw = |_| distribution.draw(&mut stream).max(clock.dt_ms());
            (0..DRAWS).map(draw).sum::<f64>() / DRAWS as f64
        }
    }
}

fn neuron(system: &mut System<'_>, member: Member<'_>) -> Lif {
    let mut value = |name| system.parameter(member, name);
    Lif {
        tau_m_ms: value("tau_m"),
        capacitance_pf: value("C_m"),
        e_leak_mv: value("E_L"),
        v_threshold_mv: value("V_th"),
        v_reset_mv: value("V_reset"),
        t_ref_ms: value("t_ref"),
    }
}

/// Courses of excitation and inhibition.
fn psc(system: &mut System<'_>, member: Member<'_>) -> [Psc; 2] {
    ["tau_syn_ex", "tau_syn_in"].map(|name| match member.model.name {
        "iaf_psc_exp" => Psc::Exponential { tau_ms: system.parameter(member, name) },
        "iaf_psc_alpha" => Psc::Alpha { tau_ms: system.parameter(member, name) },
        _ => Psc::Delta,
    })
}
