//! Tests of the fit on rates that are known.

use super::*;
use crate::simulator::Timing;
use crate::{Synapse, stored};

fn synapses() -> Vec<Synapse> {
    vec![Synapse::conductance(200.0, 2.0, 5.0, 0.0), Synapse::conductance(50.0, 10.0, 5.0, -80.0)]
}

/// Rates that a stored transfer function gives on a grid of inputs.
fn exact() -> (TransferFunction, Vec<Sample>) {
    let transfer = stored::transfer_function("spectrum_2018/RecExc").unwrap();
    let mut samples = Vec::new();
    for e in 0..14 {
        for i in 0..14 {
            let rates = [0.7 * f64::from(e) + 0.5, 0.9 * f64::from(i) + 0.2];
            let state = fluctuations(&transfer.neuron, &synapses(), &rates, 0.0);
            let rate_hz = transfer.rate_at(&state);
            samples.push(Sample { state, rate_hz, error_hz: 0.1, importance: 1.0 });
        }
    }
    (transfer, samples)
}

#[test]
fn rates_made_by_a_transfer_function_are_reproduced() {
    let (transfer, samples) = exact();
    for refine in [false, true] {
        let options = FitOptions { refine, ..FitOptions::new(Basis::FiveMoments) };
        let fit = fit(transfer.neuron, &samples, &options).unwrap();
        let q = fit.quality;
        assert!(q.r_squared > 1.0 - 1e-10 && q.worst_hz < 1e-4, "{q:?}");
        let used = samples.iter().filter(|sample| sample.rate_hz < 50.0).count();
        assert_eq!((q.points, q.used), (196, used));
        for sample in samples.iter().filter(|sample| sample.rate_hz < 50.0) {
            assert!((fit.transfer.rate_at(&sample.state) - sample.rate_hz).abs() < 1e-4);
        }
    }
}

#[test]
fn penalty_is_that_of_the_form_with_ordered_pairs() {
    let (transfer, samples) = exact();
    let fit = fit(transfer.neuron, &samples, &FitOptions::published()).unwrap();
    // the redundant problem, solved directly: 31 columns, XᵀX + 0.9
    let used: Vec<&Sample> = samples.iter().filter(|sample| sample.rate_hz < 50.0).collect();
    let row = |sample: &Sample| {
        let v = &sample.state;
        let x = [
            (v.mean_mv + 60.0) / 10.0,
            (v.sd_mv - 4.0) / 6.0,
            v.skewness,
            (v.tau_ms - 10.0) / 200.0,
            v.crossing(-50.0),
        ];
        let mut row = vec![1.0];
        row.extend(x);
        row.extend(x.iter().flat_map(|a| x.iter().map(move |b| a * b)));
        row
    };
    let rows: Vec<f64> = used.iter().flat_map(|sample| row(sample)).collect();
    let design = DMatrix::from_row_slice(used.len(), 31, &rows);
    let target = DVector::from_iterator(
        used.len(),
        used.iter().map(|s| effective_threshold_mv(&s.state, s.rate_hz)),
    );
    let normal = design.tr_mul(&design) + DMatrix::identity(31, 31) * 0.9;
    let c = normal.cholesky().unwrap().solve(&design.tr_mul(&target));
    let volts: Vec<f64> = c.iter().map(|c| 1e-3 * c).collect();
    let redundant = Threshold::from_ordered_pairs_v(&volts).unwrap();
    let pairs = fit.transfer.threshold.coefficients_mv().iter().zip(redundant.coefficients_mv());
    for (found, expected) in pairs {
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }
}

#[test]
fn refinement_lowers_the_error_on_noisy_rates() {
    use neuropil_core::random::{Stream, key};
    let (transfer, mut samples) = exact();
    let mut stream = Stream::new(key(1, "noise", 0), 0);
    for sample in &mut samples {
        // 100 s of spikes
        sample.rate_hz = stream.poisson(100.0 * sample.rate_hz) as f64 / 100.0;
        sample.error_hz = (sample.rate_hz / 100.0).sqrt();
    }
    let with = |refine, weighting| {
        let options = FitOptions { refine, weighting, ..FitOptions::new(Basis::FiveMoments) };
        fit(transfer.neuron, &samples, &options).unwrap().quality
    };
    let (plain, refined) = (with(false, Weighting::Uniform), with(true, Weighting::Uniform));
    assert!(refined.rmse_hz < plain.rmse_hz && refined.refinements > 0, "{plain:?} {refined:?}");
    assert!(refined.r_squared > 0.999, "{refined:?}");
    let weighted = with(true, Weighting::StandardError { floor_hz: 0.01 });
    assert!(weighted.r_squared > 0.999 && weighted.rmse_hz >= refined.rmse_hz, "{weighted:?}");
}

#[test]
fn a_simulated_neuron_is_described_within_a_spike_per_second() {
    let protocol = Characterisation {
        neuron: Neuron::default(),
        inactivation: None,
        synapses: synapses(),
        axes_hz: vec![
            (0..10).map(|k| 1.0 + 1.2 * f64::from(k)).collect(),
            (0..8).map(|k| 0.5 + 1.5 * f64::from(k)).collect(),
        ],
        current_pa: 0.0,
        timing: Timing { duration_ms: 4000.0, ..Timing::default() },
        replicates: 4,
        seed: 3,
    };
    let response = protocol.run().unwrap();
    let samples = samples(&protocol, &response);
    let fit = fit(protocol.neuron, &samples, &FitOptions::new(Basis::FiveMoments)).unwrap();
    assert!(fit.quality.r_squared > 0.99 && fit.quality.rmse_hz < 1.0, "{:?}", fit.quality);
    let [low, high] = fit.transfer.range.rate_hz.unwrap();
    assert!(low < 1.0 && high > 30.0 && high < 50.0);
}

#[test]
fn imposed_fluctuations_are_described_by_the_three_moment_form() {
    use crate::fluctuation::FluctuationProtocol;
    let mut protocol = FluctuationProtocol::new(Neuron::default());
    protocol.timing = Timing { dt_ms: 0.1, duration_ms: 4000.0, discard_ms: 100.0 };
    let response = protocol.run().unwrap();
    let samples = samples_of_fluctuations(&response);
    let options = FitOptions { max_rate_hz: 1000.0, ..FitOptions::new(Basis::ThreeMoments) };
    let full = fit(protocol.neuron, &samples, &options).unwrap().quality;
    let few = FitOptions { terms: vec!["1", "μ", "σ", "τ"], ..options };
    let few = fit(protocol.neuron, &samples, &few).unwrap().quality;
    assert!(full.r_squared > 0.99, "{full:?}");
    assert!(few.r_squared > 0.95 && few.r_squared < full.r_squared, "{few:?}");
}

#[test]
fn too_little_is_said_to_be_too_little() {
    let (transfer, samples) = exact();
    let options = FitOptions::new(Basis::FiveMoments);
    let message = |samples: &[Sample]| fit(transfer.neuron, samples, &options).unwrap_err();
    assert_eq!(
        message(&samples[..9]).to_string(),
        "the fit has 9 usable points for 21 coefficients"
    );
    let same = vec![samples[40]; 50];
    assert!(matches!(message(&same), TheoryError::Undetermined { .. }));
}
