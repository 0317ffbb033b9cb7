//! Tests on the network of Brunel (2000).

use super::*;

/// Model A: 10 000 excitatory and 2 500 inhibitory neurons, 10 % connected, J = 0.1 mV.
fn brunel(g: f64, eta: f64, v_reset_mv: f64) -> DiffusionNetwork {
    let neuron = Lif {
        tau_m_ms: 20.0,
        capacitance_pf: 250.0,
        e_leak_mv: 0.0,
        v_threshold_mv: 20.0,
        v_reset_mv,
        t_ref_ms: 2.0,
    };
    let couplings = (0..2).flat_map(|target| {
        [(0, 1000.0, 0.1), (1, 250.0, -0.1 * g)].map(|(source, indegree, jump_mv)| Coupling {
            source,
            target,
            indegree,
            jump_mv,
            delay_ms: 1.5,
        })
    });
    // 1000 external synapses at η times the rate 10 Hz that reaches threshold
    let external = |target| External { target, rate_hz: 1e4 * eta, jump_mv: 0.1 };
    let external = vec![external(0), external(1)];
    DiffusionNetwork::new(vec![neuron; 2], Psc::Delta, couplings.collect(), external, vec![0.0; 2])
        .unwrap()
}

#[test]
fn four_states_have_their_self_consistent_rates() {
    // (g, η, rate with reset at 10 mV, rate with reset at 0), an independent computation
    for (g, eta, ten, zero) in [
        (3.0, 2.0, 327.0, 194.8),
        (6.0, 4.0, 55.84, 49.15),
        (5.0, 2.0, 37.95, 32.03),
        (4.5, 0.9, 6.52, 5.83),
    ] {
        for (reset, expected) in [(10.0, ten), (0.0, zero)] {
            let rates = brunel(g, eta, reset).stationary_hz(&[20.0, 20.0]).unwrap();
            let digit = if expected > 100.0 { 0.051 } else { 0.0051 };
            assert!((rates[0] - expected).abs() < digit, "{g} {eta} {reset}: {rates:?}");
            assert!((rates[0] - rates[1]).abs() < 1e-8);
        }
    }
}

#[test]
fn oscillations_have_the_frequencies_of_the_paper() {
    // theory of the paper for its fast and its slow oscillation: 190 and 29 Hz
    for (g, eta, frequency, up_to) in [(6.0, 4.0, 190.0, 240.0), (4.5, 0.9, 29.0, 60.0)] {
        let network = brunel(g, eta, 10.0);
        let rates = network.stationary_hz(&[20.0, 20.0]).unwrap();
        let modes = network.modes(&rates, up_to).unwrap();
        let first = modes[0];
        assert!(first.growth_per_ms > 0.0, "{modes:?}");
        assert!((first.frequency_hz / frequency - 1.0).abs() < 0.02, "{modes:?}");
    }
}

#[test]
fn a_network_without_recurrence_has_no_mode_and_its_rate_is_the_single_neurons() {
    let mut network = brunel(5.0, 2.0, 10.0);
    network.couplings.clear();
    let rates = network.stationary_hz(&[1.0, 1.0]).unwrap();
    let neuron = network.neurons[0];
    let alone = neuron.rate_hz(&neuron.drive(&[(2e4, 0.1)], 0.0, Psc::Delta));
    assert!((rates[0] / alone - 1.0).abs() < 1e-12);
    assert!(network.modes(&rates, 100.0).unwrap().is_empty());
}

#[test]
fn weak_coupling_is_stable() {
    let mut network = brunel(5.0, 1.5, 10.0);
    network.couplings.iter_mut().for_each(|c| c.jump_mv *= 0.1);
    let rates = network.stationary_hz(&[20.0, 20.0]).unwrap();
    let modes = network.modes(&rates, 100.0).unwrap();
    assert!(modes.iter().all(|mode| mode.growth_per_ms < 0.0), "{modes:?}");
}

#[test]
fn what_is_not_there_is_refused() {
    let network = brunel(5.0, 2.0, 10.0);
    let mut couplings = network.couplings.clone();
    couplings[0].source = 7;
    let again = DiffusionNetwork::new(
        network.neurons.clone(),
        Psc::Delta,
        couplings,
        Vec::new(),
        vec![0.0; 2],
    );
    assert_eq!(again.unwrap_err().to_string(), "source population 7 does not exist: there are 2");
    assert!(network.stationary_hz(&[1.0]).is_err());
}
