//! Tests of the simulator against closed forms.

use super::*;
use crate::fluctuations;

fn lif() -> Neuron {
    Neuron { v_reset_mv: -60.0, ..Neuron::default() }
}

#[test]
fn constant_current_gives_the_closed_form_interval() {
    // T = t_ref + τ ln[(E_L + I/g − V_r)/(E_L + I/g − V_T)], to the order of the step
    let trial = Trial { current_pa: 250.0, ..Trial::at_rates(&[], &[], 0) };
    let timing = Timing { dt_ms: 0.01, duration_ms: 5000.0, discard_ms: 0.0 };
    let trace = Cell::new(lif(), &[]).trace(&trial, timing, 1).unwrap();
    let interval = trace.spikes_ms[3] - trace.spikes_ms[2];
    let expected = 5.0 + 20.0 * (15.0_f64 / 5.0).ln();
    assert!((interval - expected).abs() < 0.03, "{interval} against {expected}");
}

#[test]
fn free_potential_has_the_moments_of_shot_noise() {
    // current synapses, for which the theory is exact
    let neuron = Neuron { v_threshold_mv: 100.0, ..lif() };
    let current = |synapses, quantum, tau, e| Synapse {
        mixture: 0.0,
        reference_mv: -65.0,
        ..Synapse::conductance(synapses, quantum, tau, e)
    };
    let synapses = [current(200.0, 0.5, 5.0, 0.0), current(50.0, 4.0, 7.0, -80.0)];
    let timing = Timing { dt_ms: 0.1, duration_ms: 100_000.0, discard_ms: 0.0 };
    let trial = Trial::at_rates(&synapses, &[5.0, 6.0], 3);
    let trace = Cell::new(neuron, &synapses).trace(&trial, timing, 9).unwrap();
    let v = &trace.v_mv[5000..];
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    let moment = |k| v.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / v.len() as f64;
    let theory = fluctuations(&neuron, &synapses, &[5.0, 6.0], 0.0);
    // τ_V = 26 ms: 1900 independent samples, standard errors 0.023 σ, 0.016 σ, 0.06
    let sd = moment(2).sqrt();
    assert!((mean - theory.mean_mv).abs() < 0.07 * sd, "{mean} against {}", theory.mean_mv);
    assert!((sd / theory.sd_mv - 1.0).abs() < 0.05, "{sd} against {}", theory.sd_mv);
    assert!((moment(3) / sd.powi(3) - theory.skewness).abs() < 0.18, "{}", theory.skewness);
}

#[test]
fn conductances_have_their_mean_in_the_step() {
    let synapses = [Synapse::conductance(50.0, 4.0, 7.0, -80.0)];
    let timing = Timing { dt_ms: 0.5, duration_ms: 100_000.0, discard_ms: 0.0 };
    let trial = Trial::at_rates(&synapses, &[6.0], 3);
    let trace = Cell::new(lif(), &synapses).trace(&trial, timing, 9).unwrap();
    let start = trace.g_ns[0].iter().sum::<f64>() / trace.g_ns[0].len() as f64;
    let mean = start * -(-0.5_f64 / 7.0).exp_m1() * 14.0;
    // R τ Q = 8.4 nS; 30 000 events: standard error 0.6 %
    assert!((mean / 8.4 - 1.0).abs() < 0.02, "{mean}");
}

#[test]
fn rates_are_the_spikes_of_the_trace_whatever_the_company_and_the_threads() {
    let neuron = Neuron { delta_mv: 2.0, b_pa: 40.0, a_ns: 2.0, ..Neuron::default() };
    let synapses =
        [Synapse::conductance(200.0, 2.0, 5.0, 0.0), Synapse::conductance(50.0, 5.0, 5.0, -80.0)];
    let cell = Cell::new(neuron, &synapses);
    let timing = Timing { dt_ms: 0.1, duration_ms: 1500.0, discard_ms: 100.0 };
    let trials: Vec<Trial> = (0..37)
        .map(|k| Trial::at_rates(&synapses, &[f64::from(k) * 0.3, 4.0], u64::from(k as u32)))
        .collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| cell.rates_hz(&trials, timing, 11).unwrap())
    };
    let rates = run(1);
    assert_eq!(rates, run(3));
    assert!(rates[36] > 5.0 && rates[0] == 0.0, "{rates:?}");
    for k in [20, 36] {
        let spikes = cell.trace(&trials[k], timing, 11).unwrap().spikes_ms;
        let late = spikes.iter().filter(|t| **t > 100.0).count();
        assert!((rates[k] - late as f64 / 1.4).abs() < 1e-9, "{k}: {} {late}", rates[k]);
    }
}

#[test]
fn equal_rates_do_not_mean_equal_trains() {
    let synapses = [Synapse::conductance(100.0, 1.0, 5.0, 0.0); 2];
    let timing = Timing { duration_ms: 500.0, discard_ms: 0.0, ..Timing::default() };
    let cell = Cell::new(lif(), &synapses);
    let trace =
        |stream| cell.trace(&Trial::at_rates(&synapses, &[5.0, 5.0], stream), timing, 4).unwrap();
    let (first, second) = (trace(0), trace(1));
    assert_ne!(first.g_ns[0], first.g_ns[1]);
    assert_ne!(first.g_ns[0], second.g_ns[0]);
}

#[test]
fn spikes_adapt_and_depolarisation_inactivates() {
    let adapting = Neuron { b_pa: 60.0, ..lif() };
    let timing = Timing { duration_ms: 1000.0, discard_ms: 0.0, ..Timing::default() };
    let trial = Trial { current_pa: 300.0, ..Trial::at_rates(&[], &[], 0) };
    let mut cell = Cell::new(adapting, &[]);
    let plain = cell.trace(&trial, timing, 0).unwrap();
    let intervals: Vec<f64> = plain.spikes_ms.windows(2).map(|p| p[1] - p[0]).collect();
    assert!(intervals[0] < 0.8 * intervals[3], "{intervals:?}");
    cell.inactivation = Some(Inactivation { slope: 0.5, onset_mv: -60.0, tau_ms: 5.0 });
    let inactivating = cell.trace(&trial, timing, 0).unwrap();
    // the threshold follows V up: steady state V_T + 0.5 (V − V_i)
    let top = inactivating.theta_mv.iter().copied().fold(f64::MIN, f64::max);
    assert!((-49.0..-40.0).contains(&top), "{top}");
    assert!(inactivating.spikes_ms.len() < plain.spikes_ms.len());
}

#[test]
fn impossible_requests_are_refused() {
    let synapses = [Synapse::conductance(100.0, 1.0, 5.0, 0.0)];
    let cell = Cell::new(lif(), &synapses);
    let message = |trial: &Trial, timing| cell.trace(trial, timing, 0).unwrap_err().to_string();
    assert_eq!(
        message(&Trial::at_rates(&synapses, &[1e6], 0), Timing::default()),
        "mean number of events in a step must be at most 500, found 10000"
    );
    assert_eq!(
        message(&Trial::at_rates(&[], &[], 0), Timing::default()),
        "event rates holds 0 values, expected 1"
    );
    let timing = Timing { discard_ms: 10_000.0, ..Timing::default() };
    assert_eq!(
        message(&Trial::at_rates(&synapses, &[1.0], 0), timing),
        "discarded time [ms] must be at most 10000, found 10000"
    );
}
