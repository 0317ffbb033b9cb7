//! What must hold for any neuron and any input.

use neuropil_theory::siegert::{Drive, Lif};
use neuropil_theory::transfer::{effective_threshold_mv, rate_hz};
use neuropil_theory::{Neuron, Synapse, fluctuations, special};
use proptest::prelude::*;

proptest! {
    #[test]
    fn inverse_of_erfc_is_its_inverse(x in -5.0..25.0_f64) {
        let back = special::inverse_erfc(special::erfc(x));
        // below −1, erfc is near 2 and holds few digits of x
        let lost = 1e-15 * (x.min(0.0) * x.min(0.0)).exp();
        prop_assert!((back - x).abs() < 1e-11 + lost, "{} {}", back, x);
    }

    #[test]
    fn potential_lies_between_its_reversals(
        excitation in 0.0..50.0_f64,
        inhibition in 0.0..50.0_f64,
        quantum in 0.1..10.0_f64,
    ) {
        let synapses = [
            Synapse::conductance(100.0, quantum, 5.0, 0.0),
            Synapse::conductance(40.0, 3.0 * quantum, 7.0, -80.0),
        ];
        let v = fluctuations(&Neuron::default(), &synapses, &[excitation, inhibition], 0.0);
        prop_assert!((-80.0..0.0).contains(&v.mean_mv) && v.sd_mv >= 0.001);
        prop_assert!(v.tau_ms > v.tau_m_ms * 0.999 && v.tau_ms < v.tau_m_ms + 7.0001);
        // more of every rate at once: the same balance, a faster membrane
        let twice = fluctuations(
            &Neuron::default(), &synapses, &[2.0 * excitation, 2.0 * inhibition], 0.0);
        prop_assert!(twice.conductance_ns >= v.conductance_ns);
    }

    #[test]
    fn rate_of_a_threshold_turns_back_into_it(offset in -3.0..3.0_f64, rate in 0.5..20.0_f64) {
        let synapse = Synapse::conductance(200.0, 1.0, 5.0, 0.0);
        let v = fluctuations(&Neuron::default(), &[synapse], &[rate], 0.0);
        let threshold = v.mean_mv + offset * v.sd_mv;
        let back = effective_threshold_mv(&v, rate_hz(&v, threshold));
        prop_assert!((back - threshold).abs() < 1e-9);
    }

    #[test]
    fn siegert_rate_rises_with_the_mean_and_stays_below_the_refractory_limit(
        mean in -20.0..60.0_f64,
        sigma in 0.5..30.0_f64,
        filter in 0.0..5.0_f64,
    ) {
        let neuron = Lif {
            tau_m_ms: 20.0,
            capacitance_pf: 250.0,
            e_leak_mv: 0.0,
            v_threshold_mv: 20.0,
            v_reset_mv: 10.0,
            t_ref_ms: 2.0,
        };
        let rate = |mean_mv| neuron.rate_hz(&Drive { mean_mv, sigma_mv: sigma, filter_ms: filter });
        prop_assert!(rate(mean) <= rate(mean + 0.5) && rate(mean + 0.5) < 500.0);
    }
}
